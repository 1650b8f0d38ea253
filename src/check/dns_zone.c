/*
 * dns_zone - what stands in the domain's zone: does it exist, SOA, TTL, DNSSEC, aliases and
 * wildcards.  RFC 1034, RFC 1912, RFC 2308, RFC 4035, RFC 8624, RFC 4592.
 */
#include "check/dns_judges.h"
#include "wire/domain.h"

/* ---- dns.exists ---- */

void judge_dns_exists(struct judge *j)
{
	const struct dns_answer *answers[] = { judge_dns(j, j->domain, DNS_MX),
		judge_dns(j, j->domain, DNS_NS), judge_dns(j, j->domain, DNS_A),
		judge_dns(j, j->domain, DNS_TXT) };
	size_t good = 0, missing = 0;
	struct finding *f;

	if (j->pending)
		return;
	for (size_t i = 0; i < LENGTH(answers); i++) {
		good += answers[i]->status == DNS_NOERROR;
		missing += answers[i]->status == DNS_NXDOMAIN;
	}
	if (good > 0) {
		judge_say(j, VERDICT_PASS, "The domain exists");
	} else if (missing > 0) {
		f = judge_say(
		    j, VERDICT_FAIL, "The domain " STR_FMT " does not exist", STR_ARG(j->domain));
		judge_why(j, f,
		    "The DNS says NXDOMAIN. Is it spelt rightly, registered, and not expired? Mail "
		    "from a domain that does not exist is refused nearly everywhere.");
	} else {
		f = judge_say(j, VERDICT_UNKNOWN, "The DNS gives no answer about the domain (%s)",
		    dns_status_name(answers[0]->status));
		judge_why(j, f,
		    "Either its name servers do not answer, its DNSSEC is broken (see dns.dnssec), "
		    "or the DNS cannot be asked from here. Try: dig MX " STR_FMT,
		    STR_ARG(j->domain));
	}
}

/* ---- dns.soa ---- */

struct soa_bound {
	const char *name;
	uint32_t low, high;
	const char *why;
};

/* RFC 1912 section 2.2, RFC 2308 section 5. */
static const struct soa_bound soa_bounds[] = {
	{ "refresh", 300, 86400, "secondary servers look for changes at this interval" },
	{ "retry", 60, 28800, "and at this one when the first did not answer" },
	{ "expire", 604800, 4838400,
	    "so long they serve the zone when the first is gone; best 2 to 4 weeks" },
	{ "minimum", 60, 86400, "so long resolvers remember that a name does not exist" },
};

static void judge_soa_values(struct judge *j, const struct dns_soa *soa)
{
	const uint32_t values[] = { soa->refresh, soa->retry, soa->expire, soa->minimum };
	size_t odd = 0;

	for (size_t i = 0; i < LENGTH(soa_bounds); i++) {
		const struct soa_bound *b = &soa_bounds[i];

		if (values[i] >= b->low && values[i] <= b->high)
			continue;
		odd++;
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "SOA %s is %u seconds; usual are %u to %u", b->name,
			values[i], b->low, b->high),
		    "%s.", b->why);
	}
	if ((uint64_t)soa->expire <= (uint64_t)soa->refresh + soa->retry) {
		odd++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "SOA expire is not longer than refresh and retry"),
		    "Secondary servers drop the zone when the first misses a single round; the "
		    "domain then disappears.");
	}
	if (soa->rname.n == 0 || str_chr(soa->rname, '@') >= 0) {
		odd++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "SOA names no mailbox that can be written to"),
		    "The mailbox is written with a dot for the @: hostmaster.example.com.");
	}
	if (odd == 0)
		judge_say(j, VERDICT_PASS, "The SOA record is sound (serial %u)", soa->serial);
}

void judge_dns_soa(struct judge *j)
{
	const struct dns_answer *soa;
	struct dns_servers s;

	if (!dns_zone_of(j, &s))
		return;
	judge_subject(j, s.zone);
	soa = judge_dns(j, s.zone, DNS_SOA);
	if (soa == NULL)
		return;
	if (dns_failed(soa))
		judge_say(j, VERDICT_UNKNOWN, "The SOA record could not be asked for");
	else if (soa->count != 1 || !soa->records[0].parsed)
		judge_say(j, VERDICT_FAIL, "The zone has %s SOA record",
		    soa->count == 0 ? "no" : "no sound");
	else
		judge_soa_values(j, &soa->records[0].soa);
}

/* ---- dns.ttl ---- */

#define SHORT_TTL 60
#define LONG_TTL  86400

static void one_ttl(struct judge *j, const char *what, const struct dns_answer *a, size_t *good)
{
	if (a->ttl > LONG_TTL) {
		judge_why(j,
		    judge_say(j, VERDICT_INFO, "The %s record is remembered for %lld hours", what,
			(long long)a->ttl / 3600),
		    "A mistake in it lasts as long. Lower the TTL some days before a change.");
	} else if (a->ttl < SHORT_TTL && a->authoritative) {
		judge_why(j,
		    judge_say(j, VERDICT_INFO, "The %s record is remembered for only %lld seconds",
			what, (long long)a->ttl),
		    "Every mail asks again; when the name servers are down, mail fails at once.");
	} else {
		++*good;
	}
}

/* A resolver's TTL has partly run down; a server's own is the true one. */
static const struct dns_answer *best_ttl(
    struct judge *j, const struct dns_servers *s, struct str name, enum dns_type type)
{
	const struct dns_answer *cached = judge_dns(j, name, type), *best = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct dns_answer *a = dns_ask_at(j, &s->list[i], name, type);

		if (a != NULL && best == NULL && dns_spoke(a) && a->ttl >= 0)
			best = a;
	}
	return best != NULL ? best : cached;
}

void judge_dns_ttl(struct judge *j)
{
	struct str dmarc = arena_fmt(j->arena, "_dmarc." STR_FMT, STR_ARG(j->domain));
	struct dns_servers s;
	size_t good = 0, seen = 0;

	if (!dns_servers_of(j, &s))
		return;
	const struct dns_answer *answers[] = { best_ttl(j, &s, j->domain, DNS_MX),
		best_ttl(j, &s, j->domain, DNS_TXT), best_ttl(j, &s, dmarc, DNS_TXT) };
	static const char *const names[] = { "MX", "TXT (SPF)", "DMARC" };

	if (j->pending)
		return;
	for (size_t i = 0; i < LENGTH(answers); i++)
		if (answers[i]->count > 0 && answers[i]->ttl >= 0) {
			seen++;
			one_ttl(j, names[i], answers[i], &good);
		}
	if (seen == 0)
		judge_say(j, VERDICT_UNKNOWN, "How long the records are remembered was not seen");
	else if (good == seen)
		judge_say(j, VERDICT_PASS, "The records are remembered for a minute to a day");
}

/* ---- dns.cname-apex ---- */

void judge_dns_cname_apex(struct judge *j)
{
	const struct dns_answer *cname = judge_dns(j, j->domain, DNS_CNAME),
				*ns = judge_dns(j, j->domain, DNS_NS);
	struct finding *f;

	if (cname == NULL || ns == NULL)
		return;
	if (dns_failed(cname)) {
		judge_say(j, VERDICT_UNKNOWN, "Whether the domain is an alias could not be asked");
	} else if (cname->count > 0 && cname->records[0].parsed) {
		f = judge_say(j, VERDICT_FAIL, "The domain is an alias (CNAME) of " STR_FMT,
		    STR_ARG(cname->records[0].name));
		judge_why(j, f,
		    "Nothing may stand beside a CNAME: the domain's own MX, SPF and NS records are "
		    "lost, and mail goes where the target's records say.");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_REMOVE,
			.name = j->domain,
			.type = STR("CNAME"),
			.old = cname->records[0].text });
	} else {
		judge_say(j, VERDICT_PASS, "The domain is no alias");
	}
}

/* ---- dns.wildcard ---- */

static bool begins(const struct dns_answer *a, struct str word)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && str_ifind(a->records[i].txt.joined, word) >= 0)
			return true;
	return false;
}

void judge_dns_wildcard(struct judge *j)
{
	struct str domain = j->domain,
		   invented = arena_fmt(
		       j->arena, "no-such-name-7c3f1e._domainkey." STR_FMT, STR_ARG(domain)),
		   record = arena_fmt(j->arena, "_dmarc." STR_FMT, STR_ARG(domain)),
		   any = arena_fmt(j->arena, "_no-such-name-7c3f1e." STR_FMT, STR_ARG(domain));
	const struct dns_answer *key = judge_dns(j, invented, DNS_TXT),
				*dmarc = judge_dns(j, record, DNS_TXT),
				*star = judge_dns(j, any, DNS_TXT);
	bool bad_key, bad_dmarc;

	if (j->pending)
		return;
	bad_key = key->count > 0 && !begins(key, STR("p="));
	bad_dmarc = star->count > 0 && dmarc->count > 0 && !begins(dmarc, STR("v=DMARC1"));
	if (bad_key)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "A wildcard answers for DKIM keys with other text"),
		    "Any selector under _domainkey seems to exist and holds \"" STR_FMT
		    "\". Receivers cannot tell a missing key from a broken one.",
		    STR_ARG(str_slice(key->records[0].text, 0, 80)));
	if (bad_dmarc)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "A wildcard answers for _dmarc with other text"),
		    "Publish a DMARC record at _dmarc; a name of its own is not touched by the "
		    "wildcard.");
	if (bad_key || bad_dmarc)
		return;
	if (dns_failed(key) || dns_failed(star))
		judge_say(j, VERDICT_UNKNOWN, "Whether a wildcard answers could not be asked");
	else if (star->count > 0)
		judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		    "A wildcard (*." STR_FMT ") answers TXT questions, harmlessly",
		    STR_ARG(domain));
	else
		judge_say(j, VERDICT_PASS, "No wildcard answers for DKIM keys or DMARC");
}

/* ---- dns.expiry ---- */

void judge_dns_expiry(struct judge *j)
{
	struct finding *f =
	    judge_say(j, VERDICT_SKIP, "Registration data is not asked for in an audit");

	judge_why(j, f,
	    "Look yourself: whois " STR_FMT ", or https://lookup.icann.org/. Have the registrar "
	    "renew the domain by itself, and remind you.",
	    STR_ARG(j->domain));
}
