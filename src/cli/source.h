/*
 * source - "where answers come from": the options every verb that asks DNS shares.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "cli/verb.h"
#include "collect/collect.h"
#include "lab/lab.h"

/* First member of the options struct of such a verb. */
struct source_options {
	struct str resolver, evidence, lab;
	struct list zones;
	bool offline, ipv4_only, ipv6_only, allow_private;
	int engine; /* index of "auto", "unbound", "c-ares" */
	struct str trust_anchor, ca_file;
	long timeout;	     /* seconds; 0: the default */
	struct lab *running; /* with --lab, once source_prepare() has started it */
};

extern const struct option_table source_option_table;

/* Into collect_options, by the run's arena. Starts the lab; end with source_finish(). */
bool source_prepare(
    struct run *, struct source_options *, struct collect_options *out, struct error *);
void source_finish(struct source_options *);

/* With --evidence: read the file into a fresh case. */
bool source_read_evidence(const struct source_options *, struct frank_case *, struct error *);

/* A whole file (at most `max` bytes) in the arena; "-" is standard input. */
bool source_read_file(struct arena *, struct str name, size_t max, struct str *out, struct error *);

#endif
