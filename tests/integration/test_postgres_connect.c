/* Connecting: what is told when it fails, and whose word counts. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "talk.h"
#include "unstick/when.h"

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
		/* PostgreSQL 13 would keep it as MD5, which pg_hba.conf won't have
		 */
		"DO $$ BEGIN SET LOCAL password_encryption = 'scram-sha-256';"
		" CREATE ROLE unstick_password LOGIN PASSWORD 'right';"
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
	{ "PGTARGETSESSIONATTRS", "standby" },
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

static const char *const elsewhere[][2] = {
	{ "PGHOSTADDR", "192.0.2.1" },
	{ "PGSERVICE", "production" },
	{ "PGOPTIONS", "-c search_path=elsewhere" },
};

static void a_variable_that_would_lead_elsewhere_is_refused(void **state)
{
	const cluster_db *c = *state;

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		us_err err = { 0 };
		us_db *db;

		setenv(elsewhere[i][0], elsewhere[i][1], 1);
		assert_int_equal(
			us_db_open(&db, &c->parts, US_DB_READ, &err), US_E_CONFIG);
		unsetenv(elsewhere[i][0]);
		assert_non_null(strstr(err.msg, elsewhere[i][0]));
	}
}

static void options_of_the_url_are_not_those_of_the_environment(void **state)
{
	us_url_setting settings[] = { { (char *)"options",
		(char *)"-c geqo=off" } };
	const cluster_db *c = *state;
	us_url url = c->parts;
	us_db *db;

	url.settings = settings;
	url.settings_len = 1;
	setenv("PGOPTIONS", "-c geqo_threshold=99", 1);
	db = talk_open(&url, US_DB_READ);
	unsetenv("PGOPTIONS");
	talk_expect(db,
		"SELECT current_setting('geqo'),"
		" current_setting('geqo_threshold') = '99'",
		"off|f\n");
	us_db_close(db);
}

/* A server that takes one connection, looks at the client's end of it (it is in
 * this very process) and hangs up. */
typedef struct {
	int listener;
	int user_timeout_ms, idle_s;
} peer;

static bool is_ours(int fd, const struct sockaddr_in *to)
{
	struct sockaddr_in at = { 0 };
	socklen_t len = sizeof(at);

	return getpeername(fd, (struct sockaddr *)&at, &len) == 0 &&
	       at.sin_family == AF_INET && at.sin_port == to->sin_port;
}

static void *look_and_hang_up(void *ctx)
{
	struct sockaddr_in here = { 0 };
	socklen_t len = sizeof(here);
	peer *p = ctx;
	int fd = accept(p->listener, NULL, NULL);

	if (getsockname(p->listener, (struct sockaddr *)&here, &len) == 0) {
		for (int i = 0; i < 256; i++) {
			socklen_t size = sizeof(int);

			if (!is_ours(i, &here))
				continue;
			getsockopt(i, IPPROTO_TCP, TCP_USER_TIMEOUT,
				&p->user_timeout_ms, &size);
			getsockopt(i, IPPROTO_TCP, TCP_KEEPIDLE, &p->idle_s, &size);
		}
	}
	close(fd);
	return NULL;
}

static peer look_at(us_url_setting *settings, size_t n)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);
	peer p = { .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	char port[16];
	us_url url = { .provider = (char *)"postgresql",
		.host = (char *)"127.0.0.1",
		.port = port,
		.user = (char *)"u",
		.database = (char *)"d",
		.schema = (char *)"public",
		.settings = settings,
		.settings_len = n };
	pthread_t thread;
	us_err err;

	assert_int_equal(bind(p.listener, (struct sockaddr *)&here, len), 0);
	assert_int_equal(
		getsockname(p.listener, (struct sockaddr *)&here, &len), 0);
	assert_int_equal(listen(p.listener, 1), 0);
	snprintf(port, sizeof(port), "%d", ntohs(here.sin_port));
	assert_int_equal(pthread_create(&thread, NULL, look_and_hang_up, &p), 0);
	refused(&url, &err);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(p.listener);
	return p;
}

static void a_dead_network_ends_unless_the_url_says_when(void **state)
{
	us_url_setting settings[] = {
		{ (char *)"sslmode", (char *)"disable" },
		{ (char *)"keepalives_idle", (char *)"77" },
		{ (char *)"tcp_user_timeout", (char *)"5000" },
	};
	peer p = look_at(settings, 1);

	(void)state;
	assert_int_equal(p.user_timeout_ms, 30000);
	assert_int_equal(p.idle_s, 10);
	p = look_at(settings, 3);
	assert_int_equal(p.user_timeout_ms, 5000);
	assert_int_equal(p.idle_s, 77);
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
	cmocka_unit_test_setup_teardown(name, cluster_db_setup, cluster_db_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_database_that_is_not_there_keeps_its_sqlstate),
		TEST(a_wrong_password_keeps_its_sqlstate_and_is_not_shown),
		TEST(no_server_is_told_with_the_place_that_was_tried),
		TEST(a_server_that_never_answers_is_given_up),
		TEST(pg_variables_do_not_override_the_url),
		TEST(a_variable_that_would_lead_elsewhere_is_refused),
		TEST(options_of_the_url_are_not_those_of_the_environment),
		cmocka_unit_test(a_dead_network_ends_unless_the_url_says_when),
		TEST(the_application_has_a_name_unless_the_url_gives_one),
		cmocka_unit_test(another_provider_is_a_matter_of_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
