#ifndef US_UTF8_H
#define US_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "unstick/str.h"

/* True if all n bytes are well-formed UTF-8 (NUL is). */
bool us_utf8_valid(const char *bytes, size_t n);

/* Appends the bytes with every maximal ill-formed part as U+FFFD: what Node's
 * fs.readFileSync(path, "utf8") gives Prisma (WHATWG Encoding, "maximal subparts").
 */
void us_utf8_add_lossy(us_str *s, const char *bytes, size_t n);

#endif
