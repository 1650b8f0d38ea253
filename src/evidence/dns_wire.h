/*
 * dns_wire - DNS messages as bytes, by ldns: questions made, responses turned into facts.
 *
 * A response is taken only when it answers the question that was asked; the CNAME chain is
 * followed inside the message, to a bound. What does not parse is SERVFAIL with the reason.
 */
#ifndef EVIDENCE_DNS_WIRE_H
#define EVIDENCE_DNS_WIRE_H

#include <ldns/ldns.h>

#include "base/buf.h"
#include "evidence/case.h"

#define DNS_EDNS_SIZE	1232
#define DNS_MAX_ALIASES 16

/*
 * A query message, malloc'd by ldns (free it); NULL when the name cannot be a question.
 * `unchecked` sets CD: the resolver is to hand on what it holds for bogus.
 */
uint8_t *dns_wire_query(
    struct frank_case *, const struct dns_question *, bool unchecked, size_t *size);

/*
 * Fill in the fact from a response. False when it is none to this question (the caller
 * goes on waiting, or gives up).
 */
bool dns_wire_answer(struct frank_case *, struct fact *, const uint8_t *message, size_t size);

/* Does the response bring signatures along (RRSIG in answer or authority)? */
bool dns_wire_signed(const uint8_t *message, size_t size);

/* A name without its final dot, lower case; the fields of a record, parted by one space. */
struct str dns_wire_name(struct arena *, const ldns_rdf *);
struct str dns_wire_rdata(struct arena *, const ldns_rr *);

#endif
