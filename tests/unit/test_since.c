/* test_since - what was fixed since the last report; and packing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/pack.h"
#include "serve/since.h"

static const struct check spf = { .id = "spf.hosts" }, ptr = { .id = "name.ptr" },
			  dkim = { .id = "dkim.found" };

static struct finding found(const struct check *c, enum verdict v, const char *subject)
{
	return (struct finding){ .check = c,
		.verdict = v,
		.severity = SEVERITY_MAJOR,
		.subject = str_of(subject),
		.says = STR("it is\tso\n") };
}

static void changes_are_told(void **state)
{
	const struct finding before[] = { found(&spf, VERDICT_FAIL, "mx1"),
		found(&spf, VERDICT_FAIL, "mx2"), found(&ptr, VERDICT_WARN, "192.0.2.1"),
		found(&ptr, VERDICT_FAIL, "gone"), found(&dkim, VERDICT_FAIL, "s"),
		found(&dkim, VERDICT_PASS, "good") };
	const struct finding now[] = { found(&spf, VERDICT_PASS, "mx1"),
		found(&spf, VERDICT_FAIL, "mx2"), found(&spf, VERDICT_FAIL, "mx3"),
		found(&ptr, VERDICT_PASS, "192.0.2.1"), found(&dkim, VERDICT_UNKNOWN, "s") };
	struct arena a = { 0 };
	struct page_since since;
	struct str marks = since_marks(&a, before, LENGTH(before));

	(void)state;
	since_compare(&a, marks, now, LENGTH(now), &since);
	/* mx1, 192.0.2.1 and what is no longer there; dkim was not seen: neither. */
	assert_int_equal(since.fixed_count, 3);
	assert_true(str_eq(since.fixed[0].subject, STR("mx1")));
	assert_true(str_eq(since.fixed[0].says, STR("it is so ")));
	assert_true(str_eq(since.fixed[2].subject, STR("gone")));
	assert_int_equal(since.broken_count, 1);
	assert_true(str_eq(since.broken[0].subject, STR("mx3")));
	assert_int_equal(since.still, 1);
	since_compare(&a, STR(""), now, LENGTH(now), &since);
	assert_int_equal(since.fixed_count, 0);
	assert_int_equal(since.broken_count, 2);
	arena_free(&a);
}

static void what_is_packed_is_unpacked(void **state)
{
	struct arena a = { 0 };
	char *big = arena_alloc(&a, 1, 100000);
	struct str text = { big, 100000 }, packed = pack_gzip(&a, text), out;

	(void)state;
	assert_true(packed.n < 1000);
	assert_true(pack_gunzip(&a, packed, 100000, &out));
	assert_true(str_eq(out, text));
	assert_false(pack_gunzip(&a, packed, 99999, &out));
	assert_false(pack_gunzip(&a, str_slice(packed, 0, packed.n - 9), 100000, &out));
	assert_false(pack_gunzip(&a, STR("no gzip"), 100000, &out));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(what_is_packed_is_unpacked),
	};

	return cmocka_run_group_tests_name("since", tests, NULL, NULL);
}
