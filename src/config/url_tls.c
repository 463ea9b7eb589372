/* What a URL says about TLS, in libpq's words. Prisma and libpq use the same names
 * for different things (`sslcert` is the server's CA to one, the client's
 * certificate to the other). The rule: a wish is met as it was meant or refused,
 * never weakened. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "unstick/auto.h"
#include "unstick/file.h"
#include "url_parts.h"

static const struct {
	const char *name;
	size_t offset;
} wishes[] = {
	{ "ssl", offsetof(us_tls, ssl) },
	{ "sslaccept", offsetof(us_tls, accept) },
	{ "sslcert", offsetof(us_tls, cert) },
	{ "sslidentity", offsetof(us_tls, identity) },
	{ "sslkey", offsetof(us_tls, key) },
	{ "sslmode", offsetof(us_tls, mode) },
	{ "sslpassword", offsetof(us_tls, password) },
	{ "sslrootcert", offsetof(us_tls, root) },
};

bool us_tls_take(us_tls *t, const char *name, const char *value)
{
	for (size_t i = 0; i < US_LEN(wishes); i++)
		if (strcmp(name, wishes[i].name) == 0) {
			memcpy((char *)t + wishes[i].offset, &value, sizeof(value));
			return true;
		}
	return false;
}

bool us_tls_concerns(const char *name)
{
	return strncasecmp(name, "ssl", 3) == 0 || strncasecmp(name, "tls", 3) == 0;
}

us_code us_tls_unknown(const char *name, us_err *err)
{
	const char *names[US_LEN(wishes)];
	const char *near;

	for (size_t i = 0; i < US_LEN(wishes); i++)
		names[i] = wishes[i].name;
	near = us_nearest(name, names, US_LEN(names));
	/* The name is only repeated where it is one: never a piece of a password.
	 */
	if (near)
		return us_fail(err, US_E_CONFIG,
			"the URL asks for TLS in a way that is not understood; did "
			"you mean `%s`?",
			near);
	return us_fail(err, US_E_CONFIG,
		"the URL asks for TLS in a way that is not understood: known are "
		"ssl, sslmode, sslaccept, sslcert, sslrootcert, sslkey, sslcrl, "
		"sslcrldir, sslsni");
}

static bool is(const char *value, const char *word)
{
	return value && strcmp(value, word) == 0;
}

static const char *system_bundle(void)
{
	static const char *const places[] = { "/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
	const char *said = getenv("SSL_CERT_FILE");

	if (said && us_file_exists(said))
		return said;
	for (size_t i = 0; i < US_LEN(places); i++)
		if (us_file_exists(places[i]))
			return places[i];
	return NULL;
}

/* libpq before 16 has no `sslrootcert=system`, so its file is named. */
static us_code trust_system(us_url *u, us_err *err)
{
	const char *bundle = system_bundle();

	if (!bundle)
		return us_fail(err, US_E_CONFIG,
			"the URL wants the server's certificate checked, but this "
			"system has no CA certificates: install the package "
			"ca-certificates, set SSL_CERT_FILE, or name the CA's file "
			"as `sslcert`");
	return us_url_set(u, "sslrootcert", bundle, err);
}

/* A certificate that is wished for has to be there: libpq passes over some that are
 * not. Relative paths start where Prisma starts them. */
static us_code set_file(us_url *u, const char *setting, const char *parameter,
	const char *value, const us_url_bases *bases, us_err *err)
{
	const char *base = bases && bases->cert_base ? bases->cert_base : ".";
	US_AUTO(auto_str) char *path = NULL;
	us_code rc = us_path_join(&path, base, value, err);

	if (rc)
		return rc;
	if (!us_file_exists(path))
		return us_fail(err, US_E_CONFIG,
			"the URL's `%s` names a file that doesn't exist (relative "
			"paths start at %s)",
			parameter, base);
	return us_url_set(u, setting, path, err);
}

/* sslmode as stated, for libpq; *verify if the server has to prove itself. */
static us_code settle_mode(us_url *u, const us_tls *t, bool strict, bool *verify,
	us_strs *warnings, us_err *err)
{
	const char *mode = t->mode;

	*verify = strict || is(t->root, "system");
	if (is(mode, "disable")) {
		if (*verify)
			return us_fail(err, US_E_CONFIG,
				"the URL says both sslmode=disable and that the "
				"server's certificate has to be checked");
		return us_url_set(u, "sslmode", mode, err);
	}
	if (*verify)
		return us_url_set(u, "sslmode", "verify-full", err);
	if (!mode) /* as libpq reads it in a URI, for JDBC's sake */
		return is(t->ssl, "true") ? us_url_set(u, "sslmode", "require", err)
					  : US_OK;
	if (is(mode, "prefer") || is(mode, "require"))
		return us_url_set(u, "sslmode", mode, err);
	if (is(mode, "verify-ca") || is(mode, "verify-full")) {
		us_code rc = us_strs_add(warnings,
			is(mode, "verify-ca")
				? "the URL's sslmode=verify-ca is honoured here; "
				  "Prisma takes it as `prefer` and checks nothing "
				  "(its word is sslaccept=strict)"
				: "the URL's sslmode=verify-full is honoured here; "
				  "Prisma takes it as `prefer` and checks nothing "
				  "(its word is sslaccept=strict)",
			err);

		*verify = true;
		return rc ? rc : us_url_set(u, "sslmode", mode, err);
	}
	if (us_strs_add(warnings,
		    "the URL's `sslmode` is none of disable, prefer, require: "
		    "taken as `prefer`, as Prisma does",
		    err))
		return US_E_NOMEM;
	return us_url_set(u, "sslmode", "prefer", err);
}

/* With `sslkey` or `sslrootcert` beside it, `sslcert` can only be libpq's: the
 * client's certificate. */
static bool cert_is_clients(const us_tls *t)
{
	return t->key || t->root;
}

static us_code settle_client(
	us_url *u, const us_tls *t, const us_url_bases *bases, us_err *err)
{
	us_code rc = US_OK;

	if (t->cert && cert_is_clients(t))
		rc = set_file(u, "sslcert", "sslcert", t->cert, bases, err);
	if (rc == US_OK && t->key)
		rc = set_file(u, "sslkey", "sslkey", t->key, bases, err);
	if (rc == US_OK && t->key && t->password)
		rc = us_url_set(u, "sslpassword", t->password, err);
	return rc;
}

/* Whether libpq has been told by its own means whom to trust: by the environment
 * or, for those who speak its words, by its file in the home directory. */
static bool libpq_knows_root(const us_tls *t)
{
	const char *home = getenv("HOME");
	US_AUTO(auto_str) char *path = NULL;

	if (getenv("PGSSLROOTCERT"))
		return true;
	return home && t->mode && strncmp(t->mode, "verify-", 7) == 0 &&
	       us_path_join(&path, home, ".postgresql/root.crt", NULL) == US_OK &&
	       us_file_exists(path);
}

/* Whom the server's certificate has to come from. */
static us_code settle_root(us_url *u, const us_tls *t, bool verify,
	const us_url_bases *bases, us_strs *warnings, us_err *err)
{
	const char *ca = t->root                          ? t->root
			 : t->cert && !cert_is_clients(t) ? t->cert
							  : NULL;

	if (is(t->root, "system"))
		return trust_system(u, err);
	if (ca && ca == t->cert && is(t->accept, "accept_invalid_certs")) {
		/* libpq checks against a CA it is told even for `require`. */
		if (!verify)
			return us_strs_add(warnings,
				"the URL's `sslcert` is not used: "
				"sslaccept=accept_invalid_certs says not to check",
				err);
	}
	if (ca)
		return set_file(u, "sslrootcert",
			t->root ? "sslrootcert" : "sslcert", ca, bases, err);
	return verify && !libpq_knows_root(t) ? trust_system(u, err) : US_OK;
}

/* Values that mean nothing anybody could meet. */
static us_code refuse_unmet(const us_tls *t, us_err *err)
{
	if (t->identity)
		return us_fail(err, US_E_CONFIG,
			"the URL's `sslidentity` is a PKCS#12 file, which libpq "
			"can't read: convert it (openssl pkcs12 -in client.p12 "
			"-nodes -out client.pem), remove it from the URL that "
			"unstick gets, and set PGSSLCERT and PGSSLKEY to "
			"client.pem");
	if (t->ssl && !is(t->ssl, "true") && !is(t->ssl, "false"))
		return us_fail(err, US_E_CONFIG,
			"the URL's `ssl` is neither `true` nor `false`; the word "
			"for more is `sslmode`");
	return US_OK;
}

us_code us_tls_settle(us_url *u, const us_tls *t, const us_url_bases *bases,
	us_strs *warnings, us_err *err)
{
	bool strict = t->accept && !is(t->accept, "accept_invalid_certs");
	bool verify = false;
	us_code rc = refuse_unmet(t, err);

	if (rc == US_OK && strict && !is(t->accept, "strict"))
		rc = us_strs_add(warnings,
			"the URL's `sslaccept` is neither strict nor "
			"accept_invalid_certs: taken as `strict`, as Prisma does",
			err);
	if (rc == US_OK)
		rc = settle_mode(u, t, strict, &verify, warnings, err);
	if (rc == US_OK)
		rc = settle_client(u, t, bases, err);
	if (rc == US_OK)
		rc = settle_root(u, t, verify, bases, warnings, err);
	return rc;
}
