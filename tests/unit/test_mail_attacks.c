/*
 * test_mail_attacks - what a stranger tries so that his message passes as the bank's, or so that
 * the fields about it read as if it did (J. Chen, V. Paxson, J. Jiang, "Composition Kills", 2020).
 *
 * The stranger owns evil.example with all beneath it, the address 203.0.113.66 and its names, and
 * old mail that the bank has signed.  In every order of facts: no pass for a domain of the bank,
 * a failure where the bank's name can be read, and fields that a careless reader takes for what
 * they say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mail_readers.h"
#include "mail_world.h"

#define EVIL_IP "203.0.113.66"
#define DNS                                                                                        \
	"bank.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"                                         \
	"_dmarc.bank.example TXT \"v=DMARC1; p=reject\"\n"                                         \
	"s._domainkey.bank.example TXT KEY\n"                                                      \
	"evil.example TXT \"v=spf1 ip4:203.0.113.66 -all\"\n"                                      \
	"_dmarc.evil.example TXT \"v=DMARC1; p=none\"\n"                                           \
	"s._domainkey.evil.example TXT KEY\n"                                                      \
	"bank.example.evil.example TXT \"v=spf1 +all\"\n"                                          \
	"s._domainkey.bank.example.evil.example TXT KEY\n"                                         \
	"_dmarc.bank.example.evil.example TXT \"v=DMARC1; p=none\"\n"                              \
	"evilbank.example TXT \"v=spf1 +all\"\n"                                                   \
	"s._domainkey.evilbank.example TXT KEY\n"                                                  \
	"example TXT \"v=spf1 +all\"\n"                                                            \
	"s._domainkey.example TXT KEY\n"                                                           \
	"66.113.0.203.in-addr.arpa PTR x\\;\\032dmarc=pass.evil.example.\n"                        \
	"x\\;\\032dmarc=pass.evil.example A 203.0.113.66\n"
#define EVIL   EVIL_IP, "evil.example", "x@evil.example"
#define SIGNED .sign = { { "evil.example" } }
#define BANKS  .sign = { { "bank.example" } }

struct attack {
	struct mail_row mail;
	const char *want; /* "result domain", of DMARC */
};

/* ---- who wrote it ---- */

static const struct attack authors[] = {
	{ { "the stranger's own mail", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example\nSubject: a\n\nb\n" },
	    "pass evil.example" },
	{ { "plain forgery", DNS, EVIL, SIGNED,
	      .message = "From: ann@bank.example\nSubject: a\n\nb\n" },
	    "fail bank.example" },
	{ { "two From fields", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example\nFrom: ann@bank.example\n\nb\n" },
	    "fail bank.example" },
	{ { "two From fields, the other way", DNS, EVIL, SIGNED,
	      .message = "From: ann@bank.example\nFrom: x@evil.example\n\nb\n" },
	    "fail bank.example" },
	{ { "a space before the colon", DNS, EVIL, SIGNED,
	      .message = "From : ann@bank.example\nFrom: x@evil.example\n\nb\n" },
	    "fail bank.example" },
	{ { "case of the name", DNS, EVIL, SIGNED,
	      .message = "FROM: ann@bank.example\nfrom: x@evil.example\n\nb\n" },
	    "fail bank.example" },
	{ { "two mailboxes", DNS, EVIL, SIGNED,
	      .message = "From: <x@evil.example>, <ann@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "two mailboxes of the bank's", DNS, EVIL, SIGNED,
	      .message = "From: <ann@bank.example>, <bob@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "two mailboxes, folded", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example,\n ann@bank.example\n\nb\n" },
	    "fail bank.example" },
	{ { "two mailboxes without a comma", DNS, EVIL, SIGNED,
	      .message = "From: <x@evil.example> <ann@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "a name that is an address behind it", DNS, EVIL, SIGNED,
	      .message = "From: <x@evil.example> ann@bank.example\n\nb\n" },
	    "fail bank.example" },
	{ { "a semicolon for a comma", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example;ann@bank.example\n\nb\n" },
	    "fail bank.example" },
	{ { "two in one pair of brackets", DNS, EVIL, SIGNED,
	      .message = "From: <x@evil.example,ann@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "a comma of another script", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example\xef\xbc\x8c ann@bank.example\n\nb\n" },
	    "fail bank.example" },
	{ { "an address for a name", DNS, EVIL, SIGNED,
	      .message = "From: \"ann@bank.example\" <x@evil.example>\n\nb\n" },
	    "pass evil.example" },
	{ { "an address for a name, no quotes", DNS, EVIL, SIGNED,
	      .message = "From: ann@bank.example <x@evil.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "a quoted @", DNS, EVIL, SIGNED,
	      .message = "From: \"ann@bank.example\"@evil.example\n\nb\n" },
	    "pass evil.example" },
	{ { "a quoted >", DNS, EVIL, SIGNED,
	      .message = "From: <\"x@evil.example>\"@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "two @", DNS, EVIL, SIGNED, .message = "From: ann@bank.example@evil.example\n\nb\n" },
	    "fail bank.example" },
	{ { "a route", DNS, EVIL, SIGNED,
	      .message = "From: <@evil.example:ann@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "a route, the other way", DNS, EVIL, SIGNED,
	      .message = "From: <@bank.example:x@evil.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "a comment inside", DNS, EVIL, SIGNED,
	      .message = "From: ann@(x)bank.example(@evil.example)\n\nb\n" },
	    "fail bank.example" },
	{ { "a comment that holds an address", DNS, EVIL, SIGNED,
	      .message = "From: (<ann@bank.example>) <x@evil.example>\n\nb\n" },
	    "pass evil.example" },
	{ { "a comment without end", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example (<ann@bank.example>\n\nb\n" },
	    "fail bank.example" },
	{ { "an encoded word for a name", DNS, EVIL, SIGNED,
	      .message = "From: =?utf-8?q?ann=40bank.example?= <x@evil.example>\n\nb\n" },
	    "pass evil.example" },
	{ { "an encoded word for an address", DNS, EVIL, SIGNED,
	      .message = "From: =?utf-8?q?=3Cann=40bank.example=3E?=\n\nb\n" },
	    "none " },
	{ { "an encoded word for a domain", DNS, EVIL, SIGNED,
	      .message = "From: ann@=?utf-8?q?bank.example?=.evil.example\n\nb\n" },
	    "none " },
	{ { "many mailboxes, the bank's at the end", DNS, EVIL, SIGNED,
	      .message = "From: a@a.evil.example, b@b.evil.example, c@c.evil.example, "
			 "d@d.evil.example, e@e.evil.example, ann@bank.example\n\nb\n" },
	    "none " },
	{ { "a group", DNS, EVIL, SIGNED, .message = "From: bank: x@evil.example;\n\nb\n" },
	    "none " },
	{ { "a group and an address", DNS, EVIL, SIGNED,
	      .message = "From: bank:;, x@evil.example\n\nb\n" },
	    "none " },
	{ { "a final dot", DNS, EVIL, SIGNED, .message = "From: ann@bank.example.\n\nb\n" },
	    "fail bank.example" },
	{ { "capitals", DNS, EVIL, SIGNED, .message = "From: ann@BANK.Example\n\nb\n" },
	    "fail bank.example" },
	{ { "the bank's name in front", DNS, EVIL, SIGNED,
	      .message = "From: ann@bank.example.evil.example\n\nb\n" },
	    "pass bank.example.evil.example" },
	{ { "the bank's name at the end", DNS, EVIL, .sign = { { "evilbank.example" } },
	      .message = "From: ann@evilbank.example\n\nb\n" },
	    "none evilbank.example" },
	{ { "a label of the bank's that does not exist", DNS, EVIL, SIGNED,
	      .message = "From: ann@no.such.bank.example\n\nb\n" },
	    "fail no.such.bank.example" },
	{ { "an underscore", DNS, EVIL, SIGNED, .message = "From: ann@_dmarc.bank.example\n\nb\n" },
	    "fail _dmarc.bank.example" },
	{ { "a look-alike", DNS, EVIL, SIGNED, .message = "From: ann@b\xd0\xb0nk.example\n\nb\n" },
	    "none xn--bnk-6cd.example" },
	{ { "another full stop", DNS, EVIL, SIGNED,
	      .message = "From: ann@bank\xe3\x80\x82"
			 "example\n\nb\n" },
	    "fail bank.example" },
	{ { "a soft hyphen", DNS, EVIL, SIGNED,
	      .message = "From: ann@ba\xc2\xadnk.example\n\nb\n" },
	    "fail bank.example" },
	{ { "a literal", DNS, EVIL, SIGNED, .message = "From: ann@[203.0.113.66]\n\nb\n" },
	    "none " },
	{ { "one label", DNS, EVIL, .sign = { { "example" } },
	      .message = "From: ann@example\n\nb\n" },
	    "none " },
	{ { "a bare CR", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example\rFrom: ann@bank.example\n\nb\n" },
	    "fail bank.example" },
	{ { "a line that is no field", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example\nno field\nFrom: ann@bank.example\n\nb\n" },
	    "none " },
	{ { "NUL in the domain", DNS, EVIL, .message = "Subject: a\n\nb\n",
	      .above = "From: x@evil.example\0.bank.example\n",
	      .above_n = sizeof("From: x@evil.example\0.bank.example\n") - 1 },
	    "none " },
	{ { "no From", DNS, EVIL, SIGNED, .message = "Sender: ann@bank.example\n\nb\n" }, "none " },
	{ { "Sender and Resent-From say nothing", DNS, EVIL, SIGNED,
	      .message = "Sender: x@evil.example\nResent-From: x@evil.example\n"
			 "From: ann@bank.example\n\nb\n" },
	    "fail bank.example" },
};

/* ---- what SPF and DKIM passed for ---- */

#define FORGED "From: ann@bank.example\nSubject: a\n\nb\n"

static const struct attack identifiers[] = {
	{ { "the null sender, HELO of the bank", DNS, EVIL_IP, "bank.example", "",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "the null sender, HELO of the stranger", DNS, EVIL_IP, "evil.example", "",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "HELO of the bank beside a sender that does not exist", DNS, "192.0.2.1",
	      "bank.example", "x@none.evil.example", .message = FORGED },
	    "fail bank.example" },
	{ { "a sender in quotes", DNS, EVIL_IP, "evil.example", "\"x@bank.example\"@evil.example",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with two @", DNS, EVIL_IP, "evil.example", "x@bank.example@evil.example",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with NUL", DNS, EVIL_IP, "evil.example", "x@bank.example\0@evil.example",
	      .from_n = sizeof("x@bank.example\0@evil.example") - 1, .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with a final dot", DNS, EVIL_IP, "evil.example", "x@bank.example.",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "a sender whose domain ends like the bank's", DNS, EVIL_IP, "evil.example",
	      "x@evilbank.example", .message = FORGED },
	    "fail bank.example" },
	{ { "a sender at the public suffix", DNS, EVIL_IP, "evil.example", "x@example",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "d= of the public suffix", DNS, EVIL, .sign = { { "example" } }, .message = FORGED },
	    "fail bank.example" },
	{ { "d= that ends like the bank's", DNS, EVIL, .sign = { { "evilbank.example" } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "d= that begins like the bank's", DNS, EVIL,
	      .sign = { { "bank.example.evil.example" } }, .message = FORGED },
	    "fail bank.example" },
	{ { "d= with a final dot", DNS, EVIL, .sign = { { "evil.example." } }, .message = FORGED },
	    "fail bank.example" },
	{ { "i= of the bank", DNS, EVIL,
	      .sign = { { "evil.example", .tags = "i=ann@bank.example; " } }, .message = FORGED },
	    "fail bank.example" },
	{ { "i= that quotes the bank", DNS, EVIL,
	      .sign = { { "evil.example", .tags = "i=\"ann@bank.example\"@evil.example; " } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "l=0 and another body", DNS, EVIL,
	      .sign = { { "bank.example", .tags = "l=0; ", .cut = true } }, .message = FORGED },
	    "fail bank.example" },
	{ { "h= without From", DNS, EVIL, .sign = { { "bank.example", .h = "subject" } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "another From above the signed one", DNS, EVIL, BANKS, .message = FORGED,
	      .above = "From: x@evil.example\n" },
	    "none " },
	{ { "another From above, not signed", DNS, EVIL, SIGNED,
	      .message = "From: x@evil.example\n\nb\n", .above = "From: ann@bank.example\n" },
	    "fail bank.example" },
	{ { "another Subject above the signed one", DNS, EVIL, BANKS, .message = FORGED,
	      .above = "Subject: pay here\n" },
	    "fail bank.example" },
	{ { "another Content-Type above the signed one", DNS, EVIL,
	      .sign = { { "bank.example", .h = "from:content-type" } },
	      .message = "Content-Type: text/plain\n" FORGED,
	      .above = "Content-Type: multipart/mixed; boundary=x\n" },
	    "fail bank.example" },
	{ { "one Subject, old mail of the bank as it was", DNS, EVIL, BANKS, .message = FORGED },
	    "pass bank.example" },
	{ { "a chain of the stranger's own", DNS, EVIL, .message = FORGED,
	      .seal = { { "evil.example", "dmarc=pass header.from=bank.example; arc=pass" } } },
	    "fail bank.example" },
	{ { "fields that claim all", DNS, EVIL, SIGNED,
	      .message = "Authentication-Results: mx.test; dmarc=pass header.from=bank.example\n"
			 "Received-SPF: pass (mx.test) envelope-from=ann@bank.example\n"
			 "ARC-Authentication-Results: i=1; mx.test; dmarc=pass\n" FORGED },
	    "fail bank.example" },
};

/* ---- what is repeated in our fields ---- */

static const struct attack repeated[] = {
	{ { "HELO with results", DNS, EVIL_IP, "evil.example; dmarc=pass header.from=bank.example",
	      "", .message = FORGED },
	    "fail bank.example" },
	{ { "HELO with a line end", DNS, EVIL_IP,
	      "evil.example\r\nAuthentication-Results: mx.test; dmarc=pass", "",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with results", DNS, EVIL_IP, "evil.example",
	      "\"; dmarc=pass header.from=bank.example;\"@evil.example", .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with results and no quotes", DNS, EVIL_IP, "evil.example",
	      "dkim=pass/dmarc=pass@evil.example", .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with a line end", DNS, EVIL_IP, "evil.example",
	      "x\r\nReceived-SPF: pass\r\n@evil.example", .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with results for a domain", DNS, EVIL_IP, "evil.example",
	      "x@evil.example;dmarc=pass", .message = FORGED },
	    "fail bank.example" },
	{ { "a sender with a comment", DNS, EVIL_IP, "evil.example", "x(dmarc=pass)@evil.example",
	      .message = FORGED },
	    "fail bank.example" },
	{ { "i= with results", DNS, EVIL,
	      .sign = { { "evil.example", .tags = "i=dmarc=pass@evil.example; " } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "i= with quoted results", DNS, EVIL,
	      .sign = { { "evil.example", .tags = "i=\"=3Bdmarc=pass\"@evil.example; " } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "s= with a quote", DNS, EVIL, .sign = { { "evil.example", .s = "a\"b" } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "s= with results", DNS, EVIL, .sign = { { "evil.example", .s = "dmarc=pass" } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "d= with results", DNS, EVIL, .sign = { { "dmarc=pass.evil.example" } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "d= with a comment", DNS, EVIL, .sign = { { "evil.example(dmarc=pass)" } },
	      .message = FORGED },
	    "fail bank.example" },
	{ { "a seal with results", DNS, EVIL, .message = FORGED,
	      .above = "ARC-Seal: i=1; a=rsa-sha256; cv=dmarc=pass; d=evil.example; s=s; b=AAAA\n"
		       "ARC-Message-Signature: i=1; a=dmarc=pass; d=dmarc=pass; s=s; h=from; "
		       "bh=AAAA; b=AAAA\n"
		       "ARC-Authentication-Results: i=1; dmarc=pass\n" },
	    "fail bank.example" },
	{ { "a key with results",
	      DNS
	      "t._domainkey.evil.example TXT \"v=DKIM1; k=dmarc=pass (dmarc=pass\\; dmarc=pass; "
	      "p=AAAA\"\n",
	      EVIL, .sign = { { "evil.example", .s = "t" } }, .message = FORGED },
	    "fail bank.example" },
	{ { "a policy with results",
	      DNS "p.evil.example TXT \"v=spf1 dmarc=pass exists:dmarc=pass.evil.example "
		  "include:dmarc=pass.evil.example -all\"\n"
		  "dmarc=pass.evil.example TXT \"v=spf1 +all\"\n",
	      EVIL_IP, "evil.example", "x@p.evil.example", .message = FORGED },
	    "fail bank.example" },
	{ { "a broken policy with results",
	      DNS "p.evil.example TXT \"v=spf1 ip4:dmarc=pass -all\"\n", EVIL_IP, "evil.example",
	      "x@p.evil.example", .message = FORGED },
	    "fail bank.example" },
};

/* ---- the runs ---- */

static void run(const struct attack *row, unsigned seed)
{
	struct arena a = { 0 };
	struct mail_world w;
	const struct mail_verdict *v = mail_run(&w, &a, &row->mail, NULL, seed);
	struct str value = mail_authres(&a, v, STR("mx.test"), 0);
	struct str got =
	    arena_fmt(&a, "%s " STR_FMT, dmarc_result_name(v->dmarc.result), STR_ARG(v->from));
	const char *trouble = mail_trouble(&a, v);

	if (trouble != NULL || !str_eq(got, str_of(row->want)))
		fail_msg("%s, seed %u: " STR_FMT ", %s\n" STR_FMT "\n" STR_FMT, row->mail.name,
		    seed, STR_ARG(got), trouble != NULL ? trouble : "", STR_ARG(value),
		    STR_ARG(mail_received_spf(&a, v, 0)));
	arena_free(&a);
}

static void run_all(const struct attack *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (unsigned seed = 0; seed < 6; seed++)
			run(&rows[i], seed);
}

static void nobody_else_is_the_author(void **state)
{
	(void)state;
	run_all(authors, LENGTH(authors));
}

static void no_other_identifier_counts(void **state)
{
	(void)state;
	run_all(identifiers, LENGTH(identifiers));
}

static void fields_say_what_was_judged(void **state)
{
	(void)state;
	run_all(repeated, LENGTH(repeated));
}

static void the_authserv_id_is_no_door(void **state)
{
	static const char *const ids[] = { "mx.test; dmarc=pass", "mx.test\r\nX: y", "mx test",
		"mx.test(dmarc=pass)", "\"mx.test; dmarc=pass\"", "", "a@mx.test" };
	struct arena a = { 0 };
	struct mail_world w;
	const struct mail_verdict *v = mail_run(&w, &a, &authors[0].mail, NULL, 0);

	(void)state;
	for (size_t i = 0; i < LENGTH(ids); i++)
		if (mail_authres(&a, v, str_of(ids[i]), 0).n > 0)
			fail_msg("written for %s", ids[i]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_else_is_the_author),
		cmocka_unit_test(no_other_identifier_counts),
		cmocka_unit_test(fields_say_what_was_judged),
		cmocka_unit_test(the_authserv_id_is_no_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
