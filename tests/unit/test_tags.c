/* test_tags - tag=value lists and base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "wire/base64.h"
#include "wire/tags.h"

static const char *const fault_names[] = { "no-equals", "empty", "name", "duplicate", "value",
	"too-many" };

/* "name=value|name=value" and "fault@offset ..." as one text, to compare at a glance. */
static struct str summary(struct arena *a, const struct tags *t)
{
	struct str s = STR("");

	for (size_t i = 0; i < t->count; i++)
		s = arena_fmt(a, STR_FMT "%s" STR_FMT "=" STR_FMT, STR_ARG(s), i ? "|" : "",
		    STR_ARG(t->items[i].name), STR_ARG(t->items[i].value));
	for (size_t i = 0; i < t->fault_count; i++)
		s = arena_fmt(a, STR_FMT " %s@%zu", STR_ARG(s), fault_names[t->faults[i].kind],
		    t->faults[i].at);
	return s;
}

static void lists_are_read_and_faults_placed(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "v=DKIM1", "v=DKIM1" },
		{ "v=DKIM1; p=AB==;", "v=DKIM1|p=AB==" },
		{ " v = DKIM1 ;\r\n\tp = A B ; ", "v=DKIM1|p=A B" },
		{ "p=", "p=" },
		{ "p=; t=y", "p=|t=y" },
		{ "a=1;;b=2", "a=1|b=2 empty@4" },
		{ "a=1;;", "a=1" },
		{ "a=1; rubbish; b=2", "a=1|b=2 no-equals@5" },
		{ "a=1; A=2; a=3", "a=1|A=2|a=3 duplicate@10" },
		{ "=1", "=1 name@0" },
		{ "1a=1", "1a=1 name@0" },
		{ "a-b=1", "a-b=1 name@0" },
		{ "a_b=1", "a_b=1" },
		{ "a=\xe2\x80\x9cx", "a=\xe2\x80\x9cx value@2" },
		{ "a=b=c", "a=b=c" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tags t;
		struct str got;

		tags_parse(&a, str_of(rows[i].text), &t);
		got = summary(&a, &t);
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: got " STR_FMT ", want %s", rows[i].text, STR_ARG(got),
			    rows[i].want);
		for (size_t f = 0; f < t.fault_count; f++)
			assert_true(tag_fault_write(&a, &t.faults[f]).n > 0);
	}
	arena_free(&a);
}

static void an_empty_value_is_not_an_absent_one(void **state)
{
	struct arena a = { 0 };
	struct tags t;

	(void)state;
	tags_parse(&a, STR("p=;q=1"), &t);
	assert_non_null(tags_value(&t, "p").p);
	assert_int_equal(tags_value(&t, "p").n, 0);
	assert_int_equal(tags_find(&t, "q")->value_at, 5);
	assert_null(tags_value(&t, "P").p);
	arena_free(&a);
}

static void tags_are_counted(void **state)
{
	struct arena a = { 0 };
	struct str text = STR("");
	struct tags t;

	(void)state;
	for (int i = 0; i < TAGS_MAX + 5; i++)
		text = arena_fmt(&a, STR_FMT "a%d=1;", STR_ARG(text), i);
	tags_parse(&a, text, &t);
	assert_int_equal(t.count, TAGS_MAX);
	assert_true(tags_has_fault(&t, TAG_TOO_MANY));
	arena_free(&a);
}

static void elements_of_values(void **state)
{
	struct str rest = STR("sha1 : sha256::x"), got;
	static const char *const want[] = { "sha1", "sha256", "", "x" };

	(void)state;
	for (size_t i = 0; i < LENGTH(want); i++) {
		assert_true(tags_next(&rest, ':', &got));
		assert_true(str_eq(got, str_of(want[i])));
	}
	assert_false(tags_next(&rest, ':', &got));
}

static void base64_points_at_the_fault(void **state)
{
	static const struct {
		const char *text;
		unsigned flags;
		enum base64_fault fault;
		size_t at;
		const char *bytes;
	} rows[] = {
		{ "", 0, BASE64_OK, 0, "" },
		{ "Zg==", 0, BASE64_OK, 4, "f" },
		{ "Zm8=", 0, BASE64_OK, 4, "fo" },
		{ "Zm9vYmFy", 0, BASE64_OK, 8, "foobar" },
		{ "Zm9v YmFy", 0, BASE64_LETTER, 4, "foo" },
		{ " Zm9v\r\n\tYmFy ", BASE64_WSP, BASE64_OK, 13, "foobar" },
		{ "Zm8", 0, BASE64_SHORT, 3, "" },
		{ "Zm8", BASE64_UNPADDED, BASE64_OK, 3, "fo" },
		{ "Zm9vY", BASE64_UNPADDED, BASE64_SHORT, 5, "foo" },
		{ "Zm9\"", 0, BASE64_LETTER, 3, "" },
		{ "Zg=", 0, BASE64_SHORT, 3, "" },
		{ "Zg=", BASE64_UNPADDED, BASE64_SHORT, 3, "" },
		{ "Z===", 0, BASE64_PADDING, 1, "" },
		{ "Zg===", 0, BASE64_PADDING, 4, "" },
		{ "Zg==Zg==", 0, BASE64_PADDING, 4, "" },
		{ "-_-_", 0, BASE64_LETTER, 0, "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str got;
		size_t at;
		enum base64_fault fault =
		    base64_decode(&a, str_of(rows[i].text), rows[i].flags, &got, &at);

		if (fault != rows[i].fault || at != rows[i].at ||
		    (fault == BASE64_OK && !str_eq(got, str_of(rows[i].bytes))))
			fail_msg("\"%s\": fault %d at %zu", rows[i].text, (int)fault, at);
	}
	arena_free(&a);
}

static void base64_goes_there_and_back(void **state)
{
	struct arena a = { 0 };
	char bytes[70];

	(void)state;
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct str in = { bytes, n }, out;

		if (n > 0)
			bytes[n - 1] = (char)(n * 37);
		assert_int_equal(
		    base64_decode(&a, base64_encode(&a, in), 0, &out, NULL), BASE64_OK);
		assert_true(str_eq(in, out));
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read_and_faults_placed),
		cmocka_unit_test(an_empty_value_is_not_an_absent_one),
		cmocka_unit_test(tags_are_counted),
		cmocka_unit_test(elements_of_values),
		cmocka_unit_test(base64_points_at_the_fault),
		cmocka_unit_test(base64_goes_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
