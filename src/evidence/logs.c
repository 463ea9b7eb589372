/* What a record's `logs` say about its error. There are two writers: the native
 * engine, whose text has a fixed head (schema-engine, ApplyMigrationError), and the
 * engine built for driver adapters, which passes on the adapter's words. The text
 * is whatever a server, a user's function or a hand put there: nothing in it is
 * trusted. */
#include <ctype.h>
#include <string.h>

#include "evidence_impl.h"
#include "unstick/auto.h"

/* Without ANSI control sequences (ESC [ ... letter): the native engine colours the
 * script's lines even in the table. */
static us_code strip_colours(char **out, const char *text, us_err *err)
{
	us_str s = { 0 };

	while (*text) {
		size_t n = strcspn(text, "\x1b");

		us_str_addn(&s, text, n);
		text += n;
		if (text[0] == '\x1b' && text[1] == '[') {
			text += 2;
			text += strspn(text, "0123456789;:<=>?");
			text += *text != '\0';
		} else if (text[0] == '\x1b') {
			text++;
		}
	}
	return us_str_take(&s, out, NULL, err);
}

/* The servers' further fields follow on lines of their own. */
static bool ends_message(const char *line, size_t n)
{
	static const char *const fields[] = { "DETAIL:", "HINT:" };

	for (size_t i = 0; i < US_LEN(fields); i++) {
		size_t len = strlen(fields[i]);

		if (n >= len && memcmp(line, fields[i], len) == 0)
			return true;
	}
	return false;
}

us_code logs_message(char **out, const char *text, size_t len, us_err *err)
{
	static const char *const severities[] = { "ERROR: ", "FATAL: ", "PANIC: " };
	us_str s = { 0 };
	us_code rc = US_OK;
	bool gap = false;

	*out = NULL;
	for (size_t i = 0; i < US_LEN(severities); i++) {
		size_t skip = strlen(severities[i]);

		if (len >= skip && memcmp(text, severities[i], skip) == 0) {
			text += skip;
			len -= skip;
			break;
		}
	}
	for (size_t i = 0; i < len; i++) {
		if ((i == 0 || text[i - 1] == '\n') &&
			ends_message(text + i, len - i))
			break;
		if (isspace((unsigned char)text[i])) {
			gap = s.len > 0;
			continue;
		}
		if (gap)
			us_str_addc(&s, ' ');
		gap = false;
		us_str_addc(&s, text[i]);
	}
	if (s.len > 0 || s.failed)
		rc = us_str_take(&s, out, NULL, err);
	us_str_fini(&s);
	return rc;
}

us_code us_logs_parse(us_logged_error *out, const char *logs,
	const us_script *script, us_err *err)
{
	US_AUTO(auto_str) char *ours_gone = NULL, *text = NULL;
	us_code rc = US_OK;

	*out = (us_logged_error){ 0 };
	if (logs) /* empty lines in front say nothing */
		rc = us_logs_strip(&ours_gone, logs + strspn(logs, "\r\n"), err);
	if (rc != US_OK || !ours_gone)
		return rc;
	rc = strip_colours(&text, ours_gone, err);
	if (rc != US_OK || text[strspn(text, " \t\r\n")] == '\0')
		return rc;
	out->present = true;
	rc = logs_is_native(text) ? logs_parse_native(out, text, script, err)
				  : logs_parse_adapter(out, text, err);
	if (rc != US_OK)
		us_logged_error_fini(out);
	return rc;
}

void us_logged_error_fini(us_logged_error *e)
{
	free(e->code);
	free(e->message);
	*e = (us_logged_error){ 0 };
}
