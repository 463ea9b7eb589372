/* SQLite files in every bad state: looking at them gives an answer or a clear
 * error, and leaves the folder as it was, byte for byte. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "other.h"
#include "talk.h"
#include "unstick/auto.h"
#include "unstick/file.h"

/* ---- a folder's files, names and bytes ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_file(us_str *all, const talk_file *f, const char *name)
{
	char *path = scratch_path(&f->dir, name), *bytes = NULL;
	us_err err = { 0 };
	size_t len;

	assert_ok(us_file_read(&bytes, &len, path, (size_t)1 << 30, &err), &err);
	us_str_addf(all, "%s %zu\n", name, len);
	us_str_addn(all, bytes, len);
	free(bytes);
	free(path);
}

/* -shm is an index of the -wal that every reader makes anew where it has to: not
 * data; its bytes hold who reads at the moment. */
static us_str folder(const talk_file *f)
{
	struct dirent **entries = NULL;
	int n = scandir(f->dir.path, &entries, NULL, by_name);
	us_str all = { 0 };

	assert_true(n >= 2);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (*name != '.' && !strstr(name, "-shm"))
			add_file(&all, f, name);
		free(entries[i]);
	}
	free(entries);
	assert_false(all.failed);
	return all;
}

/* What a look at the schema says, with the folder the same before and after. */
static us_code look(const talk_file *f, us_err *err)
{
	us_url url = { .provider = (char *)"sqlite", .path = f->path };
	us_str before = folder(f), after;
	us_db *db = NULL;
	us_code rc;

	*err = (us_err){ 0 };
	rc = us_db_open(&db, &url, US_DB_READ, err);
	if (rc == US_OK)
		rc = us_db_exec(
			db, "SELECT type, name, sql FROM sqlite_master", err);
	us_db_close(db);
	after = folder(f);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(us_str_text(&before), us_str_text(&after), after.len);
	us_str_fini(&before);
	us_str_fini(&after);
	return rc;
}

static void expect(const talk_file *f, us_code want, const char *text)
{
	us_err err;
	us_code rc = look(f, &err);

	if (rc != want || !strstr(err.msg, text))
		fail_msg("code %d, not %d: %s", (int)rc, (int)want, err.msg);
}

/* ---- the states ---- */

static void zero_bytes(void **state)
{
	talk_file *f = *state;

	scratch_write(&f->dir, "dev.db", "");
	expect(f, US_OK, "");
}

static void no_database_or_an_encrypted_one(void **state)
{
	unsigned char bytes[8192];
	talk_file *f = *state;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 197 + i / 7);
	scratch_write_bytes(&f->dir, "dev.db", bytes, sizeof(bytes));
	expect(f, US_E_DB, "is not an SQLite database, or it is encrypted");
	scratch_write(&f->dir, "dev.db", "hello");
	expect(f, US_E_DB, "is not an SQLite database, or it is encrypted");
}

static void damaged_pages(void **state)
{
	talk_file *f = *state;
	us_err err = { 0 };
	char *bytes;
	size_t len;

	assert_int_equal(other_runs(f->path, "CREATE TABLE t (a)"), 0);
	assert_ok(us_file_read(&bytes, &len, f->path, (size_t)1 << 30, &err), &err);
	memset(bytes + 100, 0xEE, len - 100); /* behind the file's header */
	scratch_write_bytes(&f->dir, "dev.db", bytes, len);
	free(bytes);
	expect(f, US_E_DB, "is damaged");
}

static void locked_by_a_writer(void **state)
{
	talk_file *f = *state;
	other o;

	assert_int_equal(other_runs(f->path, "CREATE TABLE t (a)"), 0);
	other_holds(&o, f->path, "BEGIN EXCLUSIVE");
	expect(f, US_E_LOCK, "is locked by another process");
	other_end(&o);
	expect(f, US_OK, "");
}

static void a_wal_without_its_shm(void **state)
{
	talk_file *f = *state;
	char *shm = scratch_path(&f->dir, "dev.db-shm");
	other o;
	us_err err;

	other_holds(&o, f->path,
		"PRAGMA journal_mode = WAL; CREATE TABLE t (a);"
		"INSERT INTO t VALUES (1)");
	other_dies(&o);
	assert_int_equal(unlink(shm), 0);
	/* read, or refused with the way out; never recovered into the file */
	(void)look(f, &err);
	assert_true(err.code == US_OK || strstr(err.msg, "WAL"));
	free(shm);
}

static void a_hot_journal(void **state)
{
	talk_file *f = *state;
	other o;

	assert_int_equal(
		other_runs(f->path,
			"CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT "
			"1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
			"INSERT INTO t SELECT hex(randomblob(50)) FROM n"),
		0);
	other_holds(&o, f->path,
		"PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = "
		"hex(randomblob(50))");
	other_dies(&o);
	expect(f, US_E_DB, "has a hot journal");
}

#define TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, talk_file_open, talk_file_close)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(zero_bytes),
		TEST(no_database_or_an_encrypted_one),
		TEST(damaged_pages),
		TEST(locked_by_a_writer),
		TEST(a_wal_without_its_shm),
		TEST(a_hot_journal),
	};

	if (other_main(argc, argv))
		return 0;
	return cmocka_run_group_tests_name("sqlite files", tests, NULL, NULL);
}
