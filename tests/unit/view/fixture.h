#ifndef FIXTURE_H
#define FIXTURE_H

#include <jansson.h>

#include "unstick/view.h"
#include "world.h"

#define NAME "20240102000000_m"
/* s3cr3t is never seen; pr1vate is a user's value, seen only when asked for. */
#define POISON                                                                     \
	"postgres://app:s3cr3t@db/app password=s3cr3t\n"                           \
	"DETAIL: Key (email)=(pr1vate) already exists."

/* A case on a real history; everything else in it is for the test to say. */
typedef struct {
	world w;
	us_config config;
	us_ground ground;
	us_record record;
	const us_record *records[1];
	us_entry entry;
	us_case kase;
	us_evidence e;
	us_permits permits;
	us_stmt_state states[2];
	char *whys[2];
	us_running running;
	us_candidate candidate;
	bool member[3];
	char *left[1];
} fixture;

/* cmocka's setup and teardown: *state is a fixture of which nothing is known. */
int open_case(void **state);
int close_case(void **state);
#define each(test) cmocka_unit_test_setup_teardown(test, open_case, close_case)

/* Everything that can be known is, and every text is POISON. */
void know_everything(fixture *f);

/* The case as data; the caller's. */
json_t *view(const fixture *f, bool details);
/* "evidence.error.code"; "records.0.id". Borrowed; there must be one. */
json_t *at(json_t *v, const char *path);

#endif
