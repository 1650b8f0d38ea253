/*
 * sig_check - the examination of one signature, for DKIM and for both signatures of ARC: its
 * algorithm, its times, its key in the DNS, the hash of the body and the signature itself.
 *
 *	sig_check_begin(&terms, &check);	the field was parsed into check.verdict.sig
 *	check.body = dkim_bodies_of(...);	unless it is done, or covers no body
 *	... the body passes ...
 *	sig_check_run(&terms, &check, source)	until it is true
 *
 * The steps are those of RFC 6376 section 6.1; the first that fails is the verdict.
 */
#ifndef AUTH_SIG_CHECK_H
#define AUTH_SIG_CHECK_H

#include "auth/dkim.h"
#include "auth/dkim_canon.h"

/* What all signatures of a message are judged by. */
struct sig_terms {
	struct arena *arena;
	struct crypto *crypto;
	const struct message *message;
	bool lf, refuse_length; /* see struct dkim_options */
	unsigned rsa_min;
	int64_t now;
};

struct sig_check {
	struct dkim_verdict verdict;
	const struct dkim_body *body; /* NULL: it covers none */
	bool done;
};

/* What the field alone says: may end the check. */
void sig_check_begin(const struct sig_terms *, struct sig_check *);
/* End it with this verdict. */
void sig_check_conclude(struct sig_check *, enum dkim_result, enum dkim_cause, struct str reason);
/* False while the key is missing.  A header hash that is there (header_done) is taken as it is. */
bool sig_check_run(const struct sig_terms *, struct sig_check *, struct dns_source *);

#endif
