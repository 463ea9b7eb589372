#ifndef EVAL_SAY_H
#define EVAL_SAY_H

#include <stddef.h>

/* A measuring tool has nothing to recover: what it can't do ends it, loudly. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* asprintf() and calloc() that die() rather than fail; free() what they return. */
char *textf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *room_for(size_t n, size_t size);
char *copy_of(const char *text); /* NULL for NULL */

#endif
