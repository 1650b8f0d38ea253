/* lists - see lists.h. */
#include <libpsl.h>

#include "check/lists.h"
#include "wire/domain.h"

#define SPAMHAUS   "https://check.spamhaus.org/"
#define UCEPROTECT "https://www.uceprotect.net/en/rblcheck.php"
#define MONKEY	   "https://spameatingmonkey.com/lookup"

/*
 * Return codes and states from the lists' own pages and from the tables of SpamAssassin,
 * rspamd and others that query them; looked through in November 2026.
 */
const struct list lists[] = {
	{ .zone = "zen.spamhaus.org",
	    .name = "Spamhaus ZEN",
	    .v4 = true,
	    .v6 = true,
	    .severity = SEVERITY_CRITICAL,
	    .meaning = "listed by Spamhaus",
	    .codes = { { 0, 2, 2, false, SEVERITY_CRITICAL, "SBL: a source of spam" },
		{ 0, 3, 3, false, SEVERITY_CRITICAL, "CSS: low-reputation sender, snowshoe spam" },
		{ 0, 4, 7, false, SEVERITY_CRITICAL, "XBL: infected or abused machine" },
		{ 0, 9, 9, false, SEVERITY_CRITICAL, "DROP: network under criminals' control" },
		{ 0, 10, 11, false, SEVERITY_MAJOR,
		    "PBL: by policy, no mail should come straight from this address (a home or "
		    "cloud range); send through a relay, or have it taken off" } },
	    .delist = SPAMHAUS,
	    .source = "Spamhaus, 2026-11" },
	{ .zone = "b.barracudacentral.org",
	    .name = "Barracuda",
	    .v4 = true,
	    .severity = SEVERITY_MAJOR,
	    .meaning = "a source of spam (Barracuda asks users of the list to register)",
	    .delist = "https://www.barracudacentral.org/rbl/removal-request",
	    .source = "Barracuda, 2026-11" },
	{ .zone = "bl.spamcop.net",
	    .name = "SpamCop",
	    .v4 = true,
	    .severity = SEVERITY_MAJOR,
	    .meaning = "reported by users in the last day; goes away by itself",
	    .delist = "https://www.spamcop.net/bl.shtml",
	    .source = "SpamCop, 2026-11" },
	{ .zone = "psbl.surriel.com",
	    .name = "PSBL",
	    .v4 = true,
	    .severity = SEVERITY_MINOR,
	    .meaning = "has written to a spam trap",
	    .delist = "https://psbl.org/remove",
	    .source = "PSBL, 2026-11" },
	{ .zone = "bl.mailspike.net",
	    .name = "Mailspike",
	    .v4 = true,
	    .severity = SEVERITY_MAJOR,
	    .meaning = "bad reputation",
	    .codes = { { 0, 2, 2, false, SEVERITY_MAJOR, "in a wave of spam" },
		{ 0, 10, 10, false, SEVERITY_MAJOR, "worst reputation" },
		{ 0, 11, 11, false, SEVERITY_MAJOR, "very bad reputation" },
		{ 0, 12, 12, false, SEVERITY_MINOR, "bad reputation" } },
	    .delist = "https://mailspike.io/ip_verify",
	    .source = "Mailspike, rspamd, 2026-11" },
	{ .zone = "bl.score.senderscore.com",
	    .name = "Validity",
	    .v4 = true,
	    .severity = SEVERITY_MINOR,
	    .meaning = "low sender score",
	    .delist = "https://www.senderscore.org/",
	    .source = "rspamd, SpamAssassin, 2026-11" },
	{ .zone = "dnsbl-1.uceprotect.net",
	    .name = "UCEPROTECT level 1",
	    .v4 = true,
	    .severity = SEVERITY_MINOR,
	    .meaning = "this very address wrote to spam traps; goes away after 7 days",
	    .delist = UCEPROTECT,
	    .source = "UCEPROTECT, 2026-11" },
	{ .zone = "dnsbl-2.uceprotect.net",
	    .name = "UCEPROTECT level 2",
	    .v4 = true,
	    .severity = SEVERITY_INFO,
	    .meaning = "neighbours of this address send spam; it need not have done so itself",
	    .delist = UCEPROTECT,
	    .source = "UCEPROTECT, 2026-11" },
	{ .zone = "dnsbl-3.uceprotect.net",
	    .name = "UCEPROTECT level 3",
	    .v4 = true,
	    .severity = SEVERITY_INFO,
	    .meaning = "the whole provider is listed; few receivers use this list",
	    .delist = UCEPROTECT,
	    .source = "UCEPROTECT, 2026-11" },
	{ .zone = "bl.blocklist.de",
	    .name = "blocklist.de",
	    .v4 = true,
	    .v6 = true,
	    .severity = SEVERITY_MINOR,
	    .meaning = "reported for attacks (password guessing and the like)",
	    .delist = "https://www.blocklist.de/en/delist.html",
	    .source = "blocklist.de, rspamd, 2026-11" },
	{ .zone = "bl.spameatingmonkey.net",
	    .name = "Spam Eating Monkey",
	    .v4 = true,
	    .severity = SEVERITY_MINOR,
	    .meaning = "wrote to spam traps",
	    .delist = MONKEY,
	    .source = "rspamd, 2026-11" },
	{ .zone = "bl.ipv6.spameatingmonkey.net",
	    .name = "Spam Eating Monkey, IPv6",
	    .v6 = true,
	    .severity = SEVERITY_MINOR,
	    .meaning = "wrote to spam traps",
	    .delist = MONKEY,
	    .source = "rspamd, 2026-11" },
	{ .zone = "dbl.spamhaus.org",
	    .name = "Spamhaus DBL",
	    .kind = LIST_DOMAINS,
	    .severity = SEVERITY_CRITICAL,
	    .meaning = "listed by Spamhaus",
	    .codes = { { 1, 2, 2, false, SEVERITY_CRITICAL, "a domain of spammers" },
		{ 1, 4, 4, false, SEVERITY_CRITICAL, "used for phishing" },
		{ 1, 5, 5, false, SEVERITY_CRITICAL, "spreads malware" },
		{ 1, 6, 6, false, SEVERITY_CRITICAL, "controls a botnet" },
		{ 1, 102, 106, false, SEVERITY_CRITICAL,
		    "honest, but abused: look for a broken-into web site" } },
	    .refusal = "127.0.1.255",
	    .test = "dbltest.com",
	    .delist = SPAMHAUS,
	    .source = "Spamhaus, 2026-11" },
	{ .zone = "multi.surbl.org",
	    .name = "SURBL",
	    .kind = LIST_DOMAINS,
	    .registered = true,
	    .severity = SEVERITY_CRITICAL,
	    .meaning = "seen in spam",
	    .codes = { { 0, 8, 8, true, SEVERITY_CRITICAL, "phishing" },
		{ 0, 16, 16, true, SEVERITY_CRITICAL, "malware" },
		{ 0, 64, 64, true, SEVERITY_CRITICAL, "seen in spam" },
		{ 0, 128, 128, true, SEVERITY_CRITICAL, "broken-into web site" } },
	    .refusal = "127.0.0.1",
	    .test = "surbl-org-permanent-test-point.com",
	    .delist = "https://surbl.org/surbl-analysis",
	    .source = "SURBL, 2026-11" },
	{ .zone = "multi.uribl.com",
	    .name = "URIBL",
	    .kind = LIST_DOMAINS,
	    .registered = true,
	    .severity = SEVERITY_MAJOR,
	    .meaning = "seen in spam",
	    .codes = { { 0, 2, 2, true, SEVERITY_CRITICAL, "black: belongs to spammers" },
		{ 0, 4, 4, true, SEVERITY_MINOR, "grey: bulk mail that some do not want" },
		{ 0, 8, 8, true, SEVERITY_MINOR, "red: new, and watched" } },
	    .refusal = "127.0.0.1",
	    .test = "test.uribl.com",
	    .delist = "https://admin.uribl.com/",
	    .source = "URIBL, rspamd, 2026-11" },
	{ .zone = "uribl.spameatingmonkey.net",
	    .name = "Spam Eating Monkey, domains",
	    .kind = LIST_DOMAINS,
	    .severity = SEVERITY_MINOR,
	    .meaning = "seen in spam",
	    .delist = MONKEY,
	    .source = "rspamd, 2026-11" },
	{ .zone = "dnsbl.sorbs.net", .name = "SORBS", .v4 = true, .state = "closed in June 2024" },
	{ .zone = "ix.dnsbl.manitu.net",
	    .name = "NiX Spam",
	    .v4 = true,
	    .state = "closed in January 2025" },
	{ .zone = "cbl.abuseat.org",
	    .name = "CBL",
	    .v4 = true,
	    .state = "part of Spamhaus XBL since 2021" },
	{ .zone = "dnsbl.njabl.org", .name = "NJABL", .v4 = true, .state = "closed in 2013" },
};
const size_t list_count = LENGTH(lists);

bool list_is_refusal(const struct list *list, struct ip ip)
{
	struct ip own;

	if (ip.family != IP_V4)
		return true;
	if (ip.bytes[0] == 127 && ip.bytes[1] == 255 && ip.bytes[2] == 255)
		return true;
	return list->refusal != NULL && ip_parse(str_of(list->refusal), &own) && ip_eq(own, ip);
}

bool list_is_listing(const struct list *list, struct ip ip)
{
	return ip.family == IP_V4 && ip.bytes[0] == 127 && !list_is_refusal(list, ip);
}

/* ---- the self test ---- */

static const struct dns_answer *ask_zone(struct judge *j, const struct list *list, struct str name)
{
	return judge_dns(j, arena_fmt(j->arena, STR_FMT ".%s", STR_ARG(name), list->zone), DNS_A);
}

static bool any_listing(const struct list *list, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && list_is_listing(list, a->records[i].address))
			return true;
	return false;
}

static bool any_refusal(const struct list *list, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && list_is_refusal(list, a->records[i].address))
			return true;
	return false;
}

/* 127.0.0.LAST, or ::ffff:127.0.0.LAST for a list of IPv6 alone (RFC 5782 section 5). */
static struct str test_address(struct judge *j, const struct list *list, uint8_t last)
{
	struct ip v4 = { IP_V4, { 127, 0, 0, last } };
	struct ip v6 = { IP_V6, { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = last } };

	return ip_reversed(j->arena, list->v4 ? v4 : v6);
}

bool list_was_asked(const struct dns_answer *a)
{
	const struct fact *f = case_fact_of_dns(a);

	/* "evidence" stands for what a file does not hold; what it holds keeps its own source. */
	return a->count > 0 ||
	       !(str_eq(f->from, STR("--offline")) || str_eq(f->from, STR("evidence")));
}

struct str list_domain(struct judge *j, const struct list *list, struct str name)
{
	struct str lower = arena_lower(j->arena, name); /* a NUL follows it */
	const char *registered =
	    list->registered ? psl_registrable_domain(psl_builtin(), lower.p) : NULL;

	return registered != NULL ? str_of(registered) : lower;
}

enum list_health list_test(struct judge *j, const struct list *list)
{
	bool domains = list->kind == LIST_DOMAINS;
	struct str yes = domains ? STR("test") : test_address(j, list, 2),
		   no = domains ? STR("invalid") : test_address(j, list, 1);
	const struct dns_answer *listed, *unlisted, *own;

	if (list->state != NULL)
		return LIST_CLOSED;
	listed = ask_zone(j, list, yes);
	unlisted = ask_zone(j, list, no);
	own = list->test != NULL ? ask_zone(j, list, str_of(list->test)) : listed;
	if (listed == NULL || unlisted == NULL || own == NULL)
		return LIST_PENDING;
	if (any_refusal(list, listed) || any_refusal(list, own) || any_refusal(list, unlisted))
		return LIST_REFUSES;
	if (unlisted->count > 0)
		return LIST_EVERYTHING;
	if (dns_failed(unlisted) || (dns_failed(listed) && dns_failed(own)))
		return LIST_SILENT;
	if (any_listing(list, listed) || any_listing(list, own))
		return LIST_SOUND;
	return list_was_asked(listed) ? LIST_NO_TEST : LIST_NOT_ASKED;
}

/* ---- asking ---- */

static bool code_applies(const struct list_code *c, struct ip ip)
{
	if (c->meaning == NULL || ip.bytes[1] != 0 || ip.bytes[2] != c->third)
		return false;
	return c->bit ? (ip.bytes[3] & c->from) != 0
		      : ip.bytes[3] >= c->from && ip.bytes[3] <= c->to;
}

static void add_word(struct judge *j, struct str *words, struct str word)
{
	if (str_find(*words, word) < 0)
		*words = words->n == 0 ? word
				       : arena_fmt(j->arena, STR_FMT ", " STR_FMT, STR_ARG(*words),
					     STR_ARG(word));
}

static void add_meaning(struct judge *j, struct list_hit *h, const char *meaning, enum severity s)
{
	add_word(j, &h->meaning, str_of(meaning));
	if (s > h->severity)
		h->severity = s;
}

static void read_answer(struct judge *j, const struct list *list, struct ip ip, struct list_hit *h)
{
	bool explained = false;

	if (!list_is_listing(list, ip)) {
		h->refused = true;
		return;
	}
	h->listed = true;
	add_word(j, &h->answers, ip_write(j->arena, ip));
	for (size_t i = 0; i < LENGTH(list->codes); i++)
		if (code_applies(&list->codes[i], ip)) {
			explained = true;
			add_meaning(j, h, list->codes[i].meaning, list->codes[i].severity);
		}
	if (!explained)
		add_meaning(j, h, list->meaning, list->severity);
}

static void read_text(struct judge *j, const struct list *list, struct str name, struct list_hit *h)
{
	const struct dns_answer *txt =
	    judge_dns(j, arena_fmt(j->arena, STR_FMT ".%s", STR_ARG(name), list->zone), DNS_TXT);

	h->pending |= txt == NULL;
	if (txt != NULL && txt->count > 0 && txt->records[0].parsed)
		h->text = str_slice(txt->records[0].txt.joined, 0, 200);
}

struct list_hit list_ask(struct judge *j, const struct list *list, struct str name)
{
	const struct dns_answer *a = ask_zone(j, list, name);
	struct list_hit hit = { .pending = a == NULL, .failed = a != NULL && dns_failed(a) };

	for (size_t i = 0; a != NULL && i < a->count; i++)
		if (a->records[i].parsed)
			read_answer(j, list, a->records[i].address, &hit);
	if (hit.listed)
		read_text(j, list, name, &hit);
	return hit;
}
