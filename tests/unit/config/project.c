#include "project.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

typedef struct {
	scratch files;
	char *before;
} project;

/* Whatever the developer's shell says must not decide a test. */
static void forget_environment(void)
{
	static const char *const names[] = { "DATABASE_URL", "DIRECT_URL",
		"SHADOW_DATABASE_URL", "PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK", "X",
		"Y", "SSL_CERT_FILE", "PGSSLROOTCERT", "UNSTICK_DATABASE_URL",
		"UNSTICK_MIGRATIONS", "UNSTICK_SCHEMA", "UNSTICK_CONFIG",
		"UNSTICK_FORMAT", "UNSTICK_EVIDENCE", "UNSTICK_QUIET",
		"UNSTICK_VERBOSE", "UNSTICK_DEADLINE", "UNSTICK_ATTEMPTS",
		"UNSTICK_POOLER", "UNSTICK_ON_UNRESOLVED", "UNSTICK_LOCK_TIMEOUT",
		"UNSTICK_STATEMENT_TIMEOUT", "UNSTICK_SHADOW_URL",
		"UNSTICK_PRISMA_ENGINE" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(unsetenv(names[i]), 0);
}

int project_open(void **state)
{
	project *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	*state = p;
	forget_environment();
	p->before = getcwd(NULL, 0);
	assert_non_null(p->before);
	scratch_open(&p->files);
	assert_int_equal(chdir(p->files.path), 0);
	return 0;
}

int project_close(void **state)
{
	project *p = *state;
	int rc = chdir(p->before);

	forget_environment();
	scratch_close(&p->files);
	free(p->before);
	free(p);
	return rc;
}

void project_write(void **state, const char *name, const char *text)
{
	const project *p = *state;

	scratch_write(&p->files, name, text);
}

us_config *project_load(const us_options *opt)
{
	const us_options nothing = { 0 };
	us_config *c = NULL;
	us_err err = { 0 };

	assert_ok(us_config_load(&c, opt ? opt : &nothing, &err), &err);
	assert_non_null(c);
	return c;
}

void project_refuses(const us_options *opt, us_code code, const char *message)
{
	const us_options nothing = { 0 };
	us_config *c = NULL;
	us_err err = { 0 };
	us_code rc = us_config_load(&c, opt ? opt : &nothing, &err);

	assert_string_equal(err.msg, message);
	assert_int_equal(rc, code);
	assert_null(c);
}
