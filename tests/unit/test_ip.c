/* test_ip - addresses as text, and networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "wire/ip.h"

static void addresses_are_read(void **state)
{
	static const struct {
		const char *text, *written; /* NULL: no address */
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "192.0.2.256", NULL },
		{ "192.0.2.1000", NULL },
		{ "192.0.2.01", NULL },
		{ "192.0.2.00", NULL },
		{ "192.0.2", NULL },
		{ "192.0.2.", NULL },
		{ ".192.0.2.1", NULL },
		{ "192..2.1", NULL },
		{ "192.0.2.1.", NULL },
		{ "192.0.2.1.5", NULL },
		{ "192.0.2.1 ", NULL },
		{ " 192.0.2.1", NULL },
		{ "+1.0.0.1", NULL },
		{ "0x1.0.0.1", NULL },
		{ "3221225985", NULL },
		{ "", NULL },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "::", "::" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::192.0.2.01", NULL },
		{ "2001:db8::1::", NULL },
		{ "2001:db8::12345", NULL },
		{ "fe80::1%eth0", NULL },
		{ "1234:1234:1234:1234:1234:1234:1234:1234",
		    "1234:1234:1234:1234:1234:1234:1234:1234" },
		{ "1234:1234:1234:1234:1234:1234:1234:1234:1234:1234", NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct ip ip;
		bool is = ip_parse(str_of(rows[i].text), &ip);

		if (is != (rows[i].written != NULL))
			fail_msg("%s: %d", rows[i].text, is);
		if (is && !str_eq(ip_write(&a, ip), str_of(rows[i].written)))
			fail_msg("%s: " STR_FMT, rows[i].text, STR_ARG(ip_write(&a, ip)));
		if (!is && (ip.family != IP_NONE || ip.bytes[0] != 0))
			fail_msg("%s: leaves something", rows[i].text);
	}
	assert_false(ip_parse(STR("192.0.2.1\0"), &(struct ip){ 0 }));
	assert_false(ip_parse(STR("::1\0"), &(struct ip){ 0 }));
	arena_free(&a);
}

static void networks(void **state)
{
	static const struct {
		const char *ip, *network;
		unsigned prefix;
		bool in;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", 32, true },
		{ "192.0.2.1", "192.0.2.0", 32, false },
		{ "192.0.2.1", "192.0.2.0", 31, true },
		{ "192.0.2.1", "255.255.255.255", 0, true },
		{ "192.0.2.1", "128.0.0.0", 1, true },
		{ "192.0.2.1", "64.0.0.0", 1, false },
		{ "192.0.2.1", "::", 0, false },
		{ "2001:db8::1", "2001:db8::", 127, true },
		{ "2001:db8::1", "2001:db8::", 128, false },
		{ "2001:db8::1", "0.0.0.0", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct ip ip, network;

		assert_true(ip_parse(str_of(rows[i].ip), &ip));
		assert_true(ip_parse(str_of(rows[i].network), &network));
		if (ip_in(ip, network, rows[i].prefix) != rows[i].in)
			fail_msg("%s in %s/%u", rows[i].ip, rows[i].network, rows[i].prefix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
