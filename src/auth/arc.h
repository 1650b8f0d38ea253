/*
 * arc - the Authenticated Received Chain (RFC 8617): verifying it.  See arc_seal.h for sealing.
 *
 * The same shape as dkim.h: header, pieces of the body, end, then arc_verify() until it is true.
 * The chain passes when its form is right, the newest ARC-Message-Signature fits the message, and
 * every ARC-Seal fits the sets beneath it (section 5.2).  A chain says who handled the message and
 * what they saw; whether to believe them is the reader's choice.
 *
 * ARC is being made historic: it is verified everywhere, and sealed on request only.
 */
#ifndef AUTH_ARC_H
#define AUTH_ARC_H

#include "auth/dkim.h"
#include "wire/authres.h"

#define ARC_MAX_SETS 50 /* RFC 8617 section 4.2.1 */

enum arc_result {
	ARC_NONE, /* there is no chain */
	ARC_PASS,
	ARC_FAIL,
	ARC_TEMPERROR, /* the DNS did not answer, and nothing else is wrong so far */
};

struct arc_set {
	const struct message_field *results; /* ARC-Authentication-Results */
	struct authres said;		     /* what it says */
	struct dkim_verdict message;	     /* ARC-Message-Signature */
	struct dkim_verdict seal;
};

struct arc_verdict {
	enum arc_result result;
	size_t sets;	   /* found; 0: none */
	unsigned top;	   /* the highest instance of a seal, in whatever form the chain is */
	bool closed;	   /* that seal says cv=fail: nothing may be added */
	struct str reason; /* one sentence; {0} for none and pass */
	/* The sets in order, [0] is i=1; NULL when the form is broken. */
	const struct arc_set *all;
	/* The lowest instance from which all message signatures still fit (section 5.2, step 4);
	   0 unless the chain passes. */
	unsigned oldest_pass;
};

struct arc;

/* Options: NULL for the usual ones; refuse_length makes l= in the newest signature a failure. */
struct arc *arc_new(struct arena *, struct crypto *, const struct dkim_options *);
/* The message must live as long; its header is whole, or it was refused. */
void arc_header(struct arc *, const struct message *);
void arc_body(struct arc *, struct str piece);
void arc_end(struct arc *);
/* Ask for the keys; returns whether all are known.  Any time after the header. */
bool arc_ask(struct arc *, struct dns_source *);
/* After arc_end().  False while a key is missing; then the same again. */
bool arc_verify(struct arc *, struct dns_source *, int64_t now);
const struct arc_verdict *arc_verdict(const struct arc *);
/* Gives the hashes back; to be called when a message is given up, too. */
void arc_free(struct arc *);

const char *arc_result_name(enum arc_result); /* "pass"; RFC 8617 knows no temperror */

#endif
