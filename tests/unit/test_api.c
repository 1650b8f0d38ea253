/* test_api - the public doors of libfrank, linked as an embedder links them. */
#include "api_world.h"

static const struct api_record zone[] = {
	{ "example.org", 16, "\"v=spf1 mx include:_spf.example.net -all\"" },
	{ "example.org", 15, "10 mail.example.org." },
	{ "mail.example.org", 1, "192.0.2.1" },
	{ "mail.example.org", 28, "2001:db8::1" },
	{ "_spf.example.net", 16, "\"v=spf1 ip4:198.51.100.0/24 -all\"" },
	{ "why.example.org", 16, "\"v=spf1 -all exp=text.example.org\"" },
	{ "text.example.org", 16, "\"%{i} is not ours\"" },
};

/* Runs to the end; how many rounds of questions that took. */
static unsigned run(struct frank_case *facts, struct frank_spf *spf, enum frank_spf_result *out)
{
	unsigned rounds = 0;

	while ((*out = frank_spf_run(spf)) == FRANK_SPF_PENDING) {
		assert_true(world_answer_all(facts, zone, COUNT(zone)) > 0);
		rounds++;
	}
	return rounds;
}

static const struct {
	const char *ip, *from;
	enum frank_spf_result result;
	const char *matched, *matched_in;
	unsigned lookups;
} rows[] = {
	{ "192.0.2.1", "ann@example.org", FRANK_SPF_PASS, "mx", "example.org", 1 },
	{ "2001:db8::1", "ann@example.org", FRANK_SPF_PASS, "mx", "example.org", 1 },
	{ "::ffff:192.0.2.1", "ann@example.org", FRANK_SPF_PASS, "mx", "example.org", 1 },
	{ "198.51.100.7", "ann@example.org", FRANK_SPF_PASS, "include:_spf.example.net",
	    "example.org", 2 },
	{ "203.0.113.9", "ann@example.org", FRANK_SPF_FAIL, "-all", "example.org", 2 },
	{ "203.0.113.9", "ann@example.com", FRANK_SPF_NONE, "", "", 0 },
	{ "203.0.113.9", "", FRANK_SPF_NONE, "", "", 0 },
};

static void each_client_gets_its_result(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct frank_case *facts = frank_case_new();
		struct frank_spf *spf = frank_spf_new(facts);
		enum frank_spf_result result;

		assert_true(frank_spf_set_ip(spf, frank_str(rows[i].ip)));
		frank_spf_set_helo(spf, frank_str("mail.elsewhere.example"));
		frank_spf_set_mail_from(spf, frank_str(rows[i].from));
		run(facts, spf, &result);
		if (result != rows[i].result || !is(frank_spf_matched(spf), rows[i].matched) ||
		    !is(frank_spf_matched_in(spf), rows[i].matched_in) ||
		    frank_spf_lookups(spf) != rows[i].lookups || frank_spf_reason(spf).n == 0)
			fail_msg("row %zu: %s %.*s (%u lookups): %.*s", i,
			    frank_spf_result_name(result), (int)frank_spf_matched(spf).n,
			    frank_spf_matched(spf).p, frank_spf_lookups(spf),
			    (int)frank_spf_reason(spf).n, frank_spf_reason(spf).p);
		frank_spf_free(spf);
		frank_case_free(facts);
	}
}

static void one_case_serves_many_and_asks_once(void **state)
{
	struct frank_case *facts = frank_case_new();
	struct frank_spf *spf = frank_spf_new(facts);
	enum frank_spf_result result;

	(void)state;
	frank_spf_set_ip(spf, frank_str("203.0.113.9"));
	frank_spf_set_mail_from(spf, frank_str("ann@why.example.org"));
	assert_true(run(facts, spf, &result) > 0);
	assert_int_equal(result, FRANK_SPF_FAIL);
	assert_true(is(frank_spf_explanation(spf), "203.0.113.9 is not ours"));
	assert_true(is(frank_spf_domain(spf), "why.example.org"));
	assert_true(is(frank_spf_record(spf), "v=spf1 -all exp=text.example.org"));
	/* A new question begins anew, and all that it needs is known. */
	frank_spf_set_receiver(spf, frank_str("mx.example.com"));
	assert_int_equal(frank_spf_lookups(spf), 0);
	assert_int_equal(run(facts, spf, &result), 0);
	assert_int_equal(result, FRANK_SPF_FAIL);
	frank_spf_free(spf);
	frank_case_free(facts);
}

static void no_address_is_an_answer_too(void **state)
{
	struct frank_case *facts = frank_case_new();
	struct frank_spf *spf = frank_spf_new(facts);

	(void)state;
	assert_false(frank_spf_set_ip(spf, frank_str("192.0.2.1.5")));
	assert_int_equal(frank_spf_run(spf), FRANK_SPF_PERMERROR);
	assert_true(frank_spf_reason(spf).n > 0);
	frank_spf_free(spf);
	frank_case_free(facts);
	frank_spf_free(NULL);
	frank_case_free(NULL);
}

/* example.org. A 192.0.2.1, as it comes over the wire. */
static const uint8_t message[] = "\0\1\x81\x80\0\1\0\1\0\0\0\0\7example\3org\0\0\1\0\1"
				 "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1";

static void responses_are_taken_as_they_come(void **state)
{
	struct frank_case *facts = frank_case_new();
	struct frank_spf *spf = frank_spf_new(facts);
	struct frank_question q, other = { frank_str("example.com"), 1 };
	struct frank_str record = frank_txt_write(facts, frank_str("v=spf1 a -all"));

	(void)state;
	frank_spf_set_ip(spf, frank_str("192.0.2.1"));
	frank_spf_set_mail_from(spf, frank_str("ann@example.org"));
	assert_int_equal(frank_spf_run(spf), FRANK_SPF_PENDING);
	assert_true(frank_case_next(facts, &q));
	assert_int_equal(q.type, 16);
	/* The response of another question, and of one that was never asked. */
	assert_false(frank_case_answer_message(facts, &q, message, sizeof(message) - 1));
	assert_false(frank_case_answer_message(facts, &other, message, sizeof(message) - 1));
	assert_true(
	    frank_case_answer(facts, &q, &(struct frank_answer){ .records = &record, .count = 1 }));
	assert_int_equal(frank_spf_run(spf), FRANK_SPF_PENDING);
	assert_true(frank_case_next(facts, &q));
	assert_int_equal(q.type, 1);
	assert_true(frank_case_answer_message(facts, &q, message, sizeof(message) - 1));
	assert_false(frank_case_next(facts, &q));
	assert_int_equal(frank_spf_run(spf), FRANK_SPF_PASS);
	frank_spf_free(spf);
	frank_case_free(facts);
}

static void evidence_repeats_the_verdict(void **state)
{
	struct frank_case *first = frank_case_new(), *second = frank_case_new();
	struct frank_spf *spf = frank_spf_new(first), *again = frank_spf_new(second);
	struct frank_str error = { NULL, 0 };
	enum frank_spf_result result;

	(void)state;
	frank_case_set_time(first, 1795000000);
	frank_spf_set_ip(spf, frank_str("198.51.100.7"));
	frank_spf_set_mail_from(spf, frank_str("ann@example.org"));
	run(first, spf, &result);
	assert_true(frank_case_read(second, frank_case_write(first), frank_str("a"), &error));
	frank_spf_set_ip(again, frank_str("198.51.100.7"));
	frank_spf_set_mail_from(again, frank_str("ann@example.org"));
	while (frank_spf_run(again) == FRANK_SPF_PENDING)
		frank_case_replay(second);
	assert_int_equal(frank_spf_run(again), result);
	assert_true(is(frank_spf_matched(again), "include:_spf.example.net"));
	frank_spf_free(again);
	frank_spf_free(spf);
	frank_case_free(second);
	frank_case_free(first);
}

static void a_bad_file_is_named_with_its_place(void **state)
{
	struct frank_case *facts = frank_case_new();
	struct frank_str error = { NULL, 0 };

	(void)state;
	assert_false(
	    frank_case_read(facts, frank_str("{\n\"frank\":"), frank_str("bug.json"), &error));
	assert_true(error.n > 10 && memcmp(error.p, "bug.json:2", 10) == 0);
	frank_case_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_client_gets_its_result),
		cmocka_unit_test(one_case_serves_many_and_asks_once),
		cmocka_unit_test(no_address_is_an_answer_too),
		cmocka_unit_test(responses_are_taken_as_they_come),
		cmocka_unit_test(evidence_repeats_the_verdict),
		cmocka_unit_test(a_bad_file_is_named_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
