/* `before_change`: what a project wants done before anything of its database is
 * changed, most likely a backup. It may take minutes, and whoever waits for
 * Prisma's lock must not wait for that: nothing is held while it runs, and all that
 * was judged is judged anew afterwards. */
#include "prepare.h"

us_code prepare(us_run *run, const us_progress *progress, us_err *err)
{
	int64_t begun;
	us_code rc = us_run_unlock(run, err);

	if (rc != US_OK)
		return rc;
	begun = us_clock_ms();
	rc = progress->before_change(progress->ctx, err);
	if (rc != US_OK) {
		if (rc != US_E_STOPPED)
			us_context(err, "nothing is changed");
		return rc;
	}
	us_run_prepared(run, us_clock_ms() - begun);
	/* What is between here and the server may have forgotten a session that was
	 * silent for so long. */
	return us_run_reconnect(run, err);
}
