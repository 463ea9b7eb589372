/* Any bytes can stand in a record's logs: the first chooses the dialect, what
 * follows up to a line "====" is the script, the rest are its logs. */
#include <string.h>

#include "fuzz.h"
#include "unstick/auto.h"
#include "unstick/evidence.h"
#include "unstick/str.h"

static void check_error(const us_logged_error *e, const us_script *s)
{
	size_t len;

	must(e->line == 0 || us_script_line_text(s, e->line, &len) != NULL);
	must(e->statement <= us_script_len(s));
	must(e->present || (!e->code && !e->message));
	must(!e->message || (e->message[0] && !strchr(e->message, '\n')));
	must(!e->code || e->code[0]);
	must(us_cause_name(e->cause) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char border[] = "\n====\n";
	const char *provider = size > 0 && data[0] == 's' ? "sqlite" : "postgresql";
	const char *text = size > 0 ? (const char *)data + 1 : "";
	size_t left = size > 0 ? size - 1 : 0;
	const char *at = memmem(text, left, border, sizeof(border) - 1);
	size_t script_len = at ? (size_t)(at - text) + 1 : 0;
	size_t skip = at ? script_len + sizeof(border) - 2 : 0;
	US_AUTO(auto_str) char *logs = NULL;
	us_logged_error e;
	us_script *s = NULL;

	must(us_strndup(&logs, text + skip, left - skip, NULL) == US_OK);
	must(us_script_split(&s, provider, text, script_len, NULL) == US_OK);
	must(us_logs_parse(&e, logs, s, NULL) == US_OK);
	check_error(&e, s);
	us_logged_error_fini(&e);
	us_script_free(s);
	return 0;
}
