/*
 * measure RUNS STATUS COMMAND... [-- STATUS COMMAND...]...
 *
 * Runs the commands in turn, RUNS rounds after two that don't count, so that
 * whatever else the machine does hits all of them alike. One line a command:
 * median, shortest and longest wall time in milliseconds, and the greatest memory
 * any run had in MiB. A command that ends with another status than STATUS ends it
 * all: a program that fails fast is not a fast program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP = 2, MAX_RUNS = 10000 };

typedef struct {
	char **argv;
	int status;   /* it is to end with */
	double *ms;   /* of each run */
	long max_kib; /* resident */
} command;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Does not return. Output goes nowhere: a terminal's speed is not the subject. */
static void become(char **argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(127);
	execvp(argv[0], argv);
	_exit(127);
}

/* One run; 0, or -1 with a message. */
static int run(command *c, double *ms)
{
	struct rusage usage;
	double start = now_ms();
	int status;
	pid_t pid = fork();

	if (pid == 0)
		become(c->argv);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		fprintf(stderr, "measure: %s: %s\n", c->argv[0], strerror(errno));
		return -1;
	}
	*ms = now_ms() - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != c->status) {
		fprintf(stderr,
			"measure: %s: wait status 0x%x where exit %d was due\n",
			c->argv[0], (unsigned)status, c->status);
		return -1;
	}
	if (usage.ru_maxrss > c->max_kib)
		c->max_kib = usage.ru_maxrss;
	return 0;
}

static int run_all(command *commands, size_t n, long runs)
{
	for (long round = -WARM_UP; round < runs; round++) {
		for (size_t i = 0; i < n; i++) {
			double ms;

			if (run(&commands[i], &ms) < 0)
				return -1;
			if (round >= 0)
				commands[i].ms[round] = ms;
		}
	}
	return 0;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

static void report(command *c, long runs)
{
	double median;

	qsort(c->ms, (size_t)runs, sizeof(*c->ms), by_size);
	median = (c->ms[(runs - 1) / 2] + c->ms[runs / 2]) / 2;
	printf("%.3f %.3f %.3f %.1f\n", median, c->ms[0], c->ms[runs - 1],
		(double)c->max_kib / 1024);
}

/* Cuts argv at each "--" into commands; how many, or 0 if one of them is no
 * command. */
static size_t cut(command *commands, char **argv)
{
	size_t n = 0;

	while (*argv) {
		char *end;

		commands[n].status = (int)strtol(*argv, &end, 10);
		if (end == *argv || *end || !argv[1])
			return 0;
		commands[n++].argv = ++argv;
		do
			argv++;
		while (*argv && strcmp(*argv, "--") != 0);
		if (*argv)
			*argv++ = NULL;
	}
	return n;
}

int main(int argc, char **argv)
{
	command *commands = calloc((size_t)argc, sizeof(*commands));
	long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	size_t n = commands && argc > 2 ? cut(commands, argv + 2) : 0;
	int status = EXIT_FAILURE;

	if (n == 0 || runs < 1 || runs > MAX_RUNS) {
		fputs("usage: measure RUNS STATUS COMMAND... [-- STATUS "
		      "COMMAND...]\n",
			stderr);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		commands[i].ms = calloc((size_t)runs, sizeof(double));
		if (!commands[i].ms)
			goto out;
	}
	if (run_all(commands, n, runs) < 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		report(&commands[i], runs);
	status = EXIT_SUCCESS;
out:
	for (size_t i = 0; i < n; i++)
		free(commands[i].ms);
	free(commands);
	return status;
}
