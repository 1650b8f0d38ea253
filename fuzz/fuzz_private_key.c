/* fuzz_private_key - files that may hold a private key; what is read can be written and read again.
 */
#include <assert.h>

#include "auth/private_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct private_key *again,
	    *k = private_key_read((struct str){ (const char *)data, size }, &e);

	assert((k == NULL) == (e.text.n > 0));
	if (k != NULL) {
		again = private_key_read(private_key_pem(&a, k), &e);
		assert(again != NULL &&
		       str_eq(private_key_record(&a, again), private_key_record(&a, k)));
		private_key_free(again);
	}
	private_key_free(k);
	arena_free(&a);
	return 0;
}
