/* spf_names - finding a domain's record; for spf.c and spf_tree.c. */
#ifndef AUTH_SPF_NAMES_H
#define AUTH_SPF_NAMES_H

#include "auth/spf.h"

enum spf_found {
	SPF_FOUND_ONE,
	SPF_FOUND_NONE,
	SPF_FOUND_MANY,
	SPF_FOUND_FAILED,
	SPF_FOUND_PENDING
};

/* RFC 7208 sections 4.4 and 4.5. The parsed record is kept with the answer. */
enum spf_found spf_find_record(struct dns_source *, struct str domain,
    const struct spf_record **record, const struct dns_answer **answer);

/* RFC 7208 section 4.3: labels of 1..63 bytes, at least two of them. */
bool spf_domain_usable(struct str domain);

#endif
