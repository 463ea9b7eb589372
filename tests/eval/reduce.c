/* One statement after the other is left out, the last first, and again until none
 * can be: greedy, but what chance puts together depends on little. */
#include "reduce.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "say.h"
#include "unstick/auto.h"
#include "unstick/str.h"

typedef struct {
	const experiment *found;
	const char *where;
	size_t number;
	char *folder;        /* of the scripts that are tried */
	statements *scripts; /* of the history, and the one that failed */
	size_t n;
} reduction;

static char *script_of(const statements *s, const char *between)
{
	us_str text = { 0 };
	us_err err = { 0 };
	char *out;

	for (size_t i = 0; i < s->n; i++) {
		if (s->items[i].sql)
			us_str_addf(&text, "%s%s", text.len ? between : "",
				s->items[i].sql + strspn(s->items[i].sql, "\n"));
	}
	if (us_str_take(&text, &out, NULL, &err) != US_OK)
		die("%s", err.msg);
	return out;
}

static void write_script(const reduction *r, migration *m)
{
	US_AUTO(auto_str) char *directory = textf("%s/%s", r->folder, m->name);
	US_AUTO(auto_str) char *path = textf("%s/migration.sql", directory);
	FILE *f;

	if (mkdir(directory, 0777) != 0 || !(f = fopen(path, "we")))
		die("%s: can't be written", path);
	if (fputs(m->text, f) < 0 || fclose(f) != 0)
		die("%s: can't be written", path);
	migration_hash(m);
}

static void remove_script(const reduction *r, const migration *m)
{
	US_AUTO(auto_str) char *directory = textf("%s/%s", r->folder, m->name);
	US_AUTO(auto_str) char *path = textf("%s/migration.sql", directory);

	if (remove(path) != 0 || remove(directory) != 0)
		die("%s: can't be removed", path);
}

/* False, too, if not all of it runs. */
static bool is_bad(const reduction *r, const project *p)
{
	const lab_ops *ops = r->found->lab->ops;
	experiment e = { .lab = ops->open(r->where, r->number),
		.who = r->found->who,
		.project = p,
		.migration = &p->migrations[p->n - 1],
		.place = p->n - 1,
		.out = tmpfile(),
		.seed = r->found->seed,
		.quick = r->found->quick };
	bool runs = true;

	if (!e.out)
		die("no temporary file");
	e.who.migrations = p->directory;
	for (size_t i = 0; i < e.place && runs; i++)
		runs = ops->advance(e.lab, &p->migrations[i], i);
	if (runs)
		experiment_run(&e);
	fclose(e.out);
	ops->close(e.lab);
	return e.through && e.bad > 0;
}

static bool is_still_bad(const reduction *r)
{
	project p = *r->found->project;
	bool bad = false;

	p.directory = r->folder;
	p.migrations = room_for(r->n, sizeof(*p.migrations));
	p.n = 0;
	for (size_t i = 0; i < r->n; i++) {
		migration m = { .name = r->found->project->migrations[i].name,
			.text = script_of(&r->scripts[i], ";\n") };

		if (*m.text) {
			p.migrations[p.n] = m;
			write_script(r, &p.migrations[p.n++]);
			if (i + 1 == r->n)
				bad = is_bad(r, &p);
		} else {
			free(m.text);
		}
	}
	for (size_t i = 0; i < p.n; i++) {
		remove_script(r, &p.migrations[i]);
		free(p.migrations[i].text);
	}
	free(p.migrations);
	return bad;
}

/* How many it could do without. */
static size_t leave_out(reduction *r)
{
	size_t done = 0;

	for (size_t i = r->n; i-- > 0;) {
		for (size_t k = r->scripts[i].n; k-- > 0;) {
			statement *s = &r->scripts[i].items[k];
			char *sql = s->sql;

			if (!sql)
				continue;
			s->sql = NULL;
			if (is_still_bad(r)) {
				free(sql);
				done++;
			} else {
				s->sql = sql;
			}
		}
	}
	return done;
}

static void print(const reduction *r)
{
	fprintf(stderr, "-- %s/%s\n", r->found->project->name,
		r->found->migration->name);
	for (size_t i = 0; i < r->n; i++) {
		US_AUTO(auto_str) char *text = script_of(&r->scripts[i], "; ");

		if (*text)
			fprintf(stderr, "%s %s\n", i + 1 < r->n ? ":" : ">", text);
	}
	fputs("\n", stderr);
}

void reduce(
	const experiment *e, const char *where, size_t number, const char *folder)
{
	reduction r = { .found = e,
		.where = where,
		.number = number,
		.folder = textf("%s/reduced-%zu", folder, number),
		.n = e->place + 1,
		.scripts = room_for(e->place + 1, sizeof(statements)) };

	if (mkdir(r.folder, 0777) != 0)
		die("%s: can't be made", r.folder);
	for (size_t i = 0; i < r.n; i++)
		e->lab->ops->cut(&r.scripts[i], e->project->migrations[i].text);
	while (is_still_bad(&r) && leave_out(&r) > 0)
		;
	print(&r);
	for (size_t i = 0; i < r.n; i++)
		statements_free(&r.scripts[i]);
	remove(r.folder);
	free(r.folder);
	free(r.scripts);
}
