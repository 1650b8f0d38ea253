/* test_address - lists of addresses, and the author that DMARC asks about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "wire/address.h"

/* Bytes of a literal, NUL included, where a table wants a constant. */
#define BYTES(lit)                                                                                 \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

struct row {
	const char *name;
	struct str value;
	const char
	    *list; /* "display|local|domain" of each, "!" obsolete, "G" in a group; NULL: broken */
	size_t why_at;
};

static const struct row rows[] = {
	{ "plain", BYTES(" a@b.example"), "|a|b.example;", 0 },
	{ "named", BYTES(" Joe Q. Public <j.q@b.example>"), "Joe Q. Public|j.q|b.example;", 0 },
	{ "angle alone", BYTES("<a@b>"), "|a|b;", 0 },
	{ "quoted name", BYTES("\"Joe \\\"x\\\" @ evil.example\" <a@b>"),
	    "Joe \"x\" @ evil.example|a|b;", 0 },
	{ "quotes beside words", BYTES("=?utf-8?Q?J=40?= \"a\"  b<a@b>"),
	    "=?utf-8?Q?J=40?= a b|a|b;", 0 },
	{ "comment behind", BYTES("a@b (Joe (the \\) first))"), "|a|b;", 0 },
	{ "comment before", BYTES("(x@y) a@b"), "|a|b;", 0 },
	{ "folded", BYTES(" Joe\r\n\t<a@b>,\r\n c@d"), "Joe|a|b;|c|d;", 0 },
	{ "quoted local part", BYTES("\"a b@evil\"@good.example"), "|a b@evil|good.example;", 0 },
	{ "quoted, then a dot", BYTES("\"a\".b@c"), "|a.b|c;", 0 },
	{ "empty quoted local part", BYTES("\"\"@c"), "||c;", 0 },
	{ "literal", BYTES("a@[127.0.0.1]"), "|a|[127.0.0.1];", 0 },
	{ "literal of IPv6", BYTES("<a@[IPv6:::1]>"), "|a|[IPv6:::1];", 0 },
	{ "dots beside dots", BYTES("a..b.@c"), "|a..b.|c;", 0 },
	{ "UTF-8", BYTES("J\xc3\xb6 <\xc3\xb6@b\xc3\xbc.example>"),
	    "J\xc3\xb6|\xc3\xb6|b\xc3\xbc.example;", 0 },
	{ "two", BYTES("a@b, C <c@d>"), "|a|b;C|c|d;", 0 },
	{ "empty elements", BYTES(" , a@b ,, c@d ,"), "|a|b;|c|d;", 0 },
	{ "none", BYTES(" "), "", 0 },
	{ "group", BYTES("G: a@b, C <c@d>; , e@f"), "|a|b;GC|c|d;G|e|f;", 0 },
	{ "empty group", BYTES("undisclosed recipients:;"), "", 0 },
	{ "route", BYTES("<@x.example,@y:a@b>"), "|a|b;!", 0 },
	{ "space in the address", BYTES("a @ b . c"), "|a|b.c;!", 0 },
	{ "comment in the domain", BYTES("a@good.example(x).evil.example"),
	    "|a|good.example.evil.example;!", 0 },
	{ "comment behind the at sign", BYTES("<a@(good.example)evil.example>"),
	    "|a|evil.example;!", 0 },
	{ "comment at the end of angles", BYTES("<a@b(c)>"), "|a|b;!", 0 },
	{ "space at the end of angles", BYTES("<a@b >"), "|a|b;!", 0 },
	{ "space at the start of angles", BYTES("< a@b>"), "|a|b;!", 0 },
	{ "NUL", BYTES("a@b\0.evil"), NULL, 3 },
	{ "NUL in a comment", BYTES("a@b (\0)"), NULL, 5 },
	{ "NUL in quotes", BYTES("\"\0\"@b"), NULL, 1 },
	{ "bare CR", BYTES("a@b\rc"), NULL, 3 },
	{ "Latin 1 in a name", BYTES("J\xf6 \"\xf6\" <a@b> (\xf6)"), "J\xf6 \xf6|a|b;", 0 },
	{ "Latin 1 in a local part", BYTES("<\xf6x@b>"), NULL, 6 },
	{ "Latin 1 in a domain", BYTES("a@b\xf6"), NULL, 4 },
	{ "half a character swallows a backslash", BYTES("\"\x81\\\" <a@evil>, \" <b@good>"), NULL,
	    1 },
	{ "escaped line end in a name", BYTES("\"a\\\r\n b\" <c@d>"), NULL, 14 },
	{ "escaped line end in a local part", BYTES("\"a\\\n b\"@d"), NULL, 9 },
	{ "NUL behind Latin 1", BYTES("\xf6\0 <a@b>"), NULL, 1 },
	{ "no domain", BYTES("a@"), NULL, 2 },
	{ "no local part", BYTES("@b"), NULL, 1 },
	{ "dots are no local part", BYTES(".@b"), NULL, 2 },
	{ "two at signs", BYTES("a@b@c"), NULL, 3 },
	{ "address for a name", BYTES("a@good <b@evil>"), NULL, 7 },
	{ "two angles", BYTES("<a@good><b@evil>"), NULL, 8 },
	{ "words before the at sign", BYTES("a b@c"), NULL, 4 },
	{ "final dot", BYTES("a@b."), NULL, 4 },
	{ "two dots", BYTES("a@b..c"), NULL, 6 },
	{ "two words in the domain", BYTES("a@b c"), NULL, 5 },
	{ "quoted domain", BYTES("a@\"b\""), NULL, 5 },
	{ "angle left open", BYTES("<a@b"), NULL, 4 },
	{ "angle without at", BYTES("Joe <a>"), NULL, 6 },
	{ "a name alone", BYTES("Joe"), NULL, 3 },
	{ "comment left open", BYTES("a@b (c"), NULL, 6 },
	{ "quotes left open", BYTES("\"a@b"), NULL, 4 },
	{ "a name, quotes left open", BYTES("a@b, \"x"), NULL, 7 },
	{ "group left open", BYTES("G: a@b"), NULL, 6 },
	{ "group in a group", BYTES("G: H: a@b;;"), NULL, 5 },
	{ "group without name", BYTES(": a@b;"), NULL, 1 },
	{ "no comma behind a group", BYTES("G:; a@b"), NULL, 4 },
	{ "semicolon outside a group", BYTES("a@b;"), NULL, 3 },
	{ "route without end", BYTES("<@x a@b>"), NULL, 5 },
	{ "literal left open", BYTES("a@[1"), NULL, 4 },
	{ "backslash outside quotes", BYTES("a\\@b@c"), NULL, 1 },
};

static void spell(struct buf *out, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct mailbox *m = &list->mailboxes[i];

		buf_add(out, m->display);
		buf_addc(out, '|');
		buf_add(out, m->local);
		buf_addc(out, '|');
		buf_add(out, m->domain);
		buf_addc(out, ';');
		if (m->obsolete)
			buf_addc(out, '!');
		if (m->in_group)
			buf_addc(out, 'G');
	}
}

static void lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		struct arena arena = { 0 };
		struct address_list list;
		struct buf got;
		bool ok = address_parse(&arena, row->value, &list);

		buf_init(&got, 4096);
		spell(&got, &list);
		if (ok != (row->list != NULL) || ok != (list.why == NULL))
			fail_msg("%s: %s", row->name, ok ? "read" : list.why);
		if (ok && !str_eq(buf_str(&got), str_of(row->list)))
			fail_msg("%s: " STR_FMT, row->name, STR_ARG(buf_str(&got)));
		if (!ok && list.why_at != row->why_at)
			fail_msg("%s: %s, at %zu", row->name, list.why, list.why_at);
		buf_free(&got);
		arena_free(&arena);
	}
}

/* A million of what nests or repeats ends soon, and without a deep stack. */
static void hostile(void **state)
{
	static const char *const kinds[] = { "(", "<", "\"", "a ", "a@b,", ":", ",", "@", "[",
		"G:;,", ".", "\\", "<@" };

	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		struct arena arena = { 0 };
		struct address_list list;
		struct buf value;

		buf_init(&value, (size_t)1 << 20);
		while (value.n + 8 < value.max)
			buf_add(&value, str_of(kinds[i]));
		bool ok = address_parse(&arena, buf_str(&value), &list);
		if (ok != (kinds[i][0] == ','))
			fail_msg("%s: %s", kinds[i], ok ? "read" : list.why);
		assert_true(arena.total < (size_t)128 << 20);
		buf_free(&value);
		arena_free(&arena);
	}
}

#define DATE "Date: d\r\n"

static const struct author_row {
	const char *name;
	struct str message;
	enum author_result result;
	const char *domain;
} authors[] = {
	{ "one", BYTES("From: Joe <a@Good.Example>\r\n"), AUTHOR_ONE, "good.example" },
	{ "one in UTF-8", BYTES("From: a@b\xc3\xbc.example\r\n"), AUTHOR_ONE, "xn--b-eha.example" },
	{ "quoted at sign", BYTES("From: \"a@evil.example\"@good.example\r\n"), AUTHOR_ONE,
	    "good.example" },
	{ "address in the name", BYTES("From: \"a@evil.example\" <b@good.example>\r\n"), AUTHOR_ONE,
	    "good.example" },
	{ "comment with an address", BYTES("From: b@good.example (a@evil.example)\r\n"), AUTHOR_ONE,
	    "good.example" },
	{ "From in the body", BYTES("From: a@b.example\r\n\r\nFrom: c@d.example\r\n"), AUTHOR_ONE,
	    "b.example" },
	{ "bare CR in the body", BYTES("From: a@b.example\r\n\r\n\rFrom: c@d.example\r\n"),
	    AUTHOR_ONE, "b.example" },
	{ "none", BYTES(DATE), AUTHOR_NONE, "" },
	{ "empty", BYTES("From: \r\n"), AUTHOR_NONE, "" },
	{ "group", BYTES("From: G: a@b.example;\r\n"), AUTHOR_GROUP, "" },
	{ "empty group", BYTES("From: G:;\r\n"), AUTHOR_GROUP, "" },
	{ "two fields", BYTES("From: a@b.example\r\nFrom: a@b.example\r\n"), AUTHOR_FIELDS, "" },
	{ "two fields, one with a space", BYTES("From : a@b.example\r\nfrom: c@d.example\r\n"),
	    AUTHOR_FIELDS, "" },
	{ "two authors", BYTES("From: a@b.example, c@d.example\r\n"), AUTHOR_SEVERAL, "" },
	{ "two authors of one domain", BYTES("From: a@b.example, c@B.example\r\n"), AUTHOR_SEVERAL,
	    "b.example" },
	{ "... one of them with a route", BYTES("From: a@b.example, <@x.example:c@b.example>\r\n"),
	    AUTHOR_SEVERAL, "" },
	{ "... one of them beneath it", BYTES("From: a@b.example, c@d.b.example\r\n"),
	    AUTHOR_SEVERAL, "" },
	{ "NUL", BYTES("From: a@good.example\0.evil.example\r\n"), AUTHOR_UNSURE, "" },
	{ "NUL in another field", BYTES("To: \0\r\nFrom: a@b.example\r\n"), AUTHOR_UNSURE, "" },
	{ "From behind a bare CR", BYTES("From: a@b.example\r\nTo: x\rFrom: c@d.example\r\n"),
	    AUTHOR_UNSURE, "" },
	{ "From behind no field", BYTES("From: a@b.example\r\nx\r\nFrom: c@d.example\r\n"),
	    AUTHOR_UNSURE, "" },
	{ "From behind a name with NUL", BYTES("From: a@b.example\r\nFrom\0: c@d.example\r\n"),
	    AUTHOR_UNSURE, "" },
	{ "From behind a bare CR line", BYTES("From: a@b.example\r\n\rFrom: c@d.example\r\n"),
	    AUTHOR_UNSURE, "" },
	{ "route", BYTES("From: <@b.example:c@d.example>\r\n"), AUTHOR_OBSOLETE, "" },
	{ "comment in the domain", BYTES("From: a@b.example(c).d.example\r\n"), AUTHOR_OBSOLETE,
	    "" },
	{ "no comma", BYTES("From: a@b.example <c@d.example>\r\n"), AUTHOR_BROKEN, "" },
	{ "literal", BYTES("From: a@[192.0.2.1]\r\n"), AUTHOR_BAD_DOMAIN, "" },
	{ "an address of IPv4", BYTES("From: a@192.0.2.1\r\n"), AUTHOR_BAD_DOMAIN, "" },
	{ "one label", BYTES("From: a@localhost\r\n"), AUTHOR_BAD_DOMAIN, "" },
	{ "no host name", BYTES("From: a@b=40.example\r\n"), AUTHOR_BAD_DOMAIN, "" },
	{ "a wide at sign",
	    BYTES("From: a@b\xef\xbc\xa0"
		  "c.example\r\n"),
	    AUTHOR_BAD_DOMAIN, "" },
};

static struct author read_author(
    struct arena *arena, struct str bytes, const struct message_limits *limits)
{
	struct message m;
	struct str body;
	enum message_event e;

	message_init(&m, arena, limits);
	message_push(&m, bytes);
	message_end(&m);
	while ((e = message_next(&m, &body)) == MESSAGE_HEADER || e == MESSAGE_BODY)
		continue;
	return author_of(arena, &m);
}

static void one_author(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(authors); i++) {
		struct arena arena = { 0 };
		struct author a = read_author(&arena, authors[i].message, NULL);

		if (a.result != authors[i].result || !str_eq(a.domain, str_of(authors[i].domain)))
			fail_msg("%s: " STR_FMT " (" STR_FMT ")", authors[i].name,
			    STR_ARG(author_text(a.result)), STR_ARG(a.domain));
		arena_free(&arena);
	}
}

/* A second From behind the limit is not seen, so the first is not trusted. */
static void beyond_the_limit(void **state)
{
	static const struct message_limits one = { .header = 100, .field = 100, .fields = 1 };
	struct arena arena = { 0 };
	struct author a =
	    read_author(&arena, STR("From: a@b.example\r\nFrom: c@d.example\r\n"), &one);

	(void)state;
	assert_int_equal(a.result, AUTHOR_UNSURE);
	arena_free(&arena);
}

static void names_that_can_be_read(void **state)
{
	static const struct {
		const char *header, *want;
	} headers[] = {
		{ "From: a@b.example\r\nFrom: c@D.example, e@b.example\r\n",
		    "b.example d.example" },
		{ "From: <@b.example:a@c.example>, d@_x.e.example\r\n",
		    "c.example _x.e.example b.example" },
		{ "From: a@b.example, broken\r\nFrom: c@[192.0.2.1]\r\n", "b.example" },
		{ "From: a@b.example, a@c.example, a@d.example, a@e.example\r\n",
		    "b.example c.example d.example" },
		{ "From: a@localhost, a@b=40.example\r\n", "" },
		{ "Sender: a@b.example\r\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(headers); i++) {
		struct arena arena = { 0 };
		struct message m;
		struct str body, names[3], got = STR("");
		size_t count;

		message_init(&m, &arena, NULL);
		message_push(&m, str_of(headers[i].header));
		message_end(&m);
		while (message_next(&m, &body) != MESSAGE_END)
			message_end(&m);
		count = author_domains(&arena, &m, names, LENGTH(names));
		for (size_t k = 0; k < count; k++)
			got = arena_fmt(&arena, STR_FMT "%s" STR_FMT, STR_ARG(got),
			    k > 0 ? " " : "", STR_ARG(names[k]));
		if (!str_eq(got, str_of(headers[i].want)))
			fail_msg("%s: " STR_FMT, headers[i].header, STR_ARG(got));
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(hostile),
		cmocka_unit_test(one_author),
		cmocka_unit_test(names_that_can_be_read),
		cmocka_unit_test(beyond_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
