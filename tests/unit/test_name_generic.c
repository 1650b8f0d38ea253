/* test_name_generic - names that providers give to every customer, and names that only seem so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/name_generic.h"

static const struct {
	const char *name, *ip;
	bool generic;
} rows[] = {
	{ "mail.example.org", "192.0.2.17", false },
	{ "mail1.example.org", "192.0.2.1", false },
	{ "mx-12.example.org", "192.0.2.12", false },
	{ "mta-2a.pool.example.org", "192.0.2.1", false },
	{ "host.example.org", "192.0.2.1", false },
	{ "static.example.org", "192.0.2.1", false },
	{ "mail.dynamic-systems.example", "192.0.2.1", false },
	{ "mail.cable.example", "192.0.2.1", false },
	{ "mx1.dyndns.example", "192.0.2.1", false },
	{ "mail-ej1-f54.google.com", "209.85.218.54", false },
	{ "mout.kundenserver.de", "212.227.126.130", false },
	{ "o1.ptr1234.example.com", "192.0.2.1", false },
	{ "a10-20.smtp-out.example.com", "54.240.10.20", false },
	{ "server4.example.org", "192.0.2.1", false },
	/* The address inside. */
	{ "192-0-2-17.example.net", "192.0.2.17", true },
	{ "192.0.2.17.example.net", "192.0.2.17", true },
	{ "ip-192-0-2-17.eu-west-1.compute.example", "192.0.2.17", true },
	{ "17.2.0.192.example.net", "192.0.2.17", true },
	{ "17-2-0-192.dsl.example.net", "192.0.2.17", true },
	{ "static.17.2.0.192.clients.example.de", "192.0.2.17", true },
	{ "p4FA12B3C.dip0.example.de", "79.161.43.60", true },
	{ "192000002017.example.net", "192.0.2.17", true },
	{ "host-192-0-2-17.example.net", "192.0.2.17", true },
	{ "vps-c0000211.vps.example.net", "192.0.2.17", true },
	/* Of another machine: the words decide. */
	{ "192-0-2-18.example.net", "192.0.2.17", false },
	/* Words alone: two of them, or one with a number. */
	{ "dyn-pool.dialup.isp.net", "192.0.2.17", true },
	{ "dhcp17.isp.net", "192.0.2.17", true },
	{ "dhcp-17.example.edu", "192.0.2.17", true },
	{ "pool-42.isp.net", "192.0.2.17", true },
	{ "adsl-7.dynamic.isp.net", "192.0.2.17", true },
	{ "cpe-3.cable.isp.net", "192.0.2.17", true },
	{ "ppp5.dialup.isp.net", "192.0.2.17", true },
	{ "unassigned.dynamic.isp.net", "192.0.2.17", true },
	{ "DYN-12.ISP.NET", "192.0.2.17", true },
	/* IPv6. */
	{ "mail.example.org", "2001:db8::1", false },
	{ "2001-db8-0-0-0-0-0-1.example.net", "2001:db8::1", true },
	{ "2001-db8--1.example.net", "2001:db8::1", true },
	{ "20010db8000000000000000000000001.example.net", "2001:db8::1", true },
	{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.isp.net", "2001:db8::1",
	    true },
	{ "mail-2.example.org", "2001:db8::2", false },
	{ "", "192.0.2.1", false },
};

static void names(void **state)
{
	struct arena a = { 0 };
	struct ip ip;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(ip_parse(str_of(rows[i].ip), &ip));
		const char *why = name_generic(&a, str_of(rows[i].name), ip);
		if ((why != NULL) != rows[i].generic)
			fail_msg("%s (%s): %s", rows[i].name, rows[i].ip, why != NULL ? why : "no");
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
