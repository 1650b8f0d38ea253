/*
 * dane - the TLSA records of the mail hosts, for the judges of dane.*.
 */
#ifndef CHECK_DANE_H
#define CHECK_DANE_H

#include "check/tls_seen.h"

/* One mail host's TLSA records. */
struct dane {
	struct str host, owner;
	const struct dns_answer *tlsa;
	bool signed_host; /* its addresses are DNSSEC-secure */
	bool secure;	  /* so are the records, and the MX that lead there */
	size_t usable;
};

struct danes {
	struct dane *list;
	size_t count, with, failed; /* hosts that have records; whose question failed */
	struct mail_hosts hosts;
};

/* False: nothing to judge (said), or pending. */
bool dane_records_or_skip(struct judge *, struct danes *out);

/*
 * Does a TLSA record of usage 3 prove the key of this server on port 25? Then name, dates and
 * issuer of its certificate do not count for senders that do DANE (RFC 7672 section 3.1.1).
 */
bool dane_proves_key(struct judge *, const struct tls_seen *);

/* dane_match.c: the records against what is served. */
void judge_dane_match(struct judge *);
void judge_dane_ta_chain(struct judge *);

#endif
