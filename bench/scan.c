/*
 * scan names|checksums DIR: what unstick does with a migrations directory before it
 * looks at anything else, alone: the names in order, or also every script's
 * checksum.
 */
#include <stdio.h>
#include <string.h>

#include "unstick/directory.h"

static us_code checksums(us_directory *d, us_err *err)
{
	us_directory_prefetch(d, 0);
	for (size_t i = 0; i < us_directory_len(d); i++) {
		char hex[2 * US_SHA256_BYTES + 1];
		us_code rc = us_directory_checksum(d, i, hex, err);

		if (rc != US_OK)
			return rc;
		printf("%s  %s\n", hex, us_directory_name(d, i));
	}
	return US_OK;
}

int main(int argc, char **argv)
{
	us_directory *d = NULL;
	us_err err = { 0 };
	us_code rc;

	if (argc != 3) {
		fputs("usage: scan names|checksums DIR\n", stderr);
		return us_code_exit(US_E_USAGE);
	}
	rc = us_directory_load(&d, argv[2], &err);
	if (rc == US_OK && strcmp(argv[1], "checksums") == 0)
		rc = checksums(d, &err);
	if (rc != US_OK)
		fprintf(stderr, "scan: %s\n", err.msg);
	else
		printf("%zu migrations\n", us_directory_len(d));
	us_directory_free(d);
	return us_code_exit(rc);
}
