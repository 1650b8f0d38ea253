/* fuzz_received_spf - what is read is written so that it reads the same, and is valid. */
#include <assert.h>

#include "wire/authres.h"
#include "wire/received_spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena a = { 0 };
	struct received_spf r, back;

	received_spf_parse(&a, text, &r);
	assert(r.valid || r.fault_at <= size);
	received_spf_add(&a, &r, STR("helo"), text);
	for (unsigned flags = 0; flags <= (AUTHRES_UTF8 | AUTHRES_LF); flags++) {
		struct str field = received_spf_write(&a, &r, flags);

		if (field.n == 0)
			continue;
		received_spf_parse(&a, field, &back);
		assert(back.valid && back.count <= r.count);
		assert(str_eq(received_spf_write(&a, &back, flags), field));
	}
	arena_free(&a);
	return 0;
}
