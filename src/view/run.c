/* A run as data: the pieces of the envelope. */
#include "unstick/view.h"

#include <string.h>

#include "json.h"
#include "unstick/auto.h"
#include "unstick/mask.h"
#include "unstick/utf8.h"

json_t *view_textn(const char *bytes, size_t n, bool details)
{
	us_str masked = { 0 }, text = { 0 };
	json_t *value = NULL;

	us_utf8_add_lossy(&text, bytes, n);
	us_mask_add(&masked, us_str_text(&text), details);
	if (!text.failed && !masked.failed)
		value = json_stringn(us_str_text(&masked), masked.len);
	us_str_fini(&text);
	us_str_fini(&masked);
	return value;
}

json_t *view_text(const char *text, bool details)
{
	return text ? view_textn(text, strlen(text), details) : json_null();
}

json_t *us_view_text(const char *text)
{
	return view_text(text, false);
}

json_t *view_time(us_time t)
{
	char text[US_TIME_TEXT];

	if (t == US_NEVER)
		return json_null();
	us_time_format(text, t);
	return json_string(text);
}

json_t *view_count(size_t n)
{
	return json_integer((json_int_t)n);
}

json_t *view_position(size_t n)
{
	return n > 0 ? view_count(n) : json_null();
}

json_t *view_tristate(int t)
{
	return t == US_UNSURE ? json_null() : json_boolean(t == US_YES);
}

void view_set(json_t *object, bool *ok, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		*ok = false;
}

void view_append(json_t *array, bool *ok, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		*ok = false;
}

json_t *view_done(json_t *value, bool ok)
{
	if (ok)
		return value;
	json_decref(value);
	return NULL;
}

json_t *us_view_database(const us_db_info *info)
{
	json_t *v = json_object();
	bool ok = v != NULL;

	view_set(v, &ok, "provider", view_text(info->provider, false));
	view_set(v, &ok, "host", view_text(info->host, false));
	view_set(v, &ok, "name", view_text(info->name, false));
	view_set(v, &ok, "schema", view_text(info->schema, false));
	view_set(v, &ok, "server_version", view_text(info->version, false));
	return view_done(v, ok);
}

json_t *us_view_migrations(const us_history *h)
{
	const us_counts n = us_history_counts(h);
	json_t *v = json_object();
	bool ok = v != NULL;

	view_set(v, &ok, "directory",
		view_text(us_directory_path(us_history_directory(h)), false));
	view_set(v, &ok, "found", view_count(n.found));
	view_set(v, &ok, "applied", view_count(n.applied));
	view_set(v, &ok, "pending", view_count(n.pending));
	view_set(v, &ok, "failed", view_count(n.failed));
	view_set(v, &ok, "rolled_back", view_count(n.rolled_back));
	view_set(v, &ok, "missing", view_count(n.missing));
	view_set(v, &ok, "edited", view_count(n.edited));
	return view_done(v, ok);
}

json_t *us_view_history(const us_history *h)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; i < us_history_len(h); i++) {
		const us_entry *e = us_history_entry(h, i);
		json_t *v = json_object();

		view_set(v, &ok, "name", view_text(e->name, false));
		view_set(v, &ok, "state", json_string(us_state_name(e->state)));
		view_set(v, &ok, "edited", view_tristate((int)e->edited));
		view_append(list, &ok, v);
	}
	return view_done(list, ok);
}

static us_code add_holder(const us_session *s, void *ctx, us_err *err)
{
	json_t *holders = ctx;
	json_t *v;
	bool ok;

	if (!s->holds_lock)
		return US_OK;
	v = json_object();
	ok = v != NULL;
	view_set(v, &ok, "pid", view_text(s->pid, false));
	view_set(v, &ok, "application", view_text(s->application, false));
	view_set(v, &ok, "state", view_text(s->state, false));
	view_set(v, &ok, "query", view_text(s->query, false));
	view_set(v, &ok, "query_age_seconds",
		s->query_age_s < 0 ? json_null() : json_integer(s->query_age_s));
	view_append(holders, &ok, v);
	return ok ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}

json_t *us_view_lock(us_db *db)
{
	json_t *v = json_object(), *holders = json_array();
	bool ok = v && holders, visible = true;

	/* null: nobody could be asked. Unknown is not "nobody". */
	if (ok && db->ops->sessions(
			  db, add_holder, holders, &visible, NULL, NULL) != US_OK) {
		json_decref(holders);
		holders = json_null();
	}
	view_set(v, &ok, "held_by", holders);
	return view_done(v, ok);
}

json_t *us_view_verdict(const us_verdict *v)
{
	json_t *o;
	bool ok;

	if (!v->given)
		return json_null();
	o = json_object();
	ok = o != NULL;
	view_set(o, &ok, "action", json_string(us_action_name(v->action)));
	view_set(o, &ok, "reason", view_text(v->reason, false));
	view_set(o, &ok, "policy", view_text(v->policy, false));
	view_set(
		o, &ok, "line", view_position((size_t)(v->line > 0 ? v->line : 0)));
	view_set(o, &ok, "override", json_boolean(v->override));
	view_set(o, &ok, "seconds",
		v->seconds < 0 ? json_null() : json_real(v->seconds));
	view_set(o, &ok, "to", view_text(v->to, false));
	view_set(o, &ok, "sql", json_null());
	if (v->trace)
		view_set(o, &ok, "traceback", view_text(v->trace, false));
	return view_done(o, ok);
}

json_t *us_view_guard(const us_guard *g)
{
	json_t *o = json_object();
	bool ok = o != NULL;

	view_set(o, &ok, "allowed", json_boolean(g->allowed));
	view_set(o, &ok, "why", view_text(g->why, false));
	if (g->overridden)
		view_set(o, &ok, "overridden", json_true());
	return view_done(o, ok);
}

json_t *us_view_error(const us_err *err)
{
	json_t *o = json_object();
	bool ok = o != NULL;
	const char *code = err->prisma[0]     ? err->prisma
			   : err->sqlstate[0] ? err->sqlstate
					      : NULL;

	view_set(o, &ok, "code", view_text(code, false));
	view_set(o, &ok, "message", view_text(err->msg, false));
	return view_done(o, ok);
}

json_t *us_view_command(const us_strs *words, const us_command_end *end, int64_t ms)
{
	US_AUTO(us_str_fini) us_str line = { 0 };
	json_t *o = json_object();
	bool ok = o != NULL;

	us_command_add_line(&line, words);
	view_set(o, &ok, "command", view_text(us_str_text(&line), false));
	view_set(o, &ok, "exit_code", json_integer(end->status));
	view_set(o, &ok, "timed_out", json_boolean(end->timed_out));
	view_set(o, &ok, "duration_ms", json_integer((json_int_t)ms));
	return view_done(o, ok);
}
