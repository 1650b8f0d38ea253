/* fuzz_tlsa - TLSA records in presentation format, held against a chain from the same input. */
#include "auth/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, line = str_cut_line(&rest);
	struct cert certs[CERT_MAX_CHAIN];
	struct arena a = { 0 };
	struct tlsa_query q = { .chain = certs,
		.host = STR("mx.example.com"),
		.domain = STR("example.com"),
		.now = 1795000000 };
	struct dns_record r;

	dns_record_parse(&a, DNS_TLSA, line, &r);
	q.count = cert_parse_all(&a, rest, certs);
	if (r.parsed && tlsa_unusable(&r.tlsa) == NULL)
		tlsa_check(&a, &r.tlsa, &q);
	arena_free(&a);
	return 0;
}
