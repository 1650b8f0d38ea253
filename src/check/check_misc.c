/* check_misc - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_misc = { NULL, 0 };
