/* Runs a fuzz target on every file it is given and on every file that lies in the
 * folders it is given. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"
#include "unstick/auto.h"
#include "unstick/file.h"
#include "unstick/str.h"

static size_t run_file(const char *path)
{
	US_AUTO(auto_str) char *text = NULL;
	us_err err = { 0 };
	size_t len;

	if (us_file_read(&text, &len, path, 1 << 24, &err) != US_OK) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	LLVMFuzzerTestOneInput((const uint8_t *)text, len);
	return 1;
}

static size_t run_folder(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	size_t n = 0;

	if (!d) {
		fprintf(stderr, "%s: can't be opened\n", path);
		exit(1);
	}
	while ((e = readdir(d)) != NULL) {
		US_AUTO(auto_str) char *file = NULL;

		if (e->d_name[0] == '.')
			continue;
		if (us_strf(&file, NULL, "%s/%s", path, e->d_name) != US_OK)
			exit(1);
		if (!us_directory_exists(file))
			n += run_file(file);
	}
	closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	size_t n = 0;

	for (int i = 1; i < argc; i++)
		n += us_directory_exists(argv[i]) ? run_folder(argv[i])
						  : run_file(argv[i]);
	printf("%zu inputs\n", n);
	return n > 0 ? 0 : 1; /* no seeds: nothing was tried */
}
