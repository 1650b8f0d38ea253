/*
 * reach - may this machine be sent to an address that a stranger's record names?
 *
 * A record must not lead us into a private network (SSRF), -4 and -6 hold for every kind of
 * connection, and in the lab the address becomes a port on loopback.
 */
#ifndef COLLECT_REACH_H
#define COLLECT_REACH_H

#include "collect/collect.h"

/* Why not, or NULL; *address and *port become those to connect to. */
const char *reach(const struct collect_options *, struct ip *address, uint16_t *port);

#endif
