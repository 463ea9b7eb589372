/* A policy can answer anything: each byte chooses what comes next in the value that
 * is returned. What a search for ever does is not the question here. */
#include <string.h>

#include "decide.h"
#include "fuzz.h"
#include "unstick/auto.h"
#include "unstick/str.h"

#define DEPTH_MAX 4

typedef struct {
	const uint8_t *p, *end;
	us_str lua;
	int depth;
} maker;

static uint8_t next(maker *m)
{
	return m->p < m->end ? *m->p++ : 0;
}

/* As many bytes as the next one says, escaped: any bytes at all. */
static void add_string(maker *m)
{
	size_t n = next(m);

	us_str_addc(&m->lua, '"');
	while (n-- > 0 && m->p < m->end)
		us_str_addf(&m->lua, "\\%03d", next(m));
	us_str_addc(&m->lua, '"');
}

static void add_value(maker *m);

static void add_table(maker *m)
{
	static const char *const keys[] = { "action", "reason", "override",
		"seconds", "to", "line", "[1]", "overide", "[true]", "[1.5]" };

	us_str_addc(&m->lua, '{');
	for (int n = next(m) % 8; n > 0; n--) {
		us_str_addf(&m->lua, "%s = ", keys[next(m) % US_LEN(keys)]);
		add_value(m);
		us_str_addc(&m->lua, ',');
	}
	us_str_addc(&m->lua, '}');
}

static void add_call(maker *m)
{
	static const char *const functions[] = { "verdict.applied",
		"verdict.rolled_back", "verdict.rename", "verdict.wait",
		"verdict.skip", "verdict.stop", "error", "tostring", "case.permits",
		"db.query", "log.info", "pcall", "require", "string.rep",
		"string.format", "table.concat", "next", "select" };

	us_str_addf(&m->lua, "%s(", functions[next(m) % US_LEN(functions)]);
	for (int n = next(m) % 4, i = 0; i < n; i++) {
		us_str_add(&m->lua, i > 0 ? "," : "");
		add_value(m);
	}
	us_str_addc(&m->lua, ')');
}

static void add_value(maker *m)
{
	static const char *const plain[] = { "nil", "true", "false", "0", "-1",
		"0/0", "1/0", "1e308", "math.maxinteger", "'stop'", "'wait'",
		"'rename'", "'applied'", "case", "case.name", "case.records", "db",
		"with", "log", "verdict", "string", "error", "_ENV",
		"('x'):rep(5000)", "'a/b'", "'\\0'" };
	uint8_t kind = next(m);

	if (++m->depth > DEPTH_MAX)
		kind = 255;
	if (kind < 64)
		add_table(m);
	else if (kind < 128)
		add_call(m);
	else if (kind < 160)
		add_string(m);
	else
		us_str_add(&m->lua, plain[next(m) % US_LEN(plain)]);
	m->depth--;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	maker m = { .p = data, .end = data + size };

	us_str_add(&m.lua, "return { any = function(case, db, with) return ");
	add_value(&m);
	us_str_add(&m.lua, " end }");
	if (!m.lua.failed)
		decide(us_str_text(&m.lua), m.lua.len);
	us_str_fini(&m.lua);
	return 0;
}
