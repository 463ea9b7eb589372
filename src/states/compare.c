/* What two values say about each other. */
#include <string.h>

#include "unstick/states.h"

us_agreement us_value_compare(us_value a, us_value b)
{
	if (a.firmness == US_VALUE_UNKNOWN || b.firmness == US_VALUE_UNKNOWN)
		return US_UNDECIDED;
	if (a.firmness == US_VALUE_ABSENT || b.firmness == US_VALUE_ABSENT)
		return a.firmness == b.firmness ? US_AGREE : US_DIFFER;
	if (strcmp(a.text, b.text) == 0)
		return US_AGREE;
	if (a.firmness == US_VALUE_FIRM || b.firmness == US_VALUE_FIRM)
		return US_DIFFER;
	return a.firmness == US_VALUE_PLAIN && b.firmness == US_VALUE_PLAIN
		       ? US_DIFFER
		       : US_UNDECIDED;
}
