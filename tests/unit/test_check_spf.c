/* test_check_spf - worlds in which each spf.* check fires, and in which it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "verdicts.h"
#include "auth/spf.h"

#define S(text) "example.com TXT \"" text "\"\n"
#define MX	"example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"
#define MX6	MX "mx.example.com AAAA 2001:db8::1\n"
#define GOOD	S("v=spf1 mx -all")
#define T(name) name ".test TXT \"v=spf1 ip4:198.51.100.1 -all\"\n"
#define FIFTY	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy"
#define LONG	"x=" FIFTY FIFTY FIFTY FIFTY
#define A(name) name ".test A 198.51.100.7\n"

static void presence(void **state)
{
	static const struct verdict_row rows[] = {
		{ "one", "spf.present", MX GOOD, .want = "pass" },
		{ "none", "spf.present", MX, .want = "fail critical", .fix = "\"v=spf1 mx -all\"" },
		{ "none, with an address", "spf.present", MX, .ip = "2001:db8::9",
		    .want = "fail critical", .fix = "\"v=spf1 mx ip6:2001:db8::9 -all\"" },
		{ "none, no mail", "spf.present", "example.com MX 0 .\n", .want = "fail critical",
		    .fix = "\"v=spf1 -all\"" },
		{ "two", "spf.present", MX GOOD S("v=spf1 ip4:192.0.2.9 ~all"),
		    .want = "fail critical", .fix = "\"v=spf1 mx ip4:192.0.2.9 -all\"" },
		{ "two that redirect, one of them faulty", "spf.present",
		    MX S("v=spf1 ipv4:192.0.2.9 redirect=a.test") S("v=spf1 redirect=b.test") T("a")
			T("b"),
		    .want = "fail critical",
		    .fix = "\"v=spf1 ip4:192.0.2.9 include:a.test include:b.test ip4:192.0.2.1 "
			   "~all\"" },
		{ "glued", "spf.present", MX S("v=spf1mx -all"), .want = "fail critical",
		    .fix = "\"v=spf1 mx -all\"" },
		{ "v=spf10 is no SPF", "spf.present", S("v=spf10 mx -all"),
		    .want = "fail critical" },
		{ "capitals are fine", "spf.present", S("V=SPF1 MX -ALL"), .want = "pass" },
		{ "DNS trouble", "spf.present", "example.com TXT SERVFAIL\n", .want = "unknown" },
		{ "other TXT", "spf.present", GOOD S("google-site-verification=x"),
		    .want = "pass" },

		{ "good", "spf.syntax", GOOD, .want = "pass" },
		{ "none", "spf.syntax", MX, .want = "skip" },
		{ "ipv4:", "spf.syntax", MX S("v=spf1 mx ipv4:192.0.2.1 -all"),
		    .want = "fail critical", .fix = "\"v=spf1 mx ip4:192.0.2.1 -all\"",
		    .says = "character 11" },
		{ "ip4= is ignored", "spf.syntax", S("v=spf1 ip4=192.0.2.1 -all"),
		    .want = "fail major", .fix = "\"v=spf1 ip4:192.0.2.1 -all\"" },
		{ "two faults", "spf.syntax", S("v=spf1 foo:x bar:y -all"),
		    .want = "fail critical; fail critical" },
		{ "strings joined without a space", "spf.syntax",
		    "example.com TXT \"v=spf1 include:a.test\" \"include:b.test -all\"\n" T("a")
			T("b"),
		    .want = "fail critical",
		    .fix = "\"v=spf1 include:a.test include:b.test -all\"" },
		{ "strings joined inside a term", "spf.syntax",
		    "example.com TXT \"v=spf1 include:a.te\" \"st -all\"\n", .want = "pass" },
		{ "unknown modifier is fine", "spf.syntax", S("v=spf1 op=x mx -all"),
		    .want = "pass" },

		{ "ASCII", "spf.case-bytes", GOOD, .want = "pass" },
		{ "dash", "spf.case-bytes", MX S("v=spf1 mx \\226\\128\\147all"),
		    .want = "fail critical", .fix = "\"v=spf1 mx -all\"" },
		{ "quotes around", "spf.case-bytes",
		    MX S("\\226\\128\\156v=spf1 mx -all\\226\\128\\157"), .want = "fail critical",
		    .fix = "\"v=spf1 mx -all\"" },
		{ "said once", "spf.syntax", S("v=spf1 mx\\226\\128\\139 -all"), .want = "skip" },
		{ "a quote in the middle", "spf.case-bytes", S("v=spf1 mx \\034-all\\034"),
		    .want = "fail critical" },
		{ "a U-label", "spf.case-bytes",
		    S("v=spf1 include:b\\195\\188cher.test -all") T("xn--bcher-kva"),
		    .want = "fail critical", .fix = "\"v=spf1 include:xn--bcher-kva.test -all\"" },
		{ "invisible", "spf.case-bytes", S("v=spf1 mx\\226\\128\\139 -all"),
		    .want = "fail critical" },
		{ "v=spf1.", "spf.case-bytes", S("v=spf1. mx -all"), .want = "fail critical" },
		{ "none", "spf.case-bytes", MX, .want = "skip" },

		{ "small", "spf.length", GOOD, .want = "pass" },
		{ "over 512", "spf.length", GOOD S(LONG) S(LONG) S(LONG), .want = "info" },
		{ "over 1232", "spf.length", GOOD S(LONG) S(LONG) S(LONG) S(LONG) S(LONG) S(LONG),
		    .want = "fail minor" },
		{ "none", "spf.type99", GOOD, .want = "pass" },
		{ "one", "spf.type99", GOOD "example.com SPF \"v=spf1 -all\"\n",
		    .want = "fail minor" },
		{ "none", "spf.senderid", GOOD, .want = "pass" },
		{ "one", "spf.senderid", GOOD S("spf2.0/pra mx -all"), .want = "fail minor" },
		{ "www without", "spf.subdomains", GOOD "www.example.com A 192.0.2.3\n",
		    .want = "info", .fix = "\"v=spf1 -all\"" },
		{ "www with", "spf.subdomains",
		    GOOD "www.example.com A 192.0.2.3\nwww.example.com TXT \"v=spf1 -all\"\n",
		    .want = "pass" },
		{ "no www", "spf.subdomains", GOOD, .want = "skip" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

static void limits(void **state)
{
	static const struct verdict_row rows[] = {
		{ "one", "spf.lookups", MX GOOD, .want = "pass", .says = "1 of 10" },
		/* Internet.nl called twelve a: terms valid. */
		{ "twelve a", "spf.lookups",
		    S("v=spf1 a:a.test a:b.test a:c.test a:d.test a:e.test a:f.test a:g.test "
		      "a:h.test "
		      "a:i.test a:j.test a:k.test a:l.test -all") A("a") A("b") A("c") A("d") A("e")
			A("f") A("g") A("h") A("i") A("j") A("k") A("l"),
		    .want = "fail critical", .says = "needs 12 DNS lookups; the limit is 10" },
		/* DomainDetective: bare forms and qualifiers were not counted. */
		{ "bare a, mx, a/24, +mx:, ~include:", "spf.lookups",
		    MX S("v=spf1 a mx a/24 +mx:a.test ~include:b.test -all")
			T("b") "a.test MX 10 a.test.\n" A("a"),
		    .want = "pass", .says = "5 of 10" },
		/* DMARQ: nested terms were not counted. */
		{ "nested", "spf.lookups",
		    S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 include:b.test "
						    "include:c.test -all\"\n" T("b") T("c"),
		    .want = "pass", .says = "3 of 10" },
		{ "exp is not counted", "spf.lookups", MX S("v=spf1 mx -all exp=e.test"),
		    .want = "pass", .says = "1 of 10" },
		{ "redirect is counted", "spf.lookups", S("v=spf1 redirect=a.test") T("a"),
		    .want = "pass", .says = "1 of 10" },
		{ "behind all nothing counts", "spf.lookups",
		    MX S("v=spf1 mx -all a a a a a a a a a a"), .want = "pass", .says = "1 of 10" },
		{ "close", "spf.lookups", MX S("v=spf1 mx mx mx mx mx mx mx mx -all"),
		    .want = "warn minor" },
		{ "broken", "spf.lookups", S("v=spf1 foo -all"), .want = "skip" },
		{ "DNS trouble", "spf.lookups",
		    S("v=spf1 include:a.test -all") "a.test TXT TIMEOUT\n", .want = "unknown" },

		{ "none", "spf.void", MX GOOD, .want = "pass" },
		{ "one", "spf.void", S("v=spf1 a:gone.test -all"), .want = "warn minor",
		    .fix = "\"v=spf1 -all\"", .says = "gone.test" },
		{ "three", "spf.void",
		    S("v=spf1 a:x.gone.test mx:y.gone.test exists:z.gone.test -all"),
		    .want = "fail critical" },
		{ "IPv4 only is not void", "spf.void",
		    S("v=spf1 a:a.test a:b.test a:c.test -all") A("a") A("b") A("c"),
		    .want = "pass" },
		/* DMARQ asked TXT for exists. */
		{ "exists asks A", "spf.void", S("v=spf1 exists:a.test -all") A("a"),
		    .want = "pass" },

		{ "one", "spf.mx-limit", MX GOOD, .want = "pass" },
		{ "eleven", "spf.mx-limit",
		    "example.com MX 1 a.test.\nexample.com MX 1 b.test.\nexample.com MX 1 c.test.\n"
		    "example.com MX 1 d.test.\nexample.com MX 1 e.test.\nexample.com MX 1 f.test.\n"
		    "example.com MX 1 g.test.\nexample.com MX 1 h.test.\nexample.com MX 1 i.test.\n"
		    "example.com MX 1 j.test.\nexample.com MX 1 k.test.\n" GOOD,
		    .want = "fail critical" },

		{ "none", "spf.includes", GOOD, .want = "pass" },
		{ "sound", "spf.includes", S("v=spf1 include:a.test -all") T("a"), .want = "pass" },
		{ "to nothing", "spf.includes", MX S("v=spf1 mx include:gone.test -all"),
		    .want = "fail critical", .fix = "\"v=spf1 mx -all\"",
		    .says = "does not exist" },
		{ "to no SPF", "spf.includes", S("v=spf1 include:a.test -all") A("a"),
		    .want = "fail critical", .says = "without an SPF record" },
		{ "broken child", "spf.includes",
		    S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 foo -all\"\n",
		    .want = "fail critical" },
		{ "itself", "spf.includes", S("v=spf1 include:example.com -all"),
		    .want = "fail critical", .says = "loop" },
		{ "a loop of two", "spf.includes",
		    S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 include:example.com "
						    "-all\"\n",
		    .want = "fail critical", .says = "loop" },
		/* DomainDetective called a diamond a loop. */
		{ "a diamond is no loop", "spf.includes",
		    S("v=spf1 include:a.test include:b.test -all") "a.test TXT \"v=spf1 "
								   "include:c.test -all\"\n"
								   "b.test TXT \"v=spf1 "
								   "include:c.test -all\"\n" T("c"),
		    .want = "pass" },
		{ "redirect to nothing", "spf.includes", S("v=spf1 redirect=gone.test"),
		    .want = "fail critical" },
		{ "DNS trouble", "spf.includes",
		    S("v=spf1 include:a.test -all") "a.test TXT TIMEOUT\n", .want = "unknown" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

static void senders(void **state)
{
	static const struct verdict_row rows[] = {
		{ "passes", "spf.hosts", MX GOOD, .want = "pass" },
		{ "IPv6 forgotten", "spf.hosts", MX6 S("v=spf1 ip4:192.0.2.1 -all"),
		    .want = "pass; fail critical" },
		{ "IPv6 by mx", "spf.hosts", MX6 GOOD, .want = "pass; pass" },
		{ "--ip", "spf.hosts", MX GOOD, .ip = "2001:db8::25",
		    .want = "pass; fail critical" },
		{ "soft", "spf.hosts", MX S("v=spf1 ~all"), .want = "fail major",
		    .fix = "\"v=spf1 ip4:192.0.2.1 ~all\"" },
		{ "refused by name", "spf.hosts", MX S("v=spf1 -mx ~all"), .want = "fail critical",
		    .fix = "\"v=spf1 ip4:192.0.2.1 -mx ~all\"" },
		{ "redirect", "spf.hosts", MX S("v=spf1 redirect=a.test") T("a"),
		    .want = "fail critical", .fix = "\"v=spf1 ip4:192.0.2.1 redirect=a.test\"" },
		{ "by include", "spf.hosts",
		    MX S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 ip4:192.0.2.0/24 "
						       "-all\"\n",
		    .want = "pass" },
		{ "a fail inside an include is no fail", "spf.hosts",
		    MX S("v=spf1 include:a.test mx -all") "a.test TXT \"v=spf1 -all\"\n",
		    .want = "pass" },
		{ "a typing fault", "spf.hosts", MX S("v=spf1 ipv4:192.0.2.1 -all"),
		    .want = "fail critical", .fix = "\"v=spf1 ip4:192.0.2.1 -all\"" },
		{ "a typing fault, and IPv6 forgotten", "spf.hosts",
		    MX6 S("v=spf1 ipv4:192.0.2.1 -all"), .want = "fail critical; fail critical",
		    .fix = "\"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all\"" },
		{ "permanent error", "spf.hosts", MX S("v=spf1 include:gone.test mx -all"),
		    .want = "fail critical", .says = "permanent error" },
		{ "a/24", "spf.hosts", MX "example.com A 192.0.2.200\n" S("v=spf1 a/24 -all"),
		    .want = "pass" },
		{ "macro", "spf.hosts",
		    MX S("v=spf1 exists:%{i}.a.test -all") "192.0.2.1.a.test A 127.0.0.2\n",
		    .want = "pass" },
		{ "DNS trouble", "spf.hosts",
		    MX S("v=spf1 include:a.test -all") "a.test TXT TIMEOUT\n", .want = "unknown" },
		{ "no record", "spf.hosts", MX, .want = "skip" },

		{ "none", "spf.helo", MX GOOD, .want = "fail minor", .fix = "\"v=spf1 a -all\"" },
		{ "passes", "spf.helo", MX GOOD "mx.example.com TXT \"v=spf1 a -all\"\n",
		    .want = "pass" },
		{ "fails", "spf.helo", MX GOOD "mx.example.com TXT \"v=spf1 -all\"\n",
		    .want = "fail minor" },
		{ "a service's host", "spf.helo",
		    "example.com MX 10 mx.test.\nmx.test A 192.0.2.1\n", .want = "skip" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

static void policies(void **state)
{
	static const struct verdict_row rows[] = {
		{ "-all", "spf.all", GOOD, .want = "pass" },
		{ "~all", "spf.all", S("v=spf1 mx ~all"), .want = "pass" },
		{ "+all", "spf.all", MX S("v=spf1 mx +all"), .want = "fail critical",
		    .fix = "\"v=spf1 mx ~all\"" },
		{ "all", "spf.all", S("v=spf1 mx all"), .want = "fail critical" },
		{ "?all", "spf.all", S("v=spf1 mx ?all"), .want = "fail major" },
		{ "nothing", "spf.all", MX S("v=spf1 mx"), .want = "fail major",
		    .fix = "\"v=spf1 mx ~all\"" },
		{ "what stood behind all stays out", "spf.all", MX S("v=spf1 mx ?all a"),
		    .want = "fail major", .fix = "\"v=spf1 mx ~all\"" },
		{ "by redirect", "spf.all", S("v=spf1 redirect=a.test") T("a"), .want = "pass" },
		{ "+all by redirect", "spf.all",
		    S("v=spf1 redirect=a.test") "a.test TXT \"v=spf1 +all\"\n",
		    .want = "fail critical" },

		{ "narrow", "spf.wide", S("v=spf1 ip4:192.0.0.0/16 ip6:2001:db8::/32 -all"),
		    .want = "pass" },
		{ "/8", "spf.wide", S("v=spf1 ip4:10.0.0.0/8 -all"), .want = "fail major" },
		{ "/0", "spf.wide", S("v=spf1 ip4:0.0.0.0/0 -all"), .want = "fail critical" },
		{ "::/0", "spf.wide", S("v=spf1 ip6:::/0 -all"), .want = "fail critical" },
		{ "a/8", "spf.wide", S("v=spf1 a/8 -all"), .want = "fail major" },
		{ "a service's /14", "spf.wide",
		    S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 ip4:52.100.0.0/14 "
						    "-all\"\n",
		    .want = "pass" },
		{ "an include with +all", "spf.wide",
		    S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 +all\"\n",
		    .want = "fail critical" },

		{ "no", "spf.ptr", GOOD, .want = "pass" },
		{ "own", "spf.ptr", MX S("v=spf1 mx ptr -all"), .want = "fail minor",
		    .fix = "\"v=spf1 mx -all\"" },
		{ "a service's", "spf.ptr",
		    S("v=spf1 include:a.test -all") "a.test TXT \"v=spf1 ptr -all\"\n",
		    .want = "warn minor" },

		{ "none", "spf.unreachable", GOOD, .want = "pass" },
		{ "behind all", "spf.unreachable", S("v=spf1 -all mx"), .want = "fail minor",
		    .fix = "\"v=spf1 -all\"" },
		{ "exp behind all is fine", "spf.unreachable", S("v=spf1 mx -all exp=e.test"),
		    .want = "pass" },
		{ "redirect beside all", "spf.unreachable", S("v=spf1 redirect=a.test -all"),
		    .want = "fail minor", .fix = "\"v=spf1 -all\"" },
		{ "redirect to +all", "spf.all",
		    S("v=spf1 redirect=a.test") "a.test TXT \"v=spf1 +all\"\n",
		    .want = "fail critical", .fix = "\"v=spf1 ~all\"" },
		{ "redirect to no all", "spf.all",
		    S("v=spf1 redirect=a.test") "a.test TXT \"v=spf1 ip4:192.0.2.1\"\n",
		    .want = "fail major", .fix = "\"v=spf1 include:a.test ~all\"" },
		{ "twice", "spf.unreachable", S("v=spf1 include:a.test include:A.test -all") T("a"),
		    .want = "fail minor", .fix = "\"v=spf1 include:a.test -all\"" },
		{ "covered", "spf.unreachable", S("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all"),
		    .want = "fail minor", .fix = "\"v=spf1 ip4:192.0.2.0/24 -all\"" },
		{ "not covered", "spf.unreachable", S("v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all"),
		    .want = "pass" },

		{ "none", "spf.macro", GOOD, .want = "pass" },
		{ "harmless", "spf.macro", S("v=spf1 exists:%{i}.a.test -all"), .want = "info" },
		{ "%{p}", "spf.macro", S("v=spf1 exists:%{p}.a.test -all"), .want = "fail minor" },

		{ "none", "spf.exp", GOOD, .want = "pass" },
		{ "there", "spf.exp", S("v=spf1 -all exp=e.test") "e.test TXT \"Sorry.\"\n",
		    .want = "pass" },
		{ "gone", "spf.exp", S("v=spf1 -all exp=e.test"), .want = "warn info" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

/* The record proposed for a forgotten address makes every sender pass, and reads clean. */
static void proposed_records_let_the_senders_pass(void **state)
{
	static const char *const zones[] = { MX6 S("v=spf1 ip4:192.0.2.1 -all"),
		MX6 S("v=spf1 -all"), MX6 S("v=spf1 -mx ~all exp=e.test"), MX6 S("v=spf1"),
		MX6 S("v=spf1 redirect=a.test") T("a") };

	(void)state;
	for (size_t i = 0; i < LENGTH(zones); i++) {
		struct arena a = { 0 };
		struct verdict_row row = { .check = "spf.hosts", .zone = zones[i] };
		struct str value = { 0 }, world;
		size_t n;
		const struct finding *f = verdict_run(&a, &row, &n);

		for (size_t k = 0; k < n; k++)
			if (f[k].fixes != NULL)
				value = f[k].fixes->value;
		assert_true(value.n > 0);
		world = arena_fmt(&a, MX6 T("a") "example.com TXT " STR_FMT "\n", STR_ARG(value));
		row.zone = world.p;
		f = verdict_run(&a, &row, &n);
		for (size_t k = 0; k < n; k++)
			if (f[k].verdict != VERDICT_PASS)
				fail_msg("%s: " STR_FMT, zones[i], STR_ARG(f[k].says));
		arena_free(&a);
	}
}

/* Whatever any spf check proposes for the domain parses without a fault. */
static void proposed_records_are_clean(void **state)
{
	static const char *const zones[] = { MX, S("v=spf1 ipv4:192.0.2.1 inlcude:a.test - all"),
		S("v=spf1 mx ptr a:gone.test include:gone.test -all mx"),
		GOOD S("v=spf1 ipv4:192.0.2.9 foo ~all"), S("v=spf1;mx;-all"),
		S("v=spf1 a:a.test a:b.test a:c.test a:a.test a:b.test a:c.test a a a a a a a +all")
		    A("a") A("b") A("c") "example.com A 192.0.2.77\n" };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(zones); i++) {
		struct arena a = { 0 };
		struct verdict_row row = { .check = "spf", .zone = zones[i] };
		size_t n;
		const struct finding *f = verdict_run(&a, &row, &n);

		for (size_t k = 0; k < n; k++)
			for (const struct fix *x = f[k].fixes; x != NULL; x = x->next) {
				struct dns_record record;
				struct spf_record s;

				if (x->kind != FIX_ADD && x->kind != FIX_REPLACE)
					continue;
				dns_record_parse(&a, DNS_TXT, x->value, &record);
				spf_parse(&a, record.txt.joined, &s);
				if (!record.parsed || s.fault_count > 0 ||
				    !str_starts(record.txt.joined, STR("v=spf1 ")))
					fail_msg("%s: " STR_FMT, f[k].check->id, STR_ARG(x->value));
				seen++;
			}
		arena_free(&a);
	}
	assert_in_range(seen, 10, 1000);
}

/* The text that all findings about the record at example.com propose for it; {0}: none. */
static struct str the_proposal(struct arena *a, const char *zone, size_t *findings)
{
	struct verdict_row row = { .check = "spf", .zone = zone };
	struct str value = { 0 };
	size_t n;
	const struct finding *f = verdict_run(a, &row, &n);

	*findings = 0;
	for (size_t i = 0; i < n; i++)
		for (const struct fix *x = f[i].fixes; x != NULL; x = x->next) {
			if (x->kind != FIX_REPLACE || !str_eq(x->name, STR("example.com")))
				continue;
			if (value.n > 0 && !str_eq(value, x->value))
				fail_msg("%s: %s proposes " STR_FMT " instead of " STR_FMT, zone,
				    f[i].check->id, STR_ARG(x->value), STR_ARG(value));
			value = x->value;
			++*findings;
		}
	return value;
}

static void nothing_is_critical(struct arena *a, const char *zone)
{
	struct verdict_row row = { .check = "spf", .zone = zone };
	size_t n;
	const struct finding *f = verdict_run(a, &row, &n);

	for (size_t i = 0; i < n; i++)
		if (f[i].verdict == VERDICT_FAIL && f[i].severity >= SEVERITY_MAJOR)
			fail_msg("%s: " STR_FMT, zone, STR_ARG(f[i].says));
}

/* However much is wrong: one change, and once it is published nothing is left to change. */
static void one_record_one_proposal(void **state)
{
	static const struct {
		const char *world, *record, *proposal;
		size_t findings; /* at least so many propose it */
	} rows[] = {
		{ MX6, S("v=spf1 ipv4:192.0.2.1 include:gone.test ptr ?all"),
		    "\"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all\"", 2 },
		{ MX6 T("a"), S("v=spf1 a:gone.test include:a.test include:a.test ptr +all mx"),
		    "\"v=spf1 include:a.test ip4:192.0.2.1 ip6:2001:db8::1 ~all\"", 4 },
		{ MX A("a"),
		    S("v=spf1 a:a.test a:a.test/24 a:a.test/25 a:a.test/26 a:a.test/27 "
		      "a:a.test/28 a:a.test/29 a:a.test/30 a:a.test/31 mx a:a.test/23 ?all"),
		    "\"v=spf1 ip4:198.51.100.7 a:a.test/24 a:a.test/25 a:a.test/26 a:a.test/27 "
		    "a:a.test/28 a:a.test/29 a:a.test/30 a:a.test/31 mx a:a.test/23 ~all\"",
		    2 },
		{ MX, "example.com TXT \"v=spf1 a:mx.example.com\" \"mx -all\"\n", NULL, 0 },
		{ MX T("a"), "example.com TXT \"v=spf1 include:a.test\" \"ip4:192.0.2.1 -all\"\n",
		    "\"v=spf1 include:a.test ip4:192.0.2.1 -all\"", 2 },
		{ MX, S("v=spf1 include:example.com ip4=192.0.2.1 -all"),
		    "\"v=spf1 ip4:192.0.2.1 -all\"", 2 },
		{ MX "a.test TXT \"v=spf1 ?all\"\n", S("v=spf1 redirect=a.test"),
		    "\"v=spf1 include:a.test ip4:192.0.2.1 ~all\"", 2 },
		{ MX, S("v=spf1 mx -all"), NULL, 0 },
		{ MX6, S("v=spf1mx:gone.test"), "\"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all\"",
		    2 },
		{ MX, S("v=spf1 mx -all") S("v=spf1 mx \\226\\128\\147all a"), NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct str world = arena_fmt(&a, "%s%s", rows[i].world, rows[i].record), got;
		size_t findings;

		got = the_proposal(&a, world.p, &findings);
		if (rows[i].findings > 0 && !str_eq(got, str_of(rows[i].proposal)))
			fail_msg("%s: " STR_FMT, rows[i].record, STR_ARG(got));
		if (findings < rows[i].findings)
			fail_msg("%s: only %zu propose it", rows[i].record, findings);
		if (got.n > 0) {
			world = arena_fmt(
			    &a, "%sexample.com TXT " STR_FMT "\n", rows[i].world, STR_ARG(got));
			got = the_proposal(&a, world.p, &findings);
			nothing_is_critical(&a, world.p);
		}
		if (got.n > 0)
			fail_msg("%s: then " STR_FMT, world.p, STR_ARG(got));
		arena_free(&a);
	}
}

/* What others need is not to be mended here, and no record is proposed that fails as well. */
static void no_proposal_that_fails(void **state)
{
	static const struct verdict_row rows[] = {
		{ "eleven lookups beneath", "spf.syntax",
		    MX S("v=spf1 mx ipv4:192.0.2.1 include:a.test -all") "a.test TXT \"v=spf1 a a "
									 "a a a a a a a a "
									 "-all\"\na.test A "
									 "192.0.2.9\n",
		    .want = "fail critical", .says = "No record is proposed" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

static void what_is_asked_for_a_fix_is_no_evidence(void **state)
{
	struct verdict_row row = { .check = "spf.syntax",
		.zone = MX6 S("v=spf1 ipv4:192.0.2.1 foo include:a.test -all") T("a") };
	struct arena a = { 0 };
	size_t n;
	const struct finding *f = verdict_run(&a, &row, &n);

	(void)state;
	assert_int_equal(n, 2);
	assert_non_null(f[1].fixes);
	assert_int_equal(f[0].evidence_count, 1);
	assert_int_equal(f[1].evidence_count, 1);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presence),
		cmocka_unit_test(limits),
		cmocka_unit_test(senders),
		cmocka_unit_test(policies),
		cmocka_unit_test(proposed_records_let_the_senders_pass),
		cmocka_unit_test(proposed_records_are_clean),
		cmocka_unit_test(one_record_one_proposal),
		cmocka_unit_test(no_proposal_that_fails),
		cmocka_unit_test(what_is_asked_for_a_fix_is_no_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
