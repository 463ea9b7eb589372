#include <malloc.h>

#include "unstick/cli.h"

int main(int argc, char **argv)
{
	/* The one thread besides this one lives for some milliseconds: a heap of
	 * its own would be kept for nothing. A refusal costs memory, nothing else.
	 */
	(void)mallopt(M_ARENA_MAX, 1);
	return us_cli_main(argc, argv);
}
