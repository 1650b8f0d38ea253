/*
 * dns_zone - one zone of the lab in memory: master file text in, records by name out.
 *
 * RFC 1034 section 4.3.2, RFC 4592 (wildcards).  Delegation is not followed: every name server
 * of the lab has every zone that the scenario does not keep from it.
 */
#ifndef LAB_DNS_ZONE_H
#define LAB_DNS_ZONE_H

#include <ldns/ldns.h>

#include "lab/scenario.h"

struct lab_records {
	const struct lab_zone *plan;
	ldns_rdf *apex;
	ldns_rr *soa;
	ldns_rr_list *records;
};

/* False with "FILE:LINE: reason"; the zone is then empty. */
bool lab_zone_load(
    struct arena *, const struct lab_zone *, struct lab_records *out, struct error *);
void lab_zone_release(struct lab_records *);

/* Is the name equal to the other or beneath it? */
bool lab_zone_is_under(const ldns_rdf *name, const ldns_rdf *apex);

/* The name whose records answer (itself or a wildcard), to be freed; NULL: NXDOMAIN. */
ldns_rdf *lab_zone_source(const struct lab_records *, const ldns_rdf *name);

struct lab_asked {
	const ldns_rdf *name;
	ldns_rr_type type;
};
/* The source's records as answers; the CNAME's target when there is only one, else NULL. */
const ldns_rdf *lab_zone_copy(
    const struct lab_records *, const ldns_rdf *source, const struct lab_asked *, ldns_pkt *out);

#endif
