/* The command line. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLE = 30 }; /* percent: two to three minutes on two cores */

static const char usage[] =
	"usage: eval [OPTION...]\n"
	"\n"
	"Breaks real migrations after every statement and compares what unstick "
	"finds\n"
	"with the truth. See docs/eval.md.\n"
	"\n"
	"  --all               every migration, not a sample of 30 in a hundred\n"
	"  --sample PERCENT    a sample of this size\n"
	"  --seed N            another sample, other subsets (default 1)\n"
	"  --provider NAME     postgresql or sqlite only\n"
	"  --project NAME      one history of the corpus\n"
	"  --migration NAME    one migration of it\n"
	"  --evidence NAME     catalog or replay, as unstick takes it\n"
	"  --random N          histories made by chance for each provider, those "
	"of "
	"the seeds\n"
	"                      from N on, instead of real ones\n"
	"  --keep DIR          a new folder that they are left in\n"
	"  --reduce            the shortest histories that some finding stays "
	"with, "
	"on stderr\n"
	"  --quick             prefixes only: no subsets, no harm\n"
	"  --show GRADE        list these: exact range alarm wrong unknown other\n"
	"                      diverged equal mixed missed told untold harm "
	"visible bad\n"
	"  --jobs N            processes at once (default: one a core)\n"
	"  --corpus DIR        the histories (default: US_CORPUS, "
	"../shared/corpus)\n"
	"  --unstick FILE      the program (default: the one built with this)\n";

static const struct option known[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "sample", required_argument, NULL, 'n' },
	{ "seed", required_argument, NULL, 's' },
	{ "provider", required_argument, NULL, 'd' },
	{ "project", required_argument, NULL, 'p' },
	{ "migration", required_argument, NULL, 'm' },
	{ "evidence", required_argument, NULL, 'e' },
	{ "random", required_argument, NULL, 'r' },
	{ "keep", required_argument, NULL, 'k' },
	{ "reduce", no_argument, NULL, 'x' },
	{ "quick", no_argument, NULL, 'q' },
	{ "show", required_argument, NULL, 'w' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "corpus", required_argument, NULL, 'c' },
	{ "unstick", required_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static unsigned number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n > 1000000000) {
		fprintf(stderr, "eval: '%s' is no number\n", text);
		exit(64);
	}
	return (unsigned)n;
}

static void take(options *o, int letter)
{
	switch (letter) {
	case 'a':
		o->share = 100;
		break;
	case 'n':
		o->share = number(optarg);
		break;
	case 's':
		o->seed = number(optarg);
		break;
	case 'd':
		o->provider = optarg;
		break;
	case 'p':
		o->project = optarg;
		break;
	case 'm':
		o->migration = optarg;
		break;
	case 'e':
		o->evidence = optarg;
		break;
	case 'r':
		o->random = number(optarg);
		break;
	case 'k':
		o->keep = optarg;
		break;
	case 'x':
		o->reduce = true;
		break;
	case 'q':
		o->quick = true;
		break;
	case 'w':
		o->show = optarg;
		break;
	case 'j':
		o->jobs = number(optarg);
		break;
	case 'c':
		o->corpus = optarg;
		break;
	case 'u':
		o->unstick = optarg;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(64);
	}
}

void options_read(options *o, int argc, char **argv)
{
	const char *corpus = getenv("US_CORPUS");
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int letter;

	*o = (options){ .unstick = US_UNSTICK,
		.corpus = corpus && *corpus ? corpus : US_ROOT "/../shared/corpus",
		.seed = 1,
		.share = SAMPLE,
		.jobs = cores > 0 ? (unsigned)cores : 1 };
	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
		take(o, letter);
	if (optind < argc || o->jobs == 0) {
		fputs(usage, stderr);
		exit(64);
	}
	if (o->migration)
		o->share = 100;
}
