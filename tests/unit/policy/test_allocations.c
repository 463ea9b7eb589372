/* Out of memory at every point: the n-th allocation fails, for every n until there
 * is none left to fail. Lua's allocations are our own (limits.c), so they are among
 * them; the linker sends all of ours through here (--wrap). Under ASan nothing may
 * leak. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"

/* When to fail: from the first-th on, for so many. */
static long first, failing, made;

static bool fails(void)
{
	made++;
	return failing > 0 && made >= first && made < first + failing;
}

/* The linker chose these names.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t n);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t n);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t n)
{
	return fails() ? NULL : __real_realloc(old, n);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static us_code open_file(us_db **out, void *ctx, us_err *err)
{
	static char provider[] = "sqlite";
	us_url url = { .provider = provider, .path = ctx };

	return us_db_open(out, &url, US_DB_READ, err);
}

static const char text[] =
	"local words = require('builtin.words')\n"
	"local lib = require('lib')\n"
	"return { summary = 'x', failure = function(case, db, with)\n"
	"  local t = {}\n"
	"  for k, v in pairs(case) do t[#t + 1] = k .. tostring(v) end\n"
	"  for _, e in ipairs(case.history) do t[#t + 1] = e.name end\n"
	"  pcall(error, 'x') pcall(string.rep, 'x', 1000)\n"
	"  local rows = db:query('select ? as a, 7 as b', 'x')\n"
	"  pcall(db.query, db, 'delete from u')\n"
	"  log.info(table.concat(t, ' '))\n"
	"  if with.breaks then error(t) end\n"
	"  return verdict.skip(words.progress(case) .. lib .. rows[1].a ..\n"
	"    rows[1].b .. with.a.b[1])\n"
	"end }";

static void forget(void *ctx, const char *level, const char *remark)
{
	(void)ctx, (void)level, (void)remark;
}

/* Loads and asks with the next allocations failing as `first` and `failing` say.
 * True: it went as if nothing had been. */
static bool survives(const scratch *s, const char *with, us_action expected)
{
	char *path = scratch_path(s, "policies/p.lua");
	char *file = scratch_path(s, "app.db");
	json_t *settings = json_loads(with, 0, NULL), *kase = make_case(NULL);
	us_policy_file listed = { .path = path, .with = settings };
	us_config config = {
		.policies = &listed, .policies_len = 1, .limits = roomy
	};
	us_policy_outside outside = { .db = { open_file, file }, .log = forget };
	us_policies *p = NULL;
	us_verdict v = { 0 };
	us_err err = { 0 };
	long n = failing;
	bool done;
	us_code rc;

	failing = 0;
	scratch_write(s, "policies/p.lua", text);
	made = 0;
	failing = n;
	rc = us_policies_load(&p, &config, &outside, &err);
	if (rc == US_OK)
		rc = us_policies_decide(p, US_CASE_FAILURE, kase, &v, &err);
	us_policies_free(p);
	failing = 0;
	done = rc == US_OK && v.action == expected && made < first;
	if (rc == US_OK)
		assert_true(v.given &&
			    (v.action == expected || v.action == US_ACTION_STOP));
	else
		assert_true(rc == US_E_NOMEM || rc == US_E_POLICY);
	us_verdict_fini(&v);
	json_decref(settings);
	json_decref(kase);
	free(path);
	free(file);
	failing = n;
	return done;
}

/* Lua tries a failed allocation once more, after collecting garbage: one failure
 * alone tests ours, two in a row its. */
static void every_allocation_may_fail(void **state)
{
	static const struct {
		const char *with;
		us_action expected;
	} rows[] = { { "{\"a\": {\"b\": [1]}}", US_ACTION_SKIP },
		{ "{\"a\": {\"b\": [1]}, \"breaks\": true}", US_ACTION_STOP } };
	static const long lengths[] = { 1, 2, 1L << 40 };

	scratch_write(*state, "policies/lib.lua", "return 'lib'");
	scratch_write(*state, "app.db", "");
	for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			failing = lengths[i];
			for (first = 1;
				!survives(*state, rows[r].with, rows[r].expected);
				first++)
				;
			failing = 0;
			assert_true(first > 500);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
