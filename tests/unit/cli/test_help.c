/* Help, the README and the documents say the same as the tables the program is made
 * of. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cmd.h"
#include "papers.h"
#include "unstick/auto.h"

static char *help(const struct cmd *cmd)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	help_print(f, cmd);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

static void help_names_every_command_and_option(void **state)
{
	US_AUTO(auto_str) char *text = help(NULL);

	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		assert_says(text, commands[i]->name);
		assert_says(text, commands[i]->summary);
	}
	for (size_t i = 0; i < options_len; i++) {
		if (options[i].only)
			continue;
		assert_says(text, options[i].name);
		assert_says(text, options[i].summary);
	}
}

static void a_commands_help_has_its_own_options_only(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		US_AUTO(auto_str) char *text = help(commands[i]);

		assert_says(text, commands[i]->usage);
		assert_says(text, commands[i]->help);
		for (size_t o = 0; o < options_len; o++) {
			bool its = option_goes_with(&options[o], commands[i]);

			if (its != (strstr(text, options[o].summary) != NULL))
				fail_msg("%s --help and %s", commands[i]->name,
					options[o].name);
		}
	}
}

/* All words in backticks of a table of docs/configuration.md. */
static void add_words_under(json_t *words, const char *heading)
{
	json_t *table = paper_table("docs/configuration.md", heading), *row, *cell;
	size_t r, c;

	json_array_foreach(table, r, row) json_array_foreach(row, c, cell)
	{
		json_t *some = paper_words(json_string_value(cell));

		assert_int_equal(json_object_update(words, some), 0);
		json_decref(some);
	}
	json_decref(table);
}

/* "--log-format" -> "UNSTICK_LOG_FORMAT" */
static char *variable_of(const struct option *o)
{
	char *name = NULL;

	assert_true(asprintf(&name, "UNSTICK_%s", o->name + strlen("--")) > 0);
	for (char *p = name; *p; p++) {
		if (*p == '-')
			*p = '_';
		else
			*p = (char)toupper((unsigned char)*p);
	}
	return name;
}

static void a_star_stands_where_there_is_a_variable(void **state)
{
	US_AUTO(auto_str) char *of_all = help(NULL);
	US_AUTO(auto_str) char *of_start = help(&cmd_start);
	json_t *words = json_object();

	(void)state;
	add_words_under(words, "## unstick.yaml");
	add_words_under(words, "## Environment variables");
	assert_says(of_all, "\n* --migrations ");
	assert_says(of_all, "\n  --version ");
	assert_says(of_start, "\n* --metrics ");
	for (size_t i = 0; i < options_len; i++) {
		US_AUTO(auto_str) char *name = variable_of(&options[i]);

		if (options[i].variable != (json_object_get(words, name) != NULL))
			fail_msg("%s and docs/configuration.md", options[i].name);
	}
	json_decref(words);
}

static void help_fits_a_terminal(void **state)
{
	(void)state;
	for (size_t i = 0;; i++) {
		US_AUTO(auto_str) char *text = help(commands[i]);
		char *rest = NULL;

		for (char *line = strtok_r(text, "\n", &rest); line;
			line = strtok_r(NULL, "\n", &rest))
			if (strlen(line) > 100)
				fail_msg("%zu columns: %s", strlen(line), line);
		if (!commands[i])
			break;
	}
}

/* The command that a line begins with: one word, or two. */
static const struct cmd *find(const char *line)
{
	for (size_t i = 0; commands[i]; i++) {
		size_t n = strlen(commands[i]->name);

		if (strncmp(commands[i]->name, line, n) == 0 &&
			(line[n] == ' ' || line[n] == '\0'))
			return commands[i];
	}
	return NULL;
}

/* Every "--option" of a line is one that the command takes. */
static void assert_takes(const struct cmd *cmd, const char *line)
{
	while ((line = strstr(line, "--"))) {
		size_t len = strcspn(line, " |],");
		bool known = false;

		for (size_t o = 0; o < options_len; o++)
			known = known ||
				(option_goes_with(&options[o], cmd) &&
					strlen(options[o].name) == len &&
					strncmp(options[o].name, line, len) == 0);
		if (!known)
			fail_msg("unstick %s does not take %.*s", cmd->name,
				(int)len, line);
		line += len;
	}
}

static void the_readme_lists_the_commands_that_there_are(void **state)
{
	json_t *lines = paper_block("README.md", "## Commands and exit codes");
	json_t *seen = json_object(), *line;
	size_t i;

	(void)state;
	json_array_foreach(lines, i, line)
	{
		const char *text = json_string_value(line);
		const struct cmd *cmd;

		assert_int_equal(strncmp(text, "unstick ", 8), 0);
		cmd = find(text + 8);
		if (!cmd) {
			fail_msg("there is no such command: %s", text);
			break;
		}
		assert_takes(cmd, text);
		assert_int_equal(
			json_object_set_new(seen, cmd->name, json_true()), 0);
	}
	for (i = 0; commands[i]; i++)
		if (!json_object_get(seen, commands[i]->name))
			fail_msg("README.md does not list %s", commands[i]->name);
	json_decref(seen);
	json_decref(lines);
}

/* ---- exit codes ---- */

static void add_code(json_t *codes, long code)
{
	char key[24];

	snprintf(key, sizeof(key), "%ld", code);
	assert_int_equal(json_object_set_new(codes, key, json_true()), 0);
}

/* All that a run can end with: 2 is audit's own. */
static json_t *codes_there_are(void)
{
	json_t *codes = json_object();

	for (int c = US_OK; c <= US_E_UNKNOWN; c++)
		add_code(codes, us_code_exit((us_code)c));
	add_code(codes, 2);
	return codes;
}

/* The first cells' numbers: "64 / 69" are two. */
static json_t *codes_in(const char *file, const char *heading)
{
	json_t *table = paper_table(file, heading), *codes = json_object(), *row;
	size_t i;

	json_array_foreach(table, i, row)
	{
		const char *cell = json_string_value(json_array_get(row, 0));

		for (char *end; *cell; cell = end) {
			long code = strtol(cell, &end, 10);

			if (end == cell)
				end++;
			else
				add_code(codes, code);
		}
	}
	json_decref(table);
	return codes;
}

static void the_documents_list_the_exit_codes_that_there_are(void **state)
{
	static const struct {
		const char *file, *heading;
	} tables[] = { { "README.md", "## Commands and exit codes" },
		{ "docs/json.md", "## Exit codes" } };
	json_t *want = codes_there_are();

	(void)state;
	for (size_t i = 0; i < US_LEN(tables); i++) {
		json_t *codes = codes_in(tables[i].file, tables[i].heading);

		assert_keys(tables[i].file, codes, want);
		json_decref(codes);
	}
	json_decref(want);
}

static void help_lists_the_exit_codes_that_there_are(void **state)
{
	US_AUTO(auto_str) char *text = help(NULL);
	json_t *want = codes_there_are(), *codes = json_object();
	const char *p = strstr(text, "Exit codes:");

	(void)state;
	assert_non_null(p);
	for (p += strlen("Exit codes:"); *p;) {
		char *end = NULL;
		long code = strtol(p, &end, 10);

		if (end != p)
			add_code(codes, code);
		p = end != p ? end : p + 1;
	}
	assert_keys("help", codes, want);
	json_decref(codes);
	json_decref(want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_names_every_command_and_option),
		cmocka_unit_test(a_commands_help_has_its_own_options_only),
		cmocka_unit_test(a_star_stands_where_there_is_a_variable),
		cmocka_unit_test(help_fits_a_terminal),
		cmocka_unit_test(the_readme_lists_the_commands_that_there_are),
		cmocka_unit_test(the_documents_list_the_exit_codes_that_there_are),
		cmocka_unit_test(help_lists_the_exit_codes_that_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
