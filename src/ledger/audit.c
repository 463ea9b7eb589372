/* Audit lines: ours are the lines of `logs` that start with "unstick: {".
 * Everything else in there is Prisma's, or somebody's by hand. */
#include <stdlib.h>
#include <string.h>

#include "unstick/ledger.h"

static bool is_ours(const char *line, size_t n)
{
	static const char start[] = US_AUDIT_PREFIX "{";

	return n >= sizeof(start) - 1 &&
	       memcmp(line, start, sizeof(start) - 1) == 0;
}

/* Split at line ends, ours left out, joined again: what a line was added to comes
 * back as it was, with or without a line end of its own. */
us_code us_logs_strip(char **out, const char *logs, us_err *err)
{
	us_str kept = { 0 };
	bool first = true;
	us_code rc;

	while (logs) {
		size_t n = strcspn(logs, "\n");

		if (!is_ours(logs, n)) {
			if (!first)
				us_str_addc(&kept, '\n');
			us_str_addn(&kept, logs, n);
			first = false;
		}
		logs = logs[n] ? logs + n + 1 : NULL;
	}
	rc = us_str_take(&kept, out, NULL, err);
	if (rc == US_OK && !**out) {
		free(*out);
		*out = NULL;
	}
	return rc;
}

const char *us_logs_audit(const char *logs, size_t *len)
{
	const char *found = NULL;

	*len = 0;
	while (logs && *logs) {
		size_t n = strcspn(logs, "\n");

		if (is_ours(logs, n)) {
			found = logs + strlen(US_AUDIT_PREFIX);
			*len = n - strlen(US_AUDIT_PREFIX);
		}
		logs += n;
		logs += *logs == '\n';
	}
	return found;
}
