/* Rebuilds: recognised in the script, looked at in the live database. No sentence
 * here ever advises to drop new_X unless X is there and holds at least its rows. */
#include "sqlite_rebuild.h"

#include <stdlib.h>
#include <string.h>

#include "sqlite_subject.h"
#include "unstick/auto.h"

/* ---- in the script ---- */

/* INSERT INTO new_X (...) SELECT ... FROM X, and nothing after it: each row of X
 * gives one of new_X. */
static bool copies_all(us_arena *a, const us_script *s, size_t i,
	const char *temp_folded, const char *table_folded)
{
	static const char *const folds[] = { "distinct", "count", "sum", "total",
		"avg", "min", "max", "group_concat", "json_group_array",
		"json_group_object", "over" };
	lite_tokens t = lite_tokens_of_statement(s, i);
	const char *name;

	if (!lite_skip(&t, "insert into"))
		return false;
	name = lite_next_name(a, &t);
	if (!name || strcmp(lite_fold(a, name), temp_folded) != 0)
		return false;
	for (lite_token k = lite_next(&t); !lite_is(k, "from"); k = lite_next(&t)) {
		if (k.kind == LITE_END)
			return false;
		for (size_t j = 0; j < US_LEN(folds); j++)
			if (lite_is(k, folds[j]))
				return false;
	}
	name = lite_next_name(a, &t);
	return name && strcmp(lite_fold(a, name), table_folded) == 0 &&
	       lite_next(&t).kind == LITE_END;
}

static bool names(us_arena *a, const us_script *s, size_t i, const char *folded)
{
	lite_names n = { 0 };

	lite_names_of(a, &n, lite_tokens_of_statement(s, i), false);
	return lite_names_have(&n, folded);
}

/* Can't this statement take a row from either table, or give X one? */
static bool leaves_rows(
	us_arena *a, const us_script *s, size_t i, const lite_rebuild *r)
{
	lite_subject is = lite_subject_of(a, s, i);
	lite_tokens t = lite_tokens_of_statement(s, i);

	if (names(a, s, i, r->table_folded))
		return false;
	/* a cascade: of DELETE and UPDATE, and of DROP TABLE */
	if (is.verb != LITE_OTHER)
		return is.verb != LITE_DROP_TABLE && is.verb != LITE_OTHER_SCHEMA;
	return lite_skip(&t, "pragma") || lite_skip(&t, "insert into");
}

/* The one statement between `create` and `drop` that fills new_X; none if another
 * one has to do with it too, or if what was copied may be gone before the drop. */
static size_t find_copy(us_arena *a, const us_script *s, const lite_rebuild *r)
{
	size_t found = SIZE_MAX;

	/* ON CONFLICT IGNORE copies what it likes */
	if (names(a, s, r->create, "conflict"))
		return SIZE_MAX;

	for (size_t i = r->create + 1; i < r->drop; i++) {
		if (!names(a, s, i, r->temp_folded)) {
			if (found != SIZE_MAX && !leaves_rows(a, s, i, r))
				return SIZE_MAX;
			continue;
		}
		if (found != SIZE_MAX ||
			!copies_all(a, s, i, r->temp_folded, r->table_folded))
			return SIZE_MAX;
		found = i;
	}
	return found;
}

/* The last statement before `before` that does this to this table; SIZE_MAX. */
static size_t find_last(us_arena *a, const us_script *s, size_t before,
	lite_verb verb, const char *folded)
{
	for (size_t i = before; i > 0; i--) {
		lite_subject is = lite_subject_of(a, s, i - 1);

		bool fits =
			is.verb == verb || (verb == LITE_CREATE_TABLE && is.copies);

		if (fits && is.table && strcmp(lite_fold(a, is.table), folded) == 0)
			return i - 1;
	}
	return SIZE_MAX;
}

static bool find_rebuild(lite_rebuild *r, us_arena *a, const us_script *s, size_t i)
{
	lite_subject is = lite_subject_of(a, s, i);

	if (is.verb != LITE_RENAME_TABLE)
		return false;
	*r = (lite_rebuild){ .table = is.to,
		.temp = is.table,
		.table_folded = lite_fold(a, is.to),
		.temp_folded = lite_fold(a, is.table),
		.rename = i };
	r->create = find_last(a, s, i, LITE_CREATE_TABLE, r->temp_folded);
	r->drop = find_last(a, s, i, LITE_DROP_TABLE, r->table_folded);
	if (r->create == SIZE_MAX || r->drop == SIZE_MAX || r->drop < r->create)
		return false;
	r->copy = find_copy(a, s, r);
	return true;
}

void lite_rebuilds_of(lite_rebuilds *out, us_arena *a, const us_script *script)
{
	size_t n = us_script_len(script);

	*out = (lite_rebuilds){ us_arena_alloc(a, (n + 1) * sizeof(lite_rebuild)),
		0 };
	for (size_t i = 0; out->items && i < n; i++)
		out->n += find_rebuild(&out->items[out->n], a, script, i);
}

/* ---- in the live database ---- */

static us_code take_counts(const us_row *row, void *ctx, us_err *err)
{
	lite_rebuild_live *out = ctx;

	(void)err;
	out->temp_rows = row->cells[0] ? strtoll(row->cells[0], NULL, 10) : -1;
	out->table_rows = row->cells[1] ? strtoll(row->cells[1], NULL, 10) : -1;
	return US_OK;
}

us_code lite_rebuild_look(lite_rebuild_live *out, us_db *db, const lite_rebuild *r,
	const lite_schema *live, us_err *err)
{
	us_str sql = { 0 };
	us_code rc = US_OK;

	*out = (lite_rebuild_live){ .table_rows = -1, .temp_rows = -1 };
	out->table = lite_schema_table(live, r->table_folded) != NULL;
	out->temp = lite_schema_table(live, r->temp_folded) != NULL;
	if (!out->temp)
		return US_OK;
	us_str_add(&sql, "SELECT (SELECT count(*) FROM main.");
	rc = db->ops->quote(db, &sql, r->temp, err);
	us_str_add(&sql, ")");
	if (rc == US_OK && out->table) {
		us_str_add(&sql, ", (SELECT count(*) FROM main.");
		rc = db->ops->quote(db, &sql, r->table, err);
		us_str_add(&sql, ")");
	} else {
		us_str_add(&sql, ", NULL");
	}
	if (rc == US_OK && sql.failed)
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	if (rc == US_OK)
		rc = us_db_query(
			db, us_str_text(&sql), 0, NULL, take_counts, out, err);
	us_str_fini(&sql);
	return rc;
}

static const us_value none = { US_VALUE_FIRM, "0" },
		      every = { US_VALUE_FIRM, "that of the old table" };

/* The copy is one statement, so new_X holds none of X's rows or all that X had.
 * With other numbers somebody has written to X since, or to new_X: then nothing is
 * said, and whatever rests on knowing which it was is not permitted. */
static us_value live_rows(const lite_rebuild_live *live)
{
	if (live->table && live->temp_rows == 0 && live->table_rows > 0)
		return none;
	if (live->table && live->temp_rows > 0 &&
		live->temp_rows == live->table_rows)
		return every;
	return (us_value){ .firmness = US_VALUE_UNKNOWN };
}

void lite_rebuild_put(us_states *s, us_arena *a, const lite_rebuild *r,
	const lite_rebuild_live *live, const lite_stages *stages)
{
	size_t key;

	if (r->copy == SIZE_MAX)
		return;
	key = us_states_key(
		s, us_arena_strf(a, "table %s", r->temp), "number of rows");
	us_states_put_live(s, key, live_rows(live));
	for (size_t k = 0; k <= stages->n; k++) {
		size_t kept = stages->kept[k];

		if (kept > r->create && kept <= r->drop && k < stages->lost_from)
			us_states_put(s, key, k, kept > r->copy ? every : none);
	}
}

us_code lite_rebuild_leftover(us_reading *out, us_arena *a, const lite_rebuild *r,
	const lite_rebuild_live *live, const char **shout, us_err *err)
{
	const char *what;

	if (!live->temp)
		return US_OK;
	if (!live->table) {
		*shout = us_arena_strf(a,
			"%s HOLDS THE ONLY COPY OF %s's ROWS: don't drop it",
			r->temp, r->table);
		what = us_arena_strf(a,
			"table %s: the only copy of %s's rows (%lld), never drop "
			"it: ALTER TABLE \"%s\" RENAME TO \"%s\"",
			r->temp, r->table, (long long)live->temp_rows, r->temp,
			r->table);
	} else if (live->temp_rows < 0 || live->table_rows < live->temp_rows) {
		*shout = us_arena_strf(a,
			"%s holds more rows than %s: don't drop it", r->temp,
			r->table);
		what = us_arena_strf(a,
			"table %s: %lld rows, and %s has only %lld: look at them, "
			"don't drop it",
			r->temp, (long long)live->temp_rows, r->table,
			(long long)live->table_rows);
	} else {
		what = us_arena_strf(a,
			"table %s: %lld rows, %s has %lld: DROP TABLE \"%s\"",
			r->temp, (long long)live->temp_rows, r->table,
			(long long)live->table_rows, r->temp);
	}
	for (size_t i = 0; i < out->leftovers.len; i++)
		if (strcmp(out->leftovers.items[i], what) == 0)
			return US_OK;
	return us_strs_add(&out->leftovers, what, err);
}
