/* fuzz_dkim_key - key records and the keys in them. */
#include <assert.h>

#include "wire/dkim_weak.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str record = { (const char *)data, size };
	struct arena a = { 0 };
	struct dkim_key k;

	dkim_key_parse(&a, record, &k);
	for (size_t i = 0; i < k.fault_count; i++)
		assert(k.faults[i].at <= size && k.faults[i].text.n > 0);
	dkim_weakness_text(dkim_weakness(&k));
	/* The bytes themselves as a key, so that DER is reached without base64. */
	dkim_rsa_parse(record, &k);
	arena_free(&a);
	return 0;
}
