/*
 * dns_servers - the authoritative servers of the domain's zone: are there enough, do they
 * answer, with authority, by TCP, and all the same?  RFC 1034 section 4.2.2, RFC 2182,
 * RFC 7766.
 *
 * A server that does not answer us may answer others (IPv6 is missing here, a firewall): only
 * what a server says wrongly is a fault of its own.
 */
#include "check/dns_judges.h"

/* ---- dns.nameservers ---- */

static bool same_network(struct ip a, struct ip b)
{
	return ip_in(a, b, a.family == IP_V4 ? 24 : 48);
}

/* Addresses of both kinds on a /24 and a /48 are one place still. */
static bool on_one_network(const struct dns_servers *s)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < i; k++)
			if (s->list[i].address.family == s->list[k].address.family &&
			    !same_network(s->list[i].address, s->list[k].address))
				return false;
	return true;
}

struct server_counts {
	size_t sound, lame, silent, intercepted;
};

static void one_server(struct judge *j, const struct dns_servers *s, size_t i,
    const struct dns_answer *soa, struct server_counts *sum)
{
	const struct dns_answer *ns;

	judge_subject(j, s->list[i].subject);
	dns_ask_at(j, &s->list[i], s->zone, DNS_SOA);
	ns = dns_ask_at(j, &s->list[i], s->zone, DNS_NS);
	if (soa->status == DNS_TIMEOUT) {
		sum->silent++;
	} else if (soa->recursion && !soa->authoritative && !dns_failed(soa)) {
		sum->intercepted++;
	} else if (!dns_spoke(soa) || soa->count == 0) {
		sum->lame++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The name server does not know the zone (%s)",
			dns_failed(soa) ? dns_status_name(soa->status) : "no authority"),
		    "The NS records lead to it, but it does not answer for the zone (a lame "
		    "delegation). Questions that reach it are lost or slow. Set the zone up there, "
		    "or take the NS record out, here and at the registrar.");
	} else if (ns != NULL && dns_spoke(ns) && ns->count > 0 && !dns_same_records(ns, s->ns)) {
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			"The name server gives another set of NS records"),
		    "All servers and the registrar should name the same servers.");
	} else {
		sum->sound++;
	}
}

static void say_servers(
    struct judge *j, const struct dns_servers *s, const struct server_counts *sum)
{
	size_t seen = s->count - sum->silent - sum->intercepted;

	if (s->ns->count < 2)
		judge_why(j, judge_say(j, VERDICT_FAIL, "The zone has only one name server"),
		    "While it is down, the domain does not exist for anybody, and mail from it is "
		    "refused. Add a second one elsewhere.");
	else if (s->count > 1 && on_one_network(s))
		judge_why(j,
		    judge_say_at(
			j, VERDICT_WARN, SEVERITY_MINOR, "All name servers are on one network"),
		    "One fault takes all of them away (RFC 2182 section 3.1).");
	if (seen == 0)
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "The name servers could not be asked directly"),
		    "None of them answered from here: a firewall stops or diverts questions to "
		    "other name servers, or this audit judges a file. Try: dig @SERVER " STR_FMT
		    " SOA",
		    STR_ARG(s->zone));
	else if (sum->silent > 0)
		judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "%zu of %zu addresses of name servers did not answer us", sum->silent,
		    s->count);
	if (seen > 0 && sum->sound == seen && s->ns->count > 1)
		judge_say(j, VERDICT_PASS, "%zu name servers answer with authority (%zu addresses)",
		    s->ns->count, seen);
}

void judge_dns_nameservers(struct judge *j)
{
	const struct dns_answer *soa[DNS_MAX_SERVERS];
	struct server_counts sum = { 0 };
	struct dns_servers s;

	if (!dns_servers_of(j, &s))
		return;
	for (size_t i = 0; i < s.count; i++) {
		soa[i] = dns_ask_at(j, &s.list[i], s.zone, DNS_SOA);
		dns_ask_at(j, &s.list[i], s.zone, DNS_NS);
	}
	if (j->pending)
		return;
	for (size_t i = 0; i < s.count; i++)
		one_server(j, &s, i, soa[i], &sum);
	judge_subject(j, s.zone);
	say_servers(j, &s, &sum);
}

/* ---- dns.agree ---- */

struct agree_item {
	const char *prefix, *what;
	enum dns_type type;
};

static const struct agree_item agree_items[] = {
	{ "", "MX", DNS_MX },
	{ "", "TXT", DNS_TXT },
	{ "_dmarc.", "DMARC", DNS_TXT },
};

/* The servers that spoke with authority about one thing: the first is the measure. */
static size_t disagreement(
    struct judge *j, const struct dns_servers *s, const struct agree_item *item, size_t *heard)
{
	struct str name = arena_fmt(j->arena, "%s" STR_FMT, item->prefix, STR_ARG(j->domain));
	const struct dns_answer *first = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct dns_answer *a = dns_ask_at(j, &s->list[i], name, item->type);

		if (a != NULL && a->truncated)
			a = dns_ask_tcp(j, &s->list[i], name, item->type);
		if (a == NULL || !dns_spoke(a) || a->truncated)
			continue;
		++*heard;
		if (first == NULL)
			first = a;
		else if (!dns_same_records(first, a))
			return i;
	}
	return SIZE_MAX;
}

static bool serials_agree(struct judge *j, const struct dns_servers *s, size_t *heard)
{
	const struct dns_soa *first = NULL;
	bool agree = true;

	for (size_t i = 0; i < s->count; i++) {
		const struct dns_answer *a = dns_ask_at(j, &s->list[i], s->zone, DNS_SOA);

		if (a == NULL || !dns_spoke(a) || a->count == 0 || !a->records[0].parsed)
			continue;
		++*heard;
		if (first == NULL)
			first = &a->records[0].soa;
		agree &= first->serial == a->records[0].soa.serial;
	}
	return agree;
}

void judge_dns_agree(struct judge *j)
{
	struct dns_servers s;
	size_t heard = 0, bad = 0;
	bool serials;

	if (!dns_servers_of(j, &s))
		return;
	serials = serials_agree(j, &s, &heard);
	for (size_t i = 0; i < LENGTH(agree_items); i++) {
		size_t ignored = 0, odd = disagreement(j, &s, &agree_items[i], &ignored);

		if (odd == SIZE_MAX)
			continue;
		bad++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The name servers give different %s records",
			agree_items[i].what),
		    STR_FMT " differs from the first. Receivers see now the one, now the other: "
			    "mail fails at random. Bring the servers into step.",
		    STR_ARG(s.list[odd].subject));
	}
	if (j->pending)
		return;
	if (!serials)
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			"The name servers have different serial numbers"),
		    "A change is on its way, or transfers fail. Look again after the refresh "
		    "interval of the SOA record. Servers of different companies may number on "
		    "their own; then only the records count.");
	if (heard == 0)
		dns_say_unasked(j);
	else if (bad == 0 && serials)
		judge_say(j, VERDICT_PASS, "%zu name servers give the same answers", heard);
}

/* ---- dns.tcp ---- */

static void one_tcp(struct judge *j, const struct dns_servers *s, size_t i, size_t *good)
{
	const struct dns_answer *udp = dns_ask_at(j, &s->list[i], s->zone, DNS_SOA),
				*tcp = dns_ask_tcp(j, &s->list[i], s->zone, DNS_SOA);

	if (dns_failed(tcp)) {
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The name server does not answer by TCP (%s)",
			dns_status_name(tcp->status)),
		    "Answers that do not fit into a packet (long DKIM keys, large TXT sets, "
		    "DNSSEC) are then lost. Open TCP port 53 in the firewall.");
	} else if (!udp->edns) {
		judge_why(j,
		    judge_say_at(
			j, VERDICT_WARN, SEVERITY_MINOR, "The name server does not know EDNS"),
		    "Answers over 512 octets then always need a second question by TCP.");
	} else {
		++*good;
	}
}

void judge_dns_tcp(struct judge *j)
{
	struct dns_servers s;
	size_t good = 0, heard = 0;

	if (!dns_servers_of(j, &s))
		return;
	for (size_t i = 0; i < s.count; i++) {
		dns_ask_at(j, &s.list[i], s.zone, DNS_SOA);
		dns_ask_tcp(j, &s.list[i], s.zone, DNS_SOA);
	}
	if (j->pending)
		return;
	for (size_t i = 0; i < s.count; i++) {
		judge_subject(j, s.list[i].subject);
		if (!dns_spoke(dns_ask_at(j, &s.list[i], s.zone, DNS_SOA)))
			continue;
		heard++;
		one_tcp(j, &s, i, &good);
	}
	judge_subject(j, s.zone);
	if (heard == 0)
		dns_say_unasked(j);
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "All name servers answer by TCP and know EDNS");
}

/* ---- dns.recursion ---- */

void judge_dns_recursion(struct judge *j)
{
	struct dns_servers s;
	size_t heard = 0, open = 0;

	if (!dns_servers_of(j, &s))
		return;
	for (size_t i = 0; i < s.count; i++) {
		const struct dns_answer *a;

		judge_subject(j, s.list[i].subject);
		a = dns_ask_at(j, &s.list[i], s.zone, DNS_SOA);
		if (a == NULL || !dns_spoke(a))
			continue;
		heard++;
		if (!a->recursion)
			continue;
		open++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The name server offers recursion to strangers"),
		    "It can be used to flood others, and forged answers can be planted in it. "
		    "BIND: recursion no; in the options of an authoritative server.");
	}
	judge_subject(j, s.zone);
	if (j->pending)
		return;
	if (heard == 0)
		dns_say_unasked(j);
	else if (open == 0)
		judge_say(j, VERDICT_PASS, "No name server offers recursion");
}

/* ---- dns.ipv6, dns.ns-cname ---- */

void judge_dns_ipv6(struct judge *j)
{
	struct dns_servers s;
	size_t with = 0, failed = 0;

	if (!dns_zone_of(j, &s))
		return;
	for (size_t i = 0; i < s.ns->count; i++) {
		const struct dns_answer *aaaa =
		    s.ns->records[i].parsed ? judge_dns(j, s.ns->records[i].name, DNS_AAAA) : NULL;

		with += aaaa != NULL && aaaa->count > 0;
		failed += aaaa != NULL && dns_failed(aaaa);
	}
	if (j->pending)
		return;
	if (with == 0 && failed > 0)
		judge_say(j, VERDICT_UNKNOWN, "The name servers' addresses could not be asked for");
	else if (with == 0)
		judge_why(j, judge_say(j, VERDICT_FAIL, "No name server has an IPv6 address"),
		    "Resolvers that have only IPv6 cannot find the domain, nor deliver its mail.");
	else
		judge_say(j, VERDICT_PASS, "%zu of %zu name servers have an IPv6 address", with,
		    s.ns->count);
}

void judge_dns_ns_cname(struct judge *j)
{
	struct dns_servers s;
	size_t aliases = 0, failed = 0;

	if (!dns_zone_of(j, &s))
		return;
	for (size_t i = 0; i < s.ns->count; i++) {
		struct str host = s.ns->records[i].name;
		const struct dns_answer *cname;

		if (!s.ns->records[i].parsed)
			continue;
		judge_subject(j, host);
		cname = judge_dns(j, host, DNS_CNAME);
		failed += cname != NULL && dns_failed(cname);
		if (cname == NULL || cname->count == 0)
			continue;
		aliases++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The name server " STR_FMT " is an alias (CNAME)",
			STR_ARG(host)),
		    "An NS record must name a host with addresses of its own (RFC 2181 section "
		    "10.3); some resolvers do not follow.");
	}
	judge_subject(j, s.zone);
	if (aliases == 0 && failed == 0)
		judge_say(j, VERDICT_PASS, "No NS record points to an alias");
	else if (aliases == 0)
		judge_say(
		    j, VERDICT_UNKNOWN, "Whether name servers are aliases could not be asked");
}
