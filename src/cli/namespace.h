/*
 * namespace - a network of one's own: new user (without root), network and mount namespaces
 * with loopback up and the addresses that are wanted on it.
 */
#ifndef CLI_NAMESPACE_H
#define CLI_NAMESPACE_H

#include "base/error.h"
#include "wire/ip.h"

/* The calling process enters; only before it has threads. */
bool namespace_enter(struct error *);
/* One more address on loopback. */
bool namespace_add_address(struct ip, struct error *);
/* /etc/resolv.conf says "nameserver 127.0.0.1", in this namespace only. */
bool namespace_own_resolver(struct error *);

#endif
