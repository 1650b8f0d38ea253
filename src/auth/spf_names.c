/* spf_names - see spf_names.h. */
#include "auth/spf_names.h"

#include "wire/domain.h"

/* Parsed once for as long as the answer lives, however often it is evaluated. */
static const struct spf_record *parsed(struct arena *a, struct dns_record *r)
{
	static const char keeper;
	struct spf_record *record = dns_kept(r, &keeper);

	if (record == NULL) {
		record = arena_new(a, struct spf_record);
		spf_parse(a, r->txt.joined, record);
		dns_keep(r, &keeper, record);
	}
	return record;
}

enum spf_found spf_find_record(struct dns_source *source, struct str domain,
    const struct spf_record **record, const struct dns_answer **answer)
{
	const struct dns_answer *txt = dns_ask(source, domain, DNS_TXT);

	*record = NULL;
	*answer = txt;
	if (txt == NULL)
		return SPF_FOUND_PENDING;
	if (dns_failed(txt))
		return SPF_FOUND_FAILED;
	for (size_t i = 0; i < txt->count; i++) {
		struct dns_record *r = &txt->records[i];

		if (!r->parsed || !spf_is_record(r->txt.joined))
			continue;
		if (*record != NULL)
			return SPF_FOUND_MANY;
		*record = parsed(source->arena, r);
	}
	return *record != NULL ? SPF_FOUND_ONE : SPF_FOUND_NONE;
}

bool spf_askable(struct str name)
{
	return domain_valid(name) && str_is_ascii(name);
}

bool spf_domain_usable(struct str domain)
{
	domain = domain_undot(domain);
	return spf_askable(domain) && str_chr(domain, '.') > 0;
}
