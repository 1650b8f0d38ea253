/* spf_names - finding a domain's record; for the evaluation and spf_tree.c. */
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

/* May the DNS be asked for that name: valid and ASCII (RFC 8616: A-labels are asked for). */
bool spf_askable(struct str name);
/* RFC 7208 section 4.3: such a name, of at least two labels. */
bool spf_domain_usable(struct str domain);

#endif
