/* Row security policies and rules: parts of a table, by name. */
#include "expression.h"
#include "kinds.h"
#include "walk.h"

static void define(const step *s, object_id id)
{
	us_value v = body_value(s->w, s->text, s->len);

	v.firmness = US_VALUE_OPAQUE;
	v.text = us_arena_strf(world_arena(s->w), "%s %s", v.text ? v.text : "",
		references_in(s->w, s->tree));
	world_set(s->w, id, FACET_DEFINITION, v);
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
