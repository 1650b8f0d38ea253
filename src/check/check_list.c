/*
 * check_list - the reputation of addresses and domain: the judges of list.* and their table.
 * RFC 5782, RFC 6471.  The lists themselves are in lists.c.
 */
#include "check/catalogue.h"
#include "check/lists.h"
#include "check/subject.h"
#include "wire/domain.h"

/* ---- what is said of one address or name ---- */

#define NOT_ASKED                                                                                  \
	"Nothing went to the network, and neither a zone file nor the evidence holds what the "    \
	"lists say. Run the same audit live."

struct tally {
	size_t asked, listed, unknown, offline;
};

static void say_listed(
    struct judge *j, const struct list *list, struct str what, const struct list_hit *hit)
{
	struct finding *f =
	    hit->severity == SEVERITY_INFO
		? judge_say_at(j, VERDICT_INFO, SEVERITY_INFO, STR_FMT " is on the list %s",
		      STR_ARG(what), list->name)
		: judge_say_at(j, VERDICT_FAIL, hit->severity, STR_FMT " is on the block list %s",
		      STR_ARG(what), list->name);

	judge_why(j, f, "%s answers " STR_FMT ": " STR_FMT ".%s" STR_FMT "%s", list->zone,
	    STR_ARG(hit->answers), STR_ARG(hit->meaning),
	    hit->text.n > 0 ? " The list's own words: \"" : "", STR_ARG(hit->text),
	    hit->text.n > 0 ? "\"" : "");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ASK,
		.name = str_of(list->name),
		.value = arena_fmt(j->arena,
		    "Find and end the cause first, then look " STR_FMT
		    " up and ask for removal at %s",
		    STR_ARG(what), list->delist) });
}

static void ask_one(
    struct judge *j, const struct list *list, struct str what, struct str name, struct tally *t)
{
	enum list_health health = list_test(j, list);
	struct list_hit hit = list_ask(j, list, name);

	if (health == LIST_PENDING || hit.pending)
		return;
	t->asked++;
	if (health != LIST_SOUND || hit.failed || (hit.refused && !hit.listed)) {
		t->unknown++;
		t->offline += health == LIST_NOT_ASKED;
	} else if (hit.listed) {
		t->listed++;
		say_listed(j, list, what, &hit);
	}
}

static void say_tally(struct judge *j, struct str what, const struct tally *t)
{
	size_t known = t->asked - t->unknown;
	struct finding *f;

	if (t->asked > 0 && t->offline == t->asked) {
		f = judge_say(
		    j, VERDICT_UNKNOWN, "No list was asked about " STR_FMT, STR_ARG(what));
		judge_why(j, f, NOT_ASKED);
	} else if (known == 0) {
		f = judge_say(
		    j, VERDICT_UNKNOWN, "No list could be asked about " STR_FMT, STR_ARG(what));
		judge_why(j, f,
		    "Lists refuse public resolvers (8.8.8.8, 1.1.1.1, 9.9.9.9) and those of large "
		    "providers. Ask through a resolver of your own: --resolver ADDRESS.");
	} else if (t->listed == 0) {
		f = judge_say(
		    j, VERDICT_PASS, STR_FMT " is on none of %zu lists", STR_ARG(what), known);
		if (t->unknown > 0)
			judge_why(
			    j, f, "%zu more gave no usable answer (see list.usable).", t->unknown);
	}
}

/* ---- list.blocked ---- */

static void one_address(struct judge *j, const struct sender *from)
{
	struct str address = ip_write(j->arena, from->address),
		   name = ip_reversed(j->arena, from->address);
	bool v4 = from->address.family == IP_V4;
	struct tally t = { 0 };

	judge_subject(j, from->host.n > 0 ? subject_host(j, from->host, from->address) : address);
	for (size_t i = 0; i < list_count; i++)
		if (lists[i].kind == LIST_ADDRESSES && lists[i].state == NULL &&
		    (v4 ? lists[i].v4 : lists[i].v6))
			ask_one(j, &lists[i], address, name, &t);
	if (!j->pending)
		say_tally(j, address, &t);
}

static void judge_blocked(struct judge *j)
{
	struct sender *senders;
	size_t count, judged = 0;

	if (!judge_senders(j, &senders, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		if (ip_special(senders[i].address) != NULL && !j->facts->private_ok)
			continue;
		judged++;
		one_address(j, &senders[i]);
	}
	if (judged == 0 && !j->pending)
		judge_say(j, VERDICT_SKIP, "No public address that mail may come from is known");
}

/* ---- list.domain-blocked ---- */

/* Lists of registered domains were asked already when the audited one is of the same. */
static bool is_asked_for_ours(struct judge *j, const struct list *list, struct str name)
{
	return list->registered && !domain_eq(name, j->domain) &&
	       domain_eq(list_domain(j, list, name), list_domain(j, list, j->domain));
}

static void one_domain(struct judge *j, struct str domain)
{
	struct tally t = { 0 };

	judge_subject(j, domain);
	for (size_t i = 0; i < list_count; i++)
		if (lists[i].kind == LIST_DOMAINS && lists[i].state == NULL &&
		    !is_asked_for_ours(j, &lists[i], domain))
			ask_one(j, &lists[i], domain, list_domain(j, &lists[i], domain), &t);
	if (!j->pending)
		say_tally(j, domain, &t);
}

/* The names of mail hosts elsewhere are another's reputation, but mail carries them. */
static void judge_domain_blocked(struct judge *j)
{
	struct mail_hosts hosts;

	if (!judge_mail_hosts(j, &hosts))
		return;
	one_domain(j, j->domain);
	for (size_t i = 0; i < hosts.count; i++)
		if (!domain_eq(hosts.hosts[i].name, j->domain) &&
		    domain_is_fqdn(hosts.hosts[i].name))
			one_domain(j, hosts.hosts[i].name);
}

/* ---- list.usable ---- */

static const struct {
	enum list_health health;
	enum verdict verdict;
	const char *says, *why;
} troubles[] = {
	{ LIST_REFUSES, VERDICT_UNKNOWN, "refuse our questions",
	    "They answer with a refusal code (127.255.255.x and the like), which is no listing: "
	    "they do not serve public resolvers or heavy users. Ask through a resolver of your "
	    "own: --resolver ADDRESS." },
	{ LIST_NOT_ASKED, VERDICT_UNKNOWN, "were not asked", NOT_ASKED },
	{ LIST_SILENT, VERDICT_UNKNOWN, "do not answer",
	    "Nothing is known of what they would say. Try again, or look at their pages." },
	{ LIST_NO_TEST, VERDICT_UNKNOWN, "do not list their own test entry",
	    "A list must list 127.0.0.2 or TEST (RFC 5782 section 5). One that does not is closed, "
	    "or does not serve us; its \"not listed\" would mean nothing." },
	{ LIST_EVERYTHING, VERDICT_UNKNOWN, "list everything",
	    "They list what no list may list (127.0.0.1 or INVALID), so the list is closed or its "
	    "name was taken over. Do not use it in a mail server." },
};

struct healths {
	enum list_health *of;
	size_t asked, sound;
};

static void say_trouble(struct judge *j, const struct healths *h, size_t trouble)
{
	struct str zones = STR("");
	size_t count = 0;

	for (size_t i = 0; i < list_count; i++)
		if (h->of[i] == troubles[trouble].health) {
			zones = arena_fmt(j->arena, STR_FMT "%s%s", STR_ARG(zones),
			    count > 0 ? ", " : "", lists[i].zone);
			count++;
		}
	if (count > 0)
		judge_why(j,
		    judge_say(j, troubles[trouble].verdict, "Lists that %s: %zu",
			troubles[trouble].says, count),
		    STR_FMT ". %s", STR_ARG(zones), troubles[trouble].why);
}

static void judge_usable(struct judge *j)
{
	struct healths h = { .of = arena_array(j->arena, enum list_health, list_count) };

	for (size_t i = 0; i < list_count; i++) {
		h.of[i] = list_test(j, &lists[i]);
		h.asked += h.of[i] != LIST_CLOSED;
		h.sound += h.of[i] == LIST_SOUND;
	}
	if (j->pending)
		return;
	for (size_t i = 0; i < LENGTH(troubles); i++)
		say_trouble(j, &h, i);
	if (h.sound > 0)
		judge_say(
		    j, VERDICT_PASS, "%zu of %zu lists answer as they should", h.sound, h.asked);
}

#define DELISTING                                                                                  \
	"First find the cause: a broken-into account or web site, an open relay, bought address "  \
	"lists. Then ask for removal at the page named; asking before leads to longer listings.\n" \
	"Postfix: mailq and the log show who sends what.\n"                                        \
	"Exim: exim -bp and the log show who sends what.\n"                                        \
	"Hosting panel: a shared address suffers from its neighbours; ask for another."

static const struct check rows[] = {
	{ "list.blocked", SEVERITY_CRITICAL, "Block lists of addresses",
	    "Is an address that mail comes from (the mail hosts and --ip) on a block list?",
	    "Receivers refuse mail from listed addresses, or treat it as spam.", DELISTING,
	    "RFC 5782 section 2; RFC 6471 section 2",
	    "MXToolbox \"Blacklist Check\"; SpamAssassin \"RCVD_IN_*\"", false, judge_blocked },
	{ "list.domain-blocked", SEVERITY_CRITICAL, "Block lists of domains",
	    "Is the domain, or the name of a mail host, on a block list of domains?",
	    "Mail that carries a listed name anywhere is refused, whoever sends it.", DELISTING,
	    "RFC 5782 section 3", "MXToolbox \"Domain Blacklist\"; SpamAssassin \"URIBL_*\"", false,
	    judge_domain_blocked },
	{ "list.usable", SEVERITY_INFO, "Lists answer soundly",
	    "Does each list pass its self test: the test entry is listed, its opposite is not?",
	    "A dead list, or one that refuses your resolver, says \"listed\" or \"not listed\" "
	    "without meaning it.",
	    "Resolver: ask through a recursive resolver of your own, not a public one.\n"
	    "Postfix: take dead lists out of reject_rbl_client and postscreen_dnsbl_sites; name "
	    "the codes you mean, as in zen.spamhaus.org=127.0.0.[2..11].\n"
	    "Exim: take dead lists out of dnslists; name the codes you mean.",
	    "RFC 5782 section 5", NULL, false, judge_usable },
	{ "list.accredited", SEVERITY_INFO, "Lists of good senders",
	    "Do ISIPP SuretyMail (IADB) and DNSWL know the addresses that mail comes from, and "
	    "what do they say of them?",
	    "Some filters give listed senders a bonus. Not to be listed is no fault.",
	    "DNSWL: register your server for free at https://www.dnswl.org/.\n"
	    "ISIPP: apply at https://www.isipp.com/ (paid for).",
	    "RFC 5782 section 2.2", "SpamAssassin \"RCVD_IN_DNSWL_*\", \"RCVD_IN_IADB_*\"", false,
	    judge_list_accredited },
};

const struct check_table checks_list = { rows, LENGTH(rows) };
