/*
 * tlsa - does a TLSA record match a served chain?  RFC 6698, 7671, 7672. Pure.
 */
#ifndef AUTH_TLSA_H
#define AUTH_TLSA_H

#include "wire/cert.h"
#include "wire/dns.h"

/* Why a record cannot be used for SMTP (RFC 7672 section 3.1), or NULL when it can. */
const char *tlsa_unusable(const struct dns_tlsa *);

/* In order of how near it came; a server is authenticated by one record that says OK. */
enum tlsa_result {
	TLSA_NO_MATCH, /* nothing in the chain is what the record names */
	TLSA_NO_PATH,  /* the issuer that it names is there, but did not issue the leaf; or dates */
	TLSA_NO_NAME,  /* all is well but for the name in the leaf */
	TLSA_OK,
};

struct tlsa_query {
	const struct cert *chain; /* as served, leaf first */
	size_t count;
	struct str host, domain; /* mail host and its domain: one must be in the leaf, usage 2 */
	int64_t now;
};

struct tlsa_verdict {
	enum tlsa_result result;
	struct chain_result path; /* of TLSA_NO_PATH */
};

/*
 * Usage 3: the leaf, nothing else (RFC 7672 section 3.1.1: names and dates do not count).
 * Usage 2: an issuer in the chain, or the whole certificate in the record (RFC 7671 section
 * 5.2.1), a sound path from the leaf to it, and the name (RFC 7672 section 3.2.2).
 */
struct tlsa_verdict tlsa_check(struct arena *, const struct dns_tlsa *, const struct tlsa_query *);

/* Is the issuer that a record of usage 2 names among those served (RFC 7672 section 3.1.2)? */
bool tlsa_issuer_served(
    struct arena *, const struct dns_tlsa *, const struct cert *chain, size_t count);

/* "3 1 1 <sha256 of the key>", presentation format. */
struct str tlsa_write_311(struct arena *, const struct cert *);

#endif
