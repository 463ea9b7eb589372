#ifndef EVIDENCE_IMPL_H
#define EVIDENCE_IMPL_H

#include <stdlib.h>

#include "unstick/catalog.h"
#include "unstick/evidence.h"

/* ---- logs ---- */

/* Whose error numbers a code is one of. */
typedef enum { CODE_SQLSTATE, CODE_MYSQL, CODE_SQLITE } code_family;

/* UNKNOWN where the table has nothing to say. */
us_cause cause_of_code(const char *code, code_family family);
/* For texts without a code: only whole phrases that a server or Prisma writes. */
us_cause cause_of_phrase(const char *message);

/* What the native engine writes: "... Database error code: X ... Database error:
 * ...". text has no colours and no audit lines; false if it isn't that form. */
bool logs_is_native(const char *text);
us_code logs_parse_native(us_logged_error *out, const char *text,
	const us_script *script, us_err *err);
/* True if an engine of before 7.4 wrote them, for certain; logs may be NULL. */
bool logs_of_old_engine(const char *logs);
/* Anything else: what the engine built for driver adapters writes. */
us_code logs_parse_adapter(us_logged_error *out, const char *text, us_err *err);

/* One line: blanks collapsed, "ERROR: " in front dropped; NULL if nothing is left.
 */
us_code logs_message(char **out, const char *text, size_t len, us_err *err);

/* What the Position block of a PostgreSQL error says about the script: sets line
 * and statement of *out if every reading of it that fits the script agrees. block
 * and debug may be NULL (absent). */
void logs_position(us_logged_error *out, const char *block, size_t block_len,
	const char *debug, const us_script *script);

/* ---- a case ---- */

/* All that the parts of a case's evidence are made from. */
typedef struct {
	const us_ground *ground;
	const us_case *c;
	const us_record *failed; /* the newest failed record; NULL: there is none */
	bool unlogged;           /* its logs are empty, our lines aside */
	const us_script *script; /* NULL: none that can be read */
	us_tristate edited;
	us_catalog *begun; /* NULL: not yet */
} probe;

/* The case's script, cut; NULL if there is none that can be read. The caller's. */
us_code script_of_case(us_script **out, const probe *p, us_err *err);

/* Fills k and says in *why what it rests on, or leaves k unknown (and *why NULL, or
 * why it can't know). */
us_code ledger_proof(us_prefixes *k, char **why, const probe *p, us_err *err);

/* What that can do before the database is asked, if there is anything: p->begun,
 * which is the caller's. An error is met again by read_database(). */
void begin_reading(probe *p);
/* What the provider of the live database finds; unknown if there is none. */
us_code read_database(us_reading *r, us_proof *proof, const probe *p, us_err *err);

/* Fills prefixes, proof, why, statements, leftovers and reruns; needs script,
 * edited, error_statement and atomic. */
us_code known_load(us_evidence *e, const probe *p, us_err *err);

/* Do all statements of e's script share one fate? */
us_tristate atomic_of(const us_evidence *e, const probe *p);
/* Is it certain that PostgreSQL got e's script as one simple query, as Prisma's
 * native engine sent it up to 7.3? */
bool sent_as_one_query(const us_evidence *e, const probe *p);
/* If so: can what stays be exactly the first k statements, wherever it failed? */
bool one_query_may_end_at(const us_evidence *e, size_t k);

/* Is the word in the SQL as one of its own, whatever the case? One in a string
 * counts too. */
bool sql_has_word(const char *sql, const char *word);

/* The relations of a script; found out when they are first asked for. Zeroed. */
typedef struct {
	bool ready, known; /* known: the script could be parsed */
	us_relations relations;
} named_relations;

/* *why: which of them the session has locked for a change, as "holds
 * AccessExclusiveLock on public.T"; NULL if none. The caller's. */
us_code named_relations_locked(char **why, named_relations *n, const us_script *s,
	const us_db *db, const us_session *session, us_err *err);
void named_relations_fini(named_relations *n);

/* Who may still be at it: fills running, nrunning and activity_visible. */
us_code activity_load(
	us_evidence *e, const probe *p, const us_meanwhile *meanwhile, us_err *err);

#endif
