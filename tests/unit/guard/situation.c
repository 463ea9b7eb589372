/* The guard's input, made by hand: it reads memory only. */
#include "situation.h"

#include <string.h>

#include "check.h"

#define RERUN_WHY "statement 1 would fail"
#define UNPROVED "index i: predicate x"

us_script *situation_script(void)
{
	static const char text[] =
		"CREATE TABLE a (x INT);\nCREATE TABLE b (x INT);";
	us_script *script = NULL;
	us_err err = { 0 };

	assert_ok(
		us_script_split(&script, "sqlite", text, strlen(text), &err), &err);
	return script;
}

static us_prefixes prefixes_of(ground_truth *t, const char *k)
{
	us_prefixes prefixes = { .known = k != NULL, .n = 2 };

	if (!k)
		return prefixes;
	prefixes.n = strlen(k) - 1;
	prefixes.member = t->member;
	assert_true(prefixes.n < sizeof(t->member) / sizeof(*t->member));
	for (size_t i = 0; i <= prefixes.n; i++)
		t->member[i] = k[i] == '1';
	return prefixes;
}

void situation_take(ground_truth *t, const situation *s, us_script *script)
{
	*t = (ground_truth){ 0 };
	t->left[0] = (char *)(uintptr_t) "the INVALID index a_x_idx";
	t->left[1] = (char *)(uintptr_t) "the table new_User";
	memcpy(t->rerun_why, RERUN_WHY, sizeof(RERUN_WHY));
	memcpy(t->unproved, UNPROVED, sizeof(UNPROVED));
	t->config = (us_config){ .on_unresolved = s->on_unresolved,
		.lock_disabled = s->lock_disabled,
		.allow_override = s->allow_override };
	t->ops = (us_db_ops){ .provider = s->sqlite ? "sqlite" : "postgresql" };
	t->db = (us_db){ .ops = &t->ops };
	t->ground = (us_ground){ .config = &t->config,
		.db = &t->db,
		.have_lock = s->have_lock,
		.dry = s->dry };
	t->other = (us_record){ .finished = true,
		.rolled_back = s->other == ANOTHER_UNDONE };
	t->records[0] = &t->other;
	t->entry = (us_entry){ .name = "20240102000000_m",
		.migration = s->disk == NO_FOLDER ? US_NO_MIGRATION : 1,
		.records = t->records,
		.nrecords = s->other == NO_OTHER ? 0 : 1,
		.edited = s->edited };
	t->kase = (us_case){ .entry = &t->entry, .moved = s->moved };
	t->evidence = (us_evidence){ .kind = s->kind,
		.prefixes = prefixes_of(t, s->k),
		.unproved = s->unproved ? t->unproved : NULL,
		.proof = s->proved ? US_PROOF_LEDGER : US_PROOF_CATALOG,
		.lasting = (s->k ? strlen(s->k) - 1 : 2) - s->session,
		.edited = s->edited,
		.activity_visible = s->visible,
		.script = s->disk == HAS_SCRIPT ? script : NULL,
		.candidates = (us_candidate *)(uintptr_t)s->candidates,
		.ncandidates = s->ncandidates,
		.reruns = s->reruns,
		.rerun_why = s->reruns ? NULL : t->rerun_why,
		.leftovers = { .items = t->left, .len = (size_t)s->leftovers } };
}

us_permits situation_permits(const ground_truth *t)
{
	us_permits p = { 0 };
	us_err err = { 0 };

	assert_ok(us_guard_permits(&p, &t->ground, &t->kase, &t->evidence, &err),
		&err);
	return p;
}

us_guard situation_check(const ground_truth *t, const us_permits *p, us_action a,
	bool override, const char *to)
{
	const us_verdict v = { .given = true,
		.action = a,
		.override = override,
		.seconds = -1,
		.to = (char *)(uintptr_t)to };
	us_guard g = { 0 };
	us_err err = { 0 };

	assert_ok(us_guard_check(&g, p, t->ground.config->allow_override, &v, &err),
		&err);
	return g;
}
