/* The command line: one table of options, one loop. */
#include <stddef.h>
#include <string.h>

#include "cmd.h"
#include "unstick/auto.h"

#define AT(field) .offset = offsetof(struct session, field)
#define ONLY(...) ((const struct cmd *const[]){ __VA_ARGS__, NULL })

const struct option options[] = {
	{ "--database-url", "URL",
		"the database; others can see it on a command line: prefer the "
		"environment",
		AT(options.database_url), .variable = true },
	{ "--migrations", "DIR", "the migrations directory", AT(options.migrations),
		.variable = true },
	{ "--schema", "FILE", "schema.prisma", AT(options.schema),
		.variable = true },
	{ "--config", "FILE", "unstick.yaml", AT(options.config),
		.variable = true },
	{ "--format", "F", "text or json", AT(options.format), .variable = true },
	{ "--evidence", "E", "catalog or replay", AT(options.evidence),
		.variable = true },
	{ "--quiet", NULL, "say the outcome only", AT(options.quiet),
		.variable = true },
	{ "--verbose", NULL, "say everything, also DETAIL values of errors",
		AT(options.verbose), .variable = true },
	{ "--applied", "NAME",
		"record NAME as applied, as `migrate resolve --applied`",
		AT(applied), .only = ONLY(&cmd_resolve) },
	{ "--rolled-back", "NAME",
		"record NAME as rolled back, as `migrate resolve --rolled-back`",
		AT(rolled_back), .only = ONLY(&cmd_resolve) },
	{ "--record", "FILE",
		"write the case to a new FILE, without secrets or users' data",
		AT(record), .only = ONLY(&cmd_explain) },
	{ "--trace", NULL,
		"say which policies were asked, what each read and answered",
		AT(options.trace),
		.only = ONLY(&cmd_audit, &cmd_resolve, &cmd_explain,
			&cmd_policy_replay) },
	{ "--policy", "FILE",
		"ask this policy instead of the configured ones; may be repeated",
		AT(policies_given), .only = ONLY(&cmd_policy_replay),
		.many = true },
	{ "--handler", "KIND",
		"a kind of case it decides (failure); may be repeated",
		AT(handlers), .only = ONLY(&cmd_policy_new), .many = true },
	{ "--log-format", "F",
		"text, json or auto: text on a terminal and JSON elsewhere (auto)",
		AT(options.log_format), .only = ONLY(&cmd_start),
		.variable = true },
	{ "--metrics", "FILE", "where to write Prometheus metrics",
		AT(options.metrics), .only = ONLY(&cmd_start), .variable = true },
	{ "--help", NULL, "this text", AT(help) },
	{ "--version", NULL, "the version", AT(version) },
};
const size_t options_len = US_LEN(options);

const struct cmd *const commands[] = { &cmd_status, &cmd_audit, &cmd_resolve,
	&cmd_start, &cmd_explain, &cmd_policy_check, &cmd_policy_new,
	&cmd_policy_api, &cmd_policy_replay, NULL };

bool option_goes_with(const struct option *o, const struct cmd *cmd)
{
	for (const struct cmd *const *c = o->only; c && *c; c++)
		if (*c == cmd)
			return true;
	return !o->only;
}

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

	if (!o && strcmp(argv[*i], "-h") == 0) {
		s->help = true;
		return US_OK;
	}
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
	if (o->many)
		return us_strs_add((void *)field, value, err);
	*(const char **)(void *)field = value;
	return US_OK;
}

static const struct cmd *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* Is there a command of two words that begins with this one? */
static bool is_group(const char *word)
{
	const size_t n = strlen(word);

	for (size_t i = 0; n > 0 && commands[i]; i++)
		if (strncmp(commands[i]->name, word, n) == 0 &&
			commands[i]->name[n] == ' ')
			return true;
	return false;
}

static us_code take_word(struct session *s, char *word, us_err *err)
{
	US_AUTO(auto_str) char *name = NULL;
	us_code rc;

	if (s->cmd) {
		((const char **)s->args)[s->nargs++] = word;
		return US_OK;
	}
	if (!s->group && strcmp(word, "help") == 0) { /* of what comes, if any */
		s->help = true;
		return US_OK;
	}
	if (!s->group && is_group(word)) {
		s->group = word;
		return US_OK;
	}
	rc = us_strf(&name, err, "%s%s%s", s->group ? s->group : "",
		s->group ? " " : "", word);
	if (rc != US_OK)
		return rc;
	s->cmd = find_command(name);
	return s->cmd ? US_OK : no_such_command(name, err);
}

/* Whether something was said for an option. */
static bool is_said(const struct session *s, const struct option *o)
{
	const char *field = (const char *)s + o->offset;

	if (!o->value)
		return *(const bool *)(const void *)field;
	if (o->many)
		return ((const us_strs *)(const void *)field)->len > 0;
	return *(const char *const *)(const void *)field != NULL;
}

static us_code goes_with(const struct option *o, us_err *err)
{
	US_AUTO(us_str_fini) us_str list = { 0 };

	for (size_t i = 0; o->only[i]; i++)
		us_str_addf(&list, "%s`unstick %s`",
			i == 0           ? ""
			: o->only[i + 1] ? ", "
					 : " or ",
			o->only[i]->name);
	return us_fail(
		err, US_E_USAGE, "%s goes with %s", o->name, us_str_text(&list));
}

/* Options that belong to another command, and the number of words. */
static us_code check(const struct session *s, us_err *err)
{
	if (s->help || s->version)
		return US_OK;
	if (!s->cmd)
		return us_fail(err, US_E_USAGE,
			s->group ? "say what to do: policy check, policy new NAME, "
				   "policy api or policy replay FILE (see "
				   "`unstick --help`)"
				 : "say what to do: status, audit, resolve, start "
				   "CMD or explain NAME (see `unstick --help`)");
	for (size_t i = 0; i < US_LEN(options); i++)
		if (!option_goes_with(&options[i], s->cmd) &&
			is_said(s, &options[i]))
			return goes_with(&options[i], err);
	if (s->applied && s->rolled_back)
		return us_fail(err, US_E_USAGE,
			"--applied and --rolled-back contradict each other: say "
			"one");
	if (s->cmd->takes_command ? s->nargs < s->cmd->args
				  : s->nargs != s->cmd->args)
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

		/* From a command's first word on everything is the command's. */
		if (s->nargs > 0 && s->cmd->takes_command)
			only_words = true;
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
