/*
 * received_spf - the Received-SPF field (RFC 7208 section 9.1).
 *
 *	value          = [CFWS] result FWS [comment FWS] [ key-value-list ]
 *	key-value-list = key-value-pair *( ";" [CFWS] key-value-pair ) [";"]
 *	key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string )
 *	key            = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
 *
 * The keys of the RFC are client-ip, envelope-from, helo, identity, mechanism, problem and
 *receiver. Reading never fails, writing lets nothing through that a careless reader could misread:
 *see authres.h and harmless.h.  It proves nothing: anybody can have written one that arrives.
 */
#ifndef WIRE_RECEIVED_SPF_H
#define WIRE_RECEIVED_SPF_H

#include "base/arena.h"

#define RECEIVED_SPF_FIELD     "Received-SPF"
#define RECEIVED_SPF_MAX       50  /* pairs; no more is read */
#define RECEIVED_SPF_VALUE_MAX 512 /* bytes; a longer value is not written */

struct received_spf_pair {
	struct str key, value; /* quotes undone; value.p is set even if it is empty */
};

struct received_spf {
	struct str result;  /* "softfail" */
	struct str comment; /* without parentheses; {0}: none */
	struct received_spf_pair *pairs;
	size_t count;
	bool valid;	 /* when read: it keeps to the grammar */
	size_t fault_at; /* when it does not: offset of the first fault */
};

/* Slices point into the value or into the arena. */
void received_spf_parse(struct arena *, struct str value, struct received_spf *out);
/* The first of that key, case ignored; p is NULL without it. */
struct str received_spf_value(const struct received_spf *, struct str key);
/* Add a pair; the key is ours, the value may be a stranger's. */
void received_spf_add(struct arena *, struct received_spf *, struct str key, struct str value);
/*
 * The value of the field, folded, without name and last line end; flags of authres_write().  Pairs
 * whose key is none are left out; {0} when the result is none of the seven.
 */
struct str received_spf_write(struct arena *, const struct received_spf *, unsigned flags);

#endif
