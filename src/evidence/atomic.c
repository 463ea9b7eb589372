/* Whether a script that failed half way can have left a part of itself behind. A
 * wrong "unsure" costs coverage, anything else that is wrong costs data. */
#include <string.h>
#include <strings.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

/* "7.3" or earlier? Only what the configuration states counts. */
static bool sends_one_query(const char *engine)
{
	char *rest, *end = NULL;
	long major, minor;

	if (!engine)
		return false;
	major = strtol(engine, &rest, 10);
	if (rest == engine || major < 1 || major > 7)
		return false;
	if (major < 7)
		return true;
	minor = *rest == '.' ? strtol(rest + 1, &end, 10) : 99;
	return minor >= 0 && minor <= 3 && end > rest + 1;
}

static bool says(const char *sql, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(sql + i, word, n) == 0)
			return true;
	return false;
}

/* One statement that may leave a part of its work behind: these commit on their way
 * (table by table, index by index), or can't be undone, and CONCURRENTLY leaves an
 * invalid index when it fails. Source: PostgreSQL's reference, "cannot be executed
 * inside a transaction block". */
static bool may_half_happen(const us_script *s, const us_statement *one)
{
	static const char *const kinds_of[] = { "VACUUM", "CLUSTER", "REINDEX",
		"ANALYZE", "CALL", "CREATE DATABASE", "DROP DATABASE",
		"ALTER DATABASE", "CREATE TABLESPACE", "DROP TABLESPACE",
		"ALTER SYSTEM", "CREATE SUBSCRIPTION", "ALTER SUBSCRIPTION",
		"DROP SUBSCRIPTION" };

	for (size_t i = 0; i < US_LEN(kinds_of); i++)
		if (strcmp(one->kind, kinds_of[i]) == 0)
			return true;
	return says(us_script_text(s) + one->offset, one->len, "concurrently");
}

/* Do all statements share one fate? Up to 7.3 the native engine sent a script as
 * one simple query, which PostgreSQL runs as one transaction; from 7.4 on, and on
 * SQLite always, every statement commits by itself, unless the script has a
 * transaction of its own. */
us_tristate atomic_of(const us_evidence *e, const us_ground *g)
{
	bool sqlite = strcmp(g->db->ops->provider, "sqlite") == 0;
	const us_script *s = e->script;

	if (!s || us_script_len(s) == 0 || !us_script_parsed(s) ||
		us_script_has_transaction(s))
		return US_UNSURE;
	if (us_script_len(s) > 1 && sqlite)
		return US_NO;
	if (us_script_len(s) > 1)
		return sends_one_query(g->config->prisma_engine) ? US_YES
								 : US_UNSURE;
	return may_half_happen(s, us_script_statement(s, 0)) ? US_UNSURE : US_YES;
}
