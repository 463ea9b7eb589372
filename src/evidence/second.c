/* Reading the database, with a second opinion where there is one to be had: replay,
 * where it was asked for, or where the catalog gives a range. It takes its time, so
 * it is asked before Prisma's lock is taken, and what it said is kept. It counts
 * under the lock as long as the live rows are those it was about. */
#include <string.h>

#include "evidence_impl.h"
#include "unstick/auto.h"
#include "unstick/catalog.h"
#include "unstick/replay.h"

typedef us_code read_fn(us_reading *r, const us_stuck *c, us_err *err);
typedef struct {
	const char *provider;
	us_proof proof;
	us_code (*read)(
		us_reading *r, const us_stuck *c, us_catalog *begun, us_err *err);
	read_fn *second; /* NULL: there is none */
	bool begins;     /* there is something to do before the database is asked */
} reader;

static us_code read_catalog(
	us_reading *r, const us_stuck *c, us_catalog *begun, us_err *err)
{
	us_catalog *own = NULL;
	us_code rc = begun ? US_OK : us_catalog_begin(&own, c, err);

	if (rc == US_OK)
		rc = us_catalog_read(r, begun ? begun : own, err);
	us_catalog_free(own);
	return rc;
}

static us_code read_file(
	us_reading *r, const us_stuck *c, us_catalog *begun, us_err *err)
{
	(void)begun;
	return us_replay_sqlite(r, c, err);
}

static const reader readers[] = {
	{ "postgresql", US_PROOF_CATALOG, read_catalog, us_replay_postgres, true },
	{ "sqlite", US_PROOF_REPLAY, read_file, NULL, false },
};

/* NULL: nobody reads such a database. */
static const reader *reader_of(const us_db *db)
{
	for (size_t i = 0; i < US_LEN(readers); i++)
		if (strcmp(readers[i].provider, db->ops->provider) == 0)
			return &readers[i];
	return NULL;
}

/* ---- what was said before ---------------------------------------------------- */

typedef struct opinion {
	struct opinion *next;
	char *record; /* the failed record's id */
	char digest[US_DIGEST_TEXT];
	us_prefixes prefixes;
} opinion;

struct us_opinions {
	opinion *first;
};

us_code us_opinions_new(us_opinions **out, us_err *err)
{
	*out = calloc(1, sizeof(**out));
	return *out ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}

static void free_opinion(opinion *o)
{
	free(o->record);
	free(o->prefixes.member);
	free(o);
}

void us_opinions_free(us_opinions *all)
{
	while (all && all->first) {
		opinion *next = all->first->next;

		free_opinion(all->first);
		all->first = next;
	}
	free(all);
}

static us_code keep(const probe *p, const us_reading *first,
	const us_reading *second, us_err *err)
{
	us_opinions *all = p->ground->opinions;
	size_t bytes = (second->prefixes.n + 1) * sizeof(*second->prefixes.member);
	bool known = second->prefixes.known;
	opinion *o;
	us_code rc;

	if (!all || !p->failed || !first->digest[0])
		return US_OK;
	o = calloc(1, sizeof(*o));
	if (!o)
		return us_fail(err, US_E_NOMEM, "out of memory");
	o->prefixes = second->prefixes;
	o->prefixes.member = known ? malloc(bytes) : NULL;
	rc = us_strdup(&o->record, p->failed->id, err);
	if ((known && !o->prefixes.member) || rc != US_OK) {
		free_opinion(o);
		return us_fail(err, US_E_NOMEM, "out of memory");
	}
	if (known)
		memcpy(o->prefixes.member, second->prefixes.member, bytes);
	memcpy(o->digest, first->digest, sizeof(o->digest));
	o->next = all->first;
	all->first = o;
	return US_OK;
}

/* Of the same record and the same live rows; the newest. */
static const us_prefixes *kept(const probe *p, const us_reading *first)
{
	const us_opinions *all = p->ground->opinions;

	for (const opinion *o = all && p->failed ? all->first : NULL; o;
		o = o->next)
		if (strcmp(o->record, p->failed->id) == 0 && first->digest[0] &&
			strcmp(o->digest, first->digest) == 0)
			return &o->prefixes;
	return NULL;
}

bool us_evidence_replays(const us_config *config)
{
	return config->shadow_url || config->shadow == US_SHADOW_CREATE;
}

/* ---- asking ---- */

static bool wants_second(const us_config *config, const us_reading *first)
{
	if (!us_evidence_replays(config))
		return false;
	return config->evidence == US_PROVIDER_REPLAY ||
	       us_prefixes_count(&first->prefixes) > 1;
}

/* One that knows less, or nothing that fits, changes nothing. */
static bool is_better(const us_prefixes *second, const us_prefixes *first)
{
	if (us_prefixes_count(second) == 0)
		return false;
	if (!first->known)
		return true;
	for (size_t k = 0; k <= second->n; k++)
		if (second->member[k] && !first->member[k])
			return false;
	return us_prefixes_count(second) < us_prefixes_count(first);
}

static us_code use_kept(
	us_reading *r, us_proof *proof, const us_prefixes *k, us_err *err)
{
	char *why = NULL;
	us_code rc;

	if (!r->prefixes.known || !is_better(k, &r->prefixes))
		return US_OK;
	rc = us_strf(&why, err,
		"%s; the replay before the lock was taken told more", r->why);
	if (rc != US_OK)
		return rc;
	free(r->why);
	r->why = why;
	memcpy(r->prefixes.member, k->member, (k->n + 1) * sizeof(*k->member));
	*proof = US_PROOF_REPLAY;
	return US_OK;
}

static us_code ask_second(us_reading *r, us_proof *proof, read_fn *read,
	const us_stuck *c, const probe *p, us_err *err)
{
	us_reading second = { 0 };
	us_code rc = read(&second, c, err);

	if (rc == US_OK)
		rc = keep(p, r, &second, err);
	if (rc == US_OK && is_better(&second.prefixes, &r->prefixes)) {
		us_reading_fini(r);
		*r = second;
		*proof = US_PROOF_REPLAY;
		return rc;
	}
	us_reading_fini(&second);
	return rc;
}

static us_stuck stuck_of(const probe *p)
{
	const us_ground *g = p->ground;

	return (us_stuck){ g->config, g->db, g->history, p->c->entry, p->script,
		p->failed };
}

void begin_reading(probe *p)
{
	const reader *by = reader_of(p->ground->db);
	const us_stuck stuck = stuck_of(p);

	if (by && by->begins && p->script && us_script_len(p->script) > 0 &&
		us_catalog_begin(&p->begun, &stuck, NULL) != US_OK) {
		/* read_database() will say so */
	}
}

us_code read_database(us_reading *r, us_proof *proof, const probe *p, us_err *err)
{
	const us_ground *g = p->ground;
	const reader *by = reader_of(g->db);
	const us_stuck stuck = stuck_of(p);
	const us_prefixes *before;
	us_code rc;

	if (!by)
		return US_OK;
	*proof = by->proof;
	rc = by->read(r, &stuck, p->begun, err);
	if (rc != US_OK || !by->second || !wants_second(g->config, r))
		return rc;
	before = kept(p, r);
	if (before)
		return use_kept(r, proof, before, err);
	if (g->have_lock)
		return US_OK;
	return ask_second(r, proof, by->second, &stuck, p, err);
}
