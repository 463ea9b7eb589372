#ifndef TEST_PROJECT_H
#define TEST_PROJECT_H

#include "scratch.h"
#include "unstick/config.h"

/* A project in a scratch directory that is the working directory of the test, with
 * an environment that says nothing. For cmocka's setup and teardown. */
int project_open(void **state);
int project_close(void **state);

/* Writes a file of the project. */
void project_write(void **state, const char *name, const char *text);

/* Loads the configuration, or fails the test. */
us_config *project_load(const us_options *opt);
/* Loads it expecting this error. */
void project_refuses(const us_options *opt, us_code code, const char *message);

#endif
