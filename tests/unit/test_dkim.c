/*
 * test_dkim - signing and verifying: what is signed verifies however it is cut, whatever is changed
 * does not, and each failure says why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "keys.h"
#include "signed_mail.h"

static const char *const mails[] = {
	"From: ann@example.com\r\nTo: bob@example.org\r\nSubject: hello\r\n\r\nhi\r\n",
	"From: ann@example.com\r\n\r\n",
	"From: ann@example.com\r\n",
	"From: ann@example.com\r\n\r\n\r\n\r\n\r\n",
	"From: ann@example.com\r\n\r\n \t \r\n\r\n",
	"From:ann@example.com\r\nSubject:\t a  b \r\n\t c\r\n\r\na  b\t c  \r\n\r\n d\r\n\r\n\r\n",
	"from : ann@example.com\r\n\r\nno line end",
	"From: ann@example.com\r\nReceived: one\r\nReceived: two\r\nX: \r\n\r\n.\r\n..\r\n x",
	"From: =?utf-8?q?=C3=A4?= <ann@example.com>\r\nSubject: \xc3\xa4\r\n\r\n\xff\xfe\r\n",
	"FROM: ann@example.com\r\nsubject:a\r\n\r\n\t\t\r\n\r\n\tx\r\n",
};

static void what_is_signed_verifies(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->rsa, k->ed, NULL };
	static const size_t pieces[] = { 0, 1, 2, 3, 7, 64 };

	for (size_t i = 0; i < LENGTH(mails) * 4; i++) {
		struct dkim_terms terms = { .simple_header = i & 1, .simple_body = i & 2 };
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct str mail = str_of(mails[i / 4]), out;

		if (i / 4 == 6)
			mail = mail_replace(&a, mail, "from :", "from:");
		out = mail_sign(&a, k, mail, &terms, keys, &e);
		if (out.n == 0)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(e.text));
		for (size_t j = 0; j < LENGTH(pieces); j++) {
			struct dkim *d =
			    mail_verify(&a, k->crypto, k->zone.p, out, pieces[j], NULL);

			assert_int_equal(dkim_count(d), 2);
			for (size_t s = 0; s < 2; s++)
				if (dkim_verdict(d, s)->result != DKIM_PASS)
					fail_msg("row %zu, pieces of %zu, signature %zu: " STR_FMT
						 "\n" STR_FMT,
					    i, pieces[j], s, STR_ARG(dkim_verdict(d, s)->reason),
					    STR_ARG(out));
			dkim_free(d);
		}
		arena_free(&a);
	}
}

static bool is_space(char c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

/* One bit anywhere; but white space within b= means nothing, whichever it is. */
static void a_changed_bit_is_seen(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->ed, NULL };
	struct dkim_terms terms = { .simple_header = true, .simple_body = true };
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str out = mail_sign(&a, k, str_of(mails[0]), &terms, keys, &e);
	size_t b = (size_t)str_find(out, STR("\tb=")), from = (size_t)str_find(out, STR("\nFrom"));
	char *bytes = (char *)(uintptr_t)out.p;

	for (size_t i = 0; i < out.n * 8; i++) {
		struct arena each = { 0 };
		char was = bytes[i / 8];
		struct dkim *d;

		bytes[i / 8] ^= (char)(1 << i % 8);
		if (i / 8 > b && i / 8 < from && is_space(was) && is_space(bytes[i / 8])) {
			bytes[i / 8] = was;
			continue;
		}
		d = mail_verify(&each, k->crypto, k->zone.p, out, 0, NULL);
		for (size_t s = 0; s < dkim_count(d); s++)
			if (dkim_verdict(d, s)->result == DKIM_PASS)
				fail_msg("bit %zu of byte %zu is not seen:\n" STR_FMT, i % 8, i / 8,
				    STR_ARG(out));
		dkim_free(d);
		bytes[i / 8] = was;
		arena_free(&each);
	}
	arena_free(&a);
}

#define MAIL "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: hello\r\n\r\nhi there\r\n"

/* What is done to a signed message, or to the zone, and what is said of it. */
static void failures_say_why(void **state)
{
	static const struct {
		const char *old, *new; /* in the message */
		const char *zone;      /* instead of the key's; NULL: the right one */
		enum dkim_result result;
		enum dkim_cause cause;
		const char *says;
	} rows[] = {
		{ "hi there", "hi there", NULL, DKIM_PASS, DKIM_CAUSE_NONE, "" },
		{ "hi there", "hi  there", NULL, DKIM_PASS, DKIM_CAUSE_NONE, "" },
		{ "Subject: hello", "subject:  hello ", NULL, DKIM_PASS, DKIM_CAUSE_NONE, "" },
		{ "hi there", "ho there", NULL, DKIM_FAIL, DKIM_CAUSE_BODY, "body hash differs" },
		{ "hello", "hullo", NULL, DKIM_FAIL, DKIM_CAUSE_HEADER, "a signed header field" },
		{ "To: bob", "To: x@example.org\r\nTo: bob", NULL, DKIM_FAIL, DKIM_CAUSE_HEADER,
		    "added" },
		{ "Subject: hello\r\n", "", NULL, DKIM_FAIL, DKIM_CAUSE_HEADER, "removed" },
		{ "From: ann", "From: eve@example.com\r\nFrom: ann", NULL, DKIM_FAIL,
		    DKIM_CAUSE_HEADER, "added" },
		{ "v=1;", "v=2;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "v=2" },
		{ "v=1;", "", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "no v=" },
		{ "v=1;", "v=1; v=1;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "twice" },
		{ "a=rsa-sha256", "a=rsa-sha1", NULL, DKIM_PERMERROR, DKIM_CAUSE_ALGORITHM,
		    "rsa-sha1" },
		{ "a=rsa-sha256", "a=rsa-sha512", NULL, DKIM_PERMERROR, DKIM_CAUSE_ALGORITHM,
		    "rsa-sha512" },
		{ "a=rsa-sha256", "a=ed25519-sha256", NULL, DKIM_PERMERROR, DKIM_CAUSE_KEY,
		    "another algorithm" },
		{ "c=relaxed/relaxed", "c=loose/relaxed", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX,
		    "c=loose/relaxed" },
		{ "d=example.com", "d=exa_mple..com", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX,
		    "no domain" },
		{ "d=example.com", "d=example.org", NULL, DKIM_PERMERROR, DKIM_CAUSE_NO_KEY,
		    "does not exist" },
		{ "s=rsa", "s=other", NULL, DKIM_PERMERROR, DKIM_CAUSE_NO_KEY,
		    "other._domainkey.example.com does not exist" },
		{ "h=From:From:", "h=X:X:", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "From" },
		{ "v=1;", "v=1; i=@example.org;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX,
		    "does not lie in d=" },
		{ "v=1;", "v=1; i=ann;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "no domain" },
		{ "v=1;", "v=1; l=x;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "l=x" },
		{ "v=1;", "v=1; l=999;", NULL, DKIM_FAIL, DKIM_CAUSE_SHORT, "shortened" },
		{ "v=1;", "v=1; q=http;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "q=http" },
		{ "v=1;", "v=1; t=99; x=98;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "x=" },
		{ "v=1;", "v=1; x=1794999999;", NULL, DKIM_PERMERROR, DKIM_CAUSE_EXPIRED,
		    "expired 1 seconds" },
		{ "v=1;", "v=1; x;", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "no \"=\"" },
		{ "b=", "b=!", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "base64" },
		{ "bh=", "bh=AAAA", NULL, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, "bh=" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT TIMEOUT", DKIM_TEMPERROR,
		    DKIM_CAUSE_DNS, "did not answer" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT SERVFAIL", DKIM_TEMPERROR,
		    DKIM_CAUSE_DNS, "SERVFAIL" },
		{ "hi", "hi", "rsa._domainkey.example.com A 192.0.2.1", DKIM_PERMERROR,
		    DKIM_CAUSE_NO_KEY, "no TXT record" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=spf1 -all\"", DKIM_PERMERROR,
		    DKIM_CAUSE_NO_KEY, "no key" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; p=\"", DKIM_PERMERROR,
		    DKIM_CAUSE_REVOKED, "revoked" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; p=AAAA\"", DKIM_PERMERROR,
		    DKIM_CAUSE_KEY, "not an RSA public key" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; p=" RSA512 "\"",
		    DKIM_PERMERROR, DKIM_CAUSE_KEY_SIZE, "512 bits" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; p=" EXPONENT_1 "\"",
		    DKIM_PERMERROR, DKIM_CAUSE_KEY, "exponent" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; p=" RSA1024 "\"",
		    DKIM_FAIL, DKIM_CAUSE_HEADER, "not made with the published key" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; s=other; p=" RSA1024 "\"",
		    DKIM_PERMERROR, DKIM_CAUSE_KEY, "s=other" },
		{ "hi", "hi", "rsa._domainkey.example.com TXT \"v=DKIM1; h=sha1; p=" RSA1024 "\"",
		    DKIM_PERMERROR, DKIM_CAUSE_KEY, "sha256" },
		{ "v=1;", "v=1; i=@sub.example.com;",
		    "rsa._domainkey.example.com TXT \"v=DKIM1; t=s; p=" RSA1024 "\"",
		    DKIM_PERMERROR, DKIM_CAUSE_IDENTITY, "t=s" },
	};
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->rsa, NULL };
	struct dkim_terms terms = { 0 };

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct str mail = mail_sign(&a, k, STR(MAIL), &terms, keys, &e);
		const char *zone = rows[i].zone != NULL ? rows[i].zone : k->zone.p;
		const struct dkim_verdict *v;
		struct dkim *d;

		mail = mail_replace(&a, mail, rows[i].old, rows[i].new);
		d = mail_verify(&a, k->crypto, zone, mail, 0, NULL);
		v = dkim_verdict(d, 0);
		if (dkim_count(d) != 1 || v->result != rows[i].result ||
		    v->cause != rows[i].cause || str_find(v->reason, str_of(rows[i].says)) < 0)
			fail_msg("row %zu: %s (%d), \"" STR_FMT "\"", i,
			    dkim_result_name(v->result), v->cause, STR_ARG(v->reason));
		dkim_free(d);
		arena_free(&a);
	}
}

/* With several records at the name the one that fits counts, wherever it stands. */
static void several_keys_are_tried(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->rsa, NULL };
	struct dkim_terms terms = { 0 };
	static const char *const others[] = { "\"v=spf1 -all\"", "\"v=DKIM1; p=\"",
		"\"v=DKIM1; k=ed25519; p=" ED25519 "\"", "\"v=DKIM1; p=" RSA2048 "\"" };

	for (size_t i = 0; i < LENGTH(others) * 2; i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct str mail = mail_sign(&a, k, STR(MAIL), &terms, keys, &e);
		struct str other =
		    arena_fmt(&a, "rsa._domainkey.example.com TXT %s\n", others[i / 2]);
		struct str zone =
		    i % 2 ? arena_fmt(&a, STR_FMT STR_FMT, STR_ARG(other), STR_ARG(k->zone))
			  : arena_fmt(&a, STR_FMT STR_FMT, STR_ARG(k->zone), STR_ARG(other));
		struct dkim *d = mail_verify(&a, k->crypto, zone.p, mail, 0, NULL);

		if (dkim_verdict(d, 0)->result != DKIM_PASS)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(dkim_verdict(d, 0)->reason));
		dkim_free(d);
		arena_free(&a);
	}
}

static struct str unix_form(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r')
			out[n++] = text.p[i];
	return (struct str){ out, n };
}

/* Signed with CRLF, verified as a file with LF; and the other way. */
static void unix_files_are_the_same_message(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->ed, NULL };

	for (size_t i = 0; i < LENGTH(mails) * 8; i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct dkim_terms terms = {
			.simple_header = i & 1, .simple_body = i & 2, .lf = i & 4
		};
		struct dkim_options options = { .lf = true };
		struct str crlf = str_of(mails[i / 8]), mail;
		struct dkim *d;

		if (i / 8 == 6)
			continue;
		mail = mail_sign(&a, k, terms.lf ? unix_form(&a, crlf) : crlf, &terms, keys, &e);
		d = mail_verify(&a, k->crypto, k->zone.p, unix_form(&a, mail), i % 5, &options);
		if (dkim_count(d) != 1 || dkim_verdict(d, 0)->result != DKIM_PASS)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(dkim_verdict(d, 0)->reason));
		dkim_free(d);
		arena_free(&a);
	}
}

static void body_length_is_said(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->rsa, NULL };
	struct dkim_terms terms = { 0 };
	struct dkim_options strict = { .refuse_length = true };
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str mail = mail_sign(&a, k, STR("From: a@example.com\r\n\r\n"), &terms, keys, &e);
	struct dkim *d;

	/* An empty body hashes as l=0 does: l= must be signed, so this one fails in the header. */
	mail = mail_replace(&a, mail, "v=1;", "v=1; l=0;");
	d = mail_verify(&a, k->crypto, k->zone.p, mail, 0, &strict);
	assert_int_equal(dkim_verdict(d, 0)->cause, DKIM_CAUSE_HEADER);
	dkim_free(d);
	arena_free(&a);
}

static void too_many_are_not_examined(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->ed, NULL };
	struct dkim_terms terms = { 0 };
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str mail = mail_sign(&a, k, STR(MAIL), &terms, keys, &e), field, all;
	struct dkim *d;

	field = str_slice(mail, 0, (size_t)str_find(mail, STR("From: ann")));
	all = mail;
	for (int i = 0; i < 100; i++)
		all = arena_fmt(&a, STR_FMT STR_FMT, STR_ARG(field), STR_ARG(all));
	d = mail_verify(&a, k->crypto, k->zone.p, all, 0, NULL);
	assert_int_equal(dkim_count(d), 101);
	for (size_t i = 0; i < 101; i++)
		assert_int_equal(
		    dkim_verdict(d, i)->result, i < DKIM_MAX_SIGNATURES ? DKIM_PASS : DKIM_NEUTRAL);
	dkim_free(d);
	arena_free(&a);
}

static void unfit_messages_are_not_signed(void **state)
{
	static const struct {
		const char *mail, *why;
	} rows[] = {
		{ "Subject: x\r\n\r\n", "no From" },
		{ "From: a@example.com\r\nFrom: b@example.com\r\n\r\n", "several From" },
		{ "From: a@example.com\r\nSubject: a\r\nSubject: b\r\n\r\n", "several times" },
		{ "From: a@example.com\r\n\r\na\rb\r\n", "CR without LF" },
		{ "From: a@example.com\r\n\r\na\nb\r\n", "LF without CR" },
		{ "From: a@example.com\r\nX: a\rFrom: b\r\n\r\n", "CR without LF" },
		{ "From: a@example.com\r\nnothing here\r\n\r\n", "no field" },
		{ "From : a@example.com\r\n\r\n", "colon" },
		{ "From: a@example.com\r\nX: a\r\n \r\n b\r\n\r\n", "white space alone" },
		{ "From a@example.com\r\nFrom: a@example.com\r\n\r\n", "mbox" },
		{ "", "no header field" },
	};
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->ed, NULL };
	struct dkim_terms terms = { 0 };

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct str out = mail_sign(&a, k, str_of(rows[i].mail), &terms, keys, &e);

		if (out.n > 0 || str_find(e.text, str_of(rows[i].why)) < 0)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(e.text));
		arena_free(&a);
	}
}

/* The same bytes each time, no line over 78 columns, t= and x= as asked for. */
static void fields_are_written_well(void **state)
{
	struct mail_keys *k = *state;
	struct private_key *keys[] = { k->rsa, k->ed, NULL };
	struct dkim_terms terms = { .has_time = true, .time = MAIL_NOW - 10, .lifetime = 3600 };
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str one = mail_sign(&a, k, STR(MAIL), &terms, keys, &e);
	struct str two = mail_sign(&a, k, STR(MAIL), &terms, keys, &e), rest = one;

	assert_true(str_eq(one, two));
	assert_true(str_find(one, STR("t=1794999990; x=1795003590;")) > 0);
	while (rest.n > 0) {
		struct str line = str_cut_line(&rest);

		if (line.n + (line.n > 0 && line.p[0] == '\t' ? 7 : 0) > 78)
			fail_msg("too long: " STR_FMT, STR_ARG(line));
	}
	arena_free(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_verifies),
		cmocka_unit_test(a_changed_bit_is_seen),
		cmocka_unit_test(failures_say_why),
		cmocka_unit_test(several_keys_are_tried),
		cmocka_unit_test(unix_files_are_the_same_message),
		cmocka_unit_test(body_length_is_said),
		cmocka_unit_test(too_many_are_not_examined),
		cmocka_unit_test(unfit_messages_are_not_signed),
		cmocka_unit_test(fields_are_written_well),
	};

	return cmocka_run_group_tests(tests, mail_keys_setup, mail_keys_teardown);
}
