/* test_api_dkim - keys, signing and verifying through the public doors. */
#include "api_world.h"

#define MESSAGE                                                                                    \
	"From: Ann <ann@example.org>\r\nTo: bob@example.com\r\nSubject: Lunch\r\n"                 \
	"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n"             \
	"Shall we?\r\n"

static const struct api_record zone[] = {
	{ "ed._domainkey.example.org", 16, "\"v=DKIM1; k=ed25519; p=" PUBLIC "\"" },
	{ "test._domainkey.example.org", 16, "\"v=DKIM1; t=y; k=ed25519; p=" PUBLIC "\"" },
};

static struct frank_private_key *seed_key(void)
{
	struct frank_private_key *key = frank_private_key_new();

	assert_true(frank_private_key_read(key, frank_str(SEED)));
	return key;
}

/* Sign with one key; the field on top of the message, to be freed with test_free(). */
static struct frank_str signed_by(
    const char *selector, const char *text, int64_t now, int64_t lifetime)
{
	struct frank_case *facts = frank_case_new();
	struct frank_message *message = frank_message_new();
	struct frank_signer *signer = frank_signer_new(facts, message);
	struct frank_private_key *key = seed_key();
	struct frank_str out;

	frank_case_set_time(facts, now);
	frank_signer_set_lifetime(signer, lifetime);
	assert_true(frank_signer_add(signer, key, frank_str("Example.org"), frank_str(selector)));
	world_push(message, frank_str(text), 7);
	assert_true(frank_signer_run(signer));
	assert_true(frank_signer_run(signer));
	assert_int_equal(frank_signer_field(signer, 1).n, 0);
	out = world_join(frank_signer_field(signer, 0), "\r\n", text);
	frank_signer_free(signer);
	frank_message_free(message);
	frank_private_key_free(key);
	frank_case_free(facts);
	return out;
}

struct judged {
	struct frank_case *facts;
	struct frank_message *message;
	struct frank_dkim *dkim;
};

static struct judged judge(struct frank_str text, size_t piece, int64_t now)
{
	struct judged j = { frank_case_new(), frank_message_new(), NULL };

	j.dkim = frank_dkim_new(j.facts, j.message);
	frank_case_set_time(j.facts, now);
	assert_false(frank_dkim_run(j.dkim)); /* nothing came yet */
	world_push(j.message, text, piece);
	while (!frank_dkim_run(j.dkim)) {
		assert_int_equal(frank_dkim_count(j.dkim), 0);
		assert_true(world_answer_all(j.facts, zone, COUNT(zone)) > 0);
	}
	return j;
}

static void release(struct judged *j)
{
	frank_dkim_free(j->dkim);
	frank_message_free(j->message);
	frank_case_free(j->facts);
}

static void what_is_signed_verifies_in_any_pieces(void **state)
{
	struct frank_str text = signed_by("ed", MESSAGE, NOW, 3600);

	(void)state;
	for (size_t piece = 1; piece < 80; piece += 3) {
		struct judged j = judge(text, piece, NOW);
		const struct frank_dkim_signature *s = frank_dkim_signature(j.dkim, 0);

		assert_int_equal(frank_dkim_count(j.dkim), 1);
		assert_null(frank_dkim_signature(j.dkim, 1));
		if (s->result != FRANK_DKIM_PASS || s->cause != FRANK_DKIM_CAUSE_NONE ||
		    s->reason.n != 0 || !is(s->domain, "example.org") || !is(s->selector, "ed") ||
		    !is(s->identity, "@example.org") || !is(s->algorithm, "ed25519-sha256") ||
		    s->key_bits != 256 || s->testing || s->future || s->unsigned_bytes != 0 ||
		    s->time != NOW || s->expiry != NOW + 3600 || s->field.offset != 0 ||
		    !is(s->field.name, "DKIM-Signature"))
			fail_msg("pieces of %zu: %s %.*s", piece, frank_dkim_result_name(s->result),
			    (int)s->reason.n, s->reason.p);
		release(&j);
	}
	test_free((void *)(uintptr_t)text.p);
}

/* As a milter has it: fields folded and ended with LF, the body with CRLF. */
static void headers_may_have_lf_and_bodies_crlf(void **state)
{
	struct frank_str text = signed_by("ed", MESSAGE, NOW, 0);
	struct judged j = { frank_case_new(), frank_message_new(), NULL };
	const char *body = strstr(text.p, "\r\n\r\n") + 4;

	(void)state;
	j.dkim = frank_dkim_new(j.facts, j.message);
	frank_case_set_time(j.facts, NOW);
	frank_message_set_lf(j.message, true);
	for (const char *p = text.p; p < body; p++)
		if (*p != '\r')
			frank_message_push(j.message, (struct frank_str){ p, 1 });
	frank_message_push(j.message, frank_str(body));
	frank_message_end(j.message);
	while (!frank_dkim_run(j.dkim))
		world_answer_all(j.facts, zone, COUNT(zone));
	assert_int_equal(frank_dkim_signature(j.dkim, 0)->result, FRANK_DKIM_PASS);
	release(&j);
	test_free((void *)(uintptr_t)text.p);
}

static const struct {
	const char *name, *selector, *find, *put;
	int64_t now;
	enum frank_dkim_result result;
	enum frank_dkim_cause cause;
	const char *why; /* was it changed, where that is proven */
} rows[] = {
	{ "as it is", "ed", "", "", NOW, FRANK_DKIM_PASS, FRANK_DKIM_CAUSE_NONE, "" },
	{ "body changed", "ed", "Shall we", "Shell we", NOW, FRANK_DKIM_FAIL, FRANK_DKIM_CAUSE_BODY,
	    "" },
	{ "subject changed", "ed", "Lunch", "Punch", NOW, FRANK_DKIM_FAIL, FRANK_DKIM_CAUSE_HEADER,
	    "" },
	{ "tag before the subject", "ed", "Subject: Lunch", "Subject: [x] Lunch", NOW,
	    FRANK_DKIM_FAIL, FRANK_DKIM_CAUSE_HEADER, "Subject" },
	{ "footer", "ed", "Shall we?\r\n", "Shall we?\r\n-- \r\nlist\r\n", NOW, FRANK_DKIM_FAIL,
	    FRANK_DKIM_CAUSE_BODY, "appended" },
	{ "no key", "no", "", "", NOW, FRANK_DKIM_PERMERROR, FRANK_DKIM_CAUSE_NO_KEY, "" },
	{ "expired", "ed", "", "", NOW + 4000, FRANK_DKIM_PERMERROR, FRANK_DKIM_CAUSE_EXPIRED, "" },
	{ "no domain", "ed", "d=example.org", "d=example org", NOW, FRANK_DKIM_PERMERROR,
	    FRANK_DKIM_CAUSE_SYNTAX, "" },
	{ "unknown algorithm", "ed", "a=ed25519-sha256", "a=ed25519-sha333", NOW,
	    FRANK_DKIM_PERMERROR, FRANK_DKIM_CAUSE_ALGORITHM, "" },
};

static void each_fault_has_its_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct frank_str text = signed_by(rows[i].selector, MESSAGE, NOW, 3600);
		char *at = strstr((char *)(uintptr_t)text.p, rows[i].find);
		const struct frank_dkim_signature *s;
		struct frank_str changed, body, why;
		struct judged j;

		assert_non_null(at);
		changed = world_join((struct frank_str){ text.p, (size_t)(at - text.p) },
		    rows[i].put, at + strlen(rows[i].find));
		test_free((void *)(uintptr_t)text.p);
		text = changed;
		j = judge(text, 1000, rows[i].now);
		body = frank_str(text.p + frank_message_body(j.message));
		s = frank_dkim_signature(j.dkim, 0);
		why = frank_dkim_why(j.dkim, 0, body);
		if (!has(why, rows[i].why) || (why.n > 0) != (rows[i].why[0] != 0))
			fail_msg("%s: why: %.*s", rows[i].name, (int)why.n, why.p);
		assert_int_equal(frank_dkim_why(j.dkim, 0, frank_str(NULL)).n > 0,
		    why.n > 0 && s->cause == FRANK_DKIM_CAUSE_HEADER);
		assert_int_equal(frank_dkim_why(j.dkim, 1, body).n, 0);
		if (s->result != rows[i].result || s->cause != rows[i].cause ||
		    (s->reason.n == 0) != (s->result == FRANK_DKIM_PASS))
			fail_msg("%s: %s, cause %d: %.*s", rows[i].name,
			    frank_dkim_result_name(s->result), (int)s->cause, (int)s->reason.n,
			    s->reason.p);
		release(&j);
		test_free((void *)(uintptr_t)text.p);
	}
}

static void flags_of_the_key_are_told(void **state)
{
	struct frank_str text = signed_by("test", MESSAGE, NOW + 100000, 0);
	struct judged j = judge(text, 100, NOW);
	const struct frank_dkim_signature *s = frank_dkim_signature(j.dkim, 0);

	(void)state;
	assert_int_equal(s->result, FRANK_DKIM_PASS);
	assert_true(s->testing && s->future && s->has_time && !s->has_expiry);
	release(&j);
	test_free((void *)(uintptr_t)text.p);
}

static void too_many_signatures_are_told_and_not_examined(void **state)
{
	struct frank_str text = world_join(frank_str(""), "", MESSAGE);
	struct judged j;

	(void)state;
	for (int i = 0; i < 30; i++) {
		struct frank_str more =
		    world_join(frank_str("DKIM-Signature: v=1; a=x"), "\r\n", text.p);

		test_free((void *)(uintptr_t)text.p);
		text = more;
	}
	j = judge(text, 64, NOW);
	assert_int_equal(frank_dkim_count(j.dkim), 30);
	assert_int_equal(frank_dkim_signature(j.dkim, 9)->cause, FRANK_DKIM_CAUSE_SYNTAX);
	for (size_t i = 10; i < 30; i++)
		assert_int_equal(frank_dkim_signature(j.dkim, i)->cause, FRANK_DKIM_CAUSE_LIMIT);
	release(&j);
	test_free((void *)(uintptr_t)text.p);
}

/* Keys are asked for while the body still arrives, and running again in between is harmless. */
static void keys_are_asked_for_early(void **state)
{
	struct frank_str text = signed_by("ed", MESSAGE, NOW, 0);
	struct judged j = { frank_case_new(), frank_message_new(), NULL };
	const char *body = strstr(text.p, "Shall");
	struct frank_question q;

	(void)state;
	j.dkim = frank_dkim_new(j.facts, j.message);
	frank_case_set_time(j.facts, NOW);
	assert_int_equal(
	    frank_message_push(j.message, (struct frank_str){ text.p, (size_t)(body - text.p) }),
	    FRANK_MESSAGE_BODY);
	for (int i = 0; i < 1000; i++)
		assert_false(frank_dkim_run(j.dkim));
	assert_true(frank_case_next(j.facts, &q));
	assert_true(is(q.name, "ed._domainkey.example.org") && q.type == 16);
	world_answer(j.facts, &q, zone, COUNT(zone));
	assert_false(frank_dkim_run(j.dkim));
	assert_false(frank_case_next(j.facts, &q));
	frank_message_push(j.message, frank_str(body));
	frank_message_end(j.message);
	assert_true(frank_dkim_run(j.dkim));
	assert_int_equal(frank_dkim_signature(j.dkim, 0)->result, FRANK_DKIM_PASS);
	release(&j);
	test_free((void *)(uintptr_t)text.p);
}

/* A message that is given up at any place leaves nothing behind. */
static void a_message_may_be_given_up(void **state)
{
	struct frank_str text = signed_by("ed", MESSAGE, NOW, 0);
	struct frank_keys *keys = frank_keys_new();
	struct frank_private_key *key = seed_key();

	(void)state;
	for (size_t n = 0; n < text.n; n += 11) {
		struct judged j = { frank_case_new(), frank_message_new(), NULL };
		struct frank_signer *signer;

		frank_case_set_keys(j.facts, keys);
		j.dkim = frank_dkim_new(j.facts, j.message);
		signer = frank_signer_new(j.facts, j.message);
		assert_true(
		    frank_signer_add(signer, key, frank_str("example.org"), frank_str("s")));
		frank_message_push(j.message, (struct frank_str){ text.p, n });
		assert_false(frank_dkim_run(j.dkim));
		assert_false(frank_signer_run(signer));
		assert_true(has(frank_signer_error(signer), "end"));
		if (n % 2 == 0)
			frank_signer_free(signer);
		release(&(struct judged){ .dkim = j.dkim });
		if (n % 2 != 0)
			frank_signer_free(signer);
		frank_message_free(j.message);
		frank_case_free(j.facts);
	}
	frank_private_key_free(key);
	frank_keys_free(keys);
	test_free((void *)(uintptr_t)text.p);
}

/* Verifier and signer, two of each, on one message and one case: a forwarder's work. */
static void many_may_listen_to_one_message(void **state)
{
	struct frank_str text = signed_by("ed", MESSAGE, NOW, 0);
	struct frank_case *facts = frank_case_new();
	struct frank_message *message = frank_message_new();
	struct frank_dkim *one = frank_dkim_new(facts, message), *two;
	struct frank_signer *signer = frank_signer_new(facts, message);
	struct frank_private_key *key = seed_key(), *rsa = frank_private_key_new();
	size_t asked = 0;

	(void)state;
	two = frank_dkim_new(facts, message);
	frank_case_set_time(facts, NOW);
	assert_true(frank_private_key_make(rsa, FRANK_KEY_RSA, 2048));
	assert_true(frank_signer_add(signer, key, frank_str("example.com"), frank_str("a")));
	assert_true(frank_signer_add(signer, rsa, frank_str("example.com"), frank_str("b")));
	world_push(message, text, 5);
	while (!frank_dkim_run(one) || !frank_dkim_run(two))
		asked += world_answer_all(facts, zone, COUNT(zone));
	assert_int_equal(asked, 1);
	assert_int_equal(frank_dkim_signature(one, 0)->result, FRANK_DKIM_PASS);
	assert_int_equal(frank_dkim_signature(two, 0)->result, FRANK_DKIM_PASS);
	assert_true(frank_signer_run(signer));
	assert_true(has(frank_signer_field(signer, 0), "a=ed25519-sha256"));
	assert_true(has(frank_signer_field(signer, 1), "a=rsa-sha256"));
	frank_dkim_free(one);
	frank_signer_free(signer);
	frank_dkim_free(two);
	frank_private_key_free(rsa);
	frank_private_key_free(key);
	frank_message_free(message);
	frank_case_free(facts);
	test_free((void *)(uintptr_t)text.p);
}

/* ---- signing ---- */

static const struct {
	const char *name, *message, *domain, *selector;
	bool lf, added, good;
	const char *error;
} signings[] = {
	{ "all is well", MESSAGE, "example.org", "s", false, true, true, "" },
	{ "files", "From: a@example.org\nSubject: x\n\ny\n", "example.org", "s", true, true, true,
	    "" },
	{ "no domain", MESSAGE, "exa mple.org", "s", false, false, false, "is no domain" },
	{ "no selector", MESSAGE, "example.org", "s;", false, false, false, "is no selector" },
	{ "two authors", "From: a@example.org\r\nFrom: b@example.org\r\n\r\n", "example.org", "s",
	    false, true, false, "several From" },
	{ "LF where CRLF is said", "From: a@example.org\n\nx\n", "example.org", "s", false, true,
	    false, "LF without CR" },
	{ "nothing", "", "example.org", "s", false, true, false, "no header field" },
};

static void what_could_be_misread_is_not_signed(void **state)
{
	struct frank_private_key *key = seed_key();

	(void)state;
	for (size_t i = 0; i < COUNT(signings); i++) {
		struct frank_case *facts = frank_case_new();
		struct frank_message *m = frank_message_new();
		struct frank_signer *s = frank_signer_new(facts, m);
		bool added, good;

		frank_message_set_lf(m, signings[i].lf);
		added = frank_signer_add(
		    s, key, frank_str(signings[i].domain), frank_str(signings[i].selector));
		world_push(m, frank_str(signings[i].message), 9);
		good = added && frank_signer_run(s);
		if (added != signings[i].added || good != signings[i].good ||
		    !has(frank_signer_error(s), signings[i].error) ||
		    (frank_signer_field(s, 0).n > 0) != good ||
		    has(frank_signer_field(s, 0), "\r\n") != (good && !signings[i].lf) ||
		    has(frank_signer_field(s, 0), " t=") ||
		    has(frank_signer_field(s, 0), "\tt=")) /* the case has no time */
			fail_msg("%s: %.*s", signings[i].name, (int)frank_signer_error(s).n,
			    frank_signer_error(s).p);
		frank_signer_free(s);
		frank_message_free(m);
		frank_case_free(facts);
	}
	frank_private_key_free(key);
}

static void the_list_of_fields_is_ours_to_name(void **state)
{
	struct frank_case *facts = frank_case_new();
	struct frank_message *m = frank_message_new();
	struct frank_signer *s = frank_signer_new(facts, m);
	struct frank_private_key *key = seed_key();

	(void)state;
	frank_signer_set_simple(s, true, false);
	frank_signer_cover(s, frank_str("From"), true);
	frank_signer_cover(s, frank_str("Subject"), false);
	frank_signer_set_identity(s, frank_str("ann@lists.example.org"));
	assert_false(frank_signer_add(s, key, frank_str("example.com"), frank_str("s")));
	assert_true(frank_signer_add(s, key, frank_str("example.org"), frank_str("s")));
	frank_signer_set_identity(s, frank_str(NULL));
	assert_true(frank_signer_add(s, key, frank_str("example.com"), frank_str("s")));
	world_push(m, frank_str(MESSAGE), 100);
	assert_true(frank_signer_run(s));
	assert_true(has(frank_signer_field(s, 0), "c=simple/relaxed;"));
	assert_true(has(frank_signer_field(s, 0), "h=From:From:Subject;"));
	assert_true(has(frank_signer_field(s, 0), "i=ann@lists.example.org;"));
	assert_false(has(frank_signer_field(s, 1), " i="));
	frank_signer_free(s);
	frank_message_free(m);
	frank_private_key_free(key);
	frank_case_free(facts);
}

/* ---- private keys ---- */

static void keys_are_read_made_and_shown(void **state)
{
	struct frank_private_key *key = frank_private_key_new(), *copy = frank_private_key_new();
	struct frank_case *facts = frank_case_new();
	struct frank_message *m = frank_message_new();
	struct frank_signer *s = frank_signer_new(facts, m);

	(void)state;
	/* Empty: all is absent, and nothing can be signed. */
	assert_int_equal(frank_private_key_algorithm(key).n, 0);
	assert_int_equal(frank_private_key_bits(key), 0);
	assert_int_equal(frank_private_key_record(key).n + frank_private_key_pem(key).n, 0);
	assert_false(frank_signer_add(s, key, frank_str("example.org"), frank_str("s")));
	assert_true(has(frank_signer_error(s), "empty"));
	assert_false(frank_signer_run(s));
	assert_false(frank_private_key_read(key, frank_str("rubbish")));
	assert_true(has(frank_private_key_error(key), "no private key"));
	assert_false(frank_private_key_make(key, FRANK_KEY_RSA, 1000));
	assert_true(has(frank_private_key_error(key), "2048"));
	/* The same key again out of its own PEM. */
	assert_true(frank_private_key_make(key, FRANK_KEY_RSA, 2048));
	assert_int_equal(frank_private_key_error(key).n, 0);
	assert_int_equal(frank_private_key_bits(key), 2048);
	assert_true(is(frank_private_key_algorithm(key), "rsa-sha256"));
	assert_true(frank_private_key_read(copy, frank_private_key_pem(key)));
	assert_true(frank_private_key_record(copy).n == frank_private_key_record(key).n &&
		    memcmp(frank_private_key_record(copy).p, frank_private_key_record(key).p,
			frank_private_key_record(key).n) == 0);
	assert_true(frank_private_key_read(key, frank_str(SEED)));
	assert_true(is(frank_private_key_record(key), "v=DKIM1; k=ed25519; p=" PUBLIC));
	frank_signer_free(s);
	frank_message_free(m);
	frank_case_free(facts);
	frank_private_key_free(copy);
	frank_private_key_free(key);
	frank_private_key_free(NULL);
	frank_keys_free(NULL);
	frank_signer_free(NULL);
	frank_dkim_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_verifies_in_any_pieces),
		cmocka_unit_test(headers_may_have_lf_and_bodies_crlf),
		cmocka_unit_test(each_fault_has_its_cause),
		cmocka_unit_test(flags_of_the_key_are_told),
		cmocka_unit_test(too_many_signatures_are_told_and_not_examined),
		cmocka_unit_test(keys_are_asked_for_early),
		cmocka_unit_test(a_message_may_be_given_up),
		cmocka_unit_test(many_may_listen_to_one_message),
		cmocka_unit_test(what_could_be_misread_is_not_signed),
		cmocka_unit_test(the_list_of_fields_is_ours_to_name),
		cmocka_unit_test(keys_are_read_made_and_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
