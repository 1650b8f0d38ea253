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

/* Controls, and what is invisible, breaks lines, turns the direction or is no character. */
static bool is_dangerous(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xfffe, 0xffff }, { 0xe0000, 0x10ffff } };

	for (size_t i = 0; i < LENGTH(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
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
