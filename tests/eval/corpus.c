/* Reads the projects. Deliberately not unstick's own reader of directories: what is
 * measured must not be what measures. */
#include "corpus.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "unstick/auto.h"
#include "unstick/file.h"

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Bytewise: for the names of these projects the same as Prisma's order. */
static int bytewise(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static size_t list(const char *directory, struct dirent ***names)
{
	int n = scandir(directory, names, visible, bytewise);

	if (n < 0)
		*names = NULL;
	return n < 0 ? 0 : (size_t)n;
}

static void free_list(struct dirent **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static void hash(migration *m, us_sha256 *h, size_t len)
{
	unsigned char digest[US_SHA256_BYTES];
	us_err err = { 0 };

	if (us_sha256_begin(h, &err) != US_OK ||
		us_sha256_add(h, m->text, len, &err) != US_OK ||
		us_sha256_end(h, digest, &err) != US_OK)
		die("%s", err.msg);
	us_hex(m->checksum, digest);
}

void migration_hash(migration *m)
{
	us_sha256 *h = NULL;
	us_err err = { 0 };

	if (us_sha256_new(&h, &err) != US_OK)
		die("%s", err.msg);
	hash(m, h, strlen(m->text));
	us_sha256_free(h);
}

static size_t add_migration(project *p, const char *name, us_sha256 *h)
{
	US_AUTO(auto_str)
	char *path = textf("%s/%s/migration.sql", p->directory, name);
	migration *m = &p->migrations[p->n];
	us_err err = { 0 };
	size_t len;

	if (!us_file_exists(path))
		return 0;
	if (us_file_read(&m->text, &len, path, (size_t)64 << 20, &err) != US_OK)
		die("%s", err.msg);
	m->name = copy_of(name);
	hash(m, h, len);
	p->n++;
	return len;
}

/* `provider = "sqlite"`; NULL without a lock file. */
static char *read_provider(const char *directory)
{
	US_AUTO(auto_str) char *path = textf("%s/migration_lock.toml", directory);
	US_AUTO(auto_str) char *text = NULL;
	const char *value;
	us_err err = { 0 };
	size_t len;

	if (!us_file_exists(path))
		return NULL;
	if (us_file_read(&text, &len, path, 65536, &err) != US_OK)
		die("%s", err.msg);
	value = strstr(text, "provider = \"");
	if (!value)
		return NULL;
	value += strlen("provider = \"");
	return textf("%.*s", (int)strcspn(value, "\""), value);
}

static void add_project(
	corpus *c, const char *directory, const char *name, bool own)
{
	char *path = textf("%s/%s", directory, name);
	char *provider = read_provider(path);
	struct dirent **names = NULL;
	us_sha256 *h = NULL;
	us_err err = { 0 };
	project *p = &c->items[c->n];
	size_t n;

	if (!provider) {
		free(path);
		return;
	}
	if (us_sha256_new(&h, &err) != US_OK)
		die("%s", err.msg);
	n = list(path, &names);
	*p = (project){ .name = copy_of(name),
		.directory = path,
		.provider = provider,
		.own = own,
		.migrations = room_for(n, sizeof(migration)) };
	for (size_t i = 0; i < n; i++)
		p->bytes += add_migration(p, names[i]->d_name, h);
	c->n++;
	us_sha256_free(h);
	free_list(names, n);
}

static int by_name(const void *a, const void *b)
{
	const project *x = a, *y = b;

	return strcmp(x->name, y->name);
}

size_t corpus_add(corpus *c, const char *directory, const char *only, bool own)
{
	struct dirent **names = NULL;
	size_t n = list(directory, &names), before = c->n;

	c->items = realloc(c->items, (c->n + n + 1) * sizeof(project));
	if (!c->items)
		die("out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!only || strcmp(only, names[i]->d_name) == 0)
			add_project(c, directory, names[i]->d_name, own);
	}
	free_list(names, n);
	qsort(c->items, c->n, sizeof(*c->items), by_name);
	return c->n - before;
}

void project_free(project *p)
{
	for (size_t m = 0; m < p->n; m++) {
		free(p->migrations[m].name);
		free(p->migrations[m].text);
	}
	free(p->migrations);
	free(p->name);
	free(p->directory);
	free(p->provider);
}

void corpus_free(corpus *c)
{
	for (size_t i = 0; i < c->n; i++)
		project_free(&c->items[i]);
	free(c->items);
	*c = (corpus){ 0 };
}
