/* Random record ids, as Prisma makes them. */
#include "unstick/uuid.h"

#include <stdio.h>
#include <sys/random.h>

us_code us_uuid(char out[US_UUID_TEXT], us_err *err)
{
	unsigned char b[16];
	char *p = out;

	/* 16 bytes are never delivered in part (getrandom(2)). */
	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return us_fail(err, US_E_IO, "no random numbers from the system");
	b[6] = (unsigned char)((b[6] & 0x0FU) | 0x40U);
	b[8] = (unsigned char)((b[8] & 0x3FU) | 0x80U);
	for (size_t i = 0; i < sizeof(b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		p += snprintf(p, 3, "%02x", b[i]);
	}
	return US_OK;
}
