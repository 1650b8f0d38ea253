/* test_dns_wire - messages of the DNS: what is taken from a response, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "evidence/dns_wire.h"

struct world {
	struct arena arena;
	struct frank_case facts;
};

static struct fact *ask(struct world *w, const char *name, enum dns_type type)
{
	struct question q = { .ask = ASK_DNS, .dns = { .name = str_of(name), .type = type } };

	case_init(&w->facts, &w->arena, STR("example.com"), 0);
	return case_fact(&w->facts, &q);
}

/* A response to NAME TYPE with these records in its answer section. */
static uint8_t *response(
    const char *name, enum dns_type type, const char *const *records, size_t *size)
{
	ldns_pkt *packet = ldns_pkt_query_new(
	    ldns_dname_new_frm_str(name), (ldns_rr_type)type, LDNS_RR_CLASS_IN, LDNS_RD);
	uint8_t *wire = NULL;

	ldns_pkt_set_qr(packet, true);
	for (; records != NULL && *records != NULL; records++) {
		ldns_rr *rr = NULL;

		if (ldns_rr_new_frm_str(&rr, *records, 300, NULL, NULL) != LDNS_STATUS_OK)
			fail_msg("%s", *records);
		ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, rr);
	}
	assert_int_equal(ldns_pkt2wire(&wire, packet, size), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	return wire;
}

static const char *const chain[] = { "a.test. 60 CNAME b.test.", "b.test. 30 CNAME c.test.",
	"c.test. 90 A 192.0.2.1", "c.test. 90 A 192.0.2.2", "other.test. 5 A 192.0.2.66", NULL };
static const char *const loop[] = { "a.test. CNAME b.test.", "b.test. CNAME a.test.", NULL };
static const char *const foreign[] = { "other.test. A 192.0.2.66", NULL };
static const char *const unknown[] = { "a.test. TYPE65280 \\# 3 010203", NULL };
static const char *const text[] = { "a.test. TXT \"a b\" \"\\\"\\\\\\195\\188\"", NULL };

static const struct {
	const char *what, *name;
	enum dns_type type;
	const char *const *records;
	enum dns_status status;
	size_t count, aliases;
	int64_t ttl;
	const char *first;
} rows[] = {
	{ "a chain", "a.test", DNS_A, chain, DNS_NOERROR, 2, 2, 30, "192.0.2.1" },
	{ "the alias itself", "a.test", DNS_CNAME, chain, DNS_NOERROR, 1, 0, 60, "b.test." },
	{ "a loop", "a.test", DNS_A, loop, DNS_SERVFAIL, 0, 16, 300, NULL },
	{ "about another name", "a.test", DNS_A, foreign, DNS_NOERROR, 0, 0, -1, NULL },
	{ "no data", "a.test", DNS_A, NULL, DNS_NOERROR, 0, 0, -1, NULL },
	{ "an unknown type", "a.test", (enum dns_type)65280, unknown, DNS_NOERROR, 1, 0, 300,
	    "\\# 3 010203" },
	{ "a text", "A.TEST", DNS_TXT, text, DNS_NOERROR, 1, 0, 300,
	    "\"a b\" \"\\\"\\\\\\195\\188\"" },
};

static void a_response_becomes_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct world w = { 0 };
		struct fact *f = ask(&w, rows[i].name, rows[i].type);
		size_t size;
		uint8_t *wire = response("a.test.", rows[i].type, rows[i].records, &size);

		if (!dns_wire_answer(&w.facts, f, wire, size))
			fail_msg("%s: not taken", rows[i].what);
		if (f->dns.status != rows[i].status || f->dns.count != rows[i].count ||
		    f->dns.alias_count != rows[i].aliases || f->dns.ttl != rows[i].ttl)
			fail_msg("%s: %s, %zu records, %zu aliases, ttl %d", rows[i].what,
			    dns_status_name(f->dns.status), f->dns.count, f->dns.alias_count,
			    (int)f->dns.ttl);
		if (rows[i].first != NULL && !str_eq(f->dns.records[0].text, str_of(rows[i].first)))
			fail_msg("%s: " STR_FMT, rows[i].what, STR_ARG(f->dns.records[0].text));
		free(wire);
		arena_free(&w.arena);
	}
}

static void other_questions_are_not_ours(void **state)
{
	static const struct {
		const char *name;
		enum dns_type type;
	} others[] = { { "b.test.", DNS_A }, { "a.test.", DNS_MX } };

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++) {
		struct world w = { 0 };
		struct fact *f = ask(&w, "a.test", DNS_A);
		size_t size;
		uint8_t *wire = response(others[i].name, others[i].type, NULL, &size);

		assert_false(dns_wire_answer(&w.facts, f, wire, size));
		free(wire);
		arena_free(&w.arena);
	}
}

/* RFC 6891 section 6.1.3: BADVERS is 16, its low bits are those of NOERROR. */
static void the_whole_rcode_counts(void **state)
{
	struct world w = { 0 };
	struct fact *f = ask(&w, "a.test", DNS_TXT);
	ldns_pkt *packet = ldns_pkt_query_new(
	    ldns_dname_new_frm_str("a.test."), LDNS_RR_TYPE_TXT, LDNS_RR_CLASS_IN, 0);
	uint8_t *wire = NULL;
	size_t size;

	(void)state;
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_edns_udp_size(packet, 1232);
	ldns_pkt_set_edns_extended_rcode(packet, 1);
	assert_int_equal(ldns_pkt2wire(&wire, packet, &size), LDNS_STATUS_OK);
	assert_true(dns_wire_answer(&w.facts, f, wire, size));
	assert_int_equal(f->dns.status, DNS_SERVFAIL);
	ldns_pkt_free(packet);
	free(wire);
	arena_free(&w.arena);
}

static void push(ldns_pkt *packet, ldns_pkt_section section, const char *record)
{
	ldns_rr *rr = NULL;

	assert_int_equal(ldns_rr_new_frm_str(&rr, record, 300, NULL, NULL), LDNS_STATUS_OK);
	ldns_pkt_push_rr(packet, section, rr);
}

/* The server of a zone names those of a zone beneath it, and their addresses. */
static struct fact *referred(
    struct world *w, const char *name, enum dns_type type, bool direct, bool authority)
{
	struct fact *f = ask(w, name, type);
	ldns_pkt *packet = ldns_pkt_query_new(
	    ldns_dname_new_frm_str(name), (ldns_rr_type)type, LDNS_RR_CLASS_IN, 0);
	uint8_t *wire = NULL;
	size_t size;

	if (direct)
		ip_parse(STR("192.0.2.53"), &f->question.dns.server);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_aa(packet, authority);
	push(packet, LDNS_SECTION_AUTHORITY, "a.test. NS ns.a.test.");
	push(packet, LDNS_SECTION_AUTHORITY, "a.test. NS ns.b.test.");
	push(packet, LDNS_SECTION_ADDITIONAL, "ns.a.test. A 192.0.2.1");
	assert_int_equal(ldns_pkt2wire(&wire, packet, &size), LDNS_STATUS_OK);
	assert_true(dns_wire_answer(&w->facts, f, wire, size));
	ldns_pkt_free(packet);
	free(wire);
	return f;
}

static void a_referral_is_taken_from_a_server_asked_directly(void **state)
{
	struct world w = { 0 };
	struct fact *f = referred(&w, "a.test", DNS_NS, true, false);

	(void)state;
	assert_int_equal(f->dns.count, 2);
	assert_true(f->dns.referral);
	assert_false(f->dns.authoritative);
	f = referred(&w, "ns.a.test", DNS_A, true, false);
	assert_int_equal(f->dns.count, 1);
	assert_true(f->dns.referral);
	/* With authority it would be no referral; a resolver's answer is never one. */
	f = referred(&w, "a.test", DNS_TXT, true, true);
	assert_int_equal(f->dns.count, 0);
	assert_false(f->dns.referral);
	f = referred(&w, "ns.a.test", DNS_AAAA, false, false);
	assert_int_equal(f->dns.count, 0);
	arena_free(&w.arena);
}

static void a_response_cut_anywhere_is_survived(void **state)
{
	size_t size;
	uint8_t *wire = response("a.test.", DNS_A, chain, &size);

	(void)state;
	for (size_t n = 0; n < size; n++) {
		struct world w = { 0 };
		struct fact *f = ask(&w, "a.test", DNS_A);

		if (dns_wire_answer(&w.facts, f, wire, n))
			assert_int_equal(f->dns.status, DNS_SERVFAIL);
		arena_free(&w.arena);
	}
	free(wire);
}

static void ten_thousand_strings_stay_small(void **state)
{
	struct world w = { 0 };
	struct fact *f = ask(&w, "a.test", DNS_TXT);
	size_t size, strings = 10000;
	uint8_t *head = response("a.test.", DNS_TXT, NULL, &size);
	uint8_t *wire = calloc(1, size + 12 + 2 * strings);
	static const uint8_t rr[] = { 0xc0, 12, 0, DNS_TXT, 0, 1, 0, 0, 0, 60, 0x4e, 0x20 };

	(void)state;
	assert_non_null(wire);
	memcpy(wire, head, size);
	wire[7] = 1; /* one answer */
	memcpy(wire + size, rr, sizeof(rr));
	for (size_t i = 0; i < strings; i++)
		memcpy(wire + size + sizeof(rr) + 2 * i, "\1s", 2);
	assert_true(dns_wire_answer(&w.facts, f, wire, size + sizeof(rr) + 2 * strings));
	assert_int_equal(f->dns.count, 1);
	assert_int_equal(f->dns.records[0].txt.count, strings);
	assert_int_equal(f->dns.records[0].txt.joined.n, strings);
	assert_true(w.arena.total < (size_t)4 << 20);
	free(head);
	free(wire);
	arena_free(&w.arena);
}

static void a_question_is_asked_as_we_want_it(void **state)
{
	struct world w = { 0 };
	struct fact *f = ask(&w, "_dmarc.a\\b.test", DNS_TXT);
	size_t size;
	uint8_t *wire = dns_wire_query(&w.facts, &f->question.dns, false, &size);
	ldns_pkt *packet = NULL;

	(void)state;
	assert_non_null(wire);
	assert_int_equal(ldns_wire2pkt(&packet, wire, size), LDNS_STATUS_OK);
	assert_true(ldns_pkt_rd(packet) && ldns_pkt_ad(packet) && ldns_pkt_edns_do(packet));
	assert_false(ldns_pkt_cd(packet));
	assert_int_equal(ldns_pkt_edns_udp_size(packet), DNS_EDNS_SIZE);
	ldns_pkt_free(packet);
	free(wire);
	f->question.dns.server = (struct ip){ .family = IP_V4 };
	wire = dns_wire_query(&w.facts, &f->question.dns, false, &size);
	assert_int_equal(ldns_wire2pkt(&packet, wire, size), LDNS_STATUS_OK);
	assert_false(ldns_pkt_rd(packet) || ldns_pkt_edns_do(packet));
	ldns_pkt_free(packet);
	free(wire);
	arena_free(&w.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_becomes_an_answer),
		cmocka_unit_test(other_questions_are_not_ours),
		cmocka_unit_test(a_referral_is_taken_from_a_server_asked_directly),
		cmocka_unit_test(the_whole_rcode_counts),
		cmocka_unit_test(a_response_cut_anywhere_is_survived),
		cmocka_unit_test(ten_thousand_strings_stay_small),
		cmocka_unit_test(a_question_is_asked_as_we_want_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
