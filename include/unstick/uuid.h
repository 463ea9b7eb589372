#ifndef US_UUID_H
#define US_UUID_H

#include "unstick/err.h"

#define US_UUID_TEXT 37

/* A random UUID, version 4: what Prisma uses for a record's id. */
US_MUST us_code us_uuid(char out[US_UUID_TEXT], us_err *err);

#endif
