#ifndef EVAL_OPTIONS_H
#define EVAL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	const char *unstick, *corpus;               /* paths */
	const char *project, *migration, *evidence; /* NULL: all, as it likes */
	const char *provider;
	const char *show; /* a grade's name, "harm", "bad"; NULL: no list */
	uint64_t seed;
	unsigned random;  /* histories for each provider; 0: those that are there */
	const char *keep; /* where random ones are left; NULL: nowhere */
	unsigned share;   /* of the migrations, in percent */
	unsigned jobs;
	bool reduce; /* what is bad about prefixes: to what makes it so */
	bool quick;  /* K of the prefixes, and nothing else */
} options;

/* Ends the program on bad usage (64) and after --help (0). */
void options_read(options *o, int argc, char **argv);

#endif
