/* test_check_dane - what the dane.* checks say of records and certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_world.h"

#define GOOD   "3 1 1 {spki256:leaf}\n"
#define NEXT   "3 1 1 {spki256:rekeyed}\n"
#define ISSUER "2 1 1 {spki256:inter}\n"
#define ROOT   "2 0 1 {cert256:root}\n"
#define CHAIN  "leaf inter"

static const struct tls_row rows[] = {
	{ "none", "dane.secure", .chain = CHAIN, .want = "skip" },
	{ "good", "dane.secure", GOOD, CHAIN, .want = "pass" },
	{ "it says nothing of the match", "dane.secure", NEXT, CHAIN, .want = "pass",
	    .says = "protected by DNSSEC" },
	{ "unsigned zone", "dane.secure", GOOD, CHAIN, .insecure = true, .want = "fail major" },
	{ "unsigned MX", "dane.secure", GOOD, CHAIN, .insecure_mx = true, .want = "fail major" },
	{ "none", "dane.denial", .chain = CHAIN, .want = "pass" },
	{ "good", "dane.denial", GOOD, CHAIN, .want = "pass" },
	{ "bogus", "dane.denial", "BOGUS", CHAIN, .want = "fail critical" },
	{ "the name server does not know the type", "dane.denial", "SERVFAIL", CHAIN,
	    .want = "fail critical" },
	{ "not answered here", "dane.denial", "TIMEOUT", CHAIN, .want = "unknown" },
	{ "fails in an unsigned zone: nobody asks", "dane.denial", "SERVFAIL", CHAIN,
	    .insecure = true, .want = "skip" },
	{ "the question fails", "dane.secure", "SERVFAIL", CHAIN, .want = "unknown" },

	{ "key", "dane.match", GOOD, CHAIN, .want = "pass" },
	{ "the key stayed", "dane.match", GOOD, "renewed inter", .want = "pass" },
	{ "whole certificate", "dane.match", "3 0 1 {cert256:leaf}\n", CHAIN, .want = "pass" },
	{ "SHA-512", "dane.match", "3 1 2 {spki512:leaf}\n", CHAIN, .want = "pass" },
	{ "no digest", "dane.match", "3 0 0 {cert:leaf}\n", CHAIN, .want = "pass" },
	{ "new key, old record", "dane.match", GOOD, "rekeyed inter", .want = "fail critical",
	    .says = "renewed" },
	{ "one of two", "dane.match", NEXT GOOD, CHAIN, .want = "pass" },
	{ "usage 3 asks for no name, date or issuer", "dane.match", "3 1 1 {spki256:selfold}\n",
	    "selfold", .want = "pass" },
	{ "a record of the issuer as usage 3", "dane.match", "3 1 1 {spki256:inter}\n", CHAIN,
	    .want = "fail critical" },
	{ "insecure records are ignored", "dane.match", NEXT, CHAIN, .insecure = true,
	    .want = "skip" },
	{ "nothing usable", "dane.match", "1 1 1 {spki256:leaf}\n", CHAIN, .want = "skip" },

	{ "issuer", "dane.match", ISSUER, CHAIN, .want = "pass" },
	{ "root that comes along", "dane.match", ROOT, "leaf inter root", .want = "pass" },
	{ "a leaf is no issuer", "dane.match", "2 1 1 {spki256:self}\n", "self",
	    .want = "fail critical" },
	{ "issuer, other name", "dane.match", ISSUER, "wrong inter", .want = "fail critical",
	    .says = "name" },
	{ "issuer, expired", "dane.match", ISSUER, "expired inter", .want = "fail critical",
	    .says = "expired" },
	{ "issuer beside the path", "dane.match", "2 1 1 {spki256:strange}\n", "leaf inter strange",
	    .want = "fail critical" },
	{ "whole issuer in the record, not served", "dane.match", "2 0 0 {cert:inter}\n", "leaf",
	    .want = "pass" },

	{ "both addresses", "dane.match", GOOD, CHAIN, CHAIN, .want = "pass" },
	{ "the second differs", "dane.match", GOOD, CHAIN, "rekeyed inter",
	    .want = "fail critical" },
	{ "the second was not seen", "dane.match", GOOD, CHAIN, "TIMEOUT", .want = "unknown",
	    .says = "192.0.2.2" },
	{ "none was seen", "dane.match", GOOD, "TIMEOUT", .want = "unknown" },

	{ "issuer comes along", "dane.ta-chain", ISSUER, CHAIN, .want = "pass" },
	{ "root does not come along", "dane.ta-chain", ROOT, CHAIN, .want = "fail critical",
	    .says = "3.1.2" },
	{ "no record of an issuer", "dane.ta-chain", GOOD, CHAIN, .want = "skip" },
	{ "it is in the record itself", "dane.ta-chain", "2 0 0 {cert:inter}\n", "leaf",
	    .want = "pass" },
	{ "not seen", "dane.ta-chain", ISSUER, "TIMEOUT", .want = "unknown" },

	{ "good", "dane.usage", GOOD, CHAIN, .want = "pass" },
	{ "usage 1", "dane.usage", "1 1 1 {spki256:leaf}\n", CHAIN, .want = "fail major" },
	{ "cut digest", "dane.usage", "3 1 1 abcd\n", CHAIN, .want = "fail major" },

	{ "one", "dane.rollover", GOOD, CHAIN, .want = "info" },
	{ "key and next key", "dane.rollover", GOOD NEXT, CHAIN, .want = "pass" },
	{ "key and issuer", "dane.rollover", GOOD ISSUER, CHAIN, .want = "pass" },
	{ "two digests of one key are one", "dane.rollover", GOOD "3 1 2 {spki512:leaf}\n", CHAIN,
	    .want = "info" },
	{ "certificate and its key are one", "dane.rollover", GOOD "3 0 1 {cert256:leaf}\n", CHAIN,
	    .want = "info" },
	{ "issuer alone lets keys change", "dane.rollover", ISSUER, CHAIN, .want = "pass" },
};

static void records(void **state)
{
	(void)state;
	tls_rows_hold(rows, LENGTH(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
	};

	return cmocka_run_group_tests(tests, tls_setup, tls_teardown);
}
