/* test_escape - nothing from outside may move a cursor, turn text or leave its element. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "render/escape.h"

struct row {
	const char *name, *text, *want;
};

static void check_row(const struct row *row, struct str got)
{
	if (!str_eq(got, str_of(row->want)))
		fail_msg("%s: " STR_FMT " instead of %s", row->name, STR_ARG(got), row->want);
}

static void terminals_are_safe(void **state)
{
	static const struct row rows[] = {
		{ "plain", "v=spf1 -all", "v=spf1 -all" },
		{ "umlaut stays", "m\xc3\xbcnchen", "m\xc3\xbcnchen" },
		{ "escape sequence", "\033[2J", "\\x1b[2J" },
		{ "carriage return", "a\rb",
		    "a\\x0d"
		    "b" },
		{ "delete", "\x7f", "\\x7f" },
		{ "C1 control sequence introducer",
		    "\xc2\x9b"
		    "31m",
		    "\\xc2\\x9b31m" },
		{ "bare C1 byte", "\x9b", "\\x9b" },
		{ "overlong slash", "\xc0\xaf", "\\xc0\\xaf" },
		{ "surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "cut short", "a\xe2\x82", "a\\xe2\\x82" },
		{ "right-to-left override", "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },
		{ "Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c" },
		{ "line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
		{ "zero width space", "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },
		{ "no character", "\xef\xbf\xbf", "\\xef\\xbf\\xbf" },
		{ "beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "newline", "a\nb",
		    "a\\x0a"
		    "b" },
	};
	struct buf out;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		buf_init(&out, 4096);
		escape_text(&out, str_of(rows[i].text), false);
		check_row(&rows[i], buf_str(&out));
		buf_free(&out);
	}
}

static void pages_are_safe(void **state)
{
	static const struct row rows[] = {
		{ "element", "<script>", "&lt;script&gt;" },
		{ "attribute", "\"' onload=", "&quot;&#39; onload=" },
		{ "entity", "&lt;", "&amp;lt;" },
		{ "newline stays", "a\nb", "a\nb" },
		{ "control", "\033", "\\x1b" },
	};
	struct buf out;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		buf_init(&out, 4096);
		escape_html(&out, str_of(rows[i].text));
		check_row(&rows[i], buf_str(&out));
		buf_free(&out);
	}
}

static void nul_is_shown(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	escape_text(&out, STR("a\0b"), false);
	assert_true(str_eq(buf_str(&out), STR("a\\x00"
					      "b")));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals_are_safe),
		cmocka_unit_test(pages_are_safe),
		cmocka_unit_test(nul_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
