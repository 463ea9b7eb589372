/* The last thing unstick does: the application takes the process over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "unstick/auto.h"
#include "unstick/process.h"

static bool may_run(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (S_ISREG(st.st_mode) && access(path, X_OK) == 0)
		return true;
	errno = EACCES;
	return false;
}

/* As execvp() searches; but that hands a file without #! to a shell. */
us_code program_find(char **out, const char *word, us_err *err)
{
	const char *path = getenv("PATH");
	bool denied = false;
	us_code rc = US_OK;

	*out = NULL;
	if (strchr(word, '/')) {
		if (may_run(word))
			return us_strdup(out, word, err);
		return US_OK;
	}
	for (const char *p = path ? path : "/usr/local/bin:/bin:/usr/bin"; *word;) {
		size_t n = strcspn(p, ":");

		rc = us_strf(out, err, "%.*s%s%s", (int)n, p, n ? "/" : "", word);
		if (rc != US_OK || may_run(*out))
			return rc;
		denied = denied || errno == EACCES;
		free(*out);
		*out = NULL;
		if (p[n] == '\0')
			break;
		p += n + 1;
	}
	errno = denied ? EACCES : ENOENT;
	return rc;
}

int us_become(const char *const *words, us_err *err)
{
	US_AUTO(auto_str) char *path = NULL;
	int why;

	if (program_find(&path, words[0], err) != US_OK)
		return 126;
	if (path)
		execve(path, (char *const *)words, environ);
	why = errno;
	us_err_set(err, US_E_IO, "%s: %s", words[0], strerror(why));
	return why == ENOENT && !path ? 127 : 126;
}
