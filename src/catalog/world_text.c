/* Texts that refer to objects, read as words of now. A reference is the object's id
 * between two control characters that no identifier holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "world_impl.h"

#define REF_BEGIN '\x01'
#define REF_END '\x02'

const char *world_ref(world *w, object_id id)
{
	return us_arena_strf(&w->arena, "%c%u%c", REF_BEGIN, id, REF_END);
}

object_id world_ref_at(const world *w, const char *p, const char **end)
{
	uint64_t id = 0;

	if (*p++ != REF_BEGIN)
		return 0;
	while (*p >= '0' && *p <= '9' && id <= w->n)
		id = id * 10 + (uint64_t)(*p++ - '0');
	if (*p != REF_END || id > w->n)
		return 0;
	*end = p + 1;
	return (object_id)id;
}

uint64_t world_mask(const char *text)
{
	uint64_t mask = 0;

	for (const char *p = strchr(text, REF_BEGIN); p;
		p = strchr(p + 1, REF_BEGIN))
		mask |= UINT64_C(1) << (strtoul(p + 1, NULL, 10) % 64);
	return mask;
}

bool world_facet_refers(const world *w, object_id id, facet f, object_id to)
{
	const char *p = world_object(w, id)->facets[f].text, *end;

	for (p = p ? strchr(p, REF_BEGIN) : NULL; p; p = strchr(p + 1, REF_BEGIN))
		if (world_ref_at(w, p, &end) == to)
			return true;
	return false;
}

bool world_refers(const world *w, object_id id, object_id to)
{
	if (!(world_object(w, id)->refers & UINT64_C(1) << (to % 64)))
		return false;
	for (facet f = FACET_THERE; f < FACETS; f++)
		if (world_facet_refers(w, id, f, to))
			return true;
	return false;
}

static bool is_simple(const char *name)
{
	if (!(*name >= 'a' && *name <= 'z') && *name != '_')
		return false;
	for (const char *p = name; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') &&
			*p != '_')
			return false;
	return true;
}

static void add_quoted(us_str *out, const char *name)
{
	if (is_simple(name)) {
		us_str_add(out, name);
		return;
	}
	us_str_addc(out, '"');
	for (const char *p = name; *p; p++) {
		if (*p == '"')
			us_str_addc(out, '"');
		us_str_addc(out, *p);
	}
	us_str_addc(out, '"');
}

static void add_name(us_str *out, const world *w, object_id id)
{
	const object *o = world_object(w, id);

	if (o->parent && o->kind != OBJECT_COLUMN && o->kind != OBJECT_CONSTRAINT) {
		add_quoted(out, world_object(w, o->parent)->name);
		us_str_addc(out, '.');
	}
	add_quoted(out, o->name);
}

/* In the arena; "" with the arena failed when out of memory. */
static const char *keep(world *w, us_str *s)
{
	const char *kept = us_arena_str(&w->arena, us_str_text(s));

	w->arena.failed |= s->failed;
	us_str_fini(s);
	return kept;
}

static const char *resolve(world *w, const char *text)
{
	us_str out = { 0 };
	const char *end;

	while (*text) {
		object_id id = world_ref_at(w, text, &end);

		if (id) {
			add_name(&out, w, id);
			text = end;
		} else {
			us_str_addc(&out, *text++);
		}
	}
	return keep(w, &out);
}

us_value world_value(world *w, object_id id, facet f)
{
	const object *o = world_object(w, id);
	us_value v = o->facets[f];

	if (o->there == THERE_MAYBE)
		return (us_value){ US_VALUE_UNKNOWN, NULL };
	if (o->there == THERE_NO)
		return (us_value){ US_VALUE_ABSENT, NULL };
	if (f == FACET_THERE)
		return (us_value){ US_VALUE_FIRM, "there" };
	if (v.text && strchr(v.text, REF_BEGIN))
		v.text = resolve(w, v.text);
	return v;
}

static const char *const nouns[OBJECT_KINDS] = { "schema", "relation", "column",
	"constraint", "trigger", "policy", "rule", "type", "function",
	"extension" };

static const char *noun_of(const object *o)
{
	const char *kind = o->facets[FACET_KIND].text;

	return o->kind == OBJECT_RELATION && kind ? kind : nouns[o->kind];
}

const char *world_title(world *w, object_id id)
{
	us_str out = { 0 };
	object_id up[3] = { 0 };
	size_t n = 0;

	us_str_addf(&out, "%s ", noun_of(world_object(w, id)));
	for (object_id at = id; at && n < US_LEN(up);
		at = world_object(w, at)->parent)
		up[n++] = at;
	while (n > 0) {
		us_str_add(&out, world_object(w, up[--n])->name);
		us_str_add(&out, n > 0 ? "." : "");
	}
	return keep(w, &out);
}

const char *world_key_title(world *w, const world_key *key)
{
	object_id schema =
		key->schema ? world_find(w, OBJECT_SCHEMA, 0, key->schema) : 0;
	object_id id = schema && key->kind == OBJECT_RELATION
			       ? world_find(w, key->kind, schema, key->name)
			       : 0;
	const char *noun = id ? noun_of(world_object(w, id)) : nouns[key->kind];

	return us_arena_strf(&w->arena, "%s %s%s%s%s%s", noun,
		key->schema ? key->schema : "", key->schema ? "." : "",
		key->relation ? key->relation : "", key->relation ? "." : "",
		key->name);
}

const char *facet_name(facet f)
{
	static const char *const names[FACETS] = { "", "kind", "type", "nullable",
		"default", "identity", "definition", "valid", "labels", "sources",
		"owner", "row security", "forced row security", "comment",
		"position", "cleaning" };

	return names[f];
}
