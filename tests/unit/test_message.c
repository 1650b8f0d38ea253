/* test_message - messages as they come: read whole, cut at every byte, and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/message_pieces.h"

/* Bytes of a literal, NUL included, where a table wants a constant. */
#define BYTES(lit)                                                                                 \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

#define HEAD	 "Date: d\r\nFrom: a@b.example\r\n"
#define HEAD_LEN 28
#define BIT(f)	 (1u << (f))
#define NEITHER	 (BIT(MESSAGE_NO_DATE) | BIT(MESSAGE_NO_FROM))

static const struct message_limits small = { .header = 60, .field = 40, .fields = 4 };

struct row {
	const char *name;
	struct str bytes;
	const char *fields; /* "name|value|" of each */
	struct str body;
	unsigned found;		/* bits of findings */
	uint64_t at;		/* offset of the one with the highest number */
	enum message_event end; /* MESSAGE_END unless told (it is not 0) */
};

static const struct row rows[] = {
	{ "plain", BYTES(HEAD "\r\nhi\r\n"), "Date| d|From| a@b.example|", BYTES("hi\r\n"), 0, 0,
	    0 },
	{ "empty", BYTES(""), "", BYTES(""), NEITHER | BIT(MESSAGE_NO_FIELD), 0, 0 },
	{ "a body only", BYTES("\r\nhi"), "", BYTES("hi"), NEITHER | BIT(MESSAGE_NO_FIELD), 0, 0 },
	{ "only a header", BYTES(HEAD), "Date| d|From| a@b.example|", BYTES(""), 0, 0, 0 },
	{ "header and blank line", BYTES(HEAD "\r\n"), "Date| d|From| a@b.example|", BYTES(""), 0,
	    0, 0 },
	{ "the header is cut", BYTES(HEAD "To: x"), "Date| d|From| a@b.example|To| x|", BYTES(""),
	    BIT(MESSAGE_CUT_FIELD), HEAD_LEN, 0 },
	{ "cut in a name", BYTES(HEAD "Subj"), "Date| d|From| a@b.example|", BYTES("Subj"),
	    BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "cut behind a CR", BYTES(HEAD "To: x\r"), "Date| d|From| a@b.example|To| x\r|", BYTES(""),
	    BIT(MESSAGE_BARE_CR) | BIT(MESSAGE_CUT_FIELD), HEAD_LEN, 0 },
	{ "bare LF", BYTES("Date: d\nFrom: f\n\nhi\n"), "Date| d|From| f|", BYTES("hi\n"),
	    BIT(MESSAGE_BARE_LF), 7, 0 },
	{ "bare LF in the body only", BYTES(HEAD "\r\nhi\n"), "Date| d|From| a@b.example|",
	    BYTES("hi\n"), BIT(MESSAGE_BARE_LF), HEAD_LEN + 4, 0 },
	{ "bare CR in a value", BYTES(HEAD "To: x\rFrom: e\r\n\r\n"),
	    "Date| d|From| a@b.example|To| x\rFrom: e|", BYTES(""), BIT(MESSAGE_BARE_CR),
	    HEAD_LEN + 5, 0 },
	{ "CR CR LF", BYTES(HEAD "To: x\r\r\n\r\n"), "Date| d|From| a@b.example|To| x\r|",
	    BYTES(""), BIT(MESSAGE_BARE_CR), HEAD_LEN + 5, 0 },
	{ "bare CR for a blank line", BYTES(HEAD "\rhi"), "Date| d|From| a@b.example|",
	    BYTES("\rhi"), BIT(MESSAGE_BARE_CR) | BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "CR at the very end", BYTES(HEAD "\r"), "Date| d|From| a@b.example|", BYTES("\r"),
	    BIT(MESSAGE_BARE_CR) | BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "bare CR ends the body", BYTES(HEAD "\r\nx\r"), "Date| d|From| a@b.example|",
	    BYTES("x\r"), BIT(MESSAGE_BARE_CR), HEAD_LEN + 3, 0 },
	{ "folded", BYTES(HEAD "To: x,\r\n\ty\r\n  z\r\n\r\n"),
	    "Date| d|From| a@b.example|To| x,\r\n\ty\r\n  z|", BYTES(""), 0, 0, 0 },
	{ "folded at once", BYTES(HEAD "To:\r\n x\r\n"), "Date| d|From| a@b.example|To|\r\n x|",
	    BYTES(""), 0, 0, 0 },
	{ "folded by white space alone", BYTES(HEAD "To: x\r\n \r\n y\r\n"),
	    "Date| d|From| a@b.example|To| x\r\n \r\n y|", BYTES(""), BIT(MESSAGE_BLANK_FOLD),
	    HEAD_LEN + 7, 0 },
	{ "white space begins the message", BYTES(" x\r\n" HEAD), "", BYTES(" x\r\n" HEAD),
	    NEITHER | BIT(MESSAGE_NOT_A_FIELD) | BIT(MESSAGE_NO_FIELD), 0, 0 },
	{ "white space, then a colon", BYTES(" : x\r\n"), "", BYTES(" : x\r\n"),
	    NEITHER | BIT(MESSAGE_NOT_A_FIELD) | BIT(MESSAGE_NO_FIELD), 0, 0 },
	{ "no colon", BYTES(HEAD "hello world\r\nTo: x\r\n"), "Date| d|From| a@b.example|",
	    BYTES("hello world\r\nTo: x\r\n"), BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "no name", BYTES(HEAD ": x\r\n"), "Date| d|From| a@b.example|", BYTES(": x\r\n"),
	    BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "8 bit in a name", BYTES(HEAD "T\xc3\xb6: x"), "Date| d|From| a@b.example|",
	    BYTES("T\xc3\xb6: x"), BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "NUL in a name", BYTES(HEAD "Fr\0om: x"), "Date| d|From| a@b.example|",
	    BYTES("Fr\0om: x"), BIT(MESSAGE_NUL) | BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "NUL in a value and the body", BYTES(HEAD "To: \0\r\n\r\n\0"),
	    "Date| d|From| a@b.example|To| \\0|", BYTES("\0"), BIT(MESSAGE_NUL), HEAD_LEN + 4, 0 },
	{ "space before the colon", BYTES("Date: d\r\nFrom \t: f\r\n"), "Date| d|From| f|",
	    BYTES(""), BIT(MESSAGE_NAME_SPACE), 13, 0 },
	{ "UTF-8", BYTES(HEAD "To: \xc3\xb6\r\n"), "Date| d|From| a@b.example|To| \xc3\xb6|",
	    BYTES(""), BIT(MESSAGE_HEADER_UTF8), HEAD_LEN, 0 },
	{ "Latin 1", BYTES(HEAD "To: \xf6\r\n"), "Date| d|From| a@b.example|To| \xf6|", BYTES(""),
	    BIT(MESSAGE_HEADER_8BIT), HEAD_LEN + 4, 0 },
	{ "8 bit in the body is none of ours", BYTES(HEAD "\r\n\xf6"), "Date| d|From| a@b.example|",
	    BYTES("\xf6"), 0, 0, 0 },
	{ "mbox", BYTES("From a@b Thu Jan  1 00:00:00 1970\nDate: d\r\nFrom: f\r\n"),
	    "Date| d|From| f|", BYTES(""), BIT(MESSAGE_BARE_LF) | BIT(MESSAGE_MBOX_LINE), 0, 0 },
	{ "mbox line elsewhere", BYTES(HEAD "From a@b x\r\n"), "Date| d|From| a@b.example|",
	    BYTES("From a@b x\r\n"), BIT(MESSAGE_NOT_A_FIELD), HEAD_LEN, 0 },
	{ "From first, with a space", BYTES("From : f\r\nDate: d\r\n"), "From| f|Date| d|",
	    BYTES(""), BIT(MESSAGE_NAME_SPACE), 4, 0 },
	{ "two From", BYTES(HEAD "from: e\r\n"), "Date| d|From| a@b.example|from| e|", BYTES(""),
	    BIT(MESSAGE_REPEATED), HEAD_LEN, 0 },
	{ "the first repeated is told", BYTES(HEAD "FROM: e\r\nDate: e\r\n"),
	    "Date| d|From| a@b.example|FROM| e|Date| e|", BYTES(""), BIT(MESSAGE_REPEATED),
	    HEAD_LEN, 0 },
	{ "no Date", BYTES("From: f\r\n"), "From| f|", BYTES(""), BIT(MESSAGE_NO_DATE), 0, 0 },
	{ "empty value", BYTES("Date:\r\nFrom:\r\n"), "Date||From||", BYTES(""), 0, 0, 0 },
};

static const struct row limited[] = {
	{ "as many as may be", BYTES("Date:1\nFrom:2\na:3\nb:4\n\nx"), "Date|1|From|2|a|3|b|4|",
	    BYTES("x"), BIT(MESSAGE_BARE_LF), 6, 0 },
	{ "a field too many", BYTES("Date:1\r\nFrom:2\r\na:3\r\nb:4\r\nc:5\r\n\r\nx"),
	    "Date|1|From|2|a|3|b|4|", BYTES(""), BIT(MESSAGE_TOO_MANY_FIELDS), 31,
	    MESSAGE_REFUSED },
	{ "a field too big", BYTES("a:3456789012345678901234567890123456789\r\n\r\n"), "",
	    BYTES(""), BIT(MESSAGE_FIELD_TOO_BIG), 40, MESSAGE_REFUSED },
	{ "folded beyond the limit", BYTES("a:345678901234567\r\n 01234567890123456789\r\n\r\n"),
	    "", BYTES(""), BIT(MESSAGE_FIELD_TOO_BIG), 40, MESSAGE_REFUSED },
	{ "a name too big", BYTES("a23456789012345678901234567890123456789012:\r\n"), "", BYTES(""),
	    BIT(MESSAGE_FIELD_TOO_BIG), 40, MESSAGE_REFUSED },
	{ "a header too big",
	    BYTES("a:34567890123456789012345678901\r\nb:34567890123456789012345678901\r\n"),
	    "a|34567890123456789012345678901|", BYTES(""), BIT(MESSAGE_HEADER_TOO_BIG), 60,
	    MESSAGE_REFUSED },
};

/* "name|value|" of all fields; a NUL shows as \0. */
static struct str spell(struct buf *out, const struct message *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct str value = m->fields[i].value;

		buf_add(out, m->fields[i].name);
		buf_addc(out, '|');
		for (size_t j = 0; j < value.n; j++)
			buf_add(out, value.p[j] == '\0' ? STR("\\0") : str_slice(value, j, j + 1));
		buf_addc(out, '|');
	}
	return buf_str(out);
}

/* Field by field the header's bytes are those of the message: nothing lost, nothing moved. */
static bool exact(const struct message *m, struct str bytes)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct message_field *f = &m->fields[i];

		if (!str_eq(f->raw, str_slice(bytes, f->offset, f->offset + f->raw.n)))
			return false;
	}
	return true;
}

static unsigned bits(const struct message *m, uint64_t *at)
{
	unsigned all = 0;

	*at = 0;
	for (unsigned i = 0; i < MESSAGE_FINDINGS; i++) {
		if (m->found[i].count == 0)
			continue;
		all |= BIT(i);
		*at = m->found[i].offset;
	}
	return all;
}

static void check_row(const struct row *row, const struct pieces *r)
{
	enum message_event end = row->end != 0 ? row->end : MESSAGE_END;
	struct buf spelt;
	uint64_t at;

	buf_init(&spelt, 4096);
	if (!str_eq(spell(&spelt, &r->m), str_of(row->fields)))
		fail_msg("%s: fields " STR_FMT, row->name, STR_ARG(buf_str(&spelt)));
	if (r->last != end || r->headers != (end == MESSAGE_END))
		fail_msg("%s: ends with event %d", row->name, (int)r->last);
	if (!str_eq(buf_str(&r->body), row->body))
		fail_msg("%s: body " STR_FMT, row->name, STR_ARG(buf_str(&r->body)));
	if (bits(&r->m, &at) != row->found || at != row->at)
		fail_msg("%s: found %#x, the last at %d", row->name, bits(&r->m, &at), (int)at);
	if (!exact(&r->m, row->bytes))
		fail_msg("%s: raw bytes differ from the message", row->name);
	buf_free(&spelt);
}

/* Cut at every byte; then in pieces of 1, 2, 3 and 7. */
static void check_pieces(
    const struct row *row, const struct message_limits *limits, const struct pieces *whole)
{
	static const size_t sizes[] = { 1, 2, 3, 7 };

	for (size_t i = 0; i <= row->bytes.n + LENGTH(sizes); i++) {
		bool halves = i <= row->bytes.n;
		size_t first = halves ? i : sizes[i - row->bytes.n - 1];
		struct pieces r = { 0 };
		const char *differs;

		message_init(&r.m, &r.arena, limits);
		pieces_read(&r, row->bytes, first, halves ? row->bytes.n + 1 : first);
		differs = pieces_differ(whole, &r);
		if (differs != NULL)
			fail_msg("%s, %s %zu: %s", row->name, halves ? "cut at" : "in pieces of",
			    first, differs);
		pieces_free(&r);
	}
}

static void check_table(const struct row *row, size_t count, const struct message_limits *limits)
{
	for (; count > 0; row++, count--) {
		struct pieces whole = { 0 };

		message_init(&whole.m, &whole.arena, limits);
		pieces_read(&whole, row->bytes, row->bytes.n, 1);
		check_row(row, &whole);
		check_pieces(row, limits, &whole);
		pieces_free(&whole);
	}
}

static void every_cut(void **state)
{
	(void)state;
	check_table(rows, LENGTH(rows), NULL);
}

static void limits_hold(void **state)
{
	(void)state;
	check_table(limited, LENGTH(limited), &small);
}

/* Lines of 998 and 999 bytes, in header and body; a name at the end of what may be one. */
static void long_lines(void **state)
{
	static const struct {
		const char *name, *before, *behind;
		size_t fill, count;
		uint64_t at;
	} cases[] = {
		{ "header, 998", HEAD "To:", "\r\n\r\n", 995, 0, 0 },
		{ "header, 999", HEAD "To:", "\r\n\r\n", 996, 1, HEAD_LEN },
		{ "header, 999, LF", HEAD "To:", "\n\n", 996, 1, HEAD_LEN },
		{ "body, 998", HEAD "\r\n", "\r\n", 998, 0, 0 },
		{ "body, 999", HEAD "\r\n", "\r\n", 999, 1, HEAD_LEN + 2 },
		{ "body without end", HEAD "\r\n", "", 999, 1, HEAD_LEN + 2 },
		{ "the second line", HEAD "\r\nx\r\n", "\r\n", 999, 1, HEAD_LEN + 5 },
		{ "a name of 998", HEAD, ":\r\n", 998, 1, HEAD_LEN },
		{ "a name of 999", HEAD, ":\r\n", 999, 1, HEAD_LEN },
	};
	static const size_t cuts[] = { 1, HEAD_LEN + 997, HEAD_LEN + 998, HEAD_LEN + 999 };

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct pieces whole = { 0 };
		struct buf bytes;

		buf_init(&bytes, 4096);
		buf_add(&bytes, str_of(cases[i].before));
		for (size_t n = 0; n < cases[i].fill; n++)
			buf_addc(&bytes, 'x');
		buf_add(&bytes, str_of(cases[i].behind));
		message_init(&whole.m, &whole.arena, NULL);
		pieces_read(&whole, buf_str(&bytes), bytes.n, 1);
		if (whole.m.found[MESSAGE_LONG_LINE].count != cases[i].count ||
		    whole.m.found[MESSAGE_LONG_LINE].offset != cases[i].at)
			fail_msg("%s", cases[i].name);
		for (size_t c = 0; c < LENGTH(cuts); c++) {
			struct pieces r = { 0 };

			message_init(&r.m, &r.arena, NULL);
			pieces_read(&r, buf_str(&bytes), cuts[c], c == 0 ? 1 : bytes.n);
			if (pieces_differ(&whole, &r) != NULL)
				fail_msg("%s, cut at %zu", cases[i].name, cuts[c]);
			pieces_free(&r);
		}
		assert_int_equal(whole.m.count,
		    strstr(cases[i].name, "a name of 998") || strstr(cases[i].name, "header") ? 3
											      : 2);
		buf_free(&bytes);
		pieces_free(&whole);
	}
}

/* Fields that outgrow one block after another, in pieces that begin and end anywhere. */
static void big_fields(void **state)
{
	static const size_t sizes[] = { 1, 100, 4095, 4096, 5000, 100000 };
	struct pieces whole = { 0 };
	struct buf bytes;

	(void)state;
	buf_init(&bytes, (size_t)1 << 20);
	for (size_t i = 0; i < 120; i++) {
		buf_addf(&bytes, "X-%zu:", i);
		for (size_t line = 0; line < i; line++)
			buf_addf(&bytes, " %zu of %zu in a line that folds\r\n", line, i);
		buf_add(&bytes, STR(" end\r\n"));
	}
	message_init(&whole.m, &whole.arena, NULL);
	pieces_read(&whole, buf_str(&bytes), bytes.n, 1);
	assert_int_equal(whole.last, MESSAGE_END);
	assert_int_equal(whole.m.count, 120);
	assert_true(exact(&whole.m, buf_str(&bytes)));
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		struct pieces r = { 0 };

		message_init(&r.m, &r.arena, NULL);
		pieces_read(&r, buf_str(&bytes), sizes[i], sizes[i]);
		if (pieces_differ(&whole, &r) != NULL)
			fail_msg("in pieces of %zu: %s", sizes[i], pieces_differ(&whole, &r));
		pieces_free(&r);
	}
	buf_free(&bytes);
	pieces_free(&whole);
}

/* 50 MB go through in pieces, and the arena does not grow. */
static void memory(void **state)
{
	static char piece[65536];
	struct arena arena = { 0 };
	struct message m;
	struct str body;
	uint64_t total = 0;
	size_t before;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	for (size_t i = 77; i < sizeof(piece); i += 78)
		memcpy(piece + i - 1, "\r\n", 2);
	message_init(&m, &arena, NULL);
	message_push(&m, STR(HEAD "\r\n"));
	assert_int_equal(message_next(&m, &body), MESSAGE_HEADER);
	assert_int_equal(message_next(&m, &body), MESSAGE_MORE);
	before = arena.total;
	for (size_t i = 0; i < 800; i++) {
		message_push(&m, (struct str){ piece, sizeof(piece) });
		while (message_next(&m, &body) == MESSAGE_BODY)
			total += body.n;
	}
	message_end(&m);
	assert_int_equal(message_next(&m, &body), MESSAGE_END);
	assert_int_equal(total, 800 * sizeof(piece));
	assert_int_equal(arena.total, before);
	assert_true(before <= 64 * 1024);
	arena_free(&arena);
}

static void texts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MESSAGE_FINDINGS; i++)
		assert_true(message_finding_text((enum message_finding)i).n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(big_fields),
		cmocka_unit_test(memory),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
