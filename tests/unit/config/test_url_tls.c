/* A wish about TLS is met as it was meant, or refused; never weakened. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "project.h"
#include "unstick/auto.h"
#include "unstick/url.h"

static const us_url_bases bases = { "certs", "certs" };

/* "sslmode=require sslrootcert=certs/ca.pem", then warnings by their first words.
 */
static char *tls_of(const char *parameters)
{
	us_str s = { 0 };
	us_str url = { 0 };
	us_strs warnings = { 0 };
	us_err err = { 0 };
	us_url u;
	char *text;

	us_str_addf(&url, "postgres://u:s3cr3t@h/d?%s", parameters);
	if (us_url_parse(&u, us_str_text(&url), &bases, &warnings, &err)) {
		assert_int_equal(err.code, US_E_CONFIG);
		us_str_addf(&s, "refused: %s", err.msg);
	}
	for (size_t i = 0; i < u.settings_len; i++)
		if (strncmp(u.settings[i].name, "ssl", 3) == 0)
			us_str_addf(&s, "%s%s=%s", s.len ? " " : "",
				u.settings[i].name, u.settings[i].value);
	for (size_t i = 0; i < warnings.len; i++)
		us_str_addf(
			&s, "%swarning: %s", s.len ? " " : "", warnings.items[i]);
	assert_ok(us_str_take(&s, &text, NULL, &err), &err);
	assert_null(strstr(text, "s3cr3t"));
	us_str_fini(&url);
	us_url_fini(&u);
	us_strs_fini(&warnings);
	return text;
}

/* Files certs/ca.pem, certs/c.pem, certs/k.pem; SSL_CERT_FILE is ./bundle.pem. */
static int certificates(void **state)
{
	project_open(state);
	project_write(state, "certs/ca.pem", "");
	project_write(state, "certs/c.pem", "");
	project_write(state, "certs/k.pem", "");
	project_write(state, "bundle.pem", "");
	assert_int_equal(setenv("HOME", ".", 1), 0);
	return setenv("SSL_CERT_FILE", "bundle.pem", 1);
}

#define VERIFY_HONOURED                                                            \
	" is honoured here; Prisma takes it as `prefer` and checks nothing (its "  \
	"word "                                                                    \
	"is sslaccept=strict)"
#define NO_SUCH_FILE                                                               \
	" names a file that doesn't exist (relative paths start at certs)"

static void every_wish_is_met_or_refused(void **state)
{
	static const struct {
		const char *parameters, *want;
	} rows[] = {
		{ "", "" },
		{ "sslmode=disable", "sslmode=disable" },
		{ "sslmode=prefer", "sslmode=prefer" },
		{ "sslmode=require", "sslmode=require" },
		{ "sslmode=verify-full",
			"sslmode=verify-full sslrootcert=bundle.pem warning: the "
			"URL's "
			"sslmode=verify-full" VERIFY_HONOURED },
		{ "sslmode=verify-ca&sslrootcert=ca.pem",
			"sslmode=verify-ca sslrootcert=certs/ca.pem warning: the "
			"URL's "
			"sslmode=verify-ca" VERIFY_HONOURED },
		{ "sslmode=no-verify",
			"sslmode=prefer warning: the URL's `sslmode` is none of "
			"disable, prefer, require: taken as `prefer`, as Prisma "
			"does" },
		{ "sslaccept=strict",
			"sslmode=verify-full sslrootcert=bundle.pem" },
		{ "sslmode=prefer&sslaccept=strict",
			"sslmode=verify-full sslrootcert=bundle.pem" },
		{ "sslmode=require&sslaccept=strict&sslcert=ca.pem",
			"sslmode=verify-full sslrootcert=certs/ca.pem" },
		{ "sslaccept=bogus&sslcert=./ca.pem",
			"sslmode=verify-full sslrootcert=certs/ca.pem warning: the "
			"URL's `sslaccept` is neither strict nor "
			"accept_invalid_certs: "
			"taken as `strict`, as Prisma does" },
		{ "sslmode=disable&sslaccept=strict",
			"refused: the URL says both sslmode=disable and that the "
			"server's certificate has to be checked" },
		{ "sslmode=require&sslcert=ca.pem",
			"sslmode=require sslrootcert=certs/ca.pem" },
		{ "sslcert=ca.pem", "sslrootcert=certs/ca.pem" },
		{ "sslmode=require&sslcert=ca.pem&sslaccept=accept_invalid_certs",
			"sslmode=require warning: the URL's `sslcert` is not used: "
			"sslaccept=accept_invalid_certs says not to check" },
		{ "sslcert=none.pem", "refused: the URL's `sslcert`" NO_SUCH_FILE },
		{ "sslrootcert=none.pem",
			"refused: the URL's `sslrootcert`" NO_SUCH_FILE },
		{ "sslkey=none.pem", "refused: the URL's `sslkey`" NO_SUCH_FILE },
		{ "sslrootcert=system",
			"sslmode=verify-full sslrootcert=bundle.pem" },
		{ "sslrootcert=system&sslmode=disable",
			"refused: the URL says both sslmode=disable and that the "
			"server's certificate has to be checked" },
		{ "sslcert=c.pem&sslkey=k.pem&sslrootcert=ca.pem&sslmode=require"
		  "&sslpassword=x",
			"sslmode=require sslcert=certs/c.pem sslkey=certs/k.pem "
			"sslpassword=x sslrootcert=certs/ca.pem" },
		{ "sslcert=c.pem&sslkey=k.pem",
			"sslcert=certs/c.pem sslkey=certs/k.pem" },
		{ "sslpassword=s3cr3t", "" },
		{ "ssl=true", "sslmode=require" },
		{ "ssl=true&sslmode=prefer", "sslmode=prefer" },
		{ "ssl=false", "" },
		{ "ssl=1", "refused: the URL's `ssl` is neither `true` nor "
			   "`false`; the "
			   "word for more is `sslmode`" },
		{ "sslsni=0&sslcrl=x", "sslsni=0 sslcrl=x" },
		{ "sslMode=require",
			"refused: the URL asks for TLS in a way that is not "
			"understood; did you mean `sslmode`?" },
		{ "sslnegotiation=direct",
			"refused: the URL asks for TLS in a way that is not "
			"understood: "
			"known are ssl, sslmode, sslaccept, sslcert, sslrootcert, "
			"sslkey, sslcrl, sslcrldir, sslsni" },
		{ "tls=true",
			"refused: the URL asks for TLS in a way that is not "
			"understood: known are ssl, sslmode, sslaccept, sslcert, "
			"sslrootcert, sslkey, sslcrl, sslcrldir, sslsni" },
		{ "sslidentity=client.p12&sslpassword=s3cr3t",
			"refused: the URL's `sslidentity` is a PKCS#12 file, which "
			"libpq can't read: convert it (openssl pkcs12 -in "
			"client.p12 "
			"-nodes -out client.pem), remove it from the URL that "
			"unstick "
			"gets, and set PGSSLCERT and PGSSLKEY to client.pem" },
	};

	(void)state;
	for (size_t i = 0; i < US_LEN(rows); i++) {
		char *got = tls_of(rows[i].parameters);

		assert_string_equal(got, rows[i].want);
		free(got);
	}
}

static void a_ca_named_for_libpq_is_left_to_it(void **state)
{
	char *got;

	project_write(state, ".postgresql/root.crt", "");
	got = tls_of("sslmode=verify-ca");
	assert_non_null(strstr(got, "sslmode=verify-ca warning"));
	free(got);
	assert_int_equal(setenv("PGSSLROOTCERT", "x.pem", 1), 0);
	got = tls_of("sslmode=require&sslaccept=strict");
	assert_string_equal(got, "sslmode=verify-full");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_wish_is_met_or_refused, certificates, project_close),
		cmocka_unit_test_setup_teardown(a_ca_named_for_libpq_is_left_to_it,
			certificates, project_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
