/*
 * dns_servers - questions put to a given server: the resolver of --resolver, or one
 * authoritative server whose own answer is wanted (RD clear).
 */
#ifndef COLLECT_DNS_SERVERS_H
#define COLLECT_DNS_SERVERS_H

#include "base/buf.h"
#include "collect/collect.h"

struct dns_servers;

struct dns_target {
	struct ip address;
	uint16_t port;
	enum dns_transport transport;
	bool fallback; /* a truncated answer is asked again over TCP */
};

struct dns_servers *dns_servers_new(struct collector *, struct arena *);
/* The fact is answered, now or later. */
void dns_servers_ask(struct dns_servers *, const struct dns_target *, struct job *, struct fact *);
void dns_servers_cancel(struct dns_servers *);
void dns_servers_free(struct dns_servers *);

/* "192.0.2.53", "192.0.2.53:5353", "2001:db8::1", "[2001:db8::1]:5353". */
bool dns_target_parse(struct str text, struct dns_target *out);
#define DNS_TARGET_ERROR                                                                           \
	"--resolver " STR_FMT ": give an address, such as 192.0.2.53 or [2001:db8::1]:5353"

#endif
