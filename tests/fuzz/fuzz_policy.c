/* Any bytes can be a policy's file. */
#include "decide.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decide((const char *)data, size);
	return 0;
}
