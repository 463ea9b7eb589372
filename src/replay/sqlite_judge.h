#ifndef SQLITE_JUDGE_H
#define SQLITE_JUDGE_H

#include "sqlite_facts.h"
#include "sqlite_past.h"
#include "sqlite_stages.h"

/* Puts into s the keys that the script touches: what differs between two of its
 * states. `subjects` are its statements' (n of them). */
typedef struct {
	us_states *states;
	us_arena *arena;
	lite_bench *bench;
	const us_script *script;
	const lite_stages *stages;
	const lite_past *past;
	const lite_schema *live;
	lite_names *done; /* keys of the tables before */
} lite_judging;

US_MUST us_code lite_put_keys(const lite_judging *j, us_err *err);

#endif
