/*
 * test_api_threads - objects of different cases in different threads, as an MTA has them; with
 * -Db_sanitize=thread it tells whether they share anything.
 */
#include <pthread.h>

#include "api_world.h"

#define MESSAGE "From: ann@example.org\r\nSubject: Lunch\r\n\r\nShall we?\r\n"

static const struct api_record zone[] = {
	{ "s._domainkey.example.org", 16, "\"v=DKIM1; k=ed25519; p=" PUBLIC "\"" },
	{ "_dmarc.example.org", 16, "\"v=DMARC1; p=reject\"" },
};

/* The answers, without the assertions of world_answer(), which belong to one thread. */
static void answer(struct frank_case *facts, const struct frank_question *q)
{
	struct frank_answer a = { .status = FRANK_DNS_NXDOMAIN, .ttl = 300 };
	struct frank_str record;

	for (size_t i = 0; i < COUNT(zone); i++) {
		if (!is(q->name, zone[i].name) || q->type != zone[i].type)
			continue;
		record = frank_str(zone[i].text);
		a = (struct frank_answer){ .records = &record, .count = 1 };
	}
	frank_case_answer(facts, q, &a);
}

static bool verify(struct frank_keys *keys, struct frank_str field)
{
	struct frank_case *facts = frank_case_new();
	struct frank_message *message = frank_message_new();
	struct frank_mail *mail = frank_mail_new(facts, message);
	struct frank_question q;
	bool good;

	frank_case_set_keys(facts, keys);
	frank_mail_set_ip(mail, frank_str("192.0.2.1"));
	frank_message_push(message, field);
	frank_message_push(message, frank_str("\r\n" MESSAGE));
	frank_message_end(message);
	while (!frank_mail_run(mail))
		while (frank_case_next(facts, &q))
			answer(facts, &q);
	good = frank_mail_verdict(mail)->dmarc->result == FRANK_DMARC_RESULT_PASS &&
	       frank_mail_authres(mail, frank_str("mx.test"), 0).n > 0;
	frank_mail_free(mail);
	frank_message_free(message);
	frank_case_free(facts);
	return good;
}

static bool sign_and_verify(struct frank_keys *keys)
{
	struct frank_case *facts = frank_case_new();
	struct frank_message *message = frank_message_new();
	struct frank_signer *signer = frank_signer_new(facts, message);
	struct frank_private_key *key = frank_private_key_new();
	bool good;

	frank_private_key_read(key, frank_str(SEED));
	frank_signer_add(signer, key, frank_str("example.org"), frank_str("s"));
	frank_message_push(message, frank_str(MESSAGE));
	frank_message_end(message);
	good = frank_signer_run(signer) && verify(keys, frank_signer_field(signer, 0));
	frank_signer_free(signer);
	frank_message_free(message);
	frank_private_key_free(key);
	frank_case_free(facts);
	return good;
}

static void *work(void *good)
{
	struct frank_keys *keys = frank_keys_new();

	for (int i = 0; i < 30; i++)
		*(int *)good += sign_and_verify(keys);
	frank_keys_free(keys);
	return NULL;
}

static void threads_do_not_meet(void **state)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	int good[THREADS] = { 0 };

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &good[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(good[i], 30);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
