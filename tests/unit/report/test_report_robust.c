/* Every report of a document that lacks something, anywhere: never a crash, never a
 * terminal's escape. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "rendered.h"
#include "unstick/auto.h"

static const char *const runs[] = { "status_failed", "audit", "in_progress",
	"explain", "explain_diverged", "traceback", "by_hand" };

/* Of a longer list the first entries stand for all. */
#define ITEMS ((size_t)3)

static const us_report_style styles[] = {
	{ .width = 80 },
	{ .width = 1, .verbose = true },
	{ .width = 0, .quiet = true },
};

static void show(const json_t *run)
{
	for (size_t i = 0; i < US_LEN(styles); i++) {
		US_AUTO(auto_str) char *text = rendered(run, &styles[i]);

		assert_null(strchr(text, '\x1b'));
		assert_null(strstr(text, "(null)"));
	}
}

/* What may stand in the place of anything; NULL: it is gone. */
static json_t *substitute(size_t i)
{
	switch (i) {
	case 0:
		return json_null();
	case 1:
		return json_integer(7);
	case 2:
		return json_integer(-1);
	case 3:
		return json_string("\x1b]0;x\x07 %s%n");
	case 4:
		return json_string("");
	case 5:
		return json_array();
	case 6:
		return json_pack("[n, i, [], {}, s]", 1, "x");
	case 7:
		return json_object();
	case 8:
		return json_real(0.5);
	case 9:
		return json_true();
	default:
		return NULL;
	}
}
#define SUBSTITUTES 10

static void damage(const json_t *run, json_t *at);

static void damage_key(const json_t *run, json_t *at, const char *key)
{
	json_t *old = json_incref(json_object_get(at, key));

	damage(run, old);
	for (size_t i = 0; i < SUBSTITUTES; i++) {
		assert_int_equal(json_object_set_new(at, key, substitute(i)), 0);
		show(run);
	}
	assert_int_equal(json_object_del(at, key), 0);
	show(run);
	assert_int_equal(json_object_set_new(at, key, old), 0);
}

static void damage_item(const json_t *run, json_t *at, size_t index)
{
	json_t *old = json_incref(json_array_get(at, index));

	damage(run, old);
	for (size_t i = 0; i < SUBSTITUTES; i++) {
		assert_int_equal(json_array_set_new(at, index, substitute(i)), 0);
		show(run);
	}
	assert_int_equal(json_array_remove(at, index), 0);
	show(run);
	assert_int_equal(json_array_insert_new(at, index, old), 0);
}

/* Everything below `at`, one piece at a time. */
static void damage(const json_t *run, json_t *at)
{
	json_t *keys;
	size_t i;
	json_t *key;

	for (i = 0; i < json_array_size(at) && i < ITEMS; i++)
		damage_item(run, at, i);
	if (!json_is_object(at))
		return;
	keys = json_array();
	for (void *it = json_object_iter(at); it;
		it = json_object_iter_next(at, it))
		assert_int_equal(json_array_append_new(keys,
					 json_string(json_object_iter_key(it))),
			0);
	json_array_foreach(keys, i, key)
		damage_key(run, at, json_string_value(key));
	json_decref(keys);
}

static void whatever_is_missing_the_rest_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(runs); i++) {
		json_t *run = run_of(runs[i]);

		damage(run, run);
		json_decref(run);
	}
}

static void what_is_no_run_at_all_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBSTITUTES; i++) {
		json_t *run = substitute(i);

		show(run);
		json_decref(run);
	}
}

static void any_width_will_do(void **state)
{
	json_t *run = run_of("audit");

	(void)state;
	for (int width = -1; width < 200; width++) {
		const us_report_style style = { .width = width, .verbose = true };
		US_AUTO(auto_str) char *text = rendered(run, &style);

		assert_true(strlen(text) > 0);
	}
	json_decref(run);
}

/* ---- characters ---- */

static size_t encode(char out[4], unsigned long point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | point >> 12);
	out[1] = (char)(0x80 | (point >> 6 & 0x3f));
	out[2] = (char)(0x80 | (point & 0x3f));
	return 3;
}

/* Ours are line feeds alone. */
static bool is_obeyed(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if ((*c < 0x20 && *c != '\n') || *c == 0x7f)
			return true;
		if (*c == 0xc2 && c[1] < 0xa0)
			return true;
	}
	return false;
}

static bool is_visible(unsigned long point)
{
	if (point < 0xa0)
		return point >= 0x20 && point < 0x7f;
	return point != 0x200b && point != 0x200e && point != 0x200f &&
	       (point < 0x2028 || point > 0x202e) &&
	       (point < 0x2066 || point > 0x2069) && point != 0xfeff;
}

static void a_name_of_any_character_is_shown_and_not_obeyed(void **state)
{
	static const us_report_style style = { .width = 80 };

	(void)state;
	for (unsigned long point = 1; point <= 0xffff; point++) {
		char name[16] = "<";
		size_t n;
		json_t *run;
		US_AUTO(auto_str) char *text = NULL;

		if (point >= 0xd800 && point <= 0xdfff)
			continue; /* surrogates are no characters */
		n = 1 + encode(name + 1, point);
		memcpy(name + n, ">", 2);
		run = json_pack("{s:s, s:[{s:s, s:s}]}", "command", "status",
			"history", "name", name, "state", "failed");
		text = rendered(run, &style);
		json_decref(run);
		assert_false(is_obeyed(text));
		if ((strstr(text, name) != NULL) != is_visible(point))
			fail_msg("U+%04lX is shown as %s", point, text);
	}
}

/* A shell that reads the command gets the name back. */
static void a_command_names_what_it_should(void **state)
{
	static const struct {
		const char *name, *word;
	} rows[] = {
		{ "20240101_plain", " 20240101_plain\n" },
		{ "new_models copy", " 'new_models copy'\n" },
		{ "it's", " 'it'\\''s'\n" },
		{ "$(reboot)", " '$(reboot)'\n" },
		{ "`reboot`", " '`reboot`'\n" },
		{ "caf\xc3\xa9", " caf\xc3\xa9\n" },
		{ "a\nb", " $'a\\nb'\n" },
		{ "a\\'\x1b", " $'a\\\\\\'\\x1b'\n" },
	};
	static const us_report_style style = { .width = 0 };

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		json_t *run = json_pack("{s:s, s:[{s:s, s:s}]}", "command",
			"resolve", "cases", "name", rows[i].name, "outcome",
			"stopped");
		US_AUTO(auto_str) char *text = rendered(run, &style);

		if (!strstr(text, rows[i].word))
			fail_msg("%s: no%sin %s", rows[i].name, rows[i].word, text);
		json_decref(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_missing_the_rest_is_shown),
		cmocka_unit_test(what_is_no_run_at_all_is_shown),
		cmocka_unit_test(any_width_will_do),
		cmocka_unit_test(a_name_of_any_character_is_shown_and_not_obeyed),
		cmocka_unit_test(a_command_names_what_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
