/* What a provider found, as memory. */
#include <stdlib.h>

#include "unstick/states.h"

static const char *const statement_states[] = {
	[US_STMT_UNKNOWN] = "unknown",
	[US_STMT_PRESENT] = "present",
	[US_STMT_ABSENT] = "absent",
	[US_STMT_CONFLICT] = "conflict",
	[US_STMT_UNOBSERVABLE] = "unobservable",
};

const char *us_stmt_state_name(us_stmt_state s)
{
	return statement_states[s];
}

us_code us_reading_init(us_reading *r, size_t n, us_err *err)
{
	r->n = n;
	r->prefixes.n = n;
	r->statements = calloc(n + 1, sizeof(*r->statements));
	r->statement_why = calloc(n + 1, sizeof(*r->statement_why));
	r->rerun = calloc(n + 1, sizeof(*r->rerun));
	r->rerun_why = calloc(n + 1, sizeof(*r->rerun_why));
	if (!r->statements || !r->statement_why || !r->rerun || !r->rerun_why)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

static void free_all(char **texts, size_t n)
{
	for (size_t i = 0; texts && i < n; i++)
		free(texts[i]);
	free(texts);
}

void us_reading_fini(us_reading *r)
{
	free(r->prefixes.member);
	free(r->statements);
	free_all(r->statement_why, r->n);
	free(r->rerun);
	free_all(r->rerun_why, r->n + 1);
	us_strs_fini(&r->leftovers);
	free(r->why);
	free(r->unproved);
	*r = (us_reading){ 0 };
}
