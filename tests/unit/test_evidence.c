/* test_evidence - the evidence file: reading, the rules of replay, writing back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "evidence/delivery.h"
#include "evidence/file.h"

static const char world[] =
    "{\"frank\": \"evidence/1\", \"subject\": {\"domain\": \"example.com\"},"
    " \"taken\": \"2026-11-23T08:00:00Z\", \"answers\": ["
    "{\"name\": \"Example.COM.\", \"type\": \"TXT\", \"rdata\": [\"\\\"v=spf1 -all\\\"\"]},"
    "{\"ask\": \"dns\", \"name\": \"www.example.com\", \"type\": \"CNAME\", \"rdata\": "
    "[\"web.example.com.\"]},"
    "{\"ask\": \"dns\", \"name\": \"web.example.com\", \"type\": \"A\", \"rdata\": "
    "[\"192.0.2.1\"]},"
    "{\"ask\": \"dns\", \"name\": \"slow.example.com\", \"type\": \"ANY\", \"status\": "
    "\"TIMEOUT\"},"
    "{\"ask\": \"dns\", \"name\": \"slow.example.com\", \"type\": \"MX\", \"rdata\": [\"10 "
    "web.example.com.\"]},"
    "{\"ask\": \"dns\", \"name\": \"*.wild.example.com\", \"type\": \"TXT\", \"rdata\": "
    "[\"\\\"w\\\"\"]},"
    "{\"ask\": \"dns\", \"name\": \"own.wild.example.com\", \"type\": \"A\", \"rdata\": "
    "[\"192.0.2.2\"]},"
    "{\"ask\": \"dns\", \"name\": \"l1.example.com\", \"type\": \"CNAME\", \"rdata\": "
    "[\"l2.example.com.\"]},"
    "{\"ask\": \"dns\", \"name\": \"l2.example.com\", \"type\": \"CNAME\", \"rdata\": "
    "[\"l1.example.com.\"]},"
    "{\"name\": \"*.wild.example.net\", \"type\": \"ANY\", \"status\": \"SERVFAIL\"},"
    "{\"name\": \"*.star.example.com\", \"type\": \"CNAME\", \"rdata\": "
    "[\"web.example.com.\"]},"
    "{\"ask\": \"dns\", \"name\": \"gone.example.com\", \"type\": \"A\", \"status\": \"NXDOMAIN\"}"
    "]}";

static const struct {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	size_t count, aliases;
} rows[] = {
	{ "example.com", DNS_TXT, DNS_NOERROR, 1, 0 },
	{ "EXAMPLE.com.", DNS_TXT, DNS_NOERROR, 1, 0 },
	{ "example.com", DNS_MX, DNS_NOERROR, 0, 0 },
	{ "com", DNS_A, DNS_NOERROR, 0, 0 }, /* a name under it exists */
	{ "example.net", DNS_A, DNS_NXDOMAIN, 0, 0 },
	{ "www.example.com", DNS_A, DNS_NOERROR, 1, 1 },
	{ "www.example.com", DNS_CNAME, DNS_NOERROR, 1, 0 },
	{ "www.example.com", DNS_AAAA, DNS_NOERROR, 0, 1 },
	{ "slow.example.com", DNS_A, DNS_TIMEOUT, 0, 0 },
	{ "slow.example.com", DNS_MX, DNS_NOERROR, 1, 0 },
	{ "a.wild.example.com", DNS_TXT, DNS_NOERROR, 1, 0 },
	{ "a.b.wild.example.com", DNS_TXT, DNS_NOERROR, 1, 0 },
	{ "a.wild.example.com", DNS_A, DNS_NOERROR, 0, 0 },
	{ "own.wild.example.com", DNS_TXT, DNS_NOERROR, 0, 0 },
	{ "l1.example.com", DNS_A, DNS_SERVFAIL, 0, 16 },
	{ "gone.example.com", DNS_A, DNS_NXDOMAIN, 0, 0 },
	{ "gone.example.com", DNS_MX, DNS_NXDOMAIN, 0, 0 },
	{ "a.slow.wild.example.net", DNS_MX, DNS_SERVFAIL, 0, 0 },
	{ "x.star.example.com", DNS_A, DNS_NOERROR, 1, 1 },
};

static const struct dns_answer *answer(struct frank_case *c, const char *name, enum dns_type type)
{
	const struct dns_answer *found = case_dns(c, str_of(name), type);

	for (struct fact *f; (f = case_next_open(c)) != NULL;) {
		evidence_replay(c, f);
		case_answered(c, f);
	}
	return found != NULL ? found : case_dns(c, str_of(name), type);
}

static void replay_follows_its_rules(void **state)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct frank_case c;

	(void)state;
	case_init(&c, &a, (struct str){ 0 }, 0);
	if (!evidence_read(&c, STR(world), "world", &e))
		fail_msg("%.*s", STR_ARG(e.text));
	assert_true(str_eq(c.domain, STR("example.com")));
	assert_int_equal(c.now, 1795420800);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct dns_answer *got = answer(&c, rows[i].name, rows[i].type);

		if (got->status != rows[i].status || got->count != rows[i].count ||
		    got->alias_count != rows[i].aliases)
			fail_msg("%s %d: %s, %zu records, %zu aliases", rows[i].name, rows[i].type,
			    dns_status_name(got->status), got->count, got->alias_count);
	}
	arena_free(&a);
}

static const struct {
	const char *text, *error;
} broken[] = {
	{ "{\"frank\": \"evidence/1\",\n \"note\": [{\"answers\": [\"],\"]}, 2],\n \"answers\": [\n"
	  "{\"name\": \"a,\\\"{b\", \"type\": \"A\", \"rdata\": []},\n"
	  "\n  {\"name\": \"b\",\n \"type\": \"NO\", \"rdata\": []}]}",
	    "file:6: answers[1].type: is missing or no type of record" },
	{ "{\"frank\": 1, \"answers\": []}",
	    "file: not an evidence file: \"frank\" is not \"evidence/1\"" },
	{ "{\"frank\": \"evidence/1\", \"subject\": {\"domain\": \".\"}, \"answers\": []}",
	    "file: subject.domain: not a domain name" },
	{ "{\"frank\": \"evidence/1\", \"subject\": {\"domain\": \"a\\u001bb.example\"}, "
	  "\"answers\": []}",
	    "file: subject.domain: not a domain name" },
	{ "{\"frank\": \"evidence/1\", \"answers\": [{\"ask\": \"smtp\", \"host\": \"a\", "
	  "\"address\": "
	  "\"192.0.2.1\", \"port\": 25, \"status\": \"OK\", \"transcript\": [{\"who\": \"server\", "
	  "\"text\": \"220\"}]}]}",
	    "file:1: answers[0].transcript: has a line whose \"who\" is none of \"C\", \"S\", "
	    "\"-\"" },
	{ "", "file:1:0: '[' or '{' expected near end of file" },
	{ "{\n\"a\": }", "file:2:6: unexpected token near '}'" },
	{ "{}", "file: not an evidence file: \"frank\" is not \"evidence/1\"" },
	{ "{\"frank\": \"evidence/1\"}", "file: \"answers\" is no list of at most 20000" },
	{ "{\"frank\": \"evidence/1\", \"answers\": [{\"ask\": \"x\"}]}",
	    "file:1: answers[0].ask: is none of dns, smtp, imap, pop3, https, host" },
	{ "{\"frank\": \"evidence/1\", \"answers\": [{\"name\": \"a\", \"type\": \"A\"}]}",
	    "file:1: answers[0].status: is missing, and so is rdata" },
	{ "{\"frank\": \"evidence/1\", \"answers\": [{\"name\": \"a\", \"type\": \"NO\", "
	  "\"rdata\": []}]}",
	    "file:1: answers[0].type: is missing or no type of record" },
	{ "{\"frank\": \"evidence/1\", \"answers\": [{\"name\": \"a\", \"type\": \"A\", \"rdata\": "
	  "[1]}]}",
	    "file:1: answers[0].rdata[0]: expected a string, or {\"base64\": ...}" },
	{ "{\"frank\": \"evidence/1\", \"taken\": \"now\", \"answers\": []}",
	    "file: taken: not a time such as 2026-11-23T08:00:00Z" },
	{ "{\"frank\": \"evidence/1\", \"answers\": [{\"name\": \"a\", \"type\": \"A\", \"rdata\": "
	  "[]},"
	  "{\"name\": \"A.\", \"type\": \"A\", \"rdata\": []}]}",
	    "file:1: answers[1].name: the same question is answered twice" },
};

/* A name that the DNS cannot carry is answered by the case itself; such a fact is saved too. */
static void what_was_saved_can_be_read(void **state)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct frank_case c, again;
	struct buf out;
	char label[64];
	struct str name = STR("example");

	(void)state;
	memset(label, 'a', 63);
	for (int i = 0; i < 4; i++)
		name = arena_fmt(&a, "%.63s." STR_FMT, label, STR_ARG(name));
	struct str selector = STR("s1");
	case_init(&c, &a, STR("a.example"), 1);
	c.terms.selectors = &selector;
	c.terms.selector_count = 1;
	c.terms.profile = STR("list minor");
	assert_non_null(case_dns(&c, name, DNS_A));
	buf_init(&out, 1 << 20);
	evidence_write(&c, &out);
	case_init(&again, &a, (struct str){ 0 }, 0);
	if (!evidence_read(&again, buf_str(&out), "file", &e))
		fail_msg(STR_FMT, STR_ARG(e.text));
	assert_int_equal(again.count, 1);
	assert_int_equal(again.terms.selector_count, 1);
	assert_true(str_eq(again.terms.selectors[0], selector));
	assert_true(str_eq(again.terms.profile, c.terms.profile));
	assert_int_equal(case_dns(&again, name, DNS_A)->status, DNS_NXDOMAIN);
	buf_free(&out);
	arena_free(&a);
}

static void beyond_the_limit_nothing_is_asked(void **state)
{
	struct arena a = { 0 };
	struct frank_case c;
	struct session_question q = { .port = 25, .host = STR("mx.example") };

	(void)state;
	case_init(&c, &a, STR("a.example"), 1);
	c.limit = 0;
	assert_int_equal(case_dns(&c, STR("b.example"), DNS_A)->status, DNS_SERVFAIL);
	assert_int_equal(case_session(&c, &q)->status, SESSION_UNREACHABLE);
	assert_null(case_next_open(&c));
	arena_free(&a);
}

static void faults_are_named_with_their_place(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(broken); i++) {
		struct error e = { .arena = &a };
		struct frank_case c;

		case_init(&c, &a, (struct str){ 0 }, 0);
		assert_false(evidence_read(&c, str_of(broken[i].text), "file", &e));
		if (!str_eq(e.text, str_of(broken[i].error)))
			fail_msg("row %zu: %.*s", i, STR_ARG(e.text));
	}
	arena_free(&a);
}

/* A session with bytes that are no UTF-8, to be written and read again. */
static void put_session(struct frank_case *c)
{
	struct question q = { .ask = ASK_SESSION,
		.session = { .protocol = PROTOCOL_SMTP,
		    .goal = GOAL_RELAY,
		    .port = 25,
		    .host = STR("mx.example.com"),
		    .domain = STR("example.com") } };
	static struct session_line lines[] = {
		{ SPEAKER_SERVER, false, 12, { "220 \xff\xfe\0x", 8 } },
		{ SPEAKER_CLIENT, true, 13, { "EHLO me", 7 } },
	};
	static struct str chain[] = { { "PEM", 3 } };

	ip_parse(STR("2001:db8::1"), &q.session.address);
	struct fact *f = case_fact(c, &q);
	f->session = (struct session){ .status = SESSION_GARBLED,
		.error = STR("why"),
		.connect_ms = 1,
		.greeting_ms = -1,
		.total_ms = 99,
		.lines = lines,
		.line_count = 2,
		.tls = { .done = true,
		    .version = STR("TLSv1.3"),
		    .chain = chain,
		    .chain_count = 1,
		    .served = 1,
		    .ocsp = STR("\x01\x02") } };
	case_answered(c, f);
}

static void what_is_written_is_read(void **state)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct frank_case c, again;
	struct buf first, second;

	(void)state;
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	case_init(&c, &a, (struct str){ 0 }, 0);
	assert_true(evidence_read(&c, STR(world), "world", &e));
	put_session(&c);
	evidence_write(&c, &first);
	case_init(&again, &a, (struct str){ 0 }, 0);
	if (!evidence_read(&again, buf_str(&first), "first", &e))
		fail_msg("%.*s", STR_ARG(e.text));
	evidence_write(&again, &second);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	const struct session *s = &again.facts[again.count - 1]->session;
	assert_true(str_eq(s->lines[0].text, (struct str){ "220 \xff\xfe\0x", 8 }));
	assert_true(str_eq(s->tls.ocsp, STR("\x01\x02")));
	assert_int_equal(s->status, SESSION_GARBLED);
	buf_free(&first);
	buf_free(&second);
	arena_free(&a);
}

/* A message of which everything is known, with bytes that are no UTF-8. */
static void put_message(struct frank_case *c)
{
	static struct str recipients[] = { { "a@b.example", 11 }, { "\xff@b.example", 11 } };
	static struct session_line lines[] = { { SPEAKER_CLIENT, true, 3, { "EHLO x", 6 } } };
	static struct foreign_rule rules[] = { { { "R_SPF_ALLOW", 11 }, { "it passes", 9 },
	    -0.2 } };
	static struct foreign_verdict foreign[] = { { .program = { "rspamd", 6 },
	    .score = 1.5,
	    .required = 15,
	    .rules = rules,
	    .rule_count = 1 } };
	static struct delivery d = { .port = 4711,
		.server = { "mx.test", 7 },
		.helo = { "x", 1 },
		.esmtp = true,
		.envelope = true,
		.recipients = recipients,
		.recipient_count = 2,
		.smtputf8 = true,
		.size = 42,
		.early_talk = true,
		.bare_lf = true,
		.tls = { .done = true, .version = { "TLSv1.3", 7 } },
		.sni = { "mx.test", 7 },
		.lines = lines,
		.line_count = 1,
		.received = 1795000000,
		.bytes = { "From: x\r\n\r\n\0\xfe\r\n", 15 },
		.foreign = foreign,
		.foreign_count = 1 };

	ip_parse(STR("2001:db8::25"), &d.client);
	c->delivery = &d;
}

static void a_message_is_read_as_it_was_written(void **state)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct frank_case c, again;
	const struct delivery *d;
	struct buf first, second;

	(void)state;
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	case_init(&c, &a, STR("b.example"), 1795000000);
	put_message(&c);
	evidence_write(&c, &first);
	case_init(&again, &a, (struct str){ 0 }, 0);
	assert_true(evidence_read(&again, buf_str(&first), "first", &e));
	evidence_write(&again, &second);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	d = again.delivery;
	assert_true(str_eq(d->bytes, c.delivery->bytes));
	assert_true(d->envelope && d->mail_from.n == 0 && d->recipient_count == 2);
	assert_true(ip_eq(d->client, c.delivery->client));
	assert_int_equal(d->received, 1795000000);
	assert_true(d->foreign[0].rules[0].score == -0.2);
	buf_free(&first);
	buf_free(&second);
	arena_free(&a);
}

static void times_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} times[] = {
		{ "0", 0 },
		{ "1795420800", 1795420800 },
		{ "2026-11-23T08:00:00Z", 1795420800 },
		{ "2026-11-23t08:00:00.123z", 1795420800 },
		{ "2026-11-23T10:00:00+02:00", 1795420800 },
		{ "2026-11-23 05:30:00-02:30", 1795420800 },
		{ "253402300799", 253402300799 },
		{ "253402300800", -1 },
		{ "2026-11-23T08:00:00", -1 },
		{ "2026-11-23T08:00Z", -1 },
		{ "2026-13-23T08:00:00Z", -1 },
		{ "2026-11-23T24:00:00Z", -1 },
		{ "2026-11-23T08:00:00Zulu", -1 },
		{ "2026-11-23T08:00:00.Z", -1 },
		{ "1970-01-01T00:00:00+01:00", -1 },
		{ "", -1 },
		{ "-1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		int64_t got;

		if (!evidence_time_parse(str_of(times[i].text), &got))
			got = -1;
		if (got != times[i].seconds)
			fail_msg("%s: %jd", times[i].text, (intmax_t)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_follows_its_rules),
		cmocka_unit_test(what_was_saved_can_be_read),
		cmocka_unit_test(beyond_the_limit_nothing_is_asked),
		cmocka_unit_test(faults_are_named_with_their_place),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_message_is_read_as_it_was_written),
		cmocka_unit_test(times_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
