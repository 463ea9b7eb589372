/* unstick.yaml: every mistake is an error with its line, and nothing is guessed. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "settings.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "yaml_value.h"

#define MAX_FILE ((size_t)1 << 20U)
#define MAX_WORDS 1000

int us_yaml_line(const yaml_node_t *n)
{
	return (int)n->start_mark.line + 1;
}

/* A scalar's text; NULL if it is none or holds a NUL. */
static const char *text_of(const yaml_node_t *n)
{
	if (n->type != YAML_SCALAR_NODE ||
		strlen((const char *)n->data.scalar.value) != n->data.scalar.length)
		return NULL;
	return (const char *)n->data.scalar.value;
}

us_value us_yaml_value(const us_value *parent, const char *key, yaml_node_t *node)
{
	us_value v = *parent;

	v.key = key;
	v.line = us_yaml_line(node);
	v.node = node;
	v.text = text_of(node);
	v.plain = node->type == YAML_SCALAR_NODE &&
		  node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return v;
}

yaml_node_t *us_yaml_node(const us_value *v, int id)
{
	return yaml_document_get_node(v->document, id);
}

/* A key's text; refuses what is no plain key, and one that came before. */
us_code us_yaml_key(const us_value *map, const yaml_node_pair_t *pair,
	const char **out, us_err *err)
{
	const yaml_node_t *m = map->node, *k = us_yaml_node(map, pair->key);

	*out = text_of(k);
	if (!*out)
		return us_fail(err, US_E_CONFIG, "%s:%d: a key has to be a word",
			map->file, us_yaml_line(k));
	for (const yaml_node_pair_t *p = m->data.mapping.pairs.start; p < pair;
		p++) {
		const yaml_node_t *before = us_yaml_node(map, p->key);

		if (strcmp(text_of(before), *out) == 0)
			return us_fail(err, US_E_CONFIG,
				"%s:%d: `%s` is said twice, first on line %d",
				map->file, us_yaml_line(k), *out,
				us_yaml_line(before));
	}
	return US_OK;
}

us_code us_yaml_unknown_key(const us_value *map, const char *section,
	const char *key, int line, const char *const *known, size_t n, us_err *err)
{
	US_AUTO(us_str_fini) us_str list = { 0 };
	const char *near = us_nearest(key, known, n);

	if (near)
		return us_fail(err, US_E_CONFIG,
			"%s:%d: unknown key `%s%s`; did you mean `%s%s`?",
			map->file, line, section, key, section, near);
	for (size_t i = 0; i < n; i++)
		us_str_addf(&list, "%s%s", i ? ", " : "", known[i]);
	return us_fail(err, US_E_CONFIG, "%s:%d: unknown key `%s%s`; known are %s",
		map->file, line, section, key, us_str_text(&list));
}

/* A mistake that is only noted, so that the others are found too. */
us_code us_yaml_note(const us_value *v, us_code rc, us_err *err)
{
	if (rc != US_E_CONFIG || !v->mistakes || !err)
		return rc;
	return us_strs_add(v->mistakes, err->msg, err);
}

static us_code add_word(
	us_strs *words, const char *text, size_t n, const us_value *v, us_err *err)
{
	US_AUTO(auto_str) char *word = NULL;
	us_code rc = us_strndup(&word, text, n, err);

	if (words->len >= MAX_WORDS)
		return us_value_fail(v, err, "has too many words");
	return rc ? rc : us_strs_add(words, word, err);
}

static us_code split(us_strs *words, const us_value *v, us_err *err)
{
	us_code rc = US_OK;

	if (strpbrk(v->text, "'\"\\|&;<>$`"))
		return us_value_fail(v, err,
			"is run without a shell, where quotes, pipes and variables "
			"mean nothing: write it as a list, or name a script");
	for (const char *p = v->text; rc == US_OK && *p;) {
		size_t n = strcspn(p, " \t\n");

		if (n > 0)
			rc = add_word(words, p, n, v, err);
		p += n + (p[n] != '\0');
	}
	return rc;
}

static us_code list(us_strs *words, const us_value *v, us_err *err)
{
	const yaml_node_t *n = v->node;
	us_code rc = US_OK;

	for (const int *id = n->data.sequence.items.start;
		rc == US_OK && id < n->data.sequence.items.top; id++) {
		const char *text = text_of(us_yaml_node(v, *id));

		if (!text)
			return us_value_fail(
				v, err, "has to be a list of plain words");
		rc = add_word(words, text, strlen(text), v, err);
	}
	return rc;
}

/* `off` says no command; key->min is 1 where there has to be one. */
us_code us_set_command(
	const us_key *key, void *slot, const us_value *v, us_err *err)
{
	const yaml_node_t *n = v->node;
	us_strs words = { 0 };
	us_code rc = US_OK;

	/* A variable has no node: one text, as a plain one in the file. */
	if (n && n->type == YAML_SEQUENCE_NODE)
		rc = list(&words, v, err);
	else
		rc = us_value_text(v, err);
	if (rc == US_OK && v->text && strcmp(v->text, "off") != 0 &&
		!(v->plain && strcmp(v->text, "false") == 0))
		rc = split(&words, v, err);
	if (rc == US_OK && words.len > 0 && words.items[0][0] == '\0')
		rc = us_value_fail(v, err, "begins with an empty word");
	if (rc == US_OK && (int64_t)words.len < key->min)
		rc = us_value_fail(v, err, "has to be a command");
	if (rc) {
		us_strs_fini(&words);
		return rc;
	}
	us_strs_fini(slot);
	*(us_strs *)slot = words;
	return US_OK;
}

/* The part of a key's name behind `section`; NULL if it isn't directly in there. */
static const char *within(const us_key *key, const char *section)
{
	size_t n = strlen(section);

	if (!key->name || strncmp(key->name, section, n) != 0)
		return NULL;
	return key->name + n;
}

/* Names in a section ("" or "start."): keys, and each further section once. */
static us_code names_in(const char *section, us_strs *names, us_err *err)
{
	size_t n;
	const us_key *keys = us_keys(&n);
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < n; i++) {
		const char *name = within(&keys[i], section);
		US_AUTO(auto_str) char *part = NULL;

		if (!name)
			continue;
		rc = us_strndup(&part, name, strcspn(name, "."), err);
		if (rc == US_OK &&
			(names->len == 0 ||
				strcmp(names->items[names->len - 1], part) != 0))
			rc = us_strs_add(names, part, err);
	}
	return rc;
}

static us_code read_section(
	us_settings *s, const us_value *map, const char *section, us_err *err);

static us_code no_such_key(const us_value *map, const char *section,
	const char *key, int line, us_err *err)
{
	us_strs names = { 0 };
	us_code rc = names_in(section, &names, err);

	if (rc == US_OK)
		rc = us_yaml_unknown_key(map, section, key, line,
			(const char *const *)names.items, names.len, err);
	us_strs_fini(&names);
	return rc;
}

/* One `key: value`: a row of the table, or a section of them. */
static us_code read_pair(us_settings *s, const us_value *map, const char *section,
	const yaml_node_pair_t *pair, us_err *err)
{
	US_AUTO(auto_str) char *full = NULL;
	US_AUTO(auto_str) char *inner = NULL;
	const char *key;
	us_code rc = us_yaml_key(map, pair, &key, err);
	size_t n;
	const us_key *keys = us_keys(&n);
	us_value v;

	if (rc == US_OK)
		rc = us_strf(&full, err, "%s%s", section, key);
	if (rc == US_OK)
		rc = us_strf(&inner, err, "%s.", full);
	if (rc)
		return rc;
	v = us_yaml_value(map, full, us_yaml_node(map, pair->value));
	/* A dot only divides the names in the table. */
	for (size_t i = 0; !strchr(key, '.') && i < n; i++) {
		if (!keys[i].name)
			continue;
		if (strcmp(keys[i].name, full) == 0)
			return keys[i].set(
				&keys[i], (char *)s + keys[i].slot, &v, err);
		if (within(&keys[i], inner))
			return read_section(s, &v, inner, err);
	}
	return no_such_key(
		map, section, key, us_yaml_line(us_yaml_node(map, pair->key)), err);
}

static us_code read_section(
	us_settings *s, const us_value *map, const char *section, us_err *err)
{
	const yaml_node_t *n = map->node;
	us_code rc = US_OK;

	if (n->type != YAML_MAPPING_NODE)
		return *section ? us_value_fail(map, err, "has to be a mapping")
				: us_fail(err, US_E_CONFIG,
					  "%s:%d: this is not a mapping of keys",
					  map->file, map->line);
	for (const yaml_node_pair_t *pair = n->data.mapping.pairs.start;
		rc == US_OK && pair < n->data.mapping.pairs.top; pair++)
		rc = us_yaml_note(map, read_pair(s, map, section, pair, err), err);
	return rc;
}

static us_code syntax(const yaml_parser_t *p, const char *file, us_err *err)
{
	if (p->error == YAML_MEMORY_ERROR)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return us_fail(err, US_E_CONFIG, "%s:%d: not valid YAML: %s", file,
		(int)p->problem_mark.line + 1,
		p->problem ? p->problem : "it can't be read");
}

/* A second document would be silently ignored: it is an error. */
static us_code nothing_follows(yaml_parser_t *p, const char *file, us_err *err)
{
	yaml_document_t next;
	const yaml_node_t *root;
	us_code rc = US_OK;

	if (!yaml_parser_load(p, &next))
		return syntax(p, file, err);
	root = yaml_document_get_root_node(&next);
	if (root)
		rc = us_fail(err, US_E_CONFIG,
			"%s:%d: a second document begins here; one is allowed",
			file, us_yaml_line(root));
	yaml_document_delete(&next);
	return rc;
}

us_code us_settings_file(us_settings *s, const char *path, us_err *err)
{
	US_AUTO(auto_str) char *base = NULL;
	US_AUTO(auto_str) char *text = NULL;
	yaml_parser_t parser;
	yaml_document_t document;
	us_value root = { .file = path, .mistakes = s->mistakes };
	size_t len;
	us_code rc = us_path_parent(&base, path, err);

	if (rc == US_OK)
		rc = us_file_read(&text, &len, path, MAX_FILE, err);
	if (rc)
		return rc;
	if (!yaml_parser_initialize(&parser))
		return us_fail(err, US_E_NOMEM, "out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &document)) {
		rc = syntax(&parser, path, err);
		yaml_parser_delete(&parser);
		return rc;
	}
	root.base = base;
	root.document = &document;
	root.node = yaml_document_get_root_node(&document);
	if (root.node) {
		root = us_yaml_value(&root, "", root.node);
		rc = nothing_follows(&parser, path, err);
		if (rc == US_OK && !(root.text && *root.text == '\0')) /* "---" */
			rc = read_section(s, &root, "", err);
	}
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return rc;
}
