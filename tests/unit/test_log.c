/* log, metrics - a line an event, whatever strangers put into it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "serve/log.h"
#include "serve/metrics.h"

static struct str logged(struct log *log, struct arena *a, struct str value)
{
	char line[4096];
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	log->fd = ends[1];
	log_event(
	    log, LOG_LEVEL_INFO, "smtp", "accepted", LOG_STR("helo", value), LOG_INT("bytes", 42));
	close(ends[1]);
	n = read(ends[0], line, sizeof(line));
	close(ends[0]);
	assert_true(n >= 0);
	return arena_str(a, (struct str){ line, (size_t)n });
}

static void text_lines(void **state)
{
	static const struct {
		const char *value, *line;
	} cases[] = {
		{ "mx.example", "<6>smtp: accepted helo=mx.example bytes=42\n" },
		{ "two words", "<6>smtp: accepted helo=\"two words\" bytes=42\n" },
		{ "", "<6>smtp: accepted helo=\"\" bytes=42\n" },
		{ "a\nsmtp: forged", "<6>smtp: accepted helo=\"a\\u000asmtp: forged\" bytes=42\n" },
		{ "\033[31m\xff", "<6>smtp: accepted helo=\"\\u001b[31m\\u00ff\" bytes=42\n" },
		{ "a\"=\\", "<6>smtp: accepted helo=\"a\\\"=\\\\\" bytes=42\n" },
	};
	struct log log = { .level = LOG_LEVEL_INFO, .journal = true };
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct str line = logged(&log, &a, str_of(cases[i].value));

		assert_string_equal(arena_str(&a, line).p, cases[i].line);
	}
	arena_free(&a);
}

static void json_lines_parse(void **state)
{
	static const char *const values[] = { "mx", "two \"words\"\r\n", "\x01\xc3\xa4\xff" };
	struct log log = { .level = LOG_LEVEL_INFO, .format = LOG_JSON };
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(values); i++) {
		struct str line = logged(&log, &a, str_of(values[i]));
		json_t *o = json_loadb(line.p, line.n, 0, NULL);

		assert_non_null(o);
		assert_string_equal(json_string_value(json_object_get(o, "event")), "accepted");
		assert_int_equal(json_integer_value(json_object_get(o, "bytes")), 42);
		assert_int_equal(line.p[line.n - 1], '\n');
		assert_int_equal(str_chr(line, '\n'), (ptrdiff_t)line.n - 1);
		json_decref(o);
	}
	arena_free(&a);
}

static void what_is_less_important_is_left_out(void **state)
{
	struct log log = { .level = LOG_LEVEL_WARNING };
	struct arena a = { 0 };

	(void)state;
	assert_int_equal(logged(&log, &a, STR("x")).n, 0);
	arena_free(&a);
}

static void long_values_are_cut(void **state)
{
	struct log log = { .level = LOG_LEVEL_INFO };
	struct arena a = { 0 };
	struct str line;
	char *big = arena_alloc(&a, 1, 100000);

	(void)state;
	memset(big, 'a', 100000);
	line = logged(&log, &a, (struct str){ big, 100000 });
	assert_true(line.n < 2 * LOG_MAX_VALUE);
	assert_true(str_ends(line, STR("...\" bytes=42\n")));
	arena_free(&a);
}

static void every_metric_has_its_row(void **state)
{
	struct metrics m = { 0 };
	struct buf out;
	size_t types = 0;

	(void)state;
	metrics_add(&m, METRIC_LETTERS, 3);
	metrics_set(&m, METRIC_OUTBOX_WAITING, 7);
	buf_init(&out, 1 << 20);
	metrics_write(&m, &out);
	assert_true(str_find(buf_str(&out), STR("frank_letters_total 3\n")) > 0);
	assert_true(str_find(buf_str(&out), STR("# TYPE frank_outbox_waiting gauge\n")) > 0);
	assert_int_equal(str_find(buf_str(&out), STR("(null)")), -1);
	for (struct str rest = buf_str(&out); rest.n > 0;)
		types += str_starts(str_cut_line(&rest), STR("# TYPE "));
	assert_int_equal(types, METRIC_COUNT);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_lines),
		cmocka_unit_test(json_lines_parse),
		cmocka_unit_test(what_is_less_important_is_left_out),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(every_metric_has_its_row),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
