/* check_sts - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_sts = { NULL, 0 };
