/*
 * caa - what a CAA record permits: RFC 8659 section 4, RFC 8657 (parameters).
 *
 *	issue-value = *WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]
 *
 * Pure; slices point into the record.
 */
#ifndef WIRE_CAA_H
#define WIRE_CAA_H

#include "wire/dns.h"

enum caa_tag {
	CAA_ISSUE,
	CAA_ISSUEWILD,
	CAA_IODEF,
	CAA_ISSUEMAIL, /* RFC 9495 */
	CAA_ISSUEVMC,  /* mark certificates, for BIMI */
	CAA_CONTACT,   /* contactemail, contactphone of the CA/Browser Forum */
	CAA_UNKNOWN,
};

struct caa {
	enum caa_tag tag;
	bool critical;	   /* who does not know the tag must not issue */
	struct str issuer; /* of the issue tags; empty: nobody may */
	const char *fault; /* what is wrong with the value, or NULL */
};

void caa_parse(const struct dns_caa *, struct caa *out);

#endif
