/* Runs `unstick audit --format json` and keeps what is graded. */
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "unstick/auto.h"
#include "unstick/str.h"

enum { PATIENCE_MS = 120000 };

/* ---- running ---- */

static void add(us_strs *list, const char *name, const char *value)
{
	US_AUTO(auto_str) char *text = textf("%s=%s", name, value);
	us_err err = { 0 };

	if (us_strs_add(list, text, &err) != US_OK)
		die("%s", err.msg);
}

static us_strs environment(const asker *who, const char *url)
{
	us_strs env = { 0 };

	add(&env, "DATABASE_URL", url);
	add(&env, "UNSTICK_MIGRATIONS", who->migrations);
	add(&env, "PATH", "/usr/bin:/bin");
	add(&env, "HOME", who->folder);
	add(&env, "LC_ALL", "C.UTF-8");
	if (who->evidence)
		add(&env, "UNSTICK_EVIDENCE", who->evidence);
	if (who->shadow)
		add(&env, "UNSTICK_SHADOW_URL", who->shadow);
	return env;
}

static pid_t start(const asker *who, const char *url, int out)
{
	us_strs env = environment(who, url);
	char **vars = room_for(env.len + 1, sizeof(*vars));
	char *argv[] = { (char *)who->program, (char *)"audit", (char *)"--format",
		(char *)"json", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	memcpy(vars, env.items, env.len * sizeof(*vars));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, who->folder);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, who->program, &actions, NULL, argv, vars) != 0)
		die("can't start %s", who->program);
	posix_spawn_file_actions_destroy(&actions);
	free(vars);
	us_strs_fini(&env);
	return pid;
}

/* All it prints; what was heard so far if it doesn't come to an end. */
static void hear(int fd, us_str *text, pid_t pid)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	char bytes[16384];

	for (;;) {
		ssize_t n = 0;

		if (poll(&waiting, 1, PATIENCE_MS) <= 0) {
			kill(pid, SIGKILL);
			return;
		}
		do
			n = read(fd, bytes, sizeof(bytes));
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return;
		us_str_addn(text, bytes, (size_t)n);
	}
}

static int end_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(const asker *who, const char *url, us_str *text)
{
	int out[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		die("no pipe");
	pid = start(who, url, out[1]);
	close(out[1]);
	hear(out[0], text, pid);
	close(out[0]);
	return end_of(pid);
}

/* ---- reading ---- */

static char *member_text(const json_t *v, const char *name)
{
	return copy_of(json_string_value(json_object_get(v, name)));
}

static const json_t *find_case(const json_t *document, const char *name)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(document, "cases"), i, c)
	{
		const char *its = json_string_value(json_object_get(c, "name"));

		if (its && strcmp(its, name) == 0)
			return c;
	}
	return NULL;
}

static void read_prefixes(answer *a, const json_t *list)
{
	const json_t *k;
	size_t i;

	a->known = json_is_array(list);
	a->member = room_for(a->n + 1, sizeof(*a->member));
	json_array_foreach(list, i, k)
	{
		json_int_t value = json_integer_value(k);

		if (value >= 0 && (size_t)value <= a->n)
			a->member[value] = true;
	}
}

static void read_permitted(answer *a, const json_t *list)
{
	const json_t *action;
	size_t i;

	json_array_foreach(list, i, action)
	{
		const char *name = json_string_value(action);

		if (name && strcmp(name, "applied") == 0)
			a->applied = true;
		if (name && strcmp(name, "rolled_back") == 0)
			a->rolled_back = true;
	}
}

static void read_case(answer *a, const json_t *c)
{
	const json_t *evidence = json_object_get(c, "evidence");

	a->about = true;
	a->n = json_array_size(json_object_get(evidence, "statements"));
	a->leftovers = json_array_size(json_object_get(evidence, "leftovers"));
	a->state = member_text(evidence, "state");
	a->proof = member_text(evidence, "proof");
	a->why = member_text(evidence, "why");
	a->kind = member_text(c, "kind");
	a->outcome = member_text(c, "outcome");
	read_prefixes(a, json_object_get(evidence, "prefixes"));
	read_permitted(a, json_object_get(c, "permitted"));
}

void ask(answer *a, const asker *who, const char *url, const char *migration)
{
	us_str text = { 0 };
	int status = run(who, url, &text);
	json_t *document = json_loadb(us_str_text(&text), text.len, 0, NULL);
	const json_t *error = json_object_get(document, "error");
	const json_t *c = find_case(document, migration);

	*a = (answer){ 0 };
	if (c)
		read_case(a, c);
	if ((status != 0 && status != 2 && status != 3) || !document)
		a->error = textf("exit status %d: %s", status,
			json_is_object(error) ? json_string_value(json_object_get(
							error, "message"))
					      : "no reason given");
	else if (!c)
		a->error = copy_of("it has no such case");
	json_decref(document);
	us_str_fini(&text);
}

void answer_free(answer *a)
{
	free(a->member);
	free(a->state);
	free(a->kind);
	free(a->proof);
	free(a->why);
	free(a->outcome);
	free(a->error);
	*a = (answer){ 0 };
}
