/* fuzz_evidence - evidence files: what is read can be written, and is then read as the same. */
#include <assert.h>

#include "evidence/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool load(struct frank_case *c, struct arena *a, struct str text)
{
	struct error e = { .arena = a };

	case_init(c, a, (struct str){ 0 }, 0);
	if (evidence_read(c, text, "file", &e))
		return true;
	assert(e.text.n > 0);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct frank_case first, second;
	struct buf once, twice;

	buf_init(&once, (size_t)16 << 20);
	buf_init(&twice, (size_t)16 << 20);
	if (load(&first, &a, (struct str){ (const char *)data, size })) {
		evidence_write(&first, &once);
		if (!buf_failed(&once)) {
			assert(load(&second, &a, buf_str(&once)));
			evidence_write(&second, &twice);
			assert(str_eq(buf_str(&once), buf_str(&twice)));
		}
		case_dns(&first, STR("www.example.com"), DNS_TXT);
		for (struct fact *f; (f = case_next_open(&first)) != NULL; case_answered(&first, f))
			evidence_replay(&first, f);
	}
	buf_free(&once);
	buf_free(&twice);
	arena_free(&a);
	return 0;
}
