/* test_check_list - worlds of lists and what the list.* checks say of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/lists.h"
#include "verdicts.h"

#define HOST		 "example.com MX 10 mx.example.com.\nmx.example.com A 5.6.7.8\n"
#define ON(list, answer) "8.7.6.5." list " A " answer "\n"
#define SOUND(list)	 "2.0.0.127." list " A 127.0.0.2\n"
#define ZEN		 "zen.spamhaus.org"
#define DBL		 "dbl.spamhaus.org"
#define SOUND_DBL	 "dbltest.com." DBL " A 127.0.1.2\n"
#define SURBL		 "multi.surbl.org"
#define SOUND_SURBL	 "surbl-org-permanent-test-point.com." SURBL " A 127.0.0.254\n"
#define IADB		 "iadb.isipp.com"
#define DNSWL		 "list.dnswl.org"

static const struct verdict_row rows[] = {
	{ "clean", "list.blocked", HOST SOUND(ZEN), .want = "pass", .says = "none of 1 lists" },
	{ "SBL", "list.blocked", HOST SOUND(ZEN) ON(ZEN, "127.0.0.2"), .want = "fail critical",
	    .says = "SBL" },
	{ "PBL", "list.blocked", HOST SOUND(ZEN) ON(ZEN, "127.0.0.11"), .want = "fail major",
	    .says = "relay" },
	{ "two codes, the worse one counts", "list.blocked",
	    HOST SOUND(ZEN) ON(ZEN, "127.0.0.10") ON(ZEN, "127.0.0.4"), .want = "fail critical",
	    .says = "XBL" },
	{ "the list's own words", "list.blocked",
	    HOST SOUND("bl.spamcop.net") ON(
		"bl.spamcop.net", "127.0.0.2") "8.7.6.5.bl.spamcop.net TXT \"because of this\"\n",
	    .want = "fail major", .says = "because of this" },
	{ "a code nobody explains", "list.blocked", HOST SOUND(ZEN) ON(ZEN, "127.0.0.77"),
	    .want = "fail critical" },
	{ "neighbours are no failure", "list.blocked",
	    HOST SOUND("dnsbl-2.uceprotect.net") ON("dnsbl-2.uceprotect.net", "127.0.0.2"),
	    .want = "info" },
	{ "given by --ip", "list.blocked", SOUND(ZEN) ON(ZEN, "127.0.0.3"), .ip = "5.6.7.8",
	    .want = "fail critical", .says = "CSS" },
	{ "IPv6", "list.blocked",
	    SOUND(ZEN) "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.2." ZEN
		       " A 127.0.0.2\n",
	    .ip = "2a00::1", .want = "fail critical" },
	{ "a private address is nobody's", "list.blocked",
	    "example.com MX 10 mx.example.com.\nmx.example.com A 10.0.0.1\n" SOUND(ZEN),
	    .want = "skip" },
	/* mox, DomainDetective, pydnsbl and Haraka count refusals as listings. */
	{ "127.255.255.254 is no listing", "list.blocked",
	    HOST SOUND(ZEN) ON(ZEN, "127.255.255.254"), .want = "unknown" },
	{ "refused at the self test", "list.blocked",
	    HOST "2.0.0.127." ZEN " A 127.255.255.254\n" ON(ZEN, "127.0.0.2"), .want = "unknown",
	    .says = "resolver of your own" },
	{ "an answer outside 127/8 is no listing", "list.blocked",
	    HOST SOUND(ZEN) ON(ZEN, "203.0.113.9"), .want = "unknown" },
	{ "a list of everything", "list.blocked", HOST "*." ZEN " A 127.0.0.2\n",
	    .want = "unknown" },
	{ "no self test, no listing", "list.blocked", HOST ON(ZEN, "127.0.0.2"),
	    .want = "unknown" },
	{ "the list is silent", "list.blocked", HOST SOUND(ZEN) "8.7.6.5." ZEN " A TIMEOUT\n",
	    .want = "unknown" },
	/* SORBS closed in June 2024; others still ask it. */
	{ "a dead list is not asked", "list.blocked",
	    HOST SOUND(ZEN) SOUND("dnsbl.sorbs.net") ON("dnsbl.sorbs.net", "127.0.0.6"),
	    .want = "pass" },

	{ "clean", "list.domain-blocked", SOUND_DBL, .want = "pass" },
	{ "RFC 5782 test entry", "list.domain-blocked", "test." DBL " A 127.0.1.2\n",
	    .want = "pass" },
	{ "listed", "list.domain-blocked", SOUND_DBL "example.com." DBL " A 127.0.1.4\n",
	    .want = "fail critical", .says = "phishing" },
	{ "the mail host", "list.domain-blocked",
	    HOST SOUND_DBL "mx.example.com." DBL " A 127.0.1.2\n", .want = "pass; fail critical" },
	{ "refusal", "list.domain-blocked", SOUND_DBL "example.com." DBL " A 127.255.255.254\n",
	    .want = "unknown" },
	{ "DBL does not take addresses", "list.domain-blocked",
	    SOUND_DBL "example.com." DBL " A 127.0.1.255\n", .want = "unknown" },
	/* SURBL and URIBL know registered domains only. */
	{ "the registered domain is asked for", "list.domain-blocked",
	    "example.com MX 10 a.mx.example.co.uk.\na.mx.example.co.uk A 5.6.7.8\n" SOUND_SURBL
	    "example.co.uk." SURBL " A 127.0.0.64\n",
	    .want = "pass; fail critical", .says = "a.mx.example.co.uk is on" },
	{ "never the full name", "list.domain-blocked",
	    "example.com MX 10 mx.example.net.\nmx.example.net A 5.6.7.8\n" SOUND_SURBL
	    "mx.example.net." SURBL " A 127.0.0.64\n",
	    .want = "pass; pass" },
	{ "our own is asked for once", "list.domain-blocked",
	    HOST SOUND_SURBL SOUND_DBL "example.com." SURBL " A 127.0.0.64\n",
	    .want = "fail critical; pass" },
	{ "bits", "list.domain-blocked",
	    "test.uribl.com.multi.uribl.com A 127.0.0.14\nexample.com.multi.uribl.com A "
	    "127.0.0.6\n",
	    .want = "fail critical", .says = "grey" },
	{ "URIBL refuses by bit 1", "list.domain-blocked",
	    "test.uribl.com.multi.uribl.com A 127.0.0.14\nexample.com.multi.uribl.com A "
	    "127.0.0.1\n",
	    .want = "unknown" },
	{ "INVALID is listed", "list.domain-blocked", "*." DBL " A 127.0.1.2\n",
	    .want = "unknown" },

	{ "one of them", "list.usable", SOUND(ZEN), .want = "unknown; pass",
	    .says = "1 of 16 lists" },
	{ "refusal and wildcard", "list.usable",
	    "2.0.0.127." ZEN " A 127.255.255.254\n*.psbl.surriel.com A 127.0.0.2\n",
	    .want = "unknown; unknown; unknown", .says = "list everything" },
	{ "silent", "list.usable",
	    ZEN " ANY TIMEOUT\n2.0.0.127." ZEN " A TIMEOUT\n1.0.0.127." ZEN " A TIMEOUT\n",
	    .want = "unknown; unknown", .says = "do not answer" },
	{ "taken over, outside 127/8", "list.usable", "*.psbl.surriel.com A 203.0.113.9\n",
	    .want = "unknown; unknown" },
	{ "IPv6 list by its own entry", "list.usable",
	    "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	    "bl.ipv6.spameatingmonkey.net A 127.0.0.2\n",
	    .want = "unknown; pass" },

	/* A profile may make this count: it has to be INFO, and nothing else. */
	{ "on none", "list.accredited", HOST, .want = "info", .says = "no list of good senders" },
	{ "IADB in words", "list.accredited",
	    HOST ON(IADB, "127.0.0.1") ON(IADB, "127.2.255.5") ON(IADB, "127.3.100.10"),
	    .want = "pass", .says = "publishes DMARC, all lists are confirmed opt-in" },
	{ "DNSWL", "list.accredited", HOST ON(DNSWL, "127.0.3.2"), .want = "pass",
	    .says = "medium trust, e-mail service provider" },
	/* happyDeliver counts the refusal as good reputation. */
	{ "DNSWL refuses", "list.accredited", HOST ON(DNSWL, "127.0.0.255"), .want = "unknown" },
	{ "wildcard", "list.accredited", HOST "*." IADB " A 127.0.0.1\n", .want = "unknown" },
	{ "silent", "list.accredited", HOST "8.7.6.5." DNSWL " A SERVFAIL\n", .want = "unknown" },
	{ "nothing to ask about", "list.accredited", "example.com MX 0 .\n", .want = "skip" },
};

/* What --offline answers: the zone file, and nothing for the rest. */
static void answer_offline(struct frank_case *c)
{
	struct fact *f;

	while ((f = case_next_open(c)) != NULL) {
		zone_answer(c, STR(HOST), f);
		if (!domain_under(f->question.dns.name, STR("example.com")))
			f->from = STR("--offline");
		case_answered(c, f);
	}
}

static void worlds(void **state)
{
	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

/* --offline: "not on any list" would be a lie, and so would "the list is dead". */
static void offline_nobody_is_asked(void **state)
{
	static const char *const checks[] = { "list.blocked", "list.domain-blocked", "list.usable",
		"list.accredited" };

	(void)state;
	for (size_t i = 0; i < LENGTH(checks); i++) {
		struct arena a = { 0 };
		struct str only = str_of(checks[i]);
		struct audit_options o = { .only = &only, .only_count = 1 };
		struct frank_case c;
		size_t n;

		case_init(&c, &a, STR("example.com"), 1795000000);
		struct audit *au = audit_new(&c, &o);
		for (audit_step(au); audit_pending(au) > 0; audit_step(au))
			answer_offline(&c);
		const struct finding *f = audit_findings(au, &n);
		if (n == 0 || f[0].verdict != VERDICT_UNKNOWN)
			fail_msg(
			    "%s: %s", checks[i], n > 0 ? verdict_name(f[0].verdict) : "nothing");
		if (str_find(f[0].says, STR("asked")) < 0)
			fail_msg("%s: " STR_FMT, checks[i], STR_ARG(f[0].says));
		arena_free(&a);
	}
}

/* Every list that is asked says what its answers mean, where to go, and where that was read. */
static void lists_are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < list_count; i++) {
		const struct list *l = &lists[i];

		if (!domain_is_fqdn(str_of(l->zone)) || l->name == NULL)
			fail_msg("list %zu has no name", i);
		if (l->state == NULL &&
		    (l->meaning == NULL || l->delist == NULL || l->source == NULL))
			fail_msg("%s is not complete", l->zone);
		if (l->kind == LIST_ADDRESSES && !l->v4 && !l->v6)
			fail_msg("%s is asked for nothing", l->zone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worlds),
		cmocka_unit_test(offline_nobody_is_asked),
		cmocka_unit_test(lists_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
