/*
 * der - a small strict reader of DER (ITU-T X.690), enough for public keys.
 *
 * A cursor with a sticky error: after a fault every further read returns empty.
 * Lengths must be minimal and lie inside the bytes; only one-byte tags are known.
 */
#ifndef WIRE_DER_H
#define WIRE_DER_H

#include "base/str.h"

enum der_tag {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
};

struct der {
	struct str rest;
	bool failed;
};

/* The tag of the next element, 0 at the end or after a fault. */
int der_peek(const struct der *);
/* The contents of the next element, which must have that tag. */
struct str der_take(struct der *, enum der_tag);
/* A non-negative INTEGER without its leading zero. */
struct str der_take_unsigned(struct der *);

#endif
