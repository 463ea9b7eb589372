/* kill -9 at a chosen system call, by tracing the program. */
#include "killed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "run.h"
#include "unstick/auto.h"

/* A system call's stop, told from a SIGTRAP (PTRACE_O_TRACESYSGOOD). */
enum { CALL = SIGTRAP | 0x80 };

static bool matters(long call)
{
	static const long calls[] = { SYS_sendto, SYS_recvfrom, SYS_write,
		SYS_pwrite64, SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_fcntl,
#ifdef SYS_unlink
		SYS_unlink,
#endif
		SYS_unlinkat };

	for (size_t i = 0; i < US_LEN(calls); i++)
		if (calls[i] == call)
			return true;
	return false;
}

static bool enters(pid_t pid)
{
	struct __ptrace_syscall_info info;

	memset(&info, 0, sizeof(info));
	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) >
		       0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY && matters((long)info.entry.nr);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

/* Waits until it has become the program; false if tracing isn't allowed. */
static bool attach(pid_t pid)
{
	int status = wait_for(pid);

	if (!WIFSTOPPED(status))
		return false;
	assert_int_equal(
		ptrace(PTRACE_SETOPTIONS, pid, NULL,
			(void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)),
		0);
	return true;
}

/* To the next stop; 0 if it has ended. */
static int proceed(pid_t pid, int signal)
{
	int status;

	assert_int_equal(
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal), 0);
	status = wait_for(pid);
	return WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
}

static pid_t start(const project *p, const char *const *words)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (nowhere < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0 ||
			ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(127);
		unstick_become(p, words);
	}
	return pid;
}

bool killed_at(const project *p, size_t n, const char *const *words)
{
	pid_t pid = start(p, words);
	size_t seen = 0;
	int stop = 0;

	if (!attach(pid)) {
		print_message("no process may be traced here: skipped\n");
		skip();
	}
	while ((stop = proceed(pid, stop == CALL ? 0 : stop)) != 0) {
		if (stop == SIGTRAP)
			stop = 0;
		if (stop != CALL || !enters(pid) || ++seen < n)
			continue;
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_true(WIFSIGNALED(wait_for(pid)));
		return true;
	}
	return false;
}
