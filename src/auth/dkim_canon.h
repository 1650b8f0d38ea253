/*
 * dkim_canon - canonicalization (RFC 6376 section 3.4) straight into a hash: of header fields, and
 * of a body that comes in pieces of any size.
 *
 * Bytes that stay as they are go from where they lie into the hash; only what changes is put
 * together in a small stage.  The result does not depend on how the body is cut.
 *
 * A line ends in CRLF; a CR or LF alone is a byte like others.  With `lf` the message comes from a
 * file or a program that ends lines in LF alone: then an LF without a CR stands for CRLF.
 */
#ifndef AUTH_DKIM_CANON_H
#define AUTH_DKIM_CANON_H

#include "auth/crypto.h"

#define DKIM_STAGE 1024

/* On the way into a hash. */
struct dkim_stage {
	struct crypto_hash *hash;
	size_t n;
	char bytes[DKIM_STAGE];
};

void dkim_stage_add(struct dkim_stage *, struct str);
/* Everything staged is in the hash. */
void dkim_stage_flush(struct dkim_stage *);

/* ---- header ---- */

/* One field, with its CRLF. */
void dkim_canon_field(struct dkim_stage *, const struct message_field *, bool relaxed, bool lf);
/* The field of the signature itself: b= emptied, without the last CRLF (section 3.7). */
void dkim_canon_own_field(struct dkim_stage *, const struct dkim_sig *, bool lf);
/*
 * The hash that the signature signs: the fields of h=, repeated ones from the bottom up (section
 * 5.4.2), then its own.  Arena: for a while only.
 */
void dkim_header_hash(struct crypto *, struct arena *, const struct message *,
    const struct dkim_sig *, bool lf, unsigned char out[CRYPTO_HASH]);

/* ---- body ---- */

struct dkim_body {
	bool relaxed, lf;
	uint64_t limit; /* bytes of the canonical body that are hashed; UINT64_MAX: all */
	/* when it has ended: */
	uint64_t total; /* bytes of the canonical body */
	unsigned char digest[CRYPTO_HASH];

	/* its own */
	struct dkim_body *next;
	struct dkim_stage stage;
	uint64_t crlfs; /* line ends that nothing has followed yet */
	bool cr, space; /* a CR, white space that nothing has followed yet */
	bool any;	/* something but line ends has come */
};

/* All the ways in which one body is to be hashed while it passes once. */
struct dkim_bodies {
	struct arena *arena;
	struct crypto *crypto;
	bool lf, begun, ended;
	struct dkim_body *first;
};

void dkim_bodies_init(struct dkim_bodies *, struct arena *, struct crypto *, bool lf);
/* One of them, the same for the same terms.  Before the first byte of the body. */
struct dkim_body *dkim_bodies_want(struct dkim_bodies *, bool relaxed, uint64_t limit);
/* What this signature hashes of the body. */
struct dkim_body *dkim_bodies_of(struct dkim_bodies *, const struct dkim_sig *);
void dkim_bodies_add(struct dkim_bodies *, struct str piece);
void dkim_bodies_end(struct dkim_bodies *);
/* Give the hashes back when the body will not end. */
void dkim_bodies_drop(struct dkim_bodies *);

#endif
