/* check_dkim - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_dkim = { NULL, 0 };
