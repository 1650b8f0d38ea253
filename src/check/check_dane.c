/*
 * check_dane - certificates in the DNS for port 25 (RFC 7672, 7671, 6698).
 *
 * Only answers that DNSSEC proves count; an insecure TLSA record is as good as none.
 */
#include "auth/tlsa.h"
#include "check/catalogue.h"
#include "check/tls_seen.h"
#include "wire/domain.h"

/* One mail host's TLSA records. */
struct dane {
	struct str host, owner;
	const struct dns_answer *tlsa;
	bool signed_host; /* its addresses are DNSSEC-secure */
	size_t usable;
};

struct danes {
	struct dane *list;
	size_t count, with; /* with: hosts that have records */
	struct mail_hosts hosts;
};

static size_t count_usable(const struct dns_answer *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++)
		n += a->records[i].parsed && tlsa_unusable(&a->records[i].tlsa) == NULL;
	return n;
}

static bool look_up(struct judge *j, struct danes *out)
{
	*out = (struct danes){ 0 };
	if (!judge_mail_hosts(j, &out->hosts))
		return false;
	out->list = arena_array(j->arena, struct dane, out->hosts.count);
	for (out->count = 0; out->count < out->hosts.count; out->count++) {
		const struct mail_host *h = &out->hosts.hosts[out->count];
		struct dane *d = &out->list[out->count];

		d->host = h->name;
		d->owner = arena_fmt(j->arena, "_25._tcp." STR_FMT, STR_ARG(h->name));
		d->signed_host = h->a->security == DNS_SECURE || h->aaaa->security == DNS_SECURE;
		d->tlsa = judge_dns(j, d->owner, DNS_TLSA);
		if (d->tlsa == NULL)
			continue;
		d->usable = count_usable(d->tlsa);
		out->with += d->tlsa->count > 0;
	}
	return !j->pending;
}

/* False: nothing to judge (said). */
static bool danes_or_skip(struct judge *j, struct danes *out)
{
	if (!look_up(j, out))
		return false;
	if (out->with == 0)
		judge_say(j, VERDICT_SKIP, "No mail host has TLSA records");
	return out->with > 0;
}

static bool is_secure(const struct judge *j, const struct danes *all, const struct dane *d)
{
	(void)j;
	return d->tlsa->security == DNS_SECURE &&
	       (all->hosts.implicit || all->hosts.mx->security == DNS_SECURE);
}

static void judge_secure(struct judge *j)
{
	struct danes all;
	size_t bad = 0;

	if (!look_up(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct dane *d = &all.list[i];

		judge_subject(j, d->host);
		judge_dns(j, d->owner, DNS_TLSA);
		if (d->tlsa->status == DNS_BOGUS || (dns_failed(d->tlsa) && d->signed_host)) {
			bad++;
			judge_why(j,
			    judge_say_at(j, VERDICT_FAIL, SEVERITY_CRITICAL,
				"The question for " STR_FMT " fails (%s)", STR_ARG(d->owner),
				dns_status_name(d->tlsa->status)),
			    "Senders that do DANE cannot know whether there are records, and defer "
			    "all "
			    "mail (RFC 7672 section 2.1.2). Mostly a name server that does not "
			    "know the type.");
		} else if (d->tlsa->count > 0 && !is_secure(j, &all, d)) {
			bad++;
			judge_why(j,
			    judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
				"The TLSA records of " STR_FMT " are not protected by DNSSEC",
				STR_ARG(d->host)),
			    "They are ignored then. Sign the zone of the mail host and that of the "
			    "domain (its MX "
			    "records lead there), or remove the records.");
		}
	}
	judge_subject(j, j->domain);
	if (bad > 0)
		return;
	if (all.with > 0)
		judge_say(j, VERDICT_PASS, "%zu mail host%s proven by DANE", all.with,
		    all.with == 1 ? " is" : "s are");
	else
		judge_say(j, VERDICT_SKIP, "No mail host has TLSA records");
}

static void propose(
    struct judge *j, struct finding *f, const struct dane *d, const struct cert *leaf)
{
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ADD,
		.name = d->owner,
		.type = STR("TLSA"),
		.value = tlsa_write_311(j->arena, leaf) });
}

static bool matches_any(struct judge *j, const struct dane *d, const struct tls_chain *c)
{
	for (size_t i = 0; i < d->tlsa->count; i++)
		if (d->tlsa->records[i].parsed &&
		    tlsa_matches(j->arena, &d->tlsa->records[i].tlsa, c->certs, c->count))
			return true;
	return false;
}

static const struct dane *dane_of(const struct danes *all, struct str host)
{
	for (size_t i = 0; i < all->count; i++)
		if (domain_eq(all->list[i].host, host) && all->list[i].usable > 0)
			return &all->list[i];
	return NULL;
}

static void judge_match(struct judge *j)
{
	struct danes all;
	struct visits v;
	size_t seen = 0, bad = 0;
	bool have = subject_visits(j, &v);

	if (!danes_or_skip(j, &all) || !have)
		return;
	for (size_t i = 0; i < v.count; i++) {
		const struct dane *d = dane_of(&all, v.list[i].endpoint.host);
		const struct tls_chain *c = tls_chain_of(j, v.list[i].session);
		struct finding *f;

		if (d == NULL || !is_secure(j, &all, d) || c == NULL || c->count == 0)
			continue;
		seen++;
		if (matches_any(j, d, c))
			continue;
		bad++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		judge_dns(j, d->owner, DNS_TLSA);
		f = judge_say(j, VERDICT_FAIL,
		    "No TLSA record matches the certificate that " STR_FMT " serves",
		    STR_ARG(v.list[i].subject));
		judge_why(j, f,
		    "Senders that do DANE (Postfix, Exim, Microsoft, many in Europe) refuse to "
		    "deliver. Mostly the certificate "
		    "was renewed with a new key and the record stayed. Publish the new record "
		    "beside the old before the key is used.");
		propose(j, f, d, &c->certs[0]);
	}
	judge_subject(j, j->domain);
	if (seen == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "No certificate was seen on port 25 that the records could be held against");
	else if (bad == 0)
		judge_say(j, VERDICT_PASS, "The TLSA records match on all %zu addresses", seen);
}

static void judge_usage(struct judge *j)
{
	struct danes all;
	size_t bad = 0;

	if (!danes_or_skip(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++)
		for (size_t k = 0; k < all.list[i].tlsa->count; k++) {
			const struct dns_record *r = &all.list[i].tlsa->records[k];
			const char *why = r->parsed ? tlsa_unusable(&r->tlsa) : "it cannot be read";

			if (why == NULL)
				continue;
			bad++;
			judge_subject(j, all.list[i].host);
			judge_say(j, VERDICT_FAIL, "The record \"" STR_FMT "\" cannot be used: %s",
			    STR_ARG(str_slice(r->text, 0, 60)), why);
		}
	judge_subject(j, j->domain);
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "All TLSA records can be used for SMTP");
}

static void judge_rollover(struct judge *j)
{
	struct danes all;
	size_t single = 0;

	if (!danes_or_skip(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++)
		single += all.list[i].usable == 1;
	if (single == 0)
		judge_say(
		    j, VERDICT_PASS, "A second record is there for the next key or certificate");
	else
		judge_say(j, VERDICT_INFO,
		    "Only one TLSA record is published; before the next key is used its record "
		    "must stand beside it for as long as the TTL");
}

#define HOW                                                                                        \
	"DNS panel: TLSA at _25._tcp.mail.example.com with \"3 1 1\" and the SHA-256 of the "      \
	"public key; the zone must be signed.\n"                                                   \
	"Let's Encrypt: certbot renew --reuse-key keeps the key, and so the record.\n"             \
	"Postfix, Exim: a new key is put to use only when its record has been public for two "     \
	"TTLs."

static const struct check rows[] = {
	{ "dane.secure", SEVERITY_CRITICAL, "DANE under DNSSEC",
	    "TLSA records of the mail hosts, and the MX records that lead there, are "
	    "DNSSEC-secure; questions for them are answered.",
	    "Insecure records are ignored; questions that fail stop the mail of every sender that "
	    "does DANE.",
	    HOW, "RFC 7672 section 2.1; RFC 7672 section 2.2", "DANE existence", false,
	    judge_secure },
	{ "dane.match", SEVERITY_CRITICAL, "DANE and the certificate",
	    "On each address a TLSA record matches the served certificate.",
	    "Senders that do DANE refuse to deliver to a server that does not match.", HOW,
	    "RFC 7672 section 3", "DANE validity", false, judge_match },
	{ "dane.usage", SEVERITY_MAJOR, "Usable TLSA records",
	    "Usage 2 or 3, known selector and matching type, right length.",
	    "Other records are ignored or break delivery.", HOW,
	    "RFC 7672 section 3.1; RFC 7671 section 5", NULL, false, judge_usage },
	{ "dane.rollover", SEVERITY_MINOR, "DANE and the next key",
	    "A second record for the next key, or for the issuer.",
	    "A key change without a prepared record stops the mail.", HOW, "RFC 7671 section 8",
	    "DANE rollover scheme", false, judge_rollover },
};

const struct check_table checks_dane = { rows, LENGTH(rows) };
