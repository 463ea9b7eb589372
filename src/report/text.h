#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "page.h"
#include "words.h"

/* The sections of the text report. Each prints what is known of the JSON it is
 * given and skips what isn't. `run` is the whole document, `kase` one of its cases.
 */

/* ---- status ---- */

void text_status(page *p, const json_t *run);

/* ---- one case ---- */

/* Everything about a case, as audit, resolve and explain show it. */
void text_case(page *p, const json_t *run, const json_t *kase);

/* What was found: began, state of K, error, who is at it, leftovers, candidates. */
void text_found(page *p, const json_t *run, const json_t *kase);
/* The same records asked again under their folder's name: what that adds. */
void text_renamed(page *p, const json_t *then);
/* --trace: who was asked, what each read and answered. */
void text_trace(page *p, const json_t *kase);
/* What was decided, by whom, and what the guard says to it. */
void text_decided(page *p, const json_t *kase);
/* The SQL; only what is asked for by the command or --verbose. */
void text_actions(page *p, const json_t *run, const json_t *kase);
void text_outcome(page *p, const json_t *run, const json_t *kase);
void text_permitted(page *p, const json_t *kase);
/* The commands to choose from, each with when it is right. */
void text_next(page *p, const json_t *run, const json_t *kase);
/* Statement by statement, then the records. */
void text_statements(page *p, const json_t *kase);
void text_records(page *p, const json_t *kase);

/* ---- `unstick policy api`, `new` and `check` ---- */

/* False: it was none of these. */
bool text_policy(page *p, const json_t *run);

/* ---- the last line ---- */

void text_summary(page *p, const json_t *run);

/* ---- shared by sections ---- */

/* The newest record that is neither finished nor rolled back, or NULL. */
const json_t *failed_record(const json_t *kase);
/* "began ..., 3 hours ago": nothing if neither is known. True if it said something.
 */
bool say_began(page *p, const json_t *kase);
/* Somebody is seen or suspected to be still at it. */
bool is_in_progress(const json_t *kase);
/* The command only looks: nothing is done, whatever is decided. */
bool is_dry(const json_t *run);
/* It looks at a recorded case, which may be long over. */
bool is_replay(const json_t *run);
/* Nothing more is to be done about it: planned (by a dry command) or done. */
bool is_settled(const json_t *run, const json_t *kase);
/* The verdict that counts: the one under its new name, if there is one. */
const json_t *last_verdict(const json_t *kase);

#endif
