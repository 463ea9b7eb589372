/* docs/configuration.md knows every key and every variable, with its default. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "settings.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static int read_document(void **state)
{
	us_err err = { 0 };
	char *text;
	size_t len;

	assert_ok(us_file_read(&text, &len, US_ROOT "/docs/configuration.md",
			  (size_t)1 << 20U, &err),
		&err);
	*state = text;
	return 0;
}

static int drop_document(void **state)
{
	free(*state);
	return 0;
}

/* The line of the table that begins with this key. */
static const char *row_of(const char *document, const char *key)
{
	us_str start = { 0 };
	const char *row;

	us_str_addf(&start, "\n| `%s` |", key);
	row = strstr(document, us_str_text(&start));
	if (!row)
		fail_msg("%s is missing in docs/configuration.md", key);
	us_str_fini(&start);
	return row + 1;
}

static bool line_has(const char *line, const char *text)
{
	return memmem(line, strcspn(line, "\n"), text, strlen(text)) != NULL;
}

static void every_key_has_a_row_with_its_variable(void **state)
{
	size_t n;
	const us_key *keys = us_keys(&n);

	for (size_t i = 0; i < n; i++) {
		const char *row = row_of(
			*state, keys[i].name ? keys[i].name : keys[i].variable);

		if (keys[i].variable && !line_has(row, keys[i].variable))
			fail_msg("%s is missing in the row of %s", keys[i].variable,
				keys[i].name);
		for (size_t w = 0; keys[i].words && keys[i].words[w]; w++)
			if (!line_has(row, keys[i].words[w]))
				fail_msg("the word %s is missing in the row of %s",
					keys[i].words[w],
					keys[i].name ? keys[i].name
						     : keys[i].variable);
	}
	(void)row_of(*state, "UNSTICK_CONFIG");
}

/* The defaults in the table, read back as values, are the defaults of the program.
 */
static void the_defaults_in_the_table_are_the_defaults(void **state)
{
	us_settings s;
	us_err err = { 0 };
	size_t n;
	const us_key *keys = us_keys(&n);
	static const char *const plain[] = { "attempts", "deadline", "lock_timeout",
		"statement_timeout", "builtin", "allow_override", "policy.memory",
		"policy.instructions", "policy.time", "start.timeout",
		"start.grace", "pooler", "on_unresolved", "shadow",
		"start.deploy_when" };
	us_settings read;

	assert_ok(us_settings_init(&s, &err), &err);
	assert_ok(us_settings_init(&read, &err), &err);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < US_LEN(plain); k++) {
			us_value v = {
				.key = plain[k], .plain = true, .base = "."
			};
			const char *cell = NULL;
			char *text;

			if (!keys[i].name || strcmp(keys[i].name, plain[k]) != 0)
				continue;
			cell = row_of(*state, plain[k]);
			for (int bars = 0; bars < 3; cell++)
				bars += *cell == '|';
			cell += strspn(cell, " ");
			text = strndup(cell, strcspn(cell, " |"));
			assert_non_null(text);
			v.text = text;
			assert_ok(keys[i].set(&keys[i],
					  (char *)&read + keys[i].slot, &v, &err),
				&err);
			free(text);
		}
	assert_int_equal(read.config.attempts, s.config.attempts);
	assert_int_equal(read.config.deadline_ms, s.config.deadline_ms);
	assert_int_equal(read.config.lock_timeout_ms, s.config.lock_timeout_ms);
	assert_int_equal(
		read.config.statement_timeout_ms, s.config.statement_timeout_ms);
	assert_int_equal(read.config.builtin, s.config.builtin);
	assert_int_equal(read.config.allow_override, s.config.allow_override);
	assert_int_equal(
		read.config.limits.memory_bytes, s.config.limits.memory_bytes);
	assert_int_equal(
		read.config.limits.instructions, s.config.limits.instructions);
	assert_int_equal(read.config.limits.wall_ms, s.config.limits.wall_ms);
	assert_int_equal(read.config.start.timeout_ms, s.config.start.timeout_ms);
	assert_int_equal(read.config.start.grace_ms, s.config.start.grace_ms);
	assert_int_equal(read.pooler, s.pooler);
	assert_int_equal(read.on_unresolved, s.on_unresolved);
	assert_int_equal(read.shadow, s.shadow);
	assert_int_equal(read.deploy_when, s.deploy_when);
	us_settings_fini(&s);
	us_settings_fini(&read);
}

/* A key that was renamed must not live on in the document. */
static void the_table_has_no_key_that_is_none(void **state)
{
	const char *table = strstr(*state, "\n| key |");
	size_t n;
	const us_key *keys = us_keys(&n);

	assert_non_null(table);
	for (const char *line = strchr(table + 1, '\n'); line && line[1] == '|';
		line = strchr(line + 1, '\n')) {
		bool known = line[3] != '`';

		for (size_t i = 0; i < n && !known; i++)
			known = keys[i].name &&
				strncmp(line + 4, keys[i].name,
					strlen(keys[i].name)) == 0 &&
				line[4 + strlen(keys[i].name)] == '`';
		if (!known)
			fail_msg("no such key: %.40s", line + 1);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, read_document, drop_document)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_key_has_a_row_with_its_variable),
		TEST(the_defaults_in_the_table_are_the_defaults),
		TEST(the_table_has_no_key_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
