/* fuzz_spf_mend - SPF records as typed; what is mended must be without fault. */
#include <assert.h>

#include "check/spf_mend.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str record = { (const char *)data, size };
	struct arena a = { 0 };
	struct spf_record r;

	if (size < 4096) {
		spf_parse(&a, spf_mend(&a, record), &r);
		assert(r.fault_count == 0);
	}
	arena_free(&a);
	return 0;
}
