/* check_smtp - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_smtp = { NULL, 0 };
