/*
 * source - "where answers come from": the options every verb that asks DNS shares.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "cli/verb.h"
#include "collect/collect.h"

/* First member of the options struct of such a verb. */
struct source_options {
	struct str resolver, evidence, lab;
	struct list zones;
	bool offline, ipv4_only, ipv6_only;
	int engine; /* index of "auto", "unbound", "c-ares" */
	struct str trust_anchor, roots;
	long timeout; /* seconds */
};

extern const struct option_table source_option_table;

/* Into collect_options; starts the lab when --lab was given. */
bool source_prepare(
    struct run *, const struct source_options *, struct collect_options *out, struct error *);
void source_finish(void);

#endif
