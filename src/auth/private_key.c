/* private_key - see private_key.h. */
#include "auth/private_key.h"

#include <stdlib.h>

#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "wire/base64.h"

#define SEED_BYTES 32

struct private_key {
	EVP_PKEY *key;
	EVP_PKEY_CTX *sign; /* RSA, set up once; NULL for Ed25519 */
	enum dkim_key_kind kind;
	unsigned bits;
};

/* What has to succeed unless the machine is broken or out of memory. */
static void must(int ok)
{
	if (ok != 1)
		abort();
}

static EVP_PKEY_CTX *sign_context(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	must(context != NULL);
	must(EVP_PKEY_sign_init(context));
	must(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING));
	must(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()));
	return context;
}

/* Takes the key over; it is one that signs. */
static struct private_key *adopt(EVP_PKEY *key, enum dkim_key_kind kind)
{
	struct private_key *k = calloc(1, sizeof(*k));

	must(k != NULL);
	k->key = key;
	k->kind = kind;
	k->bits = kind == DKIM_KEY_RSA ? (unsigned)EVP_PKEY_get_bits(key) : 256;
	if (kind == DKIM_KEY_RSA)
		k->sign = sign_context(key);
	return k;
}

void private_key_free(struct private_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->sign);
	EVP_PKEY_free(k->key);
	free(k);
}

/* ---- signing ---- */

static bool sign_ed25519(
    EVP_PKEY *key, const unsigned char hash[CRYPTO_HASH], unsigned char *out, size_t *n)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good;

	must(context != NULL);
	good = EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
	       EVP_DigestSign(context, out, n, hash, CRYPTO_HASH) == 1;
	EVP_MD_CTX_free(context);
	return good;
}

struct str private_key_sign(
    struct arena *a, struct private_key *k, const unsigned char hash[CRYPTO_HASH])
{
	unsigned char out[CRYPTO_RSA_MAX / 8];
	size_t n = sizeof(out);
	bool good;

	ERR_set_mark();
	if (k->sign == NULL)
		good = sign_ed25519(k->key, hash, out, &n);
	else
		good = EVP_PKEY_sign(k->sign, out, &n, hash, CRYPTO_HASH) == 1;
	ERR_pop_to_mark();
	return good ? arena_str(a, (struct str){ (const char *)out, n }) : (struct str){ 0 };
}

/* ---- reading ---- */

/* OpenSSL asks for a passphrase: the key is encrypted, and nobody is asked here. */
static int refuse_passphrase(
    char *room, size_t size, size_t *n, const OSSL_PARAM params[], void *encrypted)
{
	(void)room;
	(void)size;
	(void)params;
	*n = 0;
	*(bool *)encrypted = true;
	return 0;
}

static EVP_PKEY *decode(struct str bytes, int selection, bool *encrypted)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	size_t left = bytes.n;
	EVP_PKEY *key = NULL;
	OSSL_DECODER_CTX *context =
	    OSSL_DECODER_CTX_new_for_pkey(&key, NULL, NULL, NULL, selection, NULL, NULL);

	must(context != NULL);
	must(OSSL_DECODER_CTX_set_passphrase_cb(context, refuse_passphrase, encrypted));
	if (OSSL_DECODER_from_data(context, &p, &left) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_DECODER_CTX_free(context);
	return key;
}

static EVP_PKEY *decode_seed(struct str bytes)
{
	struct arena a = { 0 };
	struct str seed;
	EVP_PKEY *key = NULL;

	if (bytes.n < 100 && base64_decode(&a, bytes, BASE64_WSP, &seed, NULL) == BASE64_OK &&
	    seed.n == SEED_BYTES)
		key = EVP_PKEY_new_raw_private_key(
		    EVP_PKEY_ED25519, NULL, (const unsigned char *)seed.p, seed.n);
	arena_free(&a);
	return key;
}

static struct private_key *refuse(EVP_PKEY *key, struct error *e, struct str why)
{
	EVP_PKEY_free(key);
	error_set(e, STR_FMT, STR_ARG(why));
	return NULL;
}

/* Do the two halves of an RSA key belong together?  A damaged file can hold any numbers. */
static bool consistent(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good;

	must(context != NULL);
	good = EVP_PKEY_pairwise_check(context) == 1;
	EVP_PKEY_CTX_free(context);
	return good;
}

/* A private key of some kind: is it one for DKIM? */
static struct private_key *take(EVP_PKEY *key, struct error *e)
{
	if (EVP_PKEY_is_a(key, "ED25519"))
		return adopt(key, DKIM_KEY_ED25519);
	if (!EVP_PKEY_is_a(key, "RSA"))
		return refuse(key, e,
		    arena_fmt(e->arena,
			"a private key of type %s; DKIM knows RSA and Ed25519 (RFC 8463)",
			EVP_PKEY_get0_type_name(key)));
	if (EVP_PKEY_get_bits(key) < CRYPTO_RSA_MIN || EVP_PKEY_get_bits(key) > CRYPTO_RSA_MAX)
		return refuse(key, e,
		    arena_fmt(e->arena,
			"an RSA key of %d bits; verifiers take 1024 to 4096 (RFC 8301)",
			EVP_PKEY_get_bits(key)));
	if (!consistent(key))
		return refuse(key, e,
		    STR("an RSA key whose numbers contradict one another: the file is damaged"));
	return adopt(key, DKIM_KEY_RSA);
}

static struct private_key *say_what_it_is(struct str bytes, bool encrypted, struct error *e)
{
	EVP_PKEY *public;

	if (encrypted)
		return refuse(NULL, e,
		    STR("the key is encrypted with a passphrase; take it off with "
			"\"openssl pkey -in FILE -out FILE.plain\""));
	public = decode(bytes, EVP_PKEY_PUBLIC_KEY, &encrypted);
	if (public != NULL)
		return refuse(public, e, STR("a public key, where the private one is needed"));
	return refuse(NULL, e,
	    STR("no private key: neither PEM nor DER of RSA or Ed25519, nor an Ed25519 seed in "
		"base64"));
}

struct private_key *private_key_read(struct str bytes, struct error *e)
{
	bool encrypted = false;
	struct private_key *k;
	EVP_PKEY *key;

	if (bytes.n > PRIVATE_KEY_MAX)
		return refuse(NULL, e, STR("no private key: the file is too large for one"));
	ERR_set_mark();
	key = decode_seed(bytes);
	if (key == NULL)
		key = decode(bytes, EVP_PKEY_KEYPAIR, &encrypted);
	k = key != NULL ? take(key, e) : say_what_it_is(bytes, encrypted, e);
	ERR_pop_to_mark();
	return k;
}

/* ---- making ---- */

struct private_key *private_key_make(enum dkim_key_kind kind, unsigned bits, struct error *e)
{
	EVP_PKEY *key;

	if (kind == DKIM_KEY_ED25519)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else if (bits == 2048 || bits == 3072 || bits == 4096)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	else
		return refuse(NULL, e,
		    arena_fmt(
			e->arena, "RSA keys are made with 2048, 3072 or 4096 bits, not %u", bits));
	if (key == NULL)
		return refuse(NULL, e, STR("OpenSSL could not make the key"));
	return adopt(key, kind);
}

/* ---- what it says ---- */

enum dkim_key_kind private_key_kind(const struct private_key *k)
{
	return k->kind;
}

unsigned private_key_bits(const struct private_key *k)
{
	return k->bits;
}

const char *private_key_algorithm(const struct private_key *k)
{
	return dkim_algorithm_name(k->kind == DKIM_KEY_RSA ? DKIM_RSA_SHA256 : DKIM_ED25519_SHA256);
}

static struct str encode(struct arena *a, const struct private_key *k, int selection,
    const char *format, const char *structure)
{
	OSSL_ENCODER_CTX *context =
	    OSSL_ENCODER_CTX_new_for_pkey(k->key, selection, format, structure, NULL);
	unsigned char *bytes = NULL;
	struct str out;
	size_t n = 0;

	must(context != NULL);
	must(OSSL_ENCODER_to_data(context, &bytes, &n));
	out = arena_str(a, (struct str){ (const char *)bytes, n });
	OPENSSL_clear_free(bytes, n);
	OSSL_ENCODER_CTX_free(context);
	return out;
}

struct str private_key_pem(struct arena *a, const struct private_key *k)
{
	return encode(a, k, EVP_PKEY_KEYPAIR, "PEM", "PrivateKeyInfo");
}

struct str private_key_public(struct arena *a, const struct private_key *k)
{
	unsigned char raw[SEED_BYTES];
	size_t n = sizeof(raw);

	if (k->kind == DKIM_KEY_RSA)
		return encode(a, k, EVP_PKEY_PUBLIC_KEY, "DER", "SubjectPublicKeyInfo");
	must(EVP_PKEY_get_raw_public_key(k->key, raw, &n));
	return arena_str(a, (struct str){ (const char *)raw, n });
}

struct str private_key_record(struct arena *a, const struct private_key *k)
{
	struct str p = base64_encode(a, private_key_public(a, k));

	return arena_fmt(a, "v=DKIM1; k=%s; p=" STR_FMT,
	    k->kind == DKIM_KEY_RSA ? "rsa" : "ed25519", STR_ARG(p));
}

struct str public_key_record(struct arena *a, struct str bytes)
{
	struct private_key k = { 0 };
	struct str record = { 0 };
	bool encrypted = false;

	if (bytes.n > PRIVATE_KEY_MAX)
		return record;
	ERR_set_mark();
	k.key = decode(bytes, EVP_PKEY_PUBLIC_KEY, &encrypted);
	k.kind = k.key != NULL && EVP_PKEY_is_a(k.key, "ED25519") ? DKIM_KEY_ED25519 : DKIM_KEY_RSA;
	if (k.key != NULL && (k.kind == DKIM_KEY_ED25519 || EVP_PKEY_is_a(k.key, "RSA")))
		record = private_key_record(a, &k);
	EVP_PKEY_free(k.key);
	ERR_pop_to_mark();
	return record;
}
