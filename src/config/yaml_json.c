/* A policy's settings: YAML to JSON, by the types of YAML 1.2's core schema (so
 * `no` and `off` are words). Bounded, because aliases can make a small text huge.
 */
#include "yaml_json.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define MAX_NODES 10000
#define MAX_DEPTH 32

typedef struct {
	const us_value *where;
	us_err *err;
	int nodes;
} converter;

static us_code fail(const converter *c, const yaml_node_t *n, const char *text)
{
	us_value v = *c->where;

	v.line = (int)n->start_mark.line + 1;
	return us_value_fail(&v, c->err, "%s", text);
}

static bool any(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* [-+]?digits, 0o17, 0x1F; false if it is no integer. */
static bool integer(const char *text, long long *out, bool *range)
{
	const char *p = text + (*text == '-' || *text == '+');
	int base = 10;
	char *end;

	if (text[0] == '0' && (text[1] == 'o' || text[1] == 'x')) {
		base = text[1] == 'o' ? 8 : 16;
		p = text + 2;
	}
	if (!isxdigit((unsigned char)*p))
		return false;
	errno = 0;
	*out = strtoll(base == 10 ? text : p, &end, base);
	*range = errno != ERANGE;
	return *end == '\0';
}

/* [-+]?(.5|1|1.|1.5)(e[-+]?3)? */
static bool real(const char *text, double *out)
{
	const char *p = text + (*text == '-' || *text == '+');
	size_t digits = strspn(p, "0123456789");
	char *end;

	p += digits;
	if (*p == '.') {
		size_t more = strspn(p + 1, "0123456789");

		p += 1 + more;
		digits += more;
	}
	if (digits == 0)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		digits = strspn(p, "0123456789");
		if (digits == 0)
			return false;
		p += digits;
	}
	if (*p)
		return false;
	*out = strtod(text, &end);
	return isfinite(*out);
}

static us_code scalar(json_t **out, const converter *c, const yaml_node_t *n)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL",
		NULL };
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };
	const char *text = (const char *)n->data.scalar.value;
	bool plain = n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, range = true;
	long long i;
	double d;

	if (strlen(text) != n->data.scalar.length)
		return fail(c, n, "contains a NUL");
	if (plain && any(text, nulls))
		*out = json_null();
	else if (plain && (any(text, yes) || any(text, no)))
		*out = json_boolean(any(text, yes));
	else if (plain && integer(text, &i, &range))
		*out = json_integer(i);
	else if (plain && real(text, &d))
		*out = json_real(d);
	else
		*out = json_string(text);
	if (!range) {
		json_decref(*out);
		*out = NULL;
		return fail(c, n, "contains a number that is too large");
	}
	return *out ? US_OK : us_fail(c->err, US_E_NOMEM, "out of memory");
}

static us_code convert(json_t **out, converter *c, int id, int depth);

static us_code sequence(json_t *out, converter *c, const yaml_node_t *n, int depth)
{
	us_code rc = US_OK;

	for (const int *id = n->data.sequence.items.start;
		rc == US_OK && id < n->data.sequence.items.top; id++) {
		json_t *item = NULL;

		rc = convert(&item, c, *id, depth + 1);
		if (rc == US_OK && json_array_append_new(out, item) != 0)
			rc = us_fail(c->err, US_E_NOMEM, "out of memory");
	}
	return rc;
}

static us_code mapping(json_t *out, converter *c, const yaml_node_t *n, int depth)
{
	us_code rc = US_OK;

	for (const yaml_node_pair_t *p = n->data.mapping.pairs.start;
		rc == US_OK && p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *k =
			yaml_document_get_node(c->where->document, p->key);
		const char *key = (const char *)k->data.scalar.value;
		json_t *item = NULL;

		if (k->type != YAML_SCALAR_NODE ||
			strlen(key) != k->data.scalar.length)
			return fail(c, k, "has a key that is not a word");
		if (json_object_get(out, key)) {
			us_value v = *c->where;

			v.line = (int)k->start_mark.line + 1;
			return us_value_fail(
				&v, c->err, "says the key `%s` twice", key);
		}
		rc = convert(&item, c, p->value, depth + 1);
		if (rc == US_OK && json_object_set_new(out, key, item) != 0)
			rc = us_fail(c->err, US_E_NOMEM, "out of memory");
	}
	return rc;
}

static us_code convert(json_t **out, converter *c, int id, int depth)
{
	const yaml_node_t *n = yaml_document_get_node(c->where->document, id);
	us_code rc;

	*out = NULL;
	if (depth > MAX_DEPTH || ++c->nodes > MAX_NODES)
		return fail(c, n, "is nested too deeply, or too large");
	if (n->type == YAML_SCALAR_NODE)
		return scalar(out, c, n);
	*out = n->type == YAML_MAPPING_NODE ? json_object() : json_array();
	if (!*out)
		return us_fail(c->err, US_E_NOMEM, "out of memory");
	rc = n->type == YAML_MAPPING_NODE ? mapping(*out, c, n, depth)
					  : sequence(*out, c, n, depth);
	if (rc) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}

us_code us_yaml_object(json_t **out, const us_value *v, us_err *err)
{
	converter c = { .where = v, .err = err };
	yaml_document_t *document = v->document;
	const yaml_node_t *n = v->node;

	if (n->type != YAML_MAPPING_NODE)
		return us_value_fail(v, err, "has to be a mapping");
	return convert(out, &c, (int)(n - document->nodes.start) + 1, 0);
}

us_code us_yaml_lines(json_t **out, const us_value *v, us_err *err)
{
	const yaml_node_t *n = v->node;

	*out = json_object();
	for (const yaml_node_pair_t *p = n->data.mapping.pairs.start;
		*out && p < n->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = yaml_document_get_node(v->document, p->key);

		if (json_object_set_new(*out, (const char *)k->data.scalar.value,
			    json_integer((int)k->start_mark.line + 1)) != 0) {
			json_decref(*out);
			*out = NULL;
		}
	}
	return *out ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}
