/* The words that all sections share. */
#include "words.h"

#include <string.h>

#include "unstick/auto.h"

const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool number_at(json_int_t *out, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	*out = json_integer_value(v);
	return json_is_integer(v);
}

bool true_at(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

bool is_at(const json_t *object, const char *key, const char *text)
{
	const char *value = text_at(object, key);

	return value && strcmp(value, text) == 0;
}

size_t length_at(const json_t *object, const char *key)
{
	return json_array_size(json_object_get(object, key));
}

/* ---- tables ---- */

struct word {
	const char *word, *meaning;
};

static const char *look_up(const struct word *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].meaning;
	return word;
}

const char *kind_words(const char *kind)
{
	static const struct word kinds[] = {
		{ "in_progress", "in progress: somebody is still at it" },
		{ "name_mismatch", "name mismatch: no folder has this name" },
		{ "partial_apply", "partial apply: part of it stayed" },
		{ "timeout", "timeout: interrupted from outside" },
		{ "failure", "failure" },
	};

	return look_up(kinds, US_LEN(kinds), kind);
}

const char *cause_words(const char *cause)
{
	static const struct word causes[] = {
		{ "network", "network" },
		{ "connection", "lost connection" },
		{ "lock", "lock not had in time" },
		{ "statement_timeout", "statement timeout" },
		{ "schema_conflict", "schema conflict" },
		{ "constraint_violation", "constraint violation" },
		{ "syntax", "syntax error" },
		{ "permission", "missing permission" },
		{ "resource", "out of a resource" },
		{ "crash", "crash" },
		{ "unknown", "not known" },
	};

	return look_up(causes, US_LEN(causes), cause);
}

const char *state_words(const char *state, bool diverged)
{
	static const struct word by_prefix[] = {
		{ "present", "ran" },
		{ "absent", "did not run" },
	};
	static const struct word by_itself[] = {
		{ "present", "there" },
		{ "absent", "not there" },
		{ "conflict", "neither there nor undone" },
		{ "unobservable", "not known whether it ran" },
		{ "unknown", "not known whether it ran" },
	};

	if (!diverged)
		state = look_up(by_prefix, US_LEN(by_prefix), state);
	return look_up(by_itself, US_LEN(by_itself), state);
}

const char *exit_words(json_int_t code)
{
	static const struct {
		json_int_t code;
		const char *meaning;
	} codes[] = {
		{ 0, "all done" },
		{ 1, "an error, or an outcome that isn't known" },
		{ 2, "all of it is decided and permitted" },
		{ 3, "needs a person" },
		{ 64, "wrong usage" },
		{ 69, "the database can't be reached" },
		{ 75, "not done before the deadline" },
		{ 78, "the configuration is wrong or not supported" },
	};

	for (size_t i = 0; i < US_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].meaning;
	return NULL;
}

/* ---- phrases ---- */

void say_count(page *p, json_int_t n, const char *thing)
{
	page_say(p, "%" JSON_INTEGER_FORMAT, n);
	page_glue(p);
	page_say(p, "%s%s", thing, n == 1 ? "" : "s");
}

void say_duration(page *p, json_int_t seconds)
{
	const json_int_t minute = 60, hour = 60 * minute, day = 24 * hour;

	if (seconds < 2 * minute)
		say_count(p, seconds, "second");
	else if (seconds < 2 * hour)
		say_count(p, seconds / minute, "minute");
	else if (seconds < 2 * day)
		say_count(p, seconds / hour, "hour");
	else
		say_count(p, seconds / day, "day");
}

void say_word(page *p, const char *word)
{
	for (size_t n; *word; word += n + (word[n] == '_')) {
		n = strcspn(word, "_");
		page_say(p, "%.*s%s", (int)n, word, word[n] == '_' ? " " : "");
	}
}

void say_database(page *p, const json_t *run)
{
	static const struct word providers[] = {
		{ "postgresql", "PostgreSQL" },
		{ "sqlite", "SQLite" },
	};
	const json_t *db = json_object_get(run, "database");
	const char *provider = text_at(db, "provider");
	const char *version = text_at(db, "server_version");
	const char *name = text_at(db, "name");
	const char *host = text_at(db, "host");
	const char *schema = text_at(db, "schema");

	page_say(p, "%s",
		provider ? look_up(providers, US_LEN(providers), provider)
			 : "Database");
	if (version) {
		page_glue(p);
		page_name(p, version);
	}
	if (name) {
		page_say(p, ": ");
		page_name(p, name);
	}
	if (host) {
		page_say(p, " on ");
		page_name(p, host);
	}
	if (schema) {
		page_say(p, ", schema ");
		page_name(p, schema);
	}
}

/* A file's other user has no pid to show. */
void say_session(page *p, const json_t *session)
{
	const char *pid = text_at(session, "pid");
	const char *application = text_at(session, "application");
	const char *state = text_at(session, "state");
	json_int_t age;

	page_say(p, "%s%s", pid ? "session " : "another process", pid ? pid : "");
	if (application && *application)
		page_say(p, " (%s)", application);
	if (state)
		page_say(p, ", %s", state);
	if (!number_at(&age, session, "query_age_seconds"))
		return;
	page_say(p, state && strcmp(state, "active") == 0
			    ? " for "
			    : ", its last query began ");
	say_duration(p, age);
	if (!state || strcmp(state, "active") != 0)
		page_say(p, " ago");
}

void say_lock(page *p, const json_t *run)
{
	const json_t *holders =
		json_object_get(json_object_get(run, "lock"), "held_by");
	size_t i;
	const json_t *v;

	json_array_foreach(holders, i, v)
	{
		page_begin(p, 0);
		page_say(p, "Prisma's lock is held by ");
		say_session(p, v);
		page_end(p);
	}
}

void say_error(page *p, const json_t *error, bool first)
{
	const char *code = text_at(error, "code");
	const char *message = text_at(error, "message");
	size_t n = message ? strcspn(message, first ? "\n" : "") : 0;

	if (code)
		page_say(p, "%s%s", code, message ? ": " : "");
	if (message)
		page_say(p, "%.*s", (int)n, message);
}
