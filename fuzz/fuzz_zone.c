/* fuzz_zone - master files, and a few questions to what was read. */
#include <assert.h>
#include <stdlib.h>

#include "collect/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void ask(const struct zone *z, struct arena *a, struct str name)
{
	struct frank_case c;
	struct str beyond;
	struct question q = { .ask = ASK_DNS, .dns = { .name = name, .type = DNS_TXT } };

	case_init(&c, a, STR("a.test"), 0);
	struct fact *f = case_fact(&c, &q);
	if (f->state != FACT_ANSWERED && zone_holds(z, name) && !zone_answer(z, &c, f, &beyond))
		assert(!zone_holds(z, beyond));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	char *copy = malloc(size + 1);
	FILE *file;

	if (size == 0 || copy == NULL || (file = fmemopen(copy, size, "w+")) == NULL) {
		free(copy);
		return 0;
	}
	fwrite(data, 1, size, file);
	rewind(file);
	struct zone *z = zone_parse(&a, (struct str){ 0 }, file, "file", &e);
	assert(z != NULL || e.text.n > 0);
	if (z != NULL) {
		ask(z, &a, STR("a.test"));
		ask(z, &a, STR("x.y.a.test"));
		ask(z, &a, STR("www.a.test"));
	}
	fclose(file);
	free(copy);
	arena_free(&a);
	return 0;
}
