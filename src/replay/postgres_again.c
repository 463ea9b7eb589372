/* Can the whole script run from the top, once its first k statements have? Tried,
 * in a transaction that is rolled back: each of the k must change nothing, and the
 * rest must end where the script ends. What may cost rows isn't even tried. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "postgres_impl.h"
#include "unstick/auto.h"
#include "unstick/when.h"

/* A long script of IF NOT EXISTS would be tried from everywhere. */
#define ENOUGH_MS 3000

static us_code give_up(job *j, us_err *err, const char *fmt, ...) US_PRINTF(3, 4);

static us_code give_up(job *j, us_err *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&j->again_why, fmt, ap);
	va_end(ap);
	if (n >= 0)
		return US_OK;
	j->again_why = NULL;
	return us_fail(err, US_E_NOMEM, "out of memory");
}

static us_code run(job *j, size_t i, us_err *err)
{
	us_db_transaction after;

	return shadow_run(&j->shadow, j->found.statements[i].text, &after, err);
}

static us_code unchanged(job *j, size_t k, bool *same, us_err *err)
{
	digest now;
	us_code rc = marks_digest(j->shadow.hand, &now, err);

	*same = rc == US_OK && digest_same(now, j->sums[k]);
	return rc;
}

/* Inside the transaction. A refusal is j->again_why, not an error. */
static us_code try_all(job *j, size_t k, us_err *err)
{
	us_err why = { 0 };
	us_code rc = US_OK;

	for (size_t i = 0; i < j->found.n; i++) {
		bool same = true;

		rc = run(j, i, &why);
		if (rc == US_OK && i < k)
			rc = unchanged(j, k, &same, &why);
		if (rc == US_E_DB)
			return give_up(j, err, "statement %zu can't run again: %s",
				i + 1, why.msg);
		if (rc != US_OK)
			break;
		if (!same)
			return give_up(j, err,
				"statement %zu changes something when it runs "
				"again",
				i + 1);
	}
	if (rc == US_OK)
		rc = marks_digest(j->shadow.hand, &j->ends[k], &why);
	if (rc != US_OK && err)
		*err = why;
	return rc;
}

static us_code try_and_roll_back(job *j, size_t k, us_err *err)
{
	us_db_transaction after;
	us_code rc = shadow_run(&j->shadow, "BEGIN", &after, err);

	if (rc != US_OK)
		return rc;
	rc = try_all(j, k, err);
	if (rc == US_OK)
		rc = shadow_run(&j->shadow, "ROLLBACK", &after, err);
	return rc;
}

/* What keeps statement k (1-based), or the script, from being tried. */
static us_code look_for_reason(job *j, size_t k, us_err *err)
{
	const traits *t = &j->found.statements[k - 1];

	if (!t->repeatable)
		return give_up(j, err,
			"statement %zu may not run twice: it moves or drops what "
			"can hold rows, or what it does can't be foreseen",
			k);
	if (j->trying > ENOUGH_MS)
		return give_up(j, err, "there is too much to try it all");
	for (size_t i = 0; i < j->found.n && !j->again_why; i++) {
		t = &j->found.statements[i];
		if (t->transaction)
			return give_up(
				j, err, "the script has transactions of its own");
		if (t->dependent)
			return give_up(j, err,
				"what statement %zu does may depend on rows",
				i + 1);
	}
	return US_OK;
}

us_code again_try(job *j, size_t k, us_err *err)
{
	int64_t began = us_clock_ms();
	us_code rc;

	if (j->again_why)
		return US_OK;
	rc = look_for_reason(j, k, err);
	if (rc == US_OK && !j->again_why)
		rc = try_and_roll_back(j, k, err);
	if (rc == US_OK && !j->again_why)
		j->again = k;
	j->trying += us_clock_ms() - began;
	return rc;
}

static const char *why_not(const job *j, size_t k)
{
	if (j->failed)
		return j->failed;
	if (k > j->again)
		return j->again_why ? j->again_why : "it was not tried from there";
	return "the script would end in another state than from the start";
}

us_code again_judge(job *j, us_err *err)
{
	us_code rc = US_OK;

	for (size_t k = 0; rc == US_OK && k <= j->found.n; k++) {
		bool ends_well = k == 0 || (k <= j->again && j->known[j->found.n] &&
						   digest_same(j->ends[k],
							   j->sums[j->found.n]));

		j->r->rerun[k] = !j->failed && ends_well;
		if (!j->r->rerun[k])
			rc = us_strdup(&j->r->rerun_why[k], why_not(j, k), err);
	}
	return rc;
}
