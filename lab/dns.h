/*
 * dns - the lab's name servers: a query's bytes to a response's bytes, and sockets for it.
 *
 * Two personalities: the resolver (RA, follows CNAME through all zones, AD for zones marked
 * secure, SERVFAIL for those marked bogus unless CD is set, RFC 4035 section 3.2.2) and the
 * name server at an address (AA, no recursion; REFUSED for zones it has not).
 */
#ifndef LAB_DNS_H
#define LAB_DNS_H

#include <event2/event.h>

#include "lab/scenario.h"

struct lab_dns;

/* The zones' texts parsed; NULL with "SCENARIO/FILE:LINE: reason". */
struct lab_dns *lab_dns_new(struct arena *, const struct scenario *, struct error *);
void lab_dns_free(struct lab_dns *);

/*
 * The response of the name server at that address, or of the resolver (NULL), malloc'd; NULL:
 * none is given.  One that the asker cannot take over UDP is emptied and has TC set.
 */
uint8_t *lab_dns_answer(
    const struct lab_dns *, const struct ip *server, bool udp, struct str query, size_t *out_size);

/* Serve on two bound sockets, UDP and listening TCP. */
void lab_dns_serve(
    const struct lab_dns *, struct event_base *, const struct ip *server, const int udp_and_tcp[2]);

#endif
