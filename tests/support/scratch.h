#ifndef SCRATCH_H
#define SCRATCH_H

#include <stddef.h>

/* A temporary directory of a test; everything below it goes with it. All of these
 * end the test on failure. */
typedef struct {
	char path[256];
} scratch;

void scratch_open(scratch *s);
void scratch_close(scratch *s);
/* The same for cmocka: *state is a scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);
/* "<scratch>/<name>"; a static-free copy, the caller's. */
char *scratch_path(const scratch *s, const char *name);
/* Writes a file below it, with the folders it needs. */
void scratch_write(const scratch *s, const char *name, const char *text);
void scratch_write_bytes(
	const scratch *s, const char *name, const void *bytes, size_t n);

#endif
