#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "unstick/when.h"

/* jansson's "_new" setters take ownership and accept NULL values (they fail then),
 * so a missing piece makes the whole object fail at the end: check once. */

/* Text for people or machines: masked, ill-formed UTF-8 replaced; null for NULL. */
json_t *view_text(const char *text, bool details);
/* The same of n bytes. */
json_t *view_textn(const char *bytes, size_t n, bool details);
json_t *view_time(us_time t); /* RFC 3339, or null */
json_t *view_count(size_t n);
/* n, or null where 0 means "not known". */
json_t *view_position(size_t n);
json_t *view_tristate(int t); /* of us_tristate: true, false, null */

/* Sets a key to a value it takes over; false (and *ok false) when out of memory. */
void view_set(json_t *object, bool *ok, const char *key, json_t *value);
void view_append(json_t *array, bool *ok, json_t *value);
/* The object if ok, else NULL with the object released. */
json_t *view_done(json_t *value, bool ok);

#endif
