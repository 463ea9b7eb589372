#ifndef ASK_H
#define ASK_H

#include <jansson.h>

#include "check.h"
#include "scratch.h"
#include "unstick/policy.h"

/* A policy on disk and what it is asked. Zero-initialise all but `text`. */
typedef struct {
	const char *text;  /* policies/p.lua below the scratch folder */
	const char *kase;  /* JSON merged over an ordinary case, or NULL */
	us_case_kind kind; /* US_CASE_FAILURE unless said otherwise */
	us_limits limits;  /* roomy unless said otherwise */
	const char *with;  /* JSON, or NULL */
	us_policy_outside outside;
} question;

extern const us_limits roomy;

us_code load_policy(
	us_policies **out, const scratch *s, const question *q, us_err *err);
/* An ordinary failed case. The caller's. */
json_t *make_case(const char *changes);
/* Loads and asks once. What fails is *err's. */
us_code ask(const scratch *s, const question *q, us_verdict *out, us_err *err);

/* Asks a handler `failure` of this body and expects a stop whose reason has `part`.
 */
void expect_stop(const scratch *s, const char *body, const char *part);

#endif
