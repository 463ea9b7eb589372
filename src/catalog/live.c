/* The live catalog, as far as a script touches it: one batch of queries that look
 * names up in pg_catalog by its indexes. */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "live_rows.h"
#include "live_sql.h"
#include "position.h"
#include "unstick/auto.h"

/* A parameter: the array of one part of the names asked for. */
typedef enum { PART_SCHEMA, PART_RELATION, PART_NAME } part;

typedef struct {
	const char *sql;
	us_row_fn *fn;
	object_kind kind;
	part parts[3];
	size_t nparts;
} query;

/* What a statement of the server's brings about (a constraint its index, say) is
 * overwritten by the row that is about it. */
#define NAME { PART_NAME }, 1
#define IN_SCHEMA { PART_SCHEMA, PART_NAME }, 2
#define IN_RELATION { PART_SCHEMA, PART_RELATION, PART_NAME }, 3

static const query queries[] = {
	{ us_text_schemas_sql, live_schema, OBJECT_SCHEMA, NAME },
	{ us_text_types_sql, live_type, OBJECT_TYPE, IN_SCHEMA },
	{ us_text_constraints_sql, live_constraint, OBJECT_CONSTRAINT,
		IN_RELATION },
	{ us_text_relations_sql, live_relation, OBJECT_RELATION, IN_SCHEMA },
	{ us_text_columns_sql, live_column, OBJECT_COLUMN, IN_RELATION },
	{ us_text_functions_sql, live_function, OBJECT_FUNCTION, IN_SCHEMA },
	{ us_text_triggers_sql, live_trigger, OBJECT_TRIGGER, IN_RELATION },
	{ us_text_rules_sql, live_rule, OBJECT_RULE, IN_RELATION },
	{ us_text_policies_sql, live_policy, OBJECT_POLICY, IN_RELATION },
	{ us_text_extensions_sql, live_extension, OBJECT_EXTENSION, NAME },
};

/* ---- what is asked for ------------------------------------------------------- */

/* Temporary objects are another session's, or ours: nobody's business. */
static bool is_temporary(const char *schema)
{
	return schema &&
	       strncmp(schema, WORLD_TEMPORARY, strlen(WORLD_TEMPORARY)) == 0;
}

/* An object for each name, so that each is asked for once. */
static void ask(world *live, const world *touched, const world_key *key)
{
	object_id parent = 0;

	if (is_temporary(key->schema))
		return;
	if (key->schema)
		parent = world_get(live, OBJECT_SCHEMA, 0, key->schema);
	if (key->relation)
		parent = world_get(live, OBJECT_RELATION, parent, key->relation);
	world_get(live, key->kind, parent, key->name);
	if (key->facet == FACET_POSITION)
		position_ask(live, parent, touched, key);
}

static void ask_all(world *live, const world *touched)
{
	for (size_t i = 0; i < world_ntouched(touched); i++)
		ask(live, touched, world_touched(touched, i));
}

us_code live_is_asked(
	bool *yes, const world *asked, const world *touched, us_err *err)
{
	world *names = world_new(NULL);
	size_t n;
	us_code rc;

	*yes = false;
	if (!names)
		return us_fail(err, US_E_NOMEM, "out of memory");
	ask_all(names, asked);
	n = world_count(names);
	ask_all(names, touched);
	*yes = world_count(names) == n;
	rc = us_arena_check(world_arena(names), err);
	world_free(names);
	return rc;
}

static bool has_relation(object_kind kind)
{
	return kind >= OBJECT_COLUMN && kind <= OBJECT_RULE;
}

static const char *part_of(const world *w, const object *o, part p)
{
	const object *up = world_object(w, o->parent);

	if (p == PART_NAME)
		return o->name;
	if (p == PART_RELATION)
		return up->name;
	return has_relation(o->kind) ? world_object(w, up->parent)->name : up->name;
}

/* {"a","b c"}; of a function's name what is before its arguments. */
static void add_element(us_str *out, const char *text, bool function)
{
	us_str_add(out, out->len > 1 ? ",\"" : "\"");
	for (; *text && !(function && *text == '('); text++) {
		if (*text == '"' || *text == '\\')
			us_str_addc(out, '\\');
		us_str_addc(out, *text);
	}
	us_str_addc(out, '"');
}

static const char *array_of(world *w, size_t asked, object_kind kind, part p)
{
	us_str out = { 0 };
	const char *array;

	us_str_addc(&out, '{');
	for (object_id id = 1; id <= asked; id++) {
		const object *o = world_object(w, id);

		if (o->kind == kind)
			add_element(&out, part_of(w, o, p),
				kind == OBJECT_FUNCTION && p == PART_NAME);
	}
	us_str_addc(&out, '}');
	array = us_arena_str(world_arena(w), us_str_text(&out));
	world_arena(w)->failed |= out.failed;
	us_str_fini(&out);
	return array;
}

static bool is_asked(const world *w, size_t asked, object_kind kind)
{
	for (object_id id = 1; id <= asked; id++)
		if (world_object(w, id)->kind == kind)
			return true;
	return false;
}

/* ---- asking ------------------------------------------------------------------ */

/* begin, the queries that are about something, end. */
static us_code run_queries(live_rows *l, us_db *db, size_t asked,
	const us_meanwhile *meanwhile, us_err *err)
{
	const char *params[US_LEN(queries)][3];
	us_stmt stmts[US_LEN(queries) + 2] = { { .sql = us_text_begin_sql } };
	size_t n = 1;
	us_code rc;

	for (size_t i = 0; i < US_LEN(queries); i++) {
		const query *q = &queries[i];

		if (!is_asked(l->w, asked, q->kind))
			continue;
		for (size_t j = 0; j < q->nparts; j++)
			params[i][j] = array_of(l->w, asked, q->kind, q->parts[j]);
		stmts[n++] = (us_stmt){ .sql = q->sql,
			.nparams = q->nparts,
			.params = params[i],
			.fn = q->fn,
			.ctx = l };
	}
	stmts[n++] = (us_stmt){ .sql = us_text_end_sql };
	rc = us_arena_check(world_arena(l->w), err);
	return rc == US_OK ? us_db_run_while(db, stmts, n, meanwhile, err) : rc;
}

/* ---- what wasn't found ------------------------------------------------------- */

/* By its names once more: applying a definition makes a new object of that name. */
static object_id again(world *w, object_id id)
{
	const object *o = world_object(w, id);
	object_kind kind = o->kind;
	const char *name = o->name;
	object_id parent = o->parent ? again(w, o->parent) : 0;

	return world_get(w, kind, parent, name);
}

static void deny_missing(world *w, size_t asked)
{
	world_begin_statement(w, MODE_FOLD);
	for (object_id id = 1; id <= asked; id++) {
		object_id now = again(w, id);

		if (world_is(w, now) != THERE_YES)
			world_need(w, now, THERE_NO);
	}
}

static void leave_out(const live_rows *l)
{
	for (const left_out *o = l->left_out; o; o = o->next) {
		object_id parent = 0;

		if (o->schema)
			parent = world_get(l->w, OBJECT_SCHEMA, 0, o->schema);
		if (o->relation)
			parent = world_get(
				l->w, OBJECT_RELATION, parent, o->relation);
		world_blur(l->w, world_get(l->w, o->kind, parent, o->name));
	}
}

world *live_world(const us_db *db)
{
	us_db_info about = us_db_about(db);
	world *w = world_new(about.schema);

	if (w && strtoul(about.version, NULL, 10) >= 18)
		world_name_not_nulls(w);
	return w;
}

us_code live_load(world **out, us_db *db, const world *touched,
	const us_meanwhile *meanwhile, us_err *err)
{
	live_rows l = { .w = live_world(db) };
	size_t asked;
	us_code rc = US_OK;

	*out = NULL;
	if (!l.w)
		return us_fail(err, US_E_NOMEM, "out of memory");
	ask_all(l.w, touched);
	asked = world_count(l.w);
	if (asked > 0)
		rc = run_queries(&l, db, asked, meanwhile, err);
	else if (meanwhile)
		meanwhile->fn(meanwhile->ctx);
	if (rc == US_OK) {
		deny_missing(l.w, asked);
		leave_out(&l);
		rc = us_arena_check(world_arena(l.w), err);
	}
	if (rc == US_OK)
		*out = l.w;
	else
		world_free(l.w);
	return rc;
}
