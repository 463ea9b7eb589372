/* What only `explain` shows of the ledger: the records as they stand there. */
#include <string.h>

#include "text.h"

#define LOG_LINES 10 /* of each record's logs */
#define GUTTER 4     /* columns before it */

static void print_text(page *p, const char *label, const char *text)
{
	page_label(p, label);
	page_name(p, text ? text : "-");
	page_end(p);
}

/* Prisma's engine colours its logs and spreads them; neither helps here. */
static void print_logs(page *p, const char *logs)
{
	us_str plain = { 0 }, dense = { 0 };
	const char *at;

	safe_add_uncoloured(&plain, logs, strlen(logs));
	at = us_str_text(&plain);
	while (*at) {
		size_t n = strcspn(at, "\n");

		if (strspn(at, " \t\r") < n) {
			us_str_addn(&dense, at, n);
			us_str_addc(&dense, '\n');
		}
		at += n;
		at += *at == '\n';
	}
	if (dense.len > 0) {
		page_label(p, "logs");
		page_end(p);
		page_lines(p, GUTTER, "| ", us_str_text(&dense), LOG_LINES);
	}
	p->out.failed = p->out.failed || plain.failed || dense.failed;
	us_str_fini(&plain);
	us_str_fini(&dense);
}

static void print_record(page *p, const json_t *v)
{
	const char *logs = text_at(v, "logs");
	json_int_t steps;

	print_text(p, "record", text_at(v, "id"));
	print_text(p, "started", text_at(v, "started_at"));
	print_text(p, "finished", text_at(v, "finished_at"));
	print_text(p, "rolled back", text_at(v, "rolled_back_at"));
	print_text(p, "checksum", text_at(v, "checksum"));
	page_label(p, "steps");
	if (number_at(&steps, v, "applied_steps_count"))
		page_say(p, "%" JSON_INTEGER_FORMAT, steps);
	else
		page_say(p, "-");
	page_end(p);
	if (!logs)
		print_text(p, "logs", NULL);
	else if (!*logs)
		print_text(p, "logs", "(empty)");
	else
		print_logs(p, logs);
}

void text_records(page *p, const json_t *kase)
{
	const json_t *records = json_object_get(kase, "records");
	size_t i;
	const json_t *v;

	json_array_foreach(records, i, v)
	{
		page_gap(p);
		print_record(p, v);
	}
	page_gap(p);
}
