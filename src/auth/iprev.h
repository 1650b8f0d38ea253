/*
 * iprev - does the client's address lead to a name that leads back to it (RFC 8601 section 3)?
 *
 * Pure and restartable: facts come from a struct dns_source.  At most ten names of an address are
 * tried, in the order of the answer, and those only that can be asked for.
 */
#ifndef AUTH_IPREV_H
#define AUTH_IPREV_H

#include "wire/dns.h"

#define IPREV_MAX_NAMES 10 /* RFC 8601 section 3 wants a limit, RFC 7208 section 4.6.4 has ten */

enum iprev_result {
	IPREV_PASS,
	IPREV_FAIL,	 /* there are names, and none leads back */
	IPREV_TEMPERROR, /* the DNS did not answer */
	IPREV_PERMERROR, /* the address has no name */
};

struct iprev {
	enum iprev_result result;
	struct str name;   /* that leads back; without one the first; {0}: there is none */
	size_t names;	   /* how many the address has */
	struct str reason; /* one sentence */
};

/* False while an answer is missing: ask again, from the start.  `ip` must be an address. */
bool iprev_check(struct arena *, struct dns_source *, struct ip, struct iprev *out);
const char *iprev_result_name(enum iprev_result); /* "permerror" */

#endif
