/* fuzz_caa - CAA records in presentation format. */
#include <assert.h>

#include "wire/caa.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct dns_record r;
	struct caa c;

	dns_record_parse(&a, DNS_CAA, (struct str){ (const char *)data, size }, &r);
	if (r.parsed) {
		caa_parse(&r.caa, &c);
		assert(c.issuer.n <= r.caa.value.n);
	}
	arena_free(&a);
	return 0;
}
