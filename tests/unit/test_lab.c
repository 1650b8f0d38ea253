/* test_lab - the lab's scenario files and its name servers, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "lab/dns.h"

static enum scenario_file few_files(void *context, struct str file, struct str *out)
{
	(void)context;
	(void)out;
	return str_eq(file, STR("a.zone"))   ? FILE_READ
	       : str_eq(file, STR("large"))  ? FILE_TOO_LARGE
	       : str_eq(file, STR("locked")) ? FILE_UNREADABLE
					     : FILE_ABSENT;
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "moon 1\n", "t:1:" },
		{ "\ndomain a b\n", "t:2:" },
		{ "zone a.test large\n", "t:1: larger than 1 MiB" },
		{ "zone a.test locked\n", "t:1: cannot read" },
		{ "zone a\\b.test a.zone\n", "t:1: not the name of a zone" },
		{ "zone a.test a.zone at\n", "t:1: no address" },
		{ "zone a.test a.zone secure here\n", "t:1: none of" },
		{ "zone a.test a.zone at moon\n", "t:1: not an address" },
		{ "list names a.test\n", "t:1: neither addresses" },
		{ "list addresses a.test b.test\n", "t:1: no entry" },
		{ "list domains a.test 192.0.2.1\n", "t:1: no entry" },
		{ "list addresses a.test 192.0.2.1=::1\n", "t:1: no entry" },
		{ "silent moon a.test\n", "t:1: neither" },
		{ "silent resolver a..test\n", "t:1: not a name" },
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
		bool ok = scenario_parse(&a, str_of(rows[i].text), "t", few_files, NULL, &s, &e);

		if (ok || !str_starts(e.text, str_of(rows[i].says)))
			fail_msg("row %zu: %s: \"" STR_FMT "\"", i, rows[i].text, STR_ARG(e.text));
		arena_free(&a);
	}
}

/* ---- the name servers ---- */

#define HEAD "@ SOA ns a 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n"
#define ZONE HEAD "alias CNAME ns\n*.wild TXT \"x\"\ndeep.empty A 192.0.2.1\nloop CNAME loop\n"
#define TEXT "\"0123456789012345678901234567890123456789012345678901234567890123456789\"\n"
#define LONG                                                                                       \
	HEAD "@ TXT " TEXT "@ TXT 1" TEXT "@ TXT 2" TEXT "@ TXT 3" TEXT "@ TXT 4" TEXT             \
	     "@ TXT 5" TEXT "@ TXT 6" TEXT "@ TXT 7" TEXT
#define OLD "@ SOA ns a 0 2 3 4 5\n@ NS ns\nns A 192.0.2.99\n"

static const char plan[] = "domain a.test\n"
			   "nameservers 192.0.2.53 198.51.100.53\n"
			   "zone a.test main\n"
			   "zone a.test old at 198.51.100.53\n"
			   "zone only.test main at 192.0.2.53\n"
			   "zone bogus.test main bogus\n"
			   "zone secure.test main secure\n"
			   "zone long.test long\n"
			   "silent 198.51.100.53 quiet.a.test\n"
			   "silent resolver never.test\n"
			   "list addresses bl.test 192.0.2.7=127.0.0.4 2001:db8::7\n"
			   "list domains dbl.test spam.test\n"
			   "list addresses dead.test *\n";

static enum scenario_file zones(void *context, struct str file, struct str *out)
{
	(void)context;
	*out = str_eq(file, STR("main"))  ? STR(ZONE)
	       : str_eq(file, STR("old")) ? STR(OLD)
					  : STR(LONG);
	return str_eq(file, STR("profile.conf")) ? FILE_ABSENT : FILE_READ;
}

struct world {
	struct arena arena;
	struct scenario scenario;
	struct lab_dns *dns;
};

static void world_init(struct world *w)
{
	struct error e = { .arena = &w->arena };

	if (!scenario_parse(&w->arena, STR(plan), "t", zones, NULL, &w->scenario, &e))
		fail_msg(STR_FMT, STR_ARG(e.text));
	w->dns = lab_dns_new(&w->arena, &w->scenario, &e);
	if (w->dns == NULL)
		fail_msg(STR_FMT, STR_ARG(e.text));
}

static void world_release(struct world *w)
{
	lab_dns_free(w->dns);
	arena_free(&w->arena);
}

enum flag { EDNS = 1, CD = 2, TCP = 4, TC = 8, AD = 16, DO = 32 };

struct row {
	const char *server; /* NULL: the resolver */
	const char *name;
	ldns_rr_type type;
	unsigned flags; /* of the question */
	int rcode, answers;
	unsigned seen; /* flags of the response */
};

/* NULL: silence. */
static ldns_pkt *ask(const struct world *w, const struct row *r)
{
	ldns_pkt *query = ldns_pkt_query_new(
		     ldns_dname_new_frm_str(r->name), r->type, LDNS_RR_CLASS_IN, LDNS_RD),
		 *answer = NULL;
	struct ip server;
	uint8_t *wire = NULL, *reply;
	size_t n = 0, size = 0;

	if ((r->flags & EDNS) != 0)
		ldns_pkt_set_edns_udp_size(query, 4096);
	ldns_pkt_set_edns_do(query, (r->flags & DO) != 0);
	ldns_pkt_set_cd(query, (r->flags & CD) != 0);
	assert_int_equal(ldns_pkt2wire(&wire, query, &n), LDNS_STATUS_OK);
	assert_true(r->server == NULL || ip_parse(str_of(r->server), &server));
	reply = lab_dns_answer(w->dns, r->server == NULL ? NULL : &server, (r->flags & TCP) == 0,
	    (struct str){ (char *)wire, n }, &size);
	if (reply != NULL)
		assert_int_equal(ldns_wire2pkt(&answer, reply, size), LDNS_STATUS_OK);
	assert_true(size <= ((r->flags & TCP) != 0 ? 65535 : (r->flags & EDNS) != 0 ? 1232 : 512));
	free(reply);
	free(wire);
	ldns_pkt_free(query);
	return answer;
}

static unsigned flags_of(const ldns_pkt *p)
{
	return (ldns_pkt_tc(p) ? TC : 0) | (ldns_pkt_ad(p) ? AD : 0) | (ldns_pkt_cd(p) ? CD : 0);
}

#define NS1	    "192.0.2.53"
#define NS2	    "198.51.100.53"
#define SILENT	    (-1)
#define NIBBLES_OF0 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

static void test_answers(void **state)
{
	static const struct row rows[] = {
		{ NULL, "ns.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "alias.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 2, 0 },
		{ NULL, "loop.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_SERVFAIL, 0, 0 },
		{ NULL, "ns.a.test.", LDNS_RR_TYPE_AAAA, 0, LDNS_RCODE_NOERROR, 0, 0 },
		{ NULL, "none.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NULL, "empty.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 0, 0 },
		{ NULL, "q.wild.a.test.", LDNS_RR_TYPE_TXT, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "b.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NS1, "a.test.", LDNS_RR_TYPE_NS, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NS1, "b.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_REFUSED, 0, 0 },
		/* signed, or signed wrongly (RFC 4035 section 3.2.2) */
		{ NULL, "ns.secure.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, AD },
		{ NULL, "ns.bogus.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_SERVFAIL, 0, 0 },
		{ NULL, "ns.bogus.test.", LDNS_RR_TYPE_A, CD, LDNS_RCODE_NOERROR, 1, CD },
		{ NULL, "ns.bogus.test.", LDNS_RR_TYPE_A, EDNS | CD | DO, LDNS_RCODE_NOERROR, 2,
		    CD },
		{ NS1, "ns.bogus.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NS1, "ns.bogus.test.", LDNS_RR_TYPE_A, EDNS | DO, LDNS_RCODE_NOERROR, 2, 0 },
		{ NS1, "none.bogus.test.", LDNS_RR_TYPE_A, EDNS | DO, LDNS_RCODE_NXDOMAIN, 0, 0 },
		/* what fits (RFC 1035 section 4.2.1, RFC 6891 section 6.2.5) */
		{ NULL, "long.test.", LDNS_RR_TYPE_TXT, 0, LDNS_RCODE_NOERROR, 0, TC },
		{ NULL, "long.test.", LDNS_RR_TYPE_TXT, EDNS, LDNS_RCODE_NOERROR, 8, 0 },
		{ NULL, "long.test.", LDNS_RR_TYPE_TXT, TCP, LDNS_RCODE_NOERROR, 8, 0 },
		/* name servers that differ */
		{ NS1, "alias.a.test.", LDNS_RR_TYPE_CNAME, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NS2, "alias.a.test.", LDNS_RR_TYPE_CNAME, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NS1, "ns.only.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NS2, "ns.only.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_REFUSED, 0, 0 },
		{ NULL, "ns.only.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NS1, "x.quiet.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NS2, "x.quiet.a.test.", LDNS_RR_TYPE_A, 0, SILENT, 0, 0 },
		{ NS2, "ns.a.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "never.test.", LDNS_RR_TYPE_A, 0, SILENT, 0, 0 },
		{ NS1, "never.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_REFUSED, 0, 0 },
		/* lists (RFC 5782 section 5) */
		{ NULL, "2.0.0.127.bl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "1.0.0.127.bl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NULL, "2.0.0.0.0.0.f.7.f.f.f.f." NIBBLES_OF0 ".bl.test.", LDNS_RR_TYPE_A, 0,
		    LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "7.2.0.192.bl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "7.2.0.192.bl.test.", LDNS_RR_TYPE_TXT, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "8.2.0.192.bl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NULL, "7.0.0.0." NIBBLES_OF0 ".8.b.d.0.1.0.0.2.bl.test.", LDNS_RR_TYPE_A, 0,
		    LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "test.dbl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "invalid.dbl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NXDOMAIN, 0, 0 },
		{ NULL, "spam.test.dbl.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
		{ NULL, "1.0.0.127.dead.test.", LDNS_RR_TYPE_A, 0, LDNS_RCODE_NOERROR, 1, 0 },
	};
	struct world w = { 0 };

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *r = &rows[i];
		ldns_pkt *p = ask(&w, r);

		if (p == NULL ? r->rcode != SILENT
			      : (int)ldns_pkt_get_rcode(p) != r->rcode ||
				    ldns_pkt_ancount(p) != r->answers || flags_of(p) != r->seen ||
				    ldns_pkt_ra(p) != (r->server == NULL))
			fail_msg("row %zu: %s: rcode %d, %d answers, flags %u", i, r->name,
			    p == NULL ? SILENT : (int)ldns_pkt_get_rcode(p),
			    p == NULL ? 0 : (int)ldns_pkt_ancount(p), p == NULL ? 0 : flags_of(p));
		ldns_pkt_free(p);
	}
	world_release(&w);
}

static void test_bad_zones(void **state)
{
	static const struct str rows[] = { { "@ SOA\n", 6 }, { "@ NS ns\n", 8 }, { "", 0 } };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct error e = { .arena = &a };
		struct lab_zone zone = {
			.name = STR("a.test"), .file = STR("a.zone"), .text = rows[i]
		};
		struct scenario s = { .zones = &zone, .zone_count = 1 };

		assert_null(lab_dns_new(&a, &s, &e));
		assert_true(str_find(e.text, STR("a.zone:")) >= 0);
		arena_free(&a);
	}
}

/* A folder's file of more than 1 MiB is refused, not cut. */
static void test_large_file(void **state)
{
	char folder[] = "/tmp/frank-test-XXXXXX", path[64];
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct scenario s;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/scenario.conf", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("domain a.test\n", file);
	for (size_t i = 0; i < ((size_t)1 << 20); i++)
		fputc('#', file);
	fclose(file);
	assert_false(scenario_load(&a, str_of(folder), &s, &e));
	assert_true(str_find(e.text, STR("larger than 1 MiB")) >= 0);
	unlink(path);
	rmdir(folder);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_bad_zones),
		cmocka_unit_test(test_large_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
