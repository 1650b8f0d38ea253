/* check_dmarc - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_dmarc = { NULL, 0 };
