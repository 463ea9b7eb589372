#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unstick/auto.h"
#include "unstick/report.h"

static char *written(const json_t *run)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	us_err err = { 0 };

	assert_non_null(out);
	assert_ok(us_report_json(out, run, &err), &err);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void keys_stay_in_order_and_the_last_line_ends(void **state)
{
	json_t *run = json_pack("{s:s, s:i, s:n, s:{s:[]}, s:f}", "unstick",
		"0.1.0", "schema", 1, "error", "lock", "held_by", "a", 0.1);
	US_AUTO(auto_str) char *text = written(run);

	(void)state;
	assert_string_equal(text, "{\n"
				  "  \"unstick\": \"0.1.0\",\n"
				  "  \"schema\": 1,\n"
				  "  \"error\": null,\n"
				  "  \"lock\": {\n"
				  "    \"held_by\": []\n"
				  "  },\n"
				  "  \"a\": 0.1\n"
				  "}\n");
	json_decref(run);
}

static void what_is_written_can_be_read(void **state)
{
	json_t *run = json_pack(
		"{s:s, s:s}", "logs", "\x1b[1m\"x\"\n", "name", "\xc3\xa9");
	US_AUTO(auto_str) char *text = written(run);
	json_t *again = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(again);
	assert_true(json_equal(run, again));
	assert_null(strchr(text, '\x1b'));
	json_decref(again);
	json_decref(run);
}

static void a_full_disk_is_an_io_error(void **state)
{
	json_t *run = json_pack("{s:s}", "unstick", "0.1.0");
	US_AUTO(auto_file) FILE *full = fopen("/dev/full", "we");
	us_err err = { 0 };

	(void)state;
	assert_non_null(full);
	assert_int_equal(us_report_json(full, run, &err), US_E_IO);
	assert_non_null(strstr(err.msg, "No space left"));
	json_decref(run);
}

/* Larger than the stream's buffer, so that it fails in the middle. */
static void a_disk_that_fills_up_is_an_io_error(void **state)
{
	json_t *run = json_array();
	US_AUTO(auto_file) FILE *full = fopen("/dev/full", "we");
	us_err err = { 0 };

	(void)state;
	assert_non_null(full);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(json_array_append_new(run, json_integer(i)), 0);
	assert_int_equal(us_report_json(full, run, &err), US_E_IO);
	json_decref(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_stay_in_order_and_the_last_line_ends),
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(a_full_disk_is_an_io_error),
		cmocka_unit_test(a_disk_that_fills_up_is_an_io_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
