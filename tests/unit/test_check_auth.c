/* test_check_auth - what the auth.* checks say of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "post_world.h"

#define IP	      "192.0.2.25"
#define KEY	      "s._domainkey.a.test TXT KEY\n"
#define SPF	      "a.test TXT \"v=spf1 ip4:192.0.2.25 -all\"\n"
#define DMARC(policy) "_dmarc.a.test TXT \"v=DMARC1; p=" policy "\"\n"
#define NAMES                                                                                      \
	"25.2.0.192.in-addr.arpa PTR mx.a.test.\nmx.a.test A 192.0.2.25\nmx.a.test TXT \"v=spf1 "  \
	"a -all\"\n"

/* name, zone, and what more there is of a struct mail_row */
#define MAIL(...)                                                                                  \
	{                                                                                          \
		__VA_ARGS__, .ip = IP, .helo = "mx.a.test", .from = "b@a.test"                     \
	}

static const struct post_row spf_rows[] = {
	{ "auth.spf", "pass", MAIL("permitted", SPF), "may send for a.test" },
	{ "auth.spf", "fail critical", MAIL("not permitted", "a.test TXT \"v=spf1 -all\"\n"),
	    "may not send" },
	{ "auth.spf", "fail major", MAIL("softly", "a.test TXT \"v=spf1 ~all\"\n"), "softfail" },
	{ "auth.spf", "fail major", MAIL("neutral", "a.test TXT \"v=spf1 ?all\"\n"), "left open" },
	{ "auth.spf", "fail major", MAIL("no record", "a.test A 192.0.2.1\n"), "no record" },
	{ "auth.spf", "fail critical", MAIL("broken", "a.test TXT \"v=spf1 ip4:x -all\"\n"),
	    "permerror" },
	{ "auth.spf", "unknown", MAIL("no answer", "a.test TXT TIMEOUT\n"), "did not answer" },
	{ "auth.spf", "unknown", { .name = "no client", .zone = SPF, .from = "b@a.test" } },
	{ "auth.spf", "unknown", { .name = "no envelope", .zone = SPF, .ip = IP } },
	{ "auth.spf", "pass",
	    { .name = "null sender", .zone = NAMES, .ip = IP, .helo = "mx.a.test", .from = "" },
	    "mx.a.test" },
	{ "auth.helo", "pass", MAIL("permitted", NAMES), "mx.a.test" },
	{ "auth.helo", "warn minor", MAIL("no record", "mx.a.test A 192.0.2.25\n") },
	{ "auth.helo", "fail major", MAIL("forbidden", "mx.a.test TXT \"v=spf1 -all\"\n") },
	{ "auth.helo", "warn minor", MAIL("softly", "mx.a.test TXT \"v=spf1 ~all\"\n") },
	{ "auth.helo", "fail major",
	    { .name = "one word", .zone = "", .ip = IP, .helo = "localhost", .from = "b@a.test" },
	    "no full host name" },
	{ "auth.helo", "warn minor",
	    { .name = "literal",
		.zone = "",
		.ip = IP,
		.helo = "[192.0.2.25]",
		.from = "b@a.test" } },
	{ "auth.helo", "unknown", { .name = "not known", .zone = "", .ip = IP } },
	{ "auth.iprev", "pass", MAIL("back and forth", NAMES) },
	{ "auth.iprev", "fail critical", MAIL("no name", "a.test A 192.0.2.1\n"), "no name" },
	{ "auth.iprev", "fail critical",
	    MAIL("elsewhere", "25.2.0.192.in-addr.arpa PTR mx.a.test.\nmx.a.test A 192.0.2.9\n"),
	    "does not lead back" },
	{ "auth.iprev", "unknown", MAIL("no answer", "25.2.0.192.in-addr.arpa PTR SERVFAIL\n") },
};

static const struct post_row dkim_rows[] = {
	{ "auth.dkim", "pass", MAIL("signed", KEY, .sign = { { "a.test" } }), "holds" },
	{ "auth.dkim", "fail critical", MAIL("not signed", KEY), "not signed" },
	{ "auth.dkim", "fail critical",
	    MAIL("no key", "a.test A 192.0.2.1\n", .sign = { { "a.test" } }), "does not hold" },
	{ "auth.dkim", "unknown",
	    MAIL("no answer", "s._domainkey.a.test TXT TIMEOUT\n", .sign = { { "a.test" } }) },
	{ "auth.dkim", "fail critical; pass",
	    MAIL("a stranger's signature does not help",
		"s._domainkey.esp.test TXT KEY\na.test A 192.0.2.1\n",
		.sign = { { "esp.test" }, { "a.test" } }) },
	{ "auth.dkim", "warn minor; pass",
	    MAIL("one broken beside a good one", KEY "x.a.test A 192.0.2.1\n",
		.sign = { { "a.test" }, { "a.test", "gone" } }) },
	{ "auth.dkim", "warn major",
	    MAIL("testing",
		"s._domainkey.a.test TXT \"v=DKIM1; k=ed25519; t=y; "
		"p=Gogcmuf2g5eoLT0nIqLCpmJAL6IDPZWrHGVVJwpLO18=\"\n",
		.sign = { { "a.test" } }) },
	{ "auth.dkim-covers", "fail major",
	    MAIL("Date is left out", KEY, .sign = { { "a.test" } },
		.message = "From: Ann <ann@a.test>\nDate: Mon, 16 Nov 2026 09:46:40 +0000\n"
			   "Subject: x\n\nBody\n"),
	    "does not cover Date" },
	{ "auth.dkim-covers", "warn minor", MAIL("not over-signed", KEY, .sign = { { "a.test" } }),
	    "second From" },
	{ "auth.dkim-covers", "pass",
	    MAIL("over-signed", KEY, .sign = { { "a.test", NULL, "from:from:subject:subject" } }) },
	{ "auth.dkim-covers", "fail major",
	    MAIL("a length", KEY,
		.sign = { { "a.test", NULL, "from:from:subject", "l=3; ", 3, true } }),
	    "up to a length" },
	{ "auth.dkim-covers", "skip", MAIL("none", KEY) },
	{ "auth.dkim-lifetime", "pass", MAIL("for ever", KEY, .sign = { { "a.test" } }) },
	{ "auth.dkim-lifetime", "warn minor",
	    MAIL("an hour", KEY, .sign = { { "a.test", .tags = "t=1795000000; x=1795003600; " } }),
	    "60 minutes" },
	{ "auth.dkim-lifetime", "pass",
	    MAIL("a week", KEY, .sign = { { "a.test", .tags = "t=1795000000; x=1795604800; " } }) },
	{ "auth.dkim-time", "pass",
	    MAIL("now", KEY, .sign = { { "a.test", .tags = "t=1795000000; " } }) },
	{ "auth.dkim-time", "fail minor",
	    MAIL("tomorrow", KEY, .sign = { { "a.test", .tags = "t=1795086400; " } }), "future" },
	{ "auth.dkim-time", "warn minor",
	    MAIL("last month", KEY, .sign = { { "a.test", .tags = "t=1792000000; " } }) },
};

static const struct post_row policy_rows[] = {
	{ "auth.dmarc", "pass", MAIL("by DKIM", KEY DMARC("reject"), .sign = { { "a.test" } }) },
	{ "auth.dmarc", "pass", MAIL("by SPF", SPF DMARC("reject")) },
	{ "auth.dmarc", "fail critical", MAIL("refused", DMARC("reject")), "refuse it" },
	{ "auth.dmarc", "fail critical", MAIL("junk", DMARC("quarantine")), "junk folder" },
	{ "auth.dmarc", "fail critical", MAIL("watched", DMARC("none")), "p=none" },
	{ "auth.dmarc", "fail major", MAIL("no record", "a.test A 192.0.2.1\n") },
	{ "auth.dmarc", "unknown", MAIL("no answer", "_dmarc.a.test TXT TIMEOUT\n") },
	{ "auth.arc", "skip", MAIL("no chain", "") },
	{ "auth.arc", "pass",
	    MAIL("one seal", "s._domainkey.f.test TXT KEY\n",
		.seal = { { "f.test", "spf=pass" } }) },
	{ "auth.arc", "warn minor",
	    MAIL("no key", "f.test A 192.0.2.1\n", .seal = { { "f.test", "spf=pass" } }) },
	{ "auth.authres", "pass", MAIL("none came along", "") },
	{ "auth.authres", "warn minor",
	    MAIL("forged", "", .above = "Authentication-Results: mx.test; dmarc=pass\n") },
};

static const struct post_row dialogue_rows[] = {
	{ "auth.tls", "unknown", MAIL("from a file", "") },
	{ "auth.tls", "pass", MAIL("TLS 1.3", ""), .dialogue = true },
	{ "auth.tls", "fail major", MAIL("plain", ""), .dialogue = true, .plain = true },
	{ "auth.tls", "fail major", MAIL("old", ""), "obsolete", .dialogue = true,
	    .tls = "TLSv1.1" },
	{ "auth.transcript", "unknown", MAIL("from a file", "") },
	{ "auth.transcript", "pass", MAIL("well spoken", ""), .dialogue = true },
	{ "auth.transcript", "fail major", MAIL("bare", ""), "CRLF", .dialogue = true,
	    .bare = true },
	{ "auth.transcript", "fail major", MAIL("early", ""), .dialogue = true, .early = true },
	{ "auth.transcript", "fail minor; fail minor", MAIL("old manners", ""), .dialogue = true,
	    .helo_only = true, .pipelined = true },
};

static void sender(void **state)
{
	(void)state;
	posts_hold(spf_rows, LENGTH(spf_rows));
}

static void signatures(void **state)
{
	(void)state;
	posts_hold(dkim_rows, LENGTH(dkim_rows));
}

static void policy(void **state)
{
	(void)state;
	posts_hold(policy_rows, LENGTH(policy_rows));
}

static void dialogue(void **state)
{
	(void)state;
	posts_hold(dialogue_rows, LENGTH(dialogue_rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sender),
		cmocka_unit_test(signatures),
		cmocka_unit_test(policy),
		cmocka_unit_test(dialogue),
	};

	return cmocka_run_group_tests_name("check_auth", tests, NULL, NULL);
}
