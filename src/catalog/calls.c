/* Code that runs although no statement about rows calls it: functions in defaults,
 * checks and the like, and those of triggers. */
#include <string.h>

#include "builtins.h"
#include "kinds.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* ---- functions in expressions ------------------------------------------------ */

typedef struct {
	const step *s;
	code_reach reach;
} calling;

static bool is_named(const object *o, const char *name)
{
	size_t n = strlen(name);

	return o->kind == OBJECT_FUNCTION && o->there != THERE_NO &&
	       strncmp(o->name, name, n) == 0 && o->name[n] == '(';
}

static bool is_known(const world *w, const char *name)
{
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (is_named(o, name) && o->facets[FACET_DEFINITION].text)
			return true;
	}
	return false;
}

/* Of one that no script of the history made nothing bad is supposed: they come with
 * extensions. */
static bool see_call(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__FuncCall *f = (const PgQuery__FuncCall *)m;
	calling *c = ctx;
	world *w = c->s->w;
	bool destroys = false;
	code_reach reach;
	const char *name;

	if (m->descriptor != &pg_query__func_call__descriptor)
		return true;
	name = last_of(f->funcname, f->n_funcname);
	if (builtin_named(name) != BUILTIN_NONE)
		return true;
	/* so that what the history says of it is looked for */
	world_get(w, OBJECT_FUNCTION,
		world_schema(w, before_last_of(f->funcname, f->n_funcname)), name);
	if (!is_known(w, name))
		return true;
	reach = code_reach_of_call(w, name, &destroys);
	if (reach > c->reach)
		c->reach = reach;
	return true;
}

static bool is_about_rows(const PgQuery__Node *tree)
{
	switch (tree->node_case) {
	case NODE(SELECT_STMT):
	case NODE(INSERT_STMT):
	case NODE(UPDATE_STMT):
	case NODE(DELETE_STMT):
	case NODE(MERGE_STMT):
	case NODE(CALL_STMT):
	case NODE(CREATE_FUNCTION_STMT): /* its body is read when it is called */
		return true;
	default:
		return false;
	}
}

void follow_kept_calls(const step *s)
{
	calling c = { s, CODE_ROWS };

	if (is_about_rows(s->tree))
		return;
	walk_node(s->tree, see_call, &c);
	if (c.reach != CODE_ROWS)
		world_expect_anything(s->w);
}

/* ---- triggers ---- */

static code_reach reach_of_trigger(
	const world *w, object_id trigger, bool *destroys)
{
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);
		char name[NAME_BYTES + 1] = { 0 };
		size_t n = strcspn(o->name, "(");

		if (o->kind != OBJECT_FUNCTION || n > NAME_BYTES ||
			!world_refers(w, trigger, id))
			continue;
		memcpy(name, o->name, n);
		return code_reach_of_call(w, name, destroys);
	}
	return world_has_far_code(w) ? CODE_SESSION : CODE_ROWS;
}

code_reach reach_of_triggers(const step *s, bool *destroys)
{
	world *w = s->w;
	size_t n;
	const data_use *uses = data_uses(world_arena(w), s->tree, &n);
	code_reach reach = CODE_ROWS, one;

	for (size_t i = 0; i < n; i++) {
		object_id table, id = 0;

		if (!uses[i].written)
			continue;
		table = world_lookup(
			w, OBJECT_RELATION, uses[i].schema, uses[i].table);
		while ((id = world_next_child(w, table, OBJECT_TRIGGER, id))) {
			one = reach_of_trigger(w, id, destroys);
			reach = one > reach ? one : reach;
		}
	}
	return reach;
}
