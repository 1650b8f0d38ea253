/* test_iprev - address to name to address, in any order of facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mail_world.h"

#define PTR4 "1.2.0.192.in-addr.arpa PTR "
#define PTR6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR "

static const struct {
	const char *name, *ip, *zone, *want; /* "result name" */
} rows[] = {
	{ "there and back", "192.0.2.1", PTR4 "a.test.\na.test A 192.0.2.1\n", "pass a.test" },
	{ "IPv6", "2001:db8::1", PTR6 "a.test.\na.test AAAA 2001:db8::1\n", "pass a.test" },
	{ "IPv4 in IPv6", "::ffff:192.0.2.1", PTR4 "a.test.\na.test A 192.0.2.1\n", "pass a.test" },
	{ "by an alias", "192.0.2.1",
	    "1.2.0.192.in-addr.arpa CNAME 1.0-63.2.0.192.in-addr.arpa.\n"
	    "1.0-63.2.0.192.in-addr.arpa PTR a.test.\na.test A 192.0.2.1\n",
	    "pass a.test" },
	{ "the second name", "192.0.2.1",
	    PTR4 "b.test.\n" PTR4 "a.test.\nb.test A 192.0.2.2\na.test A 192.0.2.1\n",
	    "pass a.test" },
	{ "two good names: the first", "192.0.2.1",
	    PTR4 "b.test.\n" PTR4 "a.test.\nb.test A 192.0.2.1\na.test A 192.0.2.1\n",
	    "pass b.test" },
	{ "one of many addresses", "192.0.2.1",
	    PTR4 "a.test.\na.test A 192.0.2.7\na.test A 192.0.2.1\n", "pass a.test" },
	{ "another address", "192.0.2.1", PTR4 "a.test.\na.test A 192.0.2.2\n", "fail a.test" },
	{ "only the other family", "192.0.2.1", PTR4 "a.test.\na.test AAAA 2001:db8::1\n",
	    "fail a.test" },
	{ "a name that does not exist", "192.0.2.1", PTR4 "a.test.\n", "fail a.test" },
	{ "no name", "192.0.2.1", "b.test A 192.0.2.1\n", "permerror " },
	{ "a name that nobody can ask for", "192.0.2.1",
	    PTR4 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test.\n",
	    "permerror " },
	{ "DNS trouble with the name", "192.0.2.1", "1.2.0.192.in-addr.arpa PTR SERVFAIL\n",
	    "temperror " },
	{ "DNS trouble with the address", "192.0.2.1", PTR4 "a.test.\na.test A TIMEOUT\n",
	    "temperror a.test" },
	{ "DNS trouble with one address, another is good", "192.0.2.1",
	    PTR4 "b.test.\n" PTR4 "a.test.\nb.test A TIMEOUT\na.test A 192.0.2.1\n",
	    "pass a.test" },
	{ "DNS trouble with one address, another is wrong", "192.0.2.1",
	    PTR4 "b.test.\n" PTR4 "a.test.\nb.test A TIMEOUT\na.test A 192.0.2.9\n",
	    "temperror b.test" },
};

static struct str result_of(struct arena *a, const char *zone, const char *ip, unsigned seed)
{
	struct mail_world w = { .arena = a, .zone = str_of(zone), .seed = seed };
	struct iprev v;
	struct ip address;

	assert_true(ip_parse(str_of(ip), &address));
	case_init(&w.facts, a, STR("iprev"), 0);
	while (!iprev_check(a, &w.facts.source, address, &v))
		assert_true(mail_learn(&w));
	assert_true(v.reason.n > 0);
	if (seed == 0)
		assert_in_range(w.rounds, 1, 2);
	return arena_fmt(a, "%s " STR_FMT, iprev_result_name(v.result), STR_ARG(v.name));
}

static void verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (unsigned seed = 0; seed < 10; seed++) {
			struct arena a = { 0 };
			struct str got = result_of(&a, rows[i].zone, rows[i].ip, seed);

			if (!str_eq(got, str_of(rows[i].want)))
				fail_msg("%s, seed %u: " STR_FMT, rows[i].name, seed, STR_ARG(got));
			arena_free(&a);
		}
}

static void ten_names_are_tried(void **state)
{
	struct arena a = { 0 };
	struct str zone = STR(""), last;

	(void)state;
	for (int i = 1; i <= 11; i++)
		zone = arena_fmt(&a, STR_FMT PTR4 "n%d.test.\n", STR_ARG(zone), i);
	last = arena_fmt(&a, STR_FMT "n10.test A 192.0.2.1\n", STR_ARG(zone));
	assert_true(str_eq(result_of(&a, last.p, "192.0.2.1", 0), STR("pass n10.test")));
	last = arena_fmt(&a, STR_FMT "n11.test A 192.0.2.1\n", STR_ARG(zone));
	assert_true(str_eq(result_of(&a, last.p, "192.0.2.1", 0), STR("fail n1.test")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(ten_names_are_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
