/*
 * dkim_key - the public key record at SELECTOR._domainkey.DOMAIN
 * (RFC 6376 section 3.6.1, RFC 8301, RFC 8463).
 *
 * What the record says, and what is wrong with it, in one struct: the verifier asks
 * `usable`, the audit reads the faults.  Bare PKCS #1 keys are accepted (RFC 6376
 * erratum 3017), bytes behind the key are noted.  Slices point into the record or the
 * arena.  No opinion on sizes here: RFC 8301's limits belong to those who judge.
 */
#ifndef WIRE_DKIM_KEY_H
#define WIRE_DKIM_KEY_H

#include "wire/tags.h"

enum dkim_key_kind { DKIM_KEY_RSA, DKIM_KEY_ED25519, DKIM_KEY_OTHER };

enum dkim_key_fault_kind {
	/* These spoil the record: */
	DKIM_FAULT_LIST,    /* not a tag list */
	DKIM_FAULT_VERSION, /* v= is not DKIM1, or stands not first */
	DKIM_FAULT_NO_KEY,  /* no p= */
	DKIM_FAULT_TYPE,    /* k= unknown */
	DKIM_FAULT_BASE64,
	DKIM_FAULT_DER,	    /* neither SubjectPublicKeyInfo nor RSAPublicKey of an RSA key */
	DKIM_FAULT_LENGTH,  /* an Ed25519 key of other than 32 bytes */
	DKIM_FAULT_HASHES,  /* h= names no hash that may be used */
	DKIM_FAULT_SERVICE, /* s= has neither "*" nor "email" */
	/* These do not: */
	DKIM_NOTE_LIST,	       /* harmless breach of the grammar */
	DKIM_NOTE_PKCS1,       /* a bare RSAPublicKey */
	DKIM_NOTE_TRAILING,    /* bytes behind the key */
	DKIM_NOTE_SHA1,	       /* h= names sha1 beside sha256 */
	DKIM_NOTE_HASH,	       /* h= names something unknown */
	DKIM_NOTE_FLAG,	       /* t= holds something unknown */
	DKIM_NOTE_GRANULARITY, /* g= of RFC 4871 */
	DKIM_NOTE_TAG,	       /* a tag that no RFC knows */
};

struct dkim_key_fault {
	enum dkim_key_fault_kind kind;
	size_t at;	 /* offset in the record */
	struct str text; /* a sentence */
};

struct dkim_key {
	struct tags tags;
	enum dkim_key_kind kind;
	bool revoked;	      /* p= is there and empty */
	bool testing, strict; /* t=y, t=s */
	bool sha256, sha1;    /* permitted by h= */
	bool pkcs1;
	struct str data;	      /* p=, decoded */
	struct str modulus, exponent; /* RSA: big-endian, no leading zero */
	unsigned bits;		      /* of the modulus; 256 for Ed25519; 0 when not known */
	struct dkim_key_fault *faults;
	size_t fault_count;
	bool meant;  /* see dkim_key_meant() */
	bool usable; /* not revoked, and nothing spoils it */
};

static inline bool dkim_fault_spoils(enum dkim_key_fault_kind kind)
{
	return kind < DKIM_NOTE_LIST;
}

void dkim_key_parse(struct arena *, struct str record, struct dkim_key *out);

/*
 * Is this text meant as a key record: does it begin with v=DKIM1, or have a p tag?
 * What a wildcard TXT answers at _domainkey names (SPF, verifications) is not.
 */
bool dkim_key_meant(struct arena *, struct str record);

/* Parse RSA public key DER of either form; false when it is neither. */
bool dkim_rsa_parse(struct str der, struct dkim_key *out);

#endif
