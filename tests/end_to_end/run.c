/* Starting the program and judging what every run has to keep to. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "contract.h"
#include "unstick/auto.h"
#include "unstick/str.h"

/* What a sanitizer exits with: none of unstick's own codes. */
#define SANITIZER "86"
enum { SANITIZER_EXIT = 86 };

/* ---- starting ---- */

static void add(us_strs *list, const char *text)
{
	us_err err = { 0 };

	assert_ok(us_strs_add(list, text, &err), &err);
}

static void addf(us_strs *list, const char *name, const char *value)
{
	US_AUTO(auto_str) char *text = NULL;

	assert_true(asprintf(&text, "%s=%s", name, value) > 0);
	add(list, text);
}

/* posix_spawn wants a NULL at the end. */
static char **words(const us_strs *list)
{
	char **out = calloc(list->len + 1, sizeof(*out));

	assert_non_null(out);
	for (size_t i = 0; i < list->len; i++)
		out[i] = list->items[i];
	return out;
}

static us_strs environment(const project *p, const char *leaks)
{
	us_strs env = { 0 };

	for (size_t i = p->nenvironment; i-- > 0;)
		add(&env, p->environment[i]);
	addf(&env, "DATABASE_URL", p->url);
	addf(&env, "PATH", "/usr/bin:/bin");
	addf(&env, "HOME", p->folder.path);
	addf(&env, "ASAN_OPTIONS", leaks);
	addf(&env, "LSAN_OPTIONS", "exitcode=" SANITIZER);
	addf(&env, "UBSAN_OPTIONS", "exitcode=" SANITIZER);
	return env;
}

static void spawn(const project *p, running *r, const us_strs *argv)
{
	us_strs env = environment(p, "exitcode=" SANITIZER ":detect_leaks=1");
	char **args = words(argv), **vars = words(&env);
	posix_spawn_file_actions_t actions;
	int out[2], err[2];

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, p->folder.path);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	assert_int_equal(
		posix_spawn(&r->pid, args[0], &actions, NULL, args, vars), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(err[1]);
	r->out = out[0];
	r->err = err[0];
	r->said = strdup("");
	free(args);
	free(vars);
	us_strs_fini(&env);
}

/* Leaks are looked for by a tracer of its own, which a traced process can't have.
 */
void unstick_become(const project *p, const char *const *said)
{
	us_strs env = environment(p, "detect_leaks=0"), argv = { 0 };

	add(&argv, US_UNSTICK);
	for (; *said; said++)
		add(&argv, *said);
	if (chdir(p->folder.path) == 0)
		execve(US_UNSTICK, words(&argv), words(&env));
	_exit(127);
}

static void start(const project *p, running *r, const char *format,
	const char *word, va_list more)
{
	us_strs argv = { 0 };

	add(&argv, US_UNSTICK);
	for (; word; word = va_arg(more, const char *))
		add(&argv, word);
	if (format) {
		add(&argv, "--format");
		add(&argv, format);
	}
	spawn(p, r, &argv);
	us_strs_fini(&argv);
}

void run_start(project *p, running *r, const char *program, const char *const *said)
{
	us_strs argv = { 0 };

	add(&argv, program ? program : US_UNSTICK);
	for (; *said; said++)
		add(&argv, *said);
	spawn(p, r, &argv);
	us_strs_fini(&argv);
}

void unstick_start(project *p, running *r, const char *word, ...)
{
	va_list more;

	va_start(more, word);
	start(p, r, "json", word, more);
	va_end(more);
}

/* ---- listening ---- */

/* What there is now, or false at the end. */
static bool hear(int fd, us_str *heard)
{
	char bytes[4096];
	ssize_t n;

	do
		n = read(fd, bytes, sizeof(bytes));
	while (n < 0 && errno == EINTR);
	assert_true(n >= 0);
	us_str_addn(heard, bytes, (size_t)n);
	return n > 0;
}

static char *take(us_str *s)
{
	us_err err = { 0 };
	char *text;

	assert_ok(us_str_take(s, &text, NULL, &err), &err);
	return text;
}

void unstick_says(running *r, const char *text)
{
	us_str heard = { 0 };

	us_str_add(&heard, r->said);
	while (!strstr(us_str_text(&heard), text)) {
		struct pollfd waiting = { .fd = r->err, .events = POLLIN };

		if (poll(&waiting, 1, 20000) != 1 || !hear(r->err, &heard))
			fail_msg("\"%s\" was never said, only: %s", text,
				us_str_text(&heard));
	}
	free(r->said);
	r->said = take(&heard);
}

/* Both pipes to their end: one that is full would stop the program. */
static void hear_out(running *r, char **out, char **err)
{
	us_str heard[2] = { 0 };
	struct pollfd from[2] = { { .fd = r->out, .events = POLLIN },
		{ .fd = r->err, .events = POLLIN } };
	int open = 2;

	us_str_add(&heard[1], r->said);
	while (open > 0) {
		if (poll(from, 2, 60000) <= 0) {
			kill(r->pid, SIGKILL);
			fail_msg("no end in a minute; it said: %s%s",
				us_str_text(&heard[0]), us_str_text(&heard[1]));
		}
		for (int i = 0; i < 2; i++) {
			if (from[i].revents && !hear(from[i].fd, &heard[i])) {
				from[i].fd = -1;
				open--;
			}
		}
	}
	close(r->out);
	close(r->err);
	free(r->said);
	*out = take(&heard[0]);
	*err = take(&heard[1]);
}

static int status_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

void unstick_kill(running *r)
{
	kill(r->pid, SIGKILL);
	assert_true(WIFSIGNALED(status_of(r->pid)));
	close(r->out);
	close(r->err);
	free(r->said);
}

/* ---- judging ---- */

/* What waitpid() says of it. */
static int last_words(project *p, running *r)
{
	free(p->out);
	free(p->err);
	hear_out(r, &p->out, &p->err);
	if (strstr(p->out, SECRET) || strstr(p->err, SECRET))
		fail_msg("the password is in the output: %s%s", p->out, p->err);
	return status_of(r->pid);
}

int unstick_dies(project *p, running *r)
{
	const int status = last_words(p, r);

	if (!WIFSIGNALED(status))
		fail_msg("ended by itself (%d): %s%s", status, p->out, p->err);
	return WTERMSIG(status);
}

/* Its exit code; `wanted` is ANY or what it has to be. */
static int end(project *p, running *r, int wanted)
{
	const int status = last_words(p, r);

	if (!WIFEXITED(status) || WEXITSTATUS(status) == SANITIZER_EXIT)
		fail_msg("died (%d): %s%s", status, p->out, p->err);
	if (wanted != ANY && WEXITSTATUS(status) != wanted)
		fail_msg("exit code %d, not %d: %s%s", WEXITSTATUS(status), wanted,
			p->out, p->err);
	return WEXITSTATUS(status);
}

json_t *unstick_ends(project *p, running *r, int exit)
{
	json_error_t error;
	int status, said;

	status = end(p, r, exit);
	json_decref(p->report);
	p->report = json_loads(p->out, JSON_REJECT_DUPLICATES, &error);
	if (!p->report)
		fail_msg("not one JSON object: %s: %s", error.text, p->out);
	contract_check(p->report);
	said = (int)json_integer_value(part(p->report, "exit_code"));
	assert_int_equal(said, status);
	return p->report;
}

json_t *unstick(project *p, int exit, const char *word, ...)
{
	running r;
	va_list more;

	va_start(more, word);
	start(p, &r, "json", word, more);
	va_end(more);
	return unstick_ends(p, &r, exit);
}

const char *run_ends(project *p, running *r, int exit)
{
	end(p, r, exit);
	return p->out;
}

const char *unstick_text(project *p, int exit, const char *word, ...)
{
	running r;
	va_list more;

	va_start(more, word);
	start(p, &r, NULL, word, more);
	va_end(more);
	end(p, &r, exit);
	return p->out;
}
