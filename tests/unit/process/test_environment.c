/* What leads pg_dump and its like to the database of a URL that they can't read. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/process.h"

static us_strs environment_of(const char *text)
{
	const us_url_bases bases = { ".", "." };
	us_strs warnings = { 0 }, out = { 0 };
	us_url url = { 0 };
	us_err err = { 0 };

	assert_ok(us_url_parse(&url, text, &bases, &warnings, &err), &err);
	assert_ok(us_environment_for(&out, &url, &err), &err);
	us_url_fini(&url);
	us_strs_fini(&warnings);
	return out;
}

/* How often it is there. */
static size_t has(const us_strs *all, const char *setting)
{
	size_t n = 0;

	for (size_t i = 0; i < all->len; i++)
		n += strcmp(all->items[i], setting) == 0;
	return n;
}

static size_t has_name(const us_strs *all, const char *name)
{
	const size_t len = strlen(name);
	size_t n = 0;

	for (size_t i = 0; i < all->len; i++)
		n += strncmp(all->items[i], name, len) == 0 &&
		     all->items[i][len] == '=';
	return n;
}

static void a_url_becomes_what_libpq_reads(void **state)
{
	static const char *const wanted[] = { "PGHOST=db.example", "PGPORT=6543",
		"PGDATABASE=my app", "PGUSER=jo", "PGPASSWORD=a/b?c",
		"PGSSLMODE=require", "PGCONNECT_TIMEOUT=7",
		"PGOPTIONS=-c geqo=off" };
	us_strs all = environment_of(
		"postgresql://jo:a%2Fb%3Fc@db.example:6543/my%20app?schema=s&"
		"sslmode=require&connect_timeout=7&options=-c%20geqo%3Doff");

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (has(&all, wanted[i]) != 1)
			fail_msg("%s is not there once", wanted[i]);
	us_strs_fini(&all);
}

/* Another database than the one that is about to be changed helps nobody. */
static void what_leads_elsewhere_is_replaced(void **state)
{
	us_strs all;

	(void)state;
	assert_int_equal(setenv("PGDATABASE", "another", 1), 0);
	assert_int_equal(setenv("PGHOSTS", "is another name", 1), 0);
	all = environment_of("postgresql://jo@db/app");
	assert_int_equal(has(&all, "PGDATABASE=app"), 1);
	assert_int_equal(has_name(&all, "PGDATABASE"), 1);
	assert_int_equal(has(&all, "PGHOSTS=is another name"), 1);
	us_strs_fini(&all);
	assert_int_equal(unsetenv("PGDATABASE"), 0);
	assert_int_equal(unsetenv("PGHOSTS"), 0);
}

/* libpq's own default is what unstick itself has used, too. */
static void what_the_url_does_not_say_is_left(void **state)
{
	us_strs all;

	(void)state;
	assert_int_equal(setenv("PGPASSWORD", "from outside", 1), 0);
	all = environment_of("postgresql://jo@db/app");
	assert_int_equal(has(&all, "PGPASSWORD=from outside"), 1);
	us_strs_fini(&all);
	assert_int_equal(unsetenv("PGPASSWORD"), 0);
}

static void sqlite_needs_nothing(void **state)
{
	us_strs all;

	(void)state;
	assert_int_equal(setenv("US_ANY", "thing", 1), 0);
	all = environment_of("file:app.db");
	assert_int_equal(has(&all, "US_ANY=thing"), 1);
	assert_int_equal(has_name(&all, "PGDATABASE"), 0);
	us_strs_fini(&all);
	assert_int_equal(unsetenv("US_ANY"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_becomes_what_libpq_reads),
		cmocka_unit_test(what_leads_elsewhere_is_replaced),
		cmocka_unit_test(what_the_url_does_not_say_is_left),
		cmocka_unit_test(sqlite_needs_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
