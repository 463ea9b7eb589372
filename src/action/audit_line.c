/* The one line an action leaves in the ledger, so that the next run can count
 * attempts and a person can see who decided what. */
#include <jansson.h>

#include "changes.h"
#include "unstick/view.h"

static json_t *prefixes(const us_prefixes *k)
{
	json_t *list;

	if (!k || !k->known)
		return json_null();
	list = json_array();
	for (size_t i = 0; list && i <= k->n; i++) {
		if (k->member[i] && json_array_append_new(list,
					    json_integer((json_int_t)i)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

us_code audit_line(char **out, const struct decision *d, us_err *err)
{
	json_t *v = json_pack("{s:s, s:s, s:s, s:o, s:i, s:o, s:o, s:b, s:o*}",
		"version", US_VERSION, "id", d->id, "action",
		us_action_name(d->action), "policy", us_view_text(d->policy),
		"line", d->line, "reason", us_view_text(d->reason), "k",
		prefixes(d->prefixes), "override", d->overridden, "renamed_from",
		d->renamed_from ? us_view_text(d->renamed_from) : NULL);

	*out = v ? json_dumps(v, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	json_decref(v);
	return *out ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}
