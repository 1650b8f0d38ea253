/* test_inbox - messages out of files: which bytes are one, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/inbox.h"

#define SEP "From a@b.example Mon Nov 23 08:00:00 2026\n"

/* "[number form text]" for each message, "(trouble)" for what was none. */
static struct str contents(struct arena *a, struct str name)
{
	struct inbox *box = inbox_new(a, &name, 1, NULL);
	struct error e = { .arena = a };
	struct letter letter;
	enum inbox_event event;
	struct buf out;
	struct str all;

	buf_init(&out, (size_t)1 << 20);
	while ((event = inbox_next(box, &letter, &e)) != INBOX_END) {
		struct str piece;

		if (event == INBOX_TROUBLE) {
			buf_add(&out, STR("(trouble)"));
			continue;
		}
		buf_addf(&out, "[%zu %s ", letter.number, letter.lf ? "LF" : "CRLF");
		while (inbox_read(box, &piece))
			buf_add(&out, piece);
		assert_false(inbox_broken(box, &e));
		buf_addc(&out, ']');
	}
	inbox_free(box);
	all = arena_str(a, buf_str(&out));
	buf_free(&out);
	return all;
}

static struct str put(struct arena *a, struct str text)
{
	struct str name = arena_str(a, STR("/tmp/frank-inbox-XXXXXX"));
	int fd = mkstemp((char *)(uintptr_t)name.p);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
	close(fd);
	return name;
}

static void files_are_messages(void **state)
{
	static const struct {
		const char *row, *text, *want;
	} rows[] = {
		{ "empty", "", "(trouble)" },
		{ "LF", "A: b\n\nc\n", "[0 LF A: b\n\nc\n]" },
		{ "CRLF", "A: b\r\n\r\nc\r\n", "[0 CRLF A: b\r\n\r\nc\r\n]" },
		{ "one line without an end", "A: b", "[0 CRLF A: b]" },
		{ "a message is no mbox", "A: b\n\n" SEP ">From x\n",
		    "[0 LF A: b\n\n" SEP ">From x\n]" },
		{ "one in an mbox", SEP "A: b\n\nc\n\n", "[1 LF A: b\n\nc\n]" },
		{ "two", SEP "A: b\n\nc\n\n" SEP "D: e\n\nf\n\n",
		    "[1 LF A: b\n\nc\n][2 LF D: e\n\nf\n]" },
		{ "the separator has LF, the messages CRLF",
		    SEP "A: b\r\n\r\nc\r\n\r\n" SEP "D: e\r\n\r\n\r\n",
		    "[1 CRLF A: b\r\n\r\nc\r\n][2 CRLF D: e\r\n\r\n]" },
		{ "no empty line at the end", SEP "A: b\n\nc\n\n" SEP "D: e\n\nf",
		    "[1 LF A: b\n\nc\n][2 LF D: e\n\nf]" },
		{ "empty lines belong to the message but for the last", SEP "A: b\n\nc\n\n\n\n",
		    "[1 LF A: b\n\nc\n\n\n]" },
		{ "no separator without an empty line", SEP "A: b\n\nc\n" SEP,
		    "[1 LF A: b\n\nc\n" SEP "]" },
		{ "no separator without a time", SEP "A: b\n\nFrom me to you in 2026\n",
		    "[1 LF A: b\n\nFrom me to you in 2026\n]" },
		{ "nor without a year", SEP "A: b\n\nFrom 12:00 on\n",
		    "[1 LF A: b\n\nFrom 12:00 on\n]" },
		{ "From is quoted, and quotes of it",
		    SEP "A: b\n\n>From c\n>>From d\n> From e\n>Fromage\nx >From f\n",
		    "[1 LF A: b\n\nFrom c\n>From d\n> From e\n>Fromage\nx >From f\n]" },
		{ "nothing but a separator", SEP, "[1 CRLF ]" },
		{ "nothing but separators", SEP "\n" SEP "\n" SEP, "[1 LF ][2 LF ][3 CRLF ]" },
		{ "a separator that is cut short", "From ", "[1 CRLF ]" },
		{ "no message of the name", NULL, "(trouble)" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str name = STR("/nonexistent/message"), got;

		if (rows[i].text != NULL)
			name = put(&a, str_of(rows[i].text));
		got = contents(&a, name);
		unlink(name.p);
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s:\n got " STR_FMT "\nwant %s", rows[i].row, STR_ARG(got),
			    rows[i].want);
	}
	arena_free(&a);
}

/* What was not read of a message is skipped, wherever it was left. */
static void a_message_may_be_left(void **state)
{
	struct arena a = { 0 };
	struct str name = put(&a, STR(SEP "A: b\n\n>From c\n\n" SEP "D: e\n\nf\n\n")), piece;
	struct inbox *box = inbox_new(&a, &name, 1, NULL);
	struct error e = { .arena = &a };
	struct letter letter;

	(void)state;
	assert_int_equal(inbox_next(box, &letter, &e), INBOX_MESSAGE);
	assert_true(inbox_read(box, &piece));
	assert_true(str_eq(piece, STR("A: b\n\n")));
	assert_int_equal(inbox_next(box, &letter, &e), INBOX_MESSAGE);
	assert_int_equal(letter.number, 2);
	assert_true(inbox_read(box, &piece));
	assert_true(str_eq(piece, STR("D: e\n\nf\n")));
	assert_false(inbox_read(box, &piece));
	assert_false(inbox_read(box, &piece));
	assert_int_equal(inbox_next(box, &letter, &e), INBOX_END);
	assert_int_equal(inbox_next(box, &letter, &e), INBOX_END);
	inbox_free(box);
	unlink(name.p);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_messages),
		cmocka_unit_test(a_message_may_be_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
