/*
 * list_accredited - do white lists know the addresses mail comes from?
 *
 * ISIPP's IADB says with each code one thing that the sender promises or does; DNSWL says how
 * far it trusts (127.0.CATEGORY.TRUST).  Not to be on such a list is no fault.
 */
#include "check/lists.h"
#include "check/subject.h"

static const struct list iadb = {
	.zone = "iadb.isipp.com", .name = "ISIPP SuretyMail (IADB)", .v4 = true
};
static const struct list dnswl = {
	.zone = "list.dnswl.org", .name = "DNSWL", .v4 = true, .v6 = true, .refusal = "127.0.0.255"
};

struct promise {
	uint8_t code[3]; /* behind 127. */
	const char *says;
};

/* ISIPP's page "SuretyMail Good Senders List (GSL) IADB Data Response Codes", 2026-11. */
static const struct promise promises[] = {
	{ { 0, 0, 1 }, "listed" },
	{ { 0, 0, 2 }, "listed" },
	{ { 0, 1, 255 }, "ISIPP vouches for the sender" },
	{ { 0, 2, 1 }, "member of the Email Deliverability Database" },
	{ { 0, 2, 2 }, "member of the Email Processing Industry Alliance" },
	{ { 2, 255, 1 }, "publishes SPF" },
	{ { 2, 255, 2 }, "publishes Sender ID" },
	{ { 2, 255, 3 }, "publishes DKIM or DomainKeys" },
	{ { 2, 255, 4 }, "has reverse DNS" },
	{ { 2, 255, 5 }, "publishes DMARC" },
	{ { 2, 255, 101 }, "took part in Habeas (no longer exists)" },
	{ { 2, 255, 102 }, "certified by Validity" },
	{ { 2, 255, 103 }, "was certified by GoodMail (no longer exists)" },
	{ { 3, 100, 0 }, "has no control over its mailings" },
	{ { 3, 100, 1 }, "collects addresses, people may only opt out" },
	{ { 3, 100, 2 }, "takes sign-ups without checking them" },
	{ { 3, 100, 3 }, "takes sign-ups without checking them, people may opt out" },
	{ { 3, 100, 4 }, "writes to customers who have not asked for it, they may opt out" },
	{ { 3, 100, 5 }, "less than half of its lists are opt-in" },
	{ { 3, 100, 6 }, "more than half of its lists are opt-in" },
	{ { 3, 100, 7 }, "all lists are opt-in" },
	{ { 3, 100, 8 }, "all lists are opt-in, less than half of them confirmed" },
	{ { 3, 100, 9 }, "all lists are opt-in, more than half of them confirmed" },
	{ { 3, 100, 10 }, "all lists are confirmed opt-in" },
	{ { 3, 100, 100 }, "sends confirmed opt-in lists and nothing else" },
};

static struct str promise_of(struct judge *j, struct ip ip)
{
	for (size_t i = 0; i < LENGTH(promises); i++)
		if (memcmp(&ip.bytes[1], promises[i].code, 3) == 0)
			return str_of(promises[i].says);
	return arena_fmt(j->arena, "code " STR_FMT, STR_ARG(ip_write(j->arena, ip)));
}

static struct str trust_of(struct judge *j, struct ip ip)
{
	static const char *const trust[] = { "no", "low", "medium", "high" };
	static const char *const category[] = { [2] = "financial services",
		[3] = "e-mail service provider",
		[4] = "organisation",
		[5] = "service or network provider",
		[6] = "personal or private server",
		[7] = "travel and leisure",
		[8] = "public sector",
		[9] = "media and technology",
		[10] = "special case",
		[11] = "education",
		[12] = "health care",
		[13] = "manufacturing",
		[14] = "retail, wholesale and services",
		[15] = "e-mail marketing provider",
		[20] = "added through self service" };
	const char *kind = ip.bytes[2] < LENGTH(category) ? category[ip.bytes[2]] : NULL;

	return arena_fmt(j->arena, "%s trust, %s",
	    ip.bytes[3] < LENGTH(trust) ? trust[ip.bytes[3]] : "unknown",
	    kind != NULL ? kind : "other category");
}

struct standing {
	struct str words; /* what the lists say of the address */
	size_t unknown, asked;
	bool pending;
};

/* A list that also lists 127.0.0.1's place says nothing: its name was taken over. */
static bool is_wild(struct judge *j, const struct list *list, bool *pending)
{
	const struct dns_answer *a =
	    judge_dns(j, arena_fmt(j->arena, "1.0.0.127.%s", list->zone), DNS_A);

	*pending |= a == NULL;
	return a != NULL && a->count > 0;
}

typedef struct str code_words(struct judge *, struct ip);

static void ask_white(struct judge *j, const struct list *list, struct ip address,
    code_words *in_words, struct standing *s)
{
	struct str name = ip_reversed(j->arena, address), words = STR("");
	const struct dns_answer *a =
	    judge_dns(j, arena_fmt(j->arena, STR_FMT ".%s", STR_ARG(name), list->zone), DNS_A);
	bool wild = is_wild(j, list, &s->pending), unsure = a != NULL && dns_failed(a);

	s->pending |= a == NULL;
	s->asked += a != NULL && list_was_asked(a);
	for (size_t i = 0; a != NULL && i < a->count; i++) {
		const struct dns_record *r = &a->records[i];

		if (!r->parsed || wild || !list_is_listing(list, r->address)) {
			unsure = true;
			continue;
		}
		words = arena_fmt(j->arena, STR_FMT "%s" STR_FMT, STR_ARG(words),
		    words.n > 0 ? ", " : "", STR_ARG(in_words(j, r->address)));
	}
	if (words.n > 0)
		s->words = arena_fmt(j->arena, STR_FMT "%s%s: " STR_FMT, STR_ARG(s->words),
		    s->words.n > 0 ? "; " : "", list->name, STR_ARG(words));
	else
		s->unknown += unsure;
}

static void one_address(struct judge *j, const struct sender *from)
{
	struct standing s = { .words = STR("") };
	struct str address = ip_write(j->arena, from->address);

	judge_subject(j, from->host.n > 0 ? subject_host(j, from->host, from->address) : address);
	if (from->address.family == IP_V4)
		ask_white(j, &iadb, from->address, promise_of, &s);
	ask_white(j, &dnswl, from->address, trust_of, &s);
	if (s.pending)
		return;
	if (s.words.n > 0)
		judge_why(j,
		    judge_say(
			j, VERDICT_PASS, STR_FMT " is on a list of good senders", STR_ARG(address)),
		    STR_FMT, STR_ARG(s.words));
	else if (s.asked == 0)
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN,
			"The lists of good senders were not asked about " STR_FMT,
			STR_ARG(address)),
		    "Nothing went to the network, and no file holds what they say.");
	else if (s.unknown > 0)
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN,
			"The lists of good senders gave no usable answer about " STR_FMT,
			STR_ARG(address)),
		    "They refuse public resolvers and heavy users. Use a resolver of your own.");
	else
		judge_why(j,
		    judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
			STR_FMT " is on no list of good senders", STR_ARG(address)),
		    "Asked were %s%s. Few senders are on them and none need be; entry is free at "
		    "DNSWL (https://www.dnswl.org/) and paid for at ISIPP "
		    "(https://www.isipp.com/).",
		    from->address.family == IP_V4 ? "ISIPP SuretyMail (IADB) and " : "", "DNSWL");
}

void judge_list_accredited(struct judge *j)
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
