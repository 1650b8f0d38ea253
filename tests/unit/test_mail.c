/* test_mail - the whole verdict on a message: results, fields, sentences, in any order of facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mail_world.h"

#define DNS                                                                                        \
	"a.test TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"                                               \
	"_dmarc.a.test TXT \"v=DMARC1; p=reject\"\n"                                               \
	"s._domainkey.a.test TXT KEY\n"                                                            \
	"s._domainkey.b.test TXT KEY\n"                                                            \
	"bounce.a.test TXT \"v=spf1 ip4:192.0.2.1 ~all\"\n"                                        \
	"b.test TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"                                               \
	"1.2.0.192.in-addr.arpa PTR mx.a.test.\n"                                                  \
	"mx.a.test A 192.0.2.1\nmx.a.test TXT \"v=spf1 a -all\"\n"

struct sentence_row {
	struct mail_row mail;
	const char *want;
};

static void sentences(void **state)
{
	static const struct sentence_row rows[] = {
		{ { "SPF of the author", DNS, "192.0.2.1", "mx.a.test", "ann@a.test" },
		    "passes DMARC: passes SPF for a.test" },
		{ { "SPF aligned", DNS, "192.0.2.1", "mx.a.test", "x@bounce.a.test" },
		    "passes DMARC: passes SPF for bounce.a.test, which is aligned with a.test" },
		{ { "SPF of a stranger", DNS, "192.0.2.1", "mx.a.test", "x@b.test" },
		    "fails DMARC: passes SPF for b.test, which is not aligned with a.test; no DKIM "
		    "signature" },
		{ { "SPF fails", DNS, "192.0.2.9", "mx.a.test", "ann@a.test" },
		    "fails DMARC: fails SPF for a.test; no DKIM signature" },
		{ { "SPF softly fails", DNS, "192.0.2.9", "mx.a.test", "ann@bounce.a.test" },
		    "fails DMARC: SPF softly fails for bounce.a.test, which is aligned with "
		    "a.test; no DKIM signature" },
		{ { "no SPF", DNS, "192.0.2.9", "mx.a.test", "ann@c.test" },
		    "fails DMARC: there is no SPF policy for c.test, which is not aligned with "
		    "a.test; no DKIM signature" },
		{ { "no client", DNS, NULL, NULL, "ann@a.test" },
		    "fails DMARC: SPF could not be judged, as the client's address is not known; "
		    "no DKIM signature" },
		{ { "no envelope", DNS, "192.0.2.1", "mx.a.test", NULL },
		    "fails DMARC: SPF could not be judged, as the sender of the envelope is not "
		    "known; no DKIM signature" },
		{ { "the null sender", DNS, "192.0.2.1", "mx.a.test", "" },
		    "passes DMARC: passes SPF for mx.a.test, which is aligned with a.test" },
		{ { "DKIM of the author", DNS, "192.0.2.9", "mx.a.test", "x@b.test",
		      { { "a.test" } } },
		    "passes DMARC: passes DKIM for a.test" },
		{ { "both", DNS, "192.0.2.1", "mx.a.test", "ann@a.test", { { "a.test" } } },
		    "passes DMARC: passes SPF for a.test; passes DKIM for a.test" },
		{ { "DKIM of a stranger", DNS, "192.0.2.9", "mx.a.test", "x@c.test",
		      { { "b.test" } } },
		    "fails DMARC: there is no SPF policy for c.test, which is not aligned with "
		    "a.test; passes DKIM for b.test, which is not aligned with a.test" },
		{ { "a stranger's beside the author's", DNS, NULL, NULL, NULL,
		      { { "a.test" }, { "b.test" } } },
		    "passes DMARC: passes DKIM for a.test" },
		{ { "no key", DNS, "192.0.2.9", "mx.a.test", "ann@a.test", { { "x.a.test" } } },
		    "fails DMARC: fails SPF for a.test; cannot verify the DKIM signature of "
		    "x.a.test, "
		    "which is aligned with a.test (there is no key: s._domainkey.x.a.test does not "
		    "exist)" },
		{ { "l= leaves the body open", DNS, NULL, NULL, NULL,
		      { { "a.test", .tags = "l=0; ", .cut = true } } },
		    "fails DMARC: SPF could not be judged, as the client's address is not known; "
		    "passes DKIM for a.test, but leaves 9 bytes of the body unsigned and does not "
		    "count" },
		{ { "strict SPF",
		      DNS "_dmarc.s.test TXT \"v=DMARC1; p=none; aspf=s\"\n"
			  "x.s.test TXT \"v=spf1 +all\"\n",
		      "192.0.2.1", "mx.a.test", "u@x.s.test", .message = "From: u@s.test\n\n" },
		    "fails DMARC: passes SPF for x.s.test, which is not s.test itself, as aspf=s "
		    "asks; no DKIM signature" },
		{ { "no record", DNS, "192.0.2.1", "mx.a.test", "u@c.test",
		      .message = "From: u@c.test\n\n" },
		    "DMARC does not apply: c.test has no DMARC record" },
		{ { "no From", DNS, "192.0.2.1", "mx.a.test", "u@c.test",
		      .message = "Subject: x\n\n" },
		    "DMARC does not apply: the message names no author in From" },
		{ { "a void record", DNS "_dmarc.v.test TXT \"v=DMARC1; p=foo\"\n", "192.0.2.1",
		      "mx.a.test", "u@c.test", .message = "From: u@v.test\n\n" },
		    "DMARC does not apply: the DMARC record of v.test has no valid policy and no "
		    "address for reports" },
		{ { "DNS trouble with the record", DNS "_dmarc.t.test TXT TIMEOUT\n", "192.0.2.1",
		      "mx.a.test", "u@c.test", .message = "From: u@t.test\n\n" },
		    "DMARC could not be judged: the DNS did not answer for _dmarc.t.test" },
		{ { "DNS trouble with SPF",
		      DNS "_dmarc.t.test TXT \"v=DMARC1; p=reject\"\n"
			  "t.test TXT SERVFAIL\n",
		      "192.0.2.1", "mx.a.test", "u@t.test", .message = "From: u@t.test\n\n" },
		    "DMARC could not be judged: the DNS did not answer for the SPF of t.test; no "
		    "DKIM signature" },
		{ { "DNS trouble with the key", DNS "t._domainkey.a.test TXT TIMEOUT\n", NULL, NULL,
		      NULL, { { "a.test", .s = "t" } } },
		    "DMARC could not be judged: SPF could not be judged, as the client's address "
		    "is not known; the DNS did not answer for the DKIM key of a.test" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		for (unsigned seed = 0; seed < 12; seed++) {
			struct arena a = { 0 };
			struct mail_world w;
			const struct mail_verdict *v = mail_run(&w, &a, &rows[i].mail, NULL, seed);
			struct str got = mail_dmarc_sentence(&a, v);

			if (!str_eq(got, str_of(rows[i].want)))
				fail_msg(
				    "%s, seed %u: " STR_FMT, rows[i].mail.name, seed, STR_ARG(got));
			arena_free(&a);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
