#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

us_db *talk_open(const us_url *url, us_db_mode mode)
{
	us_err err = { 0 };
	us_db *db = NULL;

	assert_ok(us_db_open(&db, url, mode, &err), &err);
	return db;
}

us_db *talk_open_file(const char *path, us_db_mode mode)
{
	us_url url = { .provider = (char *)"sqlite", .path = (char *)path };
	FILE *f = fopen(path, "ae");

	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	return talk_open(&url, mode);
}

int talk_file_open(void **state)
{
	talk_file *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	scratch_open(&f->dir);
	f->path = scratch_path(&f->dir, "dev.db");
	*state = f;
	return 0;
}

int talk_file_close(void **state)
{
	talk_file *f = *state;

	scratch_close(&f->dir);
	free(f->path);
	free(f);
	return 0;
}

int talk_cluster_open(void **state)
{
	talk_cluster *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	cluster_db_open(&c->cluster);
	c->db = talk_open(&c->cluster.parts, US_DB_WRITE);
	*state = c;
	return 0;
}

int talk_cluster_close(void **state)
{
	talk_cluster *c = *state;

	us_db_close(c->db);
	cluster_db_close(&c->cluster);
	free(c);
	return 0;
}

void talk_exec(us_db *db, const char *sql)
{
	us_err err = { 0 };

	assert_ok(us_db_exec(db, sql, &err), &err);
}

us_code talk_add_row(const us_row *row, void *ctx, us_err *err)
{
	us_str *out = ctx;

	(void)err;
	for (size_t i = 0; i < row->ncols; i++) {
		if (i > 0)
			us_str_addc(out, '|');
		us_str_add(out, row->cells[i] ? row->cells[i] : "NULL");
	}
	us_str_addc(out, '\n');
	return US_OK;
}

void talk_expect(us_db *db, const char *sql, const char *rows)
{
	us_str got = { 0 };
	us_err err = { 0 };

	assert_ok(us_db_query(db, sql, 0, NULL, talk_add_row, &got, &err), &err);
	assert_string_equal(us_str_text(&got), rows);
	us_str_fini(&got);
}

void talk_refused(us_db *db, const char *sql, us_code code, const char *sqlstate)
{
	us_err err = { 0 };
	us_code rc = us_db_exec(db, sql, &err);

	if (rc != code || strcmp(err.sqlstate, sqlstate) != 0)
		fail_msg(
			"%s: code %d, %s: %s", sql, (int)rc, err.sqlstate, err.msg);
}
