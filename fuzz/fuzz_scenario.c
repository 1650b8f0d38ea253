/* fuzz_scenario - scenario files; a plan that is accepted has zones that can be served. */
#include <assert.h>
#include <string.h>

#include "lab/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static enum scenario_file open_any(void *context, struct str file, struct str *out)
{
	(void)context;
	*out = STR("@ SOA ns a 1 2 3 4 5\n@ NS ns\n");
	return str_eq(file, STR("profile.conf")) ? FILE_ABSENT : FILE_READ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct str text = { (const char *)data, size };
	struct scenario s;

	if (scenario_parse(&a, text, "f", open_any, NULL, &s, &e)) {
		struct lab_dns *dns = lab_dns_new(&a, &s, &e);

		assert(dns != NULL);
		lab_dns_free(dns);
	} else {
		assert(e.text.n > 0);
	}
	arena_free(&a);
	return 0;
}
