/* Rows of pg_catalog as objects of a world. What the server shows as a statement is
 * applied as one, so that it reads as the same statement of a script would; what
 * the row says of it comes last. */
#include "live_rows.h"

#include <string.h>

#include "expression.h"
#include "kinds.h"
#include "routines.h"

static us_value firm(const char *text)
{
	return (us_value){ US_VALUE_FIRM, text };
}

static bool is_true(const char *cell)
{
	return cell && *cell == 't';
}

static object_id there(
	world *w, object_kind kind, object_id parent, const char *name)
{
	object_id id = world_get(w, kind, parent, name);

	world_need(w, id, THERE_YES);
	return id;
}

static object_id schema_of(world *w, const char *name)
{
	return there(w, OBJECT_SCHEMA, 0, name);
}

static object_id relation_named(world *w, const us_row *r)
{
	return there(w, OBJECT_RELATION, schema_of(w, r->cells[0]), r->cells[1]);
}

/* As kind_comment() has them. */
static void set_comment(world *w, object_id id, const char *comment)
{
	world_set(w, id, FACET_COMMENT,
		comment ? (us_value){ US_VALUE_PLAIN,
				  us_arena_strf(world_arena(w), "'%s'", comment) }
			: firm("none"));
}

static void set_cleaning(world *w, object_id id, const char *sql)
{
	if (sql)
		world_set(w, id, FACET_CLEANING, firm(sql));
}

/* One that our parser can't read leaves the object without its definition. */
static void apply_text(world *w, const char *sql)
{
	us_arena *a = world_arena(w);
	parse p = { 0 }; /* or gcc 12 at -O3 thinks it gone (-Wdangling-pointer) */

	if (!sql)
		return;
	sql = us_arena_str(a, sql);
	if (parse_sql(a, &p, sql, strlen(sql)) && p.n == 1)
		apply_statement(w, MODE_FOLD, p.tree[0], p.text[0], p.len[0]);
	world_begin_statement(w, MODE_FOLD);
}

static const char *copy(us_arena *a, const char *text)
{
	return text ? us_arena_str(a, text) : NULL;
}

static void leave_out(live_rows *l, const left_out *what)
{
	us_arena *a = world_arena(l->w);
	left_out *o = us_arena_alloc(a, sizeof(*o));

	if (!o)
		return;
	*o = (left_out){ l->left_out, what->kind, copy(a, what->schema),
		copy(a, what->relation), us_arena_str(a, what->name) };
	l->left_out = o;
}

/* What an extension made no statement of a script did, and a script that meets it
 * does not what it says. member: the cell that says whether it is one's. */
static void note_member(live_rows *l, object_kind kind, const char *schema,
	const char *name, const char *member)
{
	if (is_true(member))
		leave_out(
			l, &(left_out){
				   .kind = kind, .schema = schema, .name = name });
}

us_code live_schema(const us_row *r, void *ctx, us_err *err)
{
	live_rows *l = ctx;

	(void)err;
	set_comment(l->w, schema_of(l->w, r->cells[0]), r->cells[1]);
	note_member(l, OBJECT_SCHEMA, NULL, r->cells[0], r->cells[2]);
	return US_OK;
}

us_code live_extension(const us_row *r, void *ctx, us_err *err)
{
	world *w = ((live_rows *)ctx)->w;

	(void)err;
	set_comment(w, there(w, OBJECT_EXTENSION, 0, r->cells[0]), r->cells[1]);
	return US_OK;
}

static const PgQuery__TypeName *type_named(live_rows *l, const char *text)
{
	us_arena *a = world_arena(l->w);
	const known_type *known = l->types;
	known_type *k;

	while (known && strcmp(known->text, text) != 0)
		known = known->next;
	if (known)
		return known->type;
	k = us_arena_alloc(a, sizeof(*k));
	if (!k)
		return NULL;
	*k = (known_type){ l->types, us_arena_str(a, text), parse_type(a, text) };
	l->types = k;
	return k->type;
}

static us_value type_in(live_rows *l, const char *text)
{
	const PgQuery__TypeName *type = type_named(l, text);
	world *w = l->w;

	return type ? type_value(w, type) : (us_value){ US_VALUE_UNKNOWN, NULL };
}

us_code live_type(const us_row *r, void *ctx, us_err *err)
{
	live_rows *l = ctx;
	world *w = l->w;
	object_id id =
		there(w, OBJECT_TYPE, schema_of(w, r->cells[0]), r->cells[1]);

	(void)err;
	switch (*r->cells[2]) {
	case 'e':
		world_set(w, id, FACET_KIND, firm("enum"));
		world_set(w, id, FACET_LABELS,
			firm(r->cells[3] ? us_arena_str(world_arena(w), r->cells[3])
					 : ""));
		break;
	case 'd':
		world_set(w, id, FACET_KIND, firm("domain"));
		world_set(w, id, FACET_TYPE, type_in(l, r->cells[4]));
		break;
	case 'c':
		world_set(w, id, FACET_KIND, firm("composite type"));
		break;
	case 'm': /* from PostgreSQL 14 on, with its range */
		world_set(w, id, FACET_KIND, firm("multirange"));
		break;
	default:
		break;
	}
	set_comment(w, id, r->cells[5]);
	note_member(l, OBJECT_TYPE, r->cells[0], r->cells[1], r->cells[6]);
	return US_OK;
}

us_code live_constraint(const us_row *r, void *ctx, us_err *err)
{
	live_rows *l = ctx;
	object_id id, relation = relation_named(l->w, r);

	apply_text(l->w, r->cells[3]);
	id = there(l->w, OBJECT_CONSTRAINT, relation, r->cells[2]);
	world_set(l->w, id, FACET_VALID, firm(is_true(r->cells[4]) ? "yes" : "no"));
	set_comment(l->w, id, r->cells[5]);
	set_cleaning(l->w, id, r->cells[6]);
	if (is_true(r->cells[7]))
		leave_out(l, &(left_out){ .kind = OBJECT_CONSTRAINT,
				     .schema = r->cells[0],
				     .relation = r->cells[1],
				     .name = r->cells[2] });
	(void)err;
	return US_OK;
}

static const char *kind_of_relation(char relkind)
{
	switch (relkind) {
	case 'r':
		return "table";
	case 'p':
		return "partitioned table";
	case 'f':
		return "foreign table";
	case 'i':
	case 'I':
		return "index";
	case 'v':
		return "view";
	case 'm':
		return "materialized view";
	case 'S':
		return "sequence";
	case 'c':
		return "composite type";
	default:
		return NULL;
	}
}

static void set_row_security(
	world *w, object_id id, const char *enabled, const char *forced)
{
	world_set(w, id, FACET_SECURITY, firm(is_true(enabled) ? "on" : "off"));
	world_set(w, id, FACET_FORCED, firm(is_true(forced) ? "yes" : "no"));
}

us_code live_relation(const us_row *r, void *ctx, us_err *err)
{
	live_rows *l = ctx;
	const char *kind = kind_of_relation(*r->cells[2]);
	object_id id;

	if (*r->cells[2] == 'S') /* its text says whose it is */
		world_set(l->w, relation_named(l->w, r), FACET_OWNER, firm("none"));
	apply_text(l->w, r->cells[3]);
	id = relation_named(l->w, r);
	if (kind)
		world_set(l->w, id, FACET_KIND, firm(kind));
	if (r->cells[4])
		world_set(l->w, id, FACET_VALID,
			firm(is_true(r->cells[4]) ? "yes" : "no"));
	if (r->cells[8])
		set_row_security(l->w, id, r->cells[8], r->cells[9]);
	set_comment(l->w, id, r->cells[5]);
	set_cleaning(l->w, id, r->cells[6]);
	note_member(l, OBJECT_RELATION, r->cells[0], r->cells[1], r->cells[7]);
	(void)err;
	return US_OK;
}

/* An enum's constants are compared otherwise than those of a type of which nothing
 * is known. Of one that wasn't asked for the labels themselves don't matter. */
static void know_enum(world *w, const char *schema, const char *name)
{
	object_id id;

	if (!name)
		return;
	id = there(w, OBJECT_TYPE, schema_of(w, schema), name);
	if (!world_object(w, id)->facets[FACET_LABELS].text)
		world_set(w, id, FACET_LABELS, (us_value){ US_VALUE_OPAQUE, "" });
}

/* As add_column() has them. */
static us_value default_in(world *w, object_id relation, us_value type,
	const char *text, bool generated)
{
	const PgQuery__Node *e =
		text ? parse_expression(world_arena(w), text) : NULL;
	us_value v;

	if (text && !e)
		return (us_value){ US_VALUE_UNKNOWN, NULL };
	if (!generated)
		return default_value(w, relation, type, e);
	v = expression_value(w, relation, e);
	if (v.firmness != US_VALUE_UNKNOWN)
		v = (us_value){ US_VALUE_OPAQUE,
			us_arena_strf(world_arena(w), "generated: %s", v.text) };
	return v;
}

static const char *identity_of(const char *attidentity)
{
	if (*attidentity == 'a')
		return "always";
	return *attidentity == 'd' ? "by default" : "no";
}

us_code live_column(const us_row *r, void *ctx, us_err *err)
{
	live_rows *l = ctx;
	world *w = l->w;
	object_id relation = relation_named(w, r);
	object_id id = there(w, OBJECT_COLUMN, relation, r->cells[2]);
	us_value type;

	(void)err;
	know_enum(w, r->cells[9], r->cells[10]);
	type = type_in(l, r->cells[3]);
	world_set(w, id, FACET_TYPE, type);
	world_set(w, id, FACET_NULLABLE, firm(is_true(r->cells[4]) ? "no" : "yes"));
	world_set(w, id, FACET_DEFAULT,
		default_in(w, relation, type, r->cells[5], *r->cells[7] != '\0'));
	world_set(w, id, FACET_IDENTITY, firm(identity_of(r->cells[6])));
	set_comment(w, id, r->cells[8]);
	/* see position.c */
	world_set(w, id, FACET_POSITION,
		(us_value){ is_true(r->cells[12]) ? US_VALUE_OPAQUE : US_VALUE_FIRM,
			r->cells[11] });
	return US_OK;
}

us_code live_function(const us_row *r, void *ctx, us_err *err)
{
	live_rows *l = ctx;
	world *w = l->w;
	us_arena *a = world_arena(w);
	const char *drop = us_arena_str(a, r->cells[2]), *name = NULL;
	object_id id;
	parse p;

	(void)err;
	apply_text(w, r->cells[3]);
	if (parse_sql(a, &p, drop, strlen(drop)) && p.n == 1 &&
		p.tree[0]->node_case == PG_QUERY__NODE__NODE_DROP_STMT &&
		p.tree[0]->drop_stmt->n_objects == 1 &&
		p.tree[0]->drop_stmt->objects[0]->node_case ==
			PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS)
		name = routine_name(
			w, p.tree[0]->drop_stmt->objects[0]->object_with_args);
	if (!name)
		return US_OK;
	id = there(w, OBJECT_FUNCTION, schema_of(w, r->cells[0]), name);
	set_comment(w, id, r->cells[4]);
	note_member(l, OBJECT_FUNCTION, r->cells[0], name, r->cells[5]);
	return US_OK;
}

/* Triggers, rules and policies: schema, relation, name, text, comment. */
static us_code add_child(const us_row *r, world *w, object_kind kind)
{
	object_id relation = relation_named(w, r);

	apply_text(w, r->cells[3]);
	set_comment(w, there(w, kind, relation, r->cells[2]), r->cells[4]);
	return US_OK;
}

us_code live_trigger(const us_row *r, void *ctx, us_err *err)
{
	(void)err;
	return add_child(r, ((live_rows *)ctx)->w, OBJECT_TRIGGER);
}

us_code live_rule(const us_row *r, void *ctx, us_err *err)
{
	(void)err;
	return add_child(r, ((live_rows *)ctx)->w, OBJECT_RULE);
}

us_code live_policy(const us_row *r, void *ctx, us_err *err)
{
	(void)err;
	return add_child(r, ((live_rows *)ctx)->w, OBJECT_POLICY);
}
