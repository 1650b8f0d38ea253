/* fuzz_cert - certificates in PEM, parsed and verified as a chain; as DER behind a first NUL. */
#include <assert.h>

#include "wire/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void look(const struct cert *c)
{
	for (size_t i = 0; i < c->subject.n; i++)
		assert(c->subject.p[i] >= ' ' && c->subject.p[i] < 0x7f);
	cert_matches(c, STR("mx.example.com"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, pems[CERT_MAX_CHAIN];
	struct cert certs[CERT_MAX_CHAIN];
	struct arena a = { 0 };
	size_t count;

	if (size > 0 && data[0] == 0)
		text = cert_write_pem(&a, str_skip(text, 1));
	count = cert_parse_all(&a, text, certs);
	for (size_t i = 0; i < count; i++) {
		look(&certs[i]);
		pems[i] = certs[i].pem;
	}
	cert_verify(&a, (struct cert_pems){ pems, count },
	    (struct cert_pems){ count > 0 ? &pems[count - 1] : NULL, count > 0 }, 1795000000);
	arena_free(&a);
	return 0;
}
