/* Schemas, extensions and comments. */
#include <string.h>

#include "kinds.h"
#include "routines.h"
#include "unstick/auto.h"

static bool goes_on(
	const step *s, object_id id, object_kind kind, bool if_not_exists)
{
	presence there = world_is(s->w, id);
	const char *name = world_object(s->w, id)->name;

	if (if_not_exists && there == THERE_YES)
		return false;
	if (if_not_exists && there == THERE_MAYBE) {
		world_create_maybe(s->w, kind, 0, name);
		return false;
	}
	world_need(s->w, id, THERE_NO);
	return true;
}

/* A schema made with its contents in the same statement is not followed inside. */
void kind_create_schema(const step *s)
{
	const PgQuery__CreateSchemaStmt *c = s->tree->create_schema_stmt;
	const char *name = c->schemaname;
	object_id id;

	if (name[0] == '\0' && c->authrole)
		name = c->authrole->rolename;
	if (!name || name[0] == '\0' || c->n_schema_elts > 0) {
		world_unsure(s->w, "a schema with what is in it is not followed");
		world_close_parts(s->w, NULL, NULL);
		world_blur_mentioned(s->w, s->text, s->len);
		/* CURRENT_USER's can be any */
		world_blur(s->w, name && name[0] ? world_schema(s->w, name) : 0);
		return;
	}
	id = world_get(s->w, OBJECT_SCHEMA, 0, name);
	if (!goes_on(s, id, OBJECT_SCHEMA, c->if_not_exists))
		return;
	id = world_create(s->w, OBJECT_SCHEMA, 0, name);
	world_set_whole(s->w, id, true);
}

static bool is_option(const PgQuery__Node *option, const char *name)
{
	return option->node_case == PG_QUERY__NODE__NODE_DEF_ELEM &&
	       strcmp(option->def_elem->defname, name) == 0;
}

static const char *schema_option(PgQuery__Node **options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_option(options[i], "schema"))
			return string_of(options[i]->def_elem->arg);
	return NULL;
}

static bool takes_others_along(PgQuery__Node **options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_option(options[i], "cascade"))
			return true;
	return false;
}

/* CASCADE makes the extensions that it requires, and the control file of any may
 * name a schema to make. */
static void blur_required(world *w)
{
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if ((o->kind == OBJECT_EXTENSION || o->kind == OBJECT_SCHEMA) &&
			o->there == THERE_NO)
			world_blur(w, id);
	}
	world_close(w, NULL, NULL);
}

static void blur_absent(world *w, object_kind kind)
{
	for (object_id id = 1; id <= world_count(w); id++)
		if (world_object(w, id)->kind == kind &&
			world_is(w, id) == THERE_NO)
			world_blur(w, id);
}

/* Those of PostgreSQL's own, and the best-known. */
bool extension_has_no_relations(const char *name)
{
	static const char *const names[] = { "btree_gin", "btree_gist", "citext",
		"cube", "dblink", "earthdistance", "fuzzystrmatch", "hstore",
		"intarray", "isn", "lo", "ltree", "pg_trgm", "pgcrypto", "plpgsql",
		"postgres_fdw", "seg", "tablefunc", "unaccent", "uuid-ossp",
		"vector" };

	for (size_t i = 0; i < US_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool makes_no_schema(const char *name)
{
	return extension_has_no_relations(name) || strcmp(name, "postgis") == 0 ||
	       strcmp(name, "pg_stat_statements") == 0;
}

/* What it makes in a schema is the server's to say: it knows whose a thing is (see
 * live.h). */
void kind_create_extension(const step *s)
{
	const PgQuery__CreateExtensionStmt *c = s->tree->create_extension_stmt;
	const char *schema = schema_option(c->options, c->n_options);
	object_id id = world_get(s->w, OBJECT_EXTENSION, 0, c->extname);

	if (schema && schema[0])
		world_need(s->w, world_schema(s->w, schema), THERE_YES);
	if (goes_on(s, id, OBJECT_EXTENSION, c->if_not_exists))
		/* it brings its comment along */
		world_set(s->w, world_create(s->w, OBJECT_EXTENSION, 0, c->extname),
			FACET_COMMENT, (us_value){ US_VALUE_UNKNOWN, NULL });
	else if (!world_outcome(s->w)->changes)
		return;
	if (!makes_no_schema(c->extname))
		blur_absent(s->w, OBJECT_SCHEMA);
	if (takes_others_along(c->options, c->n_options))
		blur_required(s->w);
}

/* ---- comments ---- */

#define TYPE(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

static object_id listed(const step *s, object_kind kind, const PgQuery__List *names)
{
	object_id of;

	if (kind < OBJECT_COLUMN || kind > OBJECT_RULE)
		return named_object(s->w, kind, names->items, names->n_items);
	if (names->n_items < 2)
		return 0;
	of = named_object(s->w, OBJECT_RELATION, names->items, names->n_items - 1);
	world_need(s->w, of, THERE_YES);
	return world_get(s->w, kind, of, last_of(names->items, names->n_items));
}

static object_id commented(const step *s, object_kind kind)
{
	PgQuery__Node *named = s->tree->comment_stmt->object;

	if (!named)
		return 0;
	switch (named->node_case) {
	case PG_QUERY__NODE__NODE_LIST:
		return listed(s, kind, named->list);
	case PG_QUERY__NODE__NODE_TYPE_NAME:
		return named_object(s->w, kind, named->type_name->names,
			named->type_name->n_names);
	case PG_QUERY__NODE__NODE_STRING:
		return world_get(s->w, kind, 0, string_of(named));
	case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
		return routine_of(s->w, named->object_with_args);
	default:
		return 0;
	}
}

/* An empty comment is none (source: PostgreSQL 15, CreateComments of comment.c). Of
 * what has no place in a catalog as we know it nothing is noted. */
void kind_comment(const step *s)
{
	static const struct {
		PgQuery__ObjectType what;
		object_kind kind;
	} kinds[] = {
		{ TYPE(TABLE), OBJECT_RELATION },
		{ TYPE(VIEW), OBJECT_RELATION },
		{ TYPE(MATVIEW), OBJECT_RELATION },
		{ TYPE(INDEX), OBJECT_RELATION },
		{ TYPE(SEQUENCE), OBJECT_RELATION },
		{ TYPE(FOREIGN_TABLE), OBJECT_RELATION },
		{ TYPE(COLUMN), OBJECT_COLUMN },
		{ TYPE(TABCONSTRAINT), OBJECT_CONSTRAINT },
		{ TYPE(TRIGGER), OBJECT_TRIGGER },
		{ TYPE(POLICY), OBJECT_POLICY },
		{ TYPE(RULE), OBJECT_RULE },
		{ TYPE(TYPE), OBJECT_TYPE },
		{ TYPE(DOMAIN), OBJECT_TYPE },
		{ TYPE(SCHEMA), OBJECT_SCHEMA },
		{ TYPE(EXTENSION), OBJECT_EXTENSION },
		{ TYPE(FUNCTION), OBJECT_FUNCTION },
		{ TYPE(PROCEDURE), OBJECT_FUNCTION },
		{ TYPE(ROUTINE), OBJECT_FUNCTION },
		{ TYPE(AGGREGATE), OBJECT_FUNCTION },
	};
	const PgQuery__CommentStmt *c = s->tree->comment_stmt;
	us_value v = { US_VALUE_FIRM, "none" };
	object_id id = 0;

	for (size_t i = 0; i < US_LEN(kinds) && !id; i++)
		if (kinds[i].what == c->objtype)
			id = commented(s, kinds[i].kind);
	if (!id)
		return;
	world_need(s->w, id, THERE_YES);
	/* PLAIN against FIRM: quoted, so that no comment reads "none" */
	if (c->comment && c->comment[0])
		v = (us_value){ US_VALUE_PLAIN,
			us_arena_strf(world_arena(s->w), "'%s'", c->comment) };
	world_set(s->w, id, FACET_COMMENT, v);
}
