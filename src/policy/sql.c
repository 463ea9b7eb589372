/* What db:query sends and what it doesn't: one statement that reads. Functions that
 * a read-only transaction lets through although they reach past it are refused by
 * name. */
#include <string.h>
#include <strings.h>

#include "host.h"
#include "unstick/auto.h"
#include "unstick/catalog.h"

/* A final `*` stands for any ending. docs/policies.md has the list for people.
 * PostgreSQL's are those of 13 to 18 that are not harmless in a READ ONLY
 * transaction, and those of its contrib modules. */
static const char *const denied[] = {
	/* other sessions, the server itself */
	"pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_promote",
	"pg_rotate_logfile*", "pg_switch_wal", "pg_switch_xlog",
	"pg_create_restore_point", "pg_start_backup", "pg_stop_backup",
	"pg_backup_start", "pg_backup_stop", "pg_wal_replay_*", "pg_logical_*",
	"pg_create_physical_replication_slot", "pg_create_logical_replication_slot",
	"pg_copy_physical_replication_slot", "pg_copy_logical_replication_slot",
	"pg_drop_replication_slot", "pg_sync_replication_slots", "pg_replication_*",
	"pg_log_backend_*", "pg_log_standby_snapshot", "pg_stat_reset*",
	"pg_stat_statements_reset", "pg_export_snapshot", "txid_current",
	"pg_current_xact_id", "pg_nextoid", "binary_upgrade_*",
	"pg_import_system_collations", "pg_extension_config_dump",
	"pg_stop_making_pinned_objects",
	/* what tables and indexes are stored in */
	"brin_summarize_*", "brin_desummarize_range", "gin_clean_pending_list",
	"pg_clear_*_stats", "pg_restore_*_stats", "pg_set_*_stats", "pg_prewarm",
	"autoprewarm_*", "pg_buffercache_evict*", "pg_truncate_visibility_map",
	"heap_force_*",
	/* locks, settings and messages that outlive the statement */
	"pg_advisory_*", "pg_try_advisory_*", "pg_notify", "set_config",
	"set_limit",
	/* files */
	"lo_*", "lowrite", "loread", "pg_read_file*", "pg_read_binary_file",
	"pg_stat_file", "pg_ls_*", "pg_file_*", "pg_current_logfile",
	"query_export_to_s3", "table_import_from_s3",
	/* connections of their own, and SQL inside strings */
	"dblink*", "postgres_fdw_*", "pg_background_*", "http", "http_*",
	"query_to_xml*", "cursor_to_xml*", "table_to_xml*", "schema_to_xml*",
	"database_to_xml*", "xpath_table", "ts_stat", "ts_rewrite", "crosstab*",
	"connectby*",
	/* SQLite */
	"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"
};

/* Does `name` have the form of `pattern`, in which one `*` stands for anything? */
static bool has_form(const char *name, const char *pattern)
{
	size_t head = strcspn(pattern, "*"), n = strlen(name);
	const char *tail = pattern + head + (pattern[head] == '*');
	size_t tail_len = strlen(tail);

	if (pattern[head] == '\0')
		return strcasecmp(name, pattern) == 0;
	return n >= head + tail_len && strncasecmp(name, pattern, head) == 0 &&
	       strcasecmp(name + n - tail_len, tail) == 0;
}

bool us_sql_denied(const char *function)
{
	for (size_t i = 0; i < US_LEN(denied); i++)
		if (has_form(function, denied[i]))
			return true;
	return false;
}

size_t us_sql_denied_count(void)
{
	return US_LEN(denied);
}

us_code us_sql_check(const char *sql, size_t len, bool postgresql, us_err *err)
{
	if (memchr(sql, '\0', len))
		return us_fail(err, US_E_POLICY, "there is a NUL in the statement");
	/* SQLite's own parser says while it prepares one what it does
	 * (us_db_terms).
	 */
	return postgresql ? us_catalog_question(sql, len, us_sql_denied, err)
			  : US_OK;
}
