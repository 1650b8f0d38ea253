/*
 * zone - a master file (RFC 1035 section 5) that answers ahead of the live DNS.
 *
 * Names at or below the zone's apex are answered from the file as its servers would once
 * it is published: wildcards (RFC 4592), empty non-terminals, NXDOMAIN. What is beneath a
 * delegation in the zone is not ours to answer.
 */
#ifndef COLLECT_ZONE_H
#define COLLECT_ZONE_H

#include <stdio.h>

#include "collect/collect.h"

struct zone;

/* NULL with "FILE:LINE: reason". At most 64 MiB and 1,000,000 records. */
struct zone *zone_load(struct arena *, const struct zone_source *, struct error *);
/* The same from an open file. */
struct zone *zone_parse(struct arena *, struct str apex, FILE *, const char *name, struct error *);

/* Is the name at or below the apex, and not beneath a delegation? */
bool zone_holds(const struct zone *, struct str name);
/*
 * Answer the fact from the zone. False when a CNAME leads out of it: *beyond is then the name
 * that is to be asked for, and the aliases so far are in the fact.
 */
bool zone_answer(const struct zone *, struct frank_case *, struct fact *, struct str *beyond);

#endif
