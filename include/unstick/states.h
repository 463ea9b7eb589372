#ifndef US_STATES_H
#define US_STATES_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/config.h"
#include "unstick/hash.h"
#include "unstick/history.h"
#include "unstick/script.h"

/* One model for every database: a state is a map from keys ("column
 * public.User.age", "type") to values. A script of n statements has n + 1 states;
 * which of them agree with the live database is what evidence is about. */

/* ---- K ------------------------------------------------------------------ */

/* K: the prefix lengths k (0..n) for which "exactly the first k statements ran"
 * agrees with the evidence. Unknown is a value: then nothing may be concluded. */
typedef struct {
	bool known;
	size_t n;     /* statements of the script */
	bool *member; /* n + 1 of them; NULL unless known. Owned: free() */
} us_prefixes;

/* K = {value} of 0..n; k must be zeroed. */
US_MUST us_code us_prefixes_set(
	us_prefixes *k, size_t n, size_t value, us_err *err);
size_t us_prefixes_count(const us_prefixes *k); /* 0 when unknown or diverged */
bool us_prefixes_only(const us_prefixes *k, size_t value); /* K = {value} */
size_t us_prefixes_min(const us_prefixes *k);              /* of a non-empty K */
size_t us_prefixes_max(const us_prefixes *k);
/* "none", "all", "partial", "unknown", "diverged" */
const char *us_prefixes_state(const us_prefixes *k);

/* ---- values --------------------------------------------------------------- */

/* How much a difference of two texts says. Two values agree if both are absent, or
 * their texts are equal. They differ for certain if one is absent and the other is
 * not, or if their texts differ and one is FIRM or both are PLAIN. Anything else is
 * undecided, and so is everything UNKNOWN; what is undecided excludes no k. */
typedef enum {
	US_VALUE_UNKNOWN,
	US_VALUE_ABSENT, /* there is no such thing */
	US_VALUE_FIRM, /* a name, a type, "there", "no default": differs from all */
	US_VALUE_PLAIN,  /* a constant: differs from every other constant */
	US_VALUE_OPAQUE, /* an expression: other words may mean the same */
} us_value_firmness;

typedef struct {
	us_value_firmness firmness;
	const char *text; /* NULL for UNKNOWN and ABSENT */
} us_value;

typedef enum { US_AGREE, US_DIFFER, US_UNDECIDED } us_agreement;
us_agreement us_value_compare(us_value a, us_value b);

/* ---- what a provider found ------------------------------------------------ */

typedef enum {
	US_STMT_UNKNOWN,
	US_STMT_PRESENT,
	US_STMT_ABSENT,
	US_STMT_CONFLICT,
	US_STMT_UNOBSERVABLE,
} us_stmt_state;

const char *us_stmt_state_name(us_stmt_state s);

/* What a provider is asked about: a case whose script is on disk. All borrowed; the
 * live database is only read. */
typedef struct {
	const us_config *config;
	us_db *live;
	const us_history *history;
	const us_entry *entry;
	const us_script *script;
	const us_record *failed; /* the newest failed record; NULL: there is none */
} us_stuck;

#define US_DIGEST_TEXT (2 * US_SHA256_BYTES + 1)

/* Owned: release with us_reading_fini(). Of a provider that can't tell, prefixes
 * are unknown, why says why not (or is NULL: nothing to say), and the arrays are
 * NULL. */
typedef struct {
	us_prefixes prefixes;
	size_t n;
	us_stmt_state *statements; /* n */
	char **statement_why;      /* n; entries may be NULL */
	/* n + 1: is it known that from state k the whole script can run from the
	 * top, loses no data and ends in state n? rerun[0] is about a script of
	 * which nothing ran. */
	bool *rerun;
	char **rerun_why; /* n + 1; why not, NULL where it can */
	/* What a failed statement left that is neither its effect nor nothing, each
	 * with the statement that cleans it away. */
	us_strs leftovers;
	char *why; /* one sentence: what K rests on */
	/* Why all of it may not be there though K keeps n, as a clause: an
	 * expression that the script changes reads word for word as it did before
	 * (it may be the new one all the same, in the server's words), or what it
	 * made went out of sight by a statement that could not be followed. NULL:
	 * nothing. */
	char *unproved;
	/* Of the live values compared: the same text, the same values. "": what the
	 * script touches isn't all among them. */
	char digest[US_DIGEST_TEXT];
} us_reading;

/* Empty arrays for n statements; r must be zeroed. */
US_MUST us_code us_reading_init(us_reading *r, size_t n, us_err *err);
void us_reading_fini(us_reading *r);

/* ---- the states of a script ------------------------------------------------ */

typedef struct us_states us_states;

/* n statements. *out is the caller's. */
US_MUST us_code us_states_new(us_states **out, size_t n, us_err *err);
void us_states_free(us_states *s);

/* The key of an object ("column public.User.age") and a facet of it ("type"; ""
 * is whether it is there at all). The same words give the same key. Copies both. A
 * new key is UNKNOWN in every state and in the live database. */
size_t us_states_key(us_states *s, const char *object, const char *facet);
/* Its value after the first k statements; its value in the live database. Copies
 * the text. */
void us_states_put(us_states *s, size_t key, size_t k, us_value v);
void us_states_put_live(us_states *s, size_t key, us_value v);
/* Another one may have changed it as well: it excludes nothing; `why` in words
 * ("20240102_x, started later, touches it too"). Copied. */
void us_states_doubt(us_states *s, size_t key, const char *why);
us_value us_states_at(const us_states *s, size_t key, size_t k);

/* Compares: fills prefixes, statements, statement_why and why of r, which
 * us_reading_init() made. Reports an allocation that failed in any call before. */
US_MUST us_code us_states_judge(const us_states *s, us_reading *r, us_err *err);

/* Writes r->digest. */
US_MUST us_code us_states_digest(const us_states *s, us_reading *r, us_err *err);

#endif
