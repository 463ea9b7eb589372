/* The names and types that values of a case have. A report leaves none of them out,
 * but a JSON from elsewhere may, and a policy may ask for one that was never there.
 */
#include "shape.h"

#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/str.h"

#define SHAPE(id, title, list) const us_shape id = { title, list, US_LEN(list) }

static const char *const actions[] = { "rolled_back", "applied", "rename", "wait",
	"skip", "stop", NULL };
static const char *const kinds[] = { "in_progress", "name_mismatch",
	"partial_apply", "timeout", "failure", NULL };
static const char *const causes[] = { "network", "connection", "lock",
	"statement_timeout", "schema_conflict", "constraint_violation", "syntax",
	"permission", "resource", "crash", "unknown", NULL };
static const char *const states[] = { "none", "all", "partial", "unknown",
	"diverged", NULL };
static const char *const proofs[] = { "ledger", "catalog", "replay", NULL };
static const char *const statement_states[] = { "present", "absent", "conflict",
	"unobservable", "unknown", NULL };
static const char *const history_states[] = { "applied", "pending", "failed",
	"rolled_back", "missing", NULL };

/* clang-format off */
static const us_field record_fields[] = {
	{ "id", .type = US_TEXT },
	{ "checksum", .type = US_TEXT },
	{ "started_at", .type = US_TEXT, .null = true },
	{ "finished_at", .type = US_TEXT, .null = true },
	{ "rolled_back_at", .type = US_TEXT, .null = true },
	{ "applied_steps_count", .type = US_WHOLE, .null = true },
	{ "logs", .type = US_TEXT, .null = true },
};
static SHAPE(record_shape, "a record", record_fields);

static const us_field prefix_fields[] = {
	{ "min", .type = US_WHOLE },
	{ "max", .type = US_WHOLE },
};
static SHAPE(prefix_shape, "applied_prefix", prefix_fields);

static const us_field error_fields[] = {
	{ "code", .type = US_TEXT, .null = true },
	{ "message", .type = US_TEXT, .null = true },
	{ "statement", .type = US_WHOLE, .null = true },
	{ "line", .type = US_WHOLE, .null = true },
};
static SHAPE(error_shape, "the error", error_fields);

static const us_field running_fields[] = {
	{ "pid", .type = US_TEXT, .null = true },
	{ "application", .type = US_TEXT, .null = true },
	{ "state", .type = US_TEXT, .null = true },
	{ "query", .type = US_TEXT, .null = true },
	{ "query_age_seconds", .type = US_WHOLE, .null = true },
	{ "holds_lock", .type = US_TRUTH },
	{ "why", .type = US_TEXT, .null = true },
};
static SHAPE(running_shape, "a running session", running_fields);

static const us_field candidate_fields[] = {
	{ "name", .type = US_TEXT },
	{ "same_checksum", .type = US_TRUTH },
	{ "same_timestamp", .type = US_TRUTH },
	{ "same_place", .type = US_TRUTH },
	{ "only_match", .type = US_TRUTH },
	{ "distance", .type = US_WHOLE },
};
static SHAPE(candidate_shape, "a candidate", candidate_fields);

static const us_field statement_fields[] = {
	{ "index", .type = US_WHOLE },
	{ "line", .type = US_WHOLE },
	{ "kind", .type = US_TEXT },
	{ "sql", .type = US_TEXT },
	{ "state", .type = US_TEXT, .words = statement_states },
	{ "why", .type = US_TEXT, .null = true },
};
static SHAPE(statement_shape, "a statement", statement_fields);

static const us_field entry_fields[] = {
	{ "name", .type = US_TEXT },
	{ "state", .type = US_TEXT, .words = history_states },
	{ "edited", .type = US_TRUTH, .null = true },
};
static SHAPE(entry_shape, "a history entry", entry_fields);

static const us_field evidence_fields[] = {
	{ "state", .type = US_TEXT, .words = states },
	{ "proof", .type = US_TEXT, .null = true, .words = proofs },
	{ "why", .type = US_TEXT, .null = true },
	{ "prefixes", .type = US_WHOLE, .list = true, .null = true },
	{ "applied_prefix", .type = US_OBJECT, .null = true, .shape = &prefix_shape },
	{ "reruns", .type = US_TRUTH },
	{ "rerun_why", .type = US_TEXT, .null = true },
	{ "atomic", .type = US_TRUTH, .null = true },
	{ "edited", .type = US_TRUTH, .null = true },
	{ "error", .type = US_OBJECT, .null = true, .shape = &error_shape },
	{ "running", .type = US_OBJECT, .list = true, .null = true, .shape = &running_shape },
	{ "leftovers", .type = US_TEXT, .list = true },
	{ "candidates", .type = US_OBJECT, .list = true, .shape = &candidate_shape },
	{ "statements", .type = US_OBJECT, .list = true, .null = true, .shape = &statement_shape },
};
static SHAPE(evidence_shape, "the evidence", evidence_fields);

static const us_field case_fields[] = {
	{ "name", .type = US_TEXT },
	{ "index", .type = US_WHOLE, .null = true },
	{ "directory", .type = US_TEXT, .null = true },
	{ "kind", .type = US_TEXT, .words = kinds },
	{ "cause", .type = US_TEXT, .words = causes },
	{ "records", .type = US_OBJECT, .list = true, .shape = &record_shape },
	{ "attempts", .type = US_WHOLE },
	{ "attempts_left", .type = US_WHOLE },
	{ "age_seconds", .type = US_WHOLE, .null = true },
	{ "deadline_seconds", .type = US_NUMBER, .null = true, .optional = true },
	{ "evidence", .type = US_OBJECT, .shape = &evidence_shape },
	{ "permitted", .type = US_TEXT, .list = true, .words = actions },
	{ "not_permitted", .type = US_REASONS, .words = actions },
	{ "now", .type = US_TEXT, .optional = true },
	{ "history", .type = US_OBJECT, .list = true, .optional = true, .shape = &entry_shape },
	{ "permits", .type = US_ANYTHING, .optional = true },
};
SHAPE(us_case_shape, "the case", case_fields);
/* clang-format on */

const us_field *us_shape_find(const us_shape *shape, const char *name)
{
	for (size_t i = 0; shape && i < shape->n; i++)
		if (shape->fields[i].name[0] == name[0] &&
			strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	return NULL;
}

const char *us_shape_nearest(const us_shape *shape, const char *name)
{
	const char **names = calloc(shape->n + 1, sizeof(*names));
	const char *nearest = NULL;

	for (size_t i = 0; names && i < shape->n; i++)
		names[i] = shape->fields[i].name;
	if (names) /* without memory there is just no hint */
		nearest = us_nearest(name, names, shape->n);
	free(names);
	return nearest;
}

us_shape *us_shape_new(const char *what, const json_t *names)
{
	const size_t n = json_object_size(names);
	us_shape *shape = calloc(1, sizeof(*shape));
	us_field *fields = calloc(n + 1, sizeof(*fields));
	const char *name;
	json_t *unused;

	if (!shape || !fields) {
		free(shape);
		free(fields);
		return NULL;
	}
	*shape = (us_shape){ what, fields, 0 };
	json_object_foreach((json_t *)names, name, unused)
	{
		fields[shape->n++].name = name;
	}
	return shape;
}

void us_shape_free(us_shape *shape)
{
	if (!shape)
		return;
	free((us_field *)shape->fields);
	free(shape);
}
