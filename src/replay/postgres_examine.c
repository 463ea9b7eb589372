/* What a script does besides its work, by its parse tree: what reaches outside the
 * database (a replay beside the live one must not do that), what it leaves behind
 * in its session, what may do something else where there are rows. */
#include <ctype.h>
#include <jansson.h>
#include <pg_query.h>
#include <string.h>

#include "postgres_impl.h"
#include "unstick/auto.h"
#include "unstick/script.h"

/* Statements whose effect leaves the database, by the parser's names. */
static const char *const outside_nodes[] = { "CreateRoleStmt", "AlterRoleStmt",
	"AlterRoleSetStmt", "DropRoleStmt", "GrantRoleStmt", "ReassignOwnedStmt",
	"DropOwnedStmt", "AlterSystemStmt", "CreatedbStmt", "DropdbStmt",
	"AlterDatabaseStmt", "AlterDatabaseSetStmt", "AlterDatabaseRefreshCollStmt",
	"CreateTableSpaceStmt", "DropTableSpaceStmt", "AlterTableSpaceOptionsStmt",
	"AlterTableMoveAllStmt", "CreateSubscriptionStmt", "AlterSubscriptionStmt",
	"DropSubscriptionStmt", "CreateFdwStmt", "AlterFdwStmt",
	"CreateForeignServerStmt", "AlterForeignServerStmt",
	"CreateUserMappingStmt", "AlterUserMappingStmt", "DropUserMappingStmt",
	"CreateForeignTableStmt", "ImportForeignSchemaStmt", "CreatePLangStmt",
	"LoadStmt", "CheckPointStmt", "SecLabelStmt" };

/* COMMENT ON DATABASE, GRANT ... ON TABLESPACE, ALTER SERVER ... OWNER: whatever is
 * done to them. */
static const char *const outside_objects[] = { "OBJECT_DATABASE", "OBJECT_ROLE",
	"OBJECT_TABLESPACE", "OBJECT_SUBSCRIPTION", "OBJECT_FOREIGN_SERVER",
	"OBJECT_FDW", "OBJECT_PARAMETER_ACL", "OBJECT_USER_MAPPING",
	"TRANS_STMT_PREPARE", "TRANS_STMT_COMMIT_PREPARED",
	"TRANS_STMT_ROLLBACK_PREPARED" };

static const char *const trusted_languages[] = { "sql", "plpgsql", "plperl",
	"pltcl", "plv8" };

/* Extensions whose functions stay inside the database. */
static const char *const inside_extensions[] = { "bloom", "btree_gin", "btree_gist",
	"citext", "cube", "dict_int", "dict_xsyn", "earthdistance", "fuzzystrmatch",
	"hstore", "intarray", "isn", "lo", "ltree", "moddatetime", "pg_trgm",
	"pg_uuidv7", "pgcrypto", "pgstattuple", "plpgsql", "postgis",
	"postgis_topology", "seg", "tablefunc", "tcn", "tsm_system_rows",
	"tsm_system_time", "unaccent", "uuid-ossp", "vector" };

/* Settings that leave no trace in what comes after. */
static const char *const harmless_settings[] = { "lock_timeout",
	"statement_timeout", "idle_in_transaction_session_timeout",
	"transaction_timeout", "client_min_messages", "client_encoding",
	"standard_conforming_strings", "check_function_bodies", "xmloption",
	"row_security", "work_mem", "maintenance_work_mem",
	"max_parallel_maintenance_workers", "synchronous_commit",
	"application_name", "log_statement", "log_min_duration_statement" };

/* What can be run twice without losing rows, where it can be run twice at all. */
static const char *const repeatable_nodes[] = { "CreateStmt", "IndexStmt",
	"AlterTableStmt", "CreateEnumStmt", "AlterEnumStmt", "CommentStmt",
	"CreateExtensionStmt", "CreateSchemaStmt", "ViewStmt", "CreateFunctionStmt",
	"CompositeTypeStmt", "CreateDomainStmt", "CreateSeqStmt", "CreateTrigStmt",
	"CreatePolicyStmt", "RenameStmt", "GrantStmt", "CreateStatsStmt",
	"DropStmt" };
static const char *const unrepeatable_parts[] = { "AT_DropColumn",
	"AT_AlterColumnType", "AT_SetLogged", "AT_SetUnLogged", "DROP_CASCADE",
	"AT_DetachPartition" };
static const char *const droppable[] = { "OBJECT_INDEX", "OBJECT_TRIGGER",
	"OBJECT_POLICY", "OBJECT_FUNCTION", "OBJECT_VIEW", "OBJECT_RULE" };

/* Whose functions are called when they run. */
static const char *const calling_nodes[] = { "SelectStmt", "CallStmt", "InsertStmt",
	"UpdateStmt", "DeleteStmt", "CreateTableAsStmt", "MergeStmt" };

/* What changes rows and no object (but through a function that is called). */
static const char *const row_nodes[] = { "SelectStmt", "InsertStmt", "UpdateStmt",
	"DeleteStmt", "MergeStmt" };

#define IN(list, text) is_one(list, US_LEN(list), text)

static bool is_one(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

typedef struct {
	examiner *e;
	examined *out;
	traits *t; /* of the statement */
	size_t index;
} walker;

static void refuse(walker *w, const char *what)
{
	if (!w->out->refused)
		w->out->refused = us_arena_strf(&w->e->arena,
			"statement %zu (%s) reaches outside the database",
			w->index + 1, what);
}

/* "AlterSystemStmt" -> "ALTER SYSTEM" */
static void refuse_node(walker *w, const char *node)
{
	size_t len = strlen(node) - strlen("Stmt");
	us_str words = { 0 };

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && isupper((unsigned char)node[i]))
			us_str_addc(&words, ' ');
		us_str_addc(&words, (char)toupper((unsigned char)node[i]));
	}
	refuse(w, us_str_text(&words));
	us_str_fini(&words);
}

static const char *text_of(const json_t *node, const char *key)
{
	const char *text = json_string_value(json_object_get(node, key));

	return text ? text : "";
}

/* A String node, as libpg_query 15 and 13 write it; "" if it is none. */
static const char *string_of(const json_t *node)
{
	const json_t *s = json_object_get(node, "String");
	const char *text = text_of(s, "sval");

	return *text ? text : text_of(s, "str");
}

/* The last of a qualified name's parts. */
static const char *last_of(const json_t *names)
{
	size_t n = json_array_size(names);

	return n > 0 ? string_of(json_array_get(names, n - 1)) : "";
}

static void see_body(walker *w, const char *body)
{
	const char *found = pgwords_outside(body);
	US_AUTO(auto_str) char *word = NULL;

	if (found && us_strndup(&word, found, strcspn(found, " \t\r\n\"'(;,"),
			     NULL) == US_OK)
		refuse(w, word);
}

/* LANGUAGE and AS of a function or DO block. */
static void see_code(walker *w, const json_t *options)
{
	size_t i;
	json_t *o;

	json_array_foreach(options, i, o)
	{
		const json_t *elem = json_object_get(o, "DefElem");
		const json_t *arg = json_object_get(elem, "arg");
		const json_t *list =
			json_object_get(json_object_get(arg, "List"), "items");
		const char *name = text_of(elem, "defname");
		const char *text =
			list ? string_of(json_array_get(list, 0)) : string_of(arg);

		if (strcmp(name, "language") == 0 && !IN(trusted_languages, text))
			refuse(w, text);
		else if (strcmp(name, "as") == 0)
			see_body(w, text);
	}
}

static bool is_do_dependent(const json_t *options)
{
	size_t i;
	json_t *o;

	json_array_foreach(options, i, o)
	{
		const json_t *elem = json_object_get(o, "DefElem");

		if (strcmp(text_of(elem, "defname"), "as") == 0 &&
			!pgwords_dependent(string_of(json_object_get(elem, "arg"))))
			return false;
	}
	return true;
}

static void see_function(walker *w, const json_t *node)
{
	made_function *f = us_arena_alloc(&w->e->arena, sizeof(*f));

	see_code(w, json_object_get(node, "options"));
	if (!f)
		return;
	f->name = us_arena_str(
		&w->e->arena, last_of(json_object_get(node, "funcname")));
	f->text = w->t->text;
	f->next = w->e->functions;
	w->e->functions = f;
}

static void see_do(walker *w, const json_t *node)
{
	const json_t *args = json_object_get(node, "args");

	see_code(w, args);
	w->t->dependent = is_do_dependent(args);
}

static bool is_made(const examiner *e, const char *name)
{
	for (const made_function *f = e->functions; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

static void keep_setting(walker *w, const char *name)
{
	if (!IN(harmless_settings, name) && !w->out->session)
		w->out->session = us_arena_str(&w->e->arena, name);
}

static void see_call(walker *w, const json_t *node)
{
	const char *name = last_of(json_object_get(node, "funcname"));

	if (pgwords_function_outside(name, strlen(name)))
		refuse(w, name);
	if (strcmp(name, "set_config") == 0 && IN(calling_nodes, w->t->kind))
		keep_setting(w, name);
	if (is_made(w->e, name) && IN(calling_nodes, w->t->kind)) {
		w->t->called = us_arena_str(&w->e->arena, name);
		w->t->dependent = true;
	}
}

static void see_copy(walker *w, const json_t *node)
{
	if (json_is_true(json_object_get(node, "is_program")) ||
		*text_of(node, "filename"))
		refuse(w, "COPY");
}

static void see_extension(walker *w, const json_t *node)
{
	const char *name = text_of(node, "extname");

	if (!IN(inside_extensions, name))
		refuse(w, name);
}

static void see_set(walker *w, const json_t *node)
{
	/* a function's own settings are over when it is */
	if (strcmp(w->t->kind, "VariableSetStmt") == 0 &&
		!json_is_true(json_object_get(node, "is_local")))
		keep_setting(w, text_of(node, "name"));
}

static void see_drop(walker *w, const json_t *node)
{
	if (!IN(droppable, text_of(node, "removeType")))
		w->t->repeatable = false;
}

static const struct {
	const char *node;
	void (*see)(walker *w, const json_t *node);
} watched[] = {
	{ "FuncCall", see_call },
	{ "DoStmt", see_do },
	{ "CreateFunctionStmt", see_function },
	{ "CopyStmt", see_copy },
	{ "CreateExtensionStmt", see_extension },
	{ "VariableSetStmt", see_set },
	{ "DropStmt", see_drop },
};

static void see(walker *w, const char *key, const json_t *value)
{
	const char *text = json_string_value(value);

	if (IN(outside_nodes, key))
		refuse_node(w, key);
	for (size_t i = 0; i < US_LEN(watched); i++)
		if (strcmp(key, watched[i].node) == 0)
			watched[i].see(w, value);
	if (text && IN(outside_objects, text))
		refuse(w, text);
	if (text && IN(unrepeatable_parts, text))
		w->t->repeatable = false;
}

static void walk(walker *w, const json_t *node)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_object(node)) {
		json_object_foreach((json_t *)node, key, value)
		{
			see(w, key, value);
			walk(w, value);
		}
	} else if (json_is_array(node)) {
		json_array_foreach(node, i, value) walk(w, value);
	}
}

static void walk_statement(walker *w, const json_t *raw, const char *text)
{
	const json_t *stmt = json_object_get(raw, "stmt");
	size_t at =
		(size_t)json_integer_value(json_object_get(raw, "stmt_location"));
	size_t len = (size_t)json_integer_value(json_object_get(raw, "stmt_len"));
	void *iter = json_object_iter((json_t *)stmt);

	w->t = &w->out->statements[w->index];
	w->t->kind =
		us_arena_str(&w->e->arena, iter ? json_object_iter_key(iter) : "");
	w->t->repeatable = IN(repeatable_nodes, w->t->kind);
	w->t->transaction = strcmp(w->t->kind, "TransactionStmt") == 0;
	w->t->rows_only = IN(row_nodes, w->t->kind);
	w->t->text = us_arena_strn(
		&w->e->arena, text + at, len ? len : strlen(text + at));
	walk(w, stmt);
}

static us_code walk_all(
	walker *w, const json_t *tree, const char *text, us_err *err)
{
	const json_t *stmts = json_object_get(tree, "stmts");
	size_t n = json_array_size(stmts);

	w->out->statements =
		us_arena_alloc(&w->e->arena, (n + 1) * sizeof(*w->out->statements));
	if (!w->out->statements)
		return us_fail(err, US_E_NOMEM, "out of memory");
	w->out->n = n;
	w->out->parsed = true;
	for (w->index = 0; w->index < n; w->index++)
		walk_statement(w, json_array_get(stmts, w->index), text);
	return us_arena_check(&w->e->arena, err);
}

us_code examine(examiner *e, examined *out, const char *text, us_err *err)
{
	PgQueryParseResult parsed = { 0 };
	json_t *tree = NULL;
	walker w = { .e = e, .out = out };
	us_code rc = US_OK;

	*out = (examined){ 0 };
	if (!us_script_may_be_deep(text, strlen(text))) {
		parsed = pg_query_parse(text);
		if (!parsed.error)
			tree = json_loads(parsed.parse_tree, 0, NULL);
	}
	if (tree)
		rc = walk_all(&w, tree, text, err);
	else
		out->refused =
			"it can't be parsed, so what it reaches is not known";
	json_decref(tree);
	pg_query_free_parse_result(parsed);
	return rc;
}
