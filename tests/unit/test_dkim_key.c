/* test_dkim_key - key records, DER, weak keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "keys.h"
#include "wire/dkim_key.h"
#include "wire/dkim_weak.h"
#include "wire/der.h"

#define ANY_NOTE -1

static void records_are_judged(void **state)
{
	static const struct {
		const char *record;
		bool usable, revoked, testing, strict;
		unsigned bits;
		int fault; /* the first one, ANY_NOTE when there is none */
	} rows[] = {
		{ "v=DKIM1; k=rsa; p=" RSA2048, true, .bits = 2048, .fault = ANY_NOTE },
		{ "p=" RSA1024, true, .bits = 1024, .fault = ANY_NOTE },
		{ "v=DKIM1; p=" RSA512 ";", true, .bits = 512, .fault = ANY_NOTE },
		{ "v=DKIM1; p=" PKCS1, true, .bits = 2048, .fault = DKIM_NOTE_PKCS1 },
		{ "v=DKIM1; p=" EXPONENT_3, true, .bits = 1024, .fault = ANY_NOTE },
		{ "v=DKIM1; k=ed25519; p=" ED25519, true, .bits = 256, .fault = ANY_NOTE },
		{ "v=DKIM1; k=ed25519; p=" ED25519_DER, .bits = 256, .fault = DKIM_FAULT_LENGTH },
		{ "v=DKIM1; k=dsa; p=" ED25519, .fault = DKIM_FAULT_TYPE },
		{ "v=DKIM1; p=", .revoked = true, .fault = ANY_NOTE },
		{ "v=DKIM1; k=rsa", .fault = DKIM_FAULT_NO_KEY },
		{ "v=DKIM1; t=y:s; p=" RSA2048, true, .testing = true, .strict = true, .bits = 2048,
		    .fault = ANY_NOTE },
		{ "v=DKIM1; t=x; p=" RSA2048, true, .bits = 2048, .fault = DKIM_NOTE_FLAG },
		{ "v=DKIM2; p=" RSA2048, .bits = 2048, .fault = DKIM_FAULT_VERSION },
		{ "v=dkim1; p=" RSA2048, .bits = 2048, .fault = DKIM_FAULT_VERSION },
		{ "p=" RSA2048 "; v=DKIM1", .bits = 2048, .fault = DKIM_FAULT_VERSION },
		{ "v=DKIM1; h=sha1; p=" RSA2048, .bits = 2048, .fault = DKIM_FAULT_HASHES },
		{ "v=DKIM1; h=sha1:sha256; p=" RSA2048, true, .bits = 2048,
		    .fault = DKIM_NOTE_SHA1 },
		{ "v=DKIM1; h=sha256; p=" RSA2048, true, .bits = 2048, .fault = ANY_NOTE },
		{ "v=DKIM1; s=tlsrpt; p=" RSA2048, .bits = 2048, .fault = DKIM_FAULT_SERVICE },
		{ "v=DKIM1; s=tlsrpt:email; p=" RSA2048, true, .bits = 2048, .fault = ANY_NOTE },
		{ "v=DKIM1; g=*; p=" RSA2048, true, .bits = 2048, .fault = DKIM_NOTE_GRANULARITY },
		{ "v=DKIM1; x=1; p=" RSA2048, true, .bits = 2048, .fault = DKIM_NOTE_TAG },
		{ "v=DKIM1; p=\"" RSA2048 "\"", .fault = DKIM_FAULT_BASE64 },
		{ "v=DKIM1; p=MIIB Ijxx", .fault = DKIM_FAULT_DER },
		{ "v=DKIM1; p=" RSA2048 "AAAA", true, .bits = 2048, .fault = DKIM_NOTE_TRAILING },
		{ "v=DKIM1; p=AAAA; p=" RSA2048, .fault = DKIM_FAULT_LIST },
		{ "v=DKIM1; p", .fault = DKIM_FAULT_LIST },
		{ "v=DKIM1;; p=" RSA2048, true, .bits = 2048, .fault = DKIM_NOTE_LIST },
		{ "v=spf1 -all", .fault = DKIM_FAULT_VERSION },
		{ "", .fault = DKIM_FAULT_NO_KEY },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct dkim_key k;

		dkim_key_parse(&a, str_of(rows[i].record), &k);
		int first = k.fault_count > 0 ? (int)k.faults[0].kind : ANY_NOTE;

		if (k.usable != rows[i].usable || k.revoked != rows[i].revoked ||
		    k.testing != rows[i].testing || k.strict != rows[i].strict ||
		    k.bits != rows[i].bits || first != rows[i].fault)
			fail_msg("%.60s: usable %d bits %u first fault %d", rows[i].record,
			    k.usable, k.bits, first);
		for (size_t f = 0; f < k.fault_count; f++)
			assert_true(k.faults[f].text.n > 0);
	}
	arena_free(&a);
}

static void a_fault_in_base64_has_its_place(void **state)
{
	struct arena a = { 0 };
	struct dkim_key k;

	(void)state;
	dkim_key_parse(&a, STR("v=DKIM1; p=MIIB\xe2\x80\x9d"), &k);
	assert_int_equal(k.faults[k.fault_count - 1].kind, DKIM_FAULT_BASE64);
	assert_int_equal(k.faults[k.fault_count - 1].at, 15);
	arena_free(&a);
}

static void rubbish_at_a_wildcard_is_no_key(void **state)
{
	static const struct {
		const char *text;
		bool meant;
	} rows[] = {
		{ "v=DKIM1; p=", true },
		{ "p=AAAA", true },
		{ "k=rsa; p=AAAA", true },
		{ "v=dkim1; p=A", true },
		{ "v=DKIM1 k=rsa p=A", true },
		{ "v=spf1 -all", false },
		{ "v=DMARC1; p=reject", false },
		{ "google-site-verification=abc", false },
		{ "t=y; o=~", false },
		{ "", false },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (dkim_key_meant(&a, str_of(rows[i].text)) != rows[i].meant)
			fail_msg("%s", rows[i].text);
	arena_free(&a);
}

static void weak_keys_are_known(void **state)
{
	static const struct {
		const char *record;
		enum dkim_weakness want;
	} rows[] = {
		{ "p=" RSA2048, DKIM_STRONG },
		{ "p=" RSA1024, DKIM_STRONG },
		{ "p=" RSA512, DKIM_STRONG },
		{ "k=ed25519; p=" ED25519, DKIM_STRONG },
		{ "p=" ROCA, DKIM_WEAK_ROCA },
		{ "p=" FERMAT, DKIM_WEAK_FERMAT },
		{ "p=" FACTOR, DKIM_WEAK_FACTOR },
		{ "p=" EXPONENT_1, DKIM_WEAK_EXPONENT_ONE },
		{ "p=" EXPONENT_3, DKIM_WEAK_EXPONENT_THREE },
		/* RFC 8463 appendix A.2: the secret half stands on the same page. */
		{ "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DKIM_WEAK_KNOWN },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct dkim_key k;

		dkim_key_parse(&a, str_of(rows[i].record), &k);
		if (dkim_weakness(&k) != rows[i].want)
			fail_msg("row %zu: %s", i, dkim_weakness_text(dkim_weakness(&k)));
	}
	arena_free(&a);
}

static void der_is_strict(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool fails;
		size_t length;
	} rows[] = {
		{ "\x02\x01\x05", 3, false, 1 },
		{ "\x02\x02\x00\x80", 4, false, 1 },
		{ "\x02\x02\x00\x05", 4, true },
		{ "\x02\x01\x80", 3, true },
		{ "\x02\x00", 2, true },
		{ "\x02\x02\x05", 3, true },
		{ "\x02", 1, true },
		{ "\x02\x81\x01\x05", 4, true },
		{ "\x02\x80\x05", 3, true },
		{ "\x02\x84\x00\x00\x00\x01\x05", 7, true },
		{ "\x04\x01\x05", 3, true },
		{ "\x02\x82\x00\x81", 4, true },
		{ "", 0, true },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct der d = { .rest = { rows[i].bytes, rows[i].n } };
		struct str got = der_take_unsigned(&d);

		if (d.failed != rows[i].fails || got.n != rows[i].length)
			fail_msg("row %zu: failed %d, %zu bytes", i, d.failed, got.n);
		assert_true(!d.failed || der_peek(&d) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_judged),
		cmocka_unit_test(a_fault_in_base64_has_its_place),
		cmocka_unit_test(rubbish_at_a_wildcard_is_no_key),
		cmocka_unit_test(weak_keys_are_known),
		cmocka_unit_test(der_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
