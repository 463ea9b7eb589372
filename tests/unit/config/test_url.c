/* URLs as Prisma takes them: what they mean, what is refused, and that no password
 * shows in any message about them. */
#include "unstick/url.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

/* The non-TLS defaults are left out, so that a row shows what its URL is about. */
static char *describe(const us_url *u)
{
	us_str s = { 0 };
	us_err err = { 0 };
	char *text;

	if (u->path) {
		us_str_addf(&s, "%s %s", u->provider, u->path);
	} else {
		us_str_addf(&s, "%s %s:%s@%s:%s/%s %s", u->provider,
			u->user ? u->user : "-", u->password ? u->password : "-",
			u->host, u->port, u->database, u->schema);
		if (u->pgbouncer)
			us_str_add(&s, " pgbouncer");
	}
	for (size_t i = 0; i < u->settings_len; i++) {
		const us_url_setting *t = &u->settings[i];

		if ((strcmp(t->name, "connect_timeout") == 0 &&
			    strcmp(t->value, "5") == 0) ||
			(strcmp(t->name, "application_name") == 0 &&
				strcmp(t->value, "unstick") == 0))
			continue;
		us_str_addf(&s, " %s=%s", t->name, t->value);
	}
	assert_ok(us_str_take(&s, &text, NULL, &err), &err);
	return text;
}

static const us_url_bases bases = { "prisma", "prisma" };

static void a_url_means_what_prisma_takes_it_for(void **state)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
		{ "postgresql://u:p@h:6543/d?schema=s",
			"postgresql u:p@h:6543/d s" },
		{ "postgres://u@h/d", "postgresql u:-@h:5432/d public" },
		{ "POSTGRES://u:@h/d", "postgresql u:-@h:5432/d public" },
		{ " postgres://h/d\n", "postgresql -:-@h:5432/d public" },
		{ "postgres://", "postgresql -:-@localhost:5432/postgres public" },
		{ "postgres:///d", "postgresql -:-@localhost:5432/d public" },
		{ "postgres://h", "postgresql -:-@h:5432/postgres public" },
		{ "postgres://h/", "postgresql -:-@h:5432/postgres public" },
		{ "postgres://h/d/e", "postgresql -:-@h:5432/d public" },
		{ "postgres://h:/d", "postgresql -:-@h:5432/d public" },
		{ "postgres://h:05432/d", "postgresql -:-@h:5432/d public" },
		{ "postgres://u:p@[::1]:5433/d",
			"postgresql u:p@::1:5433/d public" },
		{ "postgres://[fe80::1]/d",
			"postgresql -:-@fe80::1:5432/d public" },
		{ "postgres://a%40b:p%2Fq%23r%3As@h/d%20e",
			"postgresql a@b:p/q#r:s@h:5432/d e public" },
		{ "postgres://u:a@b@h/d", "postgresql u:a@b@h:5432/d public" },
		{ "postgres://u:a:b@h/d", "postgresql u:a:b@h:5432/d public" },
		{ "postgres://u:100%@h/d", "postgresql u:100%@h:5432/d public" },
		{ "postgres://u:%zz+@h/d", "postgresql u:%zz+@h:5432/d public" },
		{ "postgres://u:%ff@h/d", "postgresql u:%ff@h:5432/d public" },
		{ "postgres://u:p@%2Fvar%2Frun/d",
			"postgresql u:p@/var/run:5432/d public" },
		{ "postgres://u:p@h/d?host=/tmp/pg",
			"postgresql u:p@/tmp/pg:5432/d public" },
		{ "postgres://u:p@h/d?host=other&host=",
			"postgresql u:p@other:5432/d public" },
		{ "postgres://h/d?schema=a+b%20c",
			"postgresql -:-@h:5432/d a b c" },
		{ "postgres://h/d?schema=a&schema=b", "postgresql -:-@h:5432/d b" },
		{ "postgres://h/d?schema=s#top", "postgresql -:-@h:5432/d s" },
		{ "postgres://h/d?pgbouncer=true",
			"postgresql -:-@h:5432/d public pgbouncer" },
		{ "postgres://h/d?pgbouncer=false",
			"postgresql -:-@h:5432/d public" },
		{ "postgres://h/d?connect_timeout=0",
			"postgresql -:-@h:5432/d public connect_timeout=0" },
		{ "postgres://h/d?application_name=a@b&options=-c%20x%3D1",
			"postgresql -:-@h:5432/d public application_name=a@b "
			"options=-c x=1" },
		{ "postgres://h:1/d?application_name=a@b",
			"postgresql -:-@h:1/d public application_name=a@b" },
		{ "postgres://h/d?channel_binding=require",
			"postgresql -:-@h:5432/d public channel_binding=require" },
		{ "postgres://h/"
		  "d?pool_timeout=0&connection_limit=1&socket_timeout=3"
		  "&statement_cache_size=0&max_connection_lifetime=1"
		  "&max_idle_connection_lifetime=300",
			"postgresql -:-@h:5432/d public" },
		{ "postgres://h/d?single_use_connections=x&foo&=&&Schema=x&user=y",
			"postgresql -:-@h:5432/d public" },
		{ "file:./dev.db", "sqlite prisma/dev.db" },
		{ "file:dev.db?connection_limit=1&x=y", "sqlite prisma/dev.db" },
		{ "file:../dev.db", "sqlite prisma/../dev.db" },
		{ "file:/data/dev.db", "sqlite /data/dev.db" },
		{ "file:///data/dev.db", "sqlite ///data/dev.db" },
		{ "sqlite:dev.db", "sqlite prisma/dev.db" },
		{ "file:a%20b.db", "sqlite prisma/a%20b.db" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_url u;
		us_strs warnings = { 0 };
		us_err err = { 0 };
		char *got;

		assert_ok(us_url_parse(&u, rows[i].url, &bases, &warnings, &err),
			&err);
		got = describe(&u);
		assert_string_equal(got, rows[i].want);
		assert_int_equal(warnings.len, 0);
		free(got);
		us_url_fini(&u);
		us_strs_fini(&warnings);
	}
}

static const char torn[] = "user, host and port of the URL can't be told apart: if "
			   "the password contains "
			   "`#`, `/`, `?`, `@`, `:` or `%`, write them as %23, "
			   "%2F, %3F, %40, %3A, %25";

static void what_cannot_be_met_is_refused(void **state)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
		{ "", "the URL is empty" },
		{ "  \n", "the URL is empty" },
		{ "dev.db",
			"not a database URL: it should begin with `postgresql://`, "
			"`postgres://` or `file:`" },
		{ "\"postgres://u:s3cr3t@h/d\"",
			"the URL begins with a quote: `docker --env-file` and some "
			"panels keep quotes as part of the value, remove them "
			"there" },
		{ "mysql://u:s3cr3t@h/d",
			"this is a URL for mysql: unstick supports PostgreSQL and "
			"SQLite" },
		{ "sqlserver://h;password=s3cr3t",
			"this is a URL for sqlserver: unstick supports PostgreSQL "
			"and "
			"SQLite" },
		{ "mongodb+srv://u:s3cr3t@h/d", "this is a URL for mongodb: "
						"unstick supports PostgreSQL and "
						"SQLite" },
		{ "prisma+postgres://h/?api_key=s3cr3t",
			"this is a URL for Prisma Postgres (HTTP): unstick "
			"supports "
			"PostgreSQL and SQLite" },
		{ "prisma://h/?api_key=s3cr3t",
			"this is a URL for Prisma Accelerate: unstick supports "
			"PostgreSQL and SQLite" },
		{ "libsql://h?authToken=s3cr3t",
			"this is a URL for libsql: unstick supports PostgreSQL and "
			"SQLite" },
		{ "postgres://u:s3cr3t/x@h/d", torn },
		{ "postgres://u:s3cr3t#x@h/d", torn },
		{ "postgres://u:s3cr3t?x@h/d", torn },
		{ "postgres://u:12/s3cr3t@h/d", torn },
		{ "postgres://u:12?s3cr3t@h/d", torn },
		{ "postgres://u:12#s3cr3t@h/d", torn },
		{ "postgres://u:x@s3cr3t/y@h/d", torn },
		{ "postgres://u:s3cr3t", torn },
		{ "postgres://u:s3cr3t@h:x/d", torn },
		{ "postgres://u:s3cr3t@[::1/d", torn },
		{ "postgres://u:s3cr3t@[::1]x/d", torn },
		{ "postgres://u:s3cr3t@h:0/d",
			"the URL's port is not a number from 1 to 65535" },
		{ "postgres://u:s3cr3t@h:65536/d",
			"the URL's port is not a number from 1 to 65535" },
		{ "postgres://u:s3cr3t%00@h/d", "the URL contains a NUL (`%00`)" },
		{ "postgres://u:s3cr3t@h/d?schema=",
			"the URL's `schema` is empty" },
		{ "postgres://u:s3cr3t@h/d?pgbouncer=yes",
			"the URL's `pgbouncer` is neither `true` nor `false`" },
		{ "postgres://u:s3cr3t@h/d?connection_limit=s3cr3t",
			"the URL's `connection_limit` is not a whole number from 0 "
			"to "
			"9223372036854775807" },
		{ "postgres://u:s3cr3t@h/d?pool_timeout=-1",
			"the URL's `pool_timeout` is not a whole number from 0 to "
			"9223372036854775807" },
		{ "postgres://u:s3cr3t@h/d?connect_timeout=5s",
			"the URL's `connect_timeout` is not a whole number from 0 "
			"to "
			"2147483" },
		{ "postgres://u:s3cr3t@h/d?socket_timeout=",
			"the URL's `socket_timeout` is not a whole number from 0 "
			"to "
			"9223372036854775807" },
		{ "file:", "the URL names no file: it should look like "
			   "`file:./dev.db`" },
		{ "file:?connection_limit=1", "the URL names no file: it should "
					      "look like `file:./dev.db`" },
		{ "file::memory:", "the URL names a database in memory: it has no "
				   "history to look at" },
		{ "file:a.db?connection_limit=x", "the URL's `connection_limit` is "
						  "not a whole number from 0 to "
						  "9223372036854775807" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		us_url u;
		us_strs warnings = { 0 };
		us_err err = { 0 };

		assert_int_equal(
			us_url_parse(&u, rows[i].url, &bases, &warnings, &err),
			US_E_CONFIG);
		assert_string_equal(err.msg, rows[i].want);
		assert_null(strstr(err.msg, "s3cr3t"));
		assert_null(u.provider);
		us_strs_fini(&warnings);
	}
}

static void a_word_prisma_does_not_know_is_prisma_s_default_and_a_warning(
	void **state)
{
	us_url u;
	us_strs warnings = { 0 };
	us_err err = { 0 };

	(void)state;
	assert_ok(us_url_parse(&u, "postgres://u:s3cr3t@h/d?channel_binding=s3cr3t",
			  &bases, &warnings, &err),
		&err);
	assert_int_equal(warnings.len, 1);
	assert_string_equal(warnings.items[0],
		"the URL's `channel_binding` is none of disable, prefer, require: "
		"taken "
		"as `prefer`, as Prisma does");
	us_url_fini(&u);
	us_strs_fini(&warnings);
}

/* Every cut of a URL parses or is refused, and nothing said shows the password. */
static void no_prefix_of_a_url_gives_the_password_away(void **state)
{
	static const char whole[] = "postgresql://user:s3cr3t%40s3cr3t@[::1]:5432/"
				    "db?schema=s&sslmode=prefer"
				    "&sslaccept=strict&connect_timeout=1&pgbouncer="
				    "true&options=-c%20a#b";

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		char *text = strndup(whole, n);
		us_strs warnings = { 0 };
		us_err err = { 0 };
		us_url u;
		us_code rc = us_url_parse(&u, text, NULL, &warnings, &err);

		assert_true(rc == US_OK || rc == US_E_CONFIG);
		assert_null(strstr(err.msg, "s3c"));
		for (size_t i = 0; i < warnings.len; i++)
			assert_null(strstr(warnings.items[i], "s3c"));
		us_url_fini(&u);
		us_strs_fini(&warnings);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_means_what_prisma_takes_it_for),
		cmocka_unit_test(what_cannot_be_met_is_refused),
		cmocka_unit_test(
			a_word_prisma_does_not_know_is_prisma_s_default_and_a_warning),
		cmocka_unit_test(no_prefix_of_a_url_gives_the_password_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
