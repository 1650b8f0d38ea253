/* fuzz_lab_dns - questions to the lab's name servers; the first byte picks who is asked. */
#include <assert.h>
#include <stdlib.h>

#include "lab/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ip server = { IP_V4, { 192, 0, 2, 1 } };
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct lab_zone zone = { .name = STR("a.test"),
		.file = STR("a.zone"),
		.text = STR("@ SOA ns a 1 2 3 4 5\n*.w TXT \"x\"\nl CNAME l\nns A 192.0.2.1\n"),
		.secure = true };
	struct scenario s = { .zones = &zone, .zone_count = 1 };
	struct lab_dns *dns = lab_dns_new(&a, &s, &e);
	size_t n = 0;

	assert(dns != NULL);
	if (size > 0) {
		uint8_t *reply = lab_dns_answer(dns, (data[0] & 1) != 0 ? &server : NULL,
		    (data[0] & 2) == 0, (struct str){ (const char *)data + 1, size - 1 }, &n);

		assert(reply == NULL || n <= ((data[0] & 2) == 0 ? 1232 : 65535));
		free(reply);
	}
	lab_dns_free(dns);
	arena_free(&a);
	return 0;
}
