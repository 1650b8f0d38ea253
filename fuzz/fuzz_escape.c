/* fuzz_escape - what comes out holds no control but the newline, and escapes to itself. */
#include <assert.h>

#include "render/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct buf once, twice, page;

	buf_init(&once, size * 4 + 1);
	buf_init(&twice, size * 4 + 1);
	buf_init(&page, size * 6 + 1);
	escape_text(&once, text, true);
	escape_text(&twice, buf_str(&once), true);
	escape_html(&page, text);
	assert(!buf_failed(&once) && str_eq(buf_str(&once), buf_str(&twice)));
	for (size_t i = 0; i < once.n; i++)
		assert((unsigned char)once.p[i] >= 0x20 || once.p[i] == '\n');
	assert(!buf_failed(&page) && str_chr(buf_str(&page), '<') < 0);
	buf_free(&once);
	buf_free(&twice);
	buf_free(&page);
	return 0;
}
