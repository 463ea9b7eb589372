/* Starting and, above all, stopping a PostgreSQL. A supervisor process sits between
 * the test and the server: it holds one end of a pipe whose other end only the test
 * has, so the test's death (a failed assertion, a sanitizer, SIGKILL) reaches it.
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

__attribute__((format(printf, 1, 2))) static char *text(const char *format, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&out, format, ap) < 0)
		abort();
	va_end(ap);
	return out;
}

char *server_binaries(void)
{
	const char *wanted = getenv("US_PG_BIN");
	const char *newest = NULL;
	char *found = NULL;
	glob_t g;

	if (wanted)
		return wanted[0] ? strdup(wanted) : NULL;
	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &g) != 0)
		return NULL;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		if (!newest || strverscmp(g.gl_pathv[i], newest) > 0)
			newest = g.gl_pathv[i];
	}
	if (newest)
		found = strndup(newest, strlen(newest) - strlen("/initdb"));
	globfree(&g);
	return found;
}

/* ---- in the children ---- */

/* PostgreSQL refuses to run as root. */
static const struct passwd *unprivileged(void)
{
	const struct passwd *user = getpwnam("postgres");

	return user ? user : getpwnam("nobody");
}

static void become_unprivileged(void)
{
	const struct passwd *user = geteuid() == 0 ? unprivileged() : NULL;

	if (geteuid() != 0)
		return;
	if (!user || initgroups(user->pw_name, user->pw_gid) != 0 ||
		setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		_exit(1);
}

static pid_t spawn(const char *const argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		become_unprivileged();
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static bool succeeds(pid_t pid)
{
	int status = 0;

	while (pid > 0 && waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool initialize(const char *binaries, const char *data)
{
	char *initdb = text("%s/initdb", binaries);
	char *hba = text("%s/pg_hba.conf", data);
	const char *const argv[] = { initdb, "--no-sync", "-A", "trust", "-U",
		"postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", data, NULL };
	bool ok = succeeds(spawn(argv));
	FILE *f = ok ? fopen(hba, "we") : NULL;

	/* One role has to show a password, for tests of what happens if it can't.
	 */
	if (f) {
		fputs("local all unstick_password scram-sha-256\n"
		      "local all all trust\n",
			f);
		ok = fclose(f) == 0;
	}
	free(initdb);
	free(hba);
	return ok && f;
}

static pid_t run_postgres(
	const char *binaries, const char *directory, const char *data, bool closed)
{
	char *postgres = text("%s/postgres", binaries);
	/* A zone that is not UTC, and not whole hours: times must not depend on it.
	 */
	const char *const argv[] = { postgres, "-D", data, "-k", directory, "-c",
		"listen_addresses=", "-c", "fsync=off", "-c",
		"full_page_writes=off", "-c", "max_connections=60", "-c",
		"shared_buffers=32MB", "-c", "timezone=Asia/Kathmandu",
		closed ? "-c" : NULL, "hot_standby=off", NULL };
	pid_t pid = spawn(argv);

	free(postgres);
	return pid;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

/* A file that the server reads for being there. */
static bool touch(const char *data, const char *name)
{
	char *path = text("%s/%s", data, name);
	FILE *f = fopen(path, "we");

	free(path);
	return f && fclose(f) == 0;
}

/* The server writes "ready" into its pid file, or, where it lets nobody in, never
 * more than "standby"; 30 s is for a machine under load. */
static bool is_ready(const char *data, pid_t postgres, bool closed)
{
	const char *word = closed ? "standby" : "ready";
	char *path = text("%s/postmaster.pid", data);
	bool ready = false;

	for (int tries = 0; !ready && tries < 6000; tries++) {
		char line[256] = "";
		FILE *f = fopen(path, "re");

		while (f && fgets(line, sizeof(line), f)) {
			if (strncmp(line, word, strlen(word)) == 0)
				ready = true;
		}
		if (f)
			fclose(f);
		if (waitpid(postgres, NULL, WNOHANG) != 0)
			break;
		nap();
	}
	free(path);
	return ready;
}

static int remove_entry(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* Whatever goes to the terminal would keep ctest waiting for its end. */
static void write_to_log(const char *directory)
{
	char *path = text("%s/log", directory);
	int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (log < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 ||
		dup2(log, 2) < 0)
		_exit(1);
	free(path);
}

static void supervise(const char *binaries, const char *directory, int leash,
	int started, bool closed)
{
	char *data = text("%s/data", directory);
	pid_t postgres = -1;
	char byte = 'n';

	setsid(); /* ^C and ctest's timeout are for the test, not for us */
	signal(SIGPIPE, SIG_IGN);
	write_to_log(directory);
	if (chdir(directory) == 0 && initialize(binaries, data) &&
		(!closed || touch(data, "standby.signal")))
		postgres = run_postgres(binaries, directory, data, closed);
	if (postgres > 0 && is_ready(data, postgres, closed))
		byte = 'y';
	if (write(started, &byte, 1) == 1) {
		while (read(leash, &byte, 1) < 0 && errno == EINTR)
			;
	}
	if (postgres > 0 && kill(postgres, SIGQUIT) == 0)
		(void)succeeds(postgres);
	nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	_exit(0);
}

/* ---- in the test ---- */

static char *make_directory(void)
{
	const char *tmp = getenv("TMPDIR");
	/* A socket's path has room for 107 bytes. */
	char *path = text(
		"%s/unstick-pg-XXXXXX", tmp && strlen(tmp) < 60 ? tmp : "/tmp");
	const struct passwd *user = geteuid() == 0 ? unprivileged() : NULL;

	if (!mkdtemp(path) ||
		(user && chown(path, user->pw_uid, user->pw_gid) != 0)) {
		free(path);
		return NULL;
	}
	return path;
}

static void print_log(const server *s)
{
	char *path = text("%s/log", s->directory);
	FILE *f = fopen(path, "re");
	int c;

	fprintf(stderr, "the test's PostgreSQL didn't start:\n");
	while (f && (c = fgetc(f)) != EOF)
		fputc(c, stderr);
	if (f)
		fclose(f);
	free(path);
}

static bool start(server *s, const char *binaries, bool closed)
{
	int leash[2], started[2];
	char byte = 'n';

	*s = (server){
		.directory = make_directory(), .supervisor = -1, .leash = -1
	};
	if (!s->directory || pipe2(leash, O_CLOEXEC) != 0 ||
		pipe2(started, O_CLOEXEC) != 0)
		return false;
	s->supervisor = fork();
	if (s->supervisor == 0) {
		close(leash[1]);
		close(started[0]);
		supervise(binaries, s->directory, leash[0], started[1], closed);
	}
	close(leash[0]);
	close(started[1]);
	s->leash = leash[1];
	if (read(started[0], &byte, 1) != 1)
		byte = 'n';
	close(started[0]);
	if (byte == 'y')
		return true;
	print_log(s);
	server_stop(s);
	return false;
}

bool server_start(server *s, const char *binaries)
{
	return start(s, binaries, false);
}

bool server_start_closed(server *s, const char *binaries)
{
	return start(s, binaries, true);
}

/* What pg_ctl promote does, which refuses to be run by root. */
bool server_open(const server *s)
{
	char *data = text("%s/data", s->directory);
	char *path = text("%s/postmaster.pid", data);
	FILE *f = fopen(path, "re");
	char line[32] = "";
	long pid = f && fgets(line, sizeof(line), f) ? strtol(line, NULL, 10) : 0;
	bool ok =
		pid > 0 && touch(data, "promote") && kill((pid_t)pid, SIGUSR1) == 0;

	if (f)
		fclose(f);
	free(path);
	free(data);
	return ok;
}

void server_stop(server *s)
{
	if (s->leash >= 0)
		close(s->leash);
	if (s->supervisor > 0)
		(void)succeeds(s->supervisor);
	free(s->directory);
	*s = (server){ .supervisor = -1, .leash = -1 };
}

char *server_url(const server *s, const char *database)
{
	return text("postgresql://postgres@localhost/%s?host=%s", database,
		s->directory);
}
