/*
 * ip - IPv4 and IPv6 addresses and networks as bytes (RFC 791, 4291, 5952).
 *
 * An IPv4-mapped IPv6 address (::ffff:192.0.2.1) parses as the IPv4 address,
 * as RFC 7208 section 5 asks.
 */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include "base/arena.h"

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip {
	enum ip_family family;
	uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

/* Text without brackets, zone or prefix length. */
bool ip_parse(struct str text, struct ip *out);
/* RFC 5952 text, in the arena. */
struct str ip_write(struct arena *, struct ip);
bool ip_eq(struct ip a, struct ip b);
/* Do the first `prefix` bits (0..32 or 0..128) agree?  False for different families. */
bool ip_in(struct ip address, struct ip network, unsigned prefix);
/* 4.3.2.1 or nibbles, low order first, dot separated, no suffix: for DNSBL and PTR names. */
struct str ip_reversed(struct arena *, struct ip);
/* The PTR owner: 4.3.2.1.in-addr.arpa or ....ip6.arpa, no final dot. */
struct str ip_arpa(struct arena *, struct ip);

/* Why an address cannot be reached from the Internet (RFC 6890 and kin), or NULL when it can. */
const char *ip_special(struct ip);

#endif
