/* fuzz_lab_dns - questions to the lab's name servers; the first byte picks the personality. */
#include <assert.h>
#include <stdlib.h>

#include "lab/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct lab_zone zone = { STR("a.test"), STR("a.zone"),
		STR("@ SOA ns a 1 2 3 4 5\n*.w TXT \"x\"\nl CNAME l\nns A 192.0.2.1\n"), true,
		false };
	struct scenario s = { .zones = &zone, .zone_count = 1 };
	struct lab_dns *dns = lab_dns_new(&a, &s, &e);
	size_t n = 0;

	assert(dns != NULL);
	if (size > 0) {
		uint8_t *reply = lab_dns_answer(dns, data[0] & 1, data + 1, size - 1, 512, &n);

		assert(reply == NULL || n <= 512);
		free(reply);
	}
	lab_dns_free(dns);
	arena_free(&a);
	return 0;
}
