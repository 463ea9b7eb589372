#ifndef CATALOG_SESSION_H
#define CATALOG_SESSION_H

#include "kinds.h"

/* SET search_path, as set_config() is given it: "a, b". */
void session_set_path(const step *s, const char *list);
/* It may have been set to anything. */
void session_lose_path(const step *s);

#endif
