/* Functions by name and arguments. */
#include "routines.h"

#include <string.h>

#include "expression.h"
#include "kinds.h"

static const char BUILTIN[] = "pg_catalog.";

/* Arguments have no modifiers: varchar(10) is varchar. */
static const char *type_words(world *w, const PgQuery__TypeName *type)
{
	PgQuery__TypeName bare = *type;
	us_value v;

	if (type->pct_type)
		return NULL;
	bare.n_typmods = 0;
	bare.typemod = -1;
	bare.setof = 0;
	v = type_value(w, &bare);
	if (v.text && strncmp(v.text, BUILTIN, strlen(BUILTIN)) == 0)
		return v.text;
	return us_arena_strf(world_arena(w), "%s%s",
		last_of(type->names, type->n_names),
		type->n_array_bounds > 0 ? "[]" : "");
}

static bool add_type(
	world *w, us_str *out, size_t *n, const PgQuery__TypeName *type)
{
	const char *words = type ? type_words(w, type) : NULL;

	if (!words)
		return false;
	us_str_add(out, (*n)++ > 0 ? ", " : "");
	us_str_add(out, words);
	return true;
}

static const char *finish(world *w, us_str *s, bool complete)
{
	const char *name = NULL;

	us_str_addc(s, ')');
	if (complete)
		name = us_arena_str(world_arena(w), us_str_text(s));
	world_arena(w)->failed |= s->failed;
	us_str_fini(s);
	return name;
}

const char *routine_name(world *w, const PgQuery__ObjectWithArgs *routine)
{
	us_str out = { 0 };
	size_t n = 0;
	bool complete = true;

	us_str_addf(&out, "%s(", last_of(routine->objname, routine->n_objname));
	for (size_t i = 0; i < routine->n_objargs; i++) {
		const PgQuery__Node *arg = routine->objargs[i];

		complete = complete &&
			   arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME &&
			   add_type(w, &out, &n, arg->type_name);
	}
	return finish(w, &out, complete);
}

static bool is_input(const PgQuery__FunctionParameter *p)
{
	return p->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT &&
	       p->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE;
}

const char *routine_name_of_parameters(
	world *w, const char *name, PgQuery__Node **parameters, size_t n)
{
	us_str out = { 0 };
	size_t added = 0;
	bool complete = true;

	us_str_addf(&out, "%s(", name);
	for (size_t i = 0; i < n; i++) {
		const PgQuery__FunctionParameter *p;

		if (parameters[i]->node_case !=
			PG_QUERY__NODE__NODE_FUNCTION_PARAMETER)
			continue;
		p = parameters[i]->function_parameter;
		if (is_input(p))
			complete =
				complete && add_type(w, &out, &added, p->arg_type);
	}
	return finish(w, &out, complete);
}

routines routines_named(world *w, PgQuery__Node **names, size_t n)
{
	object_id schema = world_schema(w, before_last_of(names, n));
	const char *name = last_of(names, n);
	size_t len = strlen(name);
	routines found = { 0, 0 };

	for (object_id id = world_next_child(w, schema, OBJECT_FUNCTION, 0); id;
		id = world_next_child(w, schema, OBJECT_FUNCTION, id)) {
		const char *has = world_object(w, id)->name;

		if (strncmp(has, name, len) != 0 || has[len] != '(')
			continue;
		if (found.n++ == 0)
			found.first = id;
	}
	return found;
}

object_id routine_of(world *w, const PgQuery__ObjectWithArgs *routine)
{
	const char *schema = before_last_of(routine->objname, routine->n_objname);
	const char *name;
	routines found;

	if (routine->args_unspecified) {
		found = routines_named(w, routine->objname, routine->n_objname);
		return found.n == 1 ? found.first : 0;
	}
	name = routine_name(w, routine);
	return name ? world_lookup(w, OBJECT_FUNCTION, schema, name) : 0;
}

/* "f(Role, Role[])" with another type's name, or NULL if it doesn't have it. */
static const char *replaced(
	world *w, const char *name, const char *from, const char *to)
{
	size_t n = strlen(from);
	const char *p = strchr(name, '(');
	us_str out = { 0 };
	bool found = false;

	if (!p)
		return NULL;
	us_str_addn(&out, name, (size_t)(p - name));
	while (*p) {
		bool here = (p[0] == '(' || p[0] == ' ') &&
			    strncmp(p + 1, from, n) == 0 &&
			    (p[n + 1] == ',' || p[n + 1] == ')' || p[n + 1] == '[');

		us_str_addc(&out, *p++);
		if (here) {
			us_str_add(&out, to);
			p += n;
			found = true;
		}
	}
	name = found ? us_arena_str(world_arena(w), us_str_text(&out)) : NULL;
	world_arena(w)->failed |= out.failed;
	us_str_fini(&out);
	return name;
}

void routines_rename_type(world *w, const char *from, const char *to)
{
	size_t n = world_count(w);

	for (object_id id = 1; id <= n; id++) {
		const object *o = world_object(w, id);
		const char *name;

		if (o->kind != OBJECT_FUNCTION || o->there == THERE_NO)
			continue;
		name = replaced(w, o->name, from, to);
		if (name)
			world_move(w, id, o->parent, name);
	}
}
