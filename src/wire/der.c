/* der - see der.h. */
#include "wire/der.h"

int der_peek(const struct der *d)
{
	return d->failed || d->rest.n == 0 ? 0 : (unsigned char)d->rest.p[0];
}

static struct str fail(struct der *d)
{
	d->failed = true;
	d->rest = (struct str){ 0 };
	return (struct str){ 0 };
}

/* The length behind the tag; the cursor stands behind it.  At most 65,535. */
static bool take_length(struct der *d, size_t *length)
{
	const unsigned char *p = (const unsigned char *)d->rest.p;
	size_t bytes;

	if (d->rest.n < 2)
		return false;
	if (p[1] < 0x80) {
		*length = p[1];
		d->rest = str_skip(d->rest, 2);
		return true;
	}
	bytes = p[1] & 0x7f;
	if (bytes == 0 || bytes > 2 || d->rest.n < 2 + bytes || p[2] == 0)
		return false;
	*length = bytes == 1 ? p[2] : (size_t)p[2] << 8 | p[3];
	d->rest = str_skip(d->rest, 2 + bytes);
	return *length >= 0x80; /* else the short form was due */
}

struct str der_take(struct der *d, enum der_tag tag)
{
	struct str contents;
	size_t length;

	if (der_peek(d) != (int)tag || !take_length(d, &length) || length > d->rest.n)
		return fail(d);
	contents = str_slice(d->rest, 0, length);
	d->rest = str_skip(d->rest, length);
	return contents;
}

struct str der_take_unsigned(struct der *d)
{
	struct str n = der_take(d, DER_INTEGER);

	if (d->failed)
		return n;
	if (n.n == 0 || (unsigned char)n.p[0] >= 0x80)
		return fail(d);
	if (n.p[0] != 0)
		return n;
	/* One zero keeps the sign positive; a second one is no minimal form. */
	if (n.n > 1 && (unsigned char)n.p[1] < 0x80)
		return fail(d);
	return str_skip(n, 1);
}
