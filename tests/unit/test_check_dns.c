/*
 * test_check_dns - zones, their servers one by one, and what the dns.* checks say.
 *
 * The servers are 198.51.100.1 and 203.0.113.1; `first` and `second` are what each of them
 * serves (NULL: the zone; "TIMEOUT" and the like: that).  By default both speak with authority,
 * know EDNS and answer by TCP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "verdicts.h"

struct dns_row {
	const char *name, *check, *zone, *first, *second, *want, *says;
	const char *above; /* what the server of com says, or a status */
	bool lame, no_tcp, no_edns, recursion, unvalidated, from_file;
};

#define SOA(serial)                                                                                \
	"example.com SOA ns1.example.com. host.example.com. " serial " 7200 900 1209600 3600\n"
#define NS1  "example.com NS ns1.example.com.\nns1.example.com A 198.51.100.1\n"
#define NS2  "example.com NS ns2.example.com.\nns2.example.com A 203.0.113.1\n"
#define MX   "example.com MX 10 mx.example.com.\n"
#define GOOD SOA("7") NS1 NS2 MX
/* The zone above is served by 192.0.2.99. */
#define COM   "com NS a.gtld.test.\na.gtld.test A 192.0.2.99\n"
#define ABOVE "example.com NS ns1.example.com.\nexample.com NS ns2.example.com.\n"
#define GLUE  "ns1.example.com A 198.51.100.1\nns2.example.com A 203.0.113.1\n"
#define DS(algorithm, digest)                                                                      \
	"example.com DS 1 " algorithm " " digest                                                   \
	" 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
/* The case's time is 1795000000, 2026-11-18T11:06:40Z. */
#define RRSIG(expires)                                                                             \
	"example.com RRSIG SOA 13 2 3600 " expires " 20261101000000 1 example.com. AAAA\n"

static const struct dns_row rows[] = {
	{ "good", "dns.exists", GOOD, .want = "pass" },
	{ "does not exist", "dns.exists", "example.org MX 0 .\n", .want = "fail critical" },
	{ "no answer is no fault", "dns.exists", "example.com ANY TIMEOUT\n", .want = "unknown" },
	{ "one answer is enough", "dns.exists", "example.com MX TIMEOUT\nexample.com A 192.0.2.1\n",
	    .want = "pass" },

	{ "good", "dns.nameservers", GOOD, .want = "pass" },
	{ "one", "dns.nameservers", SOA("7") NS1, .want = "fail major" },
	{ "one network", "dns.nameservers",
	    SOA("7") NS1 "example.com NS ns2.example.com.\nns2.example.com A 198.51.100.9\n",
	    .want = "warn minor; pass" },
	{ "lame", "dns.nameservers", GOOD, .lame = true, .want = "fail major; fail major" },
	{ "refuses", "dns.nameservers", GOOD, .second = "REFUSED", .want = "fail major" },
	{ "one is silent", "dns.nameservers", GOOD, .second = "TIMEOUT",
	    .want = "warn minor; pass" },
	{ "none can be asked", "dns.nameservers", GOOD, .first = "TIMEOUT", .second = "TIMEOUT",
	    .want = "unknown" },
	{ "DNS is intercepted on the way", "dns.nameservers", GOOD, .lame = true, .recursion = true,
	    .want = "unknown" },
	{ "other NS records", "dns.nameservers", GOOD, .second = SOA("7") NS1 MX,
	    .want = "warn minor" },
	{ "unknown", "dns.nameservers", "example.com NS SERVFAIL\n", .want = "unknown" },

	{ "both kinds of address on one network", "dns.nameservers",
	    SOA("7") NS1 "ns1.example.com AAAA 2001:db8::1\nexample.com NS ns2.example.com.\n"
			 "ns2.example.com A 198.51.100.9\nns2.example.com AAAA 2001:db8::2\n",
	    .want = "warn minor; pass" },

	{ "good", "dns.delegation", GOOD COM, .above = ABOVE GLUE, .want = "pass" },
	{ "the zone above is not known", "dns.delegation", GOOD, .want = "unknown" },
	{ "it does not answer", "dns.delegation", GOOD COM, .above = "TIMEOUT", .want = "unknown" },
	{ "one more above", "dns.delegation", GOOD COM,
	    .above = ABOVE GLUE "example.com NS old.test.\n", .want = "warn minor",
	    .says = "old.test" },
	{ "one less above", "dns.delegation", GOOD COM,
	    .above = "example.com NS ns1.example.com.\n", .want = "warn minor",
	    .says = "ns2.example.com" },
	{ "others altogether", "dns.delegation", GOOD COM, .above = "example.com NS old.test.\n",
	    .want = "fail major", .says = "old.test" },
	{ "good", "dns.glue", GOOD COM, .above = ABOVE GLUE, .want = "pass" },
	{ "an old address", "dns.glue", GOOD COM,
	    .above = ABOVE "ns1.example.com A 198.51.100.1\nns2.example.com A 192.0.2.200\n",
	    .want = "fail major", .says = "ns2" },
	{ "none", "dns.glue", GOOD COM, .above = ABOVE, .want = "fail major; fail major" },
	{ "not needed", "dns.glue",
	    SOA("7") COM "example.com NS ns.test.\nns.test A 198.51.100.1\n",
	    .above = "example.com NS ns.test.\n", .want = "skip" },

	{ "good", "dns.agree", GOOD, .want = "pass" },
	{ "other MX", "dns.agree", GOOD, .second = SOA("7") NS1 NS2 "example.com MX 5 old.test.\n",
	    .want = "fail major", .says = "MX" },
	{ "no DMARC there", "dns.agree", GOOD "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n",
	    .second = GOOD, .want = "fail major", .says = "DMARC" },
	{ "order does not matter", "dns.agree", GOOD "example.com MX 20 b.test.\n",
	    .second = "example.com MX 20 b.test.\n" GOOD, .want = "pass" },
	{ "serials may be on their way", "dns.agree", GOOD, .second = SOA("6") NS1 NS2 MX,
	    .want = "warn minor" },
	{ "a silent server does not disagree", "dns.agree", GOOD, .second = "TIMEOUT",
	    .want = "pass" },
	{ "a lame server does not disagree", "dns.agree", GOOD, .lame = true, .want = "unknown" },

	{ "good", "dns.soa", GOOD, .want = "pass" },
	{ "short expire", "dns.soa", NS1 "example.com SOA ns1.test. h.test. 1 7200 900 3600 3600\n",
	    .want = "warn minor; fail minor" },
	{ "long minimum", "dns.soa",
	    NS1 "example.com SOA ns1.test. h.test. 1 7200 900 1209600 864000\n",
	    .want = "warn minor" },
	{ "none", "dns.soa", NS1, .want = "fail minor" },
	{ "unknown", "dns.soa", NS1 "example.com SOA TIMEOUT\n", .want = "unknown" },

	{ "good", "dns.tcp", GOOD, .want = "pass" },
	{ "no TCP", "dns.tcp", GOOD, .no_tcp = true, .want = "fail major; fail major" },
	{ "no EDNS", "dns.tcp", GOOD, .no_edns = true, .want = "warn minor; warn minor" },
	{ "not reached at all", "dns.tcp", GOOD, .first = "TIMEOUT", .second = "TIMEOUT",
	    .want = "unknown" },

	{ "none", "dns.ipv6", GOOD, .want = "fail minor" },
	{ "one", "dns.ipv6", GOOD "ns1.example.com AAAA 2001:db8::1\n", .want = "pass" },
	{ "unknown", "dns.ipv6", GOOD "ns1.example.com AAAA TIMEOUT\n", .want = "unknown" },

	{ "good", "dns.dnssec", GOOD DS("13", "2"), .want = "pass" },
	{ "a trust anchor instead of a DS", "dns.dnssec", GOOD, .want = "pass" },
	{ "unsigned", "dns.dnssec", GOOD, .unvalidated = true, .want = "warn minor" },
	{ "a file does not know the DS", "dns.dnssec", GOOD, .from_file = true, .want = "unknown" },
	{ "bogus", "dns.dnssec", GOOD "example.com TXT BOGUS\n", .want = "fail critical" },
	{ "SHA-1", "dns.dnssec", GOOD DS("7", "2"), .want = "fail minor" },
	{ "SHA-1 digest", "dns.dnssec", GOOD DS("13", "1"), .want = "fail minor" },
	{ "SHA-1 digest beside a better one", "dns.dnssec", GOOD DS("13", "1") DS("13", "2"),
	    .want = "pass" },
	{ "resolver does not validate", "dns.dnssec", GOOD DS("13", "2"), .unvalidated = true,
	    .want = "unknown" },
	{ "signature in time", "dns.dnssec", GOOD DS("13", "2") RRSIG("20261201000000"),
	    .want = "pass" },
	{ "signature ends", "dns.dnssec", GOOD DS("13", "2") RRSIG("20261119000000"),
	    .want = "fail major", .says = "not renewed" },
	{ "unknown", "dns.dnssec", GOOD "example.com DS TIMEOUT\n", .want = "unknown" },

	{ "good", "dns.ttl", GOOD, .want = "pass" },
	{ "no records", "dns.ttl", SOA("7") NS1, .want = "unknown" },
	{ "good", "dns.cname-apex", GOOD, .want = "pass" },
	{ "alias", "dns.cname-apex", "example.com CNAME x.test.\nx.test A 192.0.2.1\n",
	    .want = "fail major" },
	{ "unknown", "dns.cname-apex", "example.com CNAME TIMEOUT\n", .want = "unknown" },
	{ "good", "dns.wildcard", GOOD, .want = "pass" },
	{ "rubbish for keys", "dns.wildcard", GOOD "*.example.com TXT \"v=spf1 -all\"\n",
	    .want = "fail major; fail major" },
	{ "DMARC of its own", "dns.wildcard",
	    GOOD "*.example.com TXT \"v=DKIM1; p=\"\n_dmarc.example.com TXT \"v=DMARC1; "
		 "p=none\"\n",
	    .want = "info" },
	{ "never asked", "dns.expiry", GOOD, .want = "skip", .says = "whois" },
	{ "good", "dns.ns-cname", GOOD, .want = "pass" },
	{ "alias", "dns.ns-cname",
	    SOA("7") "example.com NS www.example.com.\nwww.example.com CNAME x.test.\n",
	    .want = "fail minor" },
	{ "good", "dns.recursion", GOOD, .want = "pass" },
	{ "open", "dns.recursion", GOOD, .recursion = true, .want = "fail minor; fail minor" },
	{ "not asked", "dns.recursion", GOOD, .first = "TIMEOUT", .second = "TIMEOUT",
	    .want = "unknown" },
};

static void answer_directly(struct frank_case *c, const struct dns_row *row, struct fact *f)
{
	bool first = f->question.dns.server.bytes[0] == 198,
	     tcp = f->question.dns.transport == DNS_TCP;
	bool above = f->question.dns.server.bytes[0] == 192;
	const char *served = above ? row->above : first ? row->first : row->second;
	enum dns_status status;

	if (tcp && row->no_tcp)
		served = "TIMEOUT";
	if (served != NULL && dns_status_parse(str_of(served), &status))
		case_put_dns(c, f, status, NULL, 0);
	else
		zone_answer(c, str_of(served != NULL ? served : row->zone), f);
	f->dns.authoritative = !row->lame && !above && !dns_failed(&f->dns);
	f->dns.referral = above && !dns_failed(&f->dns);
	f->dns.recursion = row->recursion;
	f->dns.edns = !row->no_edns;
	f->dns.ttl = 3600;
}

static bool turn(struct frank_case *c, const void *this_row)
{
	const struct dns_row *row = this_row;
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		if (f->question.ask != ASK_DNS)
			case_put_nothing(c, f, STR("no such service in this test"));
		else if (f->question.dns.server.family != IP_NONE)
			answer_directly(c, row, f);
		else
			zone_answer(c, str_of(row->zone), f);
		if (f->question.ask == ASK_DNS && f->question.dns.server.family == IP_NONE)
			f->dns.security = row->from_file     ? DNS_INDETERMINATE
					  : row->unvalidated ? DNS_INSECURE
							     : DNS_SECURE;
		case_answered(c, f);
		any = true;
	}
	return any;
}

static void zones(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		claim_holds(
		    &(struct claim){ rows[i].name, rows[i].check, rows[i].want, rows[i].says },
		    turn, &rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
