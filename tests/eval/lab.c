/* Which providers there are. */
#include "lab.h"

#include <string.h>

#include "say.h"
#include "unstick/auto.h"

static const lab_ops *const providers[] = { &lab_postgres, &lab_sqlite };

const lab_ops *lab_for(const char *provider)
{
	for (size_t i = 0; i < US_LEN(providers); i++) {
		if (strcmp(providers[i]->provider, provider) == 0)
			return providers[i];
	}
	return NULL;
}

char *record_id(size_t place)
{
	return textf("0e7a1000-0000-4000-8000-%012zx", place);
}
