/* The first words of a schema statement. */
#include "sqlite_subject.h"

#include <string.h>

/* behind CREATE TABLE */
static void create_table(us_arena *a, lite_tokens *t, lite_subject *out)
{
	out->verb = LITE_CREATE_TABLE;
	out->lenient = lite_skip(t, "if not exists");
	out->table = lite_next_name(a, t);
	out->copies = lite_skip(t, "as"); /* its columns are another's */
	if (out->copies)
		out->verb = LITE_OTHER_SCHEMA;
}

/* behind CREATE INDEX */
static void create_index(us_arena *a, lite_tokens *t, lite_subject *out)
{
	out->verb = LITE_CREATE_INDEX;
	out->lenient = lite_skip(t, "if not exists");
	out->index = lite_next_name(a, t);
	if (lite_skip(t, "on"))
		out->table = lite_next_name(a, t);
}

/* behind ALTER TABLE */
static void alter_table(us_arena *a, lite_tokens *t, lite_subject *out)
{
	out->verb = LITE_OTHER_SCHEMA;
	out->table = lite_next_name(a, t);
	if (lite_skip(t, "add")) {
		out->verb = LITE_ADD_COLUMN;
	} else if (lite_skip(t, "drop")) {
		out->verb = LITE_DROP_COLUMN;
	} else if (lite_skip(t, "rename to")) {
		out->verb = LITE_RENAME_TABLE;
		out->to = lite_next_name(a, t);
	}
}

static void drop(us_arena *a, lite_tokens *t, lite_subject *out)
{
	bool table = lite_skip(t, "table");

	if (!table && !lite_skip(t, "index")) {
		out->verb = LITE_OTHER_SCHEMA;
		return;
	}
	out->verb = table ? LITE_DROP_TABLE : LITE_DROP_INDEX;
	out->lenient = lite_skip(t, "if exists");
	*(table ? &out->table : &out->index) = lite_next_name(a, t);
}

lite_subject lite_subject_of(us_arena *a, const us_script *s, size_t i)
{
	lite_tokens t = lite_tokens_of_statement(s, i);
	lite_subject out = { .verb = LITE_OTHER };

	if (lite_skip(&t, "create table"))
		create_table(a, &t, &out);
	else if (lite_skip(&t, "create index") ||
		 lite_skip(&t, "create unique index"))
		create_index(a, &t, &out);
	else if (lite_skip(&t, "alter table"))
		alter_table(a, &t, &out);
	else if (lite_skip(&t, "drop"))
		drop(a, &t, &out);
	else if (lite_skip(&t, "create") || lite_skip(&t, "alter"))
		out.verb = LITE_OTHER_SCHEMA;
	if ((out.verb == LITE_RENAME_TABLE && !out.to) ||
		(out.verb != LITE_OTHER && !out.table && !out.index))
		out.verb = LITE_OTHER_SCHEMA;
	return out;
}

void lite_spread(us_arena *a, lite_names *n, const us_script *s, size_t i)
{
	lite_subject is = lite_subject_of(a, s, i);
	lite_names own = { 0 };
	bool meet = false;

	if (!is.table || (is.verb != LITE_RENAME_TABLE && !is.copies))
		return;
	lite_names_of(a, &own, lite_tokens_of_statement(s, i), false);
	meet = lite_names_have(n, lite_fold(a, is.table));
	for (size_t j = 0; is.copies && j < own.len; j++)
		meet |= lite_names_have(n, own.items[j]);
	if (meet)
		lite_names_add(a, n, is.to ? is.to : is.table);
}

bool lite_creates_strictly(const lite_subject *s)
{
	return !s->lenient &&
	       (s->verb == LITE_CREATE_TABLE || s->verb == LITE_CREATE_INDEX ||
		       s->verb == LITE_ADD_COLUMN);
}
