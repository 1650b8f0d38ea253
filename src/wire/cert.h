/*
 * cert - X.509 certificates as data, and chains of them verified in memory (RFC 5280, 9525).
 *
 * Text out of a certificate is bounded and printable: other bytes come as \xNN, so that a NUL
 * in a name can be seen and never ends one. Verification is a function of the chain, the roots
 * and the time that are handed in; nothing of this machine is asked.
 */
#ifndef WIRE_CERT_H
#define WIRE_CERT_H

#include "base/arena.h"
#include "wire/ip.h"

#define CERT_MAX_BYTES ((size_t)64 * 1024)
#define CERT_MAX_CHAIN 20
#define CERT_MAX_NAMES 200

enum cert_key_kind { CERT_KEY_OTHER, CERT_KEY_RSA, CERT_KEY_EC, CERT_KEY_ED25519 };

struct cert {
	bool parsed;
	struct str der;		    /* bytes */
	struct str subject, issuer; /* RFC 2253, for people */
	struct str common_name;
	struct str *names; /* subjectAltName, DNS; a name with odd bytes matches nothing */
	size_t name_count;
	struct ip *addresses; /* subjectAltName, IP */
	size_t address_count;
	int64_t not_before, not_after; /* seconds since 1970 */
	enum cert_key_kind key;
	int bits;
	struct str signature;  /* "sha256WithRSAEncryption" */
	bool weak_signature;   /* MD5 or SHA-1 */
	bool self_issued;      /* subject equals issuer */
	bool ca, server_auth;  /* may issue; may serve (no EKU, or serverAuth in it) */
	bool must_staple, sct; /* RFC 7633; SCTs inside (RFC 6962) */
	bool mark_usage;       /* extended key usage: brand indicators (BIMI) */
	struct str logotype;   /* the extension of RFC 9399, bytes */
	struct str issuer_url; /* authority information access: where the issuer's is */
	struct str spki;       /* DER of the public key, for TLSA */
	struct str pem;	       /* as handed in */
};

/* The first certificate in the PEM text; out->parsed is false when there is none. */
void cert_parse(struct arena *, struct str pem, struct cert *out);
/* All certificates of a PEM text, at most CERT_MAX_CHAIN; how many. */
size_t cert_parse_all(struct arena *, struct str pem, struct cert out[CERT_MAX_CHAIN]);

/* PEM of a certificate's DER; empty when it is none, or there is more than it. */
struct str cert_write_pem(struct arena *, struct str der);

/* RFC 9525 section 6: DNS names of subjectAltName only, a wildcard is a whole leftmost label. */
bool cert_matches(const struct cert *, struct str host);

/* SHA-256 or SHA-512 of some bytes, in the arena. */
struct str cert_sha256(struct arena *, struct str bytes);
struct str cert_sha512(struct arena *, struct str bytes);

enum chain_verdict {
	CHAIN_OK,
	CHAIN_EMPTY, /* no certificate was served */
	CHAIN_UNREADABLE,
	CHAIN_INCOMPLETE,  /* an issuer is missing, and it is no known root */
	CHAIN_SELF_SIGNED, /* the leaf is its own issuer */
	CHAIN_UNTRUSTED,   /* complete, but the root is not trusted */
	CHAIN_EXPIRED,	   /* something in it, at the time given */
	CHAIN_NOT_YET,
	CHAIN_BROKEN, /* a signature does not verify, or a certificate may not issue */
};

struct chain_result {
	enum chain_verdict verdict;
	size_t at;	    /* which certificate */
	struct str missing; /* CHAIN_INCOMPLETE: the issuer's name */
	struct str error;   /* OpenSSL's words */
	bool unordered;	    /* complete, but not each followed by its issuer (RFC 8446 permits) */
	size_t extra;	    /* certificates that are no part of the path */
	bool on_path[CERT_MAX_CHAIN]; /* of those served */
	struct str culprit; /* CHAIN_EXPIRED, CHAIN_NOT_YET: the subject of the certificate */
};

struct cert_pems {
	const struct str *list; /* PEM, one certificate each */
	size_t count;
};

/*
 * Is the path from chain[0] to one of the anchors sound at `now`?  Dates of the leaf are
 * judged too.
 */
struct chain_result cert_verify(
    struct arena *, struct cert_pems chain, struct cert_pems anchors, int64_t now);

struct cert_chain {
	struct cert certs[CERT_MAX_CHAIN];
	size_t count;
	struct chain_result result;
};

/* Certificates that chains have in common, read once; the PEM texts must outlive it. */
#define CERT_POOL_MAX 64
struct cert_pool;
struct cert_pool *cert_pool_new(void);
void cert_pool_free(struct cert_pool *);

/* A served chain as a whole: each certificate read, and the path verified.  Pool or NULL. */
void cert_chain_read(struct arena *, struct cert_pool *, struct cert_pems chain,
    struct cert_pems anchors, int64_t now, struct cert_chain *out);

/*
 * The same to one certificate that is trusted for a reason of its own, a root or not
 * (DANE-TA, RFC 7671 section 5.2). `chain` was parsed from what was served.
 */
struct chain_result cert_verify_to(
    struct arena *, const struct cert *chain, size_t count, struct str anchor_pem, int64_t now);

#endif
