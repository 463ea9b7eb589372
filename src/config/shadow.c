/* Which database may be emptied for a replay, and that it is not the real one. */
#include <string.h>

#include "project.h"
#include "unstick/auto.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* A shadow database is emptied and filled at will: it must not be the real one. */
static us_code check(const us_config *c, const char *source, us_err *err)
{
	US_AUTO(us_url_fini) us_url shadow = { 0 };
	const us_url_bases bases = { ".", "." };
	us_strs ignored = { 0 };
	us_code rc = us_url_parse(&shadow, c->shadow_url, &bases, &ignored, err);

	us_strs_fini(&ignored);
	if (rc) {
		us_context(err, "shadow_url, from %s", source);
		return rc;
	}
	if (strcmp(shadow.provider, c->url.provider) != 0)
		return us_fail(err, US_E_CONFIG,
			"shadow_url, from %s: this is a URL for %s, the database's "
			"is for %s",
			source, shadow.provider, c->url.provider);
	if (same(shadow.path, c->url.path) ||
		(same(shadow.host, c->url.host) && same(shadow.port, c->url.port) &&
			same(shadow.database, c->url.database)))
		return us_fail(err, US_E_CONFIG,
			"shadow_url, from %s: this is the database itself, and a "
			"shadow database is overwritten",
			source);
	return US_OK;
}

/* Prisma empties its own shadow database as we do. But a production's may be a slip
 * that nobody noticed yet, so that it is looked at only where a replay is wanted
 * and nothing else is said. */
static const us_said *said_by(const us_settings *s, const us_project *p)
{
	const us_config *c = &s->config;
	const us_said *ours = &s->shadow_url;

	if (ours->kind != US_SAID_NOTHING || c->evidence != US_PROVIDER_REPLAY ||
		c->shadow == US_SHADOW_CREATE ||
		strcmp(c->url.provider, "postgresql") != 0)
		return ours;
	return p->prisma.shadow.kind != US_SAID_NOTHING ? &p->prisma.shadow
							: &p->schema.shadow;
}

us_code us_settings_shadow(us_settings *s, const us_project *p, us_err *err)
{
	US_AUTO(us_found_url_fini) us_found_url url = { 0 };
	us_config *c = &s->config;
	const us_said *said = said_by(s, p);
	US_AUTO(auto_str) char *warning = NULL;
	us_code rc;

	if (said->kind == US_SAID_NOTHING || said->kind == US_SAID_COMPUTED)
		return US_OK;
	if (said->kind == US_SAID_TEXT) {
		rc = us_strdup(&c->shadow_url, said->text, err);
		return rc ? rc : check(c, said->file, err);
	}
	rc = us_project_variable(&url, p, said->text, err);
	if (rc)
		return rc;
	if (url.text && *url.text) {
		c->shadow_url = US_STEAL(url.text);
		return check(c, url.source, err);
	}
	if (said != &s->shadow_url) /* only development needs it */
		return US_OK;
	rc = us_strf(&warning, err,
		"%s:%d: shadow_url is env(%s), which is not set: there is no "
		"shadow database",
		said->file, said->line, said->text);
	return rc ? rc : us_strs_add(&c->warnings, warning, err);
}
