/* Text that no parser reads for us: the bodies of functions and DO blocks, which
 * may build statements from pieces. Words are looked at wherever they stand, in
 * quotes and comments too: a wrong "yes" only costs an answer. */
#include <string.h>
#include <strings.h>

#include "postgres_impl.h"
#include "unstick/auto.h"

typedef struct {
	const char *at;
	size_t len; /* 0: there are no more */
	bool call;  /* an opening parenthesis follows */
} word;

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= '0' && c <= '9') || c == '$' || (unsigned char)c >= 0x80;
}

static word next_word(const char **text)
{
	const char *p = *text, *after;
	word w = { 0 };

	while (*p && !in_word(*p))
		p++;
	w.at = p;
	while (in_word(*p))
		p++;
	w.len = (size_t)(p - w.at);
	after = p + strspn(p, " \t\r\n\"");
	w.call = *after == '(';
	*text = p;
	return w;
}

static bool is(word w, const char *text)
{
	return strlen(text) == w.len && strncasecmp(w.at, text, w.len) == 0;
}

static bool is_one(word w, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(w, list[i]))
			return true;
	return false;
}

/* Two words in a row: what is done, and to what. */
static const char *const verbs[] = { "create", "alter", "drop" };
static const char *const outside_nouns[] = { "role", "user", "group", "database",
	"tablespace", "subscription", "server", "system", "owned", "foreign" };
static const struct {
	const char *first, *second;
} outside_pairs[] = { { "import", "foreign" }, { "prepare", "transaction" },
	{ "commit", "prepared" }, { "rollback", "prepared" },
	{ "security", "label" }, { "on", "database" }, { "on", "tablespace" },
	{ "on", "foreign" } };
/* By themselves. */
static const char *const outside_words[] = { "copy", "reassign", "plpython3u",
	"plpythonu", "plperlu", "pltclu", "checkpoint" };

static bool reaches_out(word before, word w)
{
	if (is_one(before, verbs, US_LEN(verbs)) &&
		is_one(w, outside_nouns, US_LEN(outside_nouns)))
		return true;
	for (size_t i = 0; i < US_LEN(outside_pairs); i++)
		if (is(before, outside_pairs[i].first) &&
			is(w, outside_pairs[i].second))
			return true;
	return false;
}

/* Of a GRANT or REVOKE: what follows it. Without ON it is about roles. */
static bool grants_role(const char *rest)
{
	for (word w = next_word(&rest); w.len > 0; w = next_word(&rest)) {
		if (is(w, "on"))
			return false;
		if (is(w, "to") || is(w, "from"))
			return true;
	}
	return false;
}

/* Of PostgreSQL's own functions named pg_..., those that stay inside. */
static const char *const inside_prefixes[] = { "pg_get_", "pg_advisory_",
	"pg_try_advisory_", "pg_sleep", "pg_size_", "pg_current_xact_id",
	"pg_event_trigger_", "pg_identify_object", "pg_encoding_" };
static const char *const inside_functions[] = { "pg_typeof", "pg_column_size",
	"pg_backend_pid", "pg_notify", "pg_relation_size", "pg_table_size",
	"pg_total_relation_size", "pg_indexes_size", "pg_database_size",
	"pg_is_in_recovery", "pg_has_role", "pg_my_temp_schema",
	"pg_input_is_valid", "pg_char_to_encoding", "pg_client_encoding",
	"pg_collation_for", "pg_describe_object", "pg_options_to_table",
	"pg_sequence_parameters", "pg_sequence_last_value", "pg_trigger_depth",
	"pg_extension_config_dump", "pg_table_is_visible", "pg_type_is_visible",
	"pg_function_is_visible", "pg_operator_is_visible" };
/* And not named so, those that don't. */
static const char *const outside_functions[] = { "lo_import", "lo_export",
	"query_to_xml", "database_to_xml", "http", "http_get", "http_post" };

bool pgwords_function_outside(const char *name, size_t len)
{
	word w = { name, len, true };

	if (len >= 6 && strncasecmp(name, "dblink", 6) == 0)
		return true;
	if (is_one(w, outside_functions, US_LEN(outside_functions)))
		return true;
	if (len < 3 || strncasecmp(name, "pg_", 3) != 0)
		return false;
	for (size_t i = 0; i < US_LEN(inside_prefixes); i++)
		if (len >= strlen(inside_prefixes[i]) &&
			strncasecmp(name, inside_prefixes[i],
				strlen(inside_prefixes[i])) == 0)
			return false;
	return !is_one(w, inside_functions, US_LEN(inside_functions));
}

const char *pgwords_outside(const char *body)
{
	word before = { "", 0, false };

	for (word w = next_word(&body); w.len > 0; w = next_word(&body)) {
		if (reaches_out(before, w) ||
			is_one(w, outside_words, US_LEN(outside_words)))
			return w.at;
		if ((is(w, "grant") || is(w, "revoke")) && grants_role(body))
			return w.at;
		if (w.call && pgwords_function_outside(w.at, w.len))
			return w.at;
		before = w;
	}
	return NULL;
}

/* What makes a block's effect hang on more than the catalog. */
static const char *const dependent_words[] = { "execute", "perform", "call", "for",
	"foreach", "loop", "while", "insert", "update", "delete", "merge",
	"truncate", "others", "found", "diagnostics", "random", "now",
	"clock_timestamp", "current_date", "current_timestamp", "current_user",
	"session_user", "current_setting", "current_database", "version" };

/* FROM pg_type, FROM information_schema.columns, FROM (SELECT ... */
static bool reads_catalog(const char *rest)
{
	word w;

	rest += strspn(rest, " \t\r\n\"");
	if (*rest == '(')
		return true; /* its own FROM is looked at */
	w = next_word(&rest);
	if (!(w.len > 3 && strncasecmp(w.at, "pg_", 3) == 0) &&
		!is(w, "information_schema"))
		return false;
	if (*rest == '.')
		(void)next_word(&rest);
	/* FROM pg_class, users */
	for (int i = 0; i < 3 && *rest; i++) {
		rest += strspn(rest, " \t\r\n");
		if (*rest == ',')
			return false;
		if (!in_word(*rest))
			break;
		(void)next_word(&rest);
	}
	return true;
}

/* WHEN duplicate_object: said of the catalog; WHEN unique_violation: of rows. */
static bool expects_catalog(const char *rest)
{
	word w = next_word(&rest);

	return (w.len > 10 && strncasecmp(w.at, "duplicate_", 10) == 0) ||
	       (w.len > 10 && strncasecmp(w.at, "undefined_", 10) == 0);
}

/* ON DELETE CASCADE, ON UPDATE ...: of a foreign key, nothing that is done now. */
static bool of_foreign_key(word before, word w)
{
	if (is(w, "delete") || is(w, "update"))
		return is(before, "on");
	return is(w, "cascade") && (is(before, "delete") || is(before, "update"));
}

bool pgwords_dependent(const char *body)
{
	word before = { "", 0, false };

	for (word w = next_word(&body); w.len > 0; w = next_word(&body)) {
		if (is_one(w, dependent_words, US_LEN(dependent_words)) &&
			!of_foreign_key(before, w))
			return true;
		if ((is(w, "from") || is(w, "join")) && !reads_catalog(body))
			return true;
		if (is(w, "when") && !expects_catalog(body))
			return true;
		before = w;
	}
	return false;
}

bool pgwords_mention(const char *text, const char *name)
{
	size_t len = strlen(name);

	if (len == 0)
		return false;
	for (const char *p = strcasestr(text, name); p; p = strcasestr(p + 1, name))
		if ((p == text || !in_word(p[-1]) || !in_word(*name)) &&
			(!in_word(p[len]) || !in_word(name[len - 1])))
			return true;
	return false;
}

bool pgwords_sweeping(const char *text)
{
	static const char *const words[] = { "cascade", "execute", "format",
		"owned" };
	word before = { "", 0, false };

	for (word w = next_word(&text); w.len > 0; w = next_word(&text)) {
		if (is_one(w, words, US_LEN(words)) && !of_foreign_key(before, w))
			return true;
		before = w;
	}
	return false;
}
