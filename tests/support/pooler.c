#include "pooler.h"

#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

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

bool pooler_is_here(void)
{
	return program() != NULL;
}

static void configure(const pooler *p, const cluster_db *db)
{
	char *text;

	assert_true(
		asprintf(&text,
			"[databases]\n* = host=%s port=%s user=postgres\n"
			"[pgbouncer]\npool_mode = transaction\nauth_type = any\n"
			"listen_addr =\nlisten_port = " POOLER_PORT "\n"
			"unix_socket_dir = %s\nlogfile = %s/log\n",
			db->socket, db->parts.port, p->folder.path,
			p->folder.path) > 0);
	scratch_write(&p->folder, "pgbouncer.ini", text);
	free(text);
}

/* PgBouncer refuses to be root, as PostgreSQL does. */
static void exec_pooler(const pooler *p)
{
	const struct passwd *user = getpwnam("postgres");
	char *ini = scratch_path(&p->folder, "pgbouncer.ini");

	if (geteuid() == 0 &&
		(!user || chown(p->folder.path, user->pw_uid, user->pw_gid) != 0 ||
			initgroups(user->pw_name, user->pw_gid) != 0 ||
			setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after setuid(), which clears it */
	execl(program(), "pgbouncer", "-q", ini, (char *)NULL);
	_exit(127);
}

/* Its socket answers within a moment; 10 s is for a machine under load. */
static void await(const pooler *p, const cluster_db *db)
{
	const char *const names[] = { "host", "port", "dbname", "user", NULL };
	const char *const values[] = { p->folder.path, POOLER_PORT, db->name,
		"postgres", NULL };
	bool answers = false;

	for (int tries = 0; !answers && tries < 2000; tries++) {
		PGconn *conn = PQconnectdbParams(names, values, 0);

		answers = PQstatus(conn) == CONNECTION_OK;
		PQfinish(conn);
		if (!answers)
			nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	assert_true(answers);
}

void pooler_open(pooler *p, const cluster_db *db)
{
	*p = (pooler){ .parts = db->parts };
	scratch_open(&p->folder);
	configure(p, db);
	p->parts.host = p->folder.path;
	p->parts.port = (char *)POOLER_PORT;
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0)
		exec_pooler(p);
	await(p, db);
}

void pooler_close(pooler *p)
{
	if (p->pid > 0 && kill(p->pid, SIGKILL) == 0)
		waitpid(p->pid, NULL, 0);
	scratch_close(&p->folder);
	*p = (pooler){ 0 };
}
