/* fuzz_dns_wire - responses of name servers; the first byte picks the type that was asked. */
#include <assert.h>

#include "evidence/dns_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_NS, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA,
		DNS_TLSA, DNS_CAA, DNS_DNSKEY, DNS_RRSIG, DNS_ANY, DNS_SRV };
	struct arena a = { 0 };
	struct frank_case c;
	struct question q = { .ask = ASK_DNS, .dns = { .name = STR("a.test") } };

	if (size == 0)
		return 0;
	q.dns.type = types[data[0] % LENGTH(types)];
	case_init(&c, &a, STR("a.test"), 0);
	struct fact *f = case_fact(&c, &q);
	if (dns_wire_answer(&c, f, data + 1, size - 1)) {
		assert(f->dns.count <= 1000);
		assert(f->dns.alias_count <= DNS_MAX_ALIASES);
	}
	dns_wire_signed(data + 1, size - 1);
	arena_free(&a);
	return 0;
}
