/* Connecting: what is told when it fails, and whose word counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "talk.h"
#include "unstick/when.h"

static int open_cluster(void **state)
{
	cluster_db *c = calloc(1, sizeof(*c));

	cluster_db_open(c);
	*state = c;
	return 0;
}

static int close_cluster(void **state)
{
	cluster_db_close(*state);
	free(*state);
	return 0;
}

/* Must fail to connect; the words are one line. */
static void refused(const us_url *url, us_err *err)
{
	us_db *db;

	*err = (us_err){ 0 };
	assert_int_equal(us_db_open(&db, url, US_DB_READ, err), US_E_CONNECT);
	assert_null(db);
	assert_null(strchr(err->msg, '\n'));
	assert_null(strstr(err->msg, "postgresql://"));
}

static void a_database_that_is_not_there_keeps_its_sqlstate(void **state)
{
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_err err;

	url.database = (char *)"no_such_database";
	refused(&url, &err);
	assert_string_equal(err.sqlstate, "3D000");
	assert_non_null(
		strstr(err.msg, "database \"no_such_database\" does not exist"));
	assert_null(strstr(err.msg, "3D000"));
	assert_null(strstr(err.msg, "LOCATION"));
}

static void a_wrong_password_keeps_its_sqlstate_and_is_not_shown(void **state)
{
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_err err;

	cluster_exec(c,
		"DO $$ BEGIN CREATE ROLE unstick_password LOGIN PASSWORD 'right';"
		" EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$");
	url.user = (char *)"unstick_password";
	url.password = (char *)"s3cr3t-failed";
	refused(&url, &err);
	assert_string_equal(err.sqlstate, "28P01");
	assert_null(strstr(err.msg, "s3cr3t"));
	/* Even a password that is part of libpq's words. */
	url.password = (char *)"authentication";
	refused(&url, &err);
	assert_null(strstr(err.msg, "authentication"));
	assert_non_null(strstr(err.msg, "password *** failed for user"));
	url.password = (char *)"right";
	us_db_close(talk_open(&url, US_DB_READ));
}

static void no_server_is_told_with_the_place_that_was_tried(void **state)
{
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_err err;

	url.port = (char *)"1";
	refused(&url, &err);
	assert_string_equal(err.sqlstate, "");
	assert_non_null(strstr(err.msg, c->socket));
	assert_non_null(strstr(err.msg, ".s.PGSQL.1"));
}

static void a_server_that_never_answers_is_given_up(void **state)
{
	us_url_setting settings[] = { { (char *)"connect_timeout", (char *)"1" } };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const cluster_db *c = *state;
	us_url url = c->parts;
	int64_t start = us_clock_ms();
	us_err err;
	scratch dir;
	int fd;

	scratch_open(&dir);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/.s.PGSQL.5432",
		dir.path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0); /* and nobody accepts */
	url.host = dir.path;
	url.settings = settings;
	url.settings_len = 1;
	refused(&url, &err);
	assert_non_null(strstr(err.msg, "in 1 s"));
	assert_in_range(us_clock_ms() - start, 900, 5000);
	close(fd);
	scratch_close(&dir);
}

/* Set for the time of one connection. */
static const char *const foreign[][2] = {
	{ "PGHOST", "/nowhere" },
	{ "PGPORT", "1" },
	{ "PGDATABASE", "nowhere" },
	{ "PGUSER", "nobody_at_all" },
	{ "PGSSLMODE", "verify-full" },
	{ "PGCLIENTENCODING", "LATIN1" },
};

static void pg_variables_do_not_override_the_url(void **state)
{
	const cluster_db *c = *state;
	us_db *db;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		setenv(foreign[i][0], foreign[i][1], 1);
	db = talk_open(&c->parts, US_DB_READ);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		unsetenv(foreign[i][0]);
	talk_expect(db, "SELECT current_user, current_setting('client_encoding')",
		"postgres|UTF8\n");
	us_db_close(db);
}

static void a_variable_that_would_lead_elsewhere_is_refused(void **state)
{
	const cluster_db *c = *state;
	us_err err = { 0 };
	us_db *db;

	setenv("PGHOSTADDR", "192.0.2.1", 1);
	assert_int_equal(us_db_open(&db, &c->parts, US_DB_READ, &err), US_E_CONFIG);
	unsetenv("PGHOSTADDR");
	assert_non_null(strstr(err.msg, "PGHOSTADDR"));
}

static void the_application_has_a_name_unless_the_url_gives_one(void **state)
{
	us_url_setting settings[] = { { (char *)"application_name",
		(char *)"my app" } };
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_db *db = talk_open(&url, US_DB_READ);

	talk_expect(db, "SELECT current_setting('application_name')", "unstick\n");
	us_db_close(db);
	url.settings = settings;
	url.settings_len = 1;
	db = talk_open(&url, US_DB_READ);
	talk_expect(db, "SELECT current_setting('application_name')", "my app\n");
	us_db_close(db);
}

static void another_provider_is_a_matter_of_configuration(void **state)
{
	us_url url = { .provider = (char *)"mysql" };
	us_err err = { 0 };
	us_db *db;

	(void)state;
	assert_int_equal(us_db_open(&db, &url, US_DB_READ, &err), US_E_CONFIG);
	assert_non_null(strstr(err.msg, "mysql"));
	us_db_close(NULL);
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, open_cluster, close_cluster)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_database_that_is_not_there_keeps_its_sqlstate),
		TEST(a_wrong_password_keeps_its_sqlstate_and_is_not_shown),
		TEST(no_server_is_told_with_the_place_that_was_tried),
		TEST(a_server_that_never_answers_is_given_up),
		TEST(pg_variables_do_not_override_the_url),
		TEST(a_variable_that_would_lead_elsewhere_is_refused),
		TEST(the_application_has_a_name_unless_the_url_gives_one),
		cmocka_unit_test(another_provider_is_a_matter_of_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
