/*
 * check_mx - does mail for the domain find a host that takes it?
 * RFC 5321 section 5, RFC 2181 section 10.3, RFC 7505, RFC 6890.
 */
#include "check/catalogue.h"
#include "check/subject.h"
#include "wire/domain.h"

static bool is_private(struct ip ip)
{
	return ip_special(ip) != NULL;
}

/* ---- what all of these need: false when there is nothing to judge (said, or pending) ---- */

static bool hosts_or_skip(struct judge *j, struct mail_hosts *hosts)
{
	if (!judge_mail_hosts(j, hosts))
		return false;
	if (hosts->count > 0)
		return true;
	if (dns_failed(hosts->mx))
		judge_say(j, VERDICT_UNKNOWN, "The MX records could not be asked for (%s)",
		    dns_status_name(hosts->mx->status));
	else
		judge_say(j, VERDICT_SKIP,
		    hosts->null_mx ? "The domain declares that it takes no mail (null MX)"
				   : "The domain has no mail host");
	return false;
}

/* ---- mx.present ---- */

static void judge_present(struct judge *j)
{
	struct mail_hosts hosts;
	struct finding *f;

	if (!judge_mail_hosts(j, &hosts))
		return;
	if (dns_failed(hosts.mx)) {
		f = judge_say(j, VERDICT_UNKNOWN,
		    "The MX records of " STR_FMT " could not be asked for (%s)", STR_ARG(j->domain),
		    dns_status_name(hosts.mx->status));
		judge_why(j, f,
		    "Without an answer nothing can be said. Try again, or ask by hand: dig "
		    "MX " STR_FMT,
		    STR_ARG(j->domain));
	} else if (hosts.null_mx) {
		judge_say(j, VERDICT_INFO, "The domain declares that it takes no mail (null MX)");
	} else if (hosts.implicit) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "There is no MX record; senders fall back to the address of " STR_FMT,
		    STR_ARG(j->domain));
		judge_why(j, f,
		    "RFC 5321 section 5.1 allows that, but some senders do not do it, and a web "
		    "server that is not meant to take mail gets it.");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_ADD,
			.name = j->domain,
			.type = STR("MX"),
			.value = arena_fmt(j->arena, "10 " STR_FMT ".", STR_ARG(j->domain)) });
	} else if (hosts.mx->count == 0) {
		f = judge_say(j, VERDICT_FAIL,
		    STR_FMT " has neither an MX record nor an address: mail to it bounces",
		    STR_ARG(j->domain));
		judge_why(j, f,
		    "Replies and bounces cannot be delivered, and many receivers refuse mail from "
		    "a "
		    "domain that cannot be answered. If the domain shall send and take no mail, "
		    "say so.");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_ADD,
			.name = j->domain,
			.type = STR("MX"),
			.value = arena_fmt(j->arena, "10 mail." STR_FMT ".", STR_ARG(j->domain)) });
	} else {
		judge_say(j, VERDICT_PASS, "%zu MX record%s, %zu mail host%s", hosts.mx->count,
		    hosts.mx->count == 1 ? "" : "s", hosts.count, hosts.count == 1 ? "" : "s");
	}
}

/* ---- mx.null ---- */

static void judge_null(struct judge *j)
{
	const struct dns_answer *mx = judge_dns(j, j->domain, DNS_MX);
	size_t nulls = 0;
	struct finding *f;

	if (mx == NULL)
		return;
	for (size_t i = 0; i < mx->count; i++)
		nulls += mx->records[i].parsed && mx->records[i].mx.host.n == 0;
	if (nulls == 0) {
		judge_say(j, VERDICT_SKIP, "No null MX is in use");
	} else if (mx->count > nulls) {
		f = judge_say(j, VERDICT_FAIL, "A null MX stands beside other MX records");
		judge_why(j, f,
		    "The null MX says that the domain takes no mail, the others say that it does; "
		    "senders do as they please (RFC 7505 section 3).");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_REMOVE,
			.name = j->domain,
			.type = STR("MX"),
			.old = STR("0 .") });
	} else if (mx->records[0].mx.preference != 0) {
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MINOR,
		    "The null MX has preference %u instead of 0", mx->records[0].mx.preference);
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_REPLACE,
			.name = j->domain,
			.type = STR("MX"),
			.old = mx->records[0].text,
			.value = STR("0 .") });
	} else {
		judge_say(j, VERDICT_PASS, "The null MX is well formed");
	}
}

/* ---- mx.resolves, mx.not-cname, mx.not-ip, mx.syntax ---- */

static void judge_resolves(struct judge *j)
{
	struct mail_hosts hosts;
	size_t good = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		const struct mail_host *h = &hosts.hosts[i];

		judge_subject(j, h->name);
		if (h->a->count + h->aaaa->count > 0)
			good++;
		else if (dns_failed(h->a) || dns_failed(h->aaaa))
			judge_say(j, VERDICT_UNKNOWN,
			    "The addresses of " STR_FMT " could not be asked for (%s)",
			    STR_ARG(h->name),
			    dns_status_name(dns_failed(h->a) ? h->a->status : h->aaaa->status));
		else
			judge_why(j,
			    judge_say(j, VERDICT_FAIL,
				"The MX names " STR_FMT ", which has no address", STR_ARG(h->name)),
			    "Senders cannot connect to a name that leads nowhere; if it is the "
			    "only MX, all mail to "
			    "the domain is lost.");
	}
	judge_subject(j, j->domain);
	if (good == hosts.count)
		judge_say(j, VERDICT_PASS, "Each mail host has an address");
}

static void judge_not_cname(struct judge *j)
{
	struct mail_hosts hosts;
	size_t aliases = 0, unknown = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		const struct mail_host *h = &hosts.hosts[i];
		const struct dns_answer *cname;
		struct finding *f;

		judge_subject(j, h->name);
		cname = judge_dns(j, h->name, DNS_CNAME);
		if (cname == NULL || hosts.implicit)
			continue;
		unknown += dns_failed(cname);
		if (cname->count == 0 || !cname->records[0].parsed)
			continue;
		aliases++;
		f = judge_say(j, VERDICT_FAIL, "The MX " STR_FMT " is an alias (CNAME) of " STR_FMT,
		    STR_ARG(h->name), STR_ARG(cname->records[0].name));
		judge_why(j, f,
		    "An MX must name a host that has addresses of its own; some senders refuse an "
		    "alias or loop (RFC 2181 section 10.3).");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_REPLACE,
			.name = j->domain,
			.type = STR("MX"),
			.old =
			    arena_fmt(j->arena, "%u " STR_FMT ".", h->preference, STR_ARG(h->name)),
			.value = arena_fmt(j->arena, "%u " STR_FMT ".", h->preference,
			    STR_ARG(cname->records[0].name)) });
	}
	judge_subject(j, j->domain);
	if (aliases == 0 && unknown == 0)
		judge_say(j, VERDICT_PASS, "No MX points to an alias");
}

static bool is_address(struct str name)
{
	struct ip ip;

	return ip_parse(name, &ip) || (name.n > 2 && name.p[0] == '[');
}

static void judge_not_ip(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		struct finding *f;

		if (!is_address(hosts.hosts[i].name))
			continue;
		bad++;
		judge_subject(j, hosts.hosts[i].name);
		f = judge_say(j, VERDICT_FAIL,
		    "The MX holds the address " STR_FMT " where a name must stand",
		    STR_ARG(hosts.hosts[i].name));
		judge_why(j, f,
		    "Senders look the \"name\" up and find nothing. Give the address a name and "
		    "put "
		    "that into the MX record (RFC 5321 section 2.3.5).");
	}
	judge_subject(j, j->domain);
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "Each MX holds a name");
}

static void judge_syntax(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		struct str name = hosts.hosts[i].name;

		if (domain_is_fqdn(name) || is_address(name))
			continue;
		bad++;
		judge_subject(j, name);
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "\"" STR_FMT "\" is no host name", STR_ARG(name)),
		    "Host names are letters, digits and hyphens in at least two labels (RFC 1123 "
		    "section 2.1); "
		    "strict senders refuse others.");
	}
	judge_subject(j, j->domain);
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "The names of the mail hosts are well formed");
}

/* ---- mx.public ---- */

static void judge_public(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0, seen = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	if (j->facts->private_ok) {
		judge_say(
		    j, VERDICT_SKIP, "Private and reserved addresses are permitted in this run");
		return;
	}
	for (size_t i = 0; i < hosts.count; i++)
		for (size_t k = 0; k < hosts.hosts[i].address_count; k++) {
			struct ip ip = hosts.hosts[i].addresses[k];
			struct finding *f;

			seen++;
			if (!is_private(ip))
				continue;
			bad++;
			judge_subject(j, subject_host(j, hosts.hosts[i].name, ip));
			f = judge_say(j, VERDICT_FAIL, "The address of " STR_FMT " is %s",
			    STR_ARG(hosts.hosts[i].name), ip_special(ip));
			judge_why(j, f,
			    "Nobody on the Internet can reach it; senders that try get nowhere, or "
			    "reach "
			    "a machine of their own.");
			judge_fix(j, f,
			    (struct fix){ .kind = FIX_REMOVE,
				.name = hosts.hosts[i].name,
				.type = ip.family == IP_V4 ? STR("A") : STR("AAAA"),
				.old = ip_write(j->arena, ip) });
		}
	judge_subject(j, j->domain);
	if (bad == 0 && seen > 0)
		judge_say(j, VERDICT_PASS, "All %zu addresses are public", seen);
	else if (seen == 0)
		judge_say(j, VERDICT_SKIP, "The mail hosts have no address");
}

/* ---- mx.duplicates, mx.redundant ---- */

static void judge_duplicates(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct mail_host *a = &hosts.hosts[k], *b = &hosts.hosts[i];

			if (a->address_count == 0 || b->address_count == 0 ||
			    !ip_eq(a->addresses[0], b->addresses[0]))
				continue;
			bad++;
			judge_subject(j, b->name);
			judge_why(j,
			    judge_say(j, VERDICT_FAIL,
				STR_FMT " and " STR_FMT " are the same machine", STR_ARG(a->name),
				STR_ARG(b->name)),
			    "Both lead to %s. A second MX helps only when it is another machine.",
			    ip_write(j->arena, a->addresses[0]).p);
		}
	judge_subject(j, j->domain);
	if (hosts.mx->count > hosts.count + hosts.null_mx) {
		judge_say(j, VERDICT_FAIL, "A mail host is named by several MX records");
		bad++;
	}
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "No two MX records mean the same machine");
}

static void judge_redundant(struct judge *j)
{
	struct mail_hosts hosts;
	size_t addresses = 0;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		addresses += hosts.hosts[i].address_count;
	if (hosts.count > 1 || addresses > 2)
		judge_say(
		    j, VERDICT_PASS, "%zu mail hosts with %zu addresses", hosts.count, addresses);
	else
		judge_say(j, VERDICT_INFO,
		    "One mail host takes all mail; while it is down, senders wait and try again");
}

/* ---- mx.ipv6 ---- */

static void judge_ipv6(struct judge *j)
{
	struct mail_hosts hosts;
	size_t with = 0;
	struct finding *f;

	if (!hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		with += hosts.hosts[i].aaaa->count > 0;
	if (with == hosts.count) {
		judge_say(j, VERDICT_PASS, "Each mail host has an IPv6 address");
		return;
	}
	if (with > 0) {
		judge_say(j, VERDICT_WARN, "%zu of %zu mail hosts have an IPv6 address", with,
		    hosts.count);
		return;
	}
	f = judge_say(j, VERDICT_FAIL, "No mail host has an IPv6 address (AAAA)");
	judge_why(j, f,
	    "Senders that have only IPv6 cannot reach the domain. Give the host an IPv6 address, "
	    "its reverse DNS too, and add it to SPF before mail leaves by it.");
}

/* ---- mx.reachable, mx.speed, mx.parity ---- */

static void say_blocked(struct judge *j)
{
	struct finding *f = judge_say(j, VERDICT_UNKNOWN,
	    "No mail host answers on port 25: this network probably blocks it on the way out");

	judge_why(j, f,
	    "Home and cloud networks often do. Look from elsewhere: run frank on a server that "
	    "sends mail, or try: nc -vz HOST 25. Nothing that needs port 25 could be seen.");
}

static void judge_reachable(struct judge *j)
{
	struct visits v;

	if (!subject_visits(j, &v))
		return;
	if (v.count == 0) {
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
		return;
	}
	if (v.blocked) {
		say_blocked(j);
		return;
	}
	size_t good = 0;
	for (size_t i = 0; i < v.count; i++) {
		const struct session *s = v.list[i].session;
		struct finding *f;

		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		if (s->greeting_ms >= 0 || s->status == SESSION_OK) {
			good++;
			continue;
		}
		if (s->status == SESSION_UNREACHABLE) {
			judge_why(j,
			    judge_say(j, VERDICT_UNKNOWN,
				"Port 25 of " STR_FMT " could not be tried from here",
				STR_ARG(v.list[i].subject)),
			    STR_FMT, STR_ARG(s->error));
			continue;
		}
		f = judge_say_at(j, VERDICT_FAIL, v.count > 1 ? SEVERITY_MAJOR : SEVERITY_CRITICAL,
		    "Port 25 of " STR_FMT " does not answer", STR_ARG(v.list[i].subject));
		judge_why(j, f,
		    "%s: " STR_FMT
		    ". Senders that pick this address wait, then try another or give up.",
		    session_status_name(s->status), STR_ARG(s->error));
	}
	judge_subject(j, j->domain);
	if (good == v.count)
		judge_say(j, VERDICT_PASS, "Port 25 answers on all %zu addresses", good);
}

#define SLOW_GREETING_MS 5000
#define SLOW_SESSION_MS	 20000

static void judge_speed(struct judge *j)
{
	struct visits v;
	size_t slow = 0, seen = 0;

	if (!subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		const struct session *s = v.list[i].session;

		if (s->greeting_ms < 0)
			continue;
		seen++;
		if (s->greeting_ms <= SLOW_GREETING_MS && s->total_ms <= SLOW_SESSION_MS)
			continue;
		slow++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		judge_why(j,
		    judge_say(j, VERDICT_WARN,
			"The greeting came after %lld ms, the visit took %lld ms",
			(long long)s->greeting_ms, (long long)s->total_ms),
		    "A delay may be meant (against spam), or a name server that does not answer "
		    "the server's "
		    "own questions. Impatient senders give up.");
	}
	judge_subject(j, j->domain);
	if (seen == 0)
		judge_say(j, VERDICT_UNKNOWN, "No mail host greeted");
	else if (slow == 0)
		judge_say(j, VERDICT_PASS, "All greetings came within 5 seconds");
}

static void judge_parity(struct judge *j)
{
	struct visits v;
	size_t bad = 0, pairs = 0;

	if (!subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct visit *a = &v.list[k], *b = &v.list[i];
			struct str x = reply_name(session_greeting(a->session)),
				   y = reply_name(session_greeting(b->session));

			if (!domain_eq(a->endpoint.host, b->endpoint.host) || x.n == 0 ||
			    y.n == 0 || a->endpoint.address.family == b->endpoint.address.family)
				continue;
			pairs++;
			if (str_ieq(x, y))
				continue;
			bad++;
			judge_subject(j, a->endpoint.host);
			judge_why(j,
			    judge_say(j, VERDICT_FAIL,
				"By IPv4 and by IPv6 " STR_FMT " greets with different names",
				STR_ARG(a->endpoint.host)),
			    "\"" STR_FMT "\" and \"" STR_FMT "\": probably the AAAA record "
			    "leads to another machine.",
			    STR_ARG(x), STR_ARG(y));
		}
	judge_subject(j, j->domain);
	if (pairs == 0)
		judge_say(j, VERDICT_SKIP, "No mail host was seen by IPv4 and by IPv6");
	else if (bad == 0)
		judge_say(j, VERDICT_PASS, "IPv4 and IPv6 lead to the same host");
}

static const struct check rows[] = {
	{ "mx.present", SEVERITY_MAJOR, "MX records",
	    "The domain says which hosts take its mail: MX records, or a null MX when it takes "
	    "none.",
	    "Without them replies and bounces get lost, and many receivers refuse mail from a "
	    "domain that cannot be answered.",
	    "DNS panel: add MX 10 mail.example.com. and an A (and AAAA) record for that name.\n"
	    "No mail at all: MX 0 . , SPF \"v=spf1 -all\" and DMARC p=reject.",
	    "RFC 5321 section 5.1; RFC 7505 section 3", "DNS Record Published", false,
	    judge_present },
	{ "mx.null", SEVERITY_MAJOR, "Null MX",
	    "A null MX (0 .) stands alone and has preference 0.",
	    "It says that the domain takes no mail; beside other MX records senders cannot know "
	    "what is meant.",
	    "DNS panel: keep either the null MX or the others.", "RFC 7505 section 3", NULL, false,
	    judge_null },
	{ "mx.resolves", SEVERITY_CRITICAL, "Addresses of the mail hosts",
	    "Each MX name has an A or AAAA record.",
	    "Senders cannot connect to a name that leads nowhere.",
	    "DNS panel: add the A record of the mail host, or correct the name in the MX record.",
	    "RFC 5321 section 5.1", "SMTP Valid Hostname", false, judge_resolves },
	{ "mx.not-cname", SEVERITY_MAJOR, "MX is no alias", "No MX points to a CNAME.",
	    "The DNS forbids it; some senders refuse such mail hosts.",
	    "DNS panel: put the alias's target into the MX record, or give the name A and AAAA "
	    "records.",
	    "RFC 2181 section 10.3; RFC 5321 section 5.1", "MX Record Is CNAME", false,
	    judge_not_cname },
	{ "mx.not-ip", SEVERITY_CRITICAL, "MX holds names", "No MX holds an address.",
	    "An address is looked up as a name, and nothing is found.",
	    "DNS panel: give the address a name (A record) and put the name into the MX record.",
	    "RFC 5321 section 2.3.5; RFC 1035 section 3.3.9", NULL, false, judge_not_ip },
	{ "mx.syntax", SEVERITY_MINOR, "Names of the mail hosts",
	    "MX names are letters, digits, hyphens and dots.",
	    "An underscore or a space in a host name is refused by strict senders.",
	    "DNS panel: rename the host.", "RFC 1123 section 2.1", NULL, false, judge_syntax },
	{ "mx.public", SEVERITY_CRITICAL, "Public addresses",
	    "No mail host has a private, loopback or reserved address.",
	    "Nobody can reach it; some receivers refuse mail from a domain whose MX leads to a "
	    "private address.",
	    "DNS panel: remove the private address from the public zone; keep it in an internal "
	    "one.",
	    "RFC 6890; RFC 1918 section 3", NULL, false, judge_public },
	{ "mx.duplicates", SEVERITY_MINOR, "One MX a machine",
	    "No two MX records lead to the same machine.",
	    "It looks like a spare where there is none, and makes senders try the same machine "
	    "again.",
	    "DNS panel: remove one of the two.", "RFC 5321 section 5.1", NULL, false,
	    judge_duplicates },
	{ "mx.redundant", SEVERITY_INFO, "Spare mail host",
	    "More than one host or address takes mail.",
	    "Senders queue mail for days when a host is down, so one is enough for most.",
	    "A second MX needs the same spam protection as the first.", "RFC 5321 section 5.1",
	    NULL, false, judge_redundant },
	{ "mx.ipv6", SEVERITY_MINOR, "IPv6 of the mail hosts", "Mail hosts have AAAA records.",
	    "Senders that have only IPv6 cannot reach a host without one.",
	    "DNS panel: add an AAAA record for the mail host; ask the hosting company for its PTR "
	    "record.\n"
	    "Postfix: inet_protocols = all.\nExim: leave disable_ipv6 unset.",
	    "RFC 3974; RFC 5321 section 5.1", "IPv6 MX", false, judge_ipv6 },
	{ "mx.reachable", SEVERITY_CRITICAL, "Port 25 answers",
	    "Each address of each mail host answers on port 25.",
	    "Mail to an address that does not answer is delayed or lost.",
	    "Firewall: allow TCP 25 in.\nPostfix: inet_interfaces = all.\nExim (Debian): "
	    "dc_local_interfaces='' in /etc/exim4/update-exim4.conf.conf.",
	    "RFC 5321 section 4.5.4", "SMTP Connect", false, judge_reachable },
	{ "mx.speed", SEVERITY_MINOR, "Speed of the greeting",
	    "The greeting comes within 5 seconds.",
	    "Impatient senders give up before a slow greeting.",
	    "Postfix: a slow resolver is the usual cause; run one on the host itself.\nExim: "
	    "rfc1413_query_timeout = 0s.",
	    "RFC 5321 section 4.5.3.2", "SMTP Connection Time", false, judge_speed },
	{ "mx.parity", SEVERITY_MAJOR, "Same host by IPv4 and IPv6",
	    "A and AAAA of a mail host lead to the same machine.",
	    "A forgotten AAAA record that leads to an old machine loses the mail of every sender "
	    "that prefers IPv6.",
	    "DNS panel: correct the AAAA record.", "RFC 5321 section 5.1", NULL, false,
	    judge_parity },
};

const struct check_table checks_mx = { rows, LENGTH(rows) };
