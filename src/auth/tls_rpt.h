/*
 * tls_rpt - the record that asks for reports on TLS, RFC 8460 section 3.
 *
 * Pure. What is wrong is a list of sentences; `valid` says whether a sender could use it.
 */
#ifndef AUTH_TLS_RPT_H
#define AUTH_TLS_RPT_H

#include "base/arena.h"

#define TLS_RPT_MAX_URIS 20 /* more are not read */

struct tls_rpt_uri {
	struct str text;	    /* as in the record, trimmed */
	struct str mailbox, domain; /* of mailto:, without its query */
	bool valid, https;
};

struct tls_rpt_record {
	bool valid;
	struct tls_rpt_uri *uris;
	size_t uri_count;
	struct str *faults;
	size_t fault_count;
};

/* Does it begin with "v=TLSRPTv1" and a semicolon?  Others are discarded by senders. */
bool tls_rpt_is_record(struct str text);
void tls_rpt_parse(struct arena *, struct str text, struct tls_rpt_record *out);

#endif
