/* The symbolic catalog against a real one: the same DDL is run on a server and
 * followed symbolically; then what the server shows of its catalog, read by the
 * same functions, must not contradict it: the same names, those that were made up
 * too, and no definition that differs for certain. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cluster.h"
#include "ddl.h"

/* DDL that makes what the server has now, in the server's own words. */
static const char show[] =
	"WITH rel AS (SELECT c.*, n.nspname FROM pg_class c"
	"  JOIN pg_namespace n ON n.oid = c.relnamespace"
	"  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'), "
	"ddl(o, sql) AS ("
	"SELECT 0, format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,"
	"  (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY "
	"enumsortorder)"
	"   FROM pg_enum e WHERE e.enumtypid = t.oid))"
	"  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
	"  WHERE t.typtype = 'e' "
	"UNION ALL SELECT 1, format('CREATE SEQUENCE %I.%I', r.nspname, r.relname)"
	"  FROM rel r WHERE relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d"
	"  WHERE d.objid = r.oid AND d.deptype = 'i') "
	"UNION ALL SELECT 2, format('CREATE TABLE %I.%I (%s)%s', r.nspname, "
	"r.relname,"
	"  (SELECT string_agg(format('%I %s%s%s%s', a.attname,"
	"     format_type(a.atttypid, a.atttypmod),"
	"     CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,"
	"     CASE WHEN attgenerated = 's' THEN"
	"       format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(adbin, "
	"adrelid))"
	"     WHEN adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(adbin, "
	"adrelid)"
	"     ELSE '' END,"
	"     CASE WHEN attidentity = '' THEN '' ELSE"
	"       format(' GENERATED %s AS IDENTITY (SEQUENCE NAME %s)',"
	"         CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,"
	"         pg_get_serial_sequence(format('%I.%I', r.nspname, r.relname), "
	"attname))"
	"     END), ', ' ORDER BY attnum)"
	"   FROM pg_attribute a LEFT JOIN pg_attrdef d"
	"     ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
	"   WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT attisdropped),"
	"  coalesce(' PARTITION BY ' || pg_get_partkeydef(r.oid), ''))"
	"  FROM rel r WHERE relkind IN ('r', 'p') "
	"UNION ALL SELECT 2, format('CREATE TYPE %I.%I AS (%s)', r.nspname,"
	"  r.relname, (SELECT string_agg(format('%I %s', attname,"
	"    format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)"
	"    FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0))"
	"  FROM rel r WHERE relkind = 'c' "
	"UNION ALL SELECT CASE contype WHEN 'f' THEN 4 ELSE 3 END,"
	"  format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', r.nspname, r.relname,"
	"    conname, pg_get_constraintdef(k.oid))"
	"  FROM pg_constraint k JOIN rel r ON r.oid = k.conrelid WHERE contype "
	"NOT IN ('t', 'n') "
	"UNION ALL SELECT 5, pg_get_indexdef(i.indexrelid) FROM pg_index i"
	"  JOIN rel r ON r.oid = i.indexrelid WHERE NOT EXISTS (SELECT"
	"  FROM pg_constraint k WHERE k.conindid = i.indexrelid"
	"  AND k.contype IN ('p', 'u', 'x')) "
	"UNION ALL SELECT 6, format('CREATE VIEW %I.%I AS SELECT 1', r.nspname,"
	"  r.relname) FROM rel r WHERE relkind = 'v') "
	"SELECT coalesce(string_agg(sql, E';\\n' ORDER BY o, sql), '') FROM ddl";

typedef struct {
	const char *what; /* said with a failure */
	world *mine, *live;
	size_t agree, undecided;
} comparison;

static bool is_compared(const object *o)
{
	return o->there == THERE_YES && o->kind != OBJECT_SCHEMA &&
	       (o->kind == OBJECT_RELATION || o->kind == OBJECT_COLUMN ||
		       o->kind == OBJECT_CONSTRAINT);
}

/* Is it in a relation or schema that is not there, or not what is compared? */
static bool is_lost(const world *w, const object *o)
{
	const object *up = world_object(w, o->parent);
	const char *kind =
		o->kind == OBJECT_COLUMN ? up->facets[FACET_KIND].text : NULL;

	return (o->parent && up->there != THERE_YES) ||
	       strcmp(up->name, "pg_temp") == 0 || (kind && strstr(kind, "view"));
}

static world_key key_of(const world *w, const object *o, facet f)
{
	const object *up = world_object(w, o->parent);
	world_key k = { .kind = o->kind, .name = o->name, .facet = f };

	if (o->kind == OBJECT_RELATION) {
		k.schema = up->name;
	} else {
		k.relation = up->name;
		k.schema = world_object(w, up->parent)->name;
	}
	return k;
}

/* The server's is sure to be there or not; ours may be unknown. */
static void compare_presence(comparison *c, world *from, world *with)
{
	for (object_id id = 1; id <= world_count(from); id++) {
		const object *o = world_object(from, id);
		world_key key;
		us_value v;

		if (!is_compared(o) || is_lost(from, o))
			continue;
		key = key_of(from, o, FACET_THERE);
		v = world_at(with, &key);
		if (v.firmness == US_VALUE_ABSENT)
			fail_msg("%s: %s is only in the %s catalog", c->what,
				world_title(from, id),
				from == c->live ? "real" : "symbolic");
	}
}

static void compare_facets(comparison *c)
{
	for (object_id id = 1; id <= world_count(c->live); id++) {
		const object *o = world_object(c->live, id);

		for (facet f = FACET_TYPE;
			f <= FACET_VALID && is_compared(o) && !is_lost(c->live, o);
			f++) {
			world_key key = key_of(c->live, o, f);
			us_value mine = world_at(c->mine, &key);
			us_value live = world_at(c->live, &key);

			if (!live.text)
				continue;
			switch (us_value_compare(mine, live)) {
			case US_DIFFER:
				fail_msg("%s: %s %s: \"%s\", on the server \"%s\"",
					c->what, world_title(c->live, id),
					facet_name(f), mine.text ? mine.text : "",
					live.text);
				break;
			case US_AGREE:
				c->agree++;
				break;
			case US_UNDECIDED:
				c->undecided++;
				if (getenv("US_SHOW_UNDECIDED"))
					print_message("%s: %s %s: \"%s\", on the "
						      "server \"%s\"\n",
						c->what, world_title(c->live, id),
						facet_name(f),
						mine.text ? mine.text : "",
						live.text);
				break;
			}
		}
	}
}

static void compare(comparison *c, const cluster_db *db)
{
	us_arena trees = { 0 };
	char *ddl = cluster_value(db, show);

	assert_non_null(ddl);
	c->live = ddl_world();
	ddl_apply(c->live, &trees, ddl, MODE_FOLD);
	compare_presence(c, c->live, c->mine);
	compare_presence(c, c->mine, c->live);
	compare_facets(c);
	world_free(c->live);
	us_arena_fini(&trees);
	free(ddl);
}

/* ---- DDL of our own ---- */

static const char *const scripts[] = {
#include "ddl_scripts.inc"
};

static void what_is_followed_is_what_the_server_has(void **state)
{
	const size_t n = sizeof(scripts) / sizeof(scripts[0]);
	size_t agree = 0, undecided = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		comparison c = { .what = scripts[i], .mine = ddl_world() };
		us_arena trees = { 0 };
		cluster_db db;

		cluster_db_open(&db);
		cluster_exec(&db, scripts[i]);
		ddl_apply(c.mine, &trees, scripts[i], MODE_FOLD);
		compare(&c, &db);
		agree += c.agree;
		undecided += c.undecided;
		cluster_db_close(&db);
		world_free(c.mine);
		us_arena_fini(&trees);
	}
	print_message("%zu scripts: %zu values agree, %zu undecided\n", n, agree,
		undecided);
	assert_true(agree > 10 * undecided);
}

/* ---- histories ---- */

static char *corpus(const char *project)
{
	const char *from = getenv("US_CORPUS");
	char *path;

	assert_true(
		asprintf(&path, "%s/%s", from ? from : US_ROOT "/../shared/corpus",
			project) > 0);
	return path;
}

static int is_folder(const struct dirent *e)
{
	return e->d_name[0] != '.' && !strchr(e->d_name, '.');
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static char *read_script(const char *folder, const char *name)
{
	char *path, *text = NULL;
	size_t cap = 0;
	FILE *f;

	assert_true(asprintf(&path, "%s/%s/migration.sql", folder, name) > 0);
	f = fopen(path, "r");
	if (f && getdelim(&text, &cap, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	free(path);
	return text;
}

static void run_script(comparison *c, const cluster_db *db, us_arena *trees,
	const char *folder, const char *name)
{
	const char *path = "public";
	char *text = read_script(folder, name);

	if (!text)
		return;
	c->what = name;
	cluster_exec(db, text);
	ddl_apply(c->mine, trees, text, MODE_FOLD);
	world_set_path(c->mine, &path, 1);
	free(text);
}

static void follow_history(const char *project)
{
	enum { EVERY = 60 };
	comparison c = { .mine = ddl_world() };
	us_arena trees = { 0 };
	char *folder = corpus(project);
	struct dirent **names = NULL;
	int n = scandir(folder, &names, is_folder, by_bytes);
	cluster_db db;

	if (n < 0) {
		free(folder);
		world_free(c.mine);
		print_message("no corpus here: set US_CORPUS\n");
		skip();
	}
	cluster_db_open(&db);
	for (int i = 0; i < n; i++) {
		run_script(&c, &db, &trees, folder, names[i]->d_name);
		if (i % EVERY == 0 || i == n - 1)
			compare(&c, &db);
		free(names[i]);
	}
	print_message("%s: %d scripts, %zu values agree, %zu undecided\n", project,
		n, c.agree, c.undecided);
	cluster_db_close(&db);
	free(names);
	free(folder);
	world_free(c.mine);
	us_arena_fini(&trees);
}

#define HISTORY(test, project)                                                     \
	static void test(void **state)                                             \
	{                                                                          \
		(void)state;                                                       \
		follow_history(project);                                           \
	}

HISTORY(langfuse_is_followed, "langfuse")
HISTORY(triggerdev_is_followed, "triggerdev")
HISTORY(hatchet_is_followed, "hatchet")
HISTORY(amplication_is_followed, "amplication")
HISTORY(umami_is_followed, "umami")
HISTORY(zipline_is_followed, "zipline-v3")
HISTORY(reactive_resume_is_followed, "reactive-resume")

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_followed_is_what_the_server_has),
		cmocka_unit_test(umami_is_followed),
		cmocka_unit_test(zipline_is_followed),
		cmocka_unit_test(reactive_resume_is_followed),
		cmocka_unit_test(amplication_is_followed),
		cmocka_unit_test(hatchet_is_followed),
		cmocka_unit_test(langfuse_is_followed),
		cmocka_unit_test(triggerdev_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
