#ifndef API_TEXT_H
#define API_TEXT_H

#include <jansson.h>

/* The definitions that `unstick policy api` prints, as data, read by the few forms
 * they are written in:
 *   classes    name -> field -> its type as it is written
 *   functions  table ("" for globals) -> name
 *   tables     global table -> its class
 *   aliases    name -> the words it may be
 * The caller's. */
json_t *api_read(const char *text);

/* One entry of a section; borrowed, never NULL. */
json_t *api_part(const json_t *api, const char *section, const char *name);

#endif
