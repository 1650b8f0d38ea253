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
		{ { "several authors", DNS, "192.0.2.1", "mx.a.test", "u@c.test",
		      .message = "From: a@b.test, b@a.test\n\n" },
		    "fails DMARC: From names several authors of different domains; there is no SPF "
		    "policy for c.test, which is not aligned with a.test; no DKIM signature" },
		{ { "several authors, none fails", DNS, "192.0.2.1", "mx.a.test", "u@a.test",
		      .message = "From: a@b.test, b@a.test\n\n" },
		    "DMARC does not apply: From names several authors of different domains" },
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

struct field_row {
	struct mail_row mail;
	const char *want, *received; /* b= of eight characters is "B"; folding is one space */
};

/* Folding undone, and what stands behind header.b= made "B". */
static struct str plain(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		bool gap = str_chr(STR(" \t\r\n"), text.p[i]) >= 0;

		if (!gap)
			out[n++] = text.p[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
		if (!str_ends((struct str){ out, n }, STR("header.b=")))
			continue;
		while (i + 1 < text.n && str_chr(STR(" \t\r\n;"), text.p[i + 1]) < 0)
			i++;
		out[n++] = 'B';
	}
	return (struct str){ out, n };
}

static void fields(void **state)
{
	static const struct field_row rows[] = {
		{ { "all is well", DNS, "192.0.2.1", "mx.a.test", "ann@a.test", { { "a.test" } } },
		    "us.test; iprev=pass (mx.a.test) policy.iprev=192.0.2.1; spf=pass "
		    "smtp.mailfrom=ann@a.test; spf=pass smtp.helo=mx.a.test; dkim=pass "
		    "header.d=a.test header.s=s header.a=ed25519-sha256 header.b=B; dmarc=pass "
		    "header.from=a.test policy.dmarc=reject",
		    "pass (a.test permits 192.0.2.1) receiver=mx.test; identity=mailfrom; "
		    "client-ip=192.0.2.1; envelope-from=\"ann@a.test\"; helo=mx.a.test; "
		    "mechanism=\"ip4:192.0.2.1\";" },
		{ { "the null sender, IPv6", DNS, "2001:db8::1", "mx.a.test", "" },
		    "us.test; iprev=permerror policy.iprev=\"2001:db8::1\"; spf=fail "
		    "smtp.helo=mx.a.test; dkim=none; dmarc=fail header.from=a.test "
		    "policy.dmarc=reject",
		    "fail (mx.a.test does not permit 2001:db8::1) receiver=mx.test; "
		    "identity=helo; client-ip=\"2001:db8::1\"; helo=mx.a.test; mechanism=-all;" },
		{ { "a pass of HELO alone", DNS, "192.0.2.1", "mx.a.test", "x@mx.b.test" },
		    "us.test; iprev=pass (mx.a.test) policy.iprev=192.0.2.1; spf=none "
		    "smtp.mailfrom=x@mx.b.test; dkim=none; dmarc=fail header.from=a.test "
		    "policy.dmarc=reject",
		    "none (mx.b.test has no policy for 192.0.2.1) receiver=mx.test; "
		    "identity=mailfrom; client-ip=192.0.2.1; envelope-from=\"x@mx.b.test\"; "
		    "helo=mx.a.test;" },
		{ { "no envelope: HELO alone is judged", DNS, "192.0.2.1", "mx.a.test", NULL },
		    "us.test; iprev=pass (mx.a.test) policy.iprev=192.0.2.1; spf=pass "
		    "smtp.helo=mx.a.test; dkim=none; dmarc=fail header.from=a.test "
		    "policy.dmarc=reject",
		    "" },
		{ { "nothing known of the client", DNS, .sign = { { "b.test" } } },
		    "us.test; dkim=pass header.d=b.test header.s=s header.a=ed25519-sha256 "
		    "header.b=B; dmarc=fail header.from=a.test policy.dmarc=reject",
		    "" },
		{ { "HELO is an address", DNS, "192.0.2.1", "[192.0.2.1]", "ann@c.test" },
		    "us.test; iprev=pass (mx.a.test) policy.iprev=192.0.2.1; spf=none "
		    "smtp.mailfrom=ann@c.test; dkim=none; dmarc=fail header.from=a.test "
		    "policy.dmarc=reject",
		    "none (c.test has no policy for 192.0.2.1) receiver=mx.test; "
		    "identity=mailfrom; client-ip=192.0.2.1; envelope-from=\"ann@c.test\";" },
		{ { "an identity of its own", DNS,
		      .sign = { { "a.test", .tags = "i=x@list.a.test; " } } },
		    "us.test; dkim=pass header.d=a.test header.i=x@list.a.test header.s=s "
		    "header.a=ed25519-sha256 header.b=B; dmarc=pass header.from=a.test "
		    "policy.dmarc=reject",
		    "" },
		{ { "a second Subject", DNS, .sign = { { "a.test" } }, .above = "Subject: x\n" },
		    "us.test; dkim=pass reason=\"leaves another Subject unsigned\" "
		    "header.d=a.test header.s=s header.a=ed25519-sha256 header.b=B; dmarc=fail "
		    "header.from=a.test policy.dmarc=reject",
		    "" },
		{ { "no author", DNS, .message = "Subject: x\n\n" },
		    "us.test; dkim=none; dmarc=none reason=\"the message names no author in "
		    "From\"",
		    "" },
		{ { "t=y and a subdomain",
		      "_dmarc.t.test TXT \"v=DMARC1; p=reject; sp=reject; t=y\"\n"
		      "x.t.test A 192.0.2.1\n",
		      .message = "From: a@x.t.test\n\n" },
		    "us.test; dkim=none; dmarc=fail header.from=x.t.test policy.dmarc=quarantine",
		    "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct mail_world w;
		const struct mail_verdict *v = mail_run(&w, &a, &rows[i].mail, NULL, 0);
		struct str got = plain(&a, mail_authres(&a, v, STR("us.test"), 0));
		struct str received = plain(&a, mail_received_spf(&a, v, 0));

		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: " STR_FMT, rows[i].mail.name, STR_ARG(got));
		if (!str_eq(received, str_of(rows[i].received)))
			fail_msg("%s: " STR_FMT, rows[i].mail.name, STR_ARG(received));
		/* The client's round, the message's, and one for what they lead to. */
		assert_in_range(w.rounds, 0, 3);
		arena_free(&a);
	}
}

#define LISTS                                                                                      \
	DNS "s._domainkey.list.test TXT KEY\ns._domainkey.next.test TXT KEY\n"                     \
	    "list.test TXT \"v=spf1 +all\"\n"
#define SAW "dmarc=pass header.from=a.test"

/* Sealers that are believed, and others. */
static void chains(void **state)
{
	static const struct {
		struct mail_row mail;
		const char *want; /* arc, voucher, what is asked for */
	} rows[] = {
		{ { "a list that is believed", LISTS, .seal = { { "list.test", SAW } } },
		    "pass list.test none" },
		{ { "a stranger's list", LISTS, .seal = { { "next.test", SAW } } },
		    "pass - reject" },
		{ { "it saw it fail", LISTS,
		      .seal = { { "list.test", "dmarc=fail header.from=a.test" } } },
		    "pass - reject" },
		{ { "it saw another author pass", LISTS,
		      .seal = { { "list.test", "dmarc=pass header.from=b.test" } } },
		    "pass - reject" },
		{ { "it saw no author", LISTS, .seal = { { "list.test", "dmarc=pass" } } },
		    "pass - reject" },
		{ { "a stranger behind it", LISTS,
		      .seal = { { "list.test", SAW }, { "next.test", SAW } } },
		    "pass - reject" },
		{ { "a stranger before it says so", LISTS,
		      .seal = { { "next.test", SAW }, { "list.test", "dmarc=fail" } } },
		    "pass - reject" },
		{ { "believed ones all the way", LISTS,
		      .seal = { { "list.test", SAW }, { "list.test", "dmarc=fail" } } },
		    "pass list.test none" },
		{ { "changed behind it", LISTS, .seal = { { "list.test", SAW } },
		      .above = "Subject: x\nARC-Seal: i=2\n" },
		    "fail - reject" },
		{ { "another author put above", LISTS, .seal = { { "list.test", SAW } },
		      .above = "From: u@b.test\n" },
		    "pass - reject" },
		{ { "no need for it", LISTS, "192.0.2.1", "mx.a.test", "u@a.test",
		      .seal = { { "list.test", SAW } } },
		    "pass - none" },
		{ { "no chain", LISTS }, "none - reject" },
	};
	static const struct str believed[] = { { "List.Test", 9 } };
	struct mail_query query = { .sealers = believed, .sealer_count = 1 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (unsigned seed = 0; seed < 6; seed++) {
			struct arena a = { 0 };
			struct mail_world w;
			const struct mail_verdict *v =
			    mail_run(&w, &a, &rows[i].mail, &query, seed);
			struct str voucher =
			    v->voucher != NULL ? v->voucher->seal.sig.domain : STR("-");
			struct str got =
			    arena_fmt(&a, "%s " STR_FMT " %s", arc_result_name(v->arc->result),
				STR_ARG(voucher), dmarc_request_name(v->disposition));

			if (!str_eq(got, str_of(rows[i].want)))
				fail_msg("%s, seed %u: " STR_FMT " (" STR_FMT ")",
				    rows[i].mail.name, seed, STR_ARG(got), STR_ARG(v->arc->reason));
			arena_free(&a);
		}
}

static void a_voucher_is_told(void **state)
{
	static const struct mail_row row = { "a list", LISTS, "192.0.2.9", "list.test",
		"x@list.test", .seal = { { "list.test", SAW } } };
	static const struct str believed[] = { { "list.test", 9 } };
	struct mail_query query = { .sealers = believed, .sealer_count = 1 };
	struct arena a = { 0 };
	struct mail_world w;
	const struct mail_verdict *v = mail_run(&w, &a, &row, &query, 0);
	struct str got = plain(&a, mail_authres(&a, v, STR("us.test"), 0));

	(void)state;
	if (!str_eq(got,
		STR("us.test; iprev=permerror policy.iprev=192.0.2.9; spf=pass "
		    "smtp.mailfrom=x@list.test; spf=pass smtp.helo=list.test; dkim=none; arc=pass "
		    "header.oldest-pass=0 smtp.remote-ip=192.0.2.9; dmarc=fail (vouched for by "
		    "list.test) header.from=a.test policy.dmarc=reject")))
		fail_msg(STR_FMT, STR_ARG(got));
	assert_true(str_eq(mail_dmarc_sentence(&a, v),
	    STR("fails DMARC: passes SPF for list.test, which is not aligned with a.test; no DKIM "
		"signature; but list.test, which is believed, saw it pass (ARC)")));
	arena_free(&a);
}

static void prefixes_of_b_differ(void **state)
{
	static const struct mail_row row = { .name = "copies and kin", .zone = DNS };
	static const char *const b[] = { "AAAAAAAAAAAAxxxx", "AAAAAAAAAAAAyyyy", "AAAAAAAAAAAAyyyy",
		"BBBBBBBBBBBBBBBB" };
	static const char *const want[] = { "AAAAAAAAAAAAx", "AAAAAAAAAAAAy", "AAAAAAAAAAAAy",
		"BBBBBBBB" };
	struct arena a = { 0 };
	struct mail_row with = row;
	struct str above = STR("");
	struct mail_world w;
	struct authres read;

	(void)state;
	for (size_t i = 0; i < LENGTH(b); i++)
		above = arena_fmt(&a,
		    STR_FMT "DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=s; h=from;\n"
			    " bh=AAAA; b=%s\n",
		    STR_ARG(above), b[i]);
	with.above = above.p;
	authres_parse(
	    &a, mail_authres(&a, mail_run(&w, &a, &with, NULL, 0), STR("us.test"), 0), &read);
	assert_int_equal(read.count, LENGTH(b) + 1);
	for (size_t i = 0; i < LENGTH(b); i++)
		if (!str_eq(
			authres_value(&read.results[i], STR("header"), STR("b")), str_of(want[i])))
			fail_msg("b= of signature %zu", i);
	arena_free(&a);
}

/* Kin of the author in the envelope and the signature: all is asked before the first answer. */
static void what_can_be_foreseen_is_asked_at_once(void **state)
{
	static const struct mail_row row = { "kin", DNS "s._domainkey.list.a.test TXT KEY\n",
		"192.0.2.1", "mx.a.test", "x@bounce.a.test", .sign = { { "list.a.test" } } };
	struct arena a = { 0 };
	struct mail_world w;
	const struct mail_verdict *v = mail_run(&w, &a, &row, NULL, 0);

	(void)state;
	assert_true(v->dmarc.spf_aligned && v->dmarc.dkim_aligned);
	/* The second one: addresses of the client's name, and of the a in its policy. */
	assert_int_equal(w.rounds, 2);
	arena_free(&a);
}

static void signatures_are_bounded(void **state)
{
	static const struct mail_row row = { .name = "many", .zone = DNS };
	struct arena a = { 0 };
	struct mail_row with = row;
	struct str above = STR("");
	struct mail_world w;
	const struct mail_verdict *v;

	(void)state;
	for (int i = 0; i < 200; i++)
		above = arena_fmt(&a,
		    STR_FMT "DKIM-Signature: v=1; a=rsa-sha256; d=x%d.a.test; s=s; h=from;\n"
			    " bh=AAAA; b=AAAA\n",
		    STR_ARG(above), i);
	with.above = above.p;
	v = mail_run(&w, &a, &with, NULL, 0);
	assert_int_equal(v->identifier_count, DKIM_MAX_SIGNATURES);
	assert_true(w.facts.count < 100);
	arena_free(&a);
}

static void options_loosen(void **state)
{
	static const struct mail_row partial = { "l=0", DNS,
		.sign = { { "a.test", .tags = "l=0; ", .cut = true } } };
	static const struct mail_row trouble = { "trouble above",
		"_dmarc.a.co.uk TXT \"v=DMARC1; p=reject\"\n_dmarc.uk TXT TIMEOUT\n"
		"s._domainkey.x.a.co.uk TXT KEY\n",
		.sign = { { "x.a.co.uk" } }, .message = "From: a@a.co.uk\nSubject: x\n\nb\n" };
	struct mail_query query = { .count_partial = true };
	struct arena a = { 0 };
	struct mail_world w;

	(void)state;
	assert_int_equal(mail_run(&w, &a, &partial, NULL, 0)->dmarc.result, DMARC_FAIL);
	assert_int_equal(mail_run(&w, &a, &partial, &query, 0)->dmarc.result, DMARC_PASS);
	query = (struct mail_query){ .org_by_psl = true };
	assert_int_equal(mail_run(&w, &a, &trouble, NULL, 0)->dmarc.result, DMARC_RESULT_TEMPERROR);
	assert_true(str_eq(mail_dmarc_sentence(&a, mail_run(&w, &a, &trouble, &query, 0)),
	    STR("passes DMARC: passes DKIM for x.a.co.uk, which is aligned with a.co.uk "
		"(organizational domain by the public suffix list, as the DNS did not answer)")));
	arena_free(&a);
}

static void a_message_may_be_given_up(void **state)
{
	struct mail_query query = { .now = MAIL_NOW };
	struct crypto *crypto = crypto_new();
	struct arena a = { 0 };
	struct message message;
	struct mail_row row = { .sign = { { "a.test" } } };
	struct mail *m = mail_new(&a, crypto, &query);

	(void)state;
	message_init(&message, &a, NULL);
	message_push(&message, mail_message(&a, &row));
	assert_int_equal(message_next(&message, &(struct str){ 0 }), MESSAGE_HEADER);
	mail_header(m, &message);
	mail_body(m, STR("half of"));
	mail_free(m);
	mail_free(NULL);
	crypto_free(crypto);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences),
		cmocka_unit_test(fields),
		cmocka_unit_test(chains),
		cmocka_unit_test(a_voucher_is_told),
		cmocka_unit_test(prefixes_of_b_differ),
		cmocka_unit_test(what_can_be_foreseen_is_asked_at_once),
		cmocka_unit_test(signatures_are_bounded),
		cmocka_unit_test(options_loosen),
		cmocka_unit_test(a_message_may_be_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
