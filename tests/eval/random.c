/* A history is what a session could do: a statement that the database refuses is
 * never written down, and what comes next is made for the database as it then is.
 */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dice.h"
#include "grammar.h"
#include "grammars.h"
#include "say.h"
#include "unstick/auto.h"

enum { MIGRATIONS = 7, STATEMENTS = 8, TRIES = 12 }; /* of the first two, at most */

typedef struct {
	grammar *grammar;
	lab *lab;
	uint64_t dice;
} maker;

static bool run(maker *m, const char *sql)
{
	return m->lab->ops->run(m->lab, sql, NULL);
}

/* False: the database is as it was before. */
static bool attempt(maker *m, const char *sql)
{
	bool guarded = m->lab->ops->in_transaction(m->lab);

	if (guarded && !run(m, "SAVEPOINT unstick_attempt"))
		return false;
	if (run(m, sql))
		return true;
	if (guarded)
		run(m, "ROLLBACK TO SAVEPOINT unstick_attempt");
	return false;
}

/* Several that belong together end with the first that fails. How many ran. */
static size_t write_group(maker *m, FILE *to, char *group)
{
	size_t n = 0;

	while (*group) {
		char *end = strstr(group, ";;");
		US_AUTO(auto_str) char *sql = NULL;

		if (end)
			*end = '\0';
		sql = dice_throw(&m->dice, 8) == 0
			      ? grammar_respell(group, &m->dice)
			      : copy_of(group);
		if (!attempt(m, sql))
			break;
		fprintf(to, "%s;\n", sql);
		n++;
		group = end ? end + 2 : group + strlen(group);
	}
	return n;
}

static void write_script(maker *m, FILE *to)
{
	size_t wanted = 1 + dice_throw(&m->dice, STATEMENTS), n = 0;

	for (size_t i = 0; i < wanted * TRIES && n < wanted; i++) {
		US_AUTO(auto_str)
		char *group =
			grammar_say(m->grammar, "statements", &m->dice, m->lab);

		if (group)
			n += write_group(m, to, group);
	}
	/* what is open at the end is lost: once in a while that is tried too */
	if (m->lab->ops->in_transaction(m->lab) && dice_throw(&m->dice, 8) > 0 &&
		run(m, "COMMIT"))
		fputs("COMMIT;\n", to);
	m->lab->ops->new_session(m->lab);
}

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		die("%s: can't be written", path);
	return f;
}

static void finish(FILE *f, const char *path)
{
	if (fclose(f) != 0)
		die("%s: can't be written", path);
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0777) != 0)
		die("%s: can't be made", path);
}

static void write_migration(maker *m, const char *directory, size_t number)
{
	US_AUTO(auto_str)
	char *folder = textf("%s/202401%02zu000000_step", directory, number);
	US_AUTO(auto_str) char *path = textf("%s/migration.sql", folder);
	FILE *f;

	make_directory(folder);
	f = create(path);
	write_script(m, f);
	finish(f, path);
}

static void write_lock_file(const char *directory, const char *provider)
{
	US_AUTO(auto_str) char *path = textf("%s/migration_lock.toml", directory);
	FILE *f = create(path);

	fprintf(f, "provider = \"%s\"\n", provider);
	finish(f, path);
}

void random_history(const lab_ops *ops, const char *where, size_t number,
	const char *directory, const char *name, uint64_t seed)
{
	const migration none = { .name = (char *)"", .text = (char *)"" };
	const condition bare = { .unfinished = &none, .avoid = "" };
	US_AUTO(auto_str) char *path = textf("%s/%s", directory, name);
	maker m = { .grammar = grammar_new(
			    ops == &lab_postgres ? us_text_random_postgresql_grammar
						 : us_text_random_sqlite_grammar),
		.lab = ops->open(where, number),
		.dice = dice_for(seed, "random", ops->provider) };
	size_t n = 3 + dice_throw(&m.dice, MIGRATIONS - 2);

	make_directory(path);
	write_lock_file(path, ops->provider);
	ops->copy(m.lab, &bare);
	for (size_t i = 1; i <= n; i++)
		write_migration(&m, path, i);
	ops->close(m.lab);
	grammar_free(m.grammar);
}

void random_projects(corpus *c, unsigned n, uint64_t seed, const char *provider)
{
	static const char *const providers[] = { "postgresql", "sqlite" };

	c->items = room_for(2 * (size_t)n, sizeof(*c->items));
	for (size_t p = 0; p < US_LEN(providers); p++) {
		if (provider && strcmp(provider, providers[p]) != 0)
			continue;
		for (unsigned i = 0; i < n; i++)
			c->items[c->n++] = (project){
				.name = textf("random-%s-%llu", providers[p],
					(unsigned long long)seed + i),
				.provider = copy_of(providers[p]),
				.own = true,
				.seed = seed + i,
			};
	}
}
