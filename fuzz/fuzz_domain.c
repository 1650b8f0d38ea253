/* fuzz_domain - what people type for a domain or an address; names from elsewhere. */
#include <assert.h>

#include "wire/domain.h"
#include "wire/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, domain;
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct ip ip, again;

	if (domain_from_user(&a, text, &domain, &e)) {
		assert(domain.n <= DOMAIN_MAX && domain_valid(domain));
		domain_to_unicode(&a, domain);
	} else {
		assert(e.text.n > 0);
	}
	for (struct str name = text; name.n > 0; name = domain_parent(name))
		domain_under(text, name);
	domain_to_unicode(&a, text);
	if (ip_parse(text, &ip)) {
		/* What is written reads back as the same address. */
		assert(ip_parse(ip_write(&a, ip), &again) && ip_eq(ip, again));
		ip_arpa(&a, ip);
	}
	arena_free(&a);
	return 0;
}
