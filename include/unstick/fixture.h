#ifndef US_FIXTURE_H
#define US_FIXTURE_H

#include <jansson.h>

#include "unstick/plan.h"

/* A real case on paper: what policies and the guard need to decide it again without
 * its database, and nothing that must not leave it. docs/json.md has the format,
 * whose keys are only ever added within a schema. */

#define US_FIXTURE_SCHEMA 1

/* Makes it of a judged case. No password, no value of a DETAIL, no query of another
 * session, no host. *out is the caller's. */
US_MUST us_code us_fixture_make(
	json_t **out, const us_run *run, const us_judgement *j, us_err *err);
/* Writes it to a new file. */
US_MUST us_code us_fixture_write(
	const json_t *fixture, const char *path, us_err *err);

/* Owned: release with us_fixture_fini(). */
typedef struct {
	us_case_kind kind;
	json_t *kase;
	us_permits permits;
} us_fixture;

/* US_E_CONFIG: it is none, of a newer unstick, or a value has another type than
 * policies are promised (named by its path). */
US_MUST us_code us_fixture_read(us_fixture *out, const char *path, us_err *err);
void us_fixture_fini(us_fixture *f);

/* What a case that was made by hand says about the guard: its `permitted`,
 * `not_permitted` and candidates. */
US_MUST us_code us_fixture_permits(
	us_permits *out, const json_t *kase, us_err *err);

/* Asks the policies and the guard. *view gets the case object with verdict, guard,
 * outcome and (if traced) trace. */
US_MUST us_code us_fixture_decide(json_t **view, us_outcome *outcome,
	const us_fixture *f, us_policies *policies, bool allow_override,
	us_err *err);

#endif
