/*
 * dns - the lab's name servers: a query's bytes to a response's bytes, and sockets for it.
 *
 * Two personalities: a resolver (RA, follows CNAME through all zones, AD for zones marked
 * secure, SERVFAIL for those marked bogus) and an authoritative server (AA, no recursion).
 */
#ifndef LAB_DNS_H
#define LAB_DNS_H

#include <event2/event.h>

#include "lab/scenario.h"

struct lab_dns;

/* The zones' texts parsed; NULL with "SCENARIO/FILE:LINE: reason". */
struct lab_dns *lab_dns_new(struct arena *, const struct scenario *, struct error *);
void lab_dns_free(struct lab_dns *);

/* A response of at most `room` bytes (TC is set when it does not fit), malloc'd; NULL: none. */
uint8_t *lab_dns_answer(const struct lab_dns *, bool authoritative, const uint8_t *query,
    size_t size, size_t room, size_t *out_size);

/* Serve on two bound sockets, UDP and listening TCP. */
void lab_dns_serve(
    const struct lab_dns *, struct event_base *, bool authoritative, int udp, int tcp);

#endif
