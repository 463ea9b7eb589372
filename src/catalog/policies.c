/* Row security policies and rules: parts of a table, by name. */
#include "kinds.h"
#include "tables.h"
#include "walk.h"

static void define(const step *s, object_id id)
{
	world_set(s->w, id, FACET_DEFINITION,
		definition_by(s->w, s->text, s->len, s->tree));
}

void kind_create_policy(const step *s)
{
	const PgQuery__CreatePolicyStmt *p = s->tree->create_policy_stmt;
	object_id table = relation_of(s->w, p->table);

	world_need(s->w, table, THERE_YES);
	world_need(s->w, world_get(s->w, OBJECT_POLICY, table, p->policy_name),
		THERE_NO);
	define(s, world_create(s->w, OBJECT_POLICY, table, p->policy_name));
}

/* The server shows no text of a policy: it needs it, and leaves no trace. */
void kind_alter_policy(const step *s)
{
	const PgQuery__AlterPolicyStmt *p = s->tree->alter_policy_stmt;
	object_id table = relation_of(s->w, p->table), id;

	world_need(s->w, table, THERE_YES);
	id = world_get(s->w, OBJECT_POLICY, table, p->policy_name);
	world_need(s->w, id, THERE_YES);
	world_set(s->w, id, FACET_DEFINITION,
		unknown(definition_by(s->w, s->text, s->len, s->tree).text));
}

void kind_create_rule(const step *s)
{
	const PgQuery__RuleStmt *r = s->tree->rule_stmt;
	object_id table = relation_of(s->w, r->relation), id;

	world_need(s->w, table, THERE_YES);
	id = world_get(s->w, OBJECT_RULE, table, r->rulename);
	if (!r->replace || world_is(s->w, id) == THERE_NO) {
		world_need(s->w, id, THERE_NO);
		id = world_create(s->w, OBJECT_RULE, table, r->rulename);
	} else {
		id = world_create_maybe(s->w, OBJECT_RULE, table, r->rulename);
	}
	define(s, id);
}
