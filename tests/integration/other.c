#include "other.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static const char mark[] = "--other";

int other_main(int argc, char **argv)
{
	sqlite3 *file = NULL;
	char byte;
	int code;

	if (argc != 4 || strcmp(argv[1], mark) != 0)
		return 0;
	code = sqlite3_open(argv[2], &file);
	if (code == SQLITE_OK)
		code = sqlite3_exec(file, argv[3], NULL, NULL, NULL);
	byte = (char)(code & 0x7F);
	if (write(STDOUT_FILENO, &byte, 1) == 1)
		(void)!read(STDIN_FILENO, &byte, 1); /* until the leash is cut */
	sqlite3_close(file);
	return 1;
}

/* Returns when it has run its statements. */
static int start(other *o, const char *path, const char *sql)
{
	int in[2], out[2];
	char code = -1;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	o->pid = fork();
	if (o->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl("/proc/self/exe", "other", mark, path, sql, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	o->leash = in[1];
	assert_int_equal(read(out[0], &code, 1), 1);
	close(out[0]);
	return code;
}

void other_end(other *o)
{
	close(o->leash);
	assert_int_equal(waitpid(o->pid, NULL, 0), o->pid);
}

void other_dies(other *o)
{
	assert_int_equal(kill(o->pid, SIGKILL), 0);
	other_end(o);
}

int other_runs(const char *path, const char *sql)
{
	other o;
	int code = start(&o, path, sql);

	other_end(&o);
	return code;
}

void other_holds(other *o, const char *path, const char *sql)
{
	assert_int_equal(start(o, path, sql), SQLITE_OK);
}
