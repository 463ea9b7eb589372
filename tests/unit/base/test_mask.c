/* Nothing of a secret is left, and what is none stays as it is. "s3cr3t" stands for
 * whatever must not be seen. */
#include "unstick/mask.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"

static char *masked(const char *text, bool details)
{
	us_err err = { 0 };
	char *out = NULL;

	assert_ok(us_mask(&out, text, details, &err), &err);
	return out;
}

typedef struct {
	const char *text, *want;
} row;

static void check_rows(const row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *once = masked(rows[i].text, false);
		char *twice = masked(once, false);

		assert_string_equal(once, rows[i].want);
		assert_string_equal(twice, once);
		assert_null(strstr(once, "s3cr3t"));
		free(once);
		free(twice);
	}
}

static void a_password_in_a_url_is_hidden(void **state)
{
	static const row rows[] = {
		{ "postgresql://app:s3cr3t@db:5432/app?schema=public",
			"postgresql://app:***@db:5432/app?schema=public" },
		{ "cannot use 'postgres://app:s3cr3t@db/app', sorry",
			"cannot use 'postgres://app:***@db/app', sorry" },
		{ "postgres://:s3cr3t@h/d", "postgres://:***@h/d" },
		{ "POSTGRES://u:s3cr3t@h/d", "POSTGRES://u:***@h/d" },
		{ "postgres://u:s3cr3t@[::1]:5432/d",
			"postgres://u:***@[::1]:5432/d" },
		{ "postgres://u:s3cr3t%40s3cr3t@h/d", "postgres://u:***@h/d" },
		{ "postgres://u:s3cr3t@s3cr3t@h/d", "postgres://u:***@h/d" },
		{ "postgres://u:s3cr3t/s3cr3t@h/d", "postgres://u:***@h/d" },
		{ "postgres://u:s3cr3t#s3cr3t@h/d", "postgres://u:***@h/d" },
		{ "postgres://u:s3cr3t?s3cr3t@h/d?schema=x",
			"postgres://u:***@h/d?schema=x" },
		{ "postgres://u:12/s3cr3t@h/d", "postgres://u:***@h/d" },
		{ "\"postgres://u:pa\"s3cr3t@h/d\"", "\"postgres://u:***@h/d\"" },
		{ "'postgres://u:pa's3cr3t@h/d'", "'postgres://u:***@h/d'" },
		{ "postgres://u:s3cr3t", "postgres://u:***" },
		{ "postgres://u:s3cr3t@h/a postgres://v:s3cr3t@h/b",
			"postgres://u:***@h/a postgres://v:***@h/b" },
		{ "mysql://root:s3cr3t@h/d", "mysql://root:***@h/d" },
		{ "https://me:s3cr3t@host/x", "https://me:***@host/x" },
		{ "jdbc:postgresql://h/d?user=u&password=s3cr3t&ssl=true",
			"jdbc:postgresql://h/d?user=u&password=***&ssl=true" },
		{ "prisma+postgres://accelerate.prisma-data.net/?api_key=s3cr3t",
			"prisma+postgres://accelerate.prisma-data.net/"
			"?api_key=***" },
		{ "postgres://u:s3cr3t@h/d?sslpassword=s3cr3t&x=1",
			"postgres://u:***@h/d?sslpassword=***&x=1" },
	};

	(void)state;
	check_rows(rows, US_LEN(rows));
}

static void a_password_behind_its_name_is_hidden(void **state)
{
	static const row rows[] = {
		{ "host=db password=s3cr3t user=u", "host=db password=*** user=u" },
		{ "host=db password = s3cr3t user=u",
			"host=db password = *** user=u" },
		{ "password='s3cr3t \\' s3cr3t' user=u", "password='***' user=u" },
		{ "password='s3cr3t''s3cr3t' x", "password='***' x" },
		{ "password=\"s3cr3t s3cr3t\" x", "password=\"***\" x" },
		{ "PGPASSWORD=s3cr3t psql", "PGPASSWORD=*** psql" },
		{ "POSTGRES_PASSWORD=s3cr3t", "POSTGRES_PASSWORD=***" },
		{ "password=pa;s3cr3t x", "password=*** x" },
		{ "password=pa'ss3cr3t x", "password=*** x" },
		{ "password=pa,s3cr3t)s3cr3t x", "password=*** x" },
		{ "password=$ecret$s3cr3t x", "password=*** x" },
		{ "(password=s3cr3t)", "(password=***)" },
		{ "CONNECTION 'host=h password=s3cr3t' PUBLICATION p",
			"CONNECTION 'host=h password=***' PUBLICATION p" },
		{ "dblink('host=h password=''s3cr3t s3cr3t'' x')",
			"dblink('host=h password=''***'' x')" },
		{ "{\"password\":\"s3cr3t\",\"a\":1}",
			"{\"password\":\"***\",\"a\":1}" },
		{ "{\\\"password\\\":\\\"s3cr3t\\\"}",
			"{\\\"password\\\":\\\"***\\\"}" },
		{ "Server=h;Uid=u;Pwd=s3cr3t;Database=d",
			"Server=h;Uid=u;Pwd=***;Database=d" },
		{ "?api_key=s3cr3t&x=1", "?api_key=***&x=1" },
		{ "?authToken=s3cr3t", "?authToken=***" },
		{ "UPDATE u SET password = $$s3cr3t s3cr3t$$ WHERE id=1",
			"UPDATE u SET password = *** WHERE id=1" },
	};

	(void)state;
	check_rows(rows, US_LEN(rows));
}

static void a_password_literal_in_sql_is_hidden(void **state)
{
	static const row rows[] = {
		{ "CREATE ROLE a PASSWORD 's3cr3t';",
			"CREATE ROLE a PASSWORD '***';" },
		{ "create role a encrypted password 's3cr3t' login",
			"create role a encrypted password '***' login" },
		{ "ALTER USER a PASSWORD E's3\\'s3cr3t' VALID",
			"ALTER USER a PASSWORD E'***' VALID" },
		{ "ALTER USER a PASSWORD 'it''s s3cr3t';",
			"ALTER USER a PASSWORD '***';" },
		{ "ALTER USER a PASSWORD 'x\\';", "ALTER USER a PASSWORD '***';" },
		{ "ALTER USER a PASSWORD U&'s3cr3t'",
			"ALTER USER a PASSWORD U&'***'" },
		{ "ALTER USER a PASSWORD $$s3cr3t$$;",
			"ALTER USER a PASSWORD $$***$$;" },
		{ "ALTER USER a PASSWORD $pw$s3c$$s3cr3t$pw$;",
			"ALTER USER a PASSWORD $pw$***$pw$;" },
		{ "ALTER USER a PASSWORD /* x */ -- y\n 's3cr3t';",
			"ALTER USER a PASSWORD /* x */ -- y\n '***';" },
		{ "ALTER USER a PASSWORD 'abc'\n  's3cr3t';",
			"ALTER USER a PASSWORD '***';" },
		{ "ALTER USER a PASSWORD 's3cr3t", "ALTER USER a PASSWORD '***" },
		{ "ALTER USER a PASSWORD $$s3cr3t", "ALTER USER a PASSWORD $$***" },
		{ "CREATE USER 'a'@'%' IDENTIFIED BY 's3cr3t';",
			"CREATE USER 'a'@'%' IDENTIFIED BY '***';" },
		{ "identified with 'sha2' by \"s3cr3t\"",
			"identified with 'sha2' by \"***\"" },
		{ "IDENTIFIED WITH mysql_native_password AS 's3cr3t'",
			"IDENTIFIED WITH mysql_native_password AS '***'" },
		{ "SET PASSWORD = PASSWORD('s3cr3t')", "SET PASSWORD = ***')" },
		{ "OPTIONS (user 'u', password 's3cr3t')",
			"OPTIONS (user 'u', password '***')" },
	};

	(void)state;
	check_rows(rows, US_LEN(rows));
}

static void the_values_of_a_detail_are_hidden(void **state)
{
	static const row rows[] = {
		{ "DETAIL:  Key (email)=(s3cr3t@b.c) already exists.",
			"DETAIL:  Key (email)=(***) already exists." },
		{ "Key (lower(email::text))=(s3cr3t) already exists.",
			"Key (lower(email::text))=(***) already exists." },
		{ "Key (a, b)=(s3cr3t) s3cr3t, 2) is not present in table \"x\".",
			"Key (a, b)=(***) is not present in table \"x\"." },
		{ "Key (id)=(s3cr3t) is still referenced from table \"x\".",
			"Key (id)=(***) is still referenced from table \"x\"." },
		{ "Key (r)=(s3cr3t) conflicts with existing key (r)=(s3cr3t).",
			"Key (r)=(***) conflicts with existing key (r)=(***" },
		{ "Key (a)=(s3cr3t", "Key (a)=(***" },
		{ "Failing row contains (1, s3cr3t (x), null).",
			"Failing row contains (***)." },
		{ "Failing row contains (1, s3cr3t", "Failing row contains (***" },
		{ "DbError { code: SqlState(E23505), message: \"duplicate key\", "
		  "detail: "
		  "Some(\"Key (email)=(s3cr3t) already exists.\"), hint: None }",
			"DbError { code: SqlState(E23505), message: \"duplicate "
			"key\", "
			"detail: Some(\"Key (email)=(***) already exists.\"), "
			"hint: None "
			"}" },
		{ "detail: Some(\"Failing row contains (1, \\\"s3cr3t\\\").\"), "
		  "hint",
			"detail: Some(\"Failing row contains (***).\"), hint" },
		{ "detail: Some(\"Schluessel >>(email)=(s3cr3t)<< existiert.\"), "
		  "hint",
			"detail: Some(\"Schluessel >>(email)=(***\"), hint" },
		{ "DETAIL:  Fehlerhafte Zeile: (1, s3cr3t).\nHINT: x",
			"DETAIL:  Fehlerhafte Zeile: (***\nHINT: x" },
	};

	(void)state;
	check_rows(rows, US_LEN(rows));
}

static void details_can_be_asked_for_but_passwords_never(void **state)
{
	char *out = masked("Key (a)=(b) already exists. password=s3cr3t", true);

	(void)state;
	assert_string_equal(out, "Key (a)=(b) already exists. password=***");
	free(out);
}

static void ordinary_text_stays_as_it_is(void **state)
{
	static const char *const texts[] = {
		"",
		"password authentication failed for user \"app\"",
		"ALTER TABLE \"User\" ADD COLUMN \"password\" TEXT NOT NULL;",
		"ALTER TABLE u ADD COLUMN password TEXT DEFAULT '';",
		"CREATE TABLE t (password \"Secret\" NOT NULL, x text);",
		"SELECT password, 'x' FROM u WHERE password = $1 OR password = $2",
		"UPDATE u SET password = NULL, x = 'y'",
		"COMMENT ON COLUMN u.password IS 'hash';",
		"postgresql://localhost:5432/app",
		"postgresql://app@localhost:5432/app?application_name=a@b",
		"postgresql://app@[::1]:5432/app",
		"\"postgresql://db:5432/x\",\"mail\":\"a@b.c\"",
		"https://pris.ly/d/migrate-resolve",
		"https://host:8080/users/@me",
		"see https://www.prisma.io/docs?x=a:b@c",
		"file:./dev.db",
		"a :// b",
		"://",
		"u:p@h",
		"CONSTRAINT \"User_pkey\" PRIMARY KEY (\"id\")",
		"FOREIGN KEY (a) REFERENCES b (c)",
		"WHERE (a)=(b)",
		"DETAIL:  function f(integer) depends on type mood",
		"DETAIL:  There are 3 other sessions using the database.",
		"PWD=/app",
		"password",
		"password=",
		"password= ",
		"password =",
		"Key (",
		"Key (a)",
		"identified",
		"identified by",
		"identified with",
		"password::text",
		"x => password == y",
		"PASSWORD NULL",
		"$$ x $$",
		"caf\xC3\xA9 \x1b[31mred\x1b[0m",
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(texts); i++) {
		char *out = masked(texts[i], false);

		assert_string_equal(out, texts[i]);
		free(out);
	}
}

/* A quadratic search would take minutes here; the test's time limit is the
 * assertion. */
static void a_hostile_text_takes_no_longer_than_another(void **state)
{
	static const char *const pieces[] = { "a://", "postgres://u:", "Key (a)=(",
		"Key (", "password /* ", "password --x\n", "identified with '",
		"DETAIL:", "DETAIL: (", "password=$a$ ", "row contains (", "?",
		"password '''", "://?", "detail: Some(\"", "postgres://a",
		"password=\\\"", ")=(" };

	(void)state;
	for (size_t i = 0; i < US_LEN(pieces); i++) {
		us_str text = { 0 }, out = { 0 };

		while (text.len < ((size_t)2 << 20U))
			us_str_add(&text, pieces[i]);
		us_mask_add(&out, us_str_text(&text), false);
		assert_false(out.failed);
		us_str_fini(&text);
		us_str_fini(&out);
	}
}

/* Whatever the bytes, no read goes past the end: ASan watches. */
static void every_prefix_of_a_text_can_be_masked(void **state)
{
	static const char text[] =
		"postgres://u:p@h/d?x=1 password='a''b\\'' PASSWORD E'x' $t$y$t$ "
		"IDENTIFIED WITH 'x' BY \"y\" Key (a)=(b) already exists. "
		"row contains (1). DETAIL: x (y)=(z) detail: Some(\"q (r)\") "
		"password: \\\"x\\\" password = $$a$$ password /* */ U&'z'";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *prefix = strndup(text, n), *out;

		assert_non_null(prefix);
		out = masked(prefix, false);
		free(out);
		free(prefix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_in_a_url_is_hidden),
		cmocka_unit_test(a_password_behind_its_name_is_hidden),
		cmocka_unit_test(a_password_literal_in_sql_is_hidden),
		cmocka_unit_test(the_values_of_a_detail_are_hidden),
		cmocka_unit_test(details_can_be_asked_for_but_passwords_never),
		cmocka_unit_test(ordinary_text_stays_as_it_is),
		cmocka_unit_test(a_hostile_text_takes_no_longer_than_another),
		cmocka_unit_test(every_prefix_of_a_text_can_be_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
