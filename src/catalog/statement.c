/* Which function follows which kind of statement. A kind without a row is one that
 * can't be followed: nothing is known any more of what it names. */
#include "kinds.h"
#include "session.h"
#include "unstick/auto.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* What it does, its own words don't show. */
static void kind_anything(const step *s)
{
	world_unsure(s->w, "what it does can't be followed");
	world_blur(s->w, 0);
}

/* Statements that no path has a part in. */
static bool needs_path(const PgQuery__Node *tree)
{
	return tree->node_case != NODE(VARIABLE_SET_STMT) &&
	       tree->node_case != NODE(TRANSACTION_STMT);
}

static const struct {
	PgQuery__Node__NodeCase node;
	kind_fn *apply;
} kinds[] = {
	{ NODE(CREATE_STMT), kind_create_table },
	{ NODE(CREATE_FOREIGN_TABLE_STMT), kind_create_table },
	{ NODE(ALTER_TABLE_STMT), kind_alter_table },
	{ NODE(INDEX_STMT), kind_create_index },
	{ NODE(CREATE_ENUM_STMT), kind_create_enum },
	{ NODE(ALTER_ENUM_STMT), kind_alter_enum },
	{ NODE(CREATE_DOMAIN_STMT), kind_create_domain },
	{ NODE(ALTER_DOMAIN_STMT), kind_create_domain },
	{ NODE(COMPOSITE_TYPE_STMT), kind_create_composite },
	{ NODE(RENAME_STMT), kind_rename },
	{ NODE(ALTER_OBJECT_SCHEMA_STMT), kind_set_schema },
	{ NODE(DROP_STMT), kind_drop },
	{ NODE(VIEW_STMT), kind_create_view },
	{ NODE(CREATE_TABLE_AS_STMT), kind_table_from_query },
	{ NODE(CREATE_SEQ_STMT), kind_create_sequence },
	{ NODE(ALTER_SEQ_STMT), kind_alter_sequence },
	{ NODE(CREATE_FUNCTION_STMT), kind_create_function },
	{ NODE(ALTER_FUNCTION_STMT), kind_alter_function },
	{ NODE(CREATE_TRIG_STMT), kind_create_trigger },
	{ NODE(CREATE_EVENT_TRIG_STMT), kind_create_event_trigger },
	{ NODE(CREATE_SCHEMA_STMT), kind_create_schema },
	{ NODE(CREATE_EXTENSION_STMT), kind_create_extension },
	{ NODE(COMMENT_STMT), kind_comment },
	{ NODE(CREATE_POLICY_STMT), kind_create_policy },
	{ NODE(ALTER_POLICY_STMT), kind_alter_policy },
	{ NODE(RULE_STMT), kind_create_rule },
	{ NODE(VARIABLE_SET_STMT), kind_set },
	{ NODE(TRANSACTION_STMT), kind_no_trace },
	{ NODE(LOCK_STMT), kind_maintenance },
	{ NODE(GRANT_STMT), kind_grant },
	{ NODE(GRANT_ROLE_STMT), kind_no_trace },
	{ NODE(ALTER_OWNER_STMT), kind_owner },
	{ NODE(ALTER_DEFAULT_PRIVILEGES_STMT), kind_grant },
	{ NODE(VARIABLE_SHOW_STMT), kind_no_trace },
	{ NODE(EXPLAIN_STMT), kind_data },
	{ NODE(NOTIFY_STMT), kind_no_trace },
	{ NODE(VACUUM_STMT), kind_maintenance },
	{ NODE(REINDEX_STMT), kind_maintenance },
	{ NODE(CLUSTER_STMT), kind_maintenance },
	{ NODE(CHECK_POINT_STMT), kind_no_trace },
	{ NODE(SEC_LABEL_STMT), kind_owner },
	{ NODE(CREATE_STATS_STMT), kind_create_statistics },
	{ NODE(CREATE_PUBLICATION_STMT), kind_publication },
	{ NODE(ALTER_PUBLICATION_STMT), kind_publication },
	{ NODE(REFRESH_MAT_VIEW_STMT), kind_data },
	{ NODE(INSERT_STMT), kind_data },
	{ NODE(UPDATE_STMT), kind_data },
	{ NODE(DELETE_STMT), kind_data },
	{ NODE(MERGE_STMT), kind_data },
	{ NODE(TRUNCATE_STMT), kind_data },
	{ NODE(COPY_STMT), kind_data },
	{ NODE(SELECT_STMT), kind_select },
	{ NODE(CALL_STMT), kind_do },
	{ NODE(DECLARE_CURSOR_STMT), kind_data },
	{ NODE(FETCH_STMT), kind_session },
	{ NODE(EXECUTE_STMT), kind_session },
	{ NODE(DROP_OWNED_STMT), kind_anything },
	{ NODE(IMPORT_FOREIGN_SCHEMA_STMT), kind_anything },
	{ NODE(DISCARD_STMT), kind_session },
	{ NODE(DO_STMT), kind_do },
};

static void apply(const step *s)
{
	for (size_t i = 0; i < US_LEN(kinds); i++)
		if (kinds[i].node == s->tree->node_case) {
			kinds[i].apply(s);
			return;
		}
	world_unsure(s->w, "a kind of statement that can't be followed");
	world_close_parts(s->w, NULL, NULL);
	world_lose_names(s->w, NULL);
	world_blur_mentioned(s->w, s->text, s->len);
}

void apply_within(const step *s)
{
	apply(s);
	follow_kept_calls(s);
}

void apply_statement(world *w, world_mode mode, const PgQuery__Node *tree,
	const char *text, size_t len)
{
	const step s = { w, tree, text, len };

	world_begin_statement(w, mode);
	if (!world_knows_path(w) && needs_path(tree)) {
		world_unsure(w, "which schema its names mean is not known");
		world_blur(w, 0);
		return;
	}
	apply(&s);
	/* walking every tree of a long history would be dear */
	if (mode == MODE_SCRIPT || world_has_functions(w))
		follow_kept_calls(&s);
	if (world_expects_anything(w) && needs_path(tree)) {
		world_unsure(w, "code that may do anything may run with it");
		world_blur(w, 0);
		session_lose_path(&s);
	}
}
