/* What a script may do in the scratch database, asked by SQLite for everything it
 * compiles; and what a statement does, learned on the same occasion. */
#include <string.h>

#include "sqlite_scratch.h"
#include "unstick/auto.h"

typedef enum { PRAGMA_RUN, PRAGMA_PASS, PRAGMA_REFUSE } pragma_rule;

/* RUN changes how later statements work. PASS is about the file, the cache or a
 * check of rows, none of which are here, so it is left out. Anything else is
 * refused: writable_schema above all. */
static const struct {
	const char *name;
	pragma_rule rule;
} pragmas[] = {
	{ "foreign_keys", PRAGMA_RUN },
	{ "defer_foreign_keys", PRAGMA_RUN },
	{ "legacy_alter_table", PRAGMA_RUN },
	{ "recursive_triggers", PRAGMA_RUN },
	{ "ignore_check_constraints", PRAGMA_RUN },
	{ "foreign_key_check", PRAGMA_PASS },
	{ "integrity_check", PRAGMA_PASS },
	{ "quick_check", PRAGMA_PASS },
	{ "foreign_key_list", PRAGMA_PASS },
	{ "table_info", PRAGMA_PASS },
	{ "table_xinfo", PRAGMA_PASS },
	{ "table_list", PRAGMA_PASS },
	{ "index_list", PRAGMA_PASS },
	{ "index_info", PRAGMA_PASS },
	{ "index_xinfo", PRAGMA_PASS },
	{ "database_list", PRAGMA_PASS },
	{ "user_version", PRAGMA_PASS },
	{ "application_id", PRAGMA_PASS },
	{ "journal_mode", PRAGMA_PASS },
	{ "journal_size_limit", PRAGMA_PASS },
	{ "synchronous", PRAGMA_PASS },
	{ "locking_mode", PRAGMA_PASS },
	{ "busy_timeout", PRAGMA_PASS },
	{ "cache_size", PRAGMA_PASS },
	{ "temp_store", PRAGMA_PASS },
	{ "mmap_size", PRAGMA_PASS },
	{ "wal_checkpoint", PRAGMA_PASS },
	{ "wal_autocheckpoint", PRAGMA_PASS },
	{ "auto_vacuum", PRAGMA_PASS },
	{ "incremental_vacuum", PRAGMA_PASS },
	{ "page_size", PRAGMA_PASS },
	{ "secure_delete", PRAGMA_PASS },
	{ "optimize", PRAGMA_PASS },
};

/* Functions that reach out of the database, should the library have them. */
static const char *const outward[] = { "load_extension", "readfile", "writefile",
	"edit", "fts3_tokenizer", "eval" };

/* Functions that answer the same today and tomorrow. */
static const char *const steady[] = { "abs", "char", "coalesce", "concat",
	"concat_ws", "format", "glob", "hex", "ifnull", "iif", "instr", "json",
	"json_array", "json_extract", "json_object", "json_quote", "json_type",
	"json_valid", "length", "like", "lower", "ltrim", "max", "min", "nullif",
	"printf", "quote", "replace", "round", "rtrim", "sign", "substr",
	"substring", "trim", "typeof", "unicode", "upper", "zeroblob", "->",
	"->>" };

static const char *const modules[] = { "fts3", "fts4", "fts5", "rtree", "rtree_i32",
	"geopoly" };

static bool listed(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (sqlite3_stricmp(list[i], name) == 0)
			return true;
	return false;
}

static int refuse(lite_scratch *s, const char *what, const char *name)
{
	if (!s->now->why)
		s->now->why = us_arena_strf(s->arena, "%s%s%s", what,
			name ? " " : "", name ? name : "");
	return SQLITE_DENY;
}

static int permit_pragma(lite_scratch *s, const char *name, const char *value)
{
	/* rtree and fts4 ask before they make their tables, and take an answer that
	 * doesn't come for a page of no bytes, or for lack of memory */
	if (!value && sqlite3_stricmp(name, "page_size") == 0)
		return SQLITE_OK;
	/* fts5 asks whether another connection has written, once rows are read or
	 * written */
	if (!value && sqlite3_stricmp(name, "data_version") == 0)
		return SQLITE_OK;
	for (size_t i = 0; i < US_LEN(pragmas); i++) {
		if (sqlite3_stricmp(pragmas[i].name, name) == 0)
			return pragmas[i].rule == PRAGMA_RUN ? SQLITE_OK
							     : SQLITE_IGNORE;
	}
	return refuse(s, "PRAGMA", name);
}

static void note(lite_scratch *s, int action, const char *table, const char *column,
	bool inner)
{
	lite_step *step = s->now;

	if (!table || sqlite3_strnicmp(table, "sqlite_", 7) == 0)
		return;
	if (step->ntouches == step->cap) {
		size_t cap = step->cap ? 2 * step->cap : 16;
		lite_touch *t = us_arena_alloc(s->arena, cap * sizeof(*t));

		if (!t)
			return;
		if (step->ntouches)
			memcpy(t, step->touches, step->ntouches * sizeof(*t));
		step->touches = t;
		step->cap = cap;
	}
	step->touches[step->ntouches++] =
		(lite_touch){ action, lite_fold(s->arena, table),
			lite_fold(s->arena,
				column && action != SQLITE_INSERT ? column : ""),
			inner };
	step->writes_rows |= action != SQLITE_READ;
}

/* Which actions change the schema. */
static bool is_change(int action)
{
	return (action >= SQLITE_CREATE_INDEX && action <= SQLITE_CREATE_VIEW) ||
	       (action >= SQLITE_DROP_INDEX && action <= SQLITE_DROP_VIEW) ||
	       action == SQLITE_ALTER_TABLE || action == SQLITE_REINDEX ||
	       action == SQLITE_ANALYZE || action == SQLITE_CREATE_VTABLE ||
	       action == SQLITE_DROP_VTABLE;
}

static int permit_change(lite_scratch *s, int action, const char *a, const char *b)
{
	s->now->changes_schema = true;
	s->now->drops_table |= action == SQLITE_DROP_TABLE ||
			       action == SQLITE_DROP_TEMP_TABLE ||
			       action == SQLITE_DROP_VTABLE;
	if (action == SQLITE_CREATE_VTABLE && !listed(modules, US_LEN(modules), b))
		return refuse(s, "a virtual table of module", b);
	(void)a;
	return SQLITE_OK;
}

static int permit_function(lite_scratch *s, const char *name)
{
	if (listed(outward, US_LEN(outward), name))
		return refuse(s, "the function", name);
	s->now->volatile_words |= !listed(steady, US_LEN(steady), name);
	return SQLITE_OK;
}

int lite_permit(void *ctx, int action, const char *a, const char *b,
	const char *database, const char *trigger)
{
	lite_scratch *s = ctx;

	(void)database;
	if (!s->now) /* our own questions */
		return SQLITE_OK;
	if (is_change(action))
		return permit_change(s, action, a, b);
	switch (action) {
	case SQLITE_ATTACH:
		return refuse(s, "ATTACH", NULL);
	case SQLITE_DETACH:
		return refuse(s, "DETACH", NULL);
	case SQLITE_PRAGMA:
		return permit_pragma(s, a, b);
	case SQLITE_FUNCTION:
		return permit_function(s, b);
	case SQLITE_READ:
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE:
		note(s, action, a, b, trigger != NULL);
		return SQLITE_OK;
	case SQLITE_SELECT:
		s->now->selects = true;
		return SQLITE_OK;
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	default:
		return refuse(s, "an action that is not known here", NULL);
	}
}
