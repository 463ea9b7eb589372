/* Any script can be followed on the symbolic catalog, after any history: what comes
 * before the first line that is "--" alone is the history. Whatever is made of
 * them, a database that is exactly as the script's first k statements leave it
 * agrees with k. */
#include <string.h>

#include "fuzz.h"
#include "kinds.h"
#include "run.h"
#include "unstick/states.h"

enum { ENOUGH = 24 }; /* statements: the work is their square */

/* The script's states, and the catalog after `live` statements as the live one. */
static void judge(const parse *script, const world *start, world *keys, size_t live)
{
	us_states *s = NULL;
	us_reading r = { 0 };
	run now;

	must(us_states_new(&s, script->n, NULL) == US_OK);
	must(us_reading_init(&r, script->n, NULL) == US_OK);
	must(run_begin(&now, script, start, NULL) == US_OK);
	for (size_t k = 0; k <= script->n; k++) {
		if (k > 0)
			must(run_step(&now, MODE_FOLD, NULL) == US_OK);
		for (size_t i = 0; i < world_ntouched(keys); i++) {
			const world_key *key = world_touched(keys, i);
			us_value v = world_at(now.now, key);
			size_t at = us_states_key(s, world_key_title(keys, key),
				facet_name(key->facet));

			us_states_put(s, at, k, v);
			if (k == live)
				us_states_put_live(s, at, v);
		}
	}
	must(us_states_judge(s, &r, NULL) == US_OK);
	must(r.prefixes.member[live]);
	run_end(&now);
	us_reading_fini(&r);
	us_states_free(s);
}

static void follow(const parse *script, world *start)
{
	run learning, whole;

	must(run_begin(&learning, script, start, NULL) == US_OK);
	world_learn_into(learning.now, start);
	while (learning.ran < script->n)
		must(run_step(&learning, MODE_SCRIPT, NULL) == US_OK);
	run_end(&learning);

	must(run_begin(&whole, script, start, NULL) == US_OK);
	while (whole.ran < script->n)
		must(run_step(&whole, MODE_SCRIPT, NULL) == US_OK);
	for (size_t live = 0; live <= script->n; live++)
		judge(script, start, whole.now, live);
	run_end(&whole);
}

static const char *after_history(const char *text)
{
	const char *line = strstr(text, "\n--\n");

	return line ? line + strlen("\n--\n") : text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	us_arena arena = { 0 };
	world *start = world_new("public");
	const char *text = us_arena_strn(&arena, (const char *)data, size);
	const char *second = after_history(text);
	parse history, script;

	must(start != NULL);
	if (second > text && parse_sql(&arena, &history, text,
				     (size_t)(second - text) - strlen("\n--\n")))
		for (size_t i = 0; i < history.n && i < ENOUGH; i++)
			apply_statement(start, MODE_FOLD, history.tree[i],
				history.text[i], history.len[i]);
	if (parse_sql(&arena, &script, second, strlen(second)) &&
		script.n <= ENOUGH)
		follow(&script, start);
	world_free(start);
	us_arena_fini(&arena);
	return 0;
}
