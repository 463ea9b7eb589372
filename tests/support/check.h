#ifndef CHECK_H
#define CHECK_H
/* cmocka.h needs these four first; clang-format would sort them away. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "unstick/err.h"

/* Fails with the message of the error, which an assertion on the code would hide.
 */
#define assert_ok(call, err)                                                       \
	do {                                                                       \
		us_code rc_ = (call);                                              \
		if (rc_ != US_OK)                                                  \
			fail_msg("%s: code %d: %s", #call, (int)rc_, (err)->msg);  \
	} while (0)

#endif
