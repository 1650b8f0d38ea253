/*
 * private_key - the secret half of a DKIM key: read, made, and used (RFC 6376 section 3.3, RFC
 * 8301, RFC 8463).
 *
 * Bytes in, bytes out: who keeps the file, and with which rights, is the caller's concern.  A key
 * is one of OpenSSL's objects with what signing needs set up once; it is wiped when it is freed.
 * One thread at a time may sign with it.
 */
#ifndef AUTH_PRIVATE_KEY_H
#define AUTH_PRIVATE_KEY_H

#include "auth/crypto.h"
#include "base/error.h"

#define PRIVATE_KEY_MAX ((size_t)64 * 1024) /* bytes of a file with one; more is refused */
#define PRIVATE_KEY_RSA 2048		    /* bits of a new RSA key when none are named */

struct private_key;

/*
 * PKCS #8 or PKCS #1, PEM or DER; an Ed25519 seed of 32 bytes in base64 too (RFC 8463 appendix
 * A.2).  NULL, with the reason, for anything else: encrypted keys, public keys, other kinds, RSA
 * under 1024 bits.
 */
struct private_key *private_key_read(struct str bytes, struct error *);
/* Bits: 2048, 3072 or 4096 for RSA; not looked at for Ed25519. */
struct private_key *private_key_make(enum dkim_key_kind, unsigned bits, struct error *);
void private_key_free(struct private_key *); /* NULL is allowed */

enum dkim_key_kind private_key_kind(const struct private_key *); /* RSA or ED25519 */
unsigned private_key_bits(const struct private_key *);		 /* 256 for Ed25519 */
/* "rsa-sha256", "ed25519-sha256" */
const char *private_key_algorithm(const struct private_key *);

/* PKCS #8 in PEM.  It is the secret: the arena is not wiped, let it be a short-lived one. */
struct str private_key_pem(struct arena *, const struct private_key *);
/* What p= carries: SubjectPublicKeyInfo of an RSA key, the 32 bytes of an Ed25519 key. */
struct str private_key_public(struct arena *, const struct private_key *);
/* The text of the TXT record: "v=DKIM1; k=rsa; p=...". */
struct str private_key_record(struct arena *, const struct private_key *);

/* The record of a public key in a file, PEM or DER; {0} when there is none in it. */
struct str public_key_record(struct arena *, struct str bytes);

/* RSA: PKCS #1 v1.5; Ed25519: PureEdDSA of the hash.  The same bytes each time.
   {0} when OpenSSL refuses. */
struct str private_key_sign(
    struct arena *, struct private_key *, const unsigned char hash[CRYPTO_HASH]);

#endif
