/* One case on a real history, made by hand: of which nothing is known, or all. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

static const char script_text[] =
	"CREATE TABLE a (x INT);\nCREATE ROLE r PASSWORD 's3cr3t';";

static char *poison(void)
{
	return (char *)(uintptr_t)POISON;
}

int open_case(void **state)
{
	fixture *f = calloc(1, sizeof(*f));
	us_err err = { 0 };

	assert_non_null(f);
	*state = f;
	world_init(&f->w);
	world_folder(&f->w, NAME, script_text);
	f->config.attempts = 3;
	f->ground = (us_ground){
		.config = &f->config, .history = world_load(&f->w), .db = f->w.db
	};
	f->record = (us_record){ .id = "1",
		.checksum = "c",
		.name = NAME,
		.started_at = INT64_C(1763827002296123),
		.finished_at = US_NEVER,
		.rolled_back_at = US_NEVER,
		.applied_steps_count = -1 };
	f->records[0] = &f->record;
	f->entry = (us_entry){ .name = NAME,
		.migration = US_NO_MIGRATION,
		.records = f->records,
		.nrecords = 1 };
	f->kase = (us_case){ .entry = &f->entry };
	f->e = (us_evidence){ .kind = US_CASE_FAILURE,
		.age_seconds = -1,
		.atomic = US_UNSURE,
		.edited = US_UNSURE };
	assert_ok(us_guard_permits(&f->permits, &f->ground, &f->kase, &f->e, &err),
		&err);
	return 0;
}

int close_case(void **state)
{
	fixture *f = *state;

	us_permits_fini(&f->permits);
	us_script_free(f->e.script);
	world_fini(&f->w);
	free(f);
	return 0;
}

void know_everything(fixture *f)
{
	us_err err = { 0 };

	f->record.id = f->record.checksum = f->record.logs = POISON;
	f->record.finished_at = f->record.rolled_back_at = f->record.started_at;
	f->record.applied_steps_count = 1;
	f->entry.name = POISON;
	f->entry.migration = 0;
	assert_ok(us_script_split(&f->e.script, "sqlite", script_text,
			  strlen(script_text), &err),
		&err);
	f->whys[0] = f->whys[1] = f->left[0] = poison();
	f->member[1] = f->member[2] = true;
	f->running = (us_running){ poison(), poison(), poison(), poison(), 7, true,
		poison() };
	f->candidate = (us_candidate){ .name = POISON };
	f->e.prefixes = (us_prefixes){ true, 2, f->member };
	f->e.proof = US_PROOF_LEDGER;
	f->e.atomic = f->e.edited = US_YES;
	f->e.error = (us_logged_error){
		.present = true, .code = poison(), .message = poison(), .line = 2
	};
	f->e.error_statement = 2;
	f->e.statements = f->states;
	f->e.statement_why = f->whys;
	f->e.activity_visible = true;
	f->e.running = &f->running;
	f->e.nrunning = 1;
	f->e.candidates = &f->candidate;
	f->e.ncandidates = 1;
	f->e.leftovers = (us_strs){ f->left, 1, 1 };
	f->e.attempts = 5;
	f->e.age_seconds = 86400;
	f->e.why = f->e.rerun_why = poison();
	for (size_t i = 0; i < US_ACTIONS; i++) {
		free(f->permits.why[i]);
		f->permits.why[i] = strdup(POISON);
		assert_non_null(f->permits.why[i]);
	}
}

json_t *view(const fixture *f, bool details)
{
	json_t *v = us_view_case(&f->ground, &f->kase, &f->e, &f->permits, details);

	assert_non_null(v);
	return v;
}

json_t *at(json_t *v, const char *path)
{
	const char *key = path;

	for (size_t n; *key; key += n + (key[n] == '.')) {
		n = strcspn(key, ".");
		v = json_is_array(v) ? json_array_get(v, strtoul(key, NULL, 10))
				     : json_object_getn(v, key, n);
		if (!v)
			fail_msg("%s: there is no %s", path, key);
	}
	return v;
}
