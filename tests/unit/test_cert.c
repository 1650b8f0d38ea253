/* test_cert - certificates as data: names, hostile bytes, chains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "make_cert.h"

#define NOW 1795000000

static const struct pki_row certs[] = {
	{ "root", "Root", .from = -900, .to = 900, .ca = true },
	{ "other", "Other", .from = -900, .to = 900, .ca = true },
	{ "inter", "Issuer", "root", .from = -300, .to = 300, .ca = true },
	{ "second", "Second", "inter", .from = -300, .to = 300, .ca = true },
	{ "leaf", "mx.example.com", "inter", "DNS:mx.example.com,DNS:*.example.net,IP:192.0.2.1",
	    -10, 80 },
	{ "deep", "mx.example.com", "second", "DNS:mx.example.com", -10, 80 },
	{ "noca", "No Issuer", "root", .from = -300, .to = 300 },
	{ "byleaf", "mx.example.com", "noca", "DNS:mx.example.com", -10, 80 },
	{ "expired", "mx.example.com", "inter", "DNS:mx.example.com", -90, -3 },
	{ "future", "mx.example.com", "inter", "DNS:mx.example.com", 3, 90 },
	{ "self", "mx.example.com", NULL, "DNS:mx.example.com", -10, 80 },
	{ "rsa", "mx.example.com", "inter", NULL, -10, 80, .rsa_bits = 2048, .must_staple = true },
};

static struct pki pki;

static int setup(void **state)
{
	(void)state;
	pki_new(&pki, certs, LENGTH(certs), NOW);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_free(&pki);
	return 0;
}

static void fields(void **state)
{
	const struct cert *c = &pki_find(&pki, STR("leaf"))->cert;
	const struct cert *rsa = &pki_find(&pki, STR("rsa"))->cert;

	(void)state;
	assert_true(c->parsed);
	assert_true(str_eq(c->common_name, STR("mx.example.com")));
	assert_int_equal(c->name_count, 2);
	assert_true(str_eq(c->names[1], STR("*.example.net")));
	assert_int_equal(c->address_count, 1);
	assert_int_equal(c->not_before, NOW - 10 * 86400);
	assert_int_equal(c->not_after, NOW + 80 * 86400);
	assert_int_equal(c->key, CERT_KEY_EC);
	assert_int_equal(c->bits, 256);
	assert_false(c->ca);
	assert_true(c->server_auth);
	assert_false(c->weak_signature || c->self_issued || c->must_staple);
	assert_int_equal(rsa->key, CERT_KEY_RSA);
	assert_int_equal(rsa->bits, 2048);
	assert_true(rsa->must_staple);
	assert_true(pki_find(&pki, STR("root"))->cert.ca);
	/* DER to PEM and back; a byte behind it is refused. */
	struct str der = c->der;

	assert_true(str_eq(cert_write_pem(&pki.arena, der), c->pem));
	assert_int_equal(cert_write_pem(&pki.arena, (struct str){ der.p, der.n - 1 }).n, 0);
}

static const struct {
	const char *host;
	bool matches;
} names[] = {
	{ "mx.example.com", true },
	{ "MX.Example.COM.", true },
	{ "example.com", false },
	{ "a.mx.example.com", false },
	{ "a.example.net", true },
	{ "a.b.example.net", false },
	{ "example.net", false },
	{ "*.example.net", true },
	{ "192.0.2.1", false },
	{ "", false },
};

static void names_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		if (cert_matches(&pki_find(&pki, STR("leaf"))->cert, str_of(names[i].host)) !=
		    names[i].matches)
			fail_msg("%s", names[i].host);
}

static const struct {
	const char *chain, *anchors;
	enum chain_verdict want;
	bool unordered;
	size_t extra;
} chains[] = {
	{ "leaf inter", "root", CHAIN_OK },
	{ "leaf inter root", "root", CHAIN_OK },
	{ "deep inter second", "root", CHAIN_OK, .unordered = true },
	{ "leaf inter other", "root", CHAIN_OK, .unordered = true, .extra = 1 },
	{ "leaf", "root", CHAIN_INCOMPLETE },
	{ "deep second", "root", CHAIN_INCOMPLETE },
	{ "leaf inter", "other", CHAIN_INCOMPLETE },
	{ "leaf inter root", "other", CHAIN_UNTRUSTED },
	{ "self", "root", CHAIN_SELF_SIGNED },
	{ "self", "self", CHAIN_OK },
	{ "expired inter", "root", CHAIN_EXPIRED },
	{ "future inter", "root", CHAIN_NOT_YET },
	{ "byleaf noca", "root", CHAIN_BROKEN },
	{ "", "root", CHAIN_EMPTY },
};

static void chains_are_verified(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(chains); i++) {
		struct str *chain, *anchors;
		size_t n = pki_chain(&pki, chains[i].chain, &chain);
		size_t m = pki_chain(&pki, chains[i].anchors, &anchors);
		struct chain_result r = cert_verify(&pki.arena, (struct cert_pems){ chain, n },
		    (struct cert_pems){ anchors, m }, NOW);

		if (r.verdict != chains[i].want || r.unordered != chains[i].unordered ||
		    r.extra != chains[i].extra)
			fail_msg("%s to %s: %d (" STR_FMT "), extra %zu", chains[i].chain,
			    chains[i].anchors, (int)r.verdict, STR_ARG(r.error), r.extra);
	}
}

static void one_certificate_may_be_the_anchor(void **state)
{
	struct cert served[2] = { pki_find(&pki, STR("leaf"))->cert,
		pki_find(&pki, STR("inter"))->cert };
	struct str other = pki_find(&pki, STR("other"))->pem;

	(void)state;
	assert_int_equal(
	    cert_verify_to(&pki.arena, served, 2, served[1].pem, NOW).verdict, CHAIN_OK);
	assert_int_not_equal(cert_verify_to(&pki.arena, served, 2, other, NOW).verdict, CHAIN_OK);
}

/* ---- hostile ---- */

/* A certificate whose common name and DNS name are these bytes. */
static struct cert odd_cert(struct arena *a, const char *bytes, size_t n)
{
	struct pki_cert *by = pki_find(&pki, STR("root"));
	X509 *x = X509_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	struct cert out;

	X509_set_version(x, 2);
	ASN1_TIME_set(X509_getm_notBefore(x), NOW - 1);
	ASN1_TIME_set(X509_getm_notAfter(x), NOW + 1);
	X509_set_pubkey(x, by->key);
	X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, V_ASN1_UTF8STRING,
	    (const unsigned char *)bytes, (int)n, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by->x));
	ASN1_STRING_set(text, bytes, (int)n);
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	sk_GENERAL_NAME_push(list, name);
	X509_add1_ext_i2d(x, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT);
	GENERAL_NAMES_free(list);
	X509_sign(x, by->key, EVP_sha256());
	cert_parse(a, pki_pem(a, x), &out);
	X509_free(x);
	return out;
}

static void a_nul_ends_no_name(void **state)
{
	static const char bytes[] = "mx.example.com\0.evil.example";
	struct arena a = { 0 };
	struct cert c = odd_cert(&a, bytes, sizeof(bytes) - 1);

	(void)state;
	assert_true(c.parsed);
	assert_false(cert_matches(&c, STR("mx.example.com")));
	assert_true(str_find(c.names[0], STR("\\x00")) > 0);
	assert_true(str_chr(c.common_name, '\0') < 0);
	arena_free(&a);
}

static void control_characters_come_as_numbers(void **state)
{
	struct arena a = { 0 };
	struct cert c = odd_cert(&a, "\033]0;x\007", 6);

	(void)state;
	for (size_t i = 0; i < c.subject.n; i++)
		assert_true(c.subject.p[i] >= ' ' && c.subject.p[i] < 0x7f);
	assert_true(str_find(c.names[0], STR("\\x1b")) == 0);
	arena_free(&a);
}

static void long_names_are_bounded(void **state)
{
	struct arena a = { 0 };
	char *megabyte = arena_alloc(&a, 1, 1 << 20);
	struct cert c;

	(void)state;
	memset(megabyte, 'a', 1 << 20);
	c = odd_cert(&a, megabyte, 1 << 20);
	assert_false(c.parsed);
	assert_true(c.subject.n < 8192 && c.common_name.n < 8192);
	c = odd_cert(&a, megabyte, 20000);
	assert_true(c.parsed);
	assert_true(c.subject.n < 8192 && c.names[0].n < 8192);
	assert_false(cert_matches(&c, (struct str){ megabyte, 20000 }));
	arena_free(&a);
}

static void a_chain_of_a_hundred_is_bounded(void **state)
{
	struct str hundred[100], *anchors;
	struct chain_result r;

	(void)state;
	hundred[0] = pki_find(&pki, STR("leaf"))->pem;
	for (size_t i = 1; i < LENGTH(hundred); i++)
		hundred[i] = pki_find(&pki, i == 99 ? STR("inter") : STR("other"))->pem;
	pki_chain(&pki, "root", &anchors);
	r = cert_verify(&pki.arena, (struct cert_pems){ hundred, LENGTH(hundred) },
	    (struct cert_pems){ anchors, 1 }, NOW);
	/* Only the first CERT_MAX_CHAIN are looked at: the issuer is not among them. */
	assert_int_equal(r.verdict, CHAIN_INCOMPLETE);
}

static void rubbish_is_no_certificate(void **state)
{
	struct arena a = { 0 };
	struct cert c;

	(void)state;
	cert_parse(&a, STR(""), &c);
	assert_false(c.parsed);
	cert_parse(&a, STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), &c);
	assert_false(c.parsed);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(names_match),
		cmocka_unit_test(chains_are_verified),
		cmocka_unit_test(one_certificate_may_be_the_anchor),
		cmocka_unit_test(a_nul_ends_no_name),
		cmocka_unit_test(control_characters_come_as_numbers),
		cmocka_unit_test(long_names_are_bounded),
		cmocka_unit_test(a_chain_of_a_hundred_is_bounded),
		cmocka_unit_test(rubbish_is_no_certificate),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
