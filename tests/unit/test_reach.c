/* test_reach - where a stranger's record may send us, and where it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "collect/reach.h"

/* A lab in which 192.0.2.1 alone exists, on port 40000 and up of loopback. */
static bool map(const struct route *r, struct ip *address, uint16_t *port)
{
	struct ip here;

	(void)r;
	ip_parse(STR("192.0.2.1"), &here);
	if (!ip_eq(*address, here))
		return false;
	ip_parse(STR("127.0.0.1"), address);
	*port = (uint16_t)(40000 + *port);
	return true;
}

static const struct route lab = { map };

static const struct row {
	const char *address;
	struct collect_options options;
	const char *why; /* NULL: may be visited */
	const char *goes;
	uint16_t port;
} rows[] = {
	{ "1.1.1.1", { 0 }, NULL, "1.1.1.1", 25 },
	{ "2600::1", { 0 }, NULL, "2600::1", 25 },
	{ "127.0.0.1", { 0 }, "not a public one", "127.0.0.1", 25 },
	{ "169.254.169.254", { 0 }, "not a public one", "169.254.169.254", 25 },
	{ "::1", { 0 }, "not a public one", "::1", 25 },
	{ "fd00::1", { 0 }, "not a public one", "fd00::1", 25 },
	{ "::ffff:a00:1", { 0 }, "not a public one", "::ffff:a00:1", 25 },
	{ "127.0.0.1", { .private_ok = true }, NULL, "127.0.0.1", 25 },
	{ "1.1.1.1", { .no_ipv4 = true }, "-4 or -6", "1.1.1.1", 25 },
	{ "1.1.1.1", { .no_ipv6 = true }, NULL, "1.1.1.1", 25 },
	{ "2600::1", { .no_ipv6 = true }, "-4 or -6", "2600::1", 25 },
	{ "2600::1", { .no_ipv4 = true }, NULL, "2600::1", 25 },
	{ "127.0.0.1", { .private_ok = true, .no_ipv4 = true }, "-4 or -6", "127.0.0.1", 25 },
	{ "192.0.2.1", { .route = &lab }, NULL, "127.0.0.1", 40025 },
	{ "192.0.2.2", { .route = &lab }, "no such address in the lab", "192.0.2.2", 25 },
	{ "192.0.2.1", { .route = &lab, .no_ipv4 = true }, "-4 or -6", "192.0.2.1", 25 },
};

static void addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct ip address, goes;
		uint16_t port = 25;
		const char *why;

		assert_true(ip_parse(str_of(rows[i].address), &address));
		assert_true(ip_parse(str_of(rows[i].goes), &goes));
		why = reach(&rows[i].options, &address, &port);
		if ((why == NULL) != (rows[i].why == NULL) ||
		    (why != NULL && str_find(str_of(why), str_of(rows[i].why)) < 0))
			fail_msg("row %zu, %s: %s", i, rows[i].address, why != NULL ? why : "yes");
		if (!ip_eq(address, goes) || port != rows[i].port)
			fail_msg("row %zu, %s: goes to port %u", i, rows[i].address, port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
