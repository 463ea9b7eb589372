/* SQLite's statements: it says itself where one is complete. */
#include <ctype.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cut.h"
#include "say.h"
#include "unstick/auto.h"

static const struct {
	const char *words;
	change changes;
} kinds[] = {
	{ "INSERT INTO", CHANGES_ROWS },
	{ "INSERT", CHANGES_ROWS },
	{ "REPLACE", CHANGES_ROWS },
	{ "UPDATE", CHANGES_ROWS },
	{ "DELETE", CHANGES_ROWS },
	{ "WITH", CHANGES_ROWS },
	{ "SELECT", CHANGES_SESSION },
	{ "PRAGMA foreign_keys", CHANGES_SESSION },
	{ "PRAGMA defer_foreign_keys", CHANGES_SESSION },
	{ "PRAGMA foreign_key_check", CHANGES_SESSION },
	{ "PRAGMA", CHANGES_SCHEMA },
	{ "BEGIN", CHANGES_SESSION },
	{ "COMMIT", CHANGES_SESSION },
	{ "END", CHANGES_SESSION },
	{ "ROLLBACK", CHANGES_SESSION },
	{ "SAVEPOINT", CHANGES_SESSION },
	{ "RELEASE", CHANGES_SESSION },
	{ "VACUUM", CHANGES_SESSION },
	{ "CREATE TABLE", CHANGES_SCHEMA },
	{ "CREATE UNIQUE INDEX", CHANGES_SCHEMA },
	{ "CREATE INDEX", CHANGES_SCHEMA },
	{ "CREATE TRIGGER", CHANGES_SCHEMA },
	{ "CREATE VIEW", CHANGES_SCHEMA },
	{ "DROP TABLE", CHANGES_SCHEMA },
	{ "DROP INDEX", CHANGES_SCHEMA },
	{ "ALTER TABLE", CHANGES_SCHEMA },
};

/* Past blanks and comments. */
static const char *beginning(const char *sql)
{
	for (;;) {
		while (isspace((unsigned char)*sql))
			sql++;
		if (strncmp(sql, "--", 2) == 0)
			sql += strcspn(sql, "\n");
		else if (strncmp(sql, "/*", 2) == 0 && strstr(sql, "*/"))
			sql = strstr(sql, "*/") + 2;
		else
			return sql;
	}
}

static void describe(statement *s)
{
	const char *sql = beginning(s->sql);

	for (size_t i = 0; i < US_LEN(kinds); i++) {
		if (strncasecmp(sql, kinds[i].words, strlen(kinds[i].words)) == 0) {
			s->kind = copy_of(kinds[i].words);
			s->changes = kinds[i].changes;
			break;
		}
	}
	if (!s->kind)
		s->kind = textf("%.*s", (int)strcspn(sql, " \t\r\n;("), sql);
	if (strncmp(s->kind, "INSERT", 6) == 0 && strstr(sql, "\"new_")) {
		free(s->kind);
		s->kind = copy_of("INSERT INTO new_X");
	}
}

static void add(statements *s, const char *text, size_t len)
{
	char *sql = textf("%.*s", (int)len, text);

	if (*beginning(sql) == '\0' || *beginning(sql) == ';') {
		free(sql);
		return;
	}
	s->items[s->n].sql = sql;
	describe(&s->items[s->n++]);
}

static size_t semicolons(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, ';')) != NULL; text++)
		n++;
	return n;
}

void cut_sqlite(statements *s, const char *script)
{
	const char *start = script, *at = script;

	*s = (statements){ .cut = true,
		.items = room_for(semicolons(script) + 1, sizeof(*s->items)) };
	while ((at = strchr(at, ';')) != NULL) {
		US_AUTO(auto_str)
		char *piece = textf("%.*s", (int)(++at - start), start);

		if (sqlite3_complete(piece)) {
			add(s, start, (size_t)(at - start));
			start = at;
		}
	}
	add(s, start, strlen(start));
}
