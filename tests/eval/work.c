/* The processes. A history is one thing after the other, so that a worker goes
 * through one; the parent only waits and collects. */
#include "work.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dice.h"
#include "experiment.h"
#include "random.h"
#include "reduce.h"
#include "say.h"
#include "server.h"
#include "unstick/auto.h"

/* Of a long history several workers do a part each, beside one another: going
 * through it without asking takes a second. */
enum { A_PART = 150 }; /* migrations */

typedef struct {
	const project *project;
	size_t part, parts;
	size_t weight;
	pid_t worker;  /* 0: not started, -1: done */
	FILE *written; /* its findings */
} unit;

typedef struct {
	const options *options;
	server server;    /* directory is NULL: none was needed */
	char folder[256]; /* of SQLite's files, and where unstick runs */
	unit *units;
	size_t n;
	sigset_t awaited; /* SIGCHLD, and those that end us: nothing is left behind
			   */
	sigset_t usual;   /* what a worker has */
} crew;

/* ---- in a worker ---- */

static bool is_mine(const crew *c, const unit *u, const migration *m, size_t place)
{
	const options *o = c->options;
	uint64_t state = dice_for(o->seed + 1000, u->project->name, m->name);

	if (place % u->parts != u->part)
		return false;
	if (o->migration)
		return strcmp(o->migration, m->name) == 0;
	return u->project->own || dice_throw(&state, 100) < o->share;
}

static const char *place_of(const crew *c, const lab_ops *ops)
{
	return ops == &lab_postgres ? c->server.directory : c->folder;
}

/* One that chance makes exists from here on. */
static const project *made(const crew *c, size_t number, corpus *histories)
{
	const project *p = c->units[number].project;
	const lab_ops *ops = lab_for(p->provider);
	const char *directory = c->options->keep ? c->options->keep : c->folder;

	if (!p->seed)
		return p;
	random_history(ops, place_of(c, ops), number, directory, p->name, p->seed);
	if (corpus_add(histories, directory, p->name, true) != 1)
		die("%s/%s: can't be read", directory, p->name);
	return &histories->items[0];
}

static void try_unit(const crew *c, size_t number)
{
	const unit *u = &c->units[number];
	corpus histories = { 0 };
	const project *p = made(c, number, &histories);
	const lab_ops *ops = lab_for(p->provider);
	bool server_side = ops == &lab_postgres;
	lab *l = ops->open(place_of(c, ops), number);
	char *shadow = NULL;

	/* Whoever has one configured gets its second opinion unasked. */
	if (server_side && c->options->evidence &&
		strcmp(c->options->evidence, "replay") == 0)
		shadow = postgres_shadow(c->server.directory, number);
	for (size_t i = 0; i < p->n; i++) {
		experiment e = { .lab = l,
			.who = { .program = c->options->unstick,
				.folder = c->folder,
				.migrations = p->directory,
				.evidence = c->options->evidence,
				.shadow = shadow },
			.project = p,
			.migration = &p->migrations[i],
			.place = i,
			.out = u->written,
			.seed = u->project->seed ? u->project->seed
						 : c->options->seed,
			.quick = c->options->quick };

		if (is_mine(c, u, e.migration, i))
			experiment_run(&e);
		if (e.bad && e.through && c->options->reduce)
			reduce(&e, place_of(c, ops), c->n + number, c->folder);
		ops->advance(l, e.migration, i);
	}
	free(shadow);
	ops->close(l);
	corpus_free(&histories);
}

static void start(crew *c, size_t number)
{
	unit *u = &c->units[number];

	u->written = tmpfile();
	if (!u->written)
		die("no temporary file");
	fflush(NULL);
	u->worker = fork();
	if (u->worker < 0)
		die("no more processes");
	if (u->worker == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_SETMASK, &c->usual, NULL);
		try_unit(c, number);
		fflush(NULL);
		_exit(0);
	}
}

/* ---- in the parent ---- */

static size_t parts_of(const crew *c, const project *p)
{
	return p->n * c->options->share / 100 / A_PART + 1;
}

static void divide(crew *c, const corpus *projects)
{
	size_t most = 0;

	for (size_t i = 0; i < projects->n; i++)
		most += parts_of(c, &projects->items[i]);
	c->units = room_for(most, sizeof(*c->units));
	for (size_t i = 0; i < projects->n; i++) {
		const project *p = &projects->items[i];
		size_t parts = parts_of(c, p);

		for (size_t part = 0; part < parts; part++)
			c->units[c->n++] = (unit){ .project = p,
				.part = part,
				.parts = parts,
				.weight = p->bytes / parts };
	}
}

/* The longest first, so that no core waits for it alone at the end. */
static size_t next(const crew *c)
{
	size_t best = c->n;

	for (size_t i = 0; i < c->n; i++) {
		if (c->units[i].worker == 0 &&
			(best == c->n ||
				c->units[i].weight > c->units[best].weight))
			best = i;
	}
	return best;
}

/* False if it failed. */
static bool reap(unit *u)
{
	int status = 0;

	if (u->worker <= 0 || waitpid(u->worker, &status, WNOHANG) != u->worker)
		return true;
	u->worker = -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "eval: %s: the worker failed\n", u->project->name);
	return false;
}

/* Until a worker ended. False: one failed, or somebody wants us to stop. */
static bool await_one(crew *c)
{
	siginfo_t info;
	bool ok = true;

	if (sigwaitinfo(&c->awaited, &info) < 0)
		return errno == EINTR;
	if (info.si_signo != SIGCHLD)
		return false;
	for (size_t i = 0; i < c->n; i++)
		ok &= reap(&c->units[i]);
	return ok;
}

static void stop(crew *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->units[i].worker > 0 &&
			kill(c->units[i].worker, SIGKILL) == 0)
			waitpid(c->units[i].worker, NULL, 0);
	}
}

static unsigned running(const crew *c)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->units[i].worker > 0;
	return n;
}

static void collect(findings *all, FILE *from)
{
	finding f;

	rewind(from);
	while (finding_read(&f, from)) {
		if (all->n == all->cap) {
			all->cap = all->cap ? 2 * all->cap : 1024;
			all->items =
				realloc(all->items, all->cap * sizeof(*all->items));
			if (!all->items)
				die("out of memory");
		}
		all->items[all->n++] = f;
	}
	fclose(from);
}

static int remove_entry(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* Copying databases is most of the work: in memory it takes a tenth of the time. */
static void prefer_memory(void)
{
	if (!getenv("TMPDIR") && access("/dev/shm", W_OK | X_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

static void listen_to_signals(crew *c)
{
	static const int signals[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP };

	sigemptyset(&c->awaited);
	for (size_t i = 0; i < US_LEN(signals); i++)
		sigaddset(&c->awaited, signals[i]);
	sigprocmask(SIG_BLOCK, &c->awaited, &c->usual);
}

static void prepare(crew *c)
{
	const char *tmp;
	bool server_side = false;

	prefer_memory();
	tmp = getenv("TMPDIR");
	snprintf(c->folder, sizeof(c->folder), "%s/unstick-eval-XXXXXX",
		tmp ? tmp : "/tmp");
	if (!mkdtemp(c->folder))
		die("%s: can't make it", c->folder);
	for (size_t i = 0; i < c->n; i++)
		server_side |=
			lab_for(c->units[i].project->provider) == &lab_postgres;
	if (server_side) {
		char *binaries = server_binaries();

		if (!binaries || !server_start(&c->server, binaries))
			die("no PostgreSQL could be started");
		free(binaries);
	}
	listen_to_signals(c); /* after the server, which has no use for our mask */
}

static bool run_all(crew *c)
{
	size_t number;
	bool ok = true;

	while (ok && (number = next(c)) < c->n) {
		start(c, number);
		while (ok && running(c) >= c->options->jobs)
			ok = await_one(c);
	}
	while (ok && running(c) > 0)
		ok = await_one(c);
	return ok;
}

void work(findings *all, const options *o, const corpus *projects)
{
	crew c = { .options = o, .server = { .supervisor = -1, .leash = -1 } };
	bool ok;

	divide(&c, projects);
	prepare(&c);
	ok = run_all(&c);
	if (!ok)
		stop(&c);
	for (size_t i = 0; ok && i < c.n; i++)
		collect(all, c.units[i].written);
	if (all->n)
		qsort(all->items, all->n, sizeof(*all->items), finding_compare);
	server_stop(&c.server);
	nftw(c.folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(c.units);
	if (!ok)
		die("stopped");
}

void findings_free(findings *all)
{
	for (size_t i = 0; i < all->n; i++)
		finding_free(&all->items[i]);
	free(all->items);
	*all = (findings){ 0 };
}
