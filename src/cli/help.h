/* help - see help.c. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/verb.h"

void help_verb(FILE *, const struct verb *);
void help_all(FILE *);

#endif
