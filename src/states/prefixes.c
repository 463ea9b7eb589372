/* Questions about K, the set of prefix lengths that agree with the evidence. */
#include "unstick/states.h"

#include <stdlib.h>

size_t us_prefixes_count(const us_prefixes *k)
{
	size_t count = 0;

	if (!k->known)
		return 0;
	for (size_t i = 0; i <= k->n; i++)
		count += k->member[i];
	return count;
}

bool us_prefixes_only(const us_prefixes *k, size_t value)
{
	return us_prefixes_count(k) == 1 && value <= k->n && k->member[value];
}

size_t us_prefixes_min(const us_prefixes *k)
{
	size_t i = 0;

	while (i < k->n && !k->member[i])
		i++;
	return i;
}

size_t us_prefixes_max(const us_prefixes *k)
{
	size_t i = k->n;

	while (i > 0 && !k->member[i])
		i--;
	return i;
}

const char *us_prefixes_state(const us_prefixes *k)
{
	if (!k->known)
		return "unknown";
	if (us_prefixes_count(k) == 0)
		return "diverged";
	if (us_prefixes_only(k, 0)) /* first: of an empty script nothing ran */
		return "none";
	if (us_prefixes_only(k, k->n))
		return "all";
	/* every k: nothing was found out */
	return us_prefixes_count(k) == k->n + 1 ? "unknown" : "partial";
}

us_code us_prefixes_set(us_prefixes *k, size_t n, size_t value, us_err *err)
{
	k->member = calloc(n + 1, sizeof(*k->member));
	if (!k->member)
		return us_fail(err, US_E_NOMEM, "out of memory");
	k->known = true;
	k->n = n;
	k->member[value] = true;
	return US_OK;
}
