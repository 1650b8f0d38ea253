/* name_generic - does a PTR name look like one that a provider gives to every customer? */
#ifndef CHECK_NAME_GENERIC_H
#define CHECK_NAME_GENERIC_H

#include "wire/ip.h"

/* Why, or NULL when it does not. */
const char *name_generic(struct arena *, struct str name, struct ip);

#endif
