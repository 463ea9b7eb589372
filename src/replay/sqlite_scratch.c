/* The scratch database: opened, bounded, copied, and one statement run in it. */
#include "sqlite_scratch.h"

#include <stdio.h>
#include <string.h>

#include "unstick/auto.h"

/* Enough for any schema; far from what could be felt by the rest of a machine. */
enum {
	TICK = 10000,       /* steps of SQLite's machine between two looks */
	TICKS_MAX = 3000,   /* looks at one statement: well under a second */
	BYTES_MAX = 1 << 24 /* of one value */
};

static const char setup[] = "PRAGMA page_size=1024; PRAGMA max_page_count=131072;"
			    "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON";
static const char bound[] = "PRAGMA max_page_count=131072";

static int tick(void *ctx)
{
	lite_scratch *s = ctx;

	return ++s->ticks > TICKS_MAX;
}

us_code lite_scratch_init(lite_scratch *s, us_arena *a, us_err *err)
{
	*s = (lite_scratch){ .arena = a };
	if (sqlite3_open(":memory:", &s->db) != SQLITE_OK)
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (sqlite3_exec(s->db, setup, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) !=
			SQLITE_OK ||
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
			NULL) != SQLITE_OK)
		return us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(s->db));
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, BYTES_MAX);
	sqlite3_set_authorizer(s->db, lite_permit, s);
	sqlite3_progress_handler(s->db, TICK, tick, s);
	return US_OK;
}

void lite_scratch_fini(lite_scratch *s)
{
	sqlite3_close(s->db);
	s->db = NULL;
}

bool lite_scratch_in_transaction(const lite_scratch *s)
{
	return !sqlite3_get_autocommit(s->db);
}

static us_code failed(lite_scratch *s, int code, us_err *err)
{
	lite_step *step = s->now;

	if ((code & 0xFF) == SQLITE_NOMEM)
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (step->why) { /* the authorizer's */
		step->outcome = LITE_REFUSED;
		return US_OK;
	}
	step->outcome = LITE_FAILED;
	step->why = us_arena_str(s->arena, sqlite3_errmsg(s->db));
	if (code == SQLITE_INTERRUPT || code == SQLITE_FULL ||
		code == SQLITE_TOOBIG) {
		step->outcome = LITE_REFUSED;
		step->why = "it takes too long, or too much memory";
	}
	return US_OK;
}

static us_code finish(lite_scratch *s, sqlite3_stmt *st, us_err *err)
{
	bool only_rows = s->now->writes_rows && !s->now->changes_schema;
	bool only_reads = s->now->selects && !s->now->changes_schema;
	int code = SQLITE_ROW;

	/* SELECTs too: nothing that is permitted has an effect. */
	if (!s->run_rows && (only_rows || only_reads)) {
		s->now->outcome = LITE_COMPILED;
		return US_OK;
	}
	while (code == SQLITE_ROW)
		code = sqlite3_step(st);
	if (code != SQLITE_DONE)
		return failed(s, code, err);
	s->now->outcome = LITE_RAN;
	return US_OK;
}

/* VACUUM attaches a database of its own, and changes nothing that can be seen. */
static bool is_vacuum(lite_step *out, const char *sql, size_t len)
{
	lite_tokens t = lite_tokens_of(sql, len);

	if (!lite_skip(&t, "vacuum"))
		return false;
	out->outcome = LITE_COMPILED;
	for (lite_token k = lite_next(&t); k.kind != LITE_END; k = lite_next(&t)) {
		if (lite_is(k, "into")) {
			out->outcome = LITE_REFUSED;
			out->why = "VACUUM INTO";
		}
	}
	return true;
}

static bool has_more(const char *tail, const char *end)
{
	lite_tokens t = lite_tokens_of(tail, (size_t)(end - tail));

	return lite_next(&t).kind != LITE_END;
}

us_code lite_scratch_run(
	lite_scratch *s, lite_step *out, const char *sql, size_t len, us_err *err)
{
	sqlite3_stmt *st = NULL;
	const char *tail = sql;
	us_code rc = US_OK;
	int code;

	*out = (lite_step){ .outcome = LITE_RAN };
	if (is_vacuum(out, sql, len))
		return US_OK;
	if (len > BYTES_MAX) {
		out->outcome = LITE_REFUSED;
		out->why = "it is too long";
		return US_OK;
	}
	s->now = out;
	s->ticks = 0;
	code = sqlite3_prepare_v2(s->db, sql, (int)len, &st, &tail);
	if (code == SQLITE_OK && has_more(tail, sql + len))
		out->why = "SQLite sees more than one statement in it";
	if (code != SQLITE_OK || out->why)
		rc = failed(s, code, err);
	else if (st)
		rc = finish(s, st, err);
	sqlite3_finalize(st); /* repeats the error that was taken already */
	s->now = NULL;
	return rc == US_OK ? us_arena_check(s->arena, err) : rc;
}

us_code lite_image_of(lite_image *out, const lite_scratch *s, us_err *err)
{
	out->bytes = sqlite3_serialize(s->db, "main", &out->len, 0);
	if (!out->bytes && out->len > 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

us_code lite_scratch_from(
	lite_scratch *s, us_arena *a, const lite_image *image, us_err *err)
{
	unsigned char *copy;
	us_code rc = lite_scratch_init(s, a, err);

	if (rc != US_OK || image->len == 0)
		return rc;
	copy = sqlite3_malloc64((sqlite3_uint64)image->len);
	if (!copy)
		return us_fail(err, US_E_NOMEM, "out of memory");
	memcpy(copy, image->bytes, (size_t)image->len);
	if (sqlite3_deserialize(s->db, "main", copy, image->len, image->len,
		    SQLITE_DESERIALIZE_FREEONCLOSE |
			    SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK ||
		sqlite3_exec(s->db, bound, NULL, NULL, NULL) != SQLITE_OK)
		return us_fail(err, US_E_DB, "scratch database: %s",
			sqlite3_errmsg(s->db));
	return US_OK;
}
