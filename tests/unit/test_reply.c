/* test_reply - replies of SMTP, IMAP and POP3, each cut in two at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/reply.h"

struct row {
	const char *name;
	enum reply_protocol protocol;
	const char *tag;
	bool multiline;
	const char *bytes;
	enum reply_event end; /* the last event */
	size_t lines;	      /* read before it, itself included */
	int code;
	bool bare_lf;
	size_t left; /* bytes behind the reply */
};

static const struct row rows[] = {
	{ "greeting", REPLY_SMTP, "", false, "220 mx ESMTP\r\n", REPLY_LAST, 1, 220, false, 0 },
	{ "several lines", REPLY_SMTP, "", false, "250-mx\r\n250-SIZE\r\n250 STARTTLS\r\n",
	    REPLY_LAST, 3, 250, false, 0 },
	{ "a code alone", REPLY_SMTP, "", false, "250\r\n", REPLY_LAST, 1, 250, false, 0 },
	{ "bare LF", REPLY_SMTP, "", false, "250-mx\n250 ok\r\n", REPLY_LAST, 2, 250, true, 0 },
	{ "what follows is left", REPLY_SMTP, "", false, "220 go\r\n250 injected\r\n", REPLY_LAST,
	    1, 220, false, 14 },
	{ "half a line", REPLY_SMTP, "", false, "250-mx\r\n250 o", REPLY_MORE, 1, 250, false, 5 },
	{ "the code changes", REPLY_SMTP, "", false, "250-mx\r\n251 ok\r\n", REPLY_BAD, 1, 250,
	    false, 8 },
	{ "not a code", REPLY_SMTP, "", false, "SSH-2.0-OpenSSH\r\n", REPLY_BAD, 0, 0, false, 17 },
	{ "a code too high", REPLY_SMTP, "", false, "600 x\r\n", REPLY_BAD, 0, 0, false, 7 },
	{ "no space behind the code", REPLY_SMTP, "", false, "250ok\r\n", REPLY_BAD, 0, 0, false,
	    7 },
	{ "IMAP greeting", REPLY_IMAP, "", false, "* OK ready\r\n", REPLY_LAST, 1, 0, false, 0 },
	{ "IMAP greeting amiss", REPLY_IMAP, "", false, "OK\r\n", REPLY_BAD, 0, 0, false, 4 },
	{ "IMAP tagged", REPLY_IMAP, "a1", false, "* CAPABILITY IMAP4rev1\r\na1 OK\r\n", REPLY_LAST,
	    2, 0, false, 0 },
	{ "IMAP, another's tag", REPLY_IMAP, "a1", false, "a11 OK\r\n", REPLY_BAD, 0, 0, false, 8 },
	{ "IMAP literal", REPLY_IMAP, "a1", false, "* X {8}\r\na1 OK\r\n! (y)\r\na1 OK\r\n",
	    REPLY_LAST, 2, 0, false, 0 },
	{ "IMAP, two literals in a line", REPLY_IMAP, "a1", false,
	    "* X {2}\r\n\r\n ~{1}\r\n\n.\r\na1 OK\r\n", REPLY_LAST, 2, 0, false, 0 },
	{ "IMAP, half a literal", REPLY_IMAP, "a1", false, "* X {9}\r\na1 OK\r\n", REPLY_MORE, 0, 0,
	    false, 16 },
	{ "IMAP, a literal beyond the bound", REPLY_IMAP, "a1", false, "* X {8193}\r\n", REPLY_BAD,
	    0, 0, false, 12 },
	{ "IMAP, braces without a number", REPLY_IMAP, "a1", false, "* X {}\r\na1 OK {-1}\r\n",
	    REPLY_LAST, 2, 0, false, 0 },
	{ "SMTP has no literals", REPLY_SMTP, "", false, "250 {9}\r\n", REPLY_LAST, 1, 250, false,
	    0 },
	{ "POP3 one line", REPLY_POP3, "", false, "+OK ready\r\n", REPLY_LAST, 1, 0, false, 0 },
	{ "POP3 many lines", REPLY_POP3, "", true, "+OK\r\nSTLS\r\n.\r\n", REPLY_LAST, 3, 0, false,
	    0 },
	{ "POP3 refusal has one line", REPLY_POP3, "", true, "-ERR no\r\n", REPLY_LAST, 1, 0, false,
	    0 },
	{ "POP3 amiss", REPLY_POP3, "", false, "220 mx\r\n", REPLY_BAD, 0, 0, false, 8 },
};

struct seen {
	size_t lines, taken;
};

static enum reply_event read_upto(struct reply_reader *r, struct str bytes, struct seen *seen)
{
	struct str line;
	size_t used;
	enum reply_event e;

	do {
		e = reply_next(r, str_skip(bytes, seen->taken), &line, &used);
		if (e != REPLY_LINE && e != REPLY_LAST)
			break;
		seen->lines++;
		seen->taken += used;
	} while (e == REPLY_LINE);
	return e;
}

static void check_row(const struct row *row, size_t split)
{
	struct reply_reader r = { .protocol = row->protocol };
	struct str bytes = str_of(row->bytes);
	struct seen seen = { 0 };
	enum reply_event e;

	reply_expect(&r, str_of(row->tag), row->multiline);
	e = read_upto(&r, str_slice(bytes, 0, split), &seen);
	if (e == REPLY_MORE)
		e = read_upto(&r, bytes, &seen);
	if (e != row->end || seen.lines != row->lines || r.code != row->code ||
	    r.bare_lf != row->bare_lf || bytes.n - seen.taken != row->left)
		fail_msg("%s, cut at %zu: event %d, %zu lines, code %d, %zu left", row->name, split,
		    (int)e, seen.lines, r.code, bytes.n - seen.taken);
}

static void every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		for (size_t split = 0; split <= strlen(rows[i].bytes); split++)
			check_row(&rows[i], split);
}

static void endless_line(void **state)
{
	static char bytes[REPLY_MAX_LINE + 1];
	struct reply_reader r = { .protocol = REPLY_SMTP };
	struct str line;
	size_t used;

	(void)state;
	memset(bytes, '2', sizeof(bytes));
	reply_expect(&r, STR(""), false);
	assert_int_equal(
	    reply_next(&r, (struct str){ bytes, REPLY_MAX_LINE }, &line, &used), REPLY_MORE);
	assert_int_equal(
	    reply_next(&r, (struct str){ bytes, sizeof(bytes) }, &line, &used), REPLY_BAD);
	assert_int_equal(reply_next(&r, STR("220 ok\r\n"), &line, &used), REPLY_BAD);
}

static void endless_reply(void **state)
{
	struct reply_reader r = { .protocol = REPLY_SMTP };
	struct str line;
	size_t used;

	(void)state;
	reply_expect(&r, STR(""), false);
	for (size_t i = 0; i < REPLY_MAX_LINES; i++)
		assert_int_equal(reply_next(&r, STR("250-X\r\n"), &line, &used), REPLY_LINE);
	assert_int_equal(reply_next(&r, STR("250-X\r\n"), &line, &used), REPLY_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut),
		cmocka_unit_test(endless_line),
		cmocka_unit_test(endless_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
