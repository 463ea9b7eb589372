/* The JSON's contract as tables: one row a key, what types it may have, which
 * words. */
#include "contract.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "unstick/auto.h"

enum { NIL = 1, TEXT = 2, INT = 4, REAL = 8, BOOL = 16, OBJECT = 32, ARRAY = 64 };

typedef struct rule {
	const char *key;
	unsigned types;
	const char *words;      /* of a text, or of an array's texts: " one two " */
	const struct rule *has; /* of an object, or of an array's objects */
	unsigned items;         /* of an array that holds no objects */
	bool time;              /* RFC 3339, UTC */
	bool rare;              /* only there when there is something to say */
} rule;

static const char commands[] =
	" status audit resolve start explain policy check policy new policy api "
	"policy replay ";
static const char states[] = " applied pending failed rolled_back missing ";
static const char kinds[] =
	" in_progress name_mismatch partial_apply timeout failure ";
static const char causes[] =
	" network connection lock statement_timeout schema_conflict "
	"constraint_violation syntax permission resource crash unknown ";
static const char actions[] = " rolled_back applied rename wait skip stop ";
static const char outcomes[] = " planned done waiting refused undecided skipped "
			       "stopped failed not_reached unknown ";

static const rule error_has[] = {
	{ .key = "code", .types = TEXT | NIL },
	{ .key = "message", .types = TEXT },
	{ 0 },
};

static const rule database_has[] = {
	{ .key = "provider", .types = TEXT, .words = " postgresql sqlite " },
	{ .key = "host", .types = TEXT | NIL },
	{ .key = "name", .types = TEXT },
	{ .key = "schema", .types = TEXT | NIL },
	{ .key = "server_version", .types = TEXT },
	{ 0 },
};

static const rule holder_has[] = {
	{ .key = "pid", .types = TEXT | NIL },
	{ .key = "application", .types = TEXT | NIL },
	{ .key = "state", .types = TEXT | NIL },
	{ .key = "query", .types = TEXT | NIL },
	{ .key = "query_age_seconds", .types = INT | NIL },
	{ 0 },
};

static const rule lock_has[] = {
	{ .key = "held_by", .types = ARRAY | NIL, .has = holder_has },
	{ 0 },
};

static const rule migrations_has[] = {
	{ .key = "directory", .types = TEXT },
	{ .key = "found", .types = INT },
	{ .key = "applied", .types = INT },
	{ .key = "pending", .types = INT },
	{ .key = "failed", .types = INT },
	{ .key = "rolled_back", .types = INT },
	{ .key = "missing", .types = INT },
	{ .key = "edited", .types = INT },
	{ 0 },
};

static const rule entry_has[] = {
	{ .key = "name", .types = TEXT },
	{ .key = "state", .types = TEXT, .words = states },
	{ .key = "edited", .types = BOOL | NIL },
	{ 0 },
};

static const rule record_has[] = {
	{ .key = "id", .types = TEXT },
	{ .key = "checksum", .types = TEXT | NIL },
	{ .key = "started_at", .types = TEXT | NIL, .time = true },
	{ .key = "finished_at", .types = TEXT | NIL, .time = true },
	{ .key = "rolled_back_at", .types = TEXT | NIL, .time = true },
	{ .key = "applied_steps_count", .types = INT | NIL },
	{ .key = "logs", .types = TEXT | NIL },
	{ 0 },
};

static const rule prefix_has[] = {
	{ .key = "min", .types = INT },
	{ .key = "max", .types = INT },
	{ 0 },
};

static const rule logged_error_has[] = {
	{ .key = "code", .types = TEXT | NIL },
	{ .key = "message", .types = TEXT | NIL },
	{ .key = "statement", .types = INT | NIL },
	{ .key = "line", .types = INT | NIL },
	{ 0 },
};

static const rule running_has[] = {
	{ .key = "pid", .types = TEXT | NIL },
	{ .key = "application", .types = TEXT | NIL },
	{ .key = "state", .types = TEXT | NIL },
	{ .key = "query", .types = TEXT | NIL },
	{ .key = "query_age_seconds", .types = INT | NIL },
	{ .key = "holds_lock", .types = BOOL },
	{ .key = "why", .types = TEXT },
	{ 0 },
};

static const rule candidate_has[] = {
	{ .key = "name", .types = TEXT },
	{ .key = "same_checksum", .types = BOOL },
	{ .key = "same_timestamp", .types = BOOL },
	{ .key = "same_place", .types = BOOL },
	{ .key = "distance", .types = INT },
	{ 0 },
};

static const rule statement_has[] = {
	{ .key = "index", .types = INT },
	{ .key = "line", .types = INT },
	{ .key = "kind", .types = TEXT },
	{ .key = "sql", .types = TEXT },
	{ .key = "state",
		.types = TEXT,
		.words = " present absent conflict unobservable unknown " },
	{ .key = "why", .types = TEXT | NIL },
	{ 0 },
};

static const rule evidence_has[] = {
	{ .key = "state",
		.types = TEXT,
		.words = " none all partial unknown diverged " },
	{ .key = "proof", .types = TEXT | NIL, .words = " ledger catalog replay " },
	{ .key = "prefixes", .types = ARRAY | NIL, .items = INT },
	{ .key = "applied_prefix", .types = OBJECT | NIL, .has = prefix_has },
	{ .key = "reruns", .types = BOOL },
	{ .key = "rerun_why", .types = TEXT | NIL },
	{ .key = "atomic", .types = BOOL | NIL },
	{ .key = "edited", .types = BOOL | NIL },
	{ .key = "error", .types = OBJECT | NIL, .has = logged_error_has },
	{ .key = "running", .types = ARRAY | NIL, .has = running_has },
	{ .key = "leftovers", .types = ARRAY, .items = TEXT },
	{ .key = "candidates", .types = ARRAY, .has = candidate_has },
	{ .key = "statements", .types = ARRAY | NIL, .has = statement_has },
	{ 0 },
};

static const rule verdict_has[] = {
	{ .key = "action", .types = TEXT, .words = actions },
	{ .key = "reason", .types = TEXT },
	{ .key = "policy", .types = TEXT },
	{ .key = "line", .types = INT | NIL },
	{ .key = "override", .types = BOOL },
	{ .key = "seconds", .types = REAL | INT | NIL },
	{ .key = "to", .types = TEXT | NIL },
	{ .key = "sql", .types = TEXT | NIL },
	{ .key = "traceback", .types = TEXT, .rare = true },
	{ 0 },
};

static const rule guard_has[] = {
	{ .key = "allowed", .types = BOOL },
	{ .key = "why", .types = TEXT },
	{ .key = "overridden", .types = BOOL, .rare = true },
	{ 0 },
};

static const rule action_has[] = {
	{ .key = "sql", .types = TEXT },
	{ .key = "transaction", .types = INT },
	{ .key = "lock", .types = TEXT | NIL },
	{ .key = "rewrites", .types = BOOL | NIL },
	{ 0 },
};

static const rule asked_has[] = {
	{ .key = "policy", .types = TEXT },
	{ .key = "handler", .types = TEXT | NIL },
	{ .key = "answer", .types = TEXT | NIL },
	{ .key = "line", .types = INT | NIL },
	{ .key = "reads", .types = ARRAY, .items = TEXT },
	{ 0 },
};

static const rule mistake_has[] = {
	{ .key = "level", .types = TEXT, .words = " error warning note " },
	{ .key = "file", .types = TEXT | NIL },
	{ .key = "line", .types = INT | NIL },
	{ .key = "message", .types = TEXT },
	{ 0 },
};

static const rule policy_has[] = {
	{ .key = "file", .types = TEXT },
	{ .key = "handlers", .types = ARRAY, .items = TEXT },
	{ .key = "settings", .types = OBJECT | NIL },
	{ 0 },
};

static const rule add_has[] = {
	{ .key = "to", .types = TEXT },
	{ .key = "policy", .types = TEXT },
	{ 0 },
};

static const rule case_has[20] = {
	{ .key = "name", .types = TEXT },
	{ .key = "index", .types = INT | NIL },
	{ .key = "directory", .types = TEXT | NIL },
	{ .key = "kind", .types = TEXT | NIL, .words = kinds },
	{ .key = "cause", .types = TEXT, .words = causes },
	{ .key = "records", .types = ARRAY, .has = record_has },
	{ .key = "attempts", .types = INT },
	{ .key = "attempts_left", .types = INT },
	{ .key = "age_seconds", .types = INT | NIL },
	{ .key = "evidence", .types = OBJECT, .has = evidence_has },
	{ .key = "permitted",
		.types = ARRAY | NIL,
		.items = TEXT,
		.words = actions },
	{ .key = "not_permitted", .types = OBJECT | NIL },
	{ .key = "verdict", .types = OBJECT | NIL, .has = verdict_has },
	{ .key = "guard", .types = OBJECT | NIL, .has = guard_has },
	{ .key = "actions", .types = ARRAY | NIL, .has = action_has },
	{ .key = "outcome", .types = TEXT | NIL, .words = outcomes },
	{ .key = "outcome_why", .types = TEXT, .rare = true },
	{ .key = "then", .types = OBJECT, .rare = true }, /* see check_case() */
	{ .key = "trace", .types = ARRAY, .has = asked_has, .rare = true },
};

static const rule finding_has[] = {
	{ .key = "level", .types = TEXT, .words = " warning error note " },
	{ .key = "code", .types = TEXT | NIL },
	{ .key = "message", .types = TEXT },
	{ 0 },
};

static const rule report_has[] = {
	{ .key = "unstick", .types = TEXT },
	{ .key = "schema", .types = INT },
	{ .key = "command", .types = TEXT | NIL, .words = commands },
	{ .key = "run_id", .types = TEXT },
	{ .key = "started_at", .types = TEXT, .time = true },
	{ .key = "exit_code", .types = INT },
	{ .key = "error", .types = OBJECT | NIL, .has = error_has },
	{ .key = "database", .types = OBJECT | NIL, .has = database_has },
	{ .key = "lock", .types = OBJECT, .has = lock_has },
	{ .key = "migrations", .types = OBJECT | NIL, .has = migrations_has },
	{ .key = "history", .types = ARRAY | NIL, .has = entry_has },
	{ .key = "cases", .types = ARRAY, .has = case_has },
	{ .key = "findings", .types = ARRAY, .has = finding_has },
	{ .key = "policies", .types = ARRAY, .has = policy_has, .rare = true },
	{ .key = "mistakes", .types = ARRAY, .has = mistake_has, .rare = true },
	{ .key = "created", .types = ARRAY, .items = TEXT, .rare = true },
	{ .key = "add", .types = OBJECT, .has = add_has, .rare = true },
	{ .key = "api", .types = TEXT, .rare = true },
	{ .key = "recorded", .types = TEXT, .rare = true },
	{ 0 },
};

/* ---- holding a report against them ---- */

static unsigned type_of(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return OBJECT;
	case JSON_ARRAY:
		return ARRAY;
	case JSON_STRING:
		return TEXT;
	case JSON_INTEGER:
		return INT;
	case JSON_REAL:
		return REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return BOOL;
	case JSON_NULL:
		break;
	}
	return NIL;
}

static void check_word(const char *word, const rule *r)
{
	US_AUTO(auto_str) char *padded = NULL;

	if (!r->words)
		return;
	assert_true(asprintf(&padded, " %s ", word) > 0);
	if (!strstr(r->words, padded))
		fail_msg("%s: \"%s\" is not one of%s", r->key, word, r->words);
}

static void check_text(const char *text, const rule *r)
{
	struct tm when;
	const char *rest;

	check_word(text, r);
	if (!r->time)
		return;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &when);
	if (rest && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!rest || strcmp(rest, "Z") != 0)
		fail_msg("%s: \"%s\" is no time", r->key, text);
}

static void check_object(const json_t *v, const rule *has);

static void check_items(const json_t *list, const rule *r)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
	{
		const unsigned wanted = r->has ? OBJECT : r->items;

		if (!(type_of(v) & wanted))
			fail_msg("%s: element %zu is of another type", r->key, i);
		if (json_is_string(v))
			check_text(json_string_value(v), r);
		if (r->has)
			check_object(v, r->has);
	}
}

static void check_object(const json_t *v, const rule *has)
{
	for (const rule *r = has; r->key; r++) {
		const json_t *value = json_object_get(v, r->key);

		if (!value && r->rare)
			continue;
		if (!value) {
			fail_msg("%s is not there", r->key);
			continue;
		}
		if (!(type_of(value) & r->types))
			fail_msg("%s is of another type (%u)", r->key,
				type_of(value));
		if (json_is_string(value))
			check_text(json_string_value(value), r);
		if (json_is_array(value))
			check_items(value, r);
		if (json_is_object(value) && r->has)
			check_object(value, r->has);
	}
}

/* ---- what the types don't say ---- */

static json_int_t number(const json_t *v, const char *key)
{
	return json_integer_value(json_object_get(v, key));
}

static const char *text(const json_t *v, const char *key)
{
	return json_string_value(json_object_get(v, key));
}

static void check_counts(const json_t *report)
{
	static const char *const counted[] = { "applied", "pending", "failed",
		"rolled_back", "missing" };
	const json_t *counts = json_object_get(report, "migrations"), *entry;
	const json_t *history = json_object_get(report, "history");
	const bool one = text(report, "command") &&
			 strcmp(text(report, "command"), "explain") == 0;
	size_t i;

	if (json_is_null(counts) || one) /* explain keeps the one entry only */
		return;
	for (size_t s = 0; s < US_LEN(counted); s++) {
		json_int_t n = 0;

		json_array_foreach((json_t *)history, i, entry) n +=
			strcmp(text(entry, "state"), counted[s]) == 0;
		assert_int_equal(number(counts, counted[s]), n);
	}
}

/* K, its shape in words, and its range are one thing said three times. Where every
 * k agrees K is known, and says nothing. */
static void check_prefixes(const json_t *evidence)
{
	const json_t *k = json_object_get(evidence, "prefixes");
	const json_t *range = json_object_get(evidence, "applied_prefix");
	const char *state = text(evidence, "state");
	size_t n = json_array_size(k),
	       statements =
		       json_array_size(json_object_get(evidence, "statements"));
	bool every = statements > 0 && n == statements + 1;

	assert_int_equal(strcmp(state, "unknown") == 0, json_is_null(k) || every);
	assert_int_equal(
		strcmp(state, "diverged") == 0, json_is_array(k) && n == 0);
	assert_int_equal(json_is_null(range), n == 0 || every);
	if (n == 0 || every)
		return;
	assert_int_equal(
		number(range, "min"), json_integer_value(json_array_get(k, 0)));
	assert_int_equal(
		number(range, "max"), json_integer_value(json_array_get(k, n - 1)));
}

static bool holds(const json_t *list, const char *word)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
	{
		if (strcmp(json_string_value(v), word) == 0)
			return true;
	}
	return false;
}

/* Every action is permitted, or it is said why not. */
static void check_permits(const json_t *kase)
{
	static const char *const words[] = { "rolled_back", "applied", "rename",
		"wait", "skip", "stop" };

	for (size_t i = 0; i < US_LEN(words); i++) {
		const char *why =
			text(json_object_get(kase, "not_permitted"), words[i]);

		if (holds(json_object_get(kase, "permitted"), words[i]))
			assert_null(why);
		else if (!why || !*why)
			fail_msg("%s: not permitted, and not said why", words[i]);
	}
}

/* A glance (status) has not judged: it may leave unsaid what a judgement says. */
static void check_case(const json_t *kase, bool judged)
{
	const json_t *then = json_object_get(kase, "then");

	check_prefixes(json_object_get(kase, "evidence"));
	if (judged)
		assert_non_null(text(kase, "kind"));
	if (judged || !json_is_null(json_object_get(kase, "permitted")))
		check_permits(kase);
	if (then) {
		check_object(then, case_has);
		check_case(then, judged);
	}
}

void contract_check(const json_t *report)
{
	const char *command = text(report, "command");
	const bool judged = command && strcmp(command, "status") != 0;
	const json_t *kase;
	size_t i;

	check_object(report, report_has);
	assert_int_equal(number(report, "schema"), 1);
	if (!json_is_null(json_object_get(report, "error")))
		assert_int_not_equal(number(report, "exit_code"), 0);
	check_counts(report);
	json_array_foreach(json_object_get(report, "cases"), i, kase)
		check_case(kase, judged);
}
