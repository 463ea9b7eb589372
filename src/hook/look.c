/* What the history asks for: cases to resolve, migrations to deploy. */
#include <stdlib.h>

#include "steps.h"
#include "unstick/view.h"

void close_run(hook *h)
{
	us_run_close(h->run);
	h->run = NULL;
}

/* Only a report needs the whole history, and to know what was edited. */
static bool is_reported(const hook *h)
{
	return h->config->format == US_FORMAT_JSON;
}

static us_code open_to_read(hook *h, us_err *err)
{
	return us_run_open(&h->run, h->config, US_DB_READ,
		is_reported(h) ? US_DEPTH_CHECKSUMS : US_DEPTH_NAMES, err);
}

static us_code open_to_write(hook *h, us_err *err)
{
	return us_run_open(&h->run, h->config, US_DB_WRITE, US_DEPTH_TEXTS, err);
}

/* What the next deploy would run: whatever has a folder and no record that counts.
 */
static size_t count_pending(const us_history *history)
{
	size_t n = 0;

	for (size_t i = 0; i < us_history_len(history); i++) {
		const us_entry *e = us_history_entry(history, i);

		n += e->migration != US_NO_MIGRATION &&
		     (e->state == US_STATE_PENDING ||
			     e->state == US_STATE_ROLLED_BACK);
	}
	return n;
}

static void keep(json_t **slot, json_t *value)
{
	json_decref(*slot);
	*slot = value;
}

static us_code judge(hook *h, outlook *out, us_err *err)
{
	us_db_info info = us_db_about(h->run->db);
	us_case *cases = NULL;
	us_code rc = us_history_cases(h->run->history, &cases, &out->cases, err);

	free(cases);
	if (rc != US_OK)
		return rc;
	out->judged = true;
	out->pending = count_pending(h->run->history);
	keep(&h->out->database, us_view_database(&info));
	keep(&h->out->migrations, us_view_migrations(h->run->history));
	if (h->run->depth == US_DEPTH_NAMES) /* unknown is null */
		json_object_set_new(h->out->migrations, "edited", json_null());
	if (is_reported(h))
		keep(&h->out->history, us_view_history(h->run->history));
	return US_OK;
}

/* A history that can't be read is the deploy's to judge, which says more about it
 * than we can; what keeps us from trying at all is not. */
static bool leaves_it_to_deploy(us_code rc)
{
	return rc == US_E_DB || rc == US_E_DIRECTORY || rc == US_E_IO;
}

static us_code settle(
	hook *h, us_db_mode mode, us_code rc, outlook *out, us_err *err)
{
	if (rc == US_OK)
		rc = judge(h, out, err);
	if (rc == US_OK)
		return rc;
	close_run(h);
	out->busy = rc == US_E_LOCK && mode == US_DB_READ;
	out->none = rc == US_E_CONNECT && is_new_file(h);
	if (!out->busy && !out->none && !leaves_it_to_deploy(rc))
		return rc;
	if (err)
		out->why = *err;
	return US_OK;
}

us_code look(hook *h, us_db_mode mode, outlook *out, us_err *err)
{
	us_code rc;

	*out = (outlook){ 0 };
	close_run(h);
	rc = await(h, mode == US_DB_READ ? open_to_read : open_to_write, err);
	return settle(h, mode, rc, out, err);
}

us_code look_again(hook *h, outlook *out, us_err *err)
{
	*out = (outlook){ 0 };
	return settle(h, US_DB_WRITE, us_run_read(h->run, err), out, err);
}
