/* The command line: what is understood, and what is said where it isn't. */
#include <string.h>

#include "check.h"
#include "cmd.h"
#include "unstick/auto.h"

#define MAX_WORDS 8

/* argv as the program gets it; the session borrows from it. */
typedef struct {
	char *argv[MAX_WORDS + 1];
	const char *words[MAX_WORDS + 1];
	struct session s;
	us_err err;
} line;

static us_code parse(line *l, const char *const *words)
{
	int argc = 1;

	*l = (line){ .argv = { (char *)(uintptr_t) "unstick" } };
	for (; words[argc - 1]; argc++) {
		assert_true(argc < MAX_WORDS);
		l->argv[argc] = (char *)(uintptr_t)words[argc - 1];
	}
	l->s.args = l->words;
	return options_parse(&l->s, argc, l->argv, &l->err);
}

#define SAY(...)                                                                   \
	{                                                                          \
		__VA_ARGS__                                                        \
	}

/* What can't be meant, and a word of the answer. */
static const struct {
	const char *words[MAX_WORDS];
	const char *says;
} misuse[] = {
	{ SAY(NULL), "say what to do: status, audit, resolve, start CMD or" },
	{ SAY("--quiet"), "say what to do" },
	{ SAY("statsu"), "no such command: statsu; did you mean status" },
	{ SAY("deploy"), "see `unstick --help`" },
	{ SAY(""), "no such command" },
	{ SAY("-"), "no such command: -" },
	{ SAY("--", "--help"), "no such command: --help" },
	{ SAY("help", "statsu"), "no such command: statsu; did you mean status" },
	{ SAY("-help"), "no such option: -help; did you mean --help" },
	{ SAY("status", "--fromat", "json"), "--fromat; did you mean --format" },
	{ SAY("status", "--fromat=json"), "--fromat; did you mean --format" },
	{ SAY("status", "--nothing-like-it"), "no such option: --nothing-like-it" },
	{ SAY("status", "-v"), "no such option: -v" },
	{ SAY("status", "---format", "json"), "did you mean --format" },
	{ SAY("status", "--forma"), "did you mean --format" },
	{ SAY("status", "--format"), "--format needs a value: --format F" },
	{ SAY("status", "--format="), "--format needs a value" },
	{ SAY("status", "--format", ""), "--format needs a value" },
	{ SAY("resolve", "--applied"), "--applied needs a value: --applied NAME" },
	{ SAY("status", "--quiet=yes"), "--quiet takes no value" },
	{ SAY("status", "--help=yes"), "--help takes no value" },
	{ SAY("status", "--applied", "m"),
		"--applied goes with `unstick resolve`" },
	{ SAY("--rolled-back=m", "audit"),
		"--rolled-back goes with `unstick resolve`" },
	{ SAY("resolve", "--applied", "m", "--rolled-back", "m"),
		"contradict each other" },
	{ SAY("status", "m"), "usage: unstick status" },
	{ SAY("audit", "status"), "usage: unstick audit" },
	{ SAY("resolve", "m"), "usage: unstick resolve [--applied NAME" },
	{ SAY("explain"), "usage: unstick explain NAME" },
	{ SAY("start"), "usage: unstick start [--] CMD..." },
	{ SAY("start", "--"), "usage: unstick start [--] CMD..." },
	{ SAY("start", "--quite", "node"), "--quite; did you mean --quiet" },
	{ SAY("status", "--log-format", "json"),
		"--log-format goes with `unstick start`" },
	{ SAY("resolve", "--metrics=m"), "--metrics goes with `unstick start`" },
	{ SAY("policy"), "say what to do: policy check, policy new NAME" },
	{ SAY("policy", "chekc"), "no such command: policy chekc; did you mean "
				  "policy check" },
	{ SAY("polcy", "check"), "no such command: polcy" },
	{ SAY("policy", "new"), "usage: unstick policy new NAME [--handler KIND]" },
	{ SAY("policy", "replay"), "usage: unstick policy replay FILE" },
	{ SAY("policy", "check", "x"), "usage: unstick policy check" },
	{ SAY("status", "--trace"),
		"--trace goes with `unstick audit`, `unstick resolve`, `unstick "
		"explain` or `unstick policy replay`" },
	{ SAY("audit", "--record", "f"), "--record goes with `unstick explain`" },
	{ SAY("audit", "--policy=p"),
		"--policy goes with `unstick policy replay`" },
	{ SAY("policy", "check", "--handler", "any"),
		"--handler goes with `unstick policy new`" },
	{ SAY("explain", "a", "b"), "usage: unstick explain NAME" },
	{ SAY("status", "--", "--quiet"), "usage: unstick status" },
	/* the first mistake is the one that is told */
	{ SAY("statsu", "--fromat"), "no such command: statsu" },
	{ SAY("--fromat", "statsu"), "no such option: --fromat" },
};

static void what_cannot_be_meant_is_a_usage_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < US_LEN(misuse); i++) {
		line l;
		us_code rc = parse(&l, misuse[i].words);

		if (rc != US_E_USAGE || l.err.code != US_E_USAGE ||
			!strstr(l.err.msg, misuse[i].says))
			fail_msg("row %zu (%s ...): code %d: %s", i,
				misuse[i].words[0] ? misuse[i].words[0] : "nothing",
				(int)rc, l.err.msg);
		session_close(&l.s);
	}
}

static void a_value_is_not_repeated_in_a_message(void **state)
{
	const char *words[] = { "status", "--databse-url=postgres://u:s3cr3t@h/d",
		NULL };
	line l;

	(void)state;
	assert_int_equal(parse(&l, words), US_E_USAGE);
	assert_null(strstr(l.err.msg, "postgres:"));
	assert_non_null(strstr(l.err.msg, "--database-url"));
}

static void everything_else_is_read_past_the_first_mistake(void **state)
{
	const char *words[] = { "status", "--fromat", "--format", "json", NULL };
	line l;

	(void)state;
	assert_int_equal(parse(&l, words), US_E_USAGE);
	assert_string_equal(l.s.options.format, "json");
}

static void an_option_and_its_value_are_one_word_or_two(void **state)
{
	static const char *const forms[][4] = {
		{ "status", "--migrations", "db/migrations", NULL },
		{ "status", "--migrations=db/migrations", NULL },
		{ "--migrations", "db/migrations", "status", NULL },
		{ "--migrations=db/migrations", "--", "status", NULL },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(forms); i++) {
		line l;

		assert_ok(parse(&l, forms[i]), &l.err);
		assert_string_equal(l.s.options.migrations, "db/migrations");
		assert_ptr_equal(l.s.cmd, &cmd_status);
	}
}

static void a_value_may_hold_what_looks_like_something_else(void **state)
{
	static const char *const words[] = { "status",
		"--database-url=file:a.db?x=y=z", "--schema", "-", "--config",
		"--odd", NULL };
	line l;

	(void)state;
	assert_ok(parse(&l, words), &l.err);
	assert_string_equal(l.s.options.database_url, "file:a.db?x=y=z");
	assert_string_equal(l.s.options.schema, "-");
	assert_string_equal(l.s.options.config, "--odd");
}

/* What stands behind a command's first word is none of our business. */
static void a_command_keeps_its_words(void **state)
{
	static const struct {
		const char *words[MAX_WORDS], *are[MAX_WORDS];
	} rows[] = {
		{ SAY("start", "node", "app.js"), SAY("node", "app.js") },
		{ SAY("start", "--", "node", "app.js"), SAY("node", "app.js") },
		{ SAY("start", "node", "--quiet"), SAY("node", "--quiet") },
		{ SAY("start", "sh", "--", "-c"), SAY("sh", "--", "-c") },
		{ SAY("start", "--", "--quiet"), SAY("--quiet") },
		{ SAY("start", "--log-format", "json", "node", "--help"),
			SAY("node", "--help") },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		size_t n = 0;
		line l;

		assert_ok(parse(&l, rows[i].words), &l.err);
		assert_ptr_equal(l.s.cmd, &cmd_start);
		assert_false(l.s.options.quiet);
		assert_false(l.s.help);
		for (; rows[i].are[n]; n++)
			assert_string_equal(l.s.args[n], rows[i].are[n]);
		assert_int_equal(l.s.nargs, n);
	}
}

static void the_last_of_two_counts(void **state)
{
	static const char *const words[] = { "status", "--format", "json",
		"--format=text", NULL };
	line l;

	(void)state;
	assert_ok(parse(&l, words), &l.err);
	assert_string_equal(l.s.options.format, "text");
}

static void every_flag_sets_its_own(void **state)
{
	static const char *const words[] = { "resolve", "--quiet", "--verbose",
		NULL };
	line l;

	(void)state;
	assert_ok(parse(&l, words), &l.err);
	assert_true(l.s.options.quiet);
	assert_true(l.s.options.verbose);
	assert_false(l.s.help);
	assert_false(l.s.version);
}

/* Every option there is, given to a command that takes it. */
static void every_option_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < options_len; i++) {
		const struct option *o = &options[i];
		const struct cmd *cmd = o->only ? *o->only : &cmd_status;
		US_AUTO(auto_str) char *name = strdup(cmd->name);
		const char *words[6] = { name };
		char *second = strchr(name, ' ');
		const char *field;
		size_t n = 1;
		line l;

		if (second) { /* "policy new" */
			*second = '\0';
			words[n++] = second + 1;
		}
		words[n++] = o->name;
		if (o->value)
			words[n++] = "some value";
		if (cmd->args > 0)
			words[n] = "a word";
		assert_ok(parse(&l, words), &l.err);
		field = (const char *)&l.s + o->offset;
		if (o->many)
			assert_string_equal(
				((const us_strs *)(const void *)field)->items[0],
				"some value");
		else if (o->value)
			assert_string_equal(
				*(const char *const *)(const void *)field,
				"some value");
		else
			assert_true(*(const bool *)(const void *)field);
		session_close(&l.s);
	}
}

static void an_option_for_several_is_kept_each_time(void **state)
{
	static const char *const words[] = { "policy", "new", "careful",
		"--handler", "failure", "--handler=any", NULL };
	line l;

	(void)state;
	assert_ok(parse(&l, words), &l.err);
	assert_ptr_equal(l.s.cmd, &cmd_policy_new);
	assert_string_equal(l.s.args[0], "careful");
	assert_int_equal(l.s.handlers.len, 2);
	assert_string_equal(l.s.handlers.items[0], "failure");
	assert_string_equal(l.s.handlers.items[1], "any");
	session_close(&l.s);
}

static void a_name_may_begin_with_a_dash(void **state)
{
	static const char *const words[] = { "explain", "--", "--applied", NULL };
	line l;

	(void)state;
	assert_ok(parse(&l, words), &l.err);
	assert_int_equal(l.s.nargs, 1);
	assert_string_equal(l.s.args[0], "--applied");
	assert_null(l.s.applied);
}

static void help_of_a_command_can_be_asked_for_in_three_ways(void **state)
{
	static const char *const lines[][MAX_WORDS] = {
		{ "policy", "check", "--help", NULL },
		{ "policy", "check", "-h", NULL },
		{ "help", "policy", "check", NULL },
	};
	static const char *const alone[] = { "help", NULL };
	line l;

	(void)state;
	for (size_t i = 0; i < US_LEN(lines); i++) {
		assert_int_equal(parse(&l, lines[i]), US_OK);
		assert_true(l.s.help);
		assert_ptr_equal(l.s.cmd, &cmd_policy_check);
	}
	assert_int_equal(parse(&l, alone), US_OK);
	assert_true(l.s.help);
	assert_null(l.s.cmd);
}

static void help_is_given_however_little_else_is_right(void **state)
{
	static const char *const lines[][4] = {
		{ "--help", NULL },
		{ "explain", "--help", NULL },
		{ "status", "--applied=m", "--help", NULL },
		{ "status", "too", "--help", NULL },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(lines); i++) {
		line l;

		assert_ok(parse(&l, lines[i]), &l.err);
		assert_true(l.s.help);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_meant_is_a_usage_error),
		cmocka_unit_test(a_value_is_not_repeated_in_a_message),
		cmocka_unit_test(everything_else_is_read_past_the_first_mistake),
		cmocka_unit_test(an_option_and_its_value_are_one_word_or_two),
		cmocka_unit_test(a_value_may_hold_what_looks_like_something_else),
		cmocka_unit_test(a_command_keeps_its_words),
		cmocka_unit_test(the_last_of_two_counts),
		cmocka_unit_test(every_flag_sets_its_own),
		cmocka_unit_test(every_option_is_taken),
		cmocka_unit_test(an_option_for_several_is_kept_each_time),
		cmocka_unit_test(a_name_may_begin_with_a_dash),
		cmocka_unit_test(help_of_a_command_can_be_asked_for_in_three_ways),
		cmocka_unit_test(help_is_given_however_little_else_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
