/* fuzz_received - what is read lies in the text, and a field says the same twice. */
#include <assert.h>

#include "wire/date.h"
#include "wire/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void lies_in(struct str text, struct str part)
{
	assert(part.n == 0 || (part.p >= text.p && part.p + part.n <= text.p + text.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, name = STR("Received");
	struct arena a = { 0 };
	struct received r;
	struct message_field field = { .name = name, .value = text };
	struct message m = { .fields = &field, .count = 1 };
	struct str hosts[2];
	struct received_origin origin;

	received_parse(&a, text, &r);
	lies_in(text, r.helo);
	lies_in(text, r.name);
	lies_in(text, r.by);
	lies_in(text, r.id);
	lies_in(text, r.rcpt);
	lies_in(text, r.sender);
	assert(!r.name_checked || r.name.n > 0);
	assert(r.from || (r.ip.family == IP_NONE && r.helo.n == 0));
	if (received_propose(&a, &m, hosts, LENGTH(hosts), &origin) > 0)
		assert(str_eq(hosts[0], r.by) && ip_eq(origin.received.ip, r.ip));
	if (r.has_date) {
		struct str date = date_write(&a, r.date);

		assert(date.n == 20 || r.date < -62167219200 || r.date >= 253402300800);
	}
	arena_free(&a);
	return 0;
}
