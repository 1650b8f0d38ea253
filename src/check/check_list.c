/* check_list - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_list = { NULL, 0 };
