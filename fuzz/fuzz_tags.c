/* fuzz_tags - tag=value lists, and base64 of their values; offsets must lie in the text. */
#include <assert.h>

#include "wire/base64.h"
#include "wire/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena a = { 0 };
	struct tags t;
	struct str bytes;
	size_t at;

	tags_parse(&a, text, &t);
	for (size_t i = 0; i < t.count; i++) {
		assert(t.items[i].value_at + t.items[i].value.n <= size);
		base64_decode(&a, t.items[i].value, BASE64_WSP, &bytes, &at);
		assert(at <= t.items[i].value.n);
	}
	for (size_t i = 0; i < t.fault_count; i++) {
		assert(t.faults[i].at <= size);
		tag_fault_write(&a, &t.faults[i]);
	}
	arena_free(&a);
	return 0;
}
