/* fuzz_spf_macro - macro strings; what is valid expands, within bounds, for any sender. */
#include <assert.h>

#include "auth/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct spf_query q = { 0 };
	struct spf_macro m = { .query = &q, .validated = STR("unknown") };
	struct arena a = { 0 };
	size_t at = 0;
	bool wants_p;

	ip_parse(size % 2 == 0 ? STR("192.0.2.1") : STR("2001:db8::1"), &q.ip);
	m.local = str_cut_line(&rest);
	m.sender_domain = m.domain = m.helo = str_cut_line(&rest);
	for (int explanation = 0; explanation < 2; explanation++) {
		if (!spf_macro_valid(rest, explanation == 1, &at, &wants_p)) {
			assert(at < rest.n);
			continue;
		}
		assert(wants_p == spf_macro_uses(rest, "p"));
		assert(spf_macro_expand(&a, rest, &m).n <= 4096);
	}
	arena_free(&a);
	return 0;
}
