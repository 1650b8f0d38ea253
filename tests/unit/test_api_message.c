/* test_api_message - messages, addresses, result fields and DMARC records through the doors. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api_world.h"

/* ---- messages ---- */

static void the_header_is_read_in_any_pieces(void **state)
{
	static const char text[] = "Received: one\r\n two\r\nFrom: a@EXAMPLE.org\nreceived : x\r\n"
				   "Subject: \xc3\xa4\r\n\r\nbody\0\r\n";
	struct frank_str all = { text, sizeof(text) - 1 }, domain;

	(void)state;
	for (size_t piece = 1; piece <= all.n; piece++) {
		struct frank_message *m = frank_message_new();
		struct frank_field f;
		uint64_t first = 0;

		assert_int_equal(frank_message_author(m, &domain), FRANK_AUTHOR_UNSURE);
		assert_int_equal(domain.n, 0);
		assert_int_equal(world_push(m, all, piece), FRANK_MESSAGE_END);
		/* The end is the end. */
		assert_int_equal(frank_message_push(m, all), FRANK_MESSAGE_END);
		assert_int_equal(frank_message_end(m), FRANK_MESSAGE_END);
		assert_int_equal(frank_message_fields(m), 4);
		assert_true(frank_message_field(m, 0, &f));
		assert_true(is(f.raw, "Received: one\r\n two\r\n") && f.offset == 0);
		assert_true(is(f.value, " one\r\n two"));
		assert_false(frank_message_field(m, 4, &f));
		assert_true(frank_message_find(m, frank_str("RECEIVED"), 1, &f));
		assert_true(is(f.name, "received"));
		assert_false(frank_message_find(m, frank_str("received"), 2, &f));
		assert_int_equal(frank_message_body(m), strstr(text, "body") - text);
		assert_int_equal(frank_message_author(m, &domain), FRANK_AUTHOR_ONE);
		assert_true(is(domain, "example.org"));
		assert_int_equal(frank_message_author(m, NULL), FRANK_AUTHOR_ONE);
		assert_int_equal(frank_message_found(m, FRANK_FOUND_NUL, &first), 1);
		assert_int_equal(first, frank_message_body(m) + 4);
		assert_int_equal(frank_message_found(m, FRANK_FOUND_NAME_SPACE, NULL), 1);
		assert_int_equal(frank_message_found(m, FRANK_FOUND_HEADER_UTF8, NULL), 1);
		assert_int_equal(frank_message_found(m, FRANK_FOUND_BARE_CR, NULL), 0);
		frank_message_free(m);
	}
	for (int i = 0; i < FRANK_FINDINGS; i++)
		assert_true(frank_finding_text((enum frank_finding)i).n > 10);
}

static const struct {
	const char *name;
	size_t header, field, fields;
	enum frank_finding why;
} limits[] = {
	{ "bytes of the header", 100, 200, 2000, FRANK_FOUND_HEADER_TOO_BIG },
	{ "bytes of a field", 10000, 20, 2000, FRANK_FOUND_FIELD_TOO_BIG },
	{ "fields", 10000, 200, 3, FRANK_FOUND_TOO_MANY_FIELDS },
};

static void what_is_too_large_is_refused(void **state)
{
	static const char line[] = "X-Very-Long-Name: and a value\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct frank_case *facts = frank_case_new();
		struct frank_message *m = frank_message_new();
		struct frank_dkim *dkim = frank_dkim_new(facts, m);
		struct frank_mail *mail = frank_mail_new(facts, m);

		frank_message_set_limits(m, limits[i].header, limits[i].field, limits[i].fields);
		for (int j = 0; j < 20; j++)
			frank_message_push(m, frank_str(line));
		if (frank_message_end(m) != FRANK_MESSAGE_REFUSED ||
		    frank_message_found(m, limits[i].why, NULL) != 1)
			fail_msg("%s: not refused", limits[i].name);
		/* Whoever listens comes to an end all the same. */
		assert_true(frank_dkim_run(dkim));
		assert_true(frank_mail_run(mail));
		assert_int_equal(frank_mail_verdict(mail)->dmarc->result, FRANK_DMARC_RESULT_NONE);
		frank_mail_free(mail);
		frank_dkim_free(dkim);
		frank_message_free(m);
		frank_case_free(facts);
	}
	frank_message_free(NULL);
}

/* The default limits hold against a header that never ends. */
static void a_header_without_end_is_refused(void **state)
{
	struct frank_message *m = frank_message_new();
	struct frank_str line =
	    frank_str("X: and so on, and so on, and so on, and so on, and so on\r\n");
	size_t n = 0;

	(void)state;
	while (frank_message_push(m, line) == FRANK_MESSAGE_HEADER)
		n += line.n;
	assert_int_equal(frank_message_end(m), FRANK_MESSAGE_REFUSED);
	assert_true(n <= 1u << 20);
	frank_message_free(m);
}

static long peak_kib(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return used.ru_maxrss;
}

#define SIGNED                                                                                     \
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s; h=from;\r\n"    \
	" bh=" PUBLIC "; b=" PUBLIC                                                                \
	"\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s;\r\n"                           \
	" h=from; bh=" PUBLIC "; b=" PUBLIC "\r\nFrom: a@example.org\r\n\r\n"

/* 64 MiB pass through all that can listen, and leave nothing behind. */
static void a_large_body_needs_no_memory(void **state)
{
	struct frank_case *facts = frank_case_new();
	struct frank_message *m = frank_message_new();
	struct frank_mail *mail = frank_mail_new(facts, m);
	struct frank_signer *signer = frank_signer_new(facts, m);
	struct frank_private_key *key = frank_private_key_new();
	struct frank_str block = { test_calloc(1, 65536), 65536 };
	long before;

	(void)state;
	memset((void *)(uintptr_t)block.p, ' ', block.n);
	assert_true(frank_private_key_read(key, frank_str(SEED)));
	assert_true(frank_signer_add(signer, key, frank_str("example.org"), frank_str("s")));
	frank_message_push(m, frank_str(SIGNED));
	frank_message_push(m, block);
	before = peak_kib();
	for (int i = 0; i < 1024; i++)
		assert_int_equal(frank_message_push(m, block), FRANK_MESSAGE_BODY);
	assert_int_equal(frank_message_end(m), FRANK_MESSAGE_END);
	assert_true(peak_kib() - before < 4096);
	frank_private_key_free(key);
	frank_signer_free(signer);
	frank_mail_free(mail);
	frank_message_free(m);
	frank_case_free(facts);
	test_free((void *)(uintptr_t)block.p);
}

static const struct {
	const char *from;
	enum frank_author author;
	const char *domain;
} authors[] = {
	{ "From: a@example.org", FRANK_AUTHOR_ONE, "example.org" },
	{ "From: a@b\xc3\xbc"
	  "cher.example",
	    FRANK_AUTHOR_ONE, "xn--bcher-kva.example" },
	{ "Subject: x", FRANK_AUTHOR_NONE, "" },
	{ "From: a@example.org\r\nFrom: a@example.org", FRANK_AUTHOR_FIELDS, "" },
	{ "From: a@example.org, b@example.com", FRANK_AUTHOR_SEVERAL, "" },
	{ "From: a@example.org, b@example.org", FRANK_AUTHOR_SEVERAL, "example.org" },
	{ "From: x: a@example.org;", FRANK_AUTHOR_GROUP, "" },
	{ "From: <<>>", FRANK_AUTHOR_BROKEN, "" },
	{ "From: a@[192.0.2.1]", FRANK_AUTHOR_BAD_DOMAIN, "" },
};

static void one_author_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(authors); i++) {
		struct frank_message *m = frank_message_new();
		struct frank_str domain;
		enum frank_author author;

		frank_message_push(m, frank_str(authors[i].from));
		frank_message_push(m, frank_str("\r\n\r\n"));
		author = frank_message_author(m, &domain);
		if (author != authors[i].author || !is(domain, authors[i].domain))
			fail_msg("%s: %.*s (%.*s)", authors[i].from, (int)domain.n, domain.p,
			    (int)frank_author_text(author).n, frank_author_text(author).p);
		frank_message_free(m);
	}
}

static void addresses_are_read_or_refused(void **state)
{
	struct frank_addresses *a =
	    frank_addresses_new(frank_str("\"Ann (x)\" <ann@example.org>, g: b@[192.0.2.1];"));
	struct frank_mailbox m;
	size_t at = 0;

	(void)state;
	assert_int_equal(frank_addresses_count(a), 2);
	assert_int_equal(frank_addresses_groups(a), 1);
	assert_true(frank_addresses_mailbox(a, 0, &m));
	assert_true(is(m.display, "Ann (x)") && is(m.local, "ann") && is(m.domain, "example.org"));
	assert_true(frank_addresses_mailbox(a, 1, &m));
	assert_true(m.in_group && is(m.domain, "[192.0.2.1]"));
	assert_false(frank_addresses_mailbox(a, 2, &m));
	assert_int_equal(frank_addresses_error(a, NULL).n, 0);
	frank_addresses_free(a);
	a = frank_addresses_new(frank_str("ann@example.org, <b@"));
	assert_int_equal(frank_addresses_count(a), 0);
	assert_true(frank_addresses_error(a, &at).n > 0 && at > 10);
	frank_addresses_free(a);
	frank_addresses_free(NULL);
}

/* ---- what the headers forbid ---- */

static void listens_too_late(struct frank_case *facts, struct frank_message *m)
{
	frank_message_push(m, frank_str("From: "));
	frank_dkim_new(facts, m);
}

static void is_freed_too_late(struct frank_case *facts, struct frank_message *m)
{
	frank_mail_new(facts, m);
	frank_message_free(m);
}

static void learns_too_late(struct frank_case *facts, struct frank_message *m)
{
	struct frank_mail *mail = frank_mail_new(facts, m);

	frank_mail_run(mail);
	frank_mail_set_ip(mail, frank_str("192.0.2.1"));
}

static void changes_its_limits(struct frank_case *facts, struct frank_message *m)
{
	(void)facts;
	frank_message_push(m, frank_str("From: "));
	frank_message_set_limits(m, 1, 1, 1);
}

static void says_more_of_nothing(struct frank_case *facts, struct frank_message *m)
{
	(void)facts;
	(void)m;
	frank_authres_add_reason(frank_authres_new(), frank_str("x"));
}

static const struct {
	const char *name;
	void (*misuse)(struct frank_case *, struct frank_message *);
} misuses[] = {
	{ "listens too late", listens_too_late },
	{ "is freed too late", is_freed_too_late },
	{ "learns too late", learns_too_late },
	{ "changes its limits", changes_its_limits },
	{ "says more of nothing", says_more_of_nothing },
};

/* A bug of the program is told where it is, and is no result. */
static void what_is_forbidden_ends_the_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(misuses); i++) {
		int status = 0;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			signal(SIGABRT, SIG_DFL);
			fclose(stderr);
			misuses[i].misuse(frank_case_new(), frank_message_new());
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("%s, and nobody minds", misuses[i].name);
	}
}

/* ---- Authentication-Results, Received-SPF ---- */

static void results_are_read(void **state)
{
	struct frank_authres *r = frank_authres_new();
	struct frank_authres_result one;
	struct frank_authres_property p;
	size_t at = 99;

	(void)state;
	frank_authres_read(
	    r, frank_str(" mx.example.com; spf=pass (fine) smtp.mailfrom=a@b.example;"
			 "\r\n dkim=fail reason=\"body hash\" header.d=b.example"));
	assert_true(is(frank_authres_id(r), "mx.example.com"));
	assert_int_equal(frank_authres_instance(r), 0);
	assert_int_equal(frank_authres_count(r), 2);
	assert_true(frank_authres_result(r, 1, &one));
	assert_true(is(one.method, "dkim") && is(one.result, "fail") &&
		    is(one.reason, "body hash") && one.properties == 1);
	assert_true(frank_authres_property(r, 1, 0, &p));
	assert_true(is(p.ptype, "header") && is(p.name, "d") && is(p.value, "b.example"));
	assert_false(frank_authres_property(r, 1, 1, &p));
	assert_false(frank_authres_result(r, 2, &one));
	assert_true(
	    is(frank_authres_value(r, 0, frank_str("smtp"), frank_str("MailFrom")), "a@b.example"));
	assert_null(frank_authres_value(r, 0, frank_str("smtp"), frank_str("helo")).p);
	assert_null(frank_authres_value(r, 9, frank_str("smtp"), frank_str("helo")).p);
	assert_int_equal(frank_authres_faults(r), 0);
	/* Read again: nothing of the first is left. */
	frank_authres_read(r, frank_str("i=3; x; spf=(open"));
	assert_int_equal(frank_authres_instance(r), 3);
	assert_true(frank_authres_faults(r) > 0);
	assert_true(frank_authres_fault(r, 0, &at).n > 0 && at < 20);
	assert_int_equal(frank_authres_fault(r, 100, &at).n, 0);
	frank_authres_free(r);
	frank_authres_free(NULL);
}

static void results_are_written_and_cannot_be_injected(void **state)
{
	struct frank_authres *r = frank_authres_new(), *again = frank_authres_new();
	struct frank_str value;

	(void)state;
	assert_int_equal(frank_authres_write(r, 0).n, 0);
	frank_authres_set_id(r, frank_str("mx.example.com"));
	assert_true(has(frank_authres_write(r, 0), "none"));
	frank_authres_add(r, frank_str("spf"), frank_str("fail"));
	frank_authres_add_reason(r, frank_str("x\"; dkim=pass (\r\nFrom: y"));
	frank_authres_add_property(r, frank_str("smtp"), frank_str("mailfrom"),
	    frank_str("a; dmarc=pass header.from=b@example.org"));
	value = frank_authres_write(r, FRANK_WRITE_LF);
	assert_false(has(value, "\r"));
	frank_authres_read(again, value);
	assert_int_equal(frank_authres_count(again), 1);
	assert_int_equal(frank_authres_faults(again), 0);
	frank_authres_free(again);
	frank_authres_free(r);
}

static void forged_fields_are_known(void **state)
{
	const struct frank_str ours[] = { frank_str("mx.example.com"), frank_str(".example.net") };

	(void)state;
	assert_int_equal(frank_authres_claim(frank_str("MX.example.com; spf=pass"), ours, 2),
	    FRANK_AUTHRES_OURS);
	assert_int_equal(
	    frank_authres_claim(frank_str("a.example.net; none"), ours, 2), FRANK_AUTHRES_OURS);
	assert_int_equal(
	    frank_authres_claim(frank_str("other.example; none"), ours, 2), FRANK_AUTHRES_OTHER);
	assert_int_equal(
	    frank_authres_claim(frank_str("other.example; none"), NULL, 0), FRANK_AUTHRES_OTHER);
}

static void received_spf_is_read_and_written(void **state)
{
	struct frank_received_spf *r = frank_received_spf_new();
	size_t at = 99;

	(void)state;
	assert_true(frank_received_spf_read(
	    r, frank_str("pass (mx: ok) client-ip=192.0.2.1; helo=\"a b\";"), &at));
	assert_true(is(frank_received_spf_result(r), "pass"));
	assert_true(is(frank_received_spf_comment(r), "mx: ok"));
	assert_true(is(frank_received_spf_value(r, frank_str("HELO")), "a b"));
	assert_null(frank_received_spf_value(r, frank_str("x")).p);
	assert_false(frank_received_spf_read(r, frank_str("pass (open"), &at));
	frank_received_spf_set(r, frank_str("softfail"), frank_str("no"));
	frank_received_spf_add(r, frank_str("client-ip"), frank_str("192.0.2.1"));
	assert_true(has(frank_received_spf_write(r, 0), "softfail (no) client-ip=192.0.2.1"));
	frank_received_spf_set(r, frank_str("perhaps"), frank_str(NULL));
	assert_int_equal(frank_received_spf_write(r, 0).n, 0);
	frank_received_spf_free(r);
	frank_received_spf_free(NULL);
}

/* ---- DMARC ---- */

static void records_say_what_they_ask_for(void **state)
{
	struct frank_dmarc_record *r = frank_dmarc_record_new(frank_str(
	    "v=DMARC1; p=reject; sp=wrong; np=none; t=y; adkim=s; rua=mailto:a@b.example!5m, c"));
	const struct frank_dmarc_terms *t = frank_dmarc_record_terms(r);
	size_t at = 0;

	(void)state;
	assert_true(t->p == FRANK_DMARC_REJECT && t->sp == FRANK_DMARC_INVALID &&
		    t->np == FRANK_DMARC_NONE && t->psd == 'u');
	assert_true(has(t->text, "v=DMARC1; p=reject; sp=wrong"));
	assert_true(t->testing && t->strict_dkim && !t->strict_spf && t->usable);
	assert_int_equal(t->rua_count, 2);
	assert_true(is(t->rua[0].mailbox, "a@b.example") && is(t->rua[0].domain, "b.example"));
	assert_true(t->rua[0].valid && !t->rua[1].valid && t->ruf_count == 0);
	assert_true(frank_dmarc_record_faults(r) >= 2);
	assert_true(frank_dmarc_record_fault(r, 0, &at).n > 0 && at > 0);
	assert_int_equal(frank_dmarc_record_fault(r, 99, &at).n, 0);
	assert_true(has(frank_dmarc_record_write(r), "v=DMARC1; p="));
	frank_dmarc_record_free(r);
	r = frank_dmarc_record_new(frank_str("v=spf1 -all"));
	assert_null(frank_dmarc_record_terms(r));
	assert_int_equal(frank_dmarc_record_faults(r) + frank_dmarc_record_write(r).n, 0);
	frank_dmarc_record_free(r);
	frank_dmarc_record_free(NULL);
}

static const struct api_record zone[] = {
	{ "_dmarc.example.org", 16, "\"v=DMARC1; p=reject; sp=quarantine\"" },
	{ "_dmarc.test.example", 16, "\"v=DMARC1; p=reject; t=y\"" },
	{ "news.example.org", 1, "192.0.2.1" },
};

static const struct {
	const char *author, *spf, *dkim;
	bool spf_passes, dkim_passes;
	enum frank_dmarc_result result;
	enum frank_dmarc_policy disposition;
} verdicts[] = {
	{ "example.org", "example.org", NULL, true, false, FRANK_DMARC_RESULT_PASS,
	    FRANK_DMARC_NONE },
	{ "Example.Org.", "bounce.example.org", NULL, true, false, FRANK_DMARC_RESULT_PASS,
	    FRANK_DMARC_NONE },
	{ "example.org", "example.org", NULL, false, false, FRANK_DMARC_RESULT_FAIL,
	    FRANK_DMARC_REJECT },
	{ "news.example.org", "example.com", "example.org", true, true, FRANK_DMARC_RESULT_PASS,
	    FRANK_DMARC_NONE },
	{ "news.example.org", "example.com", "example.com", true, true, FRANK_DMARC_RESULT_FAIL,
	    FRANK_DMARC_QUARANTINE },
	{ "news.example.org", NULL, "no domain", true, true, FRANK_DMARC_RESULT_FAIL,
	    FRANK_DMARC_QUARANTINE },
	{ "test.example", NULL, NULL, false, false, FRANK_DMARC_RESULT_FAIL,
	    FRANK_DMARC_QUARANTINE },
	{ "example.com", "example.com", NULL, true, false, FRANK_DMARC_RESULT_NONE,
	    FRANK_DMARC_NONE },
	{ "", "example.com", NULL, true, false, FRANK_DMARC_RESULT_NONE, FRANK_DMARC_NONE },
	{ "two words", "example.com", NULL, true, false, FRANK_DMARC_RESULT_NONE,
	    FRANK_DMARC_NONE },
};

static void results_of_others_are_judged(void **state)
{
	struct frank_case *facts = frank_case_new();

	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		struct frank_dmarc *d = frank_dmarc_new(facts);
		const struct frank_dmarc_verdict *v;

		frank_dmarc_set_author(d, frank_str(verdicts[i].author));
		frank_dmarc_set_spf(d, frank_str(verdicts[i].spf),
		    verdicts[i].spf_passes ? FRANK_SPF_PASS : FRANK_SPF_FAIL);
		if (verdicts[i].dkim != NULL)
			frank_dmarc_add_dkim(d, frank_str(verdicts[i].dkim),
			    verdicts[i].dkim_passes ? FRANK_DKIM_PASS : FRANK_DKIM_FAIL);
		while (!frank_dmarc_run(d)) {
			assert_null(frank_dmarc_verdict(d));
			assert_true(world_answer_all(facts, zone, COUNT(zone)) > 0);
		}
		v = frank_dmarc_verdict(d);
		if (v->result != verdicts[i].result || v->disposition != verdicts[i].disposition ||
		    v->reason.n == 0 || (v->record != NULL) != (v->applied != FRANK_DMARC_ABSENT))
			fail_msg("row %zu: %s, %s: %.*s", i, frank_dmarc_result_name(v->result),
			    frank_dmarc_policy_name(v->disposition), (int)v->reason.n, v->reason.p);
		/* Something else is asked: it begins anew. */
		frank_dmarc_set_by_psl(d, true);
		assert_null(frank_dmarc_verdict(d));
		for (int j = 0; j < 200; j++)
			frank_dmarc_add_dkim(d, frank_str("example.com"), FRANK_DKIM_PASS);
		while (!frank_dmarc_run(d))
			world_answer_all(facts, zone, COUNT(zone));
		frank_dmarc_free(d);
	}
	frank_dmarc_free(NULL);
	frank_case_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_read_in_any_pieces),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(a_header_without_end_is_refused),
		cmocka_unit_test(a_large_body_needs_no_memory),
		cmocka_unit_test(one_author_or_none),
		cmocka_unit_test(addresses_are_read_or_refused),
		cmocka_unit_test(what_is_forbidden_ends_the_process),
		cmocka_unit_test(results_are_read),
		cmocka_unit_test(results_are_written_and_cannot_be_injected),
		cmocka_unit_test(forged_fields_are_known),
		cmocka_unit_test(received_spf_is_read_and_written),
		cmocka_unit_test(records_say_what_they_ask_for),
		cmocka_unit_test(results_of_others_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
