/* Findings on their way from a worker to its parent. */
#include "finding.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static int order(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

int finding_compare(const void *a, const void *b)
{
	const finding *x = a, *y = b;
	int by = strcmp(x->project, y->project);

	if (!by)
		by = order(x->place, y->place);
	if (!by)
		by = order(x->trial, y->trial);
	if (!by)
		by = order(x->k, y->k);
	return by || x->trial != TRIAL_SUBSET ? by : strcmp(x->ran, y->ran);
}

void finding_write(const finding *f, FILE *to)
{
	json_t *v = json_pack("{s:s, s:s, s:I, s:i, s:I, s:I, s:s?, s:i, s:s, s:s, "
			      "s:b, s:s?, s:b, s:s,"
			      " s:s?, s:s?, s:b, s:b}",
		"project", f->project, "migration", f->migration, "place",
		(json_int_t)f->place, "trial", (int)f->trial, "n", (json_int_t)f->n,
		"k", (json_int_t)f->k, "ran", f->ran, "grade", (int)f->grade,
		"prefixes", f->prefixes, "same", f->same, "observable",
		f->observable, "loss", f->loss, "loss_shows", f->loss_shows, "said",
		f->said, "harm", f->harm, "proof", f->proof, "rows", f->rows,
		"drift", f->drift);

	if (!v || json_dumpf(v, to, JSON_COMPACT) != 0 || fputc('\n', to) == EOF)
		die("can't write a finding");
	json_decref(v);
}

static char *text_of(const json_t *v, const char *name)
{
	return copy_of(json_string_value(json_object_get(v, name)));
}

static size_t number_of(const json_t *v, const char *name)
{
	return (size_t)json_integer_value(json_object_get(v, name));
}

bool finding_read(finding *f, FILE *from)
{
	json_t *v = json_loadf(from, JSON_DISABLE_EOF_CHECK, NULL);

	if (!v && !feof(from))
		die("a worker's findings end in the middle");
	if (!v)
		return false;
	*f = (finding){ .project = text_of(v, "project"),
		.migration = text_of(v, "migration"),
		.place = number_of(v, "place"),
		.trial = (trial)number_of(v, "trial"),
		.n = number_of(v, "n"),
		.k = number_of(v, "k"),
		.ran = text_of(v, "ran"),
		.grade = (grade)number_of(v, "grade"),
		.prefixes = text_of(v, "prefixes"),
		.same = text_of(v, "same"),
		.observable = json_is_true(json_object_get(v, "observable")),
		.loss = text_of(v, "loss"),
		.loss_shows = json_is_true(json_object_get(v, "loss_shows")),
		.said = text_of(v, "said"),
		.harm = text_of(v, "harm"),
		.proof = text_of(v, "proof"),
		.rows = json_is_true(json_object_get(v, "rows")),
		.drift = json_is_true(json_object_get(v, "drift")) };
	json_decref(v);
	return true;
}

void finding_free(finding *f)
{
	free(f->project);
	free(f->migration);
	free(f->ran);
	free(f->prefixes);
	free(f->same);
	free(f->loss);
	free(f->said);
	free(f->harm);
	free(f->proof);
	*f = (finding){ 0 };
}

bool finding_is_bad(const finding *f)
{
	return f->grade == GRADE_WRONG || f->grade == GRADE_ALARM ||
	       f->grade == GRADE_UNTOLD || f->grade == GRADE_OTHER || f->harm;
}
