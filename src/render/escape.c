/* escape - see escape.h. */
#include "render/escape.h"

#include "base/utf8.h"

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
		size_t n = utf8_next(s, &code);
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
