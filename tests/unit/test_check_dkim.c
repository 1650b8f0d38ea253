/* test_check_dkim - worlds in which each dkim.* check fires, and in which it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "keys.h"
#include "verdicts.h"
#include "wire/dkim_key.h"

#define AT(selector, text) selector "._domainkey.example.com TXT \"" text "\"\n"
#define MX		   "example.com MX 10 mx.example.com.\n"
#define NULL_MX		   "example.com MX 0 .\n"
/* A TXT string holds 255 bytes: long keys come in two strings of one record. */
#define RSA_LONG                                                                                   \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoTuYbEeTKMQmX6hNcAyx2mzX6k2UE//6Ze4KFqI1"     \
	"livog/NJCQmEn6iRJ6xyGFdV+sjac9d9cPeU1yjBUalSypHf7DuLNIMzKl2S/G8A/+0U886+mxRkIdUnqwY8V8L"  \
	"4\" \"o4dZpBWMsXUkc0weaIyBvB4wqfqSOWGFmYmiNQprFW9C3493xDNNm2wDqOaGfi1Rk3/IIp0sPuV/jcYrd"  \
	"CYOprs50mYMAZKzRr6ga8eI/hpJmlYztYeqLJBrG5y5/6anytF2Tq+H0Vh3EPuMf8xVtConsZDjwSR/qxstPR/A"  \
	"1bPiVbR1RkJHNTahKncKdMXnHRHpS4sFAm60FU53uhw2TwIDAQAB"
#define GOOD AT("s1", "v=DKIM1; k=rsa; p=" RSA_LONG)

static void worlds(void **state)
{
	static const struct verdict_row rows[] = {
		{ "guessed", "dkim.found", MX GOOD, .want = "pass" },
		{ "given", "dkim.found", MX AT("odd", "v=DKIM1; p=" RSA_LONG), "odd",
		    .want = "pass" },
		{ "guessing proves nothing", "dkim.found", MX, .want = "unknown",
		    .says = "--selector" },
		{ "given and not there", "dkim.found", MX GOOD, "other", .want = "fail critical" },
		/* Internet.nl: NOERROR at _domainkey was "DKIM ok". */
		{ "_domainkey exists, no key", "dkim.found",
		    MX "_domainkey.example.com TXT \"o=~\"\n", .want = "unknown" },
		{ "an empty non-terminal proves nothing", "dkim.found",
		    MX AT("unguessable", "v=DKIM1; p=" RSA_LONG), .want = "unknown" },
		{ "a wildcard's SPF text is no key", "dkim.found",
		    MX "*.example.com TXT \"v=spf1 -all\"\n", .want = "unknown" },
		{ "... nor for a given selector", "dkim.found",
		    MX "*.example.com TXT \"v=spf1 -all\"\n", "s1", .want = "fail critical" },
		{ "a wildcard key makes guessing void", "dkim.found",
		    MX "*._domainkey.example.com TXT \"v=DKIM1; p=\"\n", .want = "unknown",
		    .says = "wildcard" },
		{ "no mail, no key", "dkim.found", NULL_MX, .want = "skip" },
		{ "by CNAME", "dkim.found",
		    MX "s1._domainkey.example.com CNAME s1.svc.test.\ns1.svc.test TXT \"v=DKIM1; "
		       "p=" RSA_LONG "\"\n",
		    .want = "pass" },
		{ "CNAME to nothing", "dkim.found",
		    MX "s1._domainkey.example.com CNAME s1.svc.test.\n", .want = "fail critical",
		    .says = "s1.svc.test" },
		{ "DNS trouble", "dkim.found", MX "s1._domainkey.example.com TXT TIMEOUT\n", "s1",
		    .want = "unknown" },

		{ "good, in two strings", "dkim.syntax", MX GOOD, .want = "pass" },
		{ "not seen", "dkim.syntax", MX, .want = "skip" },
		/* happyDeliver joined the records of one name. */
		{ "records are never joined", "dkim.syntax",
		    MX AT("s1", "v=DKIM1; p=MIIBIjANBg") AT("s1", "kqhkiG9w0B"),
		    .want = "fail critical", .says = "2 TXT records" },
		{ "cut base64", "dkim.syntax", MX AT("s1", "v=DKIM1; p=MIIBIjANBgkqh"),
		    .want = "fail critical", .says = "cut off" },
		{ "not a key", "dkim.syntax", MX AT("s1", "v=DKIM1; p=AAAA"),
		    .want = "fail critical" },
		{ "quotes inside", "dkim.syntax", MX AT("s1", "v=DKIM1; p=\\\"AAAA\\\""),
		    .want = "fail critical" },
		{ "pasted with quotes", "dkim.syntax",
		    MX AT("s1", "v=DKIM1; k=rsa; p=" ED25519 "\\\"\\\" " ED25519), "s1",
		    .want = "fail critical", .says = "quotation mark" },
		{ "pasted with quotes, whole", "dkim.syntax",
		    MX AT("s1", "v=DKIM1;k=ed25519;p=\\\"" ED25519 "\\\""), "s1",
		    .want = "fail critical", .fix = "\"v=DKIM1; k=ed25519; p=" ED25519 "\"" },
		{ "bare key", "dkim.syntax", MX AT("s1", "v=DKIM1; p=" ED25519_DER), "s1",
		    .want = "fail critical" },
		{ "version", "dkim.syntax", MX AT("s1", "v=DKIM2; p=" RSA1024),
		    .want = "fail critical", .fix = "\"v=DKIM1; k=rsa; p=" RSA1024 "\"" },

		{ "2048", "dkim.size", MX GOOD, .want = "pass" },
		{ "1024", "dkim.size", MX AT("s1", "v=DKIM1; p=" RSA1024), .want = "fail minor" },
		{ "512", "dkim.size", MX AT("s1", "v=DKIM1; p=" RSA512), .want = "fail critical" },
		{ "Ed25519 alone, guessed", "dkim.size",
		    MX AT("s1", "v=DKIM1; k=ed25519; p=" ED25519), .want = "pass; warn major" },
		{ "Ed25519 alone, given", "dkim.size",
		    MX AT("s1", "v=DKIM1; k=ed25519; p=" ED25519), "s1",
		    .want = "pass; fail major" },
		{ "Ed25519 beside RSA", "dkim.size",
		    MX GOOD AT("s2", "v=DKIM1; k=ed25519; p=" ED25519), .want = "pass; pass" },
		{ "revoked has no size", "dkim.size", MX AT("s1", "v=DKIM1; p="), .want = "skip" },

		{ "off", "dkim.test-mode", MX GOOD, .want = "pass" },
		{ "on", "dkim.test-mode", MX AT("s1", "v=DKIM1; t=y:s; p=" RSA1024),
		    .want = "fail minor", .fix = "\"v=DKIM1; k=rsa; t=s; p=" RSA1024 "\"" },

		{ "not", "dkim.revoked", MX GOOD, .want = "pass" },
		/* happyDeliver called it valid. */
		{ "in use", "dkim.revoked", MX AT("s1", "v=DKIM1; p="), "s1",
		    .want = "fail major" },
		{ "an old one", "dkim.revoked", MX AT("s1", "v=DKIM1; p="), .want = "info" },

		{ "none", "dkim.flags", MX GOOD, .want = "pass" },
		{ "h=sha1", "dkim.flags", MX AT("s1", "v=DKIM1; h=sha1; p=" RSA1024),
		    .want = "fail critical", .fix = "\"v=DKIM1; k=rsa; p=" RSA1024 "\"" },
		{ "s= without email", "dkim.flags", MX AT("s1", "v=DKIM1; s=web; p=" RSA1024),
		    .want = "fail critical" },
		{ "g= and unknown", "dkim.flags", MX AT("s1", "v=DKIM1; g=*; z=1; p=" RSA1024),
		    .want = "warn minor; warn minor" },

		{ "sound", "dkim.shared", MX GOOD, .want = "pass" },
		{ "ROCA", "dkim.shared", MX AT("s1", "v=DKIM1; p=" ROCA), .want = "fail critical" },
		{ "Fermat", "dkim.shared", MX AT("s1", "v=DKIM1; p=" FERMAT),
		    .want = "fail critical" },
		{ "e=1", "dkim.shared", MX AT("s1", "v=DKIM1; p=" EXPONENT_1),
		    .want = "fail critical" },
		{ "e=3", "dkim.shared", MX AT("s1", "v=DKIM1; p=" EXPONENT_3),
		    .want = "fail minor" },
		{ "twice the same", "dkim.shared",
		    MX AT("s1", "v=DKIM1; p=" RSA1024) AT("s2", "v=DKIM1; p=" RSA1024),
		    .want = "pass; pass; info" },

		{ "clean", "dkim.domainkeys", MX GOOD, .want = "pass" },
		{ "policy", "dkim.domainkeys", MX "_domainkey.example.com TXT \"t=y; o=~\"\n",
		    .want = "fail minor" },
		{ "policy with a version", "dkim.domainkeys",
		    MX "_domainkey.example.com TXT \"v=DKIM1; o=~\"\n", .want = "fail minor" },
		{ "ADSP", "dkim.domainkeys", MX "_adsp._domainkey.example.com TXT \"dkim=all\"\n",
		    .want = "fail minor" },
		{ "a wildcard's text is no leftover", "dkim.domainkeys",
		    MX "*.example.com TXT \"v=spf1 -all\"\n", .want = "pass" },
		{ "DNS trouble", "dkim.domainkeys", MX "_domainkey.example.com TXT SERVFAIL\n",
		    .want = "unknown" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

static void a_finding_rests_on_its_own_key(void **state)
{
	struct verdict_row row = { .check = "dkim.size", .zone = MX GOOD };
	struct arena a = { 0 };
	size_t n;
	const struct finding *f = verdict_run(&a, &row, &n);

	(void)state;
	assert_int_equal(n, 1);
	assert_int_equal(f[0].evidence_count, 1);
	assert_true(str_eq(f[0].subject, STR("s1._domainkey.example.com")));
	arena_free(&a);
}

static void proposed_records_are_clean(void **state)
{
	static const char *const zones[] = { AT("s1", "v=DKIM2; t=y; h=sha1; g=*; p=" RSA1024),
		AT("s1", "v=DKIM1; s=x; k=ed25519; p=" ED25519),
		AT("s1", "v=DKIM1;; p=" RSA512 "AAAA") };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(zones); i++) {
		struct arena a = { 0 };
		struct verdict_row row = { .check = "dkim", .zone = zones[i] };
		size_t n;
		const struct finding *f = verdict_run(&a, &row, &n);

		for (size_t k = 0; k < n; k++)
			for (const struct fix *x = f[k].fixes; x != NULL; x = x->next) {
				struct dns_record record;
				struct dkim_key key;

				if (x->kind != FIX_REPLACE)
					continue;
				dns_record_parse(&a, DNS_TXT, x->value, &record);
				assert_true(record.parsed);
				dkim_key_parse(&a, record.txt.joined, &key);
				if (!key.usable || key.fault_count > 0)
					fail_msg("%s: " STR_FMT, f[k].check->id, STR_ARG(x->value));
				seen++;
			}
		arena_free(&a);
	}
	assert_in_range(seen, 5, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worlds),
		cmocka_unit_test(a_finding_rests_on_its_own_key),
		cmocka_unit_test(proposed_records_are_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
