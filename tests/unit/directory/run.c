#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "unstick/str.h"

enum { NOT_FOUND = 127 };

static void become(const char *folder, const char *const *argv, int out)
{
	/* Node sorts by this locale; it needn't be installed. */
	if (chdir(folder) != 0 || dup2(out, STDOUT_FILENO) < 0 ||
		setenv("LC_ALL", "en_US.UTF-8", 1) != 0)
		_exit(1);
	execvp(argv[0], (char *const *)argv);
	_exit(NOT_FOUND);
}

char *run(const char *folder, const char *const *argv)
{
	us_str printed = { 0 };
	char chunk[4096], *text;
	int ends[2], status;
	us_err err = { 0 };
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become(folder, argv, ends[1]);
	close(ends[1]);
	while ((n = read(ends[0], chunk, sizeof(chunk))) > 0)
		us_str_addn(&printed, chunk, (size_t)n);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_ok(us_str_take(&printed, &text, NULL, &err), &err);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND) {
		free(text);
		return NULL;
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return text;
}
