/* The run's JSON: every key is there on every exit code, in the order of
 * docs/json.md; what is not known is null. */
#include <string.h>

#include "cmd.h"
#include "unstick/uuid.h"
#include "unstick/view.h"
#include "unstick/when.h"

json_t *document_new(const char *command)
{
	char id[US_UUID_TEXT] = "", started[US_TIME_TEXT];
	us_time now = us_now();

	us_time_format(started, now - now % 1000000);
	if (us_uuid(id, NULL) != US_OK)
		id[0] = '\0';
	return json_pack(
		"{s:s, s:i, s:s?, s:s, s:s, s:n, s:n, s:n, s:{s:n}, s:n, s:n, "
		"s:[], s:[]}",
		"unstick", US_VERSION, "schema", 1, "command", command, "run_id",
		id, "started_at", started, "exit_code", "error", "database", "lock",
		"held_by", "migrations", "history", "cases", "findings");
}

bool document_set(json_t *doc, const char *key, json_t *value)
{
	return json_object_set_new(doc, key, value) == 0;
}

bool document_add_finding(
	json_t *doc, const char *level, const char *code, const char *message)
{
	return json_array_append_new(json_object_get(doc, "findings"),
		       json_pack("{s:s, s:s?, s:o}", "level", level, "code", code,
			       "message", us_view_text(message))) == 0;
}
