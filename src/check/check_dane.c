/* check_dane - see check.h. */
#include "check/catalogue.h"
#include "check/judge.h"

const struct check_table checks_dane = { NULL, 0 };
