/* judge - see judge.h. */
#include "check/judge.h"
