/* test_dns_record - presentation format to records, and TXT back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "wire/dns.h"

static const struct {
	enum dns_type type;
	const char *text;
	bool parsed;
} rows[] = {
	{ DNS_A, "192.0.2.1", true },
	{ DNS_A, "192.0.2.256", false },
	{ DNS_A, "::ffff:192.0.2.1", false },
	{ DNS_A, "192.0.2.1 x", false },
	{ DNS_AAAA, "2001:db8::1", true },
	{ DNS_AAAA, "::ffff:192.0.2.1", true },
	{ DNS_AAAA, "192.0.2.1", false },
	{ DNS_MX, "10 mx.example.com.", true },
	{ DNS_MX, "0 .", true },
	{ DNS_MX, "65536 mx.example.com.", false },
	{ DNS_MX, "10", false },
	{ DNS_TXT, "\"a\" \"b\"", true },
	{ DNS_TXT, "bare", true },
	{ DNS_TXT, "\"a", false },
	{ DNS_TXT, "\"\\300\"", false },
	{ DNS_TXT, "\"\\", false },
	{ DNS_TXT, "", false },
	{ DNS_SOA, "ns.example. h.example. 1 2 3 4 5", true },
	{ DNS_SOA, "ns.example. h.example. 1 2 3 4", false },
	{ DNS_SRV, "0 1 993 imap.example.", true },
	{ DNS_TLSA, "3 1 1 ABCD ef01", true },
	{ DNS_TLSA, "3 1 1 ABC", false },
	{ DNS_TLSA, "3 1 1 ABXX", false },
	{ DNS_CAA, "0 issue \"ca.example\"", true },
	{ DNS_DS, "20326 8 2 E06D", true },
	{ DNS_DNSKEY, "257 3 13 AwEAAQ==", true },
	{ DNS_RRSIG, "A 13 2 300 20261201000000 20261101000000 1 example. AA==", true },
	{ DNS_RRSIG, "A 13 2 300 2026120100000x 20261101000000 1 example. AA==", false },
	{ DNS_NSEC3PARAM, "1 0 0 -", true },
	{ DNS_PTR, "mx.example.com.", true },
};

static void records_parse_or_keep_their_text(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct dns_record r;

		dns_record_parse(&a, rows[i].type, str_of(rows[i].text), &r);
		if (r.parsed != rows[i].parsed)
			fail_msg("%s: parsed is %d", rows[i].text, r.parsed);
		assert_true(str_eq(r.text, str_of(rows[i].text)));
	}
	arena_free(&a);
}

static void fields_have_their_values(void **state)
{
	struct arena a = { 0 };
	struct dns_record r;

	(void)state;
	dns_record_parse(&a, DNS_MX, STR("0 ."), &r);
	assert_int_equal(r.mx.host.n, 0);
	dns_record_parse(&a, DNS_TXT, STR("\"v=\\\"\" \"\\065\\000b\""), &r);
	assert_true(str_eq(r.txt.joined, STR("v=\"A\0b")));
	assert_int_equal(r.txt.count, 2);
	dns_record_parse(&a, DNS_TLSA, STR("3 1 1 ab cd"), &r);
	assert_true(str_eq(r.tlsa.data, STR("\xab\xcd")));
	dns_record_parse(&a, DNS_DNSKEY, STR("257 3 13 aGVs bG8="), &r);
	assert_true(str_eq(r.dnskey.key, STR("hello")));
	dns_record_parse(&a, DNS_RRSIG, STR("A 13 2 300 20261123000000 0 1 example. AA=="), &r);
	assert_int_equal(r.rrsig.expires, 1795392000);
	arena_free(&a);
}

static void text_survives_the_way_out_and_in(void **state)
{
	struct arena a = { 0 };
	char bytes[600];
	struct dns_record r;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(unsigned char)i;
	for (size_t n = 0; n <= sizeof(bytes); n += 51) {
		struct str text = { bytes, n };

		dns_record_parse(&a, DNS_TXT, dns_txt_write(&a, text), &r);
		assert_true(r.parsed && str_eq(r.txt.joined, text));
		assert_int_equal(r.txt.count, n == 0 ? 1 : (n + 254) / 255);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_parse_or_keep_their_text),
		cmocka_unit_test(fields_have_their_values),
		cmocka_unit_test(text_survives_the_way_out_and_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
