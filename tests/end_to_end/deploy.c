/* The next deploy, done by hand, so that what unstick decided meets its
 * consequences. */
#include "deploy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "database.h"
#include "run.h"
#include "unstick/auto.h"
#include "unstick/script.h"

/* ---- deploying ---- */

static void run_statement(session *to, const us_script *s, size_t i)
{
	const us_statement *one = us_script_statement(s, i);
	char *sql = strndup(us_script_text(s) + one->offset, one->len);

	assert_non_null(sql);
	session_exec(to, sql);
	free(sql);
}

static void run_script(project *p, const char *name)
{
	us_script *s = project_statements(p, name);
	session *to = session_open(p);

	for (size_t i = 0; i < us_script_len(s); i++)
		run_statement(to, s, i);
	session_close(to);
	us_script_free(s);
}

static void deploy_one(project *p, const char *name)
{
	US_AUTO(auto_str) char *record = NULL;

	run_script(p, name);
	assert_true(asprintf(&record, "{recorded %s}", name) > 0);
	project_stage(p, record);
}

static bool is_due(const json_t *entry)
{
	const char *state = json_string_value(part(entry, "state"));

	return strcmp(state, "pending") == 0 || strcmp(state, "rolled_back") == 0;
}

void deploy(project *p)
{
	json_t *entries, *entry;
	size_t i;

	unstick(p, 0, "status", NULL);
	entries = json_incref(part(p->report, "history"));
	json_array_foreach(entries, i, entry)
	{
		if (is_due(entry))
			deploy_one(p, json_string_value(part(entry, "name")));
	}
	json_decref(entries);
}

/* ---- the database ---- */

#define USERS_OWN " NOT IN ('pg_catalog', 'information_schema', 'pg_toast') "

/* Positions of columns are left out: IF NOT EXISTS and a second run may move them.
 */
static const char postgres_schema[] =
	"SELECT * FROM (SELECT 'column' AS kind, n.nspname || '.' || c.relname || "
	"'.' || a.attname,"
	" concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,"
	" a.attidentity, pg_get_expr(d.adbin, d.adrelid))"
	" FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN"
	" pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON"
	" d.adrelid = c.oid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT"
	" a.attisdropped AND c.relkind <> 'i' AND n.nspname" USERS_OWN
	"UNION ALL SELECT 'relation', n.nspname || '.' || c.relname, "
	"concat(c.relkind,"
	" pg_get_viewdef(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid ="
	" c.relnamespace WHERE n.nspname" USERS_OWN
	"UNION ALL SELECT 'index', n.nspname, concat(pg_get_indexdef(i.indexrelid),"
	" i.indisvalid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
	" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname" USERS_OWN
	"UNION ALL SELECT 'constraint', concat(conrelid::regclass, '.', conname),"
	" concat(pg_get_constraintdef(k.oid), convalidated) FROM pg_constraint k"
	" JOIN pg_namespace n ON n.oid = connamespace WHERE n.nspname" USERS_OWN
	"UNION ALL SELECT 'label', n.nspname || '.' || t.typname,"
	" string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e"
	" JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid ="
	" t.typnamespace GROUP BY 1, 2) AS every (kind, name, definition) WHERE"
	" concat(name, definition) NOT LIKE '%\\_prisma\\_migrations%'"
	" ORDER BY 1, 2, 3";

static const char sqlite_schema[] =
	"SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
	" AND tbl_name <> '_prisma_migrations' ORDER BY 1, 2";

static const char *tables_of(const project *p)
{
	if (project_is(p, "sqlite"))
		return "SELECT '\"' || name || '\"' FROM sqlite_master WHERE type ="
		       " 'table' AND name NOT LIKE 'sqlite_%' AND name <>"
		       " '_prisma_migrations' ORDER BY 1";
	return "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN"
	       " pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND"
	       " c.relname <> '_prisma_migrations' AND n.nspname" USERS_OWN
	       "ORDER BY 1";
}

static json_t *rows_of(const project *p, const char *table)
{
	json_t *rows;
	char *sql;

	assert_true(asprintf(&sql, "SELECT * FROM %s ORDER BY 1", table) > 0);
	rows = db_rows(p, sql);
	free(sql);
	return rows;
}

static json_t *rows_of_tables(const project *p)
{
	json_t *tables = db_rows(p, tables_of(p)), *rows = json_object(), *row;
	size_t i;

	json_array_foreach(tables, i, row)
	{
		const char *name = json_string_value(json_array_get(row, 0));

		json_object_set_new(rows, name, rows_of(p, name));
	}
	json_decref(tables);
	return rows;
}

json_t *database_picture(const project *p)
{
	json_t *picture = json_pack("{s:o, s:o}", "schema",
		db_rows(p,
			project_is(p, "sqlite") ? sqlite_schema : postgres_schema),
		"rows", rows_of_tables(p));

	assert_non_null(picture);
	return picture;
}

void no_row_lost(const json_t *before, const json_t *after)
{
	const json_t *now = json_object_get(after, "rows"), *rows;
	const char *table;

	json_object_foreach(json_object_get(before, "rows"), table, rows)
	{
		const json_t *left = json_object_get(now, table);

		if (left && json_array_size(left) < json_array_size(rows))
			fail_msg("%s had %zu rows and has %zu", table,
				json_array_size(rows), json_array_size(left));
	}
}

/* ---- a clean one ---- */

static json_t *clean_schema(const project *p)
{
	void *state = (void *)p->provider;
	US_AUTO(auto_str)
	char *migrations = scratch_path(&p->folder, "prisma/migrations");
	project *clean;
	json_t *picture, *schema;

	assert_int_equal(project_setup(&state), 0);
	clean = project_open(&state);
	project_link_migrations(clean, migrations);
	if (p->schema)
		project_use_schema(clean, p->schema);
	project_stage(clean, "{ledger}");
	deploy(clean);
	picture = database_picture(clean);
	schema = json_incref(json_object_get(picture, "schema"));
	json_decref(picture);
	project_teardown(&state);
	return schema;
}

void schema_is_clean(project *p)
{
	json_t *clean = clean_schema(p), *picture = database_picture(p);
	const json_t *schema = json_object_get(picture, "schema");

	expect_json(schema, clean);
	json_decref(clean);
	json_decref(picture);
}
