/* check_dns - the table of the dns.* checks; the judges are in dns_*.c. */
#include "check/catalogue.h"
#include "check/dns_judges.h"

static const struct check rows[] = {
	{ "dns.exists", SEVERITY_CRITICAL, "The domain exists",
	    "The domain exists in the DNS, and its name servers answer.",
	    "Without it there is no mail, to it or from it.",
	    "Registrar: renew the domain; set the right name servers.\n"
	    "DNS panel: set the zone up at the name servers that the registrar names.",
	    "RFC 1034 section 4.3.2; RFC 8020 section 2", "MXToolbox \"DNS Record Published\"",
	    false, judge_dns_exists },
	{ "dns.nameservers", SEVERITY_MAJOR, "Name servers",
	    "At least two name servers, on different networks, that answer for the zone with "
	    "authority and name the same servers.",
	    "A server that does not know the zone makes lookups fail at random; a single one "
	    "takes the domain with it when it is down.",
	    "Registrar: name only servers that serve the zone.\n"
	    "DNS panel: give the zone the same NS records.",
	    "RFC 2182 section 3.1; RFC 2182 section 5; RFC 1912 section 2.8; RFC 1034 section "
	    "4.2.2",
	    "MXToolbox \"DNS At Least Two Servers\"; Zonemaster \"B02_NS_NOT_AUTH\"", false,
	    judge_dns_nameservers },
	{ "dns.delegation", SEVERITY_MAJOR, "Delegation",
	    "The zone above names the same name servers as the zone itself.",
	    "Resolvers begin with what the zone above says; a server that is named only there is "
	    "mostly a left-over that knows nothing.",
	    "Registrar: enter the name servers that the zone has.\n"
	    "DNS panel: or give the zone the NS records that the registrar has.",
	    "RFC 1912 section 2.8; RFC 1034 section 4.2.2",
	    "MXToolbox \"DNS Bad Glue Detected\"; Zonemaster \"DELEGATION\"", false,
	    judge_dns_delegation },
	{ "dns.glue", SEVERITY_MAJOR, "Glue",
	    "Name servers with names inside the zone have the same addresses in the zone above.",
	    "A name server inside the zone can only be found by those addresses; an old one leads "
	    "astray.",
	    "Registrar: correct the address of the name server (\"host object\", \"glue record\").",
	    "RFC 1912 section 2.3; RFC 1034 section 4.2.1", "Zonemaster \"CONSISTENCY\"", false,
	    judge_dns_glue },
	{ "dns.agree", SEVERITY_MAJOR, "Name servers agree",
	    "Each name server gives the same serial number and the same MX, SPF and DMARC "
	    "records.",
	    "Otherwise receivers see now the old, now the new records, and mail fails at random.",
	    "DNS panel: look whether zone transfers to all servers work; raise the serial with "
	    "each change.",
	    "RFC 1034 section 4.3.5; RFC 1912 section 2.2; RFC 1982 section 3",
	    "MXToolbox \"SOA Serial Numbers Match\"; Zonemaster \"Z09_INCONSISTENT_MX\"", false,
	    judge_dns_agree },
	{ "dns.soa", SEVERITY_MINOR, "SOA record",
	    "Refresh, retry, expire and minimum of the SOA record are within usual bounds, and a "
	    "mailbox is named.",
	    "Too short an expire makes the domain vanish with one outage; too long a minimum "
	    "hides new records.",
	    "DNS panel: refresh 3600 to 86400, retry 600 to 7200, expire 1209600 to 2419200, "
	    "minimum 300 to 3600.",
	    "RFC 1912 section 2.2; RFC 2308 section 5", "MXToolbox \"SOA Expire Value\"", false,
	    judge_dns_soa },
	{ "dns.tcp", SEVERITY_MAJOR, "TCP and EDNS",
	    "Each name server answers by TCP too, and knows EDNS.",
	    "Long DKIM keys and TXT sets do not fit into one packet and are lost otherwise.",
	    "Firewall: let TCP port 53 in.\nBIND, Knot, NSD: TCP is on by default.",
	    "RFC 7766 section 5; RFC 6891 section 7", "Zonemaster \"NAMESERVER_NO_TCP_53\"", false,
	    judge_dns_tcp },
	{ "dns.ipv6", SEVERITY_MINOR, "Zone by IPv6", "A name server has an IPv6 address.",
	    "Resolvers with IPv6 alone cannot find the domain otherwise.",
	    "DNS panel: add AAAA records for the name servers, and glue at the registrar; or use a "
	    "provider with IPv6.",
	    "RFC 3901 section 4", "Internet.nl \"IPv6 addresses for name servers\"", false,
	    judge_dns_ipv6 },
	{ "dns.dnssec", SEVERITY_CRITICAL, "DNSSEC",
	    "The zone is signed, validates, uses current algorithms, and its signatures are "
	    "renewed in time.",
	    "A zone that does not validate is gone for most of the Internet; an unsigned one can "
	    "be forged and cannot use DANE.",
	    "Registrar: put in the DS record that the signer gives; take it out before you stop "
	    "signing.\n"
	    "BIND: dnssec-policy default.\nKnot: dnssec-signing: on.\nPowerDNS: pdnsutil "
	    "secure-zone ZONE.",
	    "RFC 4035 section 5; RFC 6781 section 4; RFC 8624 section 3.1; RFC 8624 section 3.3",
	    "Internet.nl \"DNSSEC existence\", \"DNSSEC validity\"", false, judge_dns_dnssec },
	{ "dns.ttl", SEVERITY_INFO, "TTL of mail records",
	    "MX, SPF and DMARC records are remembered for a minute to a day.",
	    "A long TTL makes a mistake last; a very short one makes mail hang on every outage.",
	    "DNS panel: 3600 is a good TTL; 300 while you are changing things.",
	    "RFC 1912 section 2.2", NULL, false, judge_dns_ttl },
	{ "dns.cname-apex", SEVERITY_MAJOR, "The domain is no alias",
	    "No CNAME stands at the domain itself.",
	    "Nothing may stand beside a CNAME; MX, SPF and NS records are lost.",
	    "DNS panel: replace the CNAME by A and AAAA records, or by what the provider calls "
	    "ALIAS, ANAME or flattening.",
	    "RFC 1034 section 3.6.2; RFC 2181 section 10.1", "MXToolbox \"CNAME at apex\"", false,
	    judge_dns_cname_apex },
	{ "dns.wildcard", SEVERITY_MAJOR, "Wildcards",
	    "No wildcard answers for DKIM keys or _dmarc with unrelated text.",
	    "Receivers take the text for a broken key or policy.",
	    "DNS panel: remove the wildcard TXT record, or publish records of their own at _dmarc "
	    "and the selectors.",
	    "RFC 6376 section 3.6.2; RFC 4592 section 4", NULL, false, judge_dns_wildcard },
	{ "dns.ns-cname", SEVERITY_MINOR, "Name servers are no aliases",
	    "No NS record points to a CNAME.", "The DNS forbids it; some resolvers do not follow.",
	    "DNS panel: give the name server A and AAAA records of its own.",
	    "RFC 2181 section 10.3; RFC 1912 section 2.4", "Zonemaster \"NS_IS_CNAME\"", false,
	    judge_dns_ns_cname },
	{ "dns.recursion", SEVERITY_MINOR, "No open resolver",
	    "The authoritative servers do not offer recursion.",
	    "An open resolver is used to flood others, and can be fed forged answers.",
	    "BIND: recursion no;\nPowerDNS: run the recursor on another address.\nDNS panel: tell "
	    "the provider.",
	    "RFC 5358 section 4", "MXToolbox \"Open Recursive Name Server\"", false,
	    judge_dns_recursion },
	{ "dns.expiry", SEVERITY_INFO, "Registration",
	    "When the registration of the domain ends. Not asked for in an audit.",
	    "A domain that is not renewed takes all mail with it.",
	    "Registrar: switch automatic renewal on.\nShell: whois DOMAIN shows the date.",
	    "RFC 9083 section 4.5", NULL, false, judge_dns_expiry },
};

const struct check_table checks_dns = { rows, LENGTH(rows) };
