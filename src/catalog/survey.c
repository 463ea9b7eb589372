/* One walk over a statement. */
#include "survey.h"

#include <ctype.h>
#include <string.h>

#include "builtins.h"
#include "unstick/auto.h"
#include "walk.h"

/* 'now', 'today' and the like are read as the time when the text becomes a date. */
static bool tells_time(const char *text)
{
	static const char *const words[] = { "now", "today", "tomorrow",
		"yesterday" };

	for (const char *p = strpbrk(text, "nNtTyY"); p;
		p = strpbrk(p + 1, "nNtTyY"))
		for (size_t i = 0; i < US_LEN(words); i++) {
			size_t n = strlen(words[i]);

			if (strncasecmp(p, words[i], n) == 0 &&
				!isalpha((unsigned char)p[n]) &&
				(p == text || !isalpha((unsigned char)p[-1])))
				return true;
		}
	return false;
}

static void see_call(survey *s, const PgQuery__FuncCall *call)
{
	switch (builtin_called(call)) {
	case BUILTIN_NONE:
		s->calls_unknown = true;
		break;
	case BUILTIN_FIXED:
		break;
	case BUILTIN_MOVING:
		s->moves = true;
		break;
	case BUILTIN_SEQUENCE:
		s->sequences = s->moves = true;
		break;
	}
}

bool survey_sees_delete(const ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;

	return d == &pg_query__delete_stmt__descriptor ||
	       d == &pg_query__truncate_stmt__descriptor ||
	       (d == &pg_query__merge_when_clause__descriptor &&
		       ((const PgQuery__MergeWhenClause *)m)->command_type ==
			       PG_QUERY__CMD_TYPE__CMD_DELETE);
}

/* Which of several rows is taken depends on how they lie. */
bool survey_picks(const PgQuery__SelectStmt *q)
{
	return q->limit_count || q->limit_offset ||
	       (q->n_distinct_clause > 0 && q->distinct_clause[0]->node_case !=
						    PG_QUERY__NODE__NODE__NOT_SET);
}

static void see_constant(survey *s, const PgQuery__AConst *c)
{
	if (c->val_case == PG_QUERY__A__CONST__VAL_SVAL &&
		tells_time(c->sval->sval))
		s->moves = true;
}

static bool see(const ProtobufCMessage *m, void *ctx)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	survey *s = ctx;

	if (d == &pg_query__func_call__descriptor)
		see_call(s, (const PgQuery__FuncCall *)m);
	else if (d == &pg_query__a__const__descriptor)
		see_constant(s, (const PgQuery__AConst *)m);
	else if (d == &pg_query__select_stmt__descriptor)
		s->moves |= survey_picks((const PgQuery__SelectStmt *)m);
	else if (d == &pg_query__sqlvalue_function__descriptor ||
		 d == &pg_query__range_table_sample__descriptor)
		s->moves = true;
	else if (d == &pg_query__insert_stmt__descriptor ||
		 d == &pg_query__update_stmt__descriptor ||
		 d == &pg_query__merge_stmt__descriptor)
		s->writes++;
	s->deletes |= survey_sees_delete(m);
	return true;
}

survey survey_of(const PgQuery__Node *tree)
{
	survey s = { 0 };

	walk_node(tree, see, &s);
	return s;
}
