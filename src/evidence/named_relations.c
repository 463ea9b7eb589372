/* Whether a session has locked what a script is about, as only a change of it does.
 * A deploy whose query is hidden from us, or is another by now, shows itself by
 * that; so does a person who is at work on the same tables. An application's reads
 * and writes never do. */
#include <string.h>
#include <strings.h>

#include "evidence_impl.h"

#include "unstick/auto.h"

/* A name alone means the connection's schema, which Prisma makes the only one of
 * the search path, unless the script sets another. */
static bool names(const us_relation *r, const us_ddl_lock *lock, const char *schema)
{
	if (strcmp(r->name, lock->name) != 0)
		return false;
	if (r->schema)
		return strcmp(r->schema, lock->schema) == 0;
	return !schema || strcmp(schema, lock->schema) == 0;
}

static bool is_named(const named_relations *n, const us_script *s,
	const us_ddl_lock *lock, const char *schema)
{
	/* of a script that can't be parsed, any word may be a name */
	if (!n->known)
		return sql_has_word(us_script_text(s), lock->name);
	for (size_t i = 0; i < n->relations.len; i++)
		if (names(&n->relations.items[i], lock, schema))
			return true;
	return false;
}

us_code named_relations_locked(char **why, named_relations *n, const us_script *s,
	const us_db *db, const us_session *session, us_err *err)
{
	const char *schema =
		us_script_sets_search_path(s) ? NULL : us_db_about(db).schema;
	us_code rc;

	*why = NULL;
	if (!n->ready) {
		rc = us_catalog_relations(&n->relations, &n->known, s, err);
		if (rc != US_OK)
			return rc;
		n->ready = true;
	}
	for (size_t i = 0; i < session->nddl_locks; i++) {
		const us_ddl_lock *lock = &session->ddl_locks[i];

		if (is_named(n, s, lock, schema))
			return us_strf(why, err, "%s %s on %s.%s",
				lock->granted ? "holds" : "waits for", lock->mode,
				lock->schema, lock->name);
	}
	return US_OK;
}

void named_relations_fini(named_relations *n)
{
	us_relations_fini(&n->relations);
}

static bool in_name(char c)
{
	return c == '_' || c == '$' || (c >= '0' && c <= '9') ||
	       (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

bool sql_has_word(const char *sql, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = sql; *at; at++)
		if (strncasecmp(at, word, n) == 0 && !in_name(at[n]) &&
			(at == sql || !in_name(at[-1])))
			return true;
	return false;
}
