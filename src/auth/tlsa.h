/*
 * tlsa - does a TLSA record match a served chain?  RFC 6698, 7671, 7672. Pure.
 */
#ifndef AUTH_TLSA_H
#define AUTH_TLSA_H

#include "wire/cert.h"
#include "wire/dns.h"

/* Why a record cannot be used for SMTP (RFC 7672 section 3.1), or NULL when it can. */
const char *tlsa_unusable(const struct dns_tlsa *);

/*
 * Usage 3: the leaf, nothing else (section 3.1.1: names and dates do not count). Usage 2: some
 * certificate of the chain, the leaf left out.
 */
bool tlsa_matches(struct arena *, const struct dns_tlsa *, const struct cert *chain, size_t count);

/* "3 1 1 <sha256 of the key>", presentation format. */
struct str tlsa_write_311(struct arena *, const struct cert *);

#endif
