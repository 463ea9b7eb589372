/* The registry of drivers and the calls that need no more than one statement. A new
 * database is one row here. */
#include "unstick/db.h"

#include <string.h>

#include "driver.h"
#include "unstick/auto.h"

/* One row per provider, by Prisma's word for it. */
static const us_db_ops *const drivers[] = {
	&us_db_postgres,
	&us_db_sqlite,
};

const us_db_ops *us_db_driver(const char *provider)
{
	for (size_t i = 0; i < US_LEN(drivers); i++) {
		if (strcmp(drivers[i]->provider, provider) == 0)
			return drivers[i];
	}
	return NULL;
}

us_code us_db_open(us_db **out, const us_url *url, us_db_mode mode, us_err *err)
{
	const us_db_ops *driver = us_db_driver(url->provider);

	*out = NULL;
	if (!driver) {
		return us_fail(err, US_E_CONFIG,
			"provider \"%s\" is not supported: only postgresql and "
			"sqlite are",
			url->provider);
	}
	return driver->open(out, url, mode, err);
}

us_absence us_db_absence(const us_url *url, const us_err *why)
{
	const us_db_ops *driver = us_db_driver(url->provider);

	return driver ? driver->absence(url, why) : US_ABSENT_UNREACHABLE;
}

const char *us_absence_name(us_absence a)
{
	static const char *const names[] = {
		[US_ABSENT_UNREACHABLE] = "unreachable",
		[US_ABSENT_NAME] = "unknown_host",
		[US_ABSENT_REFUSED] = "refused",
		[US_ABSENT_STARTING] = "starting",
		[US_ABSENT_FULL] = "full",
		[US_ABSENT_DENIED] = "denied",
		[US_ABSENT_MISSING] = "missing",
	};
	return names[a];
}

us_code us_turn_open(us_turn **out, const us_url *url, us_err *err)
{
	const us_db_ops *driver = us_db_driver(url->provider);

	*out = NULL;
	if (!driver)
		return us_fail(err, US_E_CONFIG, "provider \"%s\" is not supported",
			url->provider);
	return driver->turn_open(out, url, err);
}

void us_turn_close(us_turn *t)
{
	if (t)
		t->ops->turn_close(t);
}

void us_db_close(us_db *db)
{
	if (db)
		db->ops->close(db);
}

us_code us_db_query(us_db *db, const char *sql, size_t nparams,
	const char *const *params, us_row_fn *fn, void *ctx, us_err *err)
{
	us_stmt stmt = { .sql = sql,
		.nparams = nparams,
		.params = params,
		.fn = fn,
		.ctx = ctx };

	return us_db_run(db, &stmt, 1, err);
}

us_code us_db_exec(us_db *db, const char *sql, us_err *err)
{
	return us_db_query(db, sql, 0, NULL, NULL, NULL, err);
}

void us_db_fold(us_str *out, const char *text)
{
	static const char line_ends[] = "\r\n";
	bool first = true;

	while (*text) {
		bool continues = *text == '\t' || *text == ' ';
		size_t n;

		text += strspn(text, "\t ");
		n = strcspn(text, line_ends);
		if (n > 0 && !first)
			us_str_add(out, continues ? " " : "; ");
		us_str_addn(out, text, n);
		first = first && n == 0;
		text += n;
		text += strspn(text, line_ends);
	}
}
