/*
 * test_arc - chains sealed by us hold however they are cut; what breaks them is said; a broken
 * chain is sealed once as broken and then no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "auth/arc_seal.h"
#include "base/buf.h"
#include "signed_mail.h"

#define MAIL "From: ann@example.com\r\nTo: bob@example.org\r\nSubject: hello\r\n\r\nhi there\r\n"

struct both {
	struct arc *arc;
	struct arc_sealer *sealer; /* NULL: only verify */
};

static void take_header(void *to, const struct message *m)
{
	struct both *b = to;

	arc_header(b->arc, m);
	if (b->sealer != NULL)
		arc_sealer_header(b->sealer, m);
}

static void take_body(void *to, struct str piece)
{
	struct both *b = to;

	arc_body(b->arc, piece);
	if (b->sealer != NULL)
		arc_sealer_body(b->sealer, piece);
}

static void judge(struct arena *a, struct both *b, const char *zone, struct str text, size_t each)
{
	struct mail_listener l = { take_header, take_body, b };
	struct frank_case *c = arena_new(a, struct frank_case);

	case_init(c, a, STR("example.com"), MAIL_NOW);
	mail_pass(a, text, each, &l);
	arc_end(b->arc);
	while (!arc_verify(b->arc, &c->source, MAIL_NOW) && zone_turn(c, zone))
		;
}

static const struct arc_verdict *verdict(
    struct arena *a, struct crypto *crypto, const char *zone, struct str text, size_t each)
{
	struct both b = { .arc = arc_new(a, crypto, NULL) };

	judge(a, &b, zone, text, each);
	arc_free(b.arc);
	return arc_verdict(b.arc);
}

/* The message with one more set on top; {0} when it is not sealed: e says why. */
static struct str seal(struct arena *a, struct mail_keys *k, struct str text, struct error *e)
{
	bool rsa = e->text.n % 2 == 0; /* by turns: the text grows by one a seal */
	struct arc_terms terms = { .key = { .key = rsa ? k->rsa : k->ed,
				       .domain = STR("example.com"),
				       .selector = rsa ? STR("rsa") : STR("ed") },
		.has_time = true,
		.time = MAIL_NOW };
	struct both b = { arc_new(a, k->crypto, NULL), arc_sealer_new(a, k->crypto, &terms) };
	struct authres said = { .id = STR("lists.example.com"), .version = 1, .none = true };
	bool good;

	judge(a, &b, k->zone.p, text, 0);
	good = arc_sealer_end(b.sealer, arc_verdict(b.arc), &said, e);
	for (size_t i = ARC_SEAL_FIELDS; good && i-- > 0;)
		text = arena_fmt(a, STR_FMT "\r\n" STR_FMT, STR_ARG(arc_sealer_field(b.sealer, i)),
		    STR_ARG(text));
	arc_sealer_free(b.sealer);
	arc_free(b.arc);
	return good ? text : (struct str){ 0 };
}

static struct str sealed(struct arena *a, struct mail_keys *k, struct str text, size_t times)
{
	struct error e = { .arena = a };

	while (times-- > 0) {
		text = seal(a, k, text, &e);
		if (text.n == 0)
			fail_msg("not sealed: " STR_FMT, STR_ARG(e.text));
		e.text = STR("x"); /* the other key next time */
		e.text.n = times % 2;
	}
	return text;
}

static void chains_of_ours_hold(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 3, 10, 50 }, pieces[] = { 0, 1, 7, 100 };
	struct mail_keys *k = *state;

	for (size_t i = 0; i < LENGTH(lengths); i++) {
		struct arena a = { 0 };
		struct str text = sealed(&a, k, STR(MAIL), lengths[i]);

		for (size_t j = 0; j < LENGTH(pieces); j++) {
			const struct arc_verdict *v =
			    verdict(&a, k->crypto, k->zone.p, text, pieces[j]);
			enum arc_result want = lengths[i] == 0 ? ARC_NONE : ARC_PASS;

			if (v->result != want || v->sets != lengths[i] ||
			    v->oldest_pass != (lengths[i] > 0))
				fail_msg(
				    "%zu sets, pieces of %zu: %s, %zu sets, oldest %u, " STR_FMT,
				    lengths[i], pieces[j], arc_result_name(v->result), v->sets,
				    v->oldest_pass, STR_ARG(v->reason));
		}
		arena_free(&a);
	}
}

static void what_breaks_a_chain_is_said(void **state)
{
	static const struct {
		const char *old, *new, *zone, *says;
		enum arc_result result;
	} rows[] = {
		{ "hi there", "hi  there", NULL, "", ARC_PASS },
		{ "hi there", "ho there", NULL, "body hash differs", ARC_FAIL },
		{ "Subject: hello", "Subject: hullo", NULL,
		    "message signature of set 2 (example.com) does not fit", ARC_FAIL },
		{ "i=1; lists.example.com", "i=1; other.example.com", NULL, "seal of set 2",
		    ARC_FAIL },
		{ "i=2; lists.example.com", "i=3; lists.example.com", NULL, "instance", ARC_FAIL },
		{ "i=2; lists.example.com", "lists.example.com", NULL, "instance", ARC_FAIL },
		{ "i=2; lists.example.com", "i=1; lists.example.com", NULL,
		    "set 1 has more than one ARC-Authentication-Results", ARC_FAIL },
		{ "cv=pass", "cv=none", NULL, "set 2 says cv=none, not pass", ARC_FAIL },
		{ "cv=pass", "cv=fail", NULL, "broken already", ARC_FAIL },
		{ "cv=pass", "cv=maybe", NULL, "neither none, pass nor fail", ARC_FAIL },
		{ "cv=pass;", "cv=pass; h=from;", NULL, "no h=", ARC_FAIL },
		{ "cv=pass;", "cv=pass;;", NULL, "semicolons", ARC_FAIL },
		{ "cv=pass;", "cv=pass; cv=pass;", NULL, "twice", ARC_FAIL },
		{ "ARC-Seal:", "X-Seal:", NULL, "a set has no ARC-Seal", ARC_FAIL },
		{ "h=From:", "h=ARC-Seal:From:", NULL, "covers ARC-Seal", ARC_FAIL },
		{ "hi", "hi", "rsa._domainkey.example.com TXT TIMEOUT", "did not answer",
		    ARC_TEMPERROR },
		{ "hi", "hi", "x.example.com A 192.0.2.1", "there is no key", ARC_FAIL },
	};
	struct mail_keys *k = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct str text = sealed(&a, k, STR(MAIL), 2), zone = k->zone;
		const struct arc_verdict *v;

		if (rows[i].zone != NULL && rows[i].result == ARC_TEMPERROR)
			zone = arena_fmt(&a, STR_FMT "%s\n",
			    STR_ARG(str_skip(zone, (size_t)str_chr(zone, '\n') + 1)), rows[i].zone);
		else if (rows[i].zone != NULL)
			zone = str_of(rows[i].zone);
		text = mail_replace(&a, text, rows[i].old, rows[i].new);
		v = verdict(&a, k->crypto, zone.p, text, 0);
		if (v->result != rows[i].result || str_find(v->reason, str_of(rows[i].says)) < 0)
			fail_msg("row %zu: %d, \"" STR_FMT "\"", i, v->result, STR_ARG(v->reason));
		arena_free(&a);
	}
}

/* A list changes the body: its own signature fits, those beneath no longer do, the chain holds. */
static void oldest_pass_is_found(void **state)
{
	struct mail_keys *k = *state;
	struct arena a = { 0 };
	struct str text = sealed(&a, k, STR(MAIL), 2);
	struct error e = { .arena = &a };
	struct both b = { .arc = arc_new(&a, k->crypto, NULL) };
	struct str changed = arena_fmt(&a, STR_FMT "-- \r\nfooter\r\n", STR_ARG(text));
	struct arc_terms terms = {
		.key = { k->ed, STR("example.com"), STR("ed"), { 0 } },
	};
	struct both list = { arc_new(&a, k->crypto, NULL), arc_sealer_new(&a, k->crypto, &terms) };
	struct authres said = { .id = STR("lists.example.com"), .version = 1, .none = true };
	const struct arc_verdict *v;

	/* What a list does: it verifies what came, changes the body, and seals what goes out. */
	judge(&a, &b, k->zone.p, text, 0);
	judge(&a, &list, k->zone.p, changed, 0);
	assert_true(arc_sealer_end(list.sealer, arc_verdict(b.arc), &said, &e));
	for (size_t i = ARC_SEAL_FIELDS; i-- > 0;)
		changed = arena_fmt(&a, STR_FMT "\r\n" STR_FMT,
		    STR_ARG(arc_sealer_field(list.sealer, i)), STR_ARG(changed));
	v = verdict(&a, k->crypto, k->zone.p, changed, 0);
	assert_int_equal(v->result, ARC_PASS);
	assert_int_equal(v->sets, 3);
	assert_int_equal(v->oldest_pass, 3);
	arc_sealer_free(list.sealer);
	arc_free(list.arc);
	arc_free(b.arc);
	arena_free(&a);
}

static void a_broken_chain_is_sealed_once(void **state)
{
	struct mail_keys *k = *state;
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str text = sealed(&a, k, STR(MAIL), 2);

	text = mail_replace(&a, text, "hi there", "ho there");
	text = seal(&a, k, text, &e);
	assert_true(text.n > 0);
	assert_true(str_find(text, STR("cv=fail")) > 0 && str_find(text, STR("i=3")) > 0);
	assert_int_equal(verdict(&a, k->crypto, k->zone.p, text, 0)->result, ARC_FAIL);
	text = seal(&a, k, text, &e);
	assert_true(text.n == 0);
	assert_true(str_find(e.text, STR("sealed as broken already")) >= 0);
	arena_free(&a);
}

static void the_end_of_a_chain_is_told(void **state)
{
	struct mail_keys *k = *state;
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str text = sealed(&a, k, STR(MAIL), 50);

	assert_true(seal(&a, k, text, &e).n == 0);
	assert_true(str_find(e.text, STR("50 sets")) >= 0);
	arena_free(&a);
}

/* Thousands of fields cost no more than reading them. */
static void hostile_chains_are_refused(void **state)
{
	static const char *const fields[] = {
		"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=s; b=AAAA\r\n",
		"ARC-Authentication-Results: i=1; x.example; none\r\n",
		"ARC-Seal: i=99999999999999999999; cv=none\r\n",
		"ARC-Message-Signature: =\r\n",
		"arc-seal : i=1\r\n",
	};
	struct mail_keys *k = *state;

	for (size_t i = 0; i < LENGTH(fields); i++)
		for (size_t n = 1; n < 2000; n *= 11) {
			struct arena a = { 0 };
			struct buf b;

			buf_init(&b, 1 << 20);
			for (size_t j = 0; j < n; j++)
				buf_addf(&b, "%s", fields[i]);
			buf_addf(&b, "%s", MAIL);
			if (verdict(&a, k->crypto, "", buf_str(&b), 0)->result != ARC_FAIL)
				fail_msg("row %zu, %zu fields", i, n);
			buf_free(&b);
			arena_free(&a);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_of_ours_hold),
		cmocka_unit_test(what_breaks_a_chain_is_said),
		cmocka_unit_test(oldest_pass_is_found),
		cmocka_unit_test(a_broken_chain_is_sealed_once),
		cmocka_unit_test(the_end_of_a_chain_is_told),
		cmocka_unit_test(hostile_chains_are_refused),
	};

	return cmocka_run_group_tests(tests, mail_keys_setup, mail_keys_teardown);
}
