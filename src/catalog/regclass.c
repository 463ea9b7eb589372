/* The names of relations in texts that stand for them: 'a."B"'::regclass. */
#include <ctype.h>

#include "kinds.h"
#include "print.h"

/* "A""b": up to the closing quote; NULL: there is none. */
static const char *read_quoted(us_str *out, const char *at)
{
	for (; *at && (*at != '"' || at[1] == '"'); at++) {
		at += *at == '"';
		us_str_addc(out, *at);
	}
	return *at == '"' ? at + 1 : NULL;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

/* The next part of a dotted name, quoted or folded to lower case. */
static bool read_part(us_str *out, const char **p)
{
	if (**p == '"') {
		*p = read_quoted(out, *p + 1);
		return *p && out->len > 0;
	}
	for (; is_word(**p); (*p)++)
		us_str_addf(out, "%c", tolower((unsigned char)**p));
	return out->len > 0;
}

object_id regclass_lookup(world *w, const char *text, bool *certain)
{
	us_str first = { 0 }, second = { 0 };
	bool dotted, done = read_part(&first, &text);
	object_id id = 0;

	dotted = done && *text == '.';
	if (dotted) {
		text++;
		done = read_part(&second, &text);
	}
	if (done && *text == '\0')
		id = relation_meant(w, dotted ? us_str_text(&first) : NULL,
			us_str_text(dotted ? &second : &first));
	*certain = dotted || world_is(w, id) == THERE_YES;
	world_arena(w)->failed |= first.failed || second.failed;
	us_str_fini(&first);
	us_str_fini(&second);
	return id;
}

object_id relation_in_text(world *w, const char *text)
{
	bool certain;
	object_id id = regclass_lookup(w, text, &certain);

	return certain ? id : 0;
}
