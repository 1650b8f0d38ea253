/* harmless - see harmless.h. */
#include "wire/harmless.h"

#include "base/utf8.h"

/* Registered methods (IANA, Email Authentication Methods) and the word "reason". */
static const struct str claims[] = {
	{ "arc", 3 },
	{ "auth", 4 },
	{ "bimi", 4 },
	{ "dkim", 4 },
	{ "dkim-adsp", 9 },
	{ "dkim-atps", 9 },
	{ "dmarc", 5 },
	{ "dnswl", 5 },
	{ "domainkeys", 10 },
	{ "iprev", 5 },
	{ "reason", 6 },
	{ "rrvs", 4 },
	{ "sender-id", 9 },
	{ "smime", 5 },
	{ "spf", 3 },
	{ "vbr", 3 },
};

/* Registered property types. */
static const struct str ptypes[] = {
	{ "body.", 5 },
	{ "dns.", 4 },
	{ "header.", 7 },
	{ "policy.", 7 },
	{ "smtp.", 5 },
};

static bool is_misleading(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0x7f, 0xa0 },	    /* C1 controls, no-break space */
		{ 0xad, 0xad },	    /* soft hyphen */
		{ 0x37e, 0x37e },   /* Greek question mark: a semicolon when normalised */
		{ 0x61c, 0x61c },   /* direction */
		{ 0x180e, 0x180e }, /* invisible */
		{ 0x2000, 0x200f }, /* spaces, joiners, direction */
		{ 0x2024, 0x2026 }, /* leaders: full stops when normalised */
		{ 0x2028, 0x202f }, /* line ends, direction */
		{ 0x205f, 0x206f }, /* invisible, direction */
		{ 0x207a, 0x207e }, /* superscript = ( ) */
		{ 0x208a, 0x208e }, /* subscript = ( ) */
		{ 0x2474, 0x24b5 }, /* parenthesised numbers and letters */
		{ 0x2a74, 0x2a76 }, /* ::= == === */
		{ 0x3000, 0x3000 }, /* ideographic space */
		{ 0x3200, 0x3243 }, /* parenthesised */
		{ 0xfe10, 0xfe19 }, /* vertical forms of , ; ... */
		{ 0xfe30, 0xfe6f }, /* small forms of ; ( ) = */
		{ 0xfeff, 0xfeff }, /* byte order mark */
		{ 0xff00, 0xffef }, /* full width forms */
		{ 0xfff0, 0xffff },
		{ 0x1d400, 0x1d7ff }, /* mathematical letters: ASCII when normalised */
		{ 0x1f100, 0x1f12f }, /* enclosed letters */
		{ 0xe0000, 0x10ffff },
	};

	for (size_t i = 0; i < LENGTH(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

static bool is_word_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '/';
}

/* The word that an equals sign behind `text` would give a meaning to, without a version. */
static struct str last_word(struct str text)
{
	size_t from, to;

	text = str_trim(text);
	for (from = text.n; from > 0 && is_word_byte(text.p[from - 1]);)
		from--;
	for (to = text.n; to > from && is_digit(text.p[to - 1]);)
		to--;
	if (to > from && text.p[to - 1] == '/')
		text.n = to - 1;
	return str_slice(text, from, text.n);
}

/* Would "=" behind this text read as a verdict? */
static bool claims_something(struct str text)
{
	struct str word = last_word(text);

	for (size_t i = 0; i < LENGTH(claims); i++)
		if (str_iends(word, claims[i]))
			return true;
	for (size_t i = 0; i < LENGTH(ptypes); i++)
		if (str_ifind(word, ptypes[i]) >= 0)
			return true;
	return false;
}

struct writer {
	char *p;
	size_t n;
	unsigned flags;
};

static void put_mark(struct writer *w)
{
	for (size_t i = w->n; i > 0 && w->p[i - 1] == '='; i--)
		w->p[i - 1] = '?';
	w->p[w->n++] = '?';
}

static void put_ascii(struct writer *w, char c)
{
	static const struct str structure = { ";()\"\\", 5 };
	bool bad = c < 0x20 || c == 0x7f || str_chr(structure, c) >= 0 ||
		   (c == ' ' && (w->flags & HARMLESS_ONE_WORD) != 0) ||
		   (c == '=' && claims_something((struct str){ w->p, w->n }));

	if (bad || c == '?')
		put_mark(w);
	else
		w->p[w->n++] = c;
}

static void put_wide(struct writer *w, struct str bytes, uint32_t code)
{
	if ((w->flags & HARMLESS_UTF8) == 0 || is_misleading(code)) {
		put_mark(w);
		return;
	}
	for (size_t i = 0; i < bytes.n; i++)
		w->p[w->n++] = bytes.p[i];
}

/* Length of the white space at the start. */
static size_t spaces(struct str s)
{
	size_t n = 0;

	while (n < s.n && (is_wsp(s.p[n]) || s.p[n] == '\r' || s.p[n] == '\n'))
		n++;
	return n;
}

struct str harmless(struct arena *a, struct str text, unsigned flags)
{
	struct str rest = str_trim(text);
	struct writer w = { .flags = flags };

	if (text.p == NULL)
		return text;
	w.p = arena_array(a, char, rest.n + 1);
	while (rest.n > 0) {
		uint32_t code;
		size_t blank = spaces(rest), n = utf8_next(rest, &code);

		if (blank > 0)
			put_ascii(&w, ' ');
		else if (n == 1)
			put_ascii(&w, (char)code);
		else if (n > 1)
			put_wide(&w, str_slice(rest, 0, n), code);
		else
			put_mark(&w);
		rest = str_skip(rest, blank > 0 ? blank : n > 0 ? n : 1);
	}
	return (struct str){ w.p, w.n };
}
