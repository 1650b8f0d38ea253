/* fuzz_dkim_sig - fields with signatures, in each of their three forms. */
#include <assert.h>

#include "wire/dkim_sig.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };

	for (int form = DKIM_SIG_DKIM; form <= DKIM_SIG_ARC_SEAL; form++) {
		struct message_field f = { .raw = text, .value = text };
		struct arena a = { 0 };
		struct dkim_sig s;

		dkim_sig_parse(&a, (enum dkim_sig_form)form, &f, &s);
		assert(s.b_at <= s.b_end && s.b_end <= size);
		assert(s.fault.n > 0 || (s.signature.n > 0 && s.domain.n > 0 && s.selector.n > 0));
		arena_free(&a);
	}
	return 0;
}
