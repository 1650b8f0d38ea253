/* dns_judges - the judges of the dns.* checks; their table is in check_dns.c. */
#ifndef CHECK_DNS_JUDGES_H
#define CHECK_DNS_JUDGES_H

#include "check/subject.h"

void judge_dns_exists(struct judge *);
void judge_dns_nameservers(struct judge *);
void judge_dns_agree(struct judge *);
void judge_dns_delegation(struct judge *);
void judge_dns_glue(struct judge *);
void judge_dns_soa(struct judge *);
void judge_dns_tcp(struct judge *);
void judge_dns_ipv6(struct judge *);
void judge_dns_dnssec(struct judge *);
void judge_dns_ttl(struct judge *);
void judge_dns_cname_apex(struct judge *);
void judge_dns_wildcard(struct judge *);
void judge_dns_expiry(struct judge *);
void judge_dns_ns_cname(struct judge *);
void judge_dns_recursion(struct judge *);

#define DNS_MAX_SERVERS 32 /* addresses of authoritative servers that are asked */

struct name_server {
	struct str host, subject;
	struct ip address;
};

struct dns_servers {
	struct str zone; /* the domain or the closest name above it that has NS records */
	const struct dns_answer *ns;
	struct name_server list[DNS_MAX_SERVERS];
	size_t count;
};

/* The zone's name; false while pending, and when there is none, which is said. */
bool dns_zone_of(struct judge *, struct dns_servers *out);
/* The same with the servers' addresses. */
bool dns_servers_of(struct judge *, struct dns_servers *out);
/* Ask that very server. */
const struct dns_answer *dns_ask_at(
    struct judge *, const struct name_server *, struct str name, enum dns_type);
const struct dns_answer *dns_ask_tcp(
    struct judge *, const struct name_server *, struct str name, enum dns_type);
/* It spoke with authority. */
bool dns_spoke(const struct dns_answer *);
/* The same set of records, in whatever order. */
bool dns_same_records(const struct dns_answer *, const struct dns_answer *);
/* No server could be asked: unknown; the reason in full stands once, at dns.nameservers. */
void dns_say_unasked(struct judge *);

#endif
