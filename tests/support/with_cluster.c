/* with_cluster CMD...: runs a command (ctest) with one PostgreSQL for all its
 * tests; its URL is in US_TEST_PG. Without PostgreSQL the command runs all the
 * same, and the tests that need one skip themselves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server.h"

static int run(char *const argv[])
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		execvp(argv[0], argv);
		fprintf(stderr, "with_cluster: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	char *binaries, *url;
	server s;
	int status;

	if (argc < 2) {
		fprintf(stderr, "usage: with_cluster CMD...\n");
		return 64;
	}
	binaries = getenv("US_TEST_PG") ? NULL : server_binaries();
	if (!binaries)
		return run(argv + 1);
	if (!server_start(&s, binaries)) {
		free(binaries);
		return 1;
	}
	free(binaries);
	url = server_url(&s, "postgres");
	setenv("US_TEST_PG", url, 1);
	free(url);
	status = run(argv + 1);
	server_stop(&s);
	return status;
}
