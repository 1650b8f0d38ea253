/* test_base - str, arena, buf, table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/table.h"

static void cut_takes_the_separator(void **state)
{
	struct str rest = STR("a b");

	(void)state;
	assert_true(str_eq(str_cut(&rest, ' '), STR("a")));
	assert_true(str_eq(rest, STR("b")));
	assert_true(str_eq(str_cut(&rest, ' '), STR("b")));
	assert_int_equal(rest.n, 0);
}

static void numbers_are_bounded(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool ok;
	} rows[] = {
		{ "0", 0, true },
		{ "1", 0, false },
		{ "255", 255, true },
		{ "256", 255, false },
		{ "", 9, false },
		{ "-1", 9, false },
		{ " 1", 9, false },
		{ "18446744073709551615", UINT64_MAX, true },
		{ "18446744073709551616", UINT64_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint64_t out;

		assert_int_equal(str_uint(str_of(rows[i].text), rows[i].max, &out), rows[i].ok);
	}
}

static void buffer_keeps_its_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	buf_addf(&b, "%d", 12345678);
	assert_false(buf_failed(&b));
	buf_addc(&b, 'x');
	assert_true(buf_failed(&b));
	assert_true(str_eq(buf_str(&b), STR("12345678")));
	buf_free(&b);
}

static bool same_text(const void *value, const void *key)
{
	return str_eq(*(const struct str *)value, *(const struct str *)key);
}

static void table_finds_all_it_was_given(void **state)
{
	struct arena a = { 0 };
	struct table t = { .arena = &a };
	struct str *words = NULL;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		arena_push(&a, words, count, struct str, arena_fmt(&a, "word%d", i));
	for (size_t i = 0; i < count; i++)
		table_add(&t, str_ihash(words[i], 0), &words[i]);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(
		    table_get(&t, str_ihash(words[i], 0), same_text, &words[i]), &words[i]);
	assert_null(table_get(&t, str_ihash(STR("x"), 0), same_text, &STR("x")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_takes_the_separator),
		cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test(buffer_keeps_its_ceiling),
		cmocka_unit_test(table_finds_all_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
