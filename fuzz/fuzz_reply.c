/* fuzz_reply - what servers say: the first byte chooses the protocol and what is expected. */
#include <assert.h>

#include "wire/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct reply_reader r = { 0 };
	struct str bytes, line;
	size_t used;
	enum reply_event e;

	if (n == 0)
		return 0;
	r.protocol = (enum reply_protocol)(data[0] % 3);
	reply_expect(&r, (data[0] & 4) != 0 ? STR("a1") : STR(""), (data[0] & 8) != 0);
	bytes = (struct str){ (const char *)data + 1, n - 1 };
	while ((e = reply_next(&r, bytes, &line, &used)) == REPLY_LINE || e == REPLY_LAST) {
		assert(used > line.n && used <= bytes.n && r.lines <= REPLY_MAX_LINES);
		bytes = str_skip(bytes, used);
	}
	assert((e == REPLY_BAD) == (r.why != NULL));
	return 0;
}
