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

const char *guard_never(const us_ground *g, const us_case *c, const us_evidence *e,
	us_action action)
{
	us_str why = { 0 };
	bool quiet = us_guard_is_quiet(g, e, &why);

	us_str_fini(&why);
	if (!quiet)
		return "not even an override acts where somebody may be at it";
	if (action == US_ACTION_RENAME)
		return "a rename without the same checksum forges history";
	if (c->moved)
		return "its record is applied, not failed";
	if (action == US_ACTION_APPLIED && !e->script)
		return "there is no script to record as applied";
	if (may_hold_the_rows(g, e))
		return "not even an override acts where a table's rows may be in "
		       "what is left over";
	return NULL;
}

static us_code check_override(us_guard *out, const us_permits *p,
	bool allow_override, const us_verdict *v, us_err *err)
{
	const char *never = p->never[v->action];

	if (never)
		return us_strf(&out->why, err, "%s; %s", p->why[v->action], never);
	if (!allow_override)
		return us_strf(&out->why, err,
			"%s; override needs `allow_override: true` in the "
			"configuration",
			p->why[v->action]);
	out->allowed = out->overridden = true;
	return us_strf(&out->why, err, "overridden: %s", p->why[v->action]);
}

us_code us_guard_check(us_guard *out, const us_permits *p, bool allow_override,
	const us_verdict *v, us_err *err)
{
	*out = (us_guard){ 0 };
	if (!p->allowed[v->action]) {
		if (v->override)
			return check_override(out, p, allow_override, v, err);
		return us_strdup(&out->why, p->why[v->action], err);
	}
	if (v->action == US_ACTION_RENAME &&
		(!p->rename_to || !v->to || strcmp(v->to, p->rename_to) != 0))
		return us_strf(&out->why, err, "only %s can be the new name",
			p->rename_to ? p->rename_to : "nothing");
	out->allowed = true;
	return us_strdup(&out->why, p->why[v->action], err);
}

void us_guard_fini(us_guard *g)
{
	free(g->why);
	*g = (us_guard){ 0 };
}
