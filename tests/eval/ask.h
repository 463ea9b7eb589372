#ifndef EVAL_ASK_H
#define EVAL_ASK_H

#include <stdbool.h>
#include <stddef.h>

/* The real program, started as anybody would start it. */

typedef struct {
	const char *program;
	const char *folder;     /* where it runs: nothing of ours is in there */
	const char *migrations; /* the project's directory */
	const char *evidence;   /* catalog, replay; NULL: as it likes */
	const char *shadow;     /* URL; NULL: none */
} asker;

/* What it says about one migration. */
typedef struct {
	bool about;   /* there is a case of that name */
	bool known;   /* K is */
	bool *member; /* n + 1 of them, where it is */
	size_t n;     /* statements, as unstick sees them */
	char *state, *kind, *proof, *why, *outcome;
	bool applied, rolled_back; /* permitted */
	size_t leftovers;
	char *error; /* it couldn't tell anything: exit status and message */
} answer;

void ask(answer *a, const asker *who, const char *url, const char *migration);
void answer_free(answer *a);

#endif
