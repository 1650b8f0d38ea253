/* fuzz_message - a message: in pieces of a size that the first byte gives it reads as whole. */
#include <assert.h>

#include "tests/unit/message_pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct message_limits small = { .header = 200, .field = 100, .fields = 8 };
	struct pieces whole = { 0 }, pieces = { 0 };
	const struct message_limits *limits;
	struct str bytes;
	size_t size;

	if (n == 0)
		return 0;
	limits = (data[0] & 1) != 0 ? &small : NULL;
	size = 1 + (data[0] >> 1) % 16;
	bytes = (struct str){ (const char *)data + 1, n - 1 };
	message_init(&whole.m, &whole.arena, limits);
	message_init(&pieces.m, &pieces.arena, limits);
	pieces_read(&whole, bytes, bytes.n, 1);
	pieces_read(&pieces, bytes, size, size);
	assert(whole.last == MESSAGE_END || whole.last == MESSAGE_REFUSED);
	assert(whole.last == MESSAGE_REFUSED || whole.body.n == bytes.n - whole.m.body);
	assert(pieces_differ(&whole, &pieces) == NULL);
	pieces_free(&whole);
	pieces_free(&pieces);
	return 0;
}
