/* fuzz_spf_text - SPF records as typed; what is mended must be without fault. */
#include <assert.h>

#include "check/spf_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str record = { (const char *)data, size };
	struct arena a = { 0 };
	struct spf_text s;

	spf_text_parse(&a, record, &s);
	for (size_t i = 0; i < s.count; i++)
		assert(s.terms[i].at + s.terms[i].text.n <= size);
	if (size < 4096) {
		spf_text_parse(&a, spf_text_mend(&a, record), &s);
		assert(s.fault_count == 0);
	}
	arena_free(&a);
	return 0;
}
