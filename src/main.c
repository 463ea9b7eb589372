#include <malloc.h>

#include "unstick/cli.h"

int main(int argc, char **argv)
{
	/* The one thread besides this one lives for some milliseconds: a heap of
	 * its own would be kept for nothing. A refusal costs memory, nothing else.
	 */
	(void)mallopt(M_ARENA_MAX, 1);
	/* Nor is anything given back to a system that gets it all in a moment: each
	 * page would be faulted in again. */
	(void)mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
	(void)mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
	(void)mallopt(M_TOP_PAD, 256 * 1024);
	return us_cli_main(argc, argv);
}
