#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What libFuzzer calls, and our own main() for every seed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert() it stays in every build. */
static inline void must_be(bool true_, const char *what)
{
	if (!true_) {
		fprintf(stderr, "not so: %s\n", what);
		abort();
	}
}
#define must(condition) must_be((condition), #condition)

#endif
