/* What changes the session, or nothing that is followed. */
#include <string.h>

#include "kinds.h"
#include "session.h"
#include "unstick/auto.h"

/* What is behind RESET is the server's setting for the role and the database; where
 * nobody has set one it is "$user", public. How long SET LOCAL holds depends on how
 * the script is sent. */
void session_lose_path(const step *s)
{
	static const char *const unknown_one[] = { "$user" };

	world_unsure(s->w, "which search path holds is not known");
	world_set_path(s->w, unknown_one, US_LEN(unknown_one));
}

static void set_names(const step *s, PgQuery__Node **args, size_t n)
{
	const char **names =
		us_arena_alloc(world_arena(s->w), (n + 1) * sizeof(*names));
	size_t kept = 0;

	for (size_t i = 0; names && i < n; i++) {
		const PgQuery__AConst *c = args[i]->a_const;

		if (args[i]->node_case != PG_QUERY__NODE__NODE_A_CONST ||
			c->val_case != PG_QUERY__A__CONST__VAL_SVAL ||
			strcmp(c->sval->sval, "$user") == 0) {
			session_lose_path(s);
			return;
		}
		if (c->sval->sval[0])
			names[kept++] = c->sval->sval;
	}
	if (names)
		world_set_path(s->w, names, kept);
}

/* "a, b": as set_config() takes it. What is quoted is not read. */
void session_set_path(const step *s, const char *list)
{
	us_arena *a = world_arena(s->w);
	const char **names = us_arena_alloc(a, (strlen(list) + 1) * sizeof(*names));
	size_t n = 0;

	if (!names)
		return;
	if (strpbrk(list, "\"$ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
		session_lose_path(s);
		return;
	}
	while (*list) {
		size_t len;

		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (len > 0)
			names[n++] = us_arena_strn(a, list, len);
		list += len;
	}
	world_set_path(s->w, names, n);
}

/* Where strings end, and what they say, is then another matter than what the parser
 * made of them. */
static bool changes_strings(const PgQuery__VariableSetStmt *v)
{
	return v->name && strcmp(v->name, "standard_conforming_strings") == 0;
}

void kind_set(const step *s)
{
	const PgQuery__VariableSetStmt *v = s->tree->variable_set_stmt;
	bool path = v->name && strcmp(v->name, "search_path") == 0;

	if (changes_strings(v)) {
		session_lose_path(s);
		return;
	}

	switch (v->kind) {
	case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
		if (path && v->is_local)
			session_lose_path(s);
		else if (path)
			set_names(s, v->args, v->n_args);
		break;
	case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
		session_lose_path(s);
		break;
	case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
	case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT:
	case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
		if (path)
			session_lose_path(s);
		break;
	default:
		break;
	}
}

/* Nothing that is compared, and nothing that is in its own way when it runs a
 * second time. */
void kind_no_trace(const step *s)
{
	(void)s;
}

/* DISCARD ALL resets everything; what an EXECUTE runs is not looked up. */
void kind_session(const step *s)
{
	const PgQuery__Node *t = s->tree;

	world_unsure(s->w, "what it does to the session can't be followed");
	world_blur(s->w, 0);
	if (t->node_case != PG_QUERY__NODE__NODE_DISCARD_STMT ||
		t->discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL)
		session_lose_path(s);
}
