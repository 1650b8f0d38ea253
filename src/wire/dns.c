/* dns - names of types and statuses; record parsing is in dns_record.c. */
#include "wire/dns.h"

struct type_name {
	enum dns_type type;
	const char *name;
};

static const struct type_name types[] = {
	{ DNS_A, "A" },
	{ DNS_NS, "NS" },
	{ DNS_CNAME, "CNAME" },
	{ DNS_SOA, "SOA" },
	{ DNS_PTR, "PTR" },
	{ DNS_MX, "MX" },
	{ DNS_TXT, "TXT" },
	{ DNS_AAAA, "AAAA" },
	{ DNS_SRV, "SRV" },
	{ DNS_DS, "DS" },
	{ DNS_RRSIG, "RRSIG" },
	{ DNS_DNSKEY, "DNSKEY" },
	{ DNS_NSEC3PARAM, "NSEC3PARAM" },
	{ DNS_TLSA, "TLSA" },
	{ DNS_CDS, "CDS" },
	{ DNS_CDNSKEY, "CDNSKEY" },
	{ DNS_SPF, "SPF" },
	{ DNS_ANY, "ANY" },
	{ DNS_CAA, "CAA" },
};

struct str dns_type_write(struct arena *a, enum dns_type type)
{
	for (size_t i = 0; i < LENGTH(types); i++)
		if (types[i].type == type)
			return str_of(types[i].name);
	return arena_fmt(a, "TYPE%u", (unsigned)type);
}

bool dns_type_parse(struct str s, enum dns_type *out)
{
	uint64_t number;

	for (size_t i = 0; i < LENGTH(types); i++)
		if (str_ieq(s, str_of(types[i].name))) {
			*out = types[i].type;
			return true;
		}
	if (!str_istarts(s, STR("TYPE")) || !str_uint(str_skip(s, 4), 65535, &number))
		return false;
	*out = (enum dns_type)number;
	return true;
}

static const char *const statuses[] = {
	[DNS_NOERROR] = "NOERROR",
	[DNS_NXDOMAIN] = "NXDOMAIN",
	[DNS_SERVFAIL] = "SERVFAIL",
	[DNS_REFUSED] = "REFUSED",
	[DNS_TIMEOUT] = "TIMEOUT",
	[DNS_BOGUS] = "BOGUS",
};

static const char *const securities[] = {
	[DNS_INDETERMINATE] = "indeterminate",
	[DNS_SECURE] = "secure",
	[DNS_INSECURE] = "insecure",
	[DNS_SEC_BOGUS] = "bogus",
};

const char *dns_status_name(enum dns_status s)
{
	return statuses[s];
}

const char *dns_security_name(enum dns_security s)
{
	return securities[s];
}

bool dns_status_parse(struct str s, enum dns_status *out)
{
	for (size_t i = 0; i < LENGTH(statuses); i++)
		if (str_ieq(s, str_of(statuses[i]))) {
			*out = (enum dns_status)i;
			return true;
		}
	return false;
}

bool dns_security_parse(struct str s, enum dns_security *out)
{
	for (size_t i = 0; i < LENGTH(securities); i++)
		if (str_ieq(s, str_of(securities[i]))) {
			*out = (enum dns_security)i;
			return true;
		}
	return false;
}
