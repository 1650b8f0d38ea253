/* test_check_tls - what the tls.* checks say of certificates and handshakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_world.h"

#define CHAIN "leaf inter"
#define DANE  .tlsa = "3 1 1 {spki256:leaf}\n"

static const struct tls_row rows[] = {
	{ "good", "tls.handshake", .chain = CHAIN, .want = "pass" },
	{ "fails", "tls.handshake", .chain = "TLS_FAILED", .want = "fail critical" },
	{ "fails on one port", "tls.handshake", .chain = CHAIN, .imaps = "TLS_FAILED",
	    .want = "fail critical" },
	{ "silent", "tls.handshake", .chain = "TIMEOUT", .want = "unknown" },

	{ "good", "tls.chain", .chain = CHAIN, .want = "pass" },
	{ "root comes along", "tls.chain", .chain = "leaf inter root", .want = "pass" },
	{ "issuer is missing", "tls.chain", .chain = "leaf", .want = "fail critical",
	    .says = "Issuer" },
	{ "on one port", "tls.chain", .chain = CHAIN, .imaps = "leaf", .want = "fail critical" },
	{ "self-signed is complete", "tls.chain", .chain = "self", .want = "pass" },
	{ "silent", "tls.chain", .chain = "TIMEOUT", .want = "unknown" },

	{ "good", "tls.trusted", .chain = CHAIN, .want = "pass" },
	{ "self-signed", "tls.trusted", .chain = "self", .want = "fail major" },
	{ "self-signed where people connect", "tls.trusted", .chain = CHAIN, .imaps = "self",
	    .want = "fail critical" },
	{ "strange root", "tls.trusted", .chain = "strangeleaf strange", .want = "fail major" },
	{ "DANE proves the key", "tls.trusted", .chain = "self", .tlsa = "3 1 1 {spki256:self}\n",
	    .want = "warn minor", .says = "DANE" },
	{ "DANE proves another key", "tls.trusted", .chain = "self", DANE, .want = "fail major" },
	{ "DANE without DNSSEC proves nothing", "tls.trusted", .chain = "self",
	    .tlsa = "3 1 1 {spki256:self}\n", .insecure = true, .want = "fail major" },

	{ "good", "tls.name", .chain = CHAIN, .want = "pass" },
	{ "wildcard", "tls.name", .chain = "wild inter", .want = "pass" },
	{ "other name", "tls.name", .chain = "wrong inter", .want = "fail major" },
	{ "in the common name only", "tls.name", .chain = "nameless inter", .want = "fail major" },
	{ "where people connect", "tls.name", .chain = CHAIN, .imaps = "wrong inter",
	    .want = "fail critical" },
	{ "DANE proves the key", "tls.name", .chain = "wrong inter",
	    .tlsa = "3 1 1 {spki256:wrong}\n", .want = "warn minor" },

	{ "good", "tls.dates", .chain = CHAIN, .want = "pass" },
	{ "expired", "tls.dates", .chain = "expired inter", .want = "fail critical",
	    .says = "3 days ago" },
	{ "soon", "tls.dates", .chain = "soon inter", .want = "fail major", .says = "in 10 days" },
	{ "not yet", "tls.dates", .chain = "future inter", .want = "fail critical" },
	{ "what is beside the path does not matter", "tls.dates", .chain = "leaf inter stray",
	    .want = "pass" },
	{ "an old cross-signature beside the new one", "tls.dates", .chain = "leaf inter oldinter",
	    .want = "pass" },
	{ "the root", "tls.dates", .chain = "oldleaf", .want = "fail critical",
	    .says = "Old Root" },
	{ "self-signed and expired", "tls.dates", .chain = "selfold", .want = "fail critical" },
	{ "DANE does not look at dates", "tls.dates", .chain = "expired inter",
	    .tlsa = "3 1 1 {spki256:expired}\n", .want = "warn minor" },

	{ "good", "tls.key", .chain = CHAIN, .want = "pass" },
	{ "1024 bits", "tls.key", .chain = "small inter", .want = "fail major" },
	{ "SHA-1", "tls.key", .chain = "sha1 inter", .want = "fail major" },

	{ "good", "tls.versions", .chain = CHAIN, .want = "pass" },
	{ "old on 25 is noted", "tls.versions", .chain = CHAIN, .old = "TLSv1",
	    .want = "info; pass" },
	{ "old where people connect", "tls.versions", .chain = CHAIN, .imaps = CHAIN,
	    .old = "TLSv1.1", .want = "info; fail major" },
	{ "nothing better", "tls.versions", .chain = CHAIN, .version = "TLSv1", .old = "TLSv1",
	    .want = "fail major" },
	{ "the probe was not answered", "tls.versions", .chain = CHAIN, .old = "TIMEOUT",
	    .want = "unknown" },

	{ "good", "tls.version-12", .chain = CHAIN, .want = "pass" },
	{ "1.3 alone", "tls.version-12", .chain = CHAIN, .twelve = "TLS_FAILED",
	    .want = "warn minor" },
	{ "best is 1.2", "tls.version-12", .chain = CHAIN, .version = "TLSv1.2",
	    .twelve = "TIMEOUT", .want = "pass" },
	{ "not answered", "tls.version-12", .chain = CHAIN, .twelve = "TIMEOUT",
	    .want = "unknown" },
	{ "mail programs are not asked", "tls.version-12", .chain = "REFUSED", .imaps = CHAIN,
	    .want = "skip" },

	{ "good", "tls.ciphers", .chain = CHAIN, .want = "pass" },
	{ "weak on 25 is noted", "tls.ciphers", .chain = CHAIN, .weak = "DES-CBC3-SHA",
	    .want = "info; pass" },
	{ "weak where people connect", "tls.ciphers", .chain = CHAIN, .imaps = CHAIN,
	    .weak = "RC4-SHA", .want = "info; fail major" },
	{ "no forward secrecy", "tls.ciphers", .chain = CHAIN, .version = "TLSv1.2",
	    .cipher = "AES256-SHA", .want = "fail major" },
	{ "not answered", "tls.ciphers", .chain = CHAIN, .weak = "CLOSED", .want = "unknown" },

	{ "good", "tls.renegotiation", .chain = CHAIN, .version = "TLSv1.2", .want = "pass" },
	{ "at a client's wish", "tls.renegotiation", .chain = CHAIN, .renegotiates = true,
	    .want = "warn minor" },
	{ "not seen", "tls.renegotiation", .chain = CHAIN, .twelve = "TIMEOUT", .want = "unknown" },
	{ "insecure", "tls.renegotiation", .chain = CHAIN, .version = "TLSv1.2",
	    .no_secure_renegotiation = true, .want = "fail minor" },
	{ "1.3 alone has none", "tls.renegotiation", .chain = CHAIN, .twelve = "TLS_FAILED",
	    .no_secure_renegotiation = true, .want = "pass" },

	{ "good", "tls.master-secret", .chain = CHAIN, .version = "TLSv1.2", .want = "pass" },
	{ "not known", "tls.master-secret", .chain = CHAIN, .version = "TLSv1.2",
	    .no_master_secret = true, .want = "info" },
	{ "1.3 has it built in", "tls.master-secret", .chain = CHAIN, .no_master_secret = true,
	    .want = "pass" },

	{ "same", "tls.sni", .chain = CHAIN, .want = "pass" },
	{ "another without", "tls.sni", .chain = CHAIN, .bare = "wrong inter",
	    .want = "warn minor" },
	{ "not answered", "tls.sni", .chain = CHAIN, .bare = "TIMEOUT", .want = "unknown" },
	{ "refused without a name", "tls.sni", .chain = CHAIN, .bare = "TLS_FAILED",
	    .want = "warn minor" },

	{ "good", "tls.usage", .chain = CHAIN, .want = "pass" },
	{ "for servers", "tls.usage", .chain = "client inter", .want = "pass" },
	{ "for mail only", "tls.usage", .chain = "mailonly inter", .want = "fail major" },

	{ "no proof", "tls.sct", .chain = CHAIN, .want = "info" },
	{ "not public, not expected", "tls.sct", .chain = "self", .want = "pass" },
	{ "proof in the handshake", "tls.sct", .chain = CHAIN, .sct = true, .want = "pass" },

	{ "not demanded", "tls.ocsp", .chain = CHAIN, .want = "pass" },
	{ "demanded and absent", "tls.ocsp", .chain = "staple inter", .want = "fail major" },
};

static void handshakes(void **state)
{
	(void)state;
	tls_rows_hold(rows, LENGTH(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshakes),
	};

	return cmocka_run_group_tests(tests, tls_setup, tls_teardown);
}
