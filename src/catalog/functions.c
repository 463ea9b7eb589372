/* Functions, procedures and triggers. What is compared of a function is its body,
 * which PostgreSQL keeps byte for byte (pg_proc.prosrc), unless it is in standard
 * SQL: then the server has parsed it and shows it in words of its own. */
#include <string.h>

#include "code.h"
#include "expression.h"
#include "kinds.h"
#include "routines.h"
#include "tables.h"
#include "walk.h"

static const PgQuery__Node *option_of(
	const PgQuery__CreateFunctionStmt *f, const char *name)
{
	for (size_t i = 0; i < f->n_options; i++) {
		const PgQuery__Node *o = f->options[i];

		if (o->node_case == PG_QUERY__NODE__NODE_DEF_ELEM &&
			strcmp(o->def_elem->defname, name) == 0)
			return o->def_elem->arg;
	}
	return NULL;
}

static bool is_on(const PgQuery__Node *option)
{
	return option && option->node_case == PG_QUERY__NODE__NODE_BOOLEAN &&
	       option->boolean->boolval;
}

static const char *or_else(const PgQuery__Node *option, const char *usual)
{
	const char *text = string_of(option);

	return text[0] ? text : usual;
}

static const PgQuery__VariableSetStmt *set_search_path(const PgQuery__Node *option)
{
	const PgQuery__Node *set;

	if (option->node_case != PG_QUERY__NODE__NODE_DEF_ELEM)
		return NULL;
	set = option->def_elem->arg;
	if (!set || set->node_case != PG_QUERY__NODE__NODE_VARIABLE_SET_STMT ||
		strcmp(set->variable_set_stmt->name, "search_path") != 0)
		return NULL;
	return set->variable_set_stmt;
}

/* " path a, b": the search_path it runs with, which linters want added to functions
 * that otherwise stay as they are; "" of one that has its caller's. NULL: not
 * known.
 */
static const char *path_of(world *w, const PgQuery__CreateFunctionStmt *f)
{
	const PgQuery__VariableSetStmt *set = NULL;
	us_str text = { 0 };

	for (size_t i = 0; i < f->n_options; i++)
		if (set_search_path(f->options[i]))
			set = set_search_path(f->options[i]);
	if (set && set->kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE)
		return NULL; /* FROM CURRENT, or RESET */
	for (size_t i = 0; set && i < set->n_args; i++) {
		const PgQuery__Node *arg = set->args[i];

		if (arg->node_case != PG_QUERY__NODE__NODE_A_CONST ||
			arg->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL) {
			us_str_fini(&text);
			return NULL;
		}
		us_str_addf(&text, "%s%s", i > 0 ? ", " : " path ",
			arg->a_const->sval->sval);
	}
	return text_of(w, &text);
}

/* Two equal texts may still differ in what is left out (cost, settings, the type it
 * returns); two that differ are two functions. */
static us_value definition_of(world *w, const step *s)
{
	const PgQuery__CreateFunctionStmt *f = s->tree->create_function_stmt;
	const PgQuery__Node *as = option_of(f, "as");
	const char *language = or_else(option_of(f, "language"), "sql");
	const char *path = path_of(w, f);
	bool one_text = as && as->node_case == PG_QUERY__NODE__NODE_LIST &&
			as->list->n_items == 1;
	us_value v = { US_VALUE_PLAIN, NULL };

	if (f->sql_body || !one_text || !path ||
		(strcmp(language, "sql") != 0 && strcmp(language, "plpgsql") != 0))
		return body_value(w, s->text, s->len);
	v.text = us_arena_strf(world_arena(w), "%s %s%s%s%s: %s", language,
		or_else(option_of(f, "volatility"), "volatile"),
		is_on(option_of(f, "strict")) ? " strict" : "",
		is_on(option_of(f, "security")) ? " security definer" : "", path,
		string_of(as->list->items[0]));
	return v;
}

/* The types of its arguments and of what it returns, which it depends on. */
static us_value types_of(world *w, const PgQuery__CreateFunctionStmt *f)
{
	us_str text = { 0 };
	us_value v = { US_VALUE_OPAQUE, NULL };

	for (size_t i = 0; i < f->n_parameters; i++) {
		const PgQuery__Node *p = f->parameters[i];

		if (p->node_case != PG_QUERY__NODE__NODE_FUNCTION_PARAMETER)
			continue;
		v = type_value(w, p->function_parameter->arg_type);
		us_str_addf(&text, "%s, ", v.text ? v.text : "");
	}
	v.text = NULL;
	if (f->return_type && !f->return_type->pct_type)
		v = type_value(w, f->return_type);
	us_str_addf(&text, "returns %s", v.text ? v.text : "");
	v.text = text_of(w, &text);
	v.firmness = US_VALUE_OPAQUE;
	return v;
}

static bool asks_for_column_type(const PgQuery__CreateFunctionStmt *f)
{
	for (size_t i = 0; i < f->n_parameters; i++)
		if (f->parameters[i]->node_case ==
				PG_QUERY__NODE__NODE_FUNCTION_PARAMETER &&
			f->parameters[i]->function_parameter->arg_type->pct_type)
			return true;
	return false;
}

void kind_create_function(const step *s)
{
	const PgQuery__CreateFunctionStmt *f = s->tree->create_function_stmt;
	object_id schema =
		world_schema(s->w, before_last_of(f->funcname, f->n_funcname));
	const char *name = routine_name_of_parameters(s->w,
		last_of(f->funcname, f->n_funcname), f->parameters,
		f->n_parameters);
	bool destroys = false;
	object_id id;

	if (!name || asks_for_column_type(f)) {
		world_unsure(s->w, "a function of a column's type");
		world_blur_mentioned(s->w, s->text, s->len);
		return;
	}
	world_need(s->w, schema, THERE_YES);
	id = world_get(s->w, OBJECT_FUNCTION, schema, name);
	if (!f->replace || world_is(s->w, id) == THERE_NO) {
		world_need_free(s->w, id, false);
		id = world_create(s->w, OBJECT_FUNCTION, schema, name);
	} else {
		id = world_create_maybe(s->w, OBJECT_FUNCTION, schema, name);
	}
	world_set(s->w, id, FACET_KIND,
		firm(f->is_procedure ? "procedure" : "function"));
	world_set(s->w, id, FACET_TYPE, types_of(s->w, f));
	world_set(s->w, id, FACET_DEFINITION, definition_of(s->w, s));
	if (code_reach_of_call(s->w, last_of(f->funcname, f->n_funcname),
		    &destroys) != CODE_ROWS)
		world_note_far_code(s->w);
}

/* What its options are from now on is not told apart. */
void kind_alter_function(const step *s)
{
	object_id id = routine_of(s->w, s->tree->alter_function_stmt->func);

	if (!id) {
		world_unsure(s->w, "which function is meant is not known");
		world_blur_mentioned(s->w, s->text, s->len);
		return;
	}
	world_need(s->w, id, THERE_YES);
	world_set(s->w, id, FACET_DEFINITION, unknown(NULL));
	world_unsure(s->w, "a function's options are not followed");
}

/* ---- triggers ---- */

void kind_create_trigger(const step *s)
{
	const PgQuery__CreateTrigStmt *t = s->tree->create_trig_stmt;
	object_id table = relation_of(s->w, t->relation), id;
	routines does;
	us_value v;

	world_need(s->w, table, THERE_YES);
	id = world_get(s->w, OBJECT_TRIGGER, table, t->trigname);
	if (!t->replace || world_is(s->w, id) == THERE_NO) {
		world_need_free(s->w, id, false);
		id = world_create(s->w, OBJECT_TRIGGER, table, t->trigname);
	} else {
		id = world_create_maybe(s->w, OBJECT_TRIGGER, table, t->trigname);
	}
	does = routines_named(s->w, t->funcname, t->n_funcname);
	v = definition_by(s->w, s->text, s->len, s->tree);
	if (does.n == 1)
		v.text = us_arena_strf(world_arena(s->w), "%s%s", v.text,
			world_ref(s->w, does.first));
	world_set(s->w, id, FACET_DEFINITION, v);
	blur_heirs(s->w, table); /* partitions get it as well */
}

/* Not followed itself, but what it does to everything after it. */
void kind_create_event_trigger(const step *s)
{
	const PgQuery__CreateEventTrigStmt *t = s->tree->create_event_trig_stmt;
	bool destroys = false;
	code_reach reach = code_reach_of_call(
		s->w, last_of(t->funcname, t->n_funcname), &destroys);

	world_unsure(s->w, "an event trigger is not followed");
	if (reach != CODE_ROWS || destroys)
		world_expect_anything(s->w);
}
