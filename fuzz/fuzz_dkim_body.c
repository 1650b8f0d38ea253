/*
 * fuzz_dkim_body - a body that passes in pieces hashes to what the plain reading of the RFC gives.
 * The first byte says how: bit 0 relaxed, bit 1 LF files, the others the size of the pieces.
 */
#include <openssl/evp.h>

#include "auth/dkim_canon.h"
#include "tests/unit/plain_canon.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = str_skip((struct str){ (const char *)data, size }, 1), rest = body;
	bool relaxed = size > 0 && (data[0] & 1), lf = size > 0 && (data[0] & 2);
	size_t each = size > 0 && data[0] >> 2 > 0 ? data[0] >> 2 : body.n + 1;
	struct crypto *crypto = crypto_new();
	unsigned char want[CRYPTO_HASH];
	struct dkim_bodies all;
	struct dkim_body *b;
	struct arena a = { 0 };
	struct buf plain;

	dkim_bodies_init(&all, &a, crypto, lf);
	b = dkim_bodies_want(&all, relaxed, UINT64_MAX);
	for (; rest.n > 0; rest = str_skip(rest, each))
		dkim_bodies_add(&all, str_slice(rest, 0, each));
	dkim_bodies_end(&all);
	buf_init(&plain, 2 * size + 100);
	plain_body(body, relaxed, lf, &plain);
	EVP_Digest(plain.p != NULL ? plain.p : "", plain.n, want, NULL, EVP_sha256(), NULL);
	assert(b->total == plain.n && memcmp(b->digest, want, CRYPTO_HASH) == 0);
	buf_free(&plain);
	arena_free(&a);
	crypto_free(crypto);
	return 0;
}
