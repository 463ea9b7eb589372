/* A case as data: what a policy sees and what every report renders. */
#include "json.h"
#include "unstick/view.h"

static json_t *view_records(const us_entry *e, bool details)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; i < e->nrecords; i++) {
		const us_record *r = e->records[i];
		json_t *v = json_object();

		view_set(v, &ok, "id", view_text(r->id, false));
		view_set(v, &ok, "checksum", view_text(r->checksum, false));
		view_set(v, &ok, "started_at", view_time(r->started_at));
		view_set(v, &ok, "finished_at", view_time(r->finished_at));
		view_set(v, &ok, "rolled_back_at", view_time(r->rolled_back_at));
		view_set(v, &ok, "applied_steps_count",
			r->applied_steps_count < 0
				? json_null()
				: json_integer(r->applied_steps_count));
		view_set(v, &ok, "logs", view_text(r->logs, details));
		view_append(list, &ok, v);
	}
	return view_done(list, ok);
}

static json_t *view_prefixes(const us_prefixes *k)
{
	json_t *list;
	bool ok;

	if (!k->known)
		return json_null();
	list = json_array();
	ok = list != NULL;
	for (size_t i = 0; i <= k->n; i++)
		if (k->member[i])
			view_append(list, &ok, view_count(i));
	return view_done(list, ok);
}

/* Between 0 and n is where every k is: of nothing but an empty script is that
 * news. */
static bool says_something(const us_prefixes *k)
{
	const size_t count = us_prefixes_count(k);

	return count > 0 && (count <= k->n || k->n == 0);
}

static json_t *view_range(const us_prefixes *k)
{
	json_t *v;
	bool ok;

	if (!says_something(k))
		return json_null();
	v = json_object();
	ok = v != NULL;
	view_set(v, &ok, "min", view_count(us_prefixes_min(k)));
	view_set(v, &ok, "max", view_count(us_prefixes_max(k)));
	return view_done(v, ok);
}

static json_t *view_logged_error(const us_evidence *e, bool details)
{
	json_t *v;
	bool ok;

	if (!e->error.present)
		return json_null();
	v = json_object();
	ok = v != NULL;
	view_set(v, &ok, "code", view_text(e->error.code, false));
	view_set(v, &ok, "message", view_text(e->error.message, details));
	view_set(v, &ok, "statement", view_position(e->error_statement));
	view_set(v, &ok, "line", view_position(e->error.line));
	return view_done(v, ok);
}

static json_t *view_running(const us_evidence *e)
{
	json_t *list;
	bool ok;

	if (!e->activity_visible && e->nrunning == 0)
		return json_null();
	list = json_array();
	ok = list != NULL;
	for (size_t i = 0; i < e->nrunning; i++) {
		const us_running *r = &e->running[i];
		json_t *v = json_object();

		view_set(v, &ok, "pid", view_text(r->pid, false));
		view_set(v, &ok, "application", view_text(r->application, false));
		view_set(v, &ok, "state", view_text(r->state, false));
		view_set(v, &ok, "query", view_text(r->query, false));
		view_set(v, &ok, "query_age_seconds",
			r->query_age_s < 0 ? json_null()
					   : json_integer(r->query_age_s));
		view_set(v, &ok, "holds_lock", json_boolean(r->holds_lock));
		view_set(v, &ok, "why", view_text(r->why, false));
		view_append(list, &ok, v);
	}
	return view_done(list, ok);
}

static json_t *view_candidates(const us_evidence *e)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; i < e->ncandidates; i++) {
		const us_candidate *c = &e->candidates[i];
		json_t *v = json_object();

		view_set(v, &ok, "name", view_text(c->name, false));
		view_set(v, &ok, "same_checksum", json_boolean(c->same_checksum));
		view_set(v, &ok, "same_timestamp", json_boolean(c->same_timestamp));
		view_set(v, &ok, "same_place", json_boolean(c->same_place));
		view_set(v, &ok, "only_match", json_boolean(c->only_match));
		view_set(v, &ok, "distance", view_count(c->distance));
		view_append(list, &ok, v);
	}
	return view_done(list, ok);
}

static json_t *view_statements(const us_evidence *e)
{
	json_t *list;
	bool ok;

	if (!e->script)
		return json_null();
	list = json_array();
	ok = list != NULL;
	for (size_t i = 0; i < us_script_len(e->script); i++) {
		const us_statement *s = us_script_statement(e->script, i);
		json_t *v = json_object();

		view_set(v, &ok, "index", view_count(i + 1));
		view_set(v, &ok, "line", view_count(s->line));
		view_set(v, &ok, "kind", view_text(s->kind, false));
		view_set(v, &ok, "sql",
			view_textn(us_script_text(e->script) + s->offset, s->len,
				false));
		view_set(v, &ok, "state",
			json_string(us_stmt_state_name(e->statements[i])));
		view_set(v, &ok, "why", view_text(e->statement_why[i], false));
		view_append(list, &ok, v);
	}
	return view_done(list, ok);
}

static json_t *view_leftovers(const us_evidence *e)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; i < e->leftovers.len; i++)
		view_append(list, &ok, view_text(e->leftovers.items[i], false));
	return view_done(list, ok);
}

static json_t *view_proof(us_proof p)
{
	static const char *const names[] = {
		[US_PROOF_LEDGER] = "ledger",
		[US_PROOF_CATALOG] = "catalog",
		[US_PROOF_REPLAY] = "replay",
	};
	return p == US_PROOF_NONE ? json_null() : json_string(names[p]);
}

static json_t *view_evidence(const us_evidence *e, bool details)
{
	json_t *v = json_object();
	bool ok = v != NULL;

	view_set(v, &ok, "state", json_string(us_prefixes_state(&e->prefixes)));
	view_set(v, &ok, "proof", view_proof(e->proof));
	view_set(v, &ok, "prefixes", view_prefixes(&e->prefixes));
	view_set(v, &ok, "applied_prefix", view_range(&e->prefixes));
	view_set(v, &ok, "reruns", json_boolean(e->reruns));
	view_set(v, &ok, "rerun_why", view_text(e->rerun_why, false));
	view_set(v, &ok, "atomic", view_tristate((int)e->atomic));
	view_set(v, &ok, "edited", view_tristate((int)e->edited));
	view_set(v, &ok, "error", view_logged_error(e, details));
	view_set(v, &ok, "running", view_running(e));
	view_set(v, &ok, "leftovers", view_leftovers(e));
	view_set(v, &ok, "candidates", view_candidates(e));
	view_set(v, &ok, "statements", view_statements(e));
	view_set(v, &ok, "why", view_text(e->why, false));
	return view_done(v, ok);
}

static void set_permits(json_t *v, bool *ok, const us_permits *p)
{
	json_t *permitted = p ? json_array() : json_null();
	json_t *not_permitted = p ? json_object() : json_null();

	for (size_t a = 0; p && a < US_ACTIONS; a++) {
		const char *name = us_action_name((us_action)a);

		if (p->allowed[a])
			view_append(permitted, ok, json_string(name));
		else
			view_set(not_permitted, ok, name,
				view_text(p->why[a], false));
	}
	view_set(v, ok, "permitted", permitted);
	view_set(v, ok, "not_permitted", not_permitted);
}

/* Where the script is: "prisma/migrations/2024_add_age", or null. */
static json_t *view_folder(const us_ground *g, const us_entry *e)
{
	json_t *value = NULL;
	us_str path = { 0 };

	if (e->migration == US_NO_MIGRATION)
		return json_null();
	us_str_addf(&path, "%s/%s",
		us_directory_path(us_history_directory(g->history)), e->name);
	if (!path.failed)
		value = view_text(us_str_text(&path), false);
	us_str_fini(&path);
	return value;
}

/* A glance can't tell a timeout from a failure, or half applied from either. */
static bool says_kind(const us_evidence *e)
{
	return !e->glance || e->kind == US_CASE_IN_PROGRESS ||
	       e->kind == US_CASE_NAME_MISMATCH;
}

json_t *us_view_case(const us_ground *g, const us_case *c, const us_evidence *e,
	const us_permits *p, bool details)
{
	static const char *const later[] = { "verdict", "guard", "actions",
		"outcome" };
	const us_entry *entry = c->entry;
	json_t *v = json_object();
	bool ok = v != NULL;

	view_set(v, &ok, "name", view_text(entry->name, false));
	view_set(v, &ok, "index",
		entry->migration == US_NO_MIGRATION
			? json_null()
			: view_count(entry->migration + 1));
	view_set(v, &ok, "directory", view_folder(g, entry));
	view_set(v, &ok, "kind",
		says_kind(e) ? json_string(us_case_kind_name(e->kind))
			     : json_null());
	view_set(v, &ok, "cause", json_string(us_cause_name(e->cause)));
	view_set(v, &ok, "records", view_records(entry, details));
	view_set(v, &ok, "attempts", view_count(e->attempts));
	view_set(v, &ok, "attempts_left",
		json_integer((int)e->attempts < g->config->attempts
				     ? g->config->attempts - (int)e->attempts
				     : 0));
	view_set(v, &ok, "age_seconds",
		e->age_seconds < 0 ? json_null() : json_integer(e->age_seconds));
	view_set(v, &ok, "evidence", view_evidence(e, details));
	set_permits(v, &ok, p);
	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++)
		view_set(v, &ok, later[i], json_null());
	return view_done(v, ok);
}
