/* pack - see pack.h. */
#include "serve/pack.h"

#include <stdlib.h>
#include <zlib.h>

#define GZIP (15 + 16) /* the largest window, with a header of gzip */

static unsigned char *bytes_of(struct str s)
{
	return (unsigned char *)(uintptr_t)s.p;
}

struct str pack_gzip(struct arena *a, struct str text)
{
	z_stream z = { .next_in = bytes_of(text), .avail_in = (uInt)text.n };
	size_t room;
	char *out;

	if (deflateInit2(&z, 6, Z_DEFLATED, GZIP, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* out of memory */
	room = deflateBound(&z, text.n);
	out = arena_array(a, char, room);
	z.next_out = (unsigned char *)out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort(); /* the bound is wrong */
	deflateEnd(&z);
	return (struct str){ out, z.total_out };
}

bool pack_gunzip(struct arena *a, struct str packed, size_t max, struct str *out)
{
	z_stream z = { .next_in = bytes_of(packed), .avail_in = (uInt)packed.n };
	char *text = malloc(max + 1);
	int status;

	if (text == NULL || inflateInit2(&z, GZIP) != Z_OK)
		abort(); /* out of memory */
	z.next_out = (unsigned char *)text;
	z.avail_out = (uInt)max + 1;
	status = inflate(&z, Z_FINISH);
	*out = status == Z_STREAM_END && z.total_out <= max
		   ? arena_str(a, (struct str){ text, z.total_out })
		   : (struct str){ 0 };
	inflateEnd(&z);
	free(text);
	return out->p != NULL;
}
