#ifndef EVAL_TABLE_H
#define EVAL_TABLE_H

#include <stdbool.h>

#include "corpus.h"
#include "options.h"
#include "work.h"

/* What the findings come to, on stdout: the same text for the same findings. */
void table_print(const findings *all, const corpus *c, bool together);
void table_losses(const findings *all);
/* Those of one grade; "harm"; "visible": ranges over what the schema shows; "bad":
 * whatever makes the run fail. */
void table_list(const findings *all, const char *which);

/* False if something fell short of what is promised; says what. */
bool table_judge(const findings *all, const corpus *c, const options *o);

#endif
