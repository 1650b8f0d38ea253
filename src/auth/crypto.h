/*
 * crypto - the operations of OpenSSL that signatures need, and the memory of public keys.
 *
 * One struct crypto serves any number of messages, one after another or side by side, in one
 * thread at a time.  It keeps what is dear to make: a public key takes longer to set up than to
 * use, so the last ones stay, found by their bytes.  What it holds never changes a verdict, only
 * the time it takes.  Signing is in private_key.h.
 *
 * Hashes are taken and given back; the pool grows to as many as were ever out at once.
 */
#ifndef AUTH_CRYPTO_H
#define AUTH_CRYPTO_H

#include "wire/dkim_key.h"
#include "wire/dkim_sig.h"

#define CRYPTO_KEYS	    1024 /* public keys that are kept; the one unused longest goes */
#define CRYPTO_HASH	    32	 /* bytes of SHA-256, the only hash that counts */
#define CRYPTO_RSA_MIN	    1024 /* bits, RFC 8301 section 3.2 */
#define CRYPTO_EXPONENT_MAX 8	 /* bytes; a longer one is there to make verifying dear */
#define CRYPTO_RSA_MAX	    8192 /* larger keys cost too much to verify; RFC 8301 asks for 4096 */

struct crypto;
struct crypto_hash;

/* Never NULL: a machine where OpenSSL has no SHA-256 is one where nothing can be concluded. */
struct crypto *crypto_new(void);
/* Every hash must have been given back. NULL is allowed. */
void crypto_free(struct crypto *);

/* Forget all keys, as if none had been seen. */
void crypto_forget(struct crypto *);

/* ---- SHA-256, in pieces ---- */

struct crypto_hash *crypto_hash_begin(struct crypto *);
void crypto_hash_add(struct crypto_hash *, const void *bytes, size_t n);
/* Ends it and gives it back. */
void crypto_hash_end(struct crypto_hash *, unsigned char out[CRYPTO_HASH]);
/* Gives it back without a result; NULL is allowed. */
void crypto_hash_drop(struct crypto_hash *);
/* Another one that has taken the same bytes so far. */
struct crypto_hash *crypto_hash_copy(const struct crypto_hash *);

/* ---- verifying ---- */

/*
 * Is `signature` one of `hash` by `key`, which must be usable?  RSA: PKCS #1 v1.5 with SHA-256
 * (RFC 6376 section 3.3.2); Ed25519: of the hash, PureEdDSA (RFC 8463 section 3).  False, too,
 * for keys that OpenSSL does not take.
 */
bool crypto_verify(struct crypto *, const struct dkim_key *key, struct str signature,
    const unsigned char hash[CRYPTO_HASH]);

/*
 * The SHA-256 hash that the owner of an RSA key has signed; false when `signature` is none of
 * this key, or the key is no RSA key.  It tells a changed message from a wrong key.
 */
bool crypto_recover(struct crypto *, const struct dkim_key *key, struct str signature,
    unsigned char hash[CRYPTO_HASH]);

#endif
