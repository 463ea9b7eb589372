/* What every command begins and ends with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "unstick/auto.h"
#include "unstick/view.h"

void session_warn(const struct session *s, const char *text)
{
	bool quiet = s->config ? s->config->quiet : s->options.quiet;

	if (!quiet)
		say_line("warning: ", text);
}

static us_code out_of_memory(us_err *err)
{
	return us_fail(err, US_E_NOMEM, "out of memory");
}

us_code session_describe(struct session *s, us_err *err)
{
	if (!document_set(s->document, "migrations",
		    us_view_migrations(s->run->history)) ||
		!document_set(s->document, "history",
			json_incref(us_run_history(s->run))))
		return out_of_memory(err);
	return US_OK;
}

/* A case's evidence has just asked who is there: no need to ask again. NULL if it
 * could not see (or there is no case). */
static json_t *holders_seen(const json_t *cases)
{
	json_t *first = json_array_get(cases, 0);
	json_t *running =
		json_object_get(json_object_get(first, "evidence"), "running");
	json_t *holders = json_is_array(running) ? json_array() : NULL;
	json_t *session;
	size_t i;

	json_array_foreach(running, i, session)
	{
		json_t *copy;

		if (!json_is_true(json_object_get(session, "holds_lock")))
			continue;
		copy = json_copy(session);
		if (json_object_del(copy, "holds_lock") != 0 ||
			json_object_del(copy, "why") != 0 ||
			json_array_append_new(holders, copy) != 0) {
			json_decref(holders);
			return NULL;
		}
	}
	return holders;
}

us_code session_describe_lock(struct session *s, us_err *err)
{
	json_t *holders = holders_seen(json_object_get(s->document, "cases"));
	json_t *lock = holders ? json_pack("{s:o}", "held_by", holders)
			       : us_view_lock(s->run->db);

	return document_set(s->document, "lock", lock) ? US_OK : out_of_memory(err);
}

/* A folder without a script stops the next deploy (P3015), whatever is resolved. */
static us_code find_empty_folders(struct session *s, us_err *err)
{
	us_directory *d = s->run->directory;

	for (size_t i = 0; i < us_directory_len(d); i++) {
		US_AUTO(auto_str) char *text = NULL;
		us_code rc;

		if (us_directory_has_script(d, i))
			continue;
		rc = us_strf(&text, err,
			"%s has no readable migration.sql: the next deploy stops "
			"there",
			us_directory_name(d, i));
		if (rc != US_OK)
			return rc;
		session_warn(s, text);
		if (!document_add_finding(s->document, "warning", "P3015", text))
			return out_of_memory(err);
	}
	return US_OK;
}

/* Those of tests/versions, and Debian's. */
enum { OLDEST_POSTGRES = 13, NEWEST_POSTGRES = 18 };

bool session_knows_server(const us_db_info *about)
{
	long major = about->version ? strtol(about->version, NULL, 10) : 0;

	return strcmp(about->provider, "postgresql") != 0 ||
	       (major >= OLDEST_POSTGRES && major <= NEWEST_POSTGRES);
}

/* What another version keeps in its catalog, and in which words, nobody has seen.
 */
static us_code find_strange_server(
	struct session *s, const us_db_info *about, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	us_code rc;

	if (session_knows_server(about))
		return US_OK;
	rc = us_strf(&text, err,
		"PostgreSQL %s was not tried with this version of unstick, which "
		"knows %d to %d: check what it says before you act on it",
		about->version, OLDEST_POSTGRES, NEWEST_POSTGRES);
	if (rc != US_OK)
		return rc;
	session_warn(s, text);
	return document_add_finding(s->document, "warning", NULL, text)
		       ? US_OK
		       : out_of_memory(err);
}

static us_code configure(struct session *s, us_err *err)
{
	us_code rc = us_config_load(&s->config, &s->options, err);

	for (size_t i = 0; rc == US_OK && i < s->config->warnings.len; i++)
		session_warn(s, s->config->warnings.items[i]);
	return rc;
}

us_code session_configure(struct session *s, us_err *err)
{
	s->options.offline = true;
	return configure(s, err);
}

us_code session_open(struct session *s, us_err *err)
{
	us_db_info info;
	us_code rc = configure(s, err);

	if (rc != US_OK)
		return rc;
	rc = us_run_open(&s->run, s->config, s->cmd->mode, s->cmd->depth, err);
	if (rc == US_E_CONNECT) /* who named it may have meant another one */
		us_context(err, "%s", s->config->url_source);
	if (rc != US_OK)
		return rc;
	info = us_db_about(s->run->db);
	if (!document_set(s->document, "database", us_view_database(&info)))
		return out_of_memory(err);
	rc = find_strange_server(s, &info, err);
	if (rc == US_OK)
		rc = session_describe(s, err);
	return rc == US_OK ? find_empty_folders(s, err) : rc;
}

static void log_line(void *ctx, const char *level, const char *text)
{
	const struct session *s = ctx;
	const char *before =
		strcmp(level, "warn") == 0 ? "policy warn: " : "policy info: ";

	if (!s->config->quiet)
		say_line(before, text);
}

/* A policy hangs in the middle of the run's own thread, which is not to be had
 * back. Connections end with the process and what wasn't committed with them: the
 * server rolls back and lets go of Prisma's lock, the kernel lets go of SQLite's.
 * What was settled before is told. */
_Noreturn static void end_process(void *ctx, const us_err *why)
{
	struct session *s = ctx;
	int status;

	if (s->cases)
		(void)document_set(s->document, "cases", json_incref(s->cases));
	status = report_print(s, why->code, why);
	(void)fflush(stdout);
	_exit(status);
}

us_code session_load_policies(struct session *s, us_err *err)
{
	us_policy_outside outside = {
		.log = log_line,
		.overrun = end_process,
		.ctx = s,
	};

	return us_run_load_policies(&s->policies, s->run, &outside, err);
}

us_code session_load_policies_offline(
	struct session *s, const us_config *config, us_err *err)
{
	us_policy_outside outside = {
		.log = log_line,
		.overrun = end_process,
		.ctx = s,
	};

	return us_policies_load(&s->policies, config, &outside, err);
}

us_code session_check_policies(struct session *s, json_t **found, us_err *err)
{
	us_policy_outside outside = { .overrun = end_process, .ctx = s };

	return us_policies_check(found, s->config, &outside, err);
}

void session_close(struct session *s)
{
	us_policies_free(s->policies);
	us_run_close(s->run);
	us_config_free(s->config);
	us_strs_fini(&s->policies_given);
	us_strs_fini(&s->handlers);
	json_decref(s->cases);
	json_decref(s->document);
}
