/* test_api_mail - the whole verdict, chains and seals through the public doors. */
#include "api_world.h"

#define MESSAGE                                                                                    \
	"From: Ann <ann@example.org>\r\nSubject: Lunch\r\n"                                        \
	"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nShall we?\r\n"

static const struct api_record zone[] = {
	{ "example.org", 16, "\"v=spf1 ip4:192.0.2.1 -all\"" },
	{ "_dmarc.example.org", 16, "\"v=DMARC1; p=reject\"" },
	{ "s._domainkey.list.example", 16, "\"v=DKIM1; k=ed25519; p=" PUBLIC "\"" },
	{ "1.2.0.192.in-addr.arpa", 12, "mail.example.org." },
	{ "mail.example.org", 1, "192.0.2.1" },
	{ "mail.example.org", 16, "\"v=spf1 a -all\"" },
	{ "bounce.example", 16, "\"v=spf1 +all\"" },
};

struct post {
	struct frank_case *facts;
	struct frank_message *message;
	struct frank_mail *mail;
};

static struct post post_new(struct frank_keys *keys)
{
	struct post p = { frank_case_new(), frank_message_new(), NULL };

	frank_case_set_time(p.facts, NOW);
	frank_case_set_keys(p.facts, keys);
	p.mail = frank_mail_new(p.facts, p.message);
	return p;
}

/* Answer until it is judged; how many rounds that took. */
static unsigned post_judge(struct post *p)
{
	unsigned rounds = 0;

	for (; !frank_mail_run(p->mail); rounds++) {
		assert_null(frank_mail_verdict(p->mail));
		assert_int_equal(frank_mail_authres(p->mail, frank_str("mx.test"), 0).n, 0);
		assert_int_equal(frank_mail_received_spf(p->mail, 0).n, 0);
		assert_true(world_answer_all(p->facts, zone, COUNT(zone)) > 0);
	}
	return rounds;
}

static void post_free(struct post *p)
{
	frank_mail_free(p->mail);
	frank_message_free(p->message);
	frank_case_free(p->facts);
}

static const struct {
	const char *name, *ip, *helo, *from, *message; /* from NULL: not known */
	enum frank_dmarc_result dmarc;
	enum frank_dmarc_policy disposition;
	const char *sentence, *authres, *received;
} rows[] = {
	{ "the author's own", "192.0.2.1", "mail.example.org", "ann@example.org", MESSAGE,
	    FRANK_DMARC_RESULT_PASS, FRANK_DMARC_NONE, "passes DMARC: passes SPF for example.org",
	    "dmarc=pass", "pass (example.org permits" },
	{ "somebody else's", "203.0.113.9", "x.example", "a@bounce.example", MESSAGE,
	    FRANK_DMARC_RESULT_FAIL, FRANK_DMARC_REJECT,
	    "fails DMARC: passes SPF for bounce.example, which is not aligned with example.org; "
	    "no DKIM signature",
	    "dmarc=fail", "pass (bounce.example permits" },
	{ "the null sender", "192.0.2.1", "mail.example.org", "", MESSAGE, FRANK_DMARC_RESULT_PASS,
	    FRANK_DMARC_NONE,
	    "passes DMARC: passes SPF for mail.example.org, which is aligned with example.org",
	    "spf=pass", "identity=helo" },
	{ "nothing is known", NULL, NULL, NULL, MESSAGE, FRANK_DMARC_RESULT_FAIL,
	    FRANK_DMARC_REJECT,
	    "fails DMARC: SPF could not be judged, as the client's address is not known; "
	    "no DKIM signature",
	    "dmarc=fail", "" },
	{ "no author", "192.0.2.1", "mail.example.org", "ann@example.org", "Subject: x\r\n\r\n",
	    FRANK_DMARC_RESULT_NONE, FRANK_DMARC_NONE,
	    "DMARC does not apply: the message names no author in From", "dmarc=none", "pass" },
	{ "an empty message", "192.0.2.1", "mail.example.org", "ann@example.org", "",
	    FRANK_DMARC_RESULT_NONE, FRANK_DMARC_NONE,
	    "DMARC does not apply: the message names no author in From", "dmarc=none", "pass" },
};

static bool row_holds(size_t i, struct post *p)
{
	const struct frank_mail_verdict *v = frank_mail_verdict(p->mail);

	return v->dmarc->result == rows[i].dmarc && v->disposition == rows[i].disposition &&
	       is(v->sentence, rows[i].sentence) && v->spf->judged == (rows[i].ip != NULL) &&
	       v->iprev_judged == (rows[i].ip != NULL) &&
	       has(frank_mail_authres(p->mail, frank_str("mx.test"), 0), rows[i].authres) &&
	       has(frank_mail_received_spf(p->mail, FRANK_WRITE_LF), rows[i].received) &&
	       (frank_mail_received_spf(p->mail, 0).n > 0) == (rows[i].ip != NULL);
}

static void each_message_gets_its_verdict(void **state)
{
	struct frank_keys *keys = frank_keys_new();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t piece = 1; piece < 120; piece += 17) {
			struct post p = post_new(keys);

			assert_true(
			    rows[i].ip == NULL || frank_mail_set_ip(p.mail, frank_str(rows[i].ip)));
			frank_mail_set_helo(p.mail, frank_str(rows[i].helo));
			if (rows[i].from != NULL)
				frank_mail_set_mail_from(p.mail, frank_str(rows[i].from));
			frank_mail_set_receiver(p.mail, frank_str("mx.test"));
			world_push(p.message, frank_str(rows[i].message), piece);
			post_judge(&p);
			if (!row_holds(i, &p))
				fail_msg("%s, pieces of %zu: %.*s", rows[i].name, piece,
				    (int)frank_mail_verdict(p.mail)->sentence.n,
				    frank_mail_verdict(p.mail)->sentence.p);
			post_free(&p);
		}
	}
	frank_keys_free(keys);
}

/* What can be asked early is asked early: behind the last byte one round is left, or none. */
static void the_dns_answers_while_the_message_arrives(void **state)
{
	struct post p = post_new(NULL);

	(void)state;
	assert_false(frank_mail_set_ip(p.mail, frank_str("192.0.2")));
	assert_true(frank_mail_set_ip(p.mail, frank_str("192.0.2.1")));
	frank_mail_set_helo(p.mail, frank_str("mail.example.org"));
	frank_mail_set_mail_from(p.mail, frank_str("ann@example.org"));
	assert_false(frank_mail_run(p.mail));
	assert_true(world_answer_all(p.facts, zone, COUNT(zone)) >= 3);
	for (int i = 0; i < 10000; i++) /* no answer, no work, no memory */
		assert_false(frank_mail_run(p.mail));
	world_answer_all(p.facts, zone, COUNT(zone));
	frank_message_push(p.message, frank_str("From: ann@example.org\r\nDate: x\r\n\r\n"));
	for (int i = 0; i < 5; i++) {
		assert_false(frank_mail_run(p.mail));
		world_answer_all(p.facts, zone, COUNT(zone));
	}
	frank_message_push(p.message, frank_str("body"));
	frank_message_end(p.message);
	assert_int_equal(post_judge(&p), 0);
	assert_int_equal(frank_mail_verdict(p.mail)->dmarc->result, FRANK_DMARC_RESULT_PASS);
	post_free(&p);
	frank_mail_free(NULL);
}

static void the_parts_of_the_verdict_are_there(void **state)
{
	struct post p = post_new(NULL);
	const struct frank_mail_verdict *v;

	(void)state;
	frank_mail_set_ip(p.mail, frank_str("192.0.2.1"));
	frank_mail_set_helo(p.mail, frank_str("mail.example.org"));
	frank_mail_set_mail_from(p.mail, frank_str("ann@example.org"));
	frank_mail_set_options(
	    p.mail, FRANK_MAIL_REFUSE_LENGTH | FRANK_MAIL_COUNT_PARTIAL | FRANK_MAIL_BY_PSL);
	frank_mail_set_rsa_min(p.mail, 2048);
	world_push(p.message,
	    frank_str("DKIM-Signature: v=1; a=rsa-sha1; d=example.org; s=s;\r\n" MESSAGE), 10);
	post_judge(&p);
	v = frank_mail_verdict(p.mail);
	assert_true(is(v->from, "example.org") && v->author == FRANK_AUTHOR_ONE);
	assert_true(v->dmarc->spf_aligned && !v->dmarc->dkim_aligned);
	assert_true(is(v->dmarc->record_domain, "example.org"));
	assert_true(is(v->dmarc->organizational, "example.org"));
	assert_int_equal(v->dmarc->record->p, FRANK_DMARC_REJECT);
	assert_true(is(v->dmarc->record->text, "v=DMARC1; p=reject"));
	assert_int_equal(v->spf->result, FRANK_SPF_PASS);
	assert_true(is(v->spf->domain, "example.org") && is(v->spf->matched, "ip4:192.0.2.1"));
	assert_true(v->helo->judged && is(v->helo->domain, "mail.example.org"));
	assert_true(v->iprev_judged && v->iprev == FRANK_IPREV_PASS);
	assert_true(is(v->iprev_name, "mail.example.org") && v->iprev_reason.n > 0);
	assert_int_equal(v->signature_count, 1);
	assert_int_equal(v->signatures[0]->result, FRANK_DKIM_PERMERROR);
	assert_int_equal(v->identifier_count, 2);
	assert_true(
	    v->identifiers[0]->spf && v->identifiers[0]->passed && v->identifiers[0]->aligned);
	assert_true(!v->identifiers[1]->spf && !v->identifiers[1]->passed);
	assert_int_equal(v->arc->result, FRANK_ARC_NONE);
	assert_int_equal(v->voucher.n, 0);
	/* No token, no field. */
	assert_int_equal(frank_mail_authres(p.mail, frank_str("a b"), 0).n, 0);
	post_free(&p);
}

/* ---- chains ---- */

static struct frank_sealer *sealer_on(struct post *p, struct frank_private_key *key)
{
	struct frank_sealer *s = frank_sealer_new(p->facts, p->message);

	assert_true(frank_sealer_set_key(s, key, frank_str("list.example"), frank_str("s")));
	return s;
}

/* The three fields and the message, to be freed with test_free(). */
static struct frank_str with_set(const struct frank_sealer *s, const char *message)
{
	struct frank_str one = world_join(frank_sealer_field(s, 2), "\r\n", message), two, all;

	two = world_join(frank_sealer_field(s, 1), "\r\n", one.p);
	all = world_join(frank_sealer_field(s, 0), "\r\n", two.p);
	test_free((void *)(uintptr_t)one.p);
	test_free((void *)(uintptr_t)two.p);
	return all;
}

/* A mailing list gets the message from its author and seals what it saw. */
static struct frank_str sealed(struct frank_private_key *key)
{
	struct post p = post_new(NULL);
	struct frank_sealer *s = sealer_on(&p, key);
	struct frank_str out;

	frank_mail_set_ip(p.mail, frank_str("192.0.2.1"));
	frank_mail_set_mail_from(p.mail, frank_str("ann@example.org"));
	world_push(p.message, frank_str(MESSAGE), 33);
	assert_false(frank_mail_seal(p.mail, s, frank_str("list.example")));
	assert_true(has(frank_sealer_error(s), "not judged yet"));
	post_judge(&p);
	assert_true(frank_mail_seal(p.mail, s, frank_str("list.example")));
	assert_int_equal(frank_sealer_field(s, 3).n, 0);
	out = with_set(s, MESSAGE);
	frank_sealer_free(s);
	post_free(&p);
	return out;
}

static void a_believed_sealer_vouches(void **state)
{
	struct frank_private_key *key = frank_private_key_new();
	struct frank_str text;

	(void)state;
	assert_true(frank_private_key_read(key, frank_str(SEED)));
	text = sealed(key);
	for (int believe = 0; believe < 2; believe++) {
		struct post p = post_new(NULL);
		const struct frank_mail_verdict *v;

		frank_mail_set_ip(p.mail, frank_str("203.0.113.9"));
		frank_mail_set_mail_from(p.mail, frank_str("list@bounce.example"));
		if (believe != 0)
			frank_mail_believe(p.mail, frank_str("list.example"));
		world_push(p.message, text, 21);
		post_judge(&p);
		v = frank_mail_verdict(p.mail);
		assert_int_equal(v->arc->result, FRANK_ARC_PASS);
		assert_true(v->arc->count == 1 && v->arc->oldest_pass == 1);
		assert_true(is(v->arc->sets[0]->authserv_id, "list.example"));
		assert_int_equal(v->arc->sets[0]->seal->result, FRANK_DKIM_PASS);
		assert_int_equal(v->dmarc->result, FRANK_DMARC_RESULT_FAIL);
		assert_int_equal(
		    v->disposition, believe != 0 ? FRANK_DMARC_NONE : FRANK_DMARC_REJECT);
		assert_true(is(v->voucher, believe != 0 ? "list.example" : ""));
		post_free(&p);
	}
	frank_private_key_free(key);
	test_free((void *)(uintptr_t)text.p);
}

/* The chain by itself: verified, changed, and sealed once more with results of the program's own.
 */
static void a_chain_is_verified_and_goes_on(void **state)
{
	struct frank_private_key *key = frank_private_key_new();
	struct frank_authres *said = frank_authres_new();
	struct frank_str text;

	(void)state;
	assert_true(frank_private_key_read(key, frank_str(SEED)));
	frank_authres_set_id(said, frank_str("mx.example.com"));
	frank_authres_add(said, frank_str("arc"), frank_str("pass"));
	text = sealed(key);
	for (int change = 0; change < 2; change++) {
		struct post p = post_new(NULL);
		struct frank_arc *arc = frank_arc_new(p.facts, p.message);
		struct frank_sealer *s = sealer_on(&p, key);
		const struct frank_arc_verdict *v;

		assert_false(frank_arc_run(arc));
		assert_null(frank_arc_verdict(arc));
		if (change != 0)
			*(char *)(uintptr_t)strstr(text.p, "Lunch") = 'P';
		world_push(p.message, text, 5);
		assert_false(frank_sealer_run(s, arc, said));
		while (!frank_arc_run(arc))
			assert_true(world_answer_all(p.facts, zone, COUNT(zone)) > 0);
		v = frank_arc_verdict(arc);
		assert_int_equal(v->result, change != 0 ? FRANK_ARC_FAIL : FRANK_ARC_PASS);
		assert_int_equal(v->reason.n > 0, change != 0);
		assert_true(frank_sealer_run(s, arc, said) && frank_sealer_run(s, arc, said));
		assert_true(has(frank_sealer_field(s, 0), change != 0 ? "cv=fail" : "cv=pass"));
		assert_true(has(frank_sealer_field(s, 0), "i=2"));
		assert_true(has(frank_sealer_field(s, 2), "mx.example.com"));
		frank_arc_free(arc);
		frank_sealer_free(s);
		post_free(&p);
	}
	test_free((void *)(uintptr_t)text.p);
	frank_authres_free(said);
	frank_private_key_free(key);
	frank_arc_free(NULL);
	frank_sealer_free(NULL);
}

/* A chain whose keys are smaller than what was asked for does not pass. */
static void small_keys_may_be_refused(void **state)
{
	struct frank_private_key *key = frank_private_key_new();
	struct api_record rsa = { "s._domainkey.list.example", 16, NULL };
	struct frank_case *texts = frank_case_new();
	struct frank_str text, record;

	(void)state;
	assert_true(frank_private_key_make(key, FRANK_KEY_RSA, 2048));
	text = sealed(key);
	record = frank_txt_write(texts, frank_private_key_record(key));
	record = world_join(record, "", "");
	rsa.text = record.p;
	for (unsigned bits = 2048; bits <= 3072; bits += 1024) {
		struct post p = post_new(NULL);
		struct frank_arc *arc = frank_arc_new(p.facts, p.message);

		frank_arc_set_rsa_min(arc, bits);
		frank_arc_set_refuse_length(arc, true);
		world_push(p.message, text, 40);
		while (!frank_arc_run(arc))
			assert_true(world_answer_all(p.facts, &rsa, 1) > 0);
		assert_int_equal(
		    frank_arc_verdict(arc)->result, bits == 2048 ? FRANK_ARC_PASS : FRANK_ARC_FAIL);
		frank_arc_free(arc);
		post_free(&p);
	}
	frank_case_free(texts);
	frank_private_key_free(key);
	test_free((void *)(uintptr_t)record.p);
	test_free((void *)(uintptr_t)text.p);
}

static void sealing_needs_a_key_and_names(void **state)
{
	struct post p = post_new(NULL);
	struct frank_sealer *s = frank_sealer_new(p.facts, p.message);
	struct frank_private_key *key = frank_private_key_new();

	(void)state;
	frank_sealer_cover(s, frank_str("From"), true);
	assert_false(frank_sealer_set_key(s, key, frank_str("example.org"), frank_str("s")));
	assert_true(has(frank_sealer_error(s), "empty"));
	assert_true(frank_private_key_read(key, frank_str(SEED)));
	assert_false(frank_sealer_set_key(s, key, frank_str("example org"), frank_str("s")));
	assert_true(has(frank_sealer_error(s), "no domain"));
	world_push(p.message, frank_str(MESSAGE), 100);
	post_judge(&p);
	assert_false(frank_mail_seal(p.mail, s, frank_str("mx.test")));
	assert_true(has(frank_sealer_error(s), "no key"));
	frank_sealer_free(s);
	post_free(&p);
	frank_private_key_free(key);
}

/* ---- lifetimes ---- */

/* Many messages at once on one case, answered in turns, freed in another order. */
static void messages_side_by_side_share_their_facts(void **state)
{
	enum { MANY = 20 };
	struct frank_case *facts = frank_case_new();
	struct frank_message *messages[MANY];
	struct frank_mail *mails[MANY];
	size_t asked = 0, done = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		messages[i] = frank_message_new();
		mails[i] = frank_mail_new(facts, messages[i]);
		frank_mail_set_ip(mails[i], frank_str("192.0.2.1"));
		frank_mail_set_mail_from(mails[i], frank_str("ann@example.org"));
		world_push(messages[i], frank_str(MESSAGE), i + 1);
	}
	for (int turn = 0; done < MANY && turn < 100; turn++) {
		struct frank_question q;

		done = 0;
		for (size_t i = 0; i < MANY; i++)
			done += frank_mail_run(mails[i]);
		if (frank_case_next(facts, &q)) {
			world_answer(facts, &q, zone, COUNT(zone));
			asked++;
		}
	}
	assert_int_equal(done, MANY);
	assert_true(asked < 15);
	for (size_t i = MANY; i-- > 0;) {
		assert_int_equal(
		    frank_mail_verdict(mails[i])->dmarc->result, FRANK_DMARC_RESULT_PASS);
		frank_mail_free(mails[i]);
	}
	for (size_t i = 0; i < MANY; i++)
		frank_message_free(messages[i]);
	frank_case_free(facts);
}

static void set_client(struct frank_mail *mail)
{
	frank_mail_set_ip(mail, frank_str("203.0.113.9"));
	frank_mail_set_helo(mail, frank_str("mail.example.org"));
	frank_mail_set_mail_from(mail, frank_str("list@bounce.example"));
}

/* Facts, written and read elsewhere, give the same fields, the time included. */
static void evidence_repeats_the_verdict(void **state)
{
	struct frank_private_key *key = frank_private_key_new();
	struct post first = post_new(NULL), second = post_new(NULL);
	struct frank_str text, error, fields[2];

	(void)state;
	assert_true(frank_private_key_read(key, frank_str(SEED)));
	text = sealed(key);
	set_client(first.mail);
	world_push(first.message, text, 50);
	post_judge(&first);
	frank_case_set_time(second.facts, 0);
	assert_true(frank_case_read(
	    second.facts, frank_case_write(first.facts), frank_str("saved"), &error));
	set_client(second.mail);
	world_push(second.message, text, 3);
	while (!frank_mail_run(second.mail))
		frank_case_replay(second.facts);
	fields[0] = frank_mail_authres(first.mail, frank_str("mx.test"), 0);
	fields[1] = frank_mail_authres(second.mail, frank_str("mx.test"), 0);
	assert_int_equal(fields[0].n, fields[1].n);
	assert_memory_equal(fields[0].p, fields[1].p, fields[0].n);
	assert_int_equal(frank_mail_verdict(second.mail)->arc->result, FRANK_ARC_PASS);
	post_free(&second);
	post_free(&first);
	frank_private_key_free(key);
	test_free((void *)(uintptr_t)text.p);
}

/* SPF for itself, at MAIL FROM, leaves its facts to the whole verdict. */
static void what_spf_asked_is_not_asked_again(void **state)
{
	struct post p = post_new(NULL);
	struct frank_spf *spf = frank_spf_new(p.facts);
	struct frank_question q;

	(void)state;
	frank_spf_set_ip(spf, frank_str("192.0.2.1"));
	frank_spf_set_mail_from(spf, frank_str("ann@example.org"));
	while (frank_spf_run(spf) == FRANK_SPF_PENDING)
		world_answer_all(p.facts, zone, COUNT(zone));
	assert_int_equal(frank_spf_run(spf), FRANK_SPF_PASS);
	frank_mail_set_ip(p.mail, frank_str("192.0.2.1"));
	frank_mail_set_mail_from(p.mail, frank_str("ann@example.org"));
	world_push(p.message, frank_str(MESSAGE), 9);
	while (!frank_mail_run(p.mail)) {
		while (frank_case_next(p.facts, &q)) {
			assert_false(q.type == 16 && is(q.name, "example.org"));
			world_answer(p.facts, &q, zone, COUNT(zone));
		}
	}
	assert_int_equal(frank_mail_verdict(p.mail)->spf->result, FRANK_SPF_PASS);
	frank_spf_free(spf);
	post_free(&p);
}

static void a_mail_may_be_given_up(void **state)
{
	struct frank_keys *keys = frank_keys_new();
	const char *text = "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from; "
			   "bh=" PUBLIC "; b=" PUBLIC "\r\n" MESSAGE;

	(void)state;
	for (size_t n = 0; n <= strlen(text); n += 7) {
		struct post p = post_new(keys);

		frank_mail_set_ip(p.mail, frank_str("192.0.2.1"));
		if (n % 2 == 0)
			frank_mail_run(p.mail);
		frank_message_push(p.message, (struct frank_str){ text, n });
		frank_mail_run(p.mail);
		post_free(&p);
	}
	frank_keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_gets_its_verdict),
		cmocka_unit_test(the_dns_answers_while_the_message_arrives),
		cmocka_unit_test(the_parts_of_the_verdict_are_there),
		cmocka_unit_test(a_believed_sealer_vouches),
		cmocka_unit_test(a_chain_is_verified_and_goes_on),
		cmocka_unit_test(small_keys_may_be_refused),
		cmocka_unit_test(sealing_needs_a_key_and_names),
		cmocka_unit_test(messages_side_by_side_share_their_facts),
		cmocka_unit_test(evidence_repeats_the_verdict),
		cmocka_unit_test(what_spf_asked_is_not_asked_again),
		cmocka_unit_test(a_mail_may_be_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
