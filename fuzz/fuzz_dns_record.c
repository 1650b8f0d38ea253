/*
 * fuzz_dns_record - records in presentation format, as evidence files and zones hold them; the
 * first byte picks the type.
 */
#include <assert.h>

#include "wire/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_PTR, DNS_MX,
		DNS_TXT, DNS_AAAA, DNS_SRV, DNS_DS, DNS_RRSIG, DNS_DNSKEY, DNS_NSEC3PARAM, DNS_TLSA,
		DNS_CDS, DNS_CDNSKEY, DNS_SPF, DNS_CAA, (enum dns_type)65280 };
	enum dns_type type = types[size > 0 ? data[0] % LENGTH(types) : 0];
	struct str text = { (const char *)data + (size > 0), size - (size > 0) };
	struct arena a = { 0 };
	struct dns_record r, again;

	dns_record_parse(&a, type, text, &r);
	if (r.parsed && type == DNS_TXT) {
		/* What is written of the text reads back as the same text. */
		dns_record_parse(&a, type, dns_txt_write(&a, r.txt.joined), &again);
		assert(again.parsed && str_eq(again.txt.joined, r.txt.joined));
	}
	arena_free(&a);
	return 0;
}
