/* Defaults and types, as they are written and as a real server shows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/catalog/expression.h"
#include "check.h"
#include "cluster.h"
#include "unstick/auto.h"
#include "unstick/db.h"

/* Writings of the same default share a meaning. */
typedef struct {
	const char *type, *meaning, *expression;
} row;

static const row rows[] = {
	{ "integer", "1", "1" },
	{ "integer", "1", "'1'" },
	{ "integer", "1", "1::bigint" },
	{ "integer", "1", "+1" },
	{ "integer", "1", "(1)" },
	{ "integer", "1", "'1'::integer" },
	{ "integer", "1", "'01'" },
	{ "integer", "1", "' 1 '" },
	{ "integer", "-1", "-1" },
	{ "integer", "-1", "'-1'" },
	{ "integer", "-1", "-1::integer" },
	{ "integer", "0", "0" },
	{ "integer", "0", "-0" },
	{ "integer", "10", "10" },
	{ "integer", "1+1", "1 + 1" },
	{ "integer", "none", "NULL" },
	{ "integer", "none", "NULL::integer" },
	{ "integer", "random", "floor(random() * 10)::integer" },
	{ "integer", "nextval", "nextval('numbers')" },
	{ "integer", "nextval", "nextval('numbers'::regclass)" },
	{ "integer", "nextval", "nextval('public.numbers')" },
	{ "integer", "nextval", "nextval('\"numbers\"'::regclass)" },
	{ "integer", "nextval", "nextval('numbers'::text)" },
	{ "integer", "nextval 2", "nextval('\"Other Numbers\"')" },
	{ "integer", "nextval 2", "nextval('public.\"Other Numbers\"'::regclass)" },
	{ "smallint", "7", "7" },
	{ "smallint", "7", "7::smallint" },
	{ "smallint", "7", "'7'" },
	{ "smallint", "-7", "'-7'" },
	{ "smallint", "-7", "-7" },
	{ "bigint", "3000000000", "3000000000" },
	{ "bigint", "3000000000", "'3000000000'" },
	{ "bigint", "-3000000000", "-3000000000" },
	{ "bigint", "0", "0" },
	{ "bigint", "0", "'0'" },
	{ "bigint", "0", "0::numeric" },
	{ "bigint", "1000", "1e3" },
	{ "bigint", "1000", "1000" },
	{ "numeric(10,2)", "1.5", "1.5" },
	{ "numeric(10,2)", "1.5", "1.50" },
	{ "numeric(10,2)", "1.5", "'1.50'" },
	{ "numeric(10,2)", "1.5", "1.5::numeric" },
	{ "numeric(10,2)", "1.5", "15e-1" },
	{ "numeric(10,2)", "1.5", "1.5::float8" },
	{ "numeric(10,2)", "-1.5", "-1.5" },
	{ "numeric(10,2)", "-1.5", "'-1.5'" },
	{ "numeric(10,2)", "0", "0" },
	{ "numeric(10,2)", "0", "0.00" },
	{ "numeric(10,2)", "0", "'0'" },
	{ "numeric(65,30)", "0", "0" },
	{ "numeric(65,30)", "0.1", "0.1" },
	{ "numeric(65,30)", "0.1", "'.1'" },
	{ "numeric(65,30)", "1", "1.00::numeric(10,1)" },
	{ "double precision", "0.1", "0.1" },
	{ "double precision", "0.1", "'0.1'" },
	{ "double precision", "0.1", "'0.10'" },
	{ "double precision", "0.1", "'1e-1'" },
	{ "double precision", "0.1", "0.1::double precision" },
	{ "double precision", "1e20", "1e20" },
	{ "double precision", "1e20", "'1e20'" },
	{ "double precision", "1e20", "100000000000000000000" },
	{ "double precision", "1e-7", "'0.0000001'" },
	{ "double precision", "1e-7", "1e-7" },
	{ "double precision", "pi", "'3.14159265358979323846'" },
	{ "double precision", "pi", "3.14159265358979323846" },
	{ "double precision", "0", "0" },
	{ "double precision", "-1", "-1" },
	{ "double precision", "-1", "'-1'" },
	{ "double precision", "nan", "'NaN'" },
	{ "double precision", "nan", "'nan'::float8" },
	{ "real", "0.25", "0.25" },
	{ "real", "0.25", "'0.25'" },
	{ "real", "0.1", "'0.1'" },
	{ "real", "0.1", "0.1" },
	{ "real", "16777217", "16777217" },
	{ "real", "16777217", "'16777217'" },
	{ "real", "1e10", "'1e10'" },
	{ "real", "1e10", "10000000000" },
	{ "text", "''", "''" },
	{ "text", "''", "''::text" },
	{ "text", "a", "'a'" },
	{ "text", "a", "'a'::text" },
	{ "text", "a", "E'a'" },
	{ "text", "a", "'a'::varchar" },
	{ "text", "a", "'a'::varchar(10)" },
	{ "text", "a", "CAST('a' AS text)" },
	{ "text", "ab", "'ab'" },
	{ "text", "a b", "'a b'" },
	{ "text", "A", "'A'" },
	{ "text", "a ", "'a '" },
	{ "text", "a|b", "'a' || 'b'" },
	{ "text", "it's", "'it''s'" },
	{ "text", "it's", "E'it\\'s'" },
	{ "text", "it's", "$$it's$$" },
	{ "text", "b\\s", "'b\\s'" },
	{ "text", "b\\s", "E'b\\\\s'" },
	{ "text", "5", "5" },
	{ "text", "5", "'5'" },
	{ "text", "5", "'5'::text" },
	{ "text", "05", "'05'" },
	{ "text", "-5", "-5" },
	{ "text", "-5", "'-5'" },
	{ "text", "1.50", "1.50" },
	{ "text", "1.50", "'1.50'" },
	{ "text", "1.5", "'1.5'" },
	{ "text", "true", "true" },
	{ "text", "true", "'true'" },
	{ "text", "now()", "'now()'" },
	{ "text", "now", "now()" },
	{ "text", "none", "'none'" },
	{ "text", "none here", "NULL::text" },
	{ "text", "user", "CURRENT_USER" },
	{ "text", "user", "current_user::text" },
	{ "text", "ü", "'\xc3\xbc'" },
	{ "text", "ü", "U&'\\00FC'" },
	{ "text", "md5", "md5(random()::text || clock_timestamp()::text)" },
	{ "text", "uuid", "gen_random_uuid()" },
	{ "text", "uuid", "gen_random_uuid()::text" },
	{ "text", "upper", "upper('a')" },
	{ "text", "replace", "replace(gen_random_uuid()::text, '-', '')" },
	{ "text", "case", "CASE WHEN 1 > 2 THEN 'a' END" },
	{ "text", "case", "CASE WHEN (1 > 2) THEN 'a'::text ELSE NULL END" },
	{ "text", "a", "'a' COLLATE \"C\"" },
	{ "varchar(191)", "a", "'a'" },
	{ "varchar(191)", "a", "'a'::text" },
	{ "varchar(191)", "a", "'a'::varchar" },
	{ "varchar(191)", "a", "'a'::character varying(191)" },
	{ "varchar(191)", "a", "'a'::varchar(50)" },
	{ "varchar(191)", "none", "NULL" },
	{ "varchar(191)", "none", "NULL::varchar" },
	{ "varchar(191)", "none", "NULL::varchar(191)" },
	{ "varchar(191)", "1", "1" },
	{ "varchar(2)", "ab", "'ab'" },
	{ "varchar(2)", "ab", "'abc'::varchar(2)" },
	{ "varchar", "a", "'a'" },
	{ "char(3)", "a", "'a'" },
	{ "char(3)", "a", "'a  '" },
	{ "char(3)", "a", "'a'::char(3)" },
	{ "char(3)", "a", "'a'::bpchar" },
	{ "char(3)", "a", "'a'::text" },
	{ "char(3)", "b", "'b'" },
	{ "char", "y", "'y'" },
	{ "\"char\"", "y", "'y'" },
	{ "\"char\"", "y", "'yes'" },
	{ "name", "n", "'n'" },
	{ "boolean", "true", "true" },
	{ "boolean", "true", "'t'" },
	{ "boolean", "true", "'TRUE'" },
	{ "boolean", "true", "'yes'" },
	{ "boolean", "true", "'on'" },
	{ "boolean", "true", "'1'" },
	{ "boolean", "true", "1::boolean" },
	{ "boolean", "true", "'true'::boolean" },
	{ "boolean", "true", "' tr '" },
	{ "boolean", "false", "false" },
	{ "boolean", "false", "'f'" },
	{ "boolean", "false", "'no'" },
	{ "boolean", "false", "'of'" },
	{ "boolean", "false", "'0'" },
	{ "boolean", "false", "0::boolean" },
	{ "boolean", "not", "(NOT true)" },
	{ "uuid", "a", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'" },
	{ "uuid", "a", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'" },
	{ "uuid", "a", "'{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}'" },
	{ "uuid", "a", "'a0eebc999c0b4ef8bb6d6bb9bd380a11'::uuid" },
	{ "uuid", "b", "'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'" },
	{ "uuid", "random", "gen_random_uuid()" },
	{ "uuid", "md5", "md5(random()::text)::uuid" },
	{ "json", "{}", "'{}'" },
	{ "json", "{}", "'{}'::json" },
	{ "json", "{ }", "'{ }'" },
	{ "json", "{a 1}", "'{\"a\": 1}'" },
	{ "json", "{a 1}", "'{\"a\": 1}'::jsonb" },
	{ "jsonb", "{}", "'{}'" },
	{ "jsonb", "{}", "'{}'::jsonb" },
	{ "jsonb", "{}", "'{ }'" },
	{ "jsonb", "{}", "'{}'::json" },
	{ "jsonb", "[]", "'[]'" },
	{ "jsonb", "[]", "'[ ]'::jsonb" },
	{ "jsonb", "ab", "'{\"b\":1,\"a\":2}'" },
	{ "jsonb", "ab", "'{\"a\": 2, \"b\": 1}'" },
	{ "jsonb", "ab", "'{\"a\": 3, \"a\": 2, \"b\": 1}'" },
	{ "jsonb", "long",
		"'{\"bb\": 2, \"a\": 1, \"ccc\": [1, 2, {\"x\": null}]}'" },
	{ "jsonb", "1.0", "'[1.0]'" },
	{ "jsonb", "1.0", "'[1.00]'::jsonb" },
	{ "jsonb", "1e2", "'[1e2]'" },
	{ "jsonb", "1e2", "'[100]'" },
	{ "jsonb", "u", "'[\"\\u00fc\"]'" },
	{ "jsonb", "u", "'[\"\xc3\xbc\"]'" },
	{ "jsonb", "big", "'123456789012345678901234567890'" },
	{ "jsonb", "5", "'5'" },
	{ "jsonb", "build", "jsonb_build_object('a', 1)" },
	{ "timestamp(3)", "now", "CURRENT_TIMESTAMP" },
	{ "timestamp(3)", "now", "now()" },
	{ "timestamp(3)", "now", "transaction_timestamp()" },
	{ "timestamp(3)", "now", "CURRENT_TIMESTAMP::timestamp(3)" },
	{ "timestamp(3)", "now 3", "CURRENT_TIMESTAMP(3)" },
	{ "timestamp(3)", "now 0", "CURRENT_TIMESTAMP(0)" },
	{ "timestamp(3)", "local", "LOCALTIMESTAMP" },
	{ "timestamp(3)", "local 3", "LOCALTIMESTAMP(3)" },
	{ "timestamp(3)", "clock", "clock_timestamp()" },
	{ "timestamp(3)", "utc", "timezone('utc', now())" },
	{ "timestamp(3)", "utc", "(now() AT TIME ZONE 'utc')" },
	{ "timestamp(3)", "utc", "timezone('utc'::text, now())" },
	{ "timestamp(3)", "utc", "(CURRENT_TIMESTAMP AT TIME ZONE 'utc'::text)" },
	{ "timestamp(3)", "later", "now() + interval '1 day'" },
	{ "timestamp(3)", "later", "now() + '1 day'::interval" },
	{ "timestamp(3)", "later", "now() + '1d'" },
	{ "timestamp(3)", "2020", "'2020-01-01'" },
	{ "timestamp(3)", "2020", "'2020-01-01 00:00:00'" },
	{ "timestamp(3)", "2020", "'2020-01-01T00:00:00Z'" },
	{ "timestamp(3)", "2020", "'2020-01-01 00:00:00 +00:00'" },
	{ "timestamp(3)", "2020", "'2020-01-01'::timestamp" },
	{ "timestamptz", "now", "CURRENT_TIMESTAMP" },
	{ "timestamptz", "now", "now()" },
	{ "timestamptz", "2020", "'2020-01-01 00:00:00+00'" },
	{ "timestamptz", "2020", "'2020-01-01 01:00:00+01'" },
	{ "date", "today", "CURRENT_DATE" },
	{ "date", "today", "('now'::text)::date" },
	{ "date", "2020", "'2020-01-31'" },
	{ "date", "2020", "'2020-01-31'::date" },
	{ "date", "2020", "'20200131'" },
	{ "date", "2020", "'Jan 31, 2020'" },
	{ "date", "2021", "'2021-01-31'" },
	{ "time", "now", "CURRENT_TIME" },
	{ "time", "noon", "'12:00'" },
	{ "time", "noon", "'12:00:00'" },
	{ "interval", "day", "'1 day'" },
	{ "interval", "day", "'1d'" },
	{ "interval", "day", "interval '1' day" },
	{ "interval", "24", "'24 hours'" },
	{ "bytea", "", "''" },
	{ "bytea", "a", "'a'" },
	{ "bytea", "a", "'\\x61'" },
	{ "bytea", "ab", "'\\xAB'" },
	{ "bytea", "ab", "'\\xab'::bytea" },
	{ "bit(3)", "101", "B'101'" },
	{ "bit(3)", "101", "'101'" },
	{ "bit(4)", "1111", "X'F'" },
	{ "bit(4)", "1111", "B'1111'" },
	{ "varbit", "1", "B'1'" },
	{ "inet", "a", "'10.0.0.1'" },
	{ "inet", "a", "'10.0.0.1/32'" },
	{ "cidr", "a", "'10.0.0.0/8'" },
	{ "cidr", "a", "'10/8'" },
	{ "money", "1", "1" },
	{ "money", "1", "'1'" },
	{ "money", "1", "1.00" },
	{ "oid", "1", "1" },
	{ "point", "0", "'(0,0)'" },
	{ "point", "0", "'0,0'" },
	{ "text[]", "{}", "'{}'" },
	{ "text[]", "{}", "'{}'::text[]" },
	{ "text[]", "{}", "ARRAY[]::text[]" },
	{ "text[]", "{}", "ARRAY[]::TEXT []" },
	{ "text[]", "{}", "'{}'::varchar[]" },
	{ "text[]", "{}", "'{ }'" },
	{ "text[]", "a", "ARRAY['a']" },
	{ "text[]", "a", "ARRAY['a']::text[]" },
	{ "text[]", "a", "'{a}'" },
	{ "text[]", "a", "'{\"a\"}'" },
	{ "text[]", "a", "ARRAY['a'::text]" },
	{ "text[]", "a", "ARRAY['a'::varchar]::text[]" },
	{ "text[]", "a,b", "ARRAY['a', 'b']" },
	{ "text[]", "a,b", "'{a,b}'" },
	{ "text[]", "a,b", "'{a, b}'" },
	{ "text[]", "ab", "'{\"a,b\"}'" },
	{ "text[]", "ab", "ARRAY['a,b']" },
	{ "text[]", "null", "'{NULL}'" },
	{ "text[]", "null", "ARRAY[NULL]::text[]" },
	{ "text[]", "'null'", "'{\"NULL\"}'" },
	{ "text[]", "q", "'{\"a\\\"b\\\\c\"}'" },
	{ "text[]", "q", "ARRAY['a\"b\\c']" },
	{ "text[]", "q", "ARRAY[E'a\"b\\\\c']" },
	{ "text[]", "2d", "'{{a},{b}}'" },
	{ "text[]", "2d", "ARRAY[['a'],['b']]" },
	{ "text[]", "2d", "ARRAY[ARRAY['a'], ARRAY['b']]" },
	{ "text[]", "5", "'{5}'" },
	{ "text[]", "5", "ARRAY['5']" },
	{ "text[]", "split", "string_to_array('a,b', ',')" },
	{ "varchar(10)[]", "a", "ARRAY['a']" },
	{ "varchar(10)[]", "a", "ARRAY['a']::varchar(10)[]" },
	{ "varchar(10)[]", "a", "'{a}'" },
	{ "varchar(10)[]", "{}", "'{}'" },
	{ "varchar(10)[]", "{}", "ARRAY[]::varchar(10)[]" },
	{ "integer[]", "1,2", "ARRAY[1, 2]" },
	{ "integer[]", "1,2", "'{1,2}'" },
	{ "integer[]", "1,2", "'{1, 2}'" },
	{ "integer[]", "1,2", "'{01,2}'" },
	{ "integer[]", "1,2", "ARRAY['1', '2']::integer[]" },
	{ "integer[]", "1,2", "ARRAY[1::bigint, 2]::int[]" },
	{ "integer[]", "-1", "ARRAY[-1]" },
	{ "integer[]", "-1", "'{-1}'" },
	{ "integer[]", "{}", "'{}'" },
	{ "integer[]", "{}", "ARRAY[]::integer[]" },
	{ "integer[3]", "{}", "'{}'" },
	{ "double precision[]", "1.5", "ARRAY[1.5]" },
	{ "double precision[]", "1.5", "'{1.50}'" },
	{ "boolean[]", "t", "'{t,f}'" },
	{ "boolean[]", "t", "ARRAY[true, false]" },
	{ "jsonb[]", "{}", "ARRAY[]::JSONB[]" },
	{ "jsonb[]", "{}", "'{}'" },
	{ "jsonb[]", "a", "ARRAY['{}'::jsonb]" },
	{ "jsonb[]", "a", "'{\"{}\"}'" },
	{ "timestamp(3)[]", "2020", "'{2020-01-01}'" },
	{ "timestamp(3)[]", "2020", "ARRAY['2020-01-01']::timestamp(3)[]" },
	{ "\"Status\"", "ON", "'ON'" },
	{ "\"Status\"", "ON", "'ON'::\"Status\"" },
	{ "\"Status\"", "ON", "'ON'::public.\"Status\"" },
	{ "\"Status\"", "ON", "'ON'::text::\"Status\"" },
	{ "\"Status\"", "OFF", "'OFF'" },
	{ "\"Status\"", "it's", "'it''s'" },
	{ "\"Status\"", "7", "'7'" },
	{ "public.\"Status\"", "ON", "'ON'" },
	{ "\"Status\"[]", "{}", "ARRAY[]::\"Status\"[]" },
	{ "\"Status\"[]", "{}", "'{}'" },
	{ "\"Status\"[]", "ON", "ARRAY['ON']::\"Status\"[]" },
	{ "\"Status\"[]", "ON", "'{ON}'" },
	{ "\"Status\"[]", "ON", "ARRAY['ON'::\"Status\"]" },
	{ "\"Status\"[]", "ON,OFF", "ARRAY['ON', 'OFF']::\"Status\"[]" },
	{ "\"Status\"[]", "ON,OFF", "'{ON,OFF}'" },
	{ "email", "a", "'a'" },
	{ "email", "a", "'a'::email" },
	{ "email", "a", "'a'::text" },
	{ "email", "none", "NULL" },
	{ "positive", "1", "1" },
	{ "positive", "1", "'1'" },
	{ "elsewhere.mood", "sad", "'sad'" },
	{ "elsewhere.mood", "sad", "'sad'::elsewhere.mood" },
};

static const char setup[] =
	"CREATE TYPE \"Status\" AS ENUM ('ON', 'OFF', 'it''s', '7');"
	"CREATE DOMAIN email AS text; CREATE DOMAIN positive AS integer;"
	"CREATE SCHEMA elsewhere; CREATE TYPE elsewhere.mood AS ENUM ('sad');"
	"CREATE SEQUENCE numbers; CREATE SEQUENCE \"Other Numbers\"";

static void make_type(world *w, const char *schema, const char *name, bool is_enum)
{
	object_id id = world_create(w, OBJECT_TYPE, world_schema(w, schema), name);

	if (is_enum)
		world_set(w, id, FACET_LABELS, (us_value){ US_VALUE_FIRM, "'x'" });
}

static world *a_world(void)
{
	world *w = world_new("public");

	assert_non_null(w);
	make_type(w, "public", "Status", true);
	make_type(w, "public", "email", false);
	make_type(w, "public", "positive", false);
	make_type(w, "elsewhere", "mood", true);
	world_create(w, OBJECT_RELATION, world_schema(w, "public"), "numbers");
	world_create(w, OBJECT_RELATION, world_schema(w, "public"), "t");
	return w;
}

/* What the server shows of each row. */
typedef struct {
	char *type, *expression; /* NULL: it has none */
} shown;

typedef struct {
	cluster_db cluster;
	us_db *db;
	world *script, *live;
	shown shown[US_LEN(rows)];
	us_value types[2][US_LEN(rows)], defaults[2][US_LEN(rows)]; /* 0: script */
} fixture;

static us_code keep(const us_row *r, void *ctx, us_err *err)
{
	shown **next = ctx;

	(void)err;
	(*next)->type = strdup(r->cells[0]);
	(*next)->expression = r->cells[1] ? strdup(r->cells[1]) : NULL;
	(*next)++;
	return US_OK;
}

static void create_table(fixture *f)
{
	us_str sql = { 0 };

	us_str_add(&sql, "CREATE TABLE t (");
	for (size_t i = 0; i < US_LEN(rows); i++)
		us_str_addf(&sql, "%s c%zu %s DEFAULT %s", i ? "," : "", i,
			rows[i].type, rows[i].expression);
	us_str_addc(&sql, ')');
	cluster_exec(&f->cluster, us_str_text(&sql));
	us_str_fini(&sql);
}

static void read_table(fixture *f)
{
	static const char query[] =
		"SELECT format_type(a.atttypid, a.atttypmod),"
		" pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a LEFT JOIN"
		" pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)"
		" WHERE a.attrelid = 'public.t'::regclass AND a.attnum > 0"
		" ORDER BY a.attnum";
	us_err err = { 0 };
	shown *next = f->shown;
	us_stmt both[] = { { .sql = "SELECT set_config('search_path',"
				    " 'pg_catalog', true)" },
		{ .sql = query, .fn = keep, .ctx = &next } };

	assert_ok(us_db_run(f->db, both, 2, &err), &err);
	assert_ptr_equal(next, f->shown + US_LEN(rows));
}

static us_value default_in(world *w, const char *text, us_value type)
{
	const PgQuery__Node *e =
		text ? parse_expression(world_arena(w), text) : NULL;

	if (text && !e)
		fail_msg("can't be parsed: %s", text);
	return default_value(w,
		world_find(w, OBJECT_RELATION, world_schema(w, "public"), "t"),
		type, e);
}

/* In words of now, as they are compared. */
static us_value resolved(world *w, us_value v)
{
	object_id t =
		world_find(w, OBJECT_RELATION, world_schema(w, "public"), "t");

	world_set(w, t, FACET_COMMENT, v);
	return world_value(w, t, FACET_COMMENT);
}

static void compute(fixture *f)
{
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_value a = type_value(f->script,
			parse_type(world_arena(f->script), rows[i].type));
		us_value b = type_value(f->live,
			parse_type(world_arena(f->live), f->shown[i].type));

		f->types[0][i] = resolved(f->script, a);
		f->types[1][i] = resolved(f->live, b);
		f->defaults[0][i] = resolved(
			f->script, default_in(f->script, rows[i].expression, a));
		f->defaults[1][i] = resolved(
			f->live, default_in(f->live, f->shown[i].expression, b));
	}
}

static int open_all(void **state)
{
	static fixture f;
	us_err err = { 0 };

	cluster_db_open(&f.cluster);
	cluster_exec(&f.cluster, setup);
	create_table(&f);
	assert_ok(us_db_open(&f.db, &f.cluster.parts, US_DB_READ, &err), &err);
	f.script = a_world();
	f.live = a_world();
	read_table(&f);
	compute(&f);
	*state = &f;
	return 0;
}

static int close_all(void **state)
{
	fixture *f = *state;

	world_free(f->script);
	world_free(f->live);
	us_db_close(f->db);
	for (size_t i = 0; i < US_LEN(rows); i++) {
		free(f->shown[i].type);
		free(f->shown[i].expression);
	}
	cluster_db_close(&f->cluster);
	return 0;
}

static const char *text_of(us_value v)
{
	return v.text ? v.text : "?";
}

static void a_type_is_the_same_as_the_server_shows_it(void **state)
{
	fixture *f = *state;

	for (size_t i = 0; i < US_LEN(rows); i++)
		if (us_value_compare(f->types[0][i], f->types[1][i]) != US_AGREE)
			fail_msg("%s: %s, shown as %s: %s", rows[i].type,
				text_of(f->types[0][i]), f->shown[i].type,
				text_of(f->types[1][i]));
}

static void different_types_differ(void **state)
{
	fixture *f = *state;

	for (size_t i = 0; i < US_LEN(rows); i++)
		for (size_t j = 0; j < US_LEN(rows); j++)
			if (strcmp(f->shown[i].type, f->shown[j].type) != 0)
				assert_int_equal(us_value_compare(f->types[0][i],
							 f->types[1][j]),
					US_DIFFER);
}

static void defaults_of_one_meaning_never_differ(void **state)
{
	fixture *f = *state;
	size_t agree = 0, alike = 0;

	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_agreement own =
			us_value_compare(f->defaults[0][i], f->defaults[1][i]);

		agree += own == US_AGREE;
		if (own == US_UNDECIDED)
			print_message("undecided: %s %s: %s, shown as %s: %s\n",
				rows[i].type, rows[i].expression,
				text_of(f->defaults[0][i]),
				f->shown[i].expression ? f->shown[i].expression
						       : "none",
				text_of(f->defaults[1][i]));
		for (size_t j = 0; j < US_LEN(rows); j++) {
			if (strcmp(rows[i].type, rows[j].type) != 0 ||
				strcmp(rows[i].meaning, rows[j].meaning) != 0)
				continue;
			alike++;
			if (us_value_compare(f->defaults[0][i],
				    f->defaults[1][j]) == US_DIFFER)
				fail_msg("%s %s: %s, shown as %s: %s", rows[i].type,
					rows[i].expression,
					text_of(f->defaults[0][i]),
					f->shown[j].expression
						? f->shown[j].expression
						: "none",
					text_of(f->defaults[1][j]));
		}
	}
	print_message("%zu of %zu agree with what is shown of them, %zu pairs of"
		      " one meaning\n",
		agree, US_LEN(rows), alike);
	/* what is lost is listed above; more would be a step back */
	assert_true(agree * 100 >= US_LEN(rows) * 85);
}

static void defaults_of_different_meanings_never_agree(void **state)
{
	fixture *f = *state;
	size_t differ = 0, pairs = 0;

	for (size_t i = 0; i < US_LEN(rows); i++)
		for (size_t j = 0; j < US_LEN(rows); j++) {
			us_agreement a;

			if (strcmp(rows[i].type, rows[j].type) != 0 ||
				strcmp(rows[i].meaning, rows[j].meaning) == 0)
				continue;
			a = us_value_compare(f->defaults[0][i], f->defaults[1][j]);
			pairs++;
			differ += a == US_DIFFER;
			if (a == US_AGREE)
				fail_msg("%s %s agrees with %s, shown as %s: %s",
					rows[i].type, rows[i].expression,
					rows[j].expression, f->shown[j].expression,
					text_of(f->defaults[0][i]));
		}
	print_message("%zu of %zu pairs differ for certain\n", differ, pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_is_the_same_as_the_server_shows_it),
		cmocka_unit_test(different_types_differ),
		cmocka_unit_test(defaults_of_one_meaning_never_differ),
		cmocka_unit_test(defaults_of_different_meanings_never_agree),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
