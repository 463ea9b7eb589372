#include "unstick/mask.h"
