/* How statements change a world, and what they learn about it. */
#include <string.h>

#include "world_impl.h"

void world_begin_statement(world *w, world_mode mode)
{
	w->mode = mode;
	w->out = (outcome){ 0 };
}

outcome *world_outcome(world *w)
{
	return &w->out;
}

static void note(world *w, const char *why)
{
	if (!w->out.why)
		w->out.why = us_arena_str(&w->arena, why);
}

void world_unsure(world *w, const char *why)
{
	w->out.unsure = true;
	note(w, why);
}

void world_fails(world *w, const char *why)
{
	if (w->mode != MODE_TRIAL)
		return;
	if (!w->out.fails) /* a failure is the better reason */
		w->out.why = NULL;
	w->out.fails = true;
	note(w, why);
}

void world_destroys(world *w, const char *why)
{
	w->out.destroys = true;
	note(w, why);
}

void world_learn_into(world *w, world *before)
{
	w->before = before;
}

world *world_learns_into(const world *w)
{
	return w->before;
}

presence world_is(const world *w, object_id id)
{
	return world_object(w, id)->there;
}

static void forget_facets(object *o)
{
	memset(o->facets, 0, sizeof(o->facets));
	o->refers = 0;
	o->whole = false;
}

/* What the script needs before anything of it has changed it was so before; where
 * the history says the contrary, one of the two is wrong, and it is not known. */
static void learn(world *w, const object *o, presence need, bool disputed)
{
	object *before;

	if (w->mode != MODE_SCRIPT || !w->before || !o->twin || o->blurred ||
		o->moved)
		return;
	/* another one's CASCADE may have made it */
	if (o->kind == OBJECT_EXTENSION && need == THERE_YES)
		return;
	/* SET NOT NULL, a primary key or another's DROP NOT NULL may have */
	if (o->kind == OBJECT_CONSTRAINT && world_may_be_not_null(w, o->name))
		return;
	before = world_edit(w->before, o->twin);
	if (disputed) {
		before->there = THERE_MAYBE;
		before->blurred = true;
		forget_facets(before);
	} else if (before->there == THERE_MAYBE && !before->blurred) {
		before->there = need;
	}
}

void world_doubt(world *w, object_id id)
{
	const object *o = world_object(w, id);

	if (w->mode == MODE_SCRIPT && w->before && o->twin && !o->moved)
		world_blur(w->before, o->twin);
	world_blur(w, id);
}

static void say_contrary(world *w, object_id id, presence need)
{
	if (w->mode == MODE_TRIAL)
		world_fails(w,
			us_arena_strf(&w->arena, "%s is %s", world_title(w, id),
				need == THERE_YES ? "not there" : "there already"));
}

/* The schema that the ledger is in: it was there when it was connected to. */
static bool is_home(const world *w, const object *o)
{
	return o->kind == OBJECT_SCHEMA && w->home && strcmp(o->name, w->home) == 0;
}

bool world_need(world *w, object_id id, presence need)
{
	object *o = world_edit(w, id);

	if (!id || o->there == need)
		return true;
	if (o->there == THERE_MAYBE) {
		if (w->mode == MODE_TRIAL && !(need == THERE_YES && is_home(w, o)))
			world_unsure(w, us_arena_strf(&w->arena,
						"whether %s is there is not known",
						world_title(w, id)));
		learn(w, o, need, false);
		o->there = need;
		return true;
	}
	say_contrary(w, id, need);
	learn(w, o, need, true);
	o->there = need;
	forget_facets(o);
	return false;
}

void world_need_free(world *w, object_id id, bool part)
{
	object *o = world_edit(w, id);

	if (o->there == THERE_MAYBE && (w->cascaded || (part && w->dropped)))
		o->blurred = true;
	world_need(w, id, THERE_NO);
}

static void touch_facets(world *w, object_id id)
{
	for (size_t f = FACET_THERE + 1; f < FACETS; f++)
		if (world_object(w, id)->facets[f].firmness != US_VALUE_UNKNOWN)
			world_touch(w, id, (facet)f);
}

/* Under a name that changes hands, everything that is known may be another. */
static void touch_all(world *w, object_id id)
{
	touch_facets(w, id);
	for (object_id i = 1; i <= w->n; i++)
		if (w->objects[i].parent == id &&
			w->objects[i].kind >= OBJECT_COLUMN &&
			w->objects[i].kind <= OBJECT_RULE) {
			world_touch(w, i, FACET_THERE);
			touch_facets(w, i);
		}
}

/* The name's place is taken: what stood there is gone. */
static bool displace(world *w, object_kind kind, object_id parent, const char *name)
{
	object_id old = world_find(w, kind, parent, name);

	if (!old)
		return false;
	touch_all(w, old);
	world_unlink(w, old);
	w->objects[old].there = THERE_NO;
	w->objects[old].moved = true;
	return true;
}

object_id world_create(
	world *w, object_kind kind, object_id parent, const char *name)
{
	object_id id;

	displace(w, kind, parent, name);
	id = world_insert(w, kind, parent, name, THERE_YES);
	if (!id)
		return 0;
	w->objects[id].moved = true;
	w->objects[id].facets[FACET_COMMENT] = (us_value){ US_VALUE_FIRM, "none" };
	world_touch(w, id, FACET_THERE);
	return id;
}

object_id world_create_maybe(
	world *w, object_kind kind, object_id parent, const char *name)
{
	object_id id = world_get(w, kind, parent, name);

	if (!id)
		return 0;
	if (w->objects[id].there != THERE_YES) {
		w->objects[id].there = THERE_YES;
		forget_facets(&w->objects[id]);
	}
	w->objects[id].moved = true;
	world_touch(w, id, FACET_THERE);
	return id;
}

void world_watch(world *w, object_id id, facet f)
{
	bool changes = w->out.changes;

	world_touch(w, id, f);
	w->out.changes = changes;
}

void world_set(world *w, object_id id, facet f, us_value v)
{
	object *o = world_edit(w, id);
	const us_value *old = &o->facets[f];

	if (!id)
		return;
	if (old->firmness == v.firmness && v.text && old->text &&
		strcmp(v.text, old->text) == 0) {
		world_watch(w, id, f); /* the same again */
		return;
	}
	world_touch(w, id, f);
	if (v.text) {
		v.text = us_arena_str(&w->arena, v.text);
		o->refers |= world_mask(v.text);
	}
	o->facets[f] = v;
}

void world_forget(world *w, object_id id, facet f)
{
	world_edit(w, id)->facets[f] = (us_value){ US_VALUE_UNKNOWN, NULL };
}

void world_set_on(world *w, object_id id, object_id on)
{
	world_edit(w, id)->on = on;
}

void world_set_whole(world *w, object_id id, bool whole)
{
	world_edit(w, id)->whole = whole;
}

void world_move(world *w, object_id id, object_id parent, const char *name)
{
	object *o = world_edit(w, id);
	object_id old_parent = o->parent, gone;
	const char *old_name = o->name;
	object_kind kind = o->kind;
	bool changes_hands;

	if (!id)
		return;
	world_touch(w, id, FACET_THERE);
	changes_hands = displace(w, kind, parent, name);
	world_unlink(w, id);
	gone = world_insert(w, kind, old_parent, old_name, THERE_NO);
	world_edit(w, gone)->moved = true;
	o = world_edit(w, id);
	o->parent = parent;
	o->name = us_arena_str(&w->arena, name);
	world_link(w, id);
	world_touch(w, id, FACET_THERE);
	if (changes_hands)
		touch_all(w, id);
}
