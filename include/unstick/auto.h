#ifndef US_AUTO_H
#define US_AUTO_H

#include <stdio.h>
#include <stdlib.h>

/* Scope-bound release. Not for functions that may raise a Lua error:
 * longjmp does not run these. */
#define US_AUTO(fn) __attribute__((cleanup(fn)))

static inline void auto_str(char **p)
{
	free(*p);
}
static inline void auto_file(FILE **p)
{
	if (*p)
		fclose(*p);
}

/* Hand the value on and disarm the cleanup. */
#define US_STEAL(p)                                                                \
	__extension__({                                                            \
		__typeof__(p) stolen_ = (p);                                       \
		(p) = NULL;                                                        \
		stolen_;                                                           \
	})

#define US_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
