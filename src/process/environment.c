/* The way to the database for a program that doesn't read Prisma's URLs: libpq
 * knows none of their parameters, and without a word from us pg_dump would go
 * wherever its defaults lead and back up something else. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unstick/auto.h"
#include "unstick/process.h"

/* libpq's settings and its variables (libpq-envars.html). Not there: sslpassword,
 * which has none, and application_name, which is ours. */
static const struct {
	const char *setting, *variable;
} variables[] = {
	{ "channel_binding", "PGCHANNELBINDING" },
	{ "connect_timeout", "PGCONNECT_TIMEOUT" },
	{ "options", "PGOPTIONS" },
	{ "ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION" },
	{ "ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION" },
	{ "sslcert", "PGSSLCERT" },
	{ "sslcompression", "PGSSLCOMPRESSION" },
	{ "sslcrl", "PGSSLCRL" },
	{ "sslcrldir", "PGSSLCRLDIR" },
	{ "sslkey", "PGSSLKEY" },
	{ "sslmode", "PGSSLMODE" },
	{ "sslrootcert", "PGSSLROOTCERT" },
	{ "sslsni", "PGSSLSNI" },
};

static const char *value_of(const us_url *url, const char *setting)
{
	for (size_t i = 0; i < url->settings_len; i++)
		if (strcmp(url->settings[i].name, setting) == 0)
			return url->settings[i].value;
	return NULL;
}

/* Replaces what is there; a value that the URL doesn't have leaves libpq's default
 * as it was, for unstick itself too. */
static us_code set(us_strs *out, const char *name, const char *value, us_err *err)
{
	US_AUTO(auto_str) char *text = NULL;
	const size_t n = strlen(name);
	us_code rc;

	if (!value)
		return US_OK;
	rc = us_strf(&text, err, "%s=%s", name, value);
	if (rc != US_OK)
		return rc;
	for (size_t i = 0; i < out->len; i++) {
		char *old = out->items[i];

		if (strncmp(old, name, n) == 0 && old[n] == '=') {
			out->items[i] = US_STEAL(text);
			free(old);
			return US_OK;
		}
	}
	return us_strs_add(out, text, err);
}

static us_code set_postgres(us_strs *out, const us_url *url, us_err *err)
{
	us_code rc = set(out, "PGHOST", url->host, err);

	if (rc == US_OK)
		rc = set(out, "PGPORT", url->port, err);
	if (rc == US_OK)
		rc = set(out, "PGDATABASE", url->database, err);
	if (rc == US_OK)
		rc = set(out, "PGUSER", url->user, err);
	if (rc == US_OK)
		rc = set(out, "PGPASSWORD", url->password, err);
	for (size_t i = 0; rc == US_OK && i < US_LEN(variables); i++)
		rc = set(out, variables[i].variable,
			value_of(url, variables[i].setting), err);
	return rc;
}

us_code us_environment_for(us_strs *out, const us_url *url, us_err *err)
{
	us_code rc = US_OK;

	*out = (us_strs){ 0 };
	for (char **e = environ; rc == US_OK && *e; e++)
		rc = us_strs_add(out, *e, err);
	if (rc == US_OK && strcmp(url->provider, "postgresql") == 0)
		rc = set_postgres(out, url, err);
	return rc;
}
