/* A policy's file is a regular file of reasonable size. */
#include "host.h"
#include "unstick/file.h"

#define FILE_MAX (1024UL * 1024)

us_code us_policy_read(char **out, size_t *len, const char *path, us_err *err)
{
	us_code rc = us_file_read_text(out, len, path, FILE_MAX, err);

	if (rc == US_OK || rc == US_E_NOMEM)
		return rc;
	if (err) /* whatever it is that keeps a policy from being loaded */
		err->code = US_E_POLICY;
	return US_E_POLICY;
}
