/* escape - see escape.h. UTF-8 by RFC 3629: no overlong forms, no surrogates. */
#include "render/escape.h"

/* Length of the UTF-8 character at the start and its code; 0: not one. */
static size_t decode(struct str s, uint32_t *out)
{
	static const struct {
		unsigned char mask, value;
		uint32_t least;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 } };
	unsigned char first = (unsigned char)s.p[0];

	for (size_t n = 0; n < LENGTH(forms); n++) {
		if ((first & forms[n].mask) != forms[n].value)
			continue;
		*out = first & (unsigned char)~forms[n].mask;
		if (s.n < n + 1)
			return 0;
		for (size_t i = 1; i <= n; i++) {
			if (((unsigned char)s.p[i] & 0xc0) != 0x80)
				return 0;
			*out = *out << 6 | ((unsigned char)s.p[i] & 0x3f);
		}
		return *out >= forms[n].least && *out <= 0x10ffff &&
			       (*out < 0xd800 || *out > 0xdfff)
			   ? n + 1
			   : 0;
	}
	return 0;
}

static bool is_dangerous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || c >= 0xe0000;
}

static void add_hex(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)bytes.p[i]);
}

/* Calls keep() with each harmless character. */
static void each(
    struct buf *out, struct str s, bool newlines, void (*keep)(struct buf *, struct str))
{
	while (s.n > 0) {
		uint32_t code;
		size_t n = decode(s, &code);
		struct str c = str_slice(s, 0, n > 0 ? n : 1);

		if (newlines && n == 1 && code == '\n')
			buf_addc(out, '\n');
		else if (n == 0 || is_dangerous(code))
			add_hex(out, c);
		else
			keep(out, c);
		s = str_skip(s, c.n);
	}
}

void escape_text(struct buf *out, struct str s, bool newlines)
{
	each(out, s, newlines, buf_add);
}

static void keep_html(struct buf *out, struct str c)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },
		{ '\'', "&#39;" },
	};

	for (size_t i = 0; i < LENGTH(entities); i++)
		if (c.p[0] == entities[i].c) {
			buf_add(out, str_of(entities[i].entity));
			return;
		}
	buf_add(out, c);
}

void escape_html(struct buf *out, struct str s)
{
	each(out, s, true, keep_html);
}
