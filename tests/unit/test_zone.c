/* test_zone - master files: what they answer, and what is said about a broken one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "collect/zone.h"
#include "wire/domain.h"

static const char file[] = "$ORIGIN example.com.\n"
			   "$TTL 3600\n"
			   "@ SOA ns1 hostmaster ( 1 2 3 4\n  5 ) ; in two lines\n"
			   "@ NS ns1\n"
			   "@ MX 10 mail\n"
			   "   60 MX 20 mail2\n"
			   "mail A 192.0.2.1\n"
			   "www CNAME mail\n"
			   "far CNAME www.example.net.\n"
			   "a CNAME b\nb CNAME a\n"
			   "x.y.deep TXT \"deep\" \"er\"\n"
			   "*.wild TXT \"any\"\n"
			   "own.wild A 192.0.2.2\n"
			   "*.star CNAME mail\n"
			   "old DNAME example.com.\n"
			   "hidden.old A 192.0.2.9\n"
			   "away DNAME example.net.\n"
			   "ring DNAME ring.ring\n"
			   "sub NS ns.sub\n"
			   "ns.sub A 192.0.2.53\n";

enum outcome { HERE, LIVE, BEYOND };

static const struct {
	const char *name;
	enum dns_type type;
	enum outcome outcome;
	enum dns_status status;
	size_t count;
	const char *first;
} rows[] = {
	{ "example.com", DNS_MX, HERE, DNS_NOERROR, 2, "10 mail.example.com." },
	{ "EXAMPLE.COM", DNS_NS, HERE, DNS_NOERROR, 1, "ns1.example.com." },
	{ "example.com", DNS_TXT, HERE, DNS_NOERROR, 0, NULL },
	{ "Mail.example.com", DNS_A, HERE, DNS_NOERROR, 1, "192.0.2.1" },
	{ "www.example.com", DNS_A, HERE, DNS_NOERROR, 1, "192.0.2.1" },
	{ "www.example.com", DNS_CNAME, HERE, DNS_NOERROR, 1, "mail.example.com." },
	{ "far.example.com", DNS_A, BEYOND, 0, 0, "www.example.net" },
	{ "a.example.com", DNS_A, HERE, DNS_SERVFAIL, 0, NULL },
	{ "x.y.deep.example.com", DNS_TXT, HERE, DNS_NOERROR, 1, "\"deep\" \"er\"" },
	{ "y.deep.example.com", DNS_TXT, HERE, DNS_NOERROR, 0, NULL },
	{ "z.deep.example.com", DNS_TXT, HERE, DNS_NXDOMAIN, 0, NULL },
	{ "any.wild.example.com", DNS_TXT, HERE, DNS_NOERROR, 1, "\"any\"" },
	{ "two.any.wild.example.com", DNS_TXT, HERE, DNS_NOERROR, 1, "\"any\"" },
	{ "any.wild.example.com", DNS_A, HERE, DNS_NOERROR, 0, NULL },
	{ "own.wild.example.com", DNS_TXT, HERE, DNS_NOERROR, 0, NULL },
	{ "under.own.wild.example.com", DNS_TXT, HERE, DNS_NXDOMAIN, 0, NULL },
	{ "any.star.example.com", DNS_A, HERE, DNS_NOERROR, 1, "192.0.2.1" },
	/* RFC 6672 */
	{ "mail.old.example.com", DNS_A, HERE, DNS_NOERROR, 1, "192.0.2.1" },
	{ "x.y.deep.old.example.com", DNS_TXT, HERE, DNS_NOERROR, 1, "\"deep\" \"er\"" },
	{ "www.old.example.com", DNS_CNAME, HERE, DNS_NOERROR, 1, "www.example.com." },
	{ "hidden.old.example.com", DNS_A, HERE, DNS_NXDOMAIN, 0, NULL },
	{ "old.example.com", DNS_A, HERE, DNS_NOERROR, 0, NULL },
	{ "old.example.com", (enum dns_type)39, HERE, DNS_NOERROR, 1, "example.com." },
	{ "a.b.away.example.com", DNS_MX, BEYOND, 0, 0, "a.b.example.net" },
	{ "a.ring.example.com", DNS_A, HERE, DNS_SERVFAIL, 0, NULL },
	{ "none.example.com", DNS_A, HERE, DNS_NXDOMAIN, 0, NULL },
	{ "sub.example.com", DNS_A, LIVE, 0, 0, NULL },
	{ "ns.sub.example.com", DNS_A, LIVE, 0, 0, NULL },
	{ "example.net", DNS_A, LIVE, 0, 0, NULL },
	{ "notexample.com", DNS_A, LIVE, 0, 0, NULL },
};

static struct zone *load(struct arena *a, const char *apex, struct str text, struct error *e)
{
	char copy[2048] = { 0 };
	FILE *stream;
	struct zone *z;

	assert_true(text.n < sizeof(copy));
	memcpy(copy, text.p, text.n);
	stream = fmemopen(copy, text.n, "r");
	assert_non_null(stream);
	z = zone_parse(a, str_of(apex), stream, "file", e);
	fclose(stream);
	return z;
}

static void check_row(struct zone *z, struct arena *a, size_t i)
{
	struct frank_case c;
	struct str beyond;
	struct question q = { .ask = ASK_DNS,
		.dns = { .name = str_of(rows[i].name), .type = rows[i].type } };

	case_init(&c, a, STR("example.com"), 0);
	struct fact *f = case_fact(&c, &q);
	enum outcome outcome = !zone_holds(z, q.dns.name)	? LIVE
			       : zone_answer(z, &c, f, &beyond) ? HERE
								: BEYOND;
	if (outcome != rows[i].outcome)
		fail_msg("%s: outcome %d", rows[i].name, outcome);
	if (outcome == BEYOND)
		assert_true(str_eq(beyond, str_of(rows[i].first)));
	if (outcome != HERE)
		return;
	if (f->dns.status != rows[i].status || f->dns.count != rows[i].count)
		fail_msg("%s %d: %s, %zu records", rows[i].name, rows[i].type,
		    dns_status_name(f->dns.status), f->dns.count);
	if (rows[i].first != NULL && !str_eq(f->dns.records[0].text, str_of(rows[i].first)))
		fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(f->dns.records[0].text));
}

static void a_zone_answers_as_its_servers_would(void **state)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct zone *z = load(&a, "", STR(file), &e);

	(void)state;
	if (z == NULL)
		fail_msg(STR_FMT, STR_ARG(e.text));
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_row(z, &a, i);
	arena_free(&a);
}

static const struct {
	const char *apex, *text, *error;
} broken[] = {
	{ "", "", "file: there is no record in it" },
	{ "", "; nothing\n\n", "file: there is no record in it" },
	{ "", "mail A 192.0.2.1\n", "file:1: no SOA record or $ORIGIN comes first" },
	{ "", "$ORIGIN a.test.\nmail A 192.0.2.999\n", "file:2: Syntax error" },
	{ "", "$ORIGIN a.test.\n\n\n@ A 192.0.2.1\nb.test. A 192.0.2.1\n",
	    "file:5: the record at b.test is outside the zone a.test" },
	{ "a.test", "@ A 192.0.2.1\n$INCLUDE other\n", "file:2: $INCLUDE is not followed" },
	{ "a.test", "@ A 192.0.2.1\n@ TXT \"v=spf1 -all\n",
	    "file:2: a quoted string does not end" },
	{ "a.test", "@ TXT \"one\n@ TXT \"two\"\n", "file:1: a quoted string does not end" },
	{ "a..test", "@ A 192.0.2.1\n", "file: a..test is no domain name" },
};

static void faults_are_named_with_their_line(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(broken); i++) {
		struct error e = { .arena = &a };
		struct str text = str_of(broken[i].text);

		/* fmemopen wants at least one byte. */
		if (load(&a, broken[i].apex, text.n > 0 ? text : STR("\n"), &e) != NULL)
			fail_msg("row %zu is taken", i);
		if (!str_starts(e.text, str_of(broken[i].error)))
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(e.text));
	}
	arena_free(&a);
}

static void a_name_of_the_users_stands_for_the_origin(void **state)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct zone *z = load(&a, "a.test", STR("mail A 192.0.2.1\n"), &e);

	(void)state;
	assert_non_null(z);
	assert_true(zone_holds(z, STR("mail.a.test")));
	assert_false(zone_holds(z, STR("b.test")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_answers_as_its_servers_would),
		cmocka_unit_test(faults_are_named_with_their_line),
		cmocka_unit_test(a_name_of_the_users_stands_for_the_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
