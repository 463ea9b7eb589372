#ifndef US_MASK_PARTS_H
#define US_MASK_PARTS_H

#include <stdbool.h>
#include <stddef.h>

/* The kinds of secrets us_mask_add() knows. Each finder gets a place in the text
 * and answers with the range to hide, or false. All of them together look at each
 * byte a bounded number of times. Private to src/base. */
typedef struct {
	const char *from, *to;
} us_range;

/* What is being masked, and what was found out on the way. */
typedef struct {
	const char *text, *end;
	/* The run of visible characters last looked at, and its last '@'. */
	const char *run_end, *run_at;
	/* The next end of a DETAIL value, from where it was searched. */
	const char *key_from, *key_end;
	const char *row_from, *row_end;
	const char *detail_end; /* of the last text marked as a detail */
} us_mask_text;

/* p: the ':' of "://". */
bool us_mask_url(us_mask_text *t, const char *p, us_range *r);

/* p: an identifier, `n` bytes. password=..., "api_key": "...", PASSWORD '...'. */
bool us_mask_key(const us_mask_text *t, const char *p, size_t n, us_range *r);

/* p: an identifier, `n` bytes. Key (...)=(...), row contains (...), DETAIL: ... */
bool us_mask_detail(us_mask_text *t, const char *p, size_t n, us_range *r);

/* Whether the n bytes at p are this word, whatever the case. */
bool us_mask_is(const char *p, size_t n, const char *word);

#endif
