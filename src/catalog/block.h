#ifndef CATALOG_BLOCK_H
#define CATALOG_BLOCK_H

#include "kinds.h"

/* A DO block whose code is of one of the forms that scripts use to say IF NOT
 *EXISTS where the grammar has no such words:
 *
 *	[DECLARE ...] BEGIN
 *		statements; IF [NOT] EXISTS (query) THEN statements; END IF;
 *	[EXCEPTION WHEN duplicate_object THEN NULL;]
 *	END
 *
 * Follows it, and is true; or does nothing, and is false. */
bool block_follow(const step *s, const char *body);

#endif
