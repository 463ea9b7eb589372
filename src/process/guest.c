/* Being stopped while a command runs: its group is not the terminal's and not ours,
 * so that a signal reaches us alone, and who dies of it leaves the command behind.
 */
#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "unstick/auto.h"
#include "unstick/process.h"

static bool is_ignored(int signal)
{
	struct sigaction now;

	return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void us_stop_signals(sigset_t *out)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

	sigemptyset(out);
	for (size_t i = 0; i < US_LEN(signals); i++)
		if (!is_ignored(signals[i]))
			sigaddset(out, signals[i]);
}

us_code us_guest_begin(us_guest *g, us_err *err)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t stops, blocked;

	*g = (us_guest){ .runner.stop.fd = -1 };
	us_stop_signals(&stops);
	blocked = stops;
	/* whoever read what we pass on may go away: not in the middle of it */
	sigaddset(&blocked, SIGPIPE);
	sigemptyset(&g->runner.usual);
	/* Whoever ignores SIGCHLD is never told how a child ended. */
	if (sigaction(SIGCHLD, &usual, &g->child) != 0 ||
		sigprocmask(SIG_BLOCK, &blocked, &g->runner.mask) != 0)
		return us_fail(err, US_E_IO, "signals: %s", strerror(errno));
	g->runner.stop.fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g->runner.stop.fd >= 0)
		return US_OK;
	(void)us_fail(err, US_E_IO, "signalfd: %s", strerror(errno));
	us_guest_end(g);
	return US_E_IO;
}

void us_guest_end(us_guest *g)
{
	if (g->runner.stop.fd >= 0)
		close(g->runner.stop.fd);
	(void)sigaction(SIGCHLD, &g->child, NULL);
	(void)sigprocmask(SIG_SETMASK, &g->runner.mask, NULL);
}
