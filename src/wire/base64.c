/* base64 - see base64.h. */
#include "wire/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of each letter and one more; 0: none. */
static const unsigned char values[256] = {
	['A'] = 1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	10,
	11,
	12,
	13,
	14,
	15,
	16,
	17,
	18,
	19,
	20,
	21,
	22,
	23,
	24,
	25,
	26,
	['a'] = 27,
	28,
	29,
	30,
	31,
	32,
	33,
	34,
	35,
	36,
	37,
	38,
	39,
	40,
	41,
	42,
	43,
	44,
	45,
	46,
	47,
	48,
	49,
	50,
	51,
	52,
	['0'] = 53,
	54,
	55,
	56,
	57,
	58,
	59,
	60,
	61,
	62,
	['+'] = 63,
	['/'] = 64,
};

static int letter_value(char c)
{
	return values[(unsigned char)c] - 1;
}

static bool is_space(char c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

struct decoder {
	char *bytes;
	size_t n;
	uint32_t group;
	unsigned letters, pads; /* of the group at hand */
};

static enum base64_fault push(struct decoder *d, char c)
{
	int value = letter_value(c);

	if (c == '=') {
		if (d->letters < 2 || d->letters + d->pads >= 4)
			return BASE64_PADDING;
		d->pads++;
		return BASE64_OK;
	}
	if (value < 0)
		return BASE64_LETTER;
	if (d->pads > 0)
		return BASE64_PADDING;
	d->group = d->group << 6 | (uint32_t)value;
	if (++d->letters == 4) {
		d->bytes[d->n++] = (char)(d->group >> 16);
		d->bytes[d->n++] = (char)(d->group >> 8);
		d->bytes[d->n++] = (char)d->group;
		d->letters = 0;
		d->group = 0;
	}
	return BASE64_OK;
}

/* Whole groups, as far as nothing but letters comes; how many letters were taken. */
static size_t push_groups(struct decoder *d, struct str text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t i = 0;

	while (d->pads == 0 && i + 4 <= text.n) {
		uint32_t a = values[p[i]], b = values[p[i + 1]], c = values[p[i + 2]],
			 e = values[p[i + 3]], group;

		if (a == 0 || b == 0 || c == 0 || e == 0)
			break;
		group = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (e - 1);
		d->bytes[d->n++] = (char)(group >> 16);
		d->bytes[d->n++] = (char)(group >> 8);
		d->bytes[d->n++] = (char)group;
		i += 4;
	}
	return i;
}

/* The bytes of a last group of two or three letters. */
static enum base64_fault finish(struct decoder *d, unsigned flags)
{
	if (d->letters == 0)
		return BASE64_OK;
	if (d->letters == 1)
		return BASE64_SHORT;
	if (d->letters + d->pads != 4 && !(d->pads == 0 && (flags & BASE64_UNPADDED)))
		return BASE64_SHORT;
	if ((flags & BASE64_EXACT) && (d->group & (d->letters == 2 ? 15 : 3)) != 0)
		return BASE64_BITS;
	if (d->letters == 2) {
		d->bytes[d->n++] = (char)(d->group >> 4);
	} else {
		d->bytes[d->n++] = (char)(d->group >> 10);
		d->bytes[d->n++] = (char)(d->group >> 2);
	}
	return BASE64_OK;
}

enum base64_fault base64_decode(
    struct arena *a, struct str text, unsigned flags, struct str *out, size_t *at)
{
	struct decoder d = { .bytes = arena_array(a, char, text.n / 4 * 3 + 3) };
	enum base64_fault fault = BASE64_OK;
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (d.letters == 0)
			i += push_groups(&d, str_skip(text, i));
		if (i == text.n)
			break;
		if ((flags & BASE64_WSP) && is_space(text.p[i]))
			continue;
		fault = push(&d, text.p[i]);
		if (fault != BASE64_OK)
			break;
	}
	if (fault == BASE64_OK)
		fault = finish(&d, flags);
	if (at != NULL)
		*at = i;
	*out = (struct str){ d.bytes, d.n };
	return fault;
}

struct str base64_encode(struct arena *a, struct str bytes)
{
	size_t n = (bytes.n + 2) / 3 * 4;
	char *text = arena_array(a, char, n + 1);
	size_t o = 0;

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t group = (uint32_t)(unsigned char)bytes.p[i] << 16;

		if (left > 1)
			group |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)bytes.p[i + 2];
		text[o++] = alphabet[group >> 18];
		text[o++] = alphabet[group >> 12 & 63];
		text[o++] = left > 1 ? alphabet[group >> 6 & 63] : '=';
		text[o++] = left > 2 ? alphabet[group & 63] : '=';
	}
	return (struct str){ text, n };
}
