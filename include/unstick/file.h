#ifndef US_FILE_H
#define US_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/err.h"

/* The whole file, NUL-terminated (the NUL is not counted); *out is the caller's.
 * US_E_IO names the path and the reason; larger than max bytes is US_E_CONFIG. */
US_MUST us_code us_file_read(
	char **out, size_t *len, const char *path, size_t max, us_err *err);

/* The same of a text that somebody edits: anything but a regular file is refused (a
 * FIFO would keep us waiting, a device would never end), and a byte order mark,
 * which editors on Windows put first, is left out. */
US_MUST us_code us_file_read_text(
	char **out, size_t *len, const char *path, size_t max, us_err *err);

/* A new file with this text, whole or not at all, also after a crash. US_E_IO if
 * there is one of that name: it is never written over. */
US_MUST us_code us_file_create(
	const char *path, const char *text, size_t len, us_err *err);

bool us_file_exists(const char *path); /* a regular file, or a link to one */
bool us_directory_exists(const char *path);

/* `path` as seen from `base` (a directory): unchanged if it is absolute. Purely
 * textual: nothing is resolved, "./" in front is dropped. */
US_MUST us_code us_path_join(
	char **out, const char *base, const char *path, us_err *err);

/* The directory part of a path; "." if it has none. */
US_MUST us_code us_path_parent(char **out, const char *path, us_err *err);

#endif
