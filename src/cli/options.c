/* The command line: one table of options, one loop. */
#include <stddef.h>
#include <string.h>

#include "cmd.h"
#include "unstick/auto.h"

#define AT(field) offsetof(struct session, field)

const struct option options[] = {
	{ "--database-url", "URL",
		"the database; others can see it on a command line: prefer the "
		"environment",
		AT(options.database_url), NULL },
	{ "--migrations", "DIR", "the migrations directory", AT(options.migrations),
		NULL },
	{ "--schema", "FILE", "schema.prisma", AT(options.schema), NULL },
	{ "--config", "FILE", "unstick.yaml", AT(options.config), NULL },
	{ "--format", "F", "text or json", AT(options.format), NULL },
	{ "--evidence", "E", "catalog or replay", AT(options.evidence), NULL },
	{ "--quiet", NULL, "say the outcome only", AT(options.quiet), NULL },
	{ "--verbose", NULL, "say everything, also DETAIL values of errors",
		AT(options.verbose), NULL },
	{ "--applied", "NAME",
		"record NAME as applied, as `migrate resolve --applied`",
		AT(applied), &cmd_resolve },
	{ "--rolled-back", "NAME",
		"record NAME as rolled back, as `migrate resolve --rolled-back`",
		AT(rolled_back), &cmd_resolve },
	{ "--help", NULL, "this text", AT(help), NULL },
	{ "--version", NULL, "the version", AT(version), NULL },
};
const size_t options_len = US_LEN(options);

const struct cmd *const commands[] = { &cmd_status, &cmd_audit, &cmd_resolve,
	&cmd_explain, NULL };

/* A value that came with the name ("--databse-url=...") is nobody's business. */
static us_code no_such_option(const char *word, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	const char *names[US_LEN(options)];
	const char *near;
	us_code rc = us_strndup(&name, word, strcspn(word, "="), err);

	if (rc != US_OK)
		return rc;
	for (size_t i = 0; i < US_LEN(options); i++)
		names[i] = options[i].name;
	near = us_nearest(name, names, US_LEN(options));
	return us_fail(err, US_E_USAGE, "no such option: %s%s%s", name,
		near ? "; did you mean " : "", near ? near : "");
}

static us_code no_such_command(const char *word, us_err *err)
{
	const char *names[US_LEN(commands)];
	const char *near;
	size_t n = 0;

	for (; commands[n]; n++)
		names[n] = commands[n]->name;
	near = us_nearest(word, names, n);
	return us_fail(err, US_E_USAGE, "no such command: %s; %s%s", word,
		near ? "did you mean " : "see `unstick --help`", near ? near : "");
}

/* "--name" or "--name=value": the row and where the value starts (NULL: not there).
 */
static const struct option *find_option(const char *word, const char **value)
{
	size_t n = strcspn(word, "=");

	*value = word[n] == '=' ? word + n + 1 : NULL;
	for (size_t i = 0; i < US_LEN(options); i++)
		if (strlen(options[i].name) == n &&
			strncmp(options[i].name, word, n) == 0)
			return &options[i];
	return NULL;
}

/* One option at argv[*i]; moves *i past a value of its own. */
static us_code take_option(
	struct session *s, int argc, char **argv, int *i, us_err *err)
{
	const char *value;
	const struct option *o = find_option(argv[*i], &value);
	char *field;

	if (!o)
		return no_such_option(argv[*i], err);
	field = (char *)s + o->offset;
	if (!o->value) {
		if (value)
			return us_fail(
				err, US_E_USAGE, "%s takes no value", o->name);
		*(bool *)(void *)field = true;
		return US_OK;
	}
	if (!value && *i + 1 < argc)
		value = argv[++*i];
	if (!value || !*value)
		return us_fail(err, US_E_USAGE, "%s needs a value: %s %s", o->name,
			o->name, o->value);
	*(const char **)(void *)field = value;
	return US_OK;
}

static us_code take_word(struct session *s, char *word, us_err *err)
{
	if (s->cmd) {
		((const char **)s->args)[s->nargs++] = word;
		return US_OK;
	}
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->name, word) == 0) {
			s->cmd = commands[i];
			return US_OK;
		}
	}
	return no_such_command(word, err);
}

/* Options that belong to another command, and the number of words. */
static us_code check(const struct session *s, us_err *err)
{
	if (s->help || s->version)
		return US_OK;
	if (!s->cmd)
		return us_fail(err, US_E_USAGE,
			"say what to do: status, audit, resolve or explain NAME "
			"(see "
			"`unstick --help`)");
	for (size_t i = 0; i < US_LEN(options); i++) {
		const struct option *o = &options[i];
		const char *const *field =
			(const void *)((const char *)s + o->offset);

		if (o->only && o->only != s->cmd && *field)
			return us_fail(err, US_E_USAGE, "%s goes with `unstick %s`",
				o->name, o->only->name);
	}
	if (s->applied && s->rolled_back)
		return us_fail(err, US_E_USAGE,
			"--applied and --rolled-back contradict each other: say "
			"one");
	if (s->nargs != s->cmd->args)
		return us_fail(err, US_E_USAGE, "usage: unstick %s%s%s",
			s->cmd->name, *s->cmd->usage ? " " : "", s->cmd->usage);
	return US_OK;
}

us_code options_parse(struct session *s, int argc, char **argv, us_err *err)
{
	us_code first = US_OK;
	bool only_words = false;

	for (int i = 1; i < argc; i++) {
		us_err here = { 0 };
		us_code rc;

		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
			continue;
		}
		if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0')
			rc = take_option(s, argc, argv, &i, &here);
		else
			rc = take_word(s, argv[i], &here);
		if (rc != US_OK && first == US_OK) {
			first = rc;
			*err = here;
		}
	}
	return first == US_OK ? check(s, err) : first;
}
