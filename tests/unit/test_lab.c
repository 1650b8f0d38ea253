/* test_lab - the lab's scenario files and its name servers, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "lab/dns.h"

static bool no_files(void *context, struct str file, struct str *out)
{
	(void)context;
	(void)out;
	return str_eq(file, STR("a.zone"));
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "moon 1\n", "t:1:" },
		{ "\ndomain a b\n", "t:2:" },
		{ "zone a.test b.zone\n", "t:1:" },
		{ "zone a.test a.zone odd\n", "t:1:" },
		{ "service gopher 70 a.test 192.0.2.1\n", "t:1:" },
		{ "service smtp 0 a.test 192.0.2.1\n", "t:1:" },
		{ "service smtp 25 a.test 192.0.2\n", "t:1:" },
		{ "# comment\ngreeting x\n", "t:2:" },
		{ "service smtp 25 a.test 192.0.2.1\ncert odd\n", "t:2:" },
		{ "service smtp 25 a.test 192.0.2.1\ntrick delay x\n", "t:2:" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct scenario s;
		bool ok = scenario_parse(&a, str_of(rows[i].text), "t", no_files, NULL, &s, &e);

		if (ok || !str_starts(e.text, str_of(rows[i].says)))
			fail_msg("row %zu: %s: \"" STR_FMT "\"", i, rows[i].text, STR_ARG(e.text));
		arena_free(&a);
	}
}

#define ZONE                                                                                       \
	"@ SOA ns a 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\nalias CNAME ns\n*.wild TXT \"x\"\n"       \
	"deep.empty A 192.0.2.1\nloop CNAME loop\n"

struct world {
	struct arena arena;
	struct lab_dns *dns;
};

static struct world world_of(struct str text, struct error *e)
{
	struct world w = { 0 };
	struct lab_zone *zone;
	struct scenario s = { .zone_count = 1 };

	s.zones = zone = arena_new(&w.arena, struct lab_zone);
	*zone = (struct lab_zone){ STR("a.test"), STR("a.zone"), text, true, false };
	w.dns = lab_dns_new(&w.arena, &s, e);
	return w;
}

static ldns_pkt *ask(const struct world *w, bool authoritative, const char *name, ldns_rr_type type)
{
	ldns_pkt *query =
	    ldns_pkt_query_new(ldns_dname_new_frm_str(name), type, LDNS_RR_CLASS_IN, LDNS_RD);
	ldns_pkt *answer = NULL;
	uint8_t *wire = NULL, *reply;
	size_t n = 0, size = 0;

	assert_int_equal(ldns_pkt2wire(&wire, query, &n), LDNS_STATUS_OK);
	reply = lab_dns_answer(w->dns, authoritative, wire, n, 1232, &size);
	assert_non_null(reply);
	assert_int_equal(ldns_wire2pkt(&answer, reply, size), LDNS_STATUS_OK);
	free(reply);
	free(wire);
	ldns_pkt_free(query);
	return answer;
}

static void test_answers(void **state)
{
	static const struct {
		bool authoritative;
		const char *name;
		ldns_rr_type type;
		int rcode, answers;
	} rows[] = {
		{ false, "ns.a.test.", LDNS_RR_TYPE_A, LDNS_RCODE_NOERROR, 1 },
		{ false, "alias.a.test.", LDNS_RR_TYPE_A, LDNS_RCODE_NOERROR, 2 },
		{ false, "ns.a.test.", LDNS_RR_TYPE_AAAA, LDNS_RCODE_NOERROR, 0 },
		{ false, "none.a.test.", LDNS_RR_TYPE_A, LDNS_RCODE_NXDOMAIN, 0 },
		{ false, "empty.a.test.", LDNS_RR_TYPE_A, LDNS_RCODE_NOERROR, 0 },
		{ false, "q.wild.a.test.", LDNS_RR_TYPE_TXT, LDNS_RCODE_NOERROR, 1 },
		{ false, "b.test.", LDNS_RR_TYPE_A, LDNS_RCODE_NXDOMAIN, 0 },
		{ true, "a.test.", LDNS_RR_TYPE_NS, LDNS_RCODE_NOERROR, 1 },
		{ true, "b.test.", LDNS_RR_TYPE_A, LDNS_RCODE_REFUSED, 0 },
	};
	struct world w = world_of(STR(ZONE), NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ldns_pkt *p = ask(&w, rows[i].authoritative, rows[i].name, rows[i].type);

		if ((int)ldns_pkt_get_rcode(p) != rows[i].rcode ||
		    ldns_pkt_ancount(p) != rows[i].answers ||
		    ldns_pkt_ra(p) == rows[i].authoritative)
			fail_msg("row %zu: %s: rcode %d, %d answers", i, rows[i].name,
			    (int)ldns_pkt_get_rcode(p), (int)ldns_pkt_ancount(p));
		ldns_pkt_free(p);
	}
	lab_dns_free(w.dns);
	arena_free(&w.arena);
}

static void test_bad_zones(void **state)
{
	static const struct str rows[] = { { "@ SOA\n", 6 }, { "@ NS ns\n", 8 } };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct world w = world_of(rows[i], &e);

		assert_null(w.dns);
		assert_true(str_find(e.text, STR("a.zone:")) >= 0);
		arena_free(&w.arena);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_bad_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
