/* fuzz_dmarc_record - policy records. */
#include <assert.h>

#include "auth/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena a = { 0 };
	struct dmarc_record r;
	const char *tag;

	if (dmarc_record_parse(&a, text, &r)) {
		for (size_t i = 0; i < r.fault_count; i++)
			assert(r.faults[i].at <= size && r.faults[i].text.n > 0);
		assert(dmarc_own_policy(&r) >= DMARC_NONE);
		assert(dmarc_sub_policy(&r, false, &tag) >= DMARC_NONE);
	}
	arena_free(&a);
	return 0;
}
