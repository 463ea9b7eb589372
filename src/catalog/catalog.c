/* The provider of evidence that does nothing but read: the script's states on a
 * symbolic catalog, compared with the rows of the live one that it names. */
#include "unstick/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "live.h"
#include "position.h"
#include "rerun.h"
#include "run.h"
#include "unstick/auto.h"

/* What one reading is made of; all of it is released together. */
typedef struct us_catalog {
	us_stuck c;
	us_arena arena; /* trees, words, texts */
	parse script;
	bool readable;
	words about;
	const later_script *later;
	world *nothing, *start, *live;
	run blind;     /* the script alone, knowing nothing of the history */
	run whole;     /* from `start` to its end */
	us_code found; /* how finding `start` and `whole` ended */
	us_err why;
	us_states *states;
	size_t *places; /* of the keys, as the run touched them, in the states */
	bool followed;  /* no statement of the script does what can't be followed */
} reading;

void us_catalog_free(us_catalog *g)
{
	if (!g)
		return;
	us_states_free(g->states);
	run_end(&g->whole);
	run_end(&g->blind);
	world_free(g->live);
	world_free(g->start);
	world_free(g->nothing);
	us_arena_fini(&g->arena);
	free(g);
}

static us_code run_through(run *r, const parse *script, const world *start,
	world *learn_into, us_err *err)
{
	us_code rc = run_begin(r, script, start, err);

	if (rc != US_OK)
		return rc;
	world_learn_into(r->now, learn_into);
	while (rc == US_OK && r->ran < script->n)
		rc = run_step(r, MODE_SCRIPT, err);
	return rc;
}

/* A name may have been made up for what was given none, of names that are all there
 * is in the script that did: t_id_seq of t and id. */
static void add_name(words *about, const char *name)
{
	words_add(about, name, strlen(name));
	for (const char *p = strchr(name, '_'); p; p = strchr(p + 1, '_'))
		words_add(about, name, (size_t)(p - name));
}

/* Of everything from `first` on but columns, which are found with their tables. Was
 * any of them new? */
static bool add_names(words *about, const world *w, object_id first)
{
	bool new = false;

	for (object_id id = first; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (o->kind == OBJECT_COLUMN || o->kind == OBJECT_SCHEMA ||
			words_have(about, o->name, strlen(o->name)))
			continue;
		add_name(about, o->name);
		/* a name without words can't be looked for */
		new = new || words_have(about, o->name, strlen(o->name));
	}
	return new;
}

/* The names that the script is about: those of everything it looks up. */
static us_code find_names(reading *g, us_err *err)
{
	us_code rc;

	g->nothing = live_world(g->c.live);
	if (!g->nothing)
		return us_fail(err, US_E_NOMEM, "out of memory");
	rc = run_through(&g->blind, &g->script, g->nothing, NULL, err);
	g->about.arena = &g->arena;
	if (rc == US_OK)
		(void)add_names(&g->about, g->blind.now, 1);
	return rc;
}

/* What the script needs was so before it: learnt by running it once. more: it looks
 * names up that were not looked for in the history. */
static us_code learn_start(reading *g, bool *more, us_err *err)
{
	object_id known = (object_id)world_count(g->start);
	run r;
	us_code rc = run_through(&r, &g->script, g->start, g->start, err);

	*more = rc == US_OK && add_names(&g->about, r.now, known + 1);
	run_end(&r);
	return rc;
}

/* Knowing the history, the script may do more than without (IF NOT EXISTS), and
 * then be about more of the history. */
static us_code find_start(reading *g, us_err *err)
{
	bool more = true;
	us_code rc = US_OK;

	while (rc == US_OK && more) {
		world_free(g->start);
		g->start = NULL;
		rc = fold_history(&g->start, &g->later, &g->c, &g->about, err);
		if (rc == US_OK)
			rc = learn_start(g, &more, err);
	}
	return rc;
}

/* Does the object, or what it is made of, bear a name that the text says? A column
 * that goes takes its indexes along, a table that is renamed shows in them. */
static bool is_about(const world *w, object_id id, const words *said)
{
	const object *o = world_object(w, id);

	for (object_id i = 1; i <= world_count(w); i++) {
		const char *name = world_object(w, i)->name;

		if ((i == o->on || world_refers(w, id, i)) &&
			words_have(said, name, strlen(name)))
			return true;
	}
	return false;
}

static bool touches(const world *w, const world_key *key, const words *said)
{
	const char *name = key->relation ? key->relation : key->name;

	if (words_have(said, name, strlen(name)))
		return true;
	for (object_id id = 1; id <= world_count(w); id++) {
		const object *o = world_object(w, id);

		if (o->kind == key->kind && strcmp(o->name, key->name) == 0 &&
			is_about(w, id, said))
			return true;
		/* its columns are those of what it inherits from */
		if (key->relation && o->kind == OBJECT_RELATION &&
			strcmp(o->name, key->relation) == 0 &&
			(o->blurred || is_about(w, id, said)))
			return true;
	}
	return false;
}

/* Another migration that ran later may have changed what this one touches. */
static const char *doubt_of(reading *g, const world *keys, const world_key *key)
{
	for (const later_script *l = g->later; l->name; l++) {
		words said = { .arena = &g->arena };

		if (!l->far)
			words_add(&said, l->text, l->len);
		if (l->far || touches(keys, key, &said))
			return us_arena_strf(&g->arena,
				"%s, which was begun later, may have changed it",
				l->name);
	}
	return NULL;
}

/* Whatever the script would make of it: a thing that the server itself calls broken
 * is neither there nor not there. */
static bool is_broken(reading *g, const world_key *key)
{
	world_key valid = *key;
	us_value v;

	if (key->kind != OBJECT_RELATION)
		return false;
	valid.facet = FACET_VALID;
	v = world_at(g->live, &valid);
	return v.text && strcmp(v.text, "no") == 0;
}

/* The states, and the keys' places in them. */
static us_code name_keys(reading *g, world *keys, us_err *err)
{
	size_t n = world_ntouched(keys);
	us_code rc = us_states_new(&g->states, g->script.n, err);

	if (rc != US_OK)
		return rc;
	g->places = us_arena_alloc(&g->arena, (n + 1) * sizeof(*g->places));
	for (size_t i = 0; g->places && i < n; i++) {
		const world_key *key = world_touched(keys, i);

		g->places[i] = us_states_key(g->states, world_key_title(keys, key),
			facet_name(key->facet));
	}
	return us_arena_check(&g->arena, err);
}

static us_value value_in(reading *g, world *now, const world_key *key)
{
	return key->facet == FACET_POSITION ? position_in(now, g->live, key)
					    : world_at(now, key);
}

static us_code put_keys(
	reading *g, world *keys, world *now, size_t k, size_t lasting, us_err *err)
{
	for (size_t i = 0; i < world_ntouched(keys); i++) {
		const world_key *key = world_touched(keys, i);
		size_t at = g->places[i];
		const char *doubt;

		/* an open transaction's statements are lost with it */
		us_states_put(g->states, at, k,
			lasting < k ? us_states_at(g->states, at, lasting)
				    : value_in(g, now, key));
		if (k > 0)
			continue;
		doubt = doubt_of(g, keys, key);
		if (doubt)
			us_states_doubt(g->states, at, doubt);
		if (!is_broken(g, key))
			us_states_put_live(g->states, at,
				key->facet == FACET_POSITION
					? position_live(g->live, key)
					: world_at(g->live, key));
	}
	return us_arena_check(world_arena(keys), err);
}

/* All states on the keys that a whole run touches. */
static us_code put_states(reading *g, world *keys, us_err *err)
{
	run r;
	us_code rc = run_begin(&r, &g->script, g->start, err);

	if (rc == US_OK)
		rc = put_keys(g, keys, r.now, 0, 0, err);
	g->followed = true;
	while (rc == US_OK && r.ran < g->script.n) {
		rc = run_step(&r, MODE_FOLD, err);
		g->followed = g->followed && !world_outcome(r.now)->unsure;
		if (rc == US_OK)
			rc = put_keys(
				g, keys, run_outside(&r), r.ran, r.lasting, err);
	}
	if (rc == US_OK)
		rc = us_arena_check(world_arena(r.now), err);
	run_end(&r);
	return rc;
}

/* Does any state of the script have it not valid? Then that is how it should be. */
static bool is_meant(const reading *g, size_t key)
{
	for (size_t k = 0; k <= g->script.n; k++) {
		us_value v = us_states_at(g->states, key, k);

		if (v.text && strcmp(v.text, "no") == 0)
			return true;
	}
	return false;
}

static us_code list_leftovers(us_reading *out, reading *g, world *keys, us_err *err)
{
	us_code rc = US_OK;

	for (size_t i = 0; rc == US_OK && i < world_ntouched(keys); i++) {
		world_key key = *world_touched(keys, i);
		const char *title = world_key_title(g->live, &key), *clean;

		if (key.facet != FACET_VALID || is_meant(g, g->places[i]))
			continue;
		key.facet = FACET_CLEANING;
		clean = world_at(g->live, &key).text;
		if (clean)
			rc = us_strs_add(&out->leftovers,
				us_arena_strf(&g->arena, "%s is %s: %s", title,
					key.kind == OBJECT_RELATION ? "INVALID"
								    : "NOT VALID",
					clean),
				err);
	}
	return rc;
}

/* What the history says: the world before the script, the one after it, and the
 * keys to compare. */
static void find_worlds(void *ctx)
{
	reading *g = ctx;

	g->found = find_start(g, &g->why);
	if (g->found == US_OK)
		g->found =
			run_through(&g->whole, &g->script, g->start, NULL, &g->why);
	if (g->found == US_OK)
		g->found = name_keys(g, g->whole.now, &g->why);
}

/* The server needs as long for the rows as we for the history, so it is asked for
 * what the script names before anybody knows what the history makes of these names.
 * Where that is more (DROP TABLE: its columns), all of it is asked for once more,
 * so that what is compared is of one moment. */
static us_code find_rows(reading *g, us_err *err)
{
	const us_meanwhile fold = { find_worlds, g };
	world *touched = g->blind.now;
	bool enough = true;
	us_code rc = live_load(&g->live, g->c.live, touched, &fold, err);

	if (rc == US_OK && g->found != US_OK) {
		rc = g->found;
		if (err)
			*err = g->why;
	}
	if (rc == US_OK)
		rc = live_is_asked(&enough, touched, g->whole.now, err);
	if (rc != US_OK || enough)
		return rc;
	world_free(g->live);
	return live_load(&g->live, g->c.live, g->whole.now, NULL, err);
}

/* The states of the script, and what of them is there. */
static us_code compare(us_reading *out, reading *g, us_err *err)
{
	world *keys = g->whole.now;
	us_code rc = put_states(g, keys, err);

	if (rc == US_OK)
		rc = us_states_judge(g->states, out, err);
	if (rc == US_OK && g->followed)
		rc = us_states_digest(g->states, out, err);
	if (rc == US_OK)
		rc = list_leftovers(out, g, keys, err);
	if (rc == US_OK)
		rc = rerun_judge(out, &g->script, g->start, run_outside(&g->whole),
			g->c.live, err);
	return rc;
}

/* Cut and parse must be of one mind, or a statement's number means nothing. */
static bool is_readable(reading *g)
{
	const us_script *s = g->c.script;

	return us_script_parsed(s) &&
	       parse_sql(&g->arena, &g->script, us_script_text(s),
		       us_script_text_len(s)) &&
	       g->script.n == us_script_len(s);
}

us_code us_catalog_begin(us_catalog **out, const us_stuck *c, us_err *err)
{
	us_catalog *g = calloc(1, sizeof(*g));
	us_code rc;

	*out = NULL;
	if (!g)
		return us_fail(err, US_E_NOMEM, "out of memory");
	g->c = *c;
	g->readable = is_readable(g);
	rc = us_arena_check(&g->arena, err);
	if (rc == US_OK && g->readable)
		rc = find_names(g, err);
	if (rc == US_OK)
		*out = US_STEAL(g);
	us_catalog_free(g);
	return rc;
}

us_code us_catalog_read(us_reading *r, us_catalog *g, us_err *err)
{
	us_code rc;

	if (!g->readable)
		return us_strdup(&r->why,
			"PostgreSQL's parser (15) can't read the script: what its "
			"statements do is not known",
			err);
	rc = us_reading_init(r, g->script.n, err);
	if (rc == US_OK)
		rc = find_rows(g, err);
	if (rc == US_OK)
		rc = compare(r, g, err);
	return rc == US_OK ? us_arena_check(&g->arena, err) : rc;
}
