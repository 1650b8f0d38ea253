/* check_tls - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_tls = { NULL, 0 };
