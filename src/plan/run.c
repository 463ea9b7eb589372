/* What a run holds: one connection, and history as last read through it. */
#include "unstick/run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "unstick/view.h"

#define BUSY_POLL_MS 50
#define BUSY_LOOK_MS 1000

/* Of the scripts' texts, where they will be read: ten times those of the longest
 * history at hand (820 migrations), and no burden. */
#define KEPT_TEXTS ((size_t)4 * 1024 * 1024)

/* Reading and hashing the scripts takes as long as the server takes to start a
 * session and read the ledger: both at once is what keeps `status` near a bare
 * connection. */
struct scan {
	const char *path;
	us_depth depth;
	us_directory *directory;
	us_code rc;
	us_err err;
};

static void *scan(void *arg)
{
	struct scan *s = arg;

	s->rc = us_directory_load(&s->directory, s->path, &s->err);
	if (s->rc == US_OK && s->depth != US_DEPTH_NAMES)
		us_directory_prefetch(
			s->directory, s->depth == US_DEPTH_TEXTS ? KEPT_TEXTS : 0);
	return NULL;
}

json_t *us_run_history(us_run *run)
{
	if (!run->told)
		run->told = us_view_history(run->history);
	return run->told;
}

int64_t us_run_left_ms(const us_run *run)
{
	int64_t left = run->deadline - us_clock_ms();

	return left > 0 && !us_stop_asked(run->config->stop) ? left : 0;
}

void us_run_sleep(const us_run *run, int64_t ms)
{
	us_stop_sleep(run->config->stop, ms);
}

us_code us_run_check_stop(const us_run *run, us_err *err)
{
	return us_stop_asked(run->config->stop)
		       ? us_fail(err, US_E_STOPPED, "asked to stop")
		       : US_OK;
}

static void forget(us_run *run)
{
	json_decref(run->told);
	us_history_free(run->history);
	us_ledger_free(run->ledger);
	us_directory_free(run->directory);
	run->told = NULL;
	run->history = NULL;
	run->ledger = NULL;
	run->directory = NULL;
}

/* Another process at the file may be done in a moment. */
static us_code load_ledger(us_run *run, us_err *err)
{
	int64_t left = us_run_left_ms(run);
	int64_t until;
	us_code rc;

	/* Who only looks wants an answer, and "it is locked" is one. */
	if (run->dry && left > BUSY_LOOK_MS)
		left = BUSY_LOOK_MS;
	until = us_clock_ms() + left;
	while ((rc = us_ledger_load(&run->ledger, run->db, err)) == US_E_LOCK &&
		us_clock_ms() < until && !us_stop_asked(run->config->stop))
		us_run_sleep(run, BUSY_POLL_MS);
	return rc;
}

static us_code join(us_run *run, us_err *err)
{
	return run->depth == US_DEPTH_NAMES
		       ? us_history_load_names(
				 &run->history, run->directory, run->ledger, err)
		       : us_history_load(
				 &run->history, run->directory, run->ledger, err);
}

us_code us_run_read(us_run *run, us_err *err)
{
	us_code rc;

	forget(run);
	rc = us_directory_load(&run->directory, run->config->migrations, err);
	if (rc == US_OK)
		rc = load_ledger(run, err);
	if (rc == US_OK)
		rc = join(run, err);
	if (rc != US_OK)
		forget(run);
	return rc;
}

static us_code connect_and_read(us_run *run, us_db_mode mode, us_err *err)
{
	us_code rc = us_db_open(&run->db, &run->config->url, mode, err);

	if (rc != US_OK)
		return rc;
	run->db->ops->heed(run->db, run->config->stop);
	return load_ledger(run, err);
}

us_code us_run_open(us_run **out, const us_config *config, us_db_mode mode,
	us_depth depth, us_err *err)
{
	struct scan job = { .path = config->migrations, .depth = depth };
	us_run *run = calloc(1, sizeof(*run));
	pthread_t thread;
	us_code rc;

	*out = NULL;
	if (!run)
		return us_fail(err, US_E_NOMEM, "out of memory");
	run->config = config;
	run->depth = depth;
	run->dry = mode == US_DB_READ;
	run->prepared = config->before_change.len == 0;
	run->deadline = us_clock_ms() + config->deadline_ms;

	if (pthread_create(&thread, NULL, scan, &job) != 0) {
		free(run);
		return us_fail(err, US_E_NOMEM, "a thread could not be started");
	}
	rc = connect_and_read(run, mode, err);
	pthread_join(thread, NULL);
	run->directory = job.directory;
	if (rc == US_OK && job.rc != US_OK) {
		rc = job.rc;
		if (err)
			*err = job.err;
	}
	if (rc == US_OK)
		rc = join(run, err);
	if (rc == US_OK && us_evidence_replays(config))
		rc = us_opinions_new(&run->opinions, err);
	if (rc != US_OK) {
		us_run_close(run);
		return rc;
	}
	*out = run;
	return US_OK;
}

void us_run_close(us_run *run)
{
	if (!run)
		return;
	forget(run);
	us_db_close(run->db);
	us_opinions_free(run->opinions);
	free(run);
}

void us_run_prepared(us_run *run, int64_t ms)
{
	run->prepared = true;
	run->deadline += ms;
}

us_code us_run_refuse_pooler(us_run *run, us_err *err)
{
	bool pooled = false;
	us_code rc = US_OK;

	if (run->config->pooler == US_POOLER_REFUSE)
		rc = run->db->ops->pooled(run->db, &pooled, err);
	if (rc == US_OK && pooled)
		rc = us_fail(err, US_E_CONFIG,
			"%s leads to a connection pooler, where Prisma's lock does "
			"not hold: set DIRECT_URL (or directUrl) to the server "
			"itself, or `pooler: session` if this pooler pins sessions",
			run->config->url_source);
	return rc;
}

us_code us_run_lock(us_run *run, us_err *err)
{
	us_code rc;

	if (run->have_lock || run->config->lock_disabled)
		return US_OK;
	rc = us_run_refuse_pooler(run, err);
	if (rc == US_OK)
		rc = run->db->ops->lock(run->db, &run->have_lock, err);
	return rc;
}

us_code us_run_unlock(us_run *run, us_err *err)
{
	if (!run->have_lock)
		return US_OK;
	run->have_lock = false;
	return run->db->ops->unlock(run->db, err);
}

us_code us_run_check_provider(us_run *run, us_err *err)
{
	const char *ours = run->config->url.provider;
	const char *provider = NULL;
	us_code rc = us_directory_provider(run->directory, &provider, err);

	if (rc == US_OK && provider && strcmp(provider, ours) != 0)
		return us_fail_prisma(err, "P3019",
			"%s/migration_lock.toml says provider `%s`, the database "
			"is `%s`",
			us_directory_path(run->directory), provider, ours);
	return rc;
}

us_code us_run_reconnect(us_run *run, us_err *err)
{
	us_db *fresh;
	us_code rc = us_db_open(&fresh, &run->config->url, US_DB_WRITE, err);

	if (rc != US_OK)
		return rc;
	us_db_close(run->db);
	run->db = fresh;
	fresh->ops->heed(fresh, run->config->stop);
	run->have_lock = false;
	return US_OK;
}

/* Beside the run's own lock, which would keep a connection of its own out. */
static us_code open_eyes(us_db **out, void *ctx, us_err *err)
{
	us_run *run = ctx;
	us_code rc = US_OK;

	*out = NULL;
	if (!run->dry)
		rc = run->db->ops->reader(out, &run->db, err);
	if (rc == US_OK && !*out)
		rc = us_db_open(out, &run->config->url, US_DB_READ, err);
	if (rc == US_OK)
		(*out)->ops->heed(*out, run->config->stop);
	return rc;
}

us_code us_run_load_policies(us_policies **out, us_run *run,
	const us_policy_outside *outside, us_err *err)
{
	us_policy_outside all = *outside;

	all.db = (us_policy_db){ open_eyes, run };
	return us_policies_load(out, run->config, &all, err);
}
