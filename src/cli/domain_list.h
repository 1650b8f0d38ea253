/*
 * domain_list - the domains that were typed, or came by standard input ("-"), each once.
 */
#ifndef CLI_DOMAIN_LIST_H
#define CLI_DOMAIN_LIST_H

#include "cli/verb.h"

#define DOMAIN_LIST_MAX 1000

struct domain_list {
	struct str *items;
	size_t count;
};

/* The verb's arguments; one named twice is said and kept once. */
bool domain_list_read(struct run *, struct domain_list *out, struct error *);

#endif
