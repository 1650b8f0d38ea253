/* dkim_weak - see dkim_weak.h. */
#include "wire/dkim_weak.h"

#include <openssl/bn.h>

/*
 * The first bytes of moduli (RSA) or the keys (Ed25519) whose private keys stand in
 * documents: RFC 6376 appendix C, RFC 8463 appendix A.
 */
static const struct known {
	enum dkim_key_kind kind;
	const char bytes[16];
} known_keys[] = {
	{ DKIM_KEY_RSA, "\xf0\x21\x13\xff\x50\x2d\xd2\x06\xc1\x26\x1a\xa6\x7d\x64\x95\xb7" },
	{ DKIM_KEY_RSA, "\xe4\x1e\x53\x90\xa0\x14\xf3\x59\x18\x86\xb3\x95\x7a\x36\x93\xf7" },
	{ DKIM_KEY_ED25519, "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a" },
};

static bool is_known(const struct dkim_key *k)
{
	struct str key = k->kind == DKIM_KEY_RSA ? k->modulus : k->data;

	for (size_t i = 0; i < LENGTH(known_keys); i++) {
		struct str start = { known_keys[i].bytes, sizeof(known_keys[i].bytes) };

		if (known_keys[i].kind == k->kind && str_starts(key, start))
			return true;
	}
	return false;
}

static unsigned modulo(struct str number, unsigned divisor)
{
	unsigned rest = 0;

	for (size_t i = 0; i < number.n; i++)
		rest = (rest << 8 | (unsigned char)number.p[i]) % divisor;
	return rest;
}

static bool has_small_factor(struct str modulus)
{
	for (unsigned d = 2; d < 1000; d += d == 2 ? 1 : 2)
		if (modulo(modulus, d) == 0)
			return true;
	return false;
}

/* Is rest a power of 65537 modulo prime? */
static bool is_power(unsigned rest, unsigned prime)
{
	unsigned power = 1;

	do {
		if (power == rest)
			return true;
		power = power * (65537 % prime) % prime;
	} while (power != 1);
	return false;
}

/*
 * Moduli of the Infineon library are powers of 65537 modulo every small prime (Nemec and
 * others, "The Return of Coppersmith's Attack", 2017).  These primes are those whose
 * groups 65537 does not fill; a sound key passes all of them by chance once in 2^27.
 */
static bool is_roca(struct str modulus)
{
	static const unsigned char primes[] = { 11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103,
		107, 109, 127, 151, 157 };

	for (size_t i = 0; i < LENGTH(primes); i++)
		if (!is_power(modulo(modulus, primes[i]), primes[i]))
			return false;
	return true;
}

/* Squares end, modulo 64, in one of twelve residues: spares most square roots. */
static bool may_be_square(const BIGNUM *n)
{
	static const uint64_t residues = 0x0202021202030213;

	return residues >> BN_mod_word(n, 64) & 1;
}

/* Largest root with root^2 <= n, by Newton from above. */
static bool square_root(BIGNUM *root, const BIGNUM *n, BN_CTX *ctx)
{
	BIGNUM *next = BN_CTX_get(ctx);

	if (next == NULL || !BN_set_word(root, 0) || !BN_set_bit(root, BN_num_bits(n) / 2 + 1))
		return false;
	for (int i = 0; i < 10000; i++) {
		if (!BN_div(next, NULL, n, root, ctx) || !BN_add(next, next, root) ||
		    !BN_rshift1(next, next))
			return false;
		if (BN_cmp(next, root) >= 0)
			return true;
		if (!BN_copy(root, next))
			return false;
	}
	return false;
}

/* One step of Fermat: is a^2 - n a square? */
static bool splits_at(const BIGNUM *a, const BIGNUM *n, BN_CTX *ctx)
{
	bool splits = false;

	BN_CTX_start(ctx);
	BIGNUM *difference = BN_CTX_get(ctx), *root = BN_CTX_get(ctx), *square = BN_CTX_get(ctx);

	if (square != NULL && BN_sqr(square, a, ctx) && BN_sub(difference, square, n) &&
	    !BN_is_negative(difference) && may_be_square(difference) &&
	    square_root(root, difference, ctx) && BN_sqr(square, root, ctx))
		splits = BN_cmp(square, difference) == 0;
	BN_CTX_end(ctx);
	return splits;
}

/* Primes so close together that Fermat's method finds them in 100 steps (CVE-2022-26320). */
static bool is_fermat(struct str modulus)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n = BN_bin2bn((const unsigned char *)modulus.p, (int)modulus.n, NULL);
	BIGNUM *a = BN_new();
	bool found = false;

	if (ctx != NULL && n != NULL && a != NULL) {
		BN_CTX_start(ctx);
		bool ready = square_root(a, n, ctx);

		for (int i = 0; ready && !found && i < 100; i++) {
			found = splits_at(a, n, ctx);
			ready = BN_add_word(a, 1) == 1;
		}
		BN_CTX_end(ctx);
	}
	BN_free(a);
	BN_free(n);
	BN_CTX_free(ctx);
	return found;
}

enum dkim_weakness dkim_weakness(const struct dkim_key *k)
{
	if (is_known(k))
		return DKIM_WEAK_KNOWN;
	/* Nobody signs with more than 16,384 bits; a stranger's number is not worth more work. */
	if (k->kind != DKIM_KEY_RSA || k->modulus.n == 0 || k->modulus.n > 2048)
		return DKIM_STRONG;
	if (str_eq(k->exponent, STR("\x01")))
		return DKIM_WEAK_EXPONENT_ONE;
	if (modulo(k->exponent, 2) == 0)
		return DKIM_WEAK_EXPONENT_EVEN;
	if (has_small_factor(k->modulus))
		return DKIM_WEAK_FACTOR;
	if (is_roca(k->modulus))
		return DKIM_WEAK_ROCA;
	if (is_fermat(k->modulus))
		return DKIM_WEAK_FERMAT;
	return str_eq(k->exponent, STR("\x03")) ? DKIM_WEAK_EXPONENT_THREE : DKIM_STRONG;
}

const char *dkim_weakness_text(enum dkim_weakness w)
{
	static const char *const texts[] = {
		[DKIM_STRONG] = "nothing is known against the key",
		[DKIM_WEAK_KNOWN] = "the private half of this key is printed in a public document: "
				    "anybody can sign as you",
		[DKIM_WEAK_EXPONENT_ONE] = "the public exponent is 1: anybody can sign as you",
		[DKIM_WEAK_EXPONENT_EVEN] = "the public exponent is even: this is no RSA key",
		[DKIM_WEAK_FACTOR] =
		    "the modulus has a small factor: the private key can be computed",
		[DKIM_WEAK_ROCA] = "the key was made by the broken Infineon library (ROCA, "
				   "CVE-2017-15361): the private key can be computed",
		[DKIM_WEAK_FERMAT] = "the two primes lie close together: the private key can be "
				     "computed in a moment (CVE-2022-26320)",
		[DKIM_WEAK_EXPONENT_THREE] = "the public exponent is 3; careless verifiers can be "
					     "fooled, 65537 is what everybody uses",
	};

	return texts[w];
}
