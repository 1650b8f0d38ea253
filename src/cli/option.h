/* option - reads the command line of a verb by its tables (verb.h). */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "cli/verb.h"

/*
 * Options may stand anywhere; "--name VALUE", "--name=VALUE", "-n VALUE", "--" ends them and
 * what follows is run->rest. False after one line on standard error that says what is wrong.
 */
bool options_parse(const struct verb *, struct run *, int argc, char **argv);

/* The nearest of the verb's option names, for "did you mean", or NULL. */
const char *options_nearest(const struct verb *, struct str name);

/* Changes needed to turn one word into the other, up to 4. */
unsigned word_distance(struct str a, struct str b);

#endif
