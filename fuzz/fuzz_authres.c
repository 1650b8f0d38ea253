/*
 * fuzz_authres - what is read is written so that it reads the same, and holds no fault; a
 * stranger's text as a value changes nothing but that value; what we wrote, arriving, is known for
 * ours.
 */
#include <assert.h>

#include "wire/authres.h"
#include "wire/harmless.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void write_and_read(struct arena *a, const struct authres *r, unsigned flags)
{
	struct str first = authres_write(a, r, flags);
	struct authres back;

	if (first.n == 0)
		return;
	authres_parse(a, first, &back);
	assert(back.fault_count == 0 && back.count <= r->count && back.instance == r->instance);
	assert(back.none == (back.count == 0));
	assert(str_eq(authres_write(a, &back, flags), first));
	assert(authres_claim(a, first, &back.id, 1) == AUTHRES_OURS);
}

static void inject(struct arena *a, struct str text, unsigned flags)
{
	struct authres r = { .id = STR("us.example") }, back;
	struct authres_result *one = authres_add(a, &r, STR("spf"), STR("fail"));
	struct authres_property helo = { STR("smtp"), STR("helo"), text };
	struct authres_property end = { STR("policy"), STR("end"), STR("here") };
	struct str field;

	one->comment = one->reason = text;
	authres_property(a, one, &helo);
	authres_property(a, one, &end);
	field = authres_write(a, &r, flags);
	assert(str_chr(field, '\0') < 0 && str_chr(field, '\\') < 0);
	assert(str_chr(field, ';') == str_rchr(field, ';'));
	assert(str_find(field, STR("=?")) < 0);
	assert(str_ifind(field, STR("dkim=")) < 0 && str_ifind(field, STR("header.d=")) < 0);
	authres_parse(a, field, &back);
	assert(back.fault_count == 0 && back.count == 1);
	assert(str_eq(authres_value(&back.results[0], STR("policy"), STR("end")), STR("here")));
	write_and_read(a, &r, flags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, once;
	struct arena a = { 0 };
	struct authres r;

	authres_parse(&a, text, &r);
	for (size_t i = 0; i < r.fault_count; i++)
		assert(r.faults[i].at <= size);
	for (unsigned flags = 0; flags <= (AUTHRES_UTF8 | AUTHRES_LF); flags++) {
		write_and_read(&a, &r, flags);
		inject(&a, text, flags);
		once = harmless(&a, text, flags);
		assert(str_eq(harmless(&a, once, flags), once));
	}
	authres_claim(&a, text, &(struct str){ "us.example", 10 }, 1);
	arena_free(&a);
	return 0;
}
