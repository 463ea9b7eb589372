#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "unstick/cli.h"

/* Started without a standard stream, the next thing that is opened would become it:
 * a connection to the database that the report is then printed into. What stands in
 * its place can't be written, and is gone again for whom we become. */
static void fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	fill_standard_streams();
	/* The one thread besides this one lives for some milliseconds: a heap of
	 * its own would be kept for nothing. A refusal costs memory, nothing else.
	 */
	(void)mallopt(M_ARENA_MAX, 1);
	return us_cli_main(argc, argv);
}
