/* utf8 - see utf8.h. */
#include "base/utf8.h"

size_t utf8_next(struct str s, uint32_t *code)
{
	static const struct {
		unsigned char mask, value;
		uint32_t least;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 } };
	unsigned char first = s.n > 0 ? (unsigned char)s.p[0] : 0xff;

	for (size_t n = 0; n < LENGTH(forms); n++) {
		if ((first & forms[n].mask) != forms[n].value)
			continue;
		*code = first & (unsigned char)~forms[n].mask;
		if (s.n < n + 1)
			return 0;
		for (size_t i = 1; i <= n; i++) {
			if (((unsigned char)s.p[i] & 0xc0) != 0x80)
				return 0;
			*code = *code << 6 | ((unsigned char)s.p[i] & 0x3f);
		}
		return *code >= forms[n].least && *code <= 0x10ffff &&
			       (*code < 0xd800 || *code > 0xdfff)
			   ? n + 1
			   : 0;
	}
	return 0;
}
