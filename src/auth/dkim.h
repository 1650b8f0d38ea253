/*
 * dkim - DomainKeys Identified Mail: verifying and signing (RFC 6376 and its errata, RFC 8301,
 * RFC 8463, RFC 8616).
 *
 * A message passes through once, in pieces of any size:
 *
 *	dkim = dkim_new(arena, crypto, &options);
 *	dkim_header(dkim, &message);	when the header is whole (MESSAGE_HEADER)
 *	dkim_body(dkim, piece);		for each piece of the body
 *	dkim_end(dkim);
 *	while (!dkim_verify(dkim, source, now))
 *		... let the source learn more
 *	... dkim_count(), dkim_verdict()
 *
 * The body is hashed as it passes and nothing of it is kept.  Keys may be asked for as soon as
 * the header is there (dkim_ask), so that the DNS answers while the body still arrives.
 *
 * Pure: no clock, no network.  Hashes and keys live in the struct crypto, all else in the arena,
 * which must outlive it.
 */
#ifndef AUTH_DKIM_H
#define AUTH_DKIM_H

#include "auth/crypto.h"
#include "wire/dns.h"

#define DKIM_MAX_SIGNATURES 10 /* of one message are examined, from the top */
#define DKIM_MAX_KEYS	    4  /* records at one name are tried */

/* RFC 8601 section 2.7.1. */
enum dkim_result {
	DKIM_NONE,
	DKIM_PASS,
	DKIM_FAIL,	/* the signature does not fit the message */
	DKIM_POLICY,	/* it fits, and the caller's options refuse it */
	DKIM_NEUTRAL,	/* it was not examined */
	DKIM_TEMPERROR, /* the DNS did not answer */
	DKIM_PERMERROR, /* nothing can be verified: field or key are at fault, or have expired */
};

enum dkim_cause {
	DKIM_CAUSE_NONE,      /* it passes */
	DKIM_CAUSE_SYNTAX,    /* sig->fault */
	DKIM_CAUSE_ALGORITHM, /* rsa-sha1, or unknown */
	DKIM_CAUSE_EXPIRED,
	DKIM_CAUSE_DNS,
	DKIM_CAUSE_NO_KEY,
	DKIM_CAUSE_REVOKED,
	DKIM_CAUSE_KEY,		   /* broken, or not for mail, or not for this algorithm */
	DKIM_CAUSE_KEY_SIZE,	   /* RSA under 1024 or over 8192 bits */
	DKIM_CAUSE_IDENTITY,	   /* t=s, and i= is not in d= itself */
	DKIM_CAUSE_BODY,	   /* body hash differs */
	DKIM_CAUSE_SHORT,	   /* l= is longer than the body */
	DKIM_CAUSE_HEADER,	   /* the body is right, the signature is not */
	DKIM_CAUSE_LIMIT,	   /* beyond DKIM_MAX_SIGNATURES */
	DKIM_CAUSE_HEADER_REFUSED, /* the header went over the reader's limits */
	DKIM_CAUSE_OPTION,	   /* refused by an option: why says which */
};

struct dkim_verdict {
	enum dkim_result result;
	enum dkim_cause cause;
	struct dkim_sig sig;
	const struct dkim_key *key;		/* the one that was used; NULL without one */
	struct str reason;			/* one sentence; {0} when it simply passes */
	unsigned char body_hash[CRYPTO_HASH];	/* of the message as it is; with body_done */
	unsigned char header_hash[CRYPTO_HASH]; /* with header_done */
	bool body_done, header_done;
	bool testing; /* the key says t=y: treat a failure as if unsigned */
	uint64_t
	    unsigned_bytes; /* of the canonical body behind l=: anybody could have added them */
	bool future;	    /* t= lies after the time of judgement */
	size_t records;	    /* key records at the name: with several, verifiers may differ */
};

struct dkim_bodies; /* dkim_canon.h */

struct dkim_options {
	bool lf;	  /* lines end in LF alone and stand for CRLF, as in files and milters */
	unsigned rsa_min; /* bits; 0: CRYPTO_RSA_MIN, and never less */
	/* The body's hashes, shared with ARC; whoever owns them feeds them. NULL: its own. */
	struct dkim_bodies *bodies;
	bool refuse_length; /* a signature with l= that leaves body uncovered is DKIM_POLICY */
};

struct dkim;

/* NULL: no options.  The verdict of a field of ARC's form is had from arc.h. */
struct dkim *dkim_new(struct arena *, struct crypto *, const struct dkim_options *);
/* The message must live as long; its header is whole, or it was refused. */
void dkim_header(struct dkim *, const struct message *);
void dkim_body(struct dkim *, struct str piece);
void dkim_end(struct dkim *);
/* Ask for the keys of all signatures; returns whether all are known.  Any time after the header. */
bool dkim_ask(struct dkim *, struct dns_source *);
/* After dkim_end().  False while a key is missing; then the same again.  `now`: seconds since 1970.
 */
bool dkim_verify(struct dkim *, struct dns_source *, int64_t now);
/* Signatures found, those beyond the limit too; verdicts are in order of the fields, top first. */
size_t dkim_count(const struct dkim *);
const struct dkim_verdict *dkim_verdict(const struct dkim *, size_t i);
/* Gives the hashes back that were not finished; to be called when a message is given up, too. */
void dkim_free(struct dkim *);

/* The TXT records at the name of a signature's key; NULL while they are not known. */
const struct dns_answer *dkim_key_ask(struct arena *, struct dns_source *, const struct dkim_sig *);

const char *dkim_result_name(enum dkim_result); /* "permerror" */

#endif
