/*
 * base64 - RFC 4648 section 4, strict, with the place of a fault.
 *
 * Decoding is bounded by its input; nothing is guessed: a letter outside the
 * alphabet, padding in the middle or a cut group is a fault, never skipped.
 */
#ifndef WIRE_BASE64_H
#define WIRE_BASE64_H

#include "base/arena.h"

enum base64_flags {
	BASE64_WSP = 1,	     /* spaces, tabs, CR and LF may stand anywhere (RFC 6376 section 3.2) */
	BASE64_UNPADDED = 2, /* the final "=" may be missing */
	BASE64_EXACT = 4, /* the unused bits of the last letter have to be 0: one text, one value */
};

enum base64_fault {
	BASE64_OK,
	BASE64_LETTER,	/* not of the alphabet */
	BASE64_PADDING, /* "=" where none may be, or text behind it */
	BASE64_SHORT,	/* the last group is cut off */
	BASE64_BITS,	/* unused bits that are not 0 */
};

/*
 * The bytes, in the arena.  On a fault *out holds what was decoded before it and
 * *at (may be NULL) the offset of the offending letter, or the length when cut short.
 */
enum base64_fault base64_decode(
    struct arena *, struct str text, unsigned flags, struct str *out, size_t *at);

/* With padding, on one line. */
struct str base64_encode(struct arena *, struct str bytes);

#endif
