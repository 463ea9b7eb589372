/* FNV-1a to begin with, SplitMix64 from there. */
#include "dice.h"

static uint64_t fold(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3U;
	return (h ^ 0xffU) * 0x100000001b3U;
}

uint64_t dice_for(uint64_t seed, const char *project, const char *migration)
{
	return fold(fold(0xcbf29ce484222325U ^ seed, project), migration);
}

unsigned dice_throw(uint64_t *state, unsigned sides)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (unsigned)((z ^ (z >> 31)) % sides);
}
