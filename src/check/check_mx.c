/* check_mx - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_mx = { NULL, 0 };
