/* Any bytes can be cut: the first chooses the dialect, the rest is the script. */
#include <string.h>

#include "fuzz.h"
#include "unstick/auto.h"
#include "unstick/script.h"
#include "unstick/str.h"

static void check_statements(const us_script *s)
{
	size_t end = 0;

	for (size_t i = 0; i < us_script_len(s); i++) {
		const us_statement *st = us_script_statement(s, i);

		must(st->len > 0);
		must(st->offset >= end);
		end = st->offset + st->len;
		must(end <= us_script_text_len(s));
		must(st->line == us_script_line(s, st->offset));
		must(us_script_at(s, st->offset) == i);
		must(us_script_at(s, end - 1) == i);
		must(memchr(st->kind, '\0', sizeof(st->kind)) != NULL);
	}
}

/* What is canonical already stays as it is. */
static void check_canonical(const char *provider, const char *text, size_t len)
{
	US_AUTO(auto_str) char *once = NULL, *twice = NULL;

	if (memchr(text, '\0', len))
		return; /* comes back as a C string */
	must(us_sql_canonical(&once, provider, text, len, NULL) == US_OK);
	if (strncmp(once, "\xEF\xBB\xBF", 3) == 0)
		return; /* first now, it reads as a byte order mark */
	must(us_sql_canonical(&twice, provider, once, strlen(once), NULL) == US_OK);
	must(strcmp(once, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *provider = size > 0 && data[0] == 's' ? "sqlite" : "postgresql";
	const char *text = size > 0 ? (const char *)data + 1 : "";
	size_t len = size > 0 ? size - 1 : 0;
	us_script *s = NULL;

	must(us_script_split(&s, provider, text, len, NULL) == US_OK);
	check_statements(s);
	check_canonical(provider, text, len);
	us_script_free(s);
	return 0;
}
