#ifndef DECIDE_H
#define DECIDE_H

#include <stddef.h>

/* Loads the bytes as a policy within tight limits and asks it about a case of each
 * kind, three times. Aborts unless each answer is none, or a verdict that is fit to
 * be shown and acted upon. */
void decide(const char *lua, size_t len);

#endif
