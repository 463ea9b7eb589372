#ifndef US_YAML_JSON_H
#define US_YAML_JSON_H

#include "settings.h"

struct json_t;

/* A mapping as a JSON object, scalars typed as YAML 1.2's core schema has them.
 * *out is the caller's (json_decref). Private to src/config. */
US_MUST us_code us_yaml_object(struct json_t **out, const us_value *v, us_err *err);

/* The line of each of its keys, by the same names; of a mapping that
 * us_yaml_object() has taken. *out is the caller's. */
US_MUST us_code us_yaml_lines(struct json_t **out, const us_value *v, us_err *err);

#endif
