/* fuzz_bimi_svg - images of strangers against SVG Tiny PS. */
#include "check/bimi_svg.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct bimi_svg out;

	bimi_svg_check(&a, (struct str){ (const char *)data, size }, &out);
	arena_free(&a);
	return 0;
}
