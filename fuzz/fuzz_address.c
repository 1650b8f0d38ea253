/* fuzz_address - the value of a From field: a list of addresses, and the one author. */
#include <assert.h>

#include "wire/address.h"
#include "wire/cfws.h"
#include "wire/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct message_field from = { .name = STR("From"), .value = { (const char *)data, n } };
	struct message m = { .fields = &from, .count = 1 };
	struct arena arena = { 0 };
	struct author a = author_of(&arena, &m);

	assert((a.list.why != NULL) == (a.result == AUTHOR_BROKEN));
	assert(a.list.why_at <= n && a.list.count <= ADDRESS_MAX);
	assert(a.result != AUTHOR_ONE || a.list.count == 1);
	if (a.domain.n > 0)
		assert(domain_is_fqdn(a.domain) &&
		       (a.result == AUTHOR_ONE || a.result == AUTHOR_SEVERAL));
	else
		assert(a.result != AUTHOR_ONE);
	for (size_t i = 0; i < a.list.count; i++) {
		const struct mailbox *b = &a.list.mailboxes[i];

		assert(b->domain.n > 0 && cfws_bad_byte(b->domain) < 0);
		assert(cfws_bad_byte(b->local) < 0 && str_chr(b->local, '\n') < 0);
		assert(str_chr(b->display, '\r') < 0 && str_chr(b->display, '\n') < 0);
	}
	arena_free(&arena);
	return 0;
}
