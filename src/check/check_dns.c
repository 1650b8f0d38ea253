/* check_dns - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_dns = { NULL, 0 };
