/* fuzz_autoconfig - the file by which mail programs set themselves up. */
#include <assert.h>

#include "check/autoconfig_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct autoconfig_file out;

	autoconfig_parse(&a, (struct str){ (const char *)data, size }, &out);
	assert(out.count <= AUTOCONFIG_MAX_SERVERS);
	arena_free(&a);
	return 0;
}
