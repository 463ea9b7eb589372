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
#include "default_rows.inc"
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
