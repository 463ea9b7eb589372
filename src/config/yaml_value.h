#ifndef CONFIG_YAML_VALUE_H
#define CONFIG_YAML_VALUE_H

#include <yaml.h>

#include "settings.h"

/* What reading unstick.yaml is made of (settings_yaml.c). */

int us_yaml_line(const yaml_node_t *n); /* from 1 */

/* The node of this id in a value's document. */
yaml_node_t *us_yaml_node(const us_value *v, int id);
/* A value within another one, by the name that messages have for it. */
us_value us_yaml_value(const us_value *parent, const char *key, yaml_node_t *node);

/* A key's text, borrowed; refuses what is no plain key, and one that came before.
 */
US_MUST us_code us_yaml_key(const us_value *map, const yaml_node_pair_t *pair,
	const char **out, us_err *err);
/* US_E_CONFIG, with the key that was probably meant or all that are known. */
US_MUST us_code us_yaml_unknown_key(const us_value *map, const char *section,
	const char *key, int line, const char *const *known, size_t n, us_err *err);

/* A mistake that is only noted, where they are put aside, so that the others are
 * found too: then US_OK. */
US_MUST us_code us_yaml_note(const us_value *v, us_code rc, us_err *err);

#endif
