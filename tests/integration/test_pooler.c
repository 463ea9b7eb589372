/* Behind a real PgBouncer in transaction mode: it is recognised, and reading works.
 */
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "talk.h"
#include "unstick/ledger.h"
#include "unstick/when.h"

typedef struct {
	cluster_db cluster;
	scratch dir; /* its configuration and socket */
	pid_t pid;
	us_url url; /* the database through the pooler */
} pooler;

static const char *program(void)
{
	static const char *const places[] = { "/usr/sbin/pgbouncer",
		"/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i], X_OK) == 0)
			return places[i];
	}
	return NULL;
}

static void configure(const pooler *p)
{
	char *text;

	assert_true(
		asprintf(&text,
			"[databases]\n* = host=%s port=%s user=postgres\n"
			"[pgbouncer]\npool_mode = transaction\nauth_type = any\n"
			"listen_addr =\nlisten_port = 6432\nunix_socket_dir = %s\n"
			"logfile = %s/log\n",
			p->cluster.socket, p->cluster.parts.port, p->dir.path,
			p->dir.path) > 0);
	scratch_write(&p->dir, "pgbouncer.ini", text);
	free(text);
}

/* PgBouncer refuses to be root, as PostgreSQL does. */
static void exec_pooler(const pooler *p)
{
	const struct passwd *user = getpwnam("postgres");
	char *ini = scratch_path(&p->dir, "pgbouncer.ini");

	if (geteuid() == 0 &&
		(!user || chown(p->dir.path, user->pw_uid, user->pw_gid) != 0 ||
			initgroups(user->pw_name, user->pw_gid) != 0 ||
			setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after setuid(), which clears it */
	execl(program(), "pgbouncer", "-q", ini, (char *)NULL);
	_exit(127);
}

/* Its socket answers within a moment; 10 s is for a machine under load. */
static void await(const pooler *p)
{
	int64_t deadline = us_clock_ms() + 10000;
	us_err err = { 0 };
	us_db *db = NULL;

	while (us_db_open(&db, &p->url, US_DB_READ, &err) != US_OK &&
		us_clock_ms() < deadline)
		us_sleep_ms(5);
	if (!db)
		fail_msg("no PgBouncer: %s", err.msg);
	us_db_close(db);
}

static int start(void **state)
{
	pooler *p;

	if (!program())
		skip_program("no PgBouncer installed here");
	p = calloc(1, sizeof(*p));
	cluster_db_open(&p->cluster);
	scratch_open(&p->dir);
	configure(p);
	p->url = p->cluster.parts;
	p->url.host = p->dir.path;
	p->url.port = (char *)"6432";
	p->pid = fork();
	if (p->pid == 0)
		exec_pooler(p);
	*state = p;
	await(p);
	return 0;
}

static int stop(void **state)
{
	pooler *p = *state;

	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	cluster_db_close(&p->cluster);
	scratch_close(&p->dir);
	free(p);
	return 0;
}

static void a_pooler_shows_itself_without_load_or_lock(void **state)
{
	static const us_db_mode modes[] = { US_DB_READ, US_DB_WRITE };
	pooler *p = *state;

	for (size_t i = 0; i < 2; i++) {
		us_db *db = talk_open(&p->url, modes[i]);
		us_err err = { 0 };
		bool yes = false;

		assert_ok(db->ops->pooled(db, &yes, &err), &err);
		assert_true(yes);
		us_db_close(db);
	}
}

static void the_ledger_is_read_through_it(void **state)
{
	pooler *p = *state;
	us_db *db = talk_open(&p->url, US_DB_READ);
	us_ledger *led = NULL;
	us_err err = { 0 };

	assert_ok(us_ledger_load(&led, db, &err), &err);
	assert_false(us_ledger_exists(led));
	us_ledger_free(led);
	cluster_exec(&p->cluster,
		"CREATE TABLE _prisma_migrations (id text, checksum text, "
		"migration_name"
		" text, started_at timestamptz, finished_at timestamptz, "
		"rolled_back_at"
		" timestamptz, applied_steps_count int, logs text);"
		"INSERT INTO _prisma_migrations VALUES ('1', 'c', 'init', now())");
	assert_ok(us_ledger_load(&led, db, &err), &err);
	assert_int_equal(us_ledger_len(led), 1);
	us_ledger_free(led);
	us_db_close(db);
}

/* Another client gets the same server session from the pool: it must find it as any
 * new one. */
static void reading_leaves_nothing_in_the_pools_session(void **state)
{
	pooler *p = *state;
	us_db *reader = talk_open(&p->url, US_DB_READ);
	us_db *app = talk_open(&p->url, US_DB_WRITE);

	talk_expect(
		reader, "SELECT current_setting('transaction_read_only')", "on\n");
	talk_refused(reader, "CREATE TABLE x (a int)", US_E_DB, "25006");
	talk_exec(app, "CREATE TABLE written_by_the_app (a int)");
	talk_expect(app,
		"SELECT count(*) FROM pg_stat_activity WHERE datname ="
		" current_database() AND backend_type = 'client backend'",
		"1\n");
	us_db_close(app);
	us_db_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pooler_shows_itself_without_load_or_lock),
		cmocka_unit_test(the_ledger_is_read_through_it),
		cmocka_unit_test(reading_leaves_nothing_in_the_pools_session),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
