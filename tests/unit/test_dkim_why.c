/*
 * test_dkim_why - what was done to a signed message is told when a hash proves it, and nothing is
 * claimed when none does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "auth/dkim_why.h"
#include "signed_mail.h"

#define FROM	"From: Ann <ann@example.com>\r\n"
#define REST	"To: bob@example.org\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\n"
#define SUBJECT FROM "Subject: hello there\r\n" REST
#define LONG	"0123456789012345678901234567890123456789012345678901234567890123456789"
#define LONGER	LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG "12345678"

static const struct row {
	const char *mail, *old, *new; /* what is signed; what is changed then */
	bool simple;
	const char *says;  /* "": nothing may be claimed */
	const char *lacks; /* a claim that would be false; NULL: none in particular */
} rows[] = {
	/* header */
	{ SUBJECT "hi\r\n", "hello there", "[list] hello there", .says = "without \"[list]\"" },
	{ SUBJECT "hi\r\n", "hello there", "***SPAM*** hello there",
	    .says = "Subject was changed" },
	{ SUBJECT "hi\r\n", "hello there", "[a] [b] hello there", .says = "without \"[a] [b]\"" },
	{ FROM "Subject: Re: hello\r\n" REST "hi\r\n", "Re: hello", "Re: [list] hello",
	    .says = "behind \"Re:\"" },
	{ SUBJECT "hi\r\n", "hello there", "hello where", .says = "changed, added or removed",
	    .lacks = "Subject" },
	{ SUBJECT "hi\r\n", "hello there", "[list] hello where",
	    .says = "changed, added or removed", .lacks = "list" },
	{ SUBJECT "hi\r\n", "To: bob", "Cc: eve@example.net\r\nTo: bob",
	    .says = "the field Cc was added" },
	{ SUBJECT "hi\r\n", "To: bob", "Message-ID: <1@relay>\r\nTo: bob",
	    .says = "the field Message-ID was added" },
	{ SUBJECT "hi\r\n", "To: bob", "X-Other: 1\r\nTo: bob", .says = "" },
	{ SUBJECT "hi\r\n", "From: Ann <ann@example.com>",
	    "From: List <l@list.example>\r\nX-Original-From: Ann <ann@example.com>",
	    .says = "X-Original-From keeps" },
	{ SUBJECT "hi\r\n", "From: Ann <ann@example.com>",
	    "From: List <l@list.example>\r\nX-Original-From: Eve <eve@example.com>",
	    .says = "changed, added or removed", .lacks = "rewritten" },
	{ FROM "Content-Transfer-Encoding: 8bit\r\n" REST "hi\r\n", "8bit", "7bit",
	    .says = "it was 8bit when it was signed" },
	{ SUBJECT "hi\r\n", "Subject: hello there", "subject:  hello there", true,
	    .says = "changed, added or removed" },
	/* body */
	{ SUBJECT "hi\r\n", "\r\n\r\nhi\r\n", "\r\n\r\nhi\r\n-- \r\nlist\r\n",
	    .says = "11 bytes were appended to the body after signing; it looks like the footer" },
	{ SUBJECT "hi\r\n", "\r\n\r\nhi\r\n", "\r\n\r\nhi\r\n\r\n\r\nVirus free\r\n",
	    .says = "the note of a scanner" },
	{ SUBJECT "", "08:00:00 +0000\r\n\r\n", "08:00:00 +0000\r\n\r\nappended\r\n",
	    .says = "10 bytes were" },
	{ SUBJECT "hi\r\nyou\r\n", "hi\r\n", "CAUTION\r\nhi\r\n",
	    .says = "9 bytes were put in front" },
	{ SUBJECT "hi\r\n", "\r\n\r\nhi\r\n", "\r\n\r\nho\r\n", .says = "", .lacks = "bytes" },
	{ SUBJECT ".hi\r\nx\r\n", ".hi", "..hi", .says = "left the dots doubled" },
	{ SUBJECT "..hi\r\nx\r\n", "..hi", ".hi", .says = "took away the first dot" },
	{ SUBJECT "a\r\nFrom here\r\n", "\r\nFrom here", "\r\n>From here", .says = "mbox form" },
	{ SUBJECT "a\r\n>From here\r\n", "\r\n>From here", "\r\nFrom here",
	    .says = "took the \">\"" },
	{ SUBJECT LONGER "tail\r\nx\r\n", "tail", "!\r\n tail", .says = "were folded on the way" },
	{ SUBJECT LONGER "tail\r\nx\r\n", "tail", "\r\n tail", .says = "were folded on the way" },
};

/* All that is said of the first signature. */
static struct str said(
    struct arena *a, struct mail_keys *k, struct str mail, const struct dkim **free_it)
{
	struct dkim *d = mail_verify(a, k->crypto, k->zone.p, mail, 0, NULL);
	const struct dkim_verdict *v = dkim_verdict(d, 0);
	struct str body = str_skip(mail, (size_t)str_find(mail, STR("\r\n\r\n")) + 4), why = { 0 };

	*free_it = d;
	if (v->cause == DKIM_CAUSE_BODY)
		why = dkim_why_body(a, k->crypto, body, v, false);
	else if (v->cause == DKIM_CAUSE_HEADER)
		why = v->reason;
	return why;
}

static void changes_are_told(void **state)
{
	struct mail_keys *k = *state;

	for (size_t i = 0; i < LENGTH(rows) * 2; i++) {
		const struct row *r = &rows[i / 2];
		struct private_key *keys[] = { i % 2 ? k->ed : k->rsa, NULL };
		struct dkim_terms terms = { .simple_header = r->simple, .simple_body = r->simple };
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct str mail = mail_sign(&a, k, str_of(r->mail), &terms, keys, &e), got;
		const struct dkim *d;
		const char *says =
		    i % 2 && r->says[0] == 'c' ? "was changed, or another key" : r->says;

		mail = mail_replace(&a, mail, r->old, r->new);
		got = said(&a, k, mail, &d);
		if (str_find(got, str_of(says)) < 0 || (says[0] == '\0' && got.n > 0) ||
		    (r->lacks != NULL && str_find(got, str_of(r->lacks)) >= 0))
			fail_msg("row %zu: " STR_FMT ", not %s", i, STR_ARG(got), says);
		dkim_free((struct dkim *)(uintptr_t)d);
		arena_free(&a);
	}
}

/* z= says what a field was, and is believed only when the hash proves it. */
static void copied_fields_are_used(void **state)
{
	static const struct {
		const char *z, *says;
	} cases[] = {
		{ "z=From:Ann=20<ann@example.com>|Subject:hello=20there",
		    "the field Subject was changed" },
		{ "z=Subject:something=20else", "changed, added or removed" },
		{ "z=|:|Subject|Subject:=", "changed, added or removed" },
	};
	struct mail_keys *k = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct arena a = { 0 };
		struct private_key *keys[] = { k->rsa, NULL };
		struct dkim_terms terms = { 0 };
		struct error e = { .arena = &a };
		struct dkim_verdict v = { 0 };
		struct message *m = arena_new(&a, struct message);
		struct str mail = mail_sign(&a, k, STR(SUBJECT "hi\r\n"), &terms, keys, &e), body,
			   why;
		struct dkim *d = mail_verify(&a, k->crypto, k->zone.p, mail, 0, NULL);

		/* The signature as it is, and z= beside it: it is not signed, so it is told apart.
		 */
		v = *dkim_verdict(d, 0);
		mail = mail_replace(&a, mail, "hello there", "hullo");
		message_init(m, &a, NULL);
		message_push(m, mail);
		message_end(m);
		message_next(m, &body);
		v.sig.field = &m->fields[0];
		tags_parse(&a, str_of(cases[i].z), &v.sig.tags);
		why = dkim_why_header(&a, k->crypto, m, &v, false);
		if (why.n > 0 ? str_find(why, str_of(cases[i].says)) < 0 : cases[i].says[0] == 't')
			fail_msg("case %zu: " STR_FMT, i, STR_ARG(why));
		dkim_free(d);
		arena_free(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(copied_fields_are_used),
	};

	return cmocka_run_group_tests(tests, mail_keys_setup, mail_keys_teardown);
}
