#ifndef US_STOP_H
#define US_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* A wish from outside that this run ends: a descriptor that becomes readable and
 * stays so (a signalfd that nobody reads). Borrowed by whoever is given one; NULL
 * is nobody's wish. */
typedef struct {
	int fd;
} us_stop;

bool us_stop_asked(const us_stop *s);

/* us_sleep_ms() that the wish cuts short. */
void us_stop_sleep(const us_stop *s, int64_t ms);

#endif
