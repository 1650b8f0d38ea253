/*
 * check_dane - certificates in the DNS for port 25 (RFC 7672, 7671, 6698).
 *
 * Only answers that DNSSEC proves count; an insecure TLSA record is as good as none.
 */
#include "auth/tlsa.h"
#include "check/catalogue.h"
#include "check/dane.h"

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
		d->secure = d->tlsa->security == DNS_SECURE &&
			    (out->hosts.implicit || out->hosts.mx->security == DNS_SECURE);
		d->usable = count_usable(d->tlsa);
		out->with += d->tlsa->count > 0;
		out->failed += dns_failed(d->tlsa);
	}
	return !j->pending;
}

bool dane_records_or_skip(struct judge *j, struct danes *out)
{
	if (!look_up(j, out))
		return false;
	if (out->with == 0 && out->failed > 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "Whether there are TLSA records could not be learnt (see dane.denial)");
	else if (out->with == 0)
		judge_say(j, VERDICT_SKIP, "No mail host has TLSA records");
	return out->with > 0;
}

/* ---- dane.secure, dane.denial ---- */

static void judge_secure(struct judge *j)
{
	struct danes all;
	size_t bad = 0;

	if (!dane_records_or_skip(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct dane *d = &all.list[i];

		if (d->tlsa->count == 0 || d->secure)
			continue;
		bad++;
		judge_subject(j, d->host);
		judge_dns(j, d->owner, DNS_TLSA);
		judge_why(j,
		    judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
			"The TLSA records of " STR_FMT " are not protected by DNSSEC",
			STR_ARG(d->host)),
		    "They are ignored then. Sign the zone of the mail host and that of the domain "
		    "(its MX records lead there), or remove the records.");
	}
	judge_subject(j, j->domain);
	if (bad == 0)
		judge_say(j, VERDICT_PASS,
		    "The TLSA records of %zu mail host%s protected by DNSSEC", all.with,
		    all.with == 1 ? " are" : "s are");
}

/* True when senders that do DANE can learn whether this host has records. */
static bool denial_good(struct judge *j, const struct dane *d)
{
	if (!dns_failed(d->tlsa))
		return true;
	judge_subject(j, d->host);
	judge_dns(j, d->owner, DNS_TLSA);
	if (d->tlsa->status == DNS_TIMEOUT) {
		judge_say(j, VERDICT_UNKNOWN, "The question for " STR_FMT " was not answered here",
		    STR_ARG(d->owner));
		return false;
	}
	judge_why(j,
	    judge_say(j, VERDICT_FAIL, "The question for " STR_FMT " fails (%s)", STR_ARG(d->owner),
		dns_status_name(d->tlsa->status)),
	    "Senders that do DANE cannot know whether there are records, and defer all mail "
	    "(RFC 7672 section 2.1.2). Mostly a name server that does not know the type, or a "
	    "zone that does not prove what is not there.");
	return false;
}

static void judge_denial(struct judge *j)
{
	struct danes all;
	size_t asked = 0, good = 0;

	if (!look_up(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++) {
		/* Where the addresses are not secure nobody asks for TLSA (section 2.2.2). */
		if (!all.list[i].signed_host && all.list[i].tlsa->status != DNS_BOGUS)
			continue;
		asked++;
		good += denial_good(j, &all.list[i]);
	}
	judge_subject(j, j->domain);
	if (asked == 0)
		judge_say(j, VERDICT_SKIP, "No mail host is in a signed zone");
	else if (good == asked)
		judge_say(j, VERDICT_PASS,
		    "Whether a signed mail host has TLSA records can be learnt (%zu)", asked);
}

/* ---- dane.usage, dane.rollover ---- */

static void judge_usage(struct judge *j)
{
	struct danes all;
	size_t bad = 0;

	if (!dane_records_or_skip(j, &all))
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

static bool same_kind(const struct dns_tlsa *a, const struct dns_tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching;
}

/* Two records of one kind stand for two keys; of different kinds perhaps for the same one. */
static bool next_prepared(const struct dns_answer *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct dns_tlsa *t = &a->records[i].tlsa;

		if (!a->records[i].parsed || tlsa_unusable(t) != NULL)
			continue;
		if (t->usage == 2)
			return true;
		for (size_t k = 0; k < i; k++)
			if (a->records[k].parsed && same_kind(t, &a->records[k].tlsa) &&
			    !str_eq(t->data, a->records[k].tlsa.data))
				return true;
	}
	return false;
}

static void judge_rollover(struct judge *j)
{
	struct danes all;
	size_t single = 0;

	if (!dane_records_or_skip(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++) {
		if (all.list[i].usable == 0 || next_prepared(all.list[i].tlsa))
			continue;
		single++;
		judge_subject(j, all.list[i].host);
		judge_say(j, VERDICT_INFO,
		    "The TLSA records of " STR_FMT " stand for one key; before the next key is "
		    "used its record must stand beside them for as long as the TTL",
		    STR_ARG(all.list[i].host));
	}
	judge_subject(j, j->domain);
	if (single == 0)
		judge_say(
		    j, VERDICT_PASS, "A second record is there for the next key or certificate");
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
	    "DNSSEC-secure.",
	    "Insecure records are ignored by senders, as anybody could have put them there.", HOW,
	    "RFC 7672 section 2.1; RFC 7672 section 2.2", "DANE existence", false, judge_secure },
	{ "dane.denial", SEVERITY_CRITICAL, "TLSA questions are answered",
	    "For each mail host in a signed zone the question for TLSA records is answered, with "
	    "records or with the proof that there are none.",
	    "A question that fails stops the mail of every sender that does DANE, records or not.",
	    "Own name server: bring it up to date, and sign the zone anew (NSEC, NSEC3).\n"
	    "DNS panel: ask the provider why \"dig TLSA _25._tcp.mail.example.com\" fails; a "
	    "firewall that drops unknown types does it too.",
	    "RFC 7672 section 2.1.2", "DANE existence", false, judge_denial },
	{ "dane.match", SEVERITY_CRITICAL, "DANE and the certificate",
	    "On each address a TLSA record matches the served certificate.",
	    "Senders that do DANE refuse to deliver to a server that does not match.", HOW,
	    "RFC 7672 section 3", "DANE validity", false, judge_dane_match },
	{ "dane.ta-chain", SEVERITY_CRITICAL, "DANE and the issuer",
	    "Where a TLSA record names an issuer (usage 2), its certificate is served with the "
	    "chain.",
	    "Without it the record cannot be checked, and senders refuse to deliver.",
	    "Postfix, Exim: append the issuer's certificate (a root too) to the file that "
	    "smtpd_tls_chain_files or tls_certificate names; or use \"3 1 1\" records.",
	    "RFC 7672 section 3.1.2", NULL, false, judge_dane_ta_chain },
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
