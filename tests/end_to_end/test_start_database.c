/* Why a database can't be had, told apart in real situations; what is worth waiting
 * for, and what isn't. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "database.h"
#include "server.h"
#include "start.h"
#include "unstick/auto.h"
#include "unstick/when.h"

typedef struct {
	const char *url; /* one that ends in = gets the server's socket directory */
	const char *reason; /* in the log */
	bool waits;         /* until the deadline */
	const char *next;   /* a word of what to do */
} situation;

static void check(project *p, const situation *s)
{
	const bool unfinished = s->url[strlen(s->url) - 1] == '=';
	US_AUTO(auto_str) char *setting = NULL;
	int64_t begun = us_clock_ms();

	assert_true(asprintf(&setting, "DATABASE_URL=%s%s", s->url,
			    unfinished ? p->server.socket : "") > 0);
	project_environment(p, setting);
	assert_string_equal(start(p, 69), "");
	event_says(p, "database.unavailable", "reason", s->reason);
	assert_int_equal(events(p, "database.waiting") > 0, s->waits);
	if (!strstr(json_string_value(event(p, "start.summary", "next")), s->next))
		fail_msg("no %s in %s", s->next, p->err);
	assert_null(strstr(p->err, "s3cr3t"));
	/* the deadline is 300 ms; without waiting it is over at once */
	assert_true(us_clock_ms() - begun < 10000);
}

static const situation situations[] = {
	/* nobody listens: TCP, a socket's name */
	{ "postgresql://u:s3cr3t@127.0.0.1:1/d", "refused", true, "listens" },
	{ "postgresql://u:s3cr3t@localhost:1/d?host=", "refused", true, "listens" },
	/* an empty label is no name: no name server has to be asked */
	{ "postgresql://u:s3cr3t@nowhere..invalid/d", "unknown_host", true,
		"host" },
	{ "postgresql://unstick_password:s3cr3t@localhost/postgres?host=", "denied",
		false, "password" },
	{ "postgresql://unstick_password@localhost/postgres?host=", "denied", false,
		"password" },
	{ "postgresql://postgres:s3cr3t@localhost/no_such_database?host=",
		"missing", false, "create the database" },
	{ "postgresql://unstick_crowd@localhost/postgres?host=", "full", true,
		"connections" },
};

static void the_reason_is_told_and_decides_whether_to_wait(void **state)
{
	project *p = start_stage(state);

	db_exec(p,
		"DO $$ BEGIN CREATE ROLE unstick_password LOGIN PASSWORD 'right'; "
		"EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;"
		"DO $$ BEGIN CREATE ROLE unstick_crowd LOGIN CONNECTION LIMIT 0; "
		"EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$");
	project_environment(p, "UNSTICK_DEADLINE=300ms");
	for (size_t i = 0; i < US_LEN(situations); i++)
		check(p, &situations[i]);
}

/* A socket that listens and never answers. */
static void a_server_that_never_answers_is_unreachable(void **state)
{
	project *p = start_stage(state);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	US_AUTO(auto_str) char *url = NULL;

	assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	assert_true(
		asprintf(&url,
			"postgresql://u:s3cr3t@127.0.0.1:%d/d?connect_timeout=1",
			ntohs(at.sin_port)) > 0);
	project_environment(p, "UNSTICK_DEADLINE=100ms");
	check(p, &(situation){ url, "unreachable", false, "reached" });
	close(fd);
}

static void a_server_that_starts_up_is_waited_for(void **state)
{
	project *p = start_stage(state);
	US_AUTO(auto_str) char *binaries = server_binaries();
	US_AUTO(auto_str) char *url = NULL, *setting = NULL;
	server s;
	running r;

	if (!binaries)
		skip();
	assert_true(server_start_closed(&s, binaries));
	url = server_url(&s, "postgres");
	assert_true(asprintf(&setting, "DATABASE_URL=%s", url) > 0);
	project_environment(p, setting);
	start_begin(p, &r);
	unstick_says(&r, "\"reason\":\"starting\"");
	assert_true(server_open(&s));
	assert_string_equal(run_ends(p, &r, 0), STARTED);
	assert_int_equal(events(p, "database.ready"), 1);
	server_stop(&s);
}

static void a_file_in_a_folder_that_is_not_there_is_missing(void **state)
{
	project *p = start_stage(state);

	project_environment(p, "DATABASE_URL=file:/nowhere/app.db");
	project_environment(p, "UNSTICK_DEADLINE=100ms");
	assert_string_equal(start(p, 69), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON("postgresql", the_reason_is_told_and_decides_whether_to_wait),
		ON("postgresql", a_server_that_never_answers_is_unreachable),
		ON("postgresql", a_server_that_starts_up_is_waited_for),
		ON("sqlite", a_file_in_a_folder_that_is_not_there_is_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
