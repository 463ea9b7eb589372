/* The guard's word on one verdict: what is permitted goes, an override gets past it
 * where the configuration lets it, and some things nothing gets past. */
#include <stdlib.h>
#include <string.h>

#include "guard_impl.h"
#include "unstick/db.h"

/* The one leftover of SQLite is the new_X of a table that is being rebuilt, and
 * between the rebuild's DROP and its RENAME new_X holds the only copy of the rows.
 * A script that runs again, or one that comes later, must not meet it. */
static bool may_hold_the_rows(const us_ground *g, const us_evidence *e)
{
	return e->leftovers.len > 0 && g->db &&
	       strcmp(g->db->ops->provider, "sqlite") == 0;
}

/* What not even an override gets past: a running migration, what can't be written
 * at all, and what could cost rows. NULL if there is nothing of the kind. */
static const char *cannot_be_overridden(const us_ground *g, const us_case *c,
	const us_evidence *e, const us_verdict *v)
{
	us_str why = { 0 };
	bool quiet = us_guard_is_quiet(g, e, &why);

	us_str_fini(&why);
	if (!quiet)
		return "not even an override acts where somebody may be at it";
	if (v->action == US_ACTION_RENAME)
		return "a rename without the same checksum forges history";
	if (c->moved)
		return "its record is applied, not failed";
	if (v->action == US_ACTION_APPLIED && !e->script)
		return "there is no script to record as applied";
	if (may_hold_the_rows(g, e))
		return "not even an override acts where a table's rows may be in "
		       "what is left over";
	return NULL;
}

static us_code check_override(us_guard *out, const us_ground *g, const us_case *c,
	const us_evidence *e, const us_permits *p, const us_verdict *v, us_err *err)
{
	const char *never = cannot_be_overridden(g, c, e, v);

	if (never)
		return us_strf(&out->why, err, "%s; %s", p->why[v->action], never);
	if (!g->config->allow_override)
		return us_strf(&out->why, err,
			"%s; override needs `allow_override: true` in the "
			"configuration",
			p->why[v->action]);
	out->allowed = out->overridden = true;
	return us_strf(&out->why, err, "overridden: %s", p->why[v->action]);
}

us_code us_guard_check(us_guard *out, const us_ground *g, const us_case *c,
	const us_evidence *e, const us_permits *p, const us_verdict *v, us_err *err)
{
	const us_candidate *to;

	*out = (us_guard){ 0 };
	if (!p->allowed[v->action]) {
		if (v->override)
			return check_override(out, g, c, e, p, v, err);
		return us_strdup(&out->why, p->why[v->action], err);
	}
	to = guard_same_script(e);
	if (v->action == US_ACTION_RENAME &&
		(!to || !v->to || strcmp(v->to, to->name) != 0))
		return us_strf(&out->why, err, "only %s can be the new name",
			to ? to->name : "nothing");
	out->allowed = true;
	return us_strdup(&out->why, p->why[v->action], err);
}

void us_guard_fini(us_guard *g)
{
	free(g->why);
	*g = (us_guard){ 0 };
}
