/* ICU's collation, for the rare migration whose name isn't ASCII. The library is
 * loaded when the first such name is compared: linked, it would cost every run 2 MB
 * and 2 ms. */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* The parts of unicode/ucol.h that are used, ABI-stable across versions; only the
 * symbols' suffix changes. */
typedef struct UCollator UCollator;
enum { UCOL_NORMALIZATION_MODE = 4, UCOL_ON = 17 };
typedef UCollator *open_fn(const char *locale, int *status);
typedef void set_fn(UCollator *c, int attribute, int value, int *status);
typedef int compare_fn(const UCollator *c, const char *a, int32_t na, const char *b,
	int32_t nb, int *status);

/* Versions to look for, newest first. Any will do for comparing names: the root
 * order of old characters doesn't change. */
enum { NEWEST = 99, OLDEST = 50 };

/* Written once, under `once`; a const UCollator may be used by several threads. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static UCollator *collator;
static compare_fn *compare;

/* POSIX promises that a function's address fits; ISO C has no cast for it. */
static bool symbol(void *fn, void *library, const char *name, int version)
{
	char versioned[64];
	void *address;

	snprintf(versioned, sizeof(versioned), "%s_%d", name, version);
	address = dlsym(library, versioned);
	memcpy(fn, &address, sizeof(address));
	return address != NULL;
}

static bool load_version(int version)
{
	char soname[32];
	open_fn *open;
	set_fn *set;
	void *library;
	int status = 0;

	snprintf(soname, sizeof(soname), "libicui18n.so.%d", version);
	library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	if (symbol(&open, library, "ucol_open", version) &&
		symbol(&set, library, "ucol_setAttribute", version) &&
		symbol(&compare, library, "ucol_strcollUTF8", version)) {
		collator = open("root", &status);
		/* As V8 does, so that composed and decomposed letters are equal. */
		if (collator)
			set(collator, UCOL_NORMALIZATION_MODE, UCOL_ON, &status);
	}
	if (!collator || status > 0) { /* negative: a warning (default data used) */
		collator = NULL;
		dlclose(library);
		return false;
	}
	return true; /* and stays loaded */
}

static void load(void)
{
	for (int v = NEWEST; v >= OLDEST; v--)
		if (load_version(v))
			return;
}

bool us_collate(const char *a, const char *b, int *order)
{
	size_t na = strlen(a), nb = strlen(b);
	int status = 0;

	if (pthread_once(&once, load) != 0 || !collator || na > INT_MAX ||
		nb > INT_MAX)
		return false;
	*order = compare(collator, a, (int32_t)na, b, (int32_t)nb, &status);
	return status <= 0;
}
