/* Running a command: its output is passed on as it comes, and its end is the end of
 * its whole process group. A wrapper that dies alone leaves the engine at work and
 * with the lock (npx is two processes above it). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "unstick/auto.h"
#include "unstick/process.h"
#include "unstick/when.h"

#define LONGEST_LINE 8192
#define GROUP_POLL_MS 20 /* nothing tells when a group is empty */
#define AFTER_KILL_MS 1000

typedef struct {
	const us_command *c;
	us_command_end *out;
	char *const *environment; /* what execve() takes */
	pid_t pid;                /* of the leader, and the group's */
	int from;                 /* its output; -1: at its end */
	int child;                /* readable when a child has ended */
	us_str line;
	bool reaped;                 /* the leader has ended */
	int64_t end_at;              /* the time limit */
	int64_t kill_at, give_up_at; /* 0: not yet being ended, killed */
} process;

/* ---- starting ---- */

static void tell_group(const process *p, pid_t group)
{
	if (p->c->runner->group)
		atomic_store(p->c->runner->group, group);
}

/* What execve() takes: borrowed words, then NULL. */
static us_code vector(char ***out, const us_strs *words, us_err *err)
{
	*out = calloc(words->len + 1, sizeof(**out));
	if (!*out)
		return us_fail(err, US_E_NOMEM, "out of memory");
	for (size_t i = 0; i < words->len; i++)
		(*out)[i] = words->items[i];
	return US_OK;
}

static us_code spawn_as(process *p, char *const *argv, const char *path, int to,
	posix_spawn_file_actions_t *files, posix_spawnattr_t *how, us_err *err)
{
	int failed;

	failed = posix_spawn_file_actions_addopen(
		files, 0, "/dev/null", O_RDONLY, 0);
	for (int fd = 1; fd <= 2 && !failed; fd++)
		failed = posix_spawn_file_actions_adddup2(files, to, fd);
	if (!failed)
		failed = posix_spawnattr_setflags(
			how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
				     POSIX_SPAWN_SETSIGDEF);
	if (!failed)
		failed = posix_spawnattr_setpgroup(how, 0);
	if (!failed)
		failed = posix_spawnattr_setsigmask(how, &p->c->runner->mask);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(how, &p->c->runner->usual);
	if (!failed)
		failed = posix_spawn(
			&p->pid, path, files, how, argv, p->environment);
	if (failed)
		return us_fail(
			err, US_E_CONFIG, "%s: %s", argv[0], strerror(failed));
	tell_group(p, p->pid);
	return US_OK;
}

static us_code spawn(process *p, char *const *argv, int to, us_err *err)
{
	US_AUTO(auto_str) char *path = NULL;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	us_code rc = program_find(&path, argv[0], err);

	if (rc == US_OK && !path)
		rc = us_fail(err, US_E_CONFIG, "%s: %s", argv[0], strerror(errno));
	if (rc != US_OK)
		return rc;
	if (posix_spawn_file_actions_init(&files) != 0)
		return us_fail(err, US_E_NOMEM, "out of memory");
	if (posix_spawnattr_init(&how) == 0) {
		rc = spawn_as(p, argv, path, to, &files, &how, err);
		posix_spawnattr_destroy(&how);
	} else {
		rc = us_fail(err, US_E_NOMEM, "out of memory");
	}
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static us_code start(process *p, us_err *err)
{
	char **argv = NULL;
	int pipes[2] = { -1, -1 };
	us_code rc = vector(&argv, p->c->words, err);

	if (rc != US_OK)
		return rc;
	if (pipe2(pipes, O_CLOEXEC) != 0 ||
		fcntl(pipes[0], F_SETFL, O_NONBLOCK) != 0)
		rc = us_fail(err, US_E_IO, "pipe: %s", strerror(errno));
	if (rc == US_OK)
		rc = spawn(p, argv, pipes[1], err);
	p->from = pipes[0];
	if (pipes[1] >= 0)
		close(pipes[1]);
	free(argv);
	return rc;
}

/* ---- its output ---- */

static void give_line(process *p)
{
	p->c->line(p->c->ctx, us_str_text(&p->line));
	us_str_clear(&p->line);
}

static void take_output(process *p, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n') {
			give_line(p);
			continue;
		}
		us_str_addn(&p->line, bytes[i] ? &bytes[i] : " ", 1);
		if (p->line.len >= LONGEST_LINE)
			give_line(p);
	}
}

static void read_output(process *p)
{
	char bytes[4096];
	ssize_t n = 0;

	while (p->from >= 0 && (n = read(p->from, bytes, sizeof(bytes))) > 0)
		take_output(p, bytes, (size_t)n);
	if (p->from >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) {
		close(p->from);
		p->from = -1;
	}
}

/* ---- its end ---- */

/* Of the whole group: its orphans are ours (see us_command_run), and as long as a
 * dead one is not reaped the group is not empty. */
static void reap(process *p)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(p->child, &info, sizeof(info)) > 0)
		; /* one may stand for several children */
	while ((pid = waitpid(-p->pid, &status, WNOHANG)) > 0) {
		if (pid != p->pid)
			continue;
		p->reaped = true;
		p->out->status = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
	}
}

static bool group_is_gone(const process *p)
{
	return p->reaped && kill(-p->pid, 0) != 0;
}

static void begin_end(process *p)
{
	p->kill_at = us_clock_ms() + p->c->grace_ms;
	kill(-p->pid, SIGTERM);
}

/* What is due by now: the time limit, the wish to stop, the end of what the leader
 * left behind, and after the grace time what nobody can refuse. */
static void press(process *p)
{
	int64_t now = us_clock_ms();

	if (p->kill_at == 0) {
		if (us_stop_asked(&p->c->runner->stop))
			p->out->stopped = true;
		else if (!p->reaped && now >= p->end_at)
			p->out->timed_out = true;
		if (p->out->stopped || p->out->timed_out || p->reaped)
			begin_end(p);
	} else if (p->give_up_at == 0 && now >= p->kill_at) {
		p->give_up_at = now + AFTER_KILL_MS;
		kill(-p->pid, SIGKILL);
	}
}

static int patience_ms(const process *p)
{
	int64_t until = p->kill_at ? p->kill_at : p->end_at;
	int64_t left = until - us_clock_ms();

	if (p->reaped || p->give_up_at)
		return GROUP_POLL_MS;
	if (left < 0)
		left = 0;
	return left < 60000 ? (int)left : 60000;
}

static void watch(process *p)
{
	struct pollfd fds[] = {
		{ .fd = p->from, .events = POLLIN },
		{ .fd = p->child, .events = POLLIN },
		/* once heard, it would wake us for ever */
		{ .fd = p->kill_at ? -1 : p->c->runner->stop.fd, .events = POLLIN },
	};

	while (!group_is_gone(p)) {
		if (p->give_up_at && p->reaped && us_clock_ms() >= p->give_up_at)
			break;
		(void)poll(fds, US_LEN(fds), patience_ms(p));
		read_output(p);
		reap(p);
		if (!group_is_gone(p))
			press(p);
		fds[0].fd = p->from;
		if (p->kill_at)
			fds[2].fd = -1;
	}
	read_output(p);
	if (p->line.len > 0)
		give_line(p);
}

/* Processes whose parent dies become our children while a command runs, whether or
 * not PID 1 of this container knows how to bury. */
static void adopt_orphans(bool yes)
{
	/* Linux has it since 3.4; without it the group is only waited for. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, yes ? 1UL : 0UL, 0UL, 0UL, 0UL);
}

us_code us_command_run(us_command_end *out, const us_command *c, us_err *err)
{
	process p = { .c = c, .out = out, .from = -1, .child = -1 };
	char **environment = NULL;
	sigset_t child, before;
	us_code rc = US_OK;

	*out = (us_command_end){ .status = US_NEVER_RAN };
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &child, &before) != 0)
		return us_fail(err, US_E_IO, "signals: %s", strerror(errno));
	p.child = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p.child < 0)
		rc = us_fail(err, US_E_IO, "signalfd: %s", strerror(errno));
	if (rc == US_OK && c->environment)
		rc = vector(&environment, c->environment, err);
	p.environment = environment ? environment : environ;
	adopt_orphans(true);
	if (rc == US_OK)
		rc = start(&p, err);
	p.end_at = us_clock_ms() + c->timeout_ms;
	if (rc == US_OK)
		watch(&p);
	adopt_orphans(false);
	tell_group(&p, 0);
	if (p.from >= 0)
		close(p.from);
	if (p.child >= 0)
		close(p.child);
	us_str_fini(&p.line);
	free(environment);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

/* ---- in words ---- */

void us_command_add_line(us_str *out, const us_strs *words)
{
	for (size_t i = 0; i < words->len; i++)
		us_str_addf(out, "%s%s", i ? " " : "", words->items[i]);
}

const char *us_command_end_words(const us_command_end *end)
{
	if (end->stopped)
		return "was ended, as we were asked to stop,";
	if (end->timed_out)
		return "was ended at its time limit,";
	return end->status == 0 ? "done" : "failed";
}

us_code us_command_judge(const us_command_end *end, const char *what,
	const char *key, int64_t timeout_ms, us_err *err)
{
	if (end->stopped)
		return us_fail(err, US_E_STOPPED, "asked to stop");
	if (end->timed_out)
		return us_fail(err, US_E_LOCK,
			"%s did not end within %" PRId64 " s (`%s`)", what,
			timeout_ms / 1000, key);
	if (end->status != 0)
		return us_fail(err, US_E_IO,
			"%s ended with exit code %d: its output says why", what,
			end->status);
	return US_OK;
}
