/* Types as values: one text for all the writings of a type, and what is known of
 * the constants of each. */
#include <stdlib.h>
#include <string.h>

#include "expression_impl.h"
#include "unstick/auto.h"
#include "world_impl.h"

/* The types of pg_catalog that columns are made of, sorted. The search path has
 * pg_catalog first unless it is told otherwise, so these can't be hidden by types
 * of one's own. One that a newer server has is taken for a user's type, of which
 * less is concluded. */
typedef struct {
	const char *name;
	family family;
} builtin;

static const builtin builtins[] = {
	{ "aclitem", FAMILY_OTHER },
	{ "bit", FAMILY_BITS },
	{ "bool", FAMILY_BOOLEAN },
	{ "box", FAMILY_OTHER },
	{ "bpchar", FAMILY_TEXT },
	{ "bytea", FAMILY_BYTES },
	{ "char", FAMILY_OTHER },
	{ "cid", FAMILY_OTHER },
	{ "cidr", FAMILY_OTHER },
	{ "circle", FAMILY_OTHER },
	{ "date", FAMILY_DATE },
	{ "datemultirange", FAMILY_OTHER },
	{ "daterange", FAMILY_OTHER },
	{ "float4", FAMILY_FLOAT4 },
	{ "float8", FAMILY_FLOAT8 },
	{ "inet", FAMILY_OTHER },
	{ "int2", FAMILY_INTEGER },
	{ "int2vector", FAMILY_OTHER },
	{ "int4", FAMILY_INTEGER },
	{ "int4multirange", FAMILY_OTHER },
	{ "int4range", FAMILY_OTHER },
	{ "int8", FAMILY_INTEGER },
	{ "int8multirange", FAMILY_OTHER },
	{ "int8range", FAMILY_OTHER },
	{ "interval", FAMILY_OTHER },
	{ "json", FAMILY_JSON },
	{ "jsonb", FAMILY_JSONB },
	{ "jsonpath", FAMILY_OTHER },
	{ "line", FAMILY_OTHER },
	{ "lseg", FAMILY_OTHER },
	{ "macaddr", FAMILY_OTHER },
	{ "macaddr8", FAMILY_OTHER },
	{ "money", FAMILY_OTHER },
	{ "name", FAMILY_OTHER },
	{ "numeric", FAMILY_NUMERIC },
	{ "nummultirange", FAMILY_OTHER },
	{ "numrange", FAMILY_OTHER },
	{ "oid", FAMILY_OTHER },
	{ "oidvector", FAMILY_OTHER },
	{ "path", FAMILY_OTHER },
	{ "pg_lsn", FAMILY_OTHER },
	{ "pg_snapshot", FAMILY_OTHER },
	{ "point", FAMILY_OTHER },
	{ "polygon", FAMILY_OTHER },
	{ "record", FAMILY_OTHER },
	{ "refcursor", FAMILY_OTHER },
	{ "regclass", FAMILY_REGCLASS },
	{ "regcollation", FAMILY_OTHER },
	{ "regconfig", FAMILY_OTHER },
	{ "regdictionary", FAMILY_OTHER },
	{ "regnamespace", FAMILY_OTHER },
	{ "regoper", FAMILY_OTHER },
	{ "regoperator", FAMILY_OTHER },
	{ "regproc", FAMILY_OTHER },
	{ "regprocedure", FAMILY_OTHER },
	{ "regrole", FAMILY_OTHER },
	{ "regtype", FAMILY_OTHER },
	{ "text", FAMILY_TEXT },
	{ "tid", FAMILY_OTHER },
	{ "time", FAMILY_OTHER },
	{ "timestamp", FAMILY_MOMENT },
	{ "timestamptz", FAMILY_MOMENT },
	{ "timetz", FAMILY_OTHER },
	{ "trigger", FAMILY_OTHER },
	{ "tsmultirange", FAMILY_OTHER },
	{ "tsquery", FAMILY_OTHER },
	{ "tsrange", FAMILY_OTHER },
	{ "tstzmultirange", FAMILY_OTHER },
	{ "tstzrange", FAMILY_OTHER },
	{ "tsvector", FAMILY_OTHER },
	{ "txid_snapshot", FAMILY_OTHER },
	{ "uuid", FAMILY_UUID },
	{ "varbit", FAMILY_BITS },
	{ "varchar", FAMILY_TEXT },
	{ "void", FAMILY_OTHER },
	{ "xid", FAMILY_OTHER },
	{ "xid8", FAMILY_OTHER },
	{ "xml", FAMILY_OTHER },
};

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const builtin *)row)->name);
}

static const builtin *builtin_of(const char *name)
{
	return bsearch(
		name, builtins, US_LEN(builtins), sizeof(builtins[0]), by_name);
}

/* What a written type's name means: one of pg_catalog, or another. */
typedef struct {
	const char *schema, *name;
	const builtin *builtin; /* NULL: it's none */
	bool array;
} written;

static const char *integer_of_serial(const PgQuery__TypeName *type)
{
	static const char *const serials[][2] = { { "serial", "int4" },
		{ "serial4", "int4" }, { "bigserial", "int8" },
		{ "serial8", "int8" }, { "smallserial", "int2" },
		{ "serial2", "int2" } };

	if (type->n_names != 1 || type->pct_type)
		return NULL;
	for (size_t i = 0; i < US_LEN(serials); i++)
		if (strcmp(string_of(type->names[0]), serials[i][0]) == 0)
			return serials[i][1];
	return NULL;
}

bool type_is_serial(const PgQuery__TypeName *type)
{
	return integer_of_serial(type) != NULL;
}

static written read_name(const PgQuery__TypeName *type)
{
	const char *serial = integer_of_serial(type);
	written t = { before_last_of(type->names, type->n_names),
		last_of(type->names, type->n_names), NULL,
		type->n_array_bounds > 0 };

	if (serial)
		t = (written){ "pg_catalog", serial, NULL, false };
	if (t.schema && strcmp(t.schema, "pg_catalog") != 0)
		return t;
	t.builtin = builtin_of(t.name);
	if (!t.builtin && t.name[0] == '_') {
		/* the array's own name, as in pg_type */
		t.builtin = builtin_of(t.name + 1);
		t.array |= t.builtin != NULL;
	}
	return t;
}

/* A modifier that is an integer, as all of the built-in types' are. */
static bool modifier_of(const PgQuery__Node *node, int32_t *out)
{
	if (node->node_case != PG_QUERY__NODE__NODE_A_CONST ||
		node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
		return false;
	*out = node->a_const->ival->ival;
	return true;
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* numeric(10) is numeric(10,0); nothing is finer than a microsecond; an interval's
 * first modifier is the mask of its fields. */
static void add_modifier(
	us_str *out, const char *name, size_t i, size_t n, int32_t m)
{
	static const char *const clocks[] = { "time", "timetz", "timestamp",
		"timestamptz" };
	bool interval = strcmp(name, "interval") == 0;

	if ((is_one_of(name, clocks, US_LEN(clocks)) || (interval && i == 1)) &&
		m > 6)
		m = 6;
	if (interval && i == 0)
		us_str_addf(out, "fields %d", m);
	else
		us_str_addf(out, "%d", m);
	if (i + 1 < n)
		us_str_addc(out, ',');
	else if (n == 1 && strcmp(name, "numeric") == 0)
		us_str_add(out, ",0");
}

static bool add_modifiers(
	us_str *out, const char *name, const PgQuery__TypeName *type)
{
	int32_t m;

	if (type->n_typmods == 0)
		return true;
	us_str_addc(out, '(');
	for (size_t i = 0; i < type->n_typmods; i++) {
		if (!modifier_of(type->typmods[i], &m))
			return false;
		add_modifier(out, name, i, type->n_typmods, m);
	}
	us_str_addc(out, ')');
	return true;
}

us_value value_of(world *w, us_value_firmness firmness, us_str *out)
{
	us_value v = { firmness, us_arena_str(world_arena(w), us_str_text(out)) };

	world_arena(w)->failed |= out->failed;
	us_str_fini(out);
	return v;
}

static us_value builtin_value(
	world *w, const written *t, const PgQuery__TypeName *type)
{
	us_value_firmness firmness = US_VALUE_FIRM;
	us_str out = { 0 };

	us_str_addf(&out, "%spg_catalog.%s", type->setof ? "setof " : "",
		t->builtin->name);
	if (!add_modifiers(&out, t->builtin->name, type))
		firmness = US_VALUE_UNKNOWN;
	us_str_add(&out, t->array ? "[]" : "");
	if (firmness == US_VALUE_UNKNOWN) {
		us_str_fini(&out);
		return (us_value){ US_VALUE_UNKNOWN, NULL };
	}
	return value_of(w, firmness, &out);
}

/* A table's name is a type too. */
static object_id row_type(world *w, const written *t)
{
	const char *schema = t->schema ? t->schema : world_schema_name(w);
	object_id in =
		schema ? world_find(w, OBJECT_SCHEMA, 0, schema) : (object_id)0;
	object_id id = in ? world_find(w, OBJECT_RELATION, in, t->name) : 0;

	return id && world_is(w, id) == THERE_YES ? id : 0;
}

/* Modifiers of a type that isn't built in are its own business: geometry(Point). */
static void add_foreign_modifiers(
	us_str *out, world *w, const PgQuery__TypeName *type)
{
	for (size_t i = 0; i < type->n_typmods; i++) {
		us_str_addc(out, i ? ',' : '(');
		(void)add_expression(out, w, 0, type->typmods[i]);
	}
	us_str_add(out, type->n_typmods ? ")" : "");
}

/* Never FIRM: another schema of the path may have the type, and then it is shown
 * with that one's name. */
static us_value user_value(
	world *w, const written *t, const PgQuery__TypeName *type)
{
	object_id id = world_lookup(w, OBJECT_TYPE, t->schema, t->name);
	us_value_firmness firmness = US_VALUE_PLAIN;
	us_str out = { 0 };

	if (world_is(w, id) != THERE_YES) {
		object_id row = row_type(w, t);

		id = row ? row : id;
		if (!t->schema && !row)
			firmness = US_VALUE_OPAQUE;
	}
	if (type->n_typmods > 0)
		firmness = US_VALUE_OPAQUE;
	us_str_add(&out, type->setof ? "setof " : "");
	us_str_add(&out, world_ref(w, id));
	add_foreign_modifiers(&out, w, type);
	us_str_add(&out, t->array ? "[]" : "");
	return value_of(w, firmness, &out);
}

us_value type_value(world *w, const PgQuery__TypeName *type)
{
	written t;

	if (!type || type->n_names == 0 || type->pct_type)
		return (us_value){ US_VALUE_UNKNOWN, NULL };
	t = read_name(type);
	return t.builtin ? builtin_value(w, &t, type) : user_value(w, &t, type);
}

/* ---- classes ---------------------------------------------------------------- */

static family family_of_object(const world *w, object_id id)
{
	const object *o = world_object(w, id);

	if (o->kind != OBJECT_TYPE || o->there != THERE_YES ||
		o->facets[FACET_LABELS].firmness == US_VALUE_UNKNOWN ||
		o->facets[FACET_LABELS].firmness == US_VALUE_ABSENT)
		return FAMILY_USER;
	return FAMILY_ENUM;
}

type_class class_of_type(world *w, const PgQuery__TypeName *type)
{
	type_class c = { FAMILY_OTHER, false, false };
	written t;

	if (type->n_names == 0 || type->pct_type)
		return c;
	t = read_name(type);
	c.array = t.array;
	if (!t.builtin) {
		c.family = family_of_object(
			w, world_lookup(w, OBJECT_TYPE, t.schema, t.name));
		return c;
	}
	c.family = t.builtin->family;
	c.padded = strcmp(t.builtin->name, "bpchar") == 0;
	return c;
}

type_class class_of_value(const world *w, us_value type)
{
	static const char prefix[] = "pg_catalog.";
	type_class c = { FAMILY_OTHER, false, false };
	const char *end;
	object_id id;
	char name[32];
	size_t len;
	const builtin *row;

	if (!type.text)
		return c;
	len = strlen(type.text);
	c.array = len > 2 && strcmp(type.text + len - 2, "[]") == 0;
	id = world_ref_at(w, type.text, &end);
	if (id)
		c.family = family_of_object(w, id);
	if (strncmp(type.text, prefix, sizeof(prefix) - 1) != 0)
		return c;
	len = strcspn(type.text + sizeof(prefix) - 1, "([");
	if (len >= sizeof(name))
		return c;
	memcpy(name, type.text + sizeof(prefix) - 1, len);
	name[len] = '\0';
	row = builtin_of(name);
	if (row) {
		c.family = row->family;
		c.padded = strcmp(name, "bpchar") == 0;
	}
	return c;
}
