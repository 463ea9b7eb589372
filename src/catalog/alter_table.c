/* ALTER TABLE, and what PostgreSQL parses as such: of views, indexes, sequences and
 * composite types. Its subcommands run in passes, whatever the order they are
 * written in (PostgreSQL 15, tablecmds.c: ATPrepCmd, AT_PASS_*). */
#include <string.h>

#include "tables.h"
#include "unstick/auto.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name
#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name
#define OBJECT(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

typedef enum {
	PASS_DROP,
	PASS_TYPE,
	PASS_ADD_COLUMN,
	PASS_COLUMN,
	PASS_USE_INDEX,
	PASS_INDEX,
	PASS_CONSTRAINT,
	PASS_REST,
	PASSES
} pass;

static void add(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	if (cmd->def && cmd->def->node_case == NODE(COLUMN_DEF))
		add_column(s, relation, cmd->def->column_def, cmd->missing_ok);
}

/* Leaves no trace in any key, but needs the column. */
static void column_only(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	if (*cmd->name)
		need_column(s, relation, cmd->name);
}

static void trigger_only(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world_need(s->w, world_get(s->w, OBJECT_TRIGGER, relation, cmd->name),
		THERE_YES);
}

static void rule_only(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world_need(
		s->w, world_get(s->w, OBJECT_RULE, relation, cmd->name), THERE_YES);
}

/* CLUSTER ON, REPLICA IDENTITY USING INDEX */
static void index_only(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	const char *name = cmd->name;

	if (cmd->def && cmd->def->node_case == NODE(REPLICA_IDENTITY_STMT))
		name = cmd->def->replica_identity_stmt->name;
	if (*name)
		world_need(s->w,
			world_get(s->w, OBJECT_RELATION,
				world_object(s->w, relation)->parent, name),
			THERE_YES);
}

static void no_key(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	(void)s;
	(void)relation;
	(void)cmd;
}

static void row_security(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world_set(s->w, relation, FACET_SECURITY,
		firm(cmd->subtype == AT(EnableRowSecurity) ? "on" : "off"));
}

static void forced_security(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world_set(s->w, relation, FACET_FORCED,
		firm(cmd->subtype == AT(ForceRowSecurity) ? "yes" : "no"));
}

/* An index shows its storage parameters, a table doesn't. */
static void options(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	const object *o = world_object(s->w, relation);
	const char *kind = o->facets[FACET_KIND].text;

	(void)cmd;
	if (kind && (strcmp(kind, "table") == 0 ||
			    strcmp(kind, "partitioned table") == 0))
		return;
	world_set(s->w, relation, FACET_DEFINITION,
		unknown(o->facets[FACET_DEFINITION].text));
}

/* The other takes over, or gives up, columns, indexes and constraints whose names
 * are made up. */
static void attach(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;
	object_id part;

	if (!cmd->def || cmd->def->node_case != NODE(PARTITION_CMD))
		return;
	part = relation_of(w, cmd->def->partition_cmd->name);
	world_need(w, part, THERE_YES);
	world_unsure(w, "a partition that is attached or detached");
	world_close_parts(w, NULL, NULL);
	world_lose_names(w, NULL);
	world_blur(w, part);
	world_create_maybe(w, world_object(w, part)->kind,
		world_object(w, part)->parent, world_object(w, part)->name);
	if (cmd->subtype == AT(AttachPartition))
		world_set(w, part, FACET_DEFINITION,
			unknown(us_arena_strf(world_arena(w), "heir of %s",
				world_ref(w, relation))));
	blur_referrers(w, relation);
	world_set(w, relation, FACET_VALID, unknown(NULL));
}

static void inherit(
	const step *s, object_id relation, const PgQuery__AlterTableCmd *cmd)
{
	world *w = s->w;

	if (cmd->def && cmd->def->node_case == NODE(RANGE_VAR))
		world_need(w, relation_of(w, cmd->def->range_var), THERE_YES);
	world_unsure(w, "a change of inheritance");
	world_blur(w, relation);
}

static const struct {
	PgQuery__AlterTableType type;
	pass pass;
	alter_fn *apply;
} commands[] = {
	{ AT(AddColumn), PASS_ADD_COLUMN, add },
	{ AT(DropColumn), PASS_DROP, alter_drop_column },
	{ AT(AlterColumnType), PASS_TYPE, alter_type },
	{ AT(ColumnDefault), PASS_CONSTRAINT, alter_default },
	{ AT(SetNotNull), PASS_COLUMN, alter_not_null },
	{ AT(DropNotNull), PASS_DROP, alter_nullable },
	{ AT(DropExpression), PASS_DROP, alter_drop_expression },
	{ AT(AddIdentity), PASS_CONSTRAINT, alter_add_identity },
	{ AT(SetIdentity), PASS_COLUMN, alter_set_identity },
	{ AT(DropIdentity), PASS_DROP, alter_drop_identity },
	{ AT(AddConstraint), PASS_CONSTRAINT, alter_add_constraint },
	{ AT(AlterConstraint), PASS_REST, alter_constraint },
	{ AT(ValidateConstraint), PASS_REST, alter_validate },
	{ AT(DropConstraint), PASS_DROP, alter_drop_constraint },
	{ AT(SetStatistics), PASS_REST, column_only },
	{ AT(SetOptions), PASS_REST, column_only },
	{ AT(ResetOptions), PASS_REST, column_only },
	{ AT(SetStorage), PASS_REST, column_only },
	{ AT(SetCompression), PASS_REST, column_only },
	{ AT(AlterColumnGenericOptions), PASS_REST, column_only },
	{ AT(SetRelOptions), PASS_REST, options },
	{ AT(ResetRelOptions), PASS_REST, options },
	{ AT(EnableTrig), PASS_REST, trigger_only },
	{ AT(EnableAlwaysTrig), PASS_REST, trigger_only },
	{ AT(EnableReplicaTrig), PASS_REST, trigger_only },
	{ AT(DisableTrig), PASS_REST, trigger_only },
	{ AT(EnableRule), PASS_REST, rule_only },
	{ AT(EnableAlwaysRule), PASS_REST, rule_only },
	{ AT(EnableReplicaRule), PASS_REST, rule_only },
	{ AT(DisableRule), PASS_REST, rule_only },
	{ AT(EnableTrigAll), PASS_REST, no_key },
	{ AT(DisableTrigAll), PASS_REST, no_key },
	{ AT(EnableTrigUser), PASS_REST, no_key },
	{ AT(DisableTrigUser), PASS_REST, no_key },
	{ AT(EnableRowSecurity), PASS_REST, row_security },
	{ AT(DisableRowSecurity), PASS_REST, row_security },
	{ AT(ForceRowSecurity), PASS_REST, forced_security },
	{ AT(NoForceRowSecurity), PASS_REST, forced_security },
	{ AT(ChangeOwner), PASS_REST, no_key },
	{ AT(ClusterOn), PASS_REST, index_only },
	{ AT(DropCluster), PASS_REST, no_key },
	{ AT(SetLogged), PASS_REST, no_key },
	{ AT(SetUnLogged), PASS_REST, no_key },
	{ AT(DropOids), PASS_REST, no_key },
	{ AT(SetAccessMethod), PASS_REST, no_key },
	{ AT(SetTableSpace), PASS_REST, no_key },
	{ AT(ReplicaIdentity), PASS_REST, index_only },
	{ AT(GenericOptions), PASS_REST, no_key },
	{ AT(AttachPartition), PASS_REST, attach },
	{ AT(DetachPartition), PASS_REST, attach },
	{ AT(DetachPartitionFinalize), PASS_REST, attach },
	{ AT(AddInherit), PASS_REST, inherit },
	{ AT(DropInherit), PASS_REST, inherit },
};

static bool is_key(const PgQuery__Constraint *c)
{
	return c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY ||
	       c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE ||
	       c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION;
}

/* The few whose pass is not one of their kind. */
static pass pass_of(const PgQuery__AlterTableCmd *cmd, pass usual)
{
	const PgQuery__Node *def = cmd->def;

	if (cmd->subtype == AT(ColumnDefault) && !def)
		return PASS_DROP;
	if (cmd->subtype != AT(AddConstraint) || !def ||
		def->node_case != NODE(CONSTRAINT) || !is_key(def->constraint))
		return usual;
	return *def->constraint->indexname ? PASS_USE_INDEX : PASS_INDEX;
}

static void run_command(const step *s, object_id relation,
	const PgQuery__AlterTableCmd *cmd, pass now)
{
	for (size_t i = 0; i < US_LEN(commands); i++) {
		if (commands[i].type != cmd->subtype)
			continue;
		if (pass_of(cmd, commands[i].pass) == now)
			commands[i].apply(s, relation, cmd);
		return;
	}
	if (now == PASS_REST) {
		world_unsure(s->w, "a form of ALTER TABLE that can't be followed");
		world_blur(s->w, relation);
	}
}

static void run_commands(
	const step *s, object_id relation, const PgQuery__AlterTableStmt *a)
{
	for (pass now = PASS_DROP; now < PASSES; now++)
		for (size_t i = 0; i < a->n_cmds; i++)
			if (a->cmds[i]->node_case == NODE(ALTER_TABLE_CMD))
				run_command(s, relation,
					a->cmds[i]->alter_table_cmd, now);
}

/* A composite type is a relation as well, whose columns are its attributes. */
static void need_composite(world *w, const PgQuery__RangeVar *name)
{
	world_need(w,
		world_lookup(w, OBJECT_TYPE,
			*name->schemaname ? name->schemaname : NULL, name->relname),
		THERE_YES);
}

/* Which forms change columns, which those that inherit from it share. */
static bool is_of_table(const PgQuery__AlterTableStmt *a)
{
	return a->objtype == OBJECT(TABLE) || a->objtype == OBJECT(FOREIGN_TABLE) ||
	       a->objtype == OBJECT(TYPE); /* a typed table's */
}

void kind_alter_table(const step *s)
{
	world *w = s->w;
	const PgQuery__AlterTableStmt *a = s->tree->alter_table_stmt;
	object_id relation;

	if (a->objtype == OBJECT(TYPE))
		need_composite(w, a->relation);
	relation = relation_of(w, a->relation);
	if (a->missing_ok && world_is(w, relation) == THERE_NO)
		return;
	if (a->missing_ok && world_is(w, relation) == THERE_MAYBE) {
		world_unsure(w, us_arena_strf(world_arena(w),
					"whether %s is there is not known",
					world_title(w, relation)));
		world_blur_mentioned(w, s->text, s->len);
		return;
	}
	world_need(w, relation, THERE_YES);
	run_commands(s, relation, a);
	if (is_of_table(a))
		blur_heirs(w, relation);
}
