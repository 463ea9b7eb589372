/* Two processes instead of one: a child does the work, and the process that will be
 * the application does next to nothing. It is never in the middle of anything when
 * a signal comes, it outlives a crash, and what it hands to the application is what
 * it got: memory, descriptors, mask, PID. As PID 1 it also reaps, and it is the one
 * process of its namespace that a signal without a handler can't end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unstick/auto.h"
#include "unstick/when.h"
#include "worker.h"

/* The worker has the whole grace time for what it started, and then some to take
 * its leave. */
#define LEAVE_MS 2000

typedef struct {
	sigset_t stops, waited; /* what ends us; the same and SIGCHLD */
	sigset_t mask;          /* as it was */
	struct sigaction child; /* likewise */
	us_worker worker;
	pid_t pid;
	int64_t grace_ms;
	int64_t kill_at; /* 0: nobody has asked us to stop */
	us_ending *out;
} supervisor;

const us_stop *us_worker_stop(const us_worker *w)
{
	return &w->runner.stop;
}

static us_code block(supervisor *s, us_err *err)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };

	us_stop_signals(&s->stops);
	s->waited = s->stops;
	sigaddset(&s->waited, SIGCHLD);
	/* Whoever ignores SIGCHLD is never told how a child ended. */
	if (sigaction(SIGCHLD, &usual, &s->child) != 0 ||
		sigprocmask(SIG_BLOCK, &s->waited, &s->mask) != 0)
		return us_fail(err, US_E_IO, "signals: %s", strerror(errno));
	return US_OK;
}

static void restore(supervisor *s)
{
	const struct timespec now = { 0 };
	int late = sigtimedwait(&s->stops, NULL, &now);

	if (late > 0 && !s->out->stop)
		s->out->stop = late;
	(void)sigaction(SIGCHLD, &s->child, NULL);
	(void)sigprocmask(SIG_SETMASK, &s->mask, NULL);
}

/* ---- the child ---- */

/* A log that nobody reads any more must not end it in the middle; and if the other
 * process is killed, nobody is left to start the application. */
static void prepare(supervisor *s, pid_t parent)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;

	s->worker.runner.mask = s->mask;
	sigemptyset(&s->worker.runner.usual);
	sigaddset(&s->worker.runner.usual, SIGCHLD);
	if (sigaction(SIGPIPE, &ignore, &before) == 0 &&
		before.sa_handler != SIG_IGN)
		sigaddset(&s->worker.runner.usual, SIGPIPE);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it was faster */
		_exit(1);
}

_Noreturn static void be_worker(
	supervisor *s, int (*work)(void *, us_worker *), void *ctx)
{
	int status = 1;

	s->worker.runner.stop.fd =
		signalfd(-1, &s->stops, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->worker.runner.stop.fd >= 0)
		status = work(ctx, &s->worker);
	exit(status);
}

static us_code start(
	supervisor *s, int (*work)(void *, us_worker *), void *ctx, us_err *err)
{
	pid_t parent = getpid();

	fflush(NULL); /* or what is still in there would be written twice */
	s->pid = fork();
	if (s->pid == 0) {
		prepare(s, parent);
		be_worker(s, work, ctx);
	}
	return s->pid > 0 ? US_OK
			  : us_fail(err, US_E_IO, "fork: %s", strerror(errno));
}

/* ---- the parent ---- */

/* Ours, and as PID 1 everybody's whose parent is gone. True: it was the worker. */
static bool reap(supervisor *s)
{
	bool over = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->pid)
			continue;
		over = true;
		if (WIFEXITED(status))
			s->out->status = WEXITSTATUS(status);
		else
			s->out->killed = WTERMSIG(status);
	}
	return over;
}

/* A second signal is impatience: no grace then. */
static void stop(supervisor *s, int signal)
{
	int64_t now = us_clock_ms();

	s->kill_at = s->kill_at ? now : now + s->grace_ms + LEAVE_MS;
	s->out->stop = signal;
	kill(s->pid, SIGTERM);
}

static void end_group(supervisor *s)
{
	pid_t group = atomic_load(s->worker.runner.group);

	if (group > 0)
		kill(-group, SIGKILL);
}

static void wait_for(supervisor *s)
{
	bool over = false;

	while (!over) {
		int64_t left = s->kill_at - us_clock_ms();
		const struct timespec limit = { left > 0 ? left / 1000 : 0,
			left > 0 ? (left % 1000) * 1000000 : 0 };
		int signal = s->kill_at ? sigtimedwait(&s->waited, NULL, &limit)
					: sigwaitinfo(&s->waited, NULL);

		if (signal > 0 && signal != SIGCHLD)
			stop(s, signal);
		if (s->kill_at && us_clock_ms() >= s->kill_at)
			kill(s->pid, SIGKILL);
		over = reap(s);
	}
	end_group(s);
}

us_code us_supervise(us_ending *out, int64_t grace_ms,
	int (*work)(void *ctx, us_worker *w), void *ctx, us_err *err)
{
	supervisor s = { .grace_ms = grace_ms, .out = out };
	us_code rc;

	*out = (us_ending){ .status = -1 };
	s.worker.runner.group = mmap(NULL, sizeof(*s.worker.runner.group),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s.worker.runner.group == MAP_FAILED)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = block(&s, err);
	if (rc == US_OK)
		rc = start(&s, work, ctx, err);
	if (rc == US_OK)
		wait_for(&s);
	restore(&s);
	munmap(s.worker.runner.group, sizeof(*s.worker.runner.group));
	return rc;
}
