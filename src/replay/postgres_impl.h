#ifndef POSTGRES_IMPL_H
#define POSTGRES_IMPL_H

#include <signal.h>
#include <stdint.h>

#include "unstick/arena.h"
#include "unstick/replay.h"

/* The replay's own insides for PostgreSQL, by file: the scratch database
 * (postgres_shadow.c, postgres_shadow_url.c), what is replayed in it before the
 * case (postgres_history.c), what scripts do besides (postgres_examine.c,
 * postgres_words.c), the objects of a database and how they change
 * (postgres_marks.c, postgres_look.c, postgres_order.c), the script
 * (postgres_steps.c, postgres_again.c), the comparison (postgres_compare.c).
 *
 * Whatever can't be done is an error inside: us_replay_postgres() turns it into
 * "unknown". */

/* ---- the scratch database ------------------------------------------------- */

typedef struct {
	const us_config *config;
	us_db *live;
	us_url url;        /* shadow_url's */
	us_db *admin;      /* beside the live one: makes and drops; or NULL */
	us_db *hand;       /* what is replayed runs in this session */
	us_db *eye;        /* and this one sees what was committed */
	char *drop;        /* the statement that ends it; NULL: not ours to drop */
	bool emptied;      /* what it holds is our own doing */
	bool same_server;  /* as the live database's */
	bool same_wording; /* of definitions: the same major version */
	sigset_t mask;     /* the thread's own */
	bool holding;      /* SIGTERM and the like are held back */
	int64_t until;     /* by us_clock_ms() */
} shadow_db;

/* Finds out where the replay would happen; makes and changes nothing. s is zeroed.
 */
us_code shadow_find(
	shadow_db *s, const us_config *config, us_db *live, us_err *err);
/* Makes it, empty but for Prisma's table. From here on signals that end the program
 * wait until shadow_close(). */
us_code shadow_open(shadow_db *s, us_err *err);
void shadow_close(shadow_db *s); /* drops or empties it */

/* Somebody wants us to end, or time is up: a us_db_stop_fn. */
bool shadow_stop(void *s);
/* The error for that, if it is so; else US_OK. */
us_code shadow_check(shadow_db *s, us_err *err);
/* Runs SQL in the replay's session. */
us_code shadow_run(
	shadow_db *s, const char *sql, us_db_transaction *after, us_err *err);

/* The shadow database of shadow_url: connects, and refuses the live one. */
us_code shadow_connect(shadow_db *s, us_err *err);
us_code shadow_empty(shadow_db *s, us_err *err);
/* The first row of a query, as owned texts (free() each); empty if there is none.
 */
us_code shadow_row(us_db *db, const char *sql, const char *param, char **cells,
	size_t n, us_err *err);

/* ---- what a script does besides --------------------------------------------- */

typedef struct {
	const char *kind;   /* the parser's name: "CreateStmt" */
	const char *text;   /* NUL-terminated, with what comments come before it */
	bool transaction;   /* begins, ends or names one */
	bool rows_only;     /* changes no object: if it fails, nothing is missing */
	bool repeatable;    /* loses no rows if it is run twice */
	bool dependent;     /* what it does may depend on rows, or on code */
	const char *called; /* a user's function it calls directly, or NULL */
} traits;

/* A function that a script made: what it may do when it is called. */
typedef struct made_function {
	const char *name, *text;
	struct made_function *next;
} made_function;

/* What is known of all scripts; the texts are in the arena. */
typedef struct {
	us_arena arena;
	made_function *functions;
} examiner;

typedef struct {
	bool parsed;
	traits *statements; /* in the arena */
	size_t n;
	/* Why it may not be replayed beside the live database; NULL: it may. */
	const char *refused;
	const char *session; /* a setting that it leaves behind; or NULL */
} examined;

us_code examine(examiner *e, examined *out, const char *text, us_err *err);

/* A function's or a DO block's own text: what in it reaches outside the database,
 * or NULL. */
const char *pgwords_outside(const char *body);
/* Does a call of this function reach outside? */
bool pgwords_function_outside(const char *name, size_t len);
/* Does what a DO block does depend on anything but the catalog? */
bool pgwords_dependent(const char *body);
/* Is the name in the text as a word, letter case ignored? */
bool pgwords_mention(const char *text, const char *name);
/* May the text touch what it doesn't name? */
bool pgwords_sweeping(const char *text);

/* ---- the objects of a database ----------------------------------------------- */

#define MARK_VALUES 7 /* the first is whether it is there */

typedef struct mark_class mark_class;

typedef struct {
	const char *id;
	const char *title, *schema, *relation, *name;
	const mark_class *class;
	const char *now[MARK_VALUES];
	const char *live[MARK_VALUES];
	size_t keys[MARK_VALUES]; /* of the states; NO_KEY: it never changed */
	bool touched;
	size_t look;         /* the last that found it */
	size_t unknown_from; /* from this state on */
	const char **places; /* n + 1 column numbers; NULL: it never changed */
} mark;

#define NO_KEY SIZE_MAX

/* Text that may have done more than was seen, from a state on. */
typedef struct cloud {
	const char *text;
	size_t from;
	struct cloud *next;
} cloud;

typedef struct {
	us_arena arena;
	us_states *states;
	size_t n; /* statements */
	bool same_wording;
	mark *items;
	size_t len, cap;
	size_t *slots, nslots;
	size_t looks;
	size_t state; /* of the look under way */
	bool base;    /* the look under way is the first */
	cloud *clouds;
} marks;

/* All rows of a database in one number: the same rows, the same number. */
typedef struct {
	uint64_t a, b;
} digest;
bool digest_same(digest a, digest b);

/* The columns of a row of postgres_fingerprint.sql. */
enum {
	MARK_CLASS,
	MARK_WORD,
	MARK_SCHEMA,
	MARK_RELATION,
	MARK_NAME,
	MARK_FIRST, /* of the values after "is it there" */
	MARK_COLUMNS = MARK_FIRST + MARK_VALUES - 1
};

us_code marks_init(marks *m, us_states *states, size_t n, us_err *err);
void marks_fini(marks *m);
/* What there is after k statements. */
us_code marks_look(marks *m, us_db *db, size_t k, digest *sum, us_err *err);
/* For a look: the mark of a row, by its first columns; NULL if there is none. Both
 * are borrowed until the next is added. */
mark *marks_find(const marks *m, const char *id);
us_code marks_add(
	marks *m, const char *id, const us_row *row, mark **out, us_err *err);
/* Value i is this now (NULL: the object is gone); afterwards state m->state is put
 * down. */
void marks_change(marks *m, mark *k, size_t i, const char *text);
const char *marks_cell(const mark *k, const us_row *row, size_t i);
void marks_put(marks *m);
uint64_t marks_hash(uint64_t h, const char *text);
/* State k is as state k - 1 was. */
void marks_repeat(marks *m, size_t k);
void marks_cloud(marks *m, const char *text, size_t from);
/* Does the text, of another script, name what the mark is about? */
bool marks_mention(const mark *m, const char *text);
/* The live database's values of what was touched. */
us_code marks_live(marks *m, us_db *live, us_err *err);
/* The digest alone. */
us_code marks_digest(us_db *db, digest *out, us_err *err);
const char *marks_facet(const mark *m, size_t i);
bool marks_is(const mark *m, const char *class); /* "column", "index" ... */
/* What a live value is worth. */
us_value marks_value(const marks *m, const mark *k, size_t i, const char *text);
/* The live value that agrees with a state, or nothing is known. */
us_value marks_matching(const us_states *s, size_t key, size_t n, const char *text);

/* The columns that were dropped and made again show it by their place. */
us_code order_compare(marks *m, us_err *err);

/* ---- what is replayed before ---- */

/* A script other than the case's that may have touched the same things. */
typedef struct {
	const char *text, *why;
} suspect;

typedef struct {
	const char *name; /* of the migration */
	char *text;
	examined found;
} chapter;

typedef struct {
	us_arena arena;
	chapter *chapters; /* applied before, in the order they were */
	size_t len;
	suspect *suspects;
	size_t nsuspects;
} past;

us_code past_load(past *p, const us_stuck *c, examiner *e, us_err *err);
void past_fini(past *p);
/* Refuses what leaves more than its work behind, and if so what reaches outside the
 * database. */
us_code past_check(const past *p, bool outside_too, us_err *err);
us_code past_replay(const past *p, shadow_db *s, us_err *err);

/* ---- the script -------------------------------------------------------------- */

typedef struct {
	const us_stuck *c;
	shadow_db shadow;
	examiner examiner;
	examined found;
	past past;
	marks marks;
	us_states *states;
	us_reading *r;
	digest *sums;    /* n + 1 */
	bool *known;     /* n + 1: is there a digest? */
	digest *ends;    /* n + 1: of running all again from there */
	size_t again;    /* can be run again from 1..again */
	char *again_why; /* why not from further on */
	size_t ran;      /* statements that ran in the scratch database */
	int64_t trying;  /* milliseconds spent on that */
	char *failed;    /* what the next one ended in; NULL: none did */
} job;

us_code steps_run(job *j, us_err *err);
/* From state k, which the scratch database is in: can all run again? */
us_code again_try(job *j, size_t k, us_err *err);
us_code again_judge(job *j, us_err *err);
us_code compare_live(job *j, us_err *err);

#endif
