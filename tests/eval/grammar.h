#ifndef EVAL_GRAMMAR_H
#define EVAL_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

#include "lab.h"

/* Texts by chance, from a grammar that is a text itself. A line at the margin names
 * a rule; the indented lines below it are its alternatives, of which one is taken,
 * "5: ..." five times as often. "pick NAME" is one of what a query finds in the
 * database as it is: what there is, nobody keeps account of. In an alternative
 * stands for itself all but <rule>     a text of that rule <X=rule>   likewise, and
 * <X> is the same text from there on, in a query $X a literal of it <X:rule>   said
 * nowhere yet, only chosen for <X> and $X <rule?>    half of the time nothing
 *   <rule+>    one to four of them, with commas between */
typedef struct grammar grammar;

/* die()s on a text that isn't one. */
grammar *grammar_new(const char *text);
void grammar_free(grammar *g);

/* NULL if a query found nothing to pick. free(). l has a copy: the queries run in
 * its session. */
char *grammar_say(const grammar *g, const char *name, uint64_t *dice, lab *l);

/* The same SQL, spelled as nobody would: comments and line ends for blanks, another
 * case where case is nothing. free(). */
char *grammar_respell(const char *sql, uint64_t *dice);

#endif
