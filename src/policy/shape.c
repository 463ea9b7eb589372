/* The names that values of a case have. A report leaves none of them out, but a
 * JSON from elsewhere may, and a policy may ask for one that was never there. */
#include "shape.h"

#include <stdlib.h>
#include <string.h>

#include "unstick/auto.h"
#include "unstick/str.h"

#define SHAPE(id, title, list) const us_shape id = { title, list, US_LEN(list) }

static const us_field record_fields[] = { { "id", NULL }, { "checksum", NULL },
	{ "started_at", NULL }, { "finished_at", NULL }, { "rolled_back_at", NULL },
	{ "applied_steps_count", NULL }, { "logs", NULL } };
static SHAPE(record_shape, "a record", record_fields);

static const us_field prefix_fields[] = { { "min", NULL }, { "max", NULL } };
static SHAPE(prefix_shape, "applied_prefix", prefix_fields);

static const us_field error_fields[] = { { "code", NULL }, { "message", NULL },
	{ "statement", NULL }, { "line", NULL } };
static SHAPE(error_shape, "the error", error_fields);

static const us_field running_fields[] = { { "pid", NULL }, { "application", NULL },
	{ "state", NULL }, { "query", NULL }, { "query_age_seconds", NULL },
	{ "holds_lock", NULL }, { "why", NULL } };
static SHAPE(running_shape, "a running session", running_fields);

static const us_field candidate_fields[] = { { "name", NULL },
	{ "same_checksum", NULL }, { "same_timestamp", NULL },
	{ "same_place", NULL }, { "only_match", NULL }, { "distance", NULL } };
static SHAPE(candidate_shape, "a candidate", candidate_fields);

static const us_field statement_fields[] = { { "index", NULL }, { "line", NULL },
	{ "kind", NULL }, { "sql", NULL }, { "state", NULL }, { "why", NULL } };
static SHAPE(statement_shape, "a statement", statement_fields);

static const us_field entry_fields[] = { { "name", NULL }, { "state", NULL },
	{ "edited", NULL } };
static SHAPE(entry_shape, "a history entry", entry_fields);

static const us_field evidence_fields[] = { { "state", NULL }, { "proof", NULL },
	{ "why", NULL }, { "prefixes", NULL }, { "applied_prefix", &prefix_shape },
	{ "reruns", NULL }, { "rerun_why", NULL }, { "atomic", NULL },
	{ "edited", NULL }, { "error", &error_shape },
	{ "running", &running_shape }, { "leftovers", NULL },
	{ "candidates", &candidate_shape }, { "statements", &statement_shape } };
static SHAPE(evidence_shape, "the evidence", evidence_fields);

static const us_field case_fields[] = { { "name", NULL }, { "index", NULL },
	{ "directory", NULL }, { "kind", NULL }, { "cause", NULL },
	{ "records", &record_shape }, { "attempts", NULL },
	{ "attempts_left", NULL }, { "age_seconds", NULL },
	{ "deadline_seconds", NULL }, { "evidence", &evidence_shape },
	{ "permitted", NULL }, { "not_permitted", NULL }, { "now", NULL },
	{ "history", &entry_shape }, { "permits", NULL } };
SHAPE(us_case_shape, "the case", case_fields);

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
