/* PostgreSQL's statements and, for the table of losses, what kind each one is. */
#include <ctype.h>
#include <jansson.h>
#include <pg_query.h>
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "say.h"
#include "unstick/auto.h"
#include "unstick/str.h"

static const struct {
	const char *node;
	change changes;
} not_schema[] = {
	{ "InsertStmt", CHANGES_ROWS },
	{ "UpdateStmt", CHANGES_ROWS },
	{ "DeleteStmt", CHANGES_ROWS },
	{ "MergeStmt", CHANGES_ROWS },
	{ "TruncateStmt", CHANGES_ROWS },
	{ "CopyStmt", CHANGES_ROWS },
	{ "DoStmt", CHANGES_ROWS },
	{ "CallStmt", CHANGES_ROWS },
	{ "SelectStmt", CHANGES_ROWS },
	{ "ExecuteStmt", CHANGES_ROWS },
	{ "CreateTableAsStmt", CHANGES_ROWS },
	{ "RefreshMatViewStmt", CHANGES_ROWS },
	{ "TransactionStmt", CHANGES_SESSION },
	{ "VariableSetStmt", CHANGES_SESSION },
	{ "LockStmt", CHANGES_SESSION },
	{ "PrepareStmt", CHANGES_SESSION },
	{ "DeallocateStmt", CHANGES_SESSION },
	{ "VacuumStmt", CHANGES_SESSION },
	{ "CheckPointStmt", CHANGES_SESSION },
};

static change changes_of(const char *node)
{
	for (size_t i = 0; i < US_LEN(not_schema); i++) {
		if (strcmp(not_schema[i].node, node) == 0)
			return not_schema[i].changes;
	}
	return CHANGES_SCHEMA;
}

/* "AlterTableStmt" -> "Alter Table" */
static void add_spaced(us_str *out, const char *name, const char *suffix)
{
	size_t len = strlen(name), cut = strlen(suffix);

	if (len > cut && strcmp(name + len - cut, suffix) == 0)
		len -= cut;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && isupper((unsigned char)name[i]) &&
			islower((unsigned char)name[i - 1]))
			us_str_addc(out, ' ');
		us_str_addc(out, name[i]);
	}
}

/* The object of DROP and RENAME, the subcommands of ALTER TABLE: what a loss is
 * usually about. */
static void add_details(us_str *out, const json_t *body)
{
	static const char *const members[] = { "removeType", "renameType", "kind" };
	const json_t *commands = json_object_get(body, "cmds"), *command;
	const char *said = NULL;
	size_t i;

	for (i = 0; i < US_LEN(members); i++) {
		const char *value =
			json_string_value(json_object_get(body, members[i]));

		if (value && strncmp(value, "OBJECT_", 7) == 0) {
			us_str_addf(out, " %s", value + strlen("OBJECT_"));
			return;
		}
	}
	json_array_foreach(commands, i, command)
	{
		const char *subtype = json_string_value(json_object_get(
			json_object_get(command, "AlterTableCmd"), "subtype"));

		if (!subtype || (said && strcmp(said, subtype) == 0))
			continue;
		us_str_addf(out, "%s ", said ? "," : ":");
		add_spaced(out, subtype + strlen("AT_"), "");
		said = subtype;
	}
}

static void describe(statement *s)
{
	PgQueryParseResult r = pg_query_parse(s->sql);
	json_t *tree = r.error ? NULL : json_loads(r.parse_tree, 0, NULL);
	json_t *node = json_object_get(
		json_array_get(json_object_get(tree, "stmts"), 0), "stmt");
	void *first = json_object_iter(node);
	const char *name = first ? json_object_iter_key(first) : "unreadable";
	us_str kind = { 0 };
	us_err err = { 0 };

	s->changes = changes_of(name);
	s->concurrent = strcmp(name, "IndexStmt") == 0 &&
			json_is_true(json_object_get(
				json_object_get(node, name), "concurrent"));
	add_spaced(&kind, name, "Stmt");
	if (first)
		add_details(&kind, json_object_iter_value(first));
	if (us_str_take(&kind, &s->kind, NULL, &err) != US_OK)
		die("%s", err.msg);
	json_decref(tree);
	pg_query_free_parse_result(r);
}

void cut_postgres(statements *s, const char *script)
{
	PgQuerySplitResult r = pg_query_split_with_parser(script);

	*s = (statements){ .cut = !r.error };
	if (s->cut) {
		s->n = (size_t)r.n_stmts;
		s->items = room_for(s->n, sizeof(*s->items));
	}
	for (size_t i = 0; i < s->n; i++) {
		const char *start = script + r.stmts[i]->stmt_location;
		int len = r.stmts[i]->stmt_len;

		s->items[i].sql =
			textf("%.*s", len ? len : (int)strlen(start), start);
		describe(&s->items[i]);
	}
	pg_query_free_split_result(r);
}

void statements_free(statements *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].sql);
		free(s->items[i].kind);
	}
	free(s->items);
	*s = (statements){ 0 };
}
