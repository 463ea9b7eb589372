#ifndef PROCESS_PROGRAM_H
#define PROCESS_PROGRAM_H

#include "unstick/str.h"

/* Where a command's first word leads: itself if it has a slash, else the first file
 * of that name in PATH that may be run. *out is the caller's; NULL and errno if
 * there is none. */
US_MUST us_code program_find(char **out, const char *word, us_err *err);

#endif
