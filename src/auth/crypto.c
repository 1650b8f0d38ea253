/* crypto - see crypto.h. */
#include "auth/crypto.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

/* Keys are kept in sets of a few: one looks through a set, and the oldest of it makes room. */
#define WAYS 4
#define SETS (CRYPTO_KEYS / WAYS)

struct crypto_hash {
	struct crypto *crypto;
	EVP_MD_CTX *context;
	struct crypto_hash *next; /* in the pool */
};

struct kept_key {
	struct str id; /* the bytes that make it; owned */
	uint64_t used; /* when, in calls */
	EVP_PKEY *key;
	EVP_PKEY_CTX *verify;	 /* RSA, set up once; NULL for Ed25519 */
	EVP_MD_CTX *verify_pure; /* Ed25519, the same */
};

struct crypto {
	EVP_MD *sha256;
	struct crypto_hash *pool;
	uint64_t calls;
	struct kept_key keys[SETS][WAYS];
};

/* What has to succeed unless the machine is broken or out of memory. */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

struct crypto *crypto_new(void)
{
	struct crypto *c = calloc(1, sizeof(*c));

	must(c != NULL);
	c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(c->sha256 != NULL);
	return c;
}

static void forget(struct kept_key *k)
{
	EVP_PKEY_CTX_free(k->verify);
	EVP_MD_CTX_free(k->verify_pure);
	EVP_PKEY_free(k->key);
	free((void *)(uintptr_t)k->id.p);
	*k = (struct kept_key){ 0 };
}

void crypto_forget(struct crypto *c)
{
	for (size_t i = 0; i < SETS; i++)
		for (size_t j = 0; j < WAYS; j++)
			if (c->keys[i][j].used > 0)
				forget(&c->keys[i][j]);
}

void crypto_free(struct crypto *c)
{
	struct crypto_hash *h;

	if (c == NULL)
		return;
	while ((h = c->pool) != NULL) {
		c->pool = h->next;
		EVP_MD_CTX_free(h->context);
		free(h);
	}
	crypto_forget(c);
	EVP_MD_free(c->sha256);
	free(c);
}

/* ---- hashes ---- */

static struct crypto_hash *take_hash(struct crypto *c)
{
	struct crypto_hash *h = c->pool;

	if (h != NULL) {
		c->pool = h->next;
		return h;
	}
	h = calloc(1, sizeof(*h));
	must(h != NULL);
	h->crypto = c;
	h->context = EVP_MD_CTX_new();
	must(h->context != NULL);
	return h;
}

struct crypto_hash *crypto_hash_begin(struct crypto *c)
{
	struct crypto_hash *h = take_hash(c);

	must(EVP_DigestInit_ex2(h->context, c->sha256, NULL));
	return h;
}

void crypto_hash_add(struct crypto_hash *h, const void *bytes, size_t n)
{
	must(EVP_DigestUpdate(h->context, bytes, n));
}

void crypto_hash_end(struct crypto_hash *h, unsigned char out[CRYPTO_HASH])
{
	must(EVP_DigestFinal_ex(h->context, out, NULL));
	crypto_hash_drop(h);
}

void crypto_hash_drop(struct crypto_hash *h)
{
	if (h == NULL)
		return;
	h->next = h->crypto->pool;
	h->crypto->pool = h;
}

struct crypto_hash *crypto_hash_copy(const struct crypto_hash *from)
{
	struct crypto_hash *h = take_hash(from->crypto);

	must(EVP_MD_CTX_copy_ex(h->context, from->context));
	return h;
}

/* ---- public keys ---- */

/* OpenSSL wants its numbers least byte first on such machines, the DER has them the other way. */
static OSSL_PARAM number(const char *name, struct str big_endian, unsigned char *room)
{
	for (size_t i = 0; i < big_endian.n; i++)
		room[i] = (unsigned char)big_endian.p[big_endian.n - 1 - i];
	return OSSL_PARAM_construct_BN(name, room, big_endian.n);
}

static EVP_PKEY *make_rsa(const struct dkim_key *key)
{
	unsigned char modulus[CRYPTO_RSA_MAX / 8], exponent[CRYPTO_EXPONENT_MAX];
	EVP_PKEY_CTX *context;
	EVP_PKEY *made = NULL;
	OSSL_PARAM params[3];

	if (key->modulus.n > sizeof(modulus) || key->exponent.n > sizeof(exponent))
		return NULL;
	params[0] = number(OSSL_PKEY_PARAM_RSA_N, key->modulus, modulus);
	params[1] = number(OSSL_PKEY_PARAM_RSA_E, key->exponent, exponent);
	params[2] = OSSL_PARAM_construct_end();
	context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	must(context != NULL);
	if (EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &made, EVP_PKEY_PUBLIC_KEY, params) != 1)
		made = NULL;
	EVP_PKEY_CTX_free(context);
	return made;
}

/* A context that verifies or recovers RSA signatures of SHA-256 hashes; NULL when none can be. */
static EVP_PKEY_CTX *rsa_context(
    const struct crypto *c, EVP_PKEY *key, int (*begin)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	must(context != NULL);
	if (begin(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(context, c->sha256) == 1)
		return context;
	EVP_PKEY_CTX_free(context);
	return NULL;
}

static EVP_MD_CTX *pure_context(EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	must(context != NULL);
	if (EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1)
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

/* Fills in a place; false when OpenSSL takes no such key. */
static bool make_key(const struct crypto *c, const struct dkim_key *key, struct kept_key *out)
{
	if (key->kind == DKIM_KEY_RSA) {
		out->key = make_rsa(key);
		out->verify =
		    out->key != NULL ? rsa_context(c, out->key, EVP_PKEY_verify_init) : NULL;
	} else {
		out->key = EVP_PKEY_new_raw_public_key(
		    EVP_PKEY_ED25519, NULL, (const unsigned char *)key->data.p, key->data.n);
		out->verify_pure = out->key != NULL ? pure_context(out->key) : NULL;
	}
	return out->verify != NULL || out->verify_pure != NULL;
}

static void keep_id(struct kept_key *k, struct str id)
{
	char *copy = malloc(id.n);

	must(copy != NULL);
	k->id = (struct str){ memcpy(copy, id.p, id.n), id.n };
}

/* The end of a key differs from that of others as much as the whole does. */
static struct kept_key *set_of(struct crypto *c, struct str id)
{
	return c->keys[str_ihash(str_skip(id, id.n > 40 ? id.n - 40 : 0), 0) % SETS];
}

/* The key ready for use, out of memory or made now; NULL when it is none. */
static struct kept_key *find_key(struct crypto *c, const struct dkim_key *key)
{
	struct kept_key *set = set_of(c, key->data), *oldest = set;

	if (key->data.n == 0 || key->kind == DKIM_KEY_OTHER)
		return NULL;
	c->calls++;
	for (size_t i = 0; i < WAYS; i++) {
		if (str_eq(set[i].id, key->data)) {
			set[i].used = c->calls;
			return &set[i];
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	forget(oldest);
	if (!make_key(c, key, oldest)) {
		forget(oldest);
		return NULL;
	}
	oldest->used = c->calls;
	keep_id(oldest, key->data);
	return oldest;
}

static bool verify_once(
    EVP_MD_CTX *context, struct str signature, const unsigned char hash[CRYPTO_HASH])
{
	return EVP_DigestVerify(context, (const unsigned char *)signature.p, signature.n, hash,
		   CRYPTO_HASH) == 1;
}

/* OpenSSL does not promise that a context serves twice: a failure is asked again of a new one. */
static bool verify_pure(
    const struct kept_key *k, struct str signature, const unsigned char hash[CRYPTO_HASH])
{
	EVP_MD_CTX *fresh;
	bool good;

	if (verify_once(k->verify_pure, signature, hash))
		return true;
	fresh = pure_context(k->key);
	good = fresh != NULL && verify_once(fresh, signature, hash);
	EVP_MD_CTX_free(fresh);
	return good;
}

bool crypto_verify(struct crypto *c, const struct dkim_key *key, struct str signature,
    const unsigned char hash[CRYPTO_HASH])
{
	const struct kept_key *k;
	bool good = false;

	/* What OpenSSL says of a bad signature is not left in the caller's queue of errors. */
	ERR_set_mark();
	k = find_key(c, key);
	if (k != NULL && k->verify_pure != NULL)
		good = verify_pure(k, signature, hash);
	else if (k != NULL)
		good = EVP_PKEY_verify(k->verify, (const unsigned char *)signature.p, signature.n,
			   hash, CRYPTO_HASH) == 1;
	ERR_pop_to_mark();
	return good;
}

static bool recover(EVP_PKEY_CTX *context, struct str signature, unsigned char hash[CRYPTO_HASH])
{
	unsigned char out[CRYPTO_RSA_MAX / 8];
	size_t n = sizeof(out);

	if (EVP_PKEY_verify_recover(
		context, out, &n, (const unsigned char *)signature.p, signature.n) != 1 ||
	    n != CRYPTO_HASH)
		return false;
	memcpy(hash, out, CRYPTO_HASH);
	return true;
}

bool crypto_recover(struct crypto *c, const struct dkim_key *key, struct str signature,
    unsigned char hash[CRYPTO_HASH])
{
	EVP_PKEY_CTX *context = NULL;
	const struct kept_key *k;
	bool good;

	ERR_set_mark();
	k = find_key(c, key);
	if (k != NULL && k->verify != NULL)
		context = rsa_context(c, k->key, EVP_PKEY_verify_recover_init);
	good = context != NULL && recover(context, signature, hash);
	EVP_PKEY_CTX_free(context);
	ERR_pop_to_mark();
	return good;
}
