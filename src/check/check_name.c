/* check_name - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_name = { NULL, 0 };
