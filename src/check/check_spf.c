/* check_spf - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_spf = { NULL, 0 };
