/*
 * mx_records - what the MX records say: RFC 5321 section 5, RFC 2181 section 10.3, RFC 7505.
 */
#include <libpsl.h>

#include "check/mx_judges.h"
#include "wire/domain.h"

bool mx_hosts_or_skip(struct judge *j, struct mail_hosts *hosts)
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

static void say_unknown(struct judge *j, const char *what, const struct dns_answer *a)
{
	struct str type = dns_type_write(j->arena, a->type);
	struct finding *f =
	    judge_say(j, VERDICT_UNKNOWN, "%s of " STR_FMT " could not be asked for (%s)", what,
		STR_ARG(j->domain), dns_status_name(a->status));

	judge_why(j, f,
	    "Without an answer nothing can be said. Try again, or ask by hand: dig " STR_FMT
	    " " STR_FMT,
	    STR_ARG(type), STR_ARG(j->domain));
}

static void propose_mx(struct judge *j, struct finding *f, struct str host)
{
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ADD,
		.name = j->domain,
		.type = STR("MX"),
		.value = arena_fmt(j->arena, "10 " STR_FMT ".", STR_ARG(host)) });
}

static void say_implicit(struct judge *j)
{
	struct finding *f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
	    "There is no MX record; senders fall back to the address of " STR_FMT,
	    STR_ARG(j->domain));

	judge_why(j, f,
	    "RFC 5321 section 5.1 allows that, but some senders do not do it, and a web server "
	    "that is not meant to take mail gets it.");
	propose_mx(j, f, j->domain);
}

/* No MX and, as far as is known, no address. */
static void say_nothing_there(struct judge *j)
{
	struct str mail = arena_fmt(j->arena, "mail." STR_FMT, STR_ARG(j->domain));
	const struct dns_answer *a = judge_dns(j, j->domain, DNS_A),
				*aaaa = judge_dns(j, j->domain, DNS_AAAA),
				*host = judge_dns(j, mail, DNS_A);
	struct finding *f;

	if (a == NULL || aaaa == NULL || host == NULL)
		return;
	if (dns_failed(a) || dns_failed(aaaa)) {
		say_unknown(j, "The address", dns_failed(a) ? a : aaaa);
		return;
	}
	f = judge_say(j, VERDICT_FAIL,
	    STR_FMT " has neither an MX record nor an address: mail to it bounces",
	    STR_ARG(j->domain));
	judge_why(j, f,
	    "Replies and bounces cannot be delivered, and many receivers refuse mail from a domain "
	    "that cannot be answered. Add an MX record for the host that takes the mail; if the "
	    "domain shall send and take no mail, say so: MX 0 .");
	if (host->count > 0)
		propose_mx(j, f, mail);
}

void judge_mx_present(struct judge *j)
{
	struct mail_hosts hosts;

	if (!judge_mail_hosts(j, &hosts))
		return;
	if (dns_failed(hosts.mx))
		say_unknown(j, "The MX records", hosts.mx);
	else if (hosts.null_mx)
		judge_say(j, VERDICT_INFO, "The domain declares that it takes no mail (null MX)");
	else if (hosts.implicit)
		say_implicit(j);
	else if (hosts.mx->count == 0)
		say_nothing_there(j);
	else
		judge_say(j, VERDICT_PASS, "%zu MX record%s, %zu mail host%s", hosts.mx->count,
		    hosts.mx->count == 1 ? "" : "s", hosts.count, hosts.count == 1 ? "" : "s");
}

/* ---- mx.null ---- */

void judge_mx_null(struct judge *j)
{
	const struct dns_answer *mx = judge_dns(j, j->domain, DNS_MX);
	size_t nulls = 0;
	struct finding *f;

	if (mx == NULL)
		return;
	if (dns_failed(mx)) {
		say_unknown(j, "The MX records", mx);
		return;
	}
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

void judge_mx_resolves(struct judge *j)
{
	struct mail_hosts hosts;
	size_t good = 0;

	if (!mx_hosts_or_skip(j, &hosts))
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

void judge_mx_not_cname(struct judge *j)
{
	struct mail_hosts hosts;
	size_t aliases = 0, unknown = 0;

	if (!mx_hosts_or_skip(j, &hosts))
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
		if (dns_failed(cname))
			judge_say(j, VERDICT_UNKNOWN,
			    "Whether " STR_FMT " is an alias could not be asked (%s)",
			    STR_ARG(h->name), dns_status_name(cname->status));
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

void judge_mx_not_ip(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0;

	if (!mx_hosts_or_skip(j, &hosts))
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

void judge_mx_syntax(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0;

	if (!mx_hosts_or_skip(j, &hosts))
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

/* ---- mx.dangling ---- */

/* The domain that its owner registered, by the public suffix list; {0}: not known. */
static struct str registered(struct judge *j, struct str host)
{
	struct str lower = arena_lower(j->arena, host);

	return str_of(psl_registrable_domain(psl_builtin(), lower.p));
}

/* True: somebody holds the host's domain, or it has addresses, which comes to the same. */
static bool is_held(struct judge *j, const struct mail_host *h)
{
	struct str domain = registered(j, h->name);
	const struct dns_answer *ns;

	if (h->a->count + h->aaaa->count > 0 || domain.n == 0)
		return true;
	ns = judge_dns(j, domain, DNS_NS);
	if (ns == NULL)
		return false;
	if (dns_failed(ns))
		judge_say(j, VERDICT_UNKNOWN, "Whether " STR_FMT " exists could not be asked (%s)",
		    STR_ARG(domain), dns_status_name(ns->status));
	else if (ns->status == DNS_NXDOMAIN)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"The domain of the mail host " STR_FMT " does not exist: " STR_FMT,
			STR_ARG(h->name), STR_ARG(domain)),
		    "Whoever registers it gets the mail of this domain. Take the MX record out "
		    "today.");
	return ns->status == DNS_NOERROR;
}

void judge_mx_dangling(struct judge *j)
{
	struct mail_hosts hosts;
	size_t held = 0;

	if (!mx_hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		judge_subject(j, hosts.hosts[i].name);
		held += is_held(j, &hosts.hosts[i]);
	}
	judge_subject(j, j->domain);
	if (held == hosts.count)
		judge_say(j, VERDICT_PASS, "The domain of each mail host is somebody's");
}
