/*
 * fuzz_dkim_why - a body of a stranger beside a signature that does not fit it: whatever is
 * guessed, a claim is made only when the hash is right. The first byte says how.
 */
#include <assert.h>

#include <openssl/evp.h>

#include "auth/dkim_why.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = str_skip((struct str){ (const char *)data, size }, 1);
	unsigned how = size > 0 ? data[0] : 0;
	unsigned char hash[CRYPTO_HASH] = { 0 };
	struct crypto *crypto = crypto_new();
	struct dkim_verdict v = { .cause = DKIM_CAUSE_BODY };
	struct arena a = { 0 };

	/* Half of the time the hash is that of a part of the body. */
	if (how & 4)
		EVP_Digest(data, size / 2, hash, NULL, EVP_sha256(), NULL);
	v.sig.relaxed_body = how & 1;
	v.sig.body_hash = (struct str){ (const char *)hash, sizeof(hash) };
	if (dkim_why_body(&a, crypto, body, &v, how & 2).n > 0)
		assert(how & 4);
	arena_free(&a);
	crypto_free(crypto);
	return 0;
}
