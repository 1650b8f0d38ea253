/*
 * harmless - text of strangers, made fit for a header field that carries verdicts.
 *
 * Authentication-Results and Received-SPF repeat what a sender chose (addresses, names, error
 * texts), and are read by filters that split at semicolons, search for "dkim=pass", or stop at
 * NUL.  Quoting is right by the grammar but no help against those.  So what could be taken for
 * structure is replaced, character by character, by "?":
 *
 *   - controls, NUL, bytes that are no UTF-8; runs of white space, line ends included, become one
 *     space, none at the ends
 *   - ; ( ) " and backslash
 *   - "=" behind what reads as a method, "reason" or ptype.property ("dkim=", "header.d="), and in
 *     "=?", which begins an encoded word (RFC 2047); other "=" stay, as in SRS addresses
 *   - in UTF-8, characters that are invisible, turn the direction, or become one of the above when
 *     normalised (U+037E is canonically a semicolon, the full-width forms by compatibility)
 *
 * It is idempotent, and lossy on purpose: nothing that arrives in good faith holds these.
 */
#ifndef WIRE_HARMLESS_H
#define WIRE_HARMLESS_H

#include "base/arena.h"

enum harmless_flags {
	HARMLESS_UTF8 = 1,     /* keep characters outside ASCII; else each becomes "?" */
	HARMLESS_ONE_WORD = 2, /* spaces become "?" too */
};

/* In the arena; {0} for {0}. */
struct str harmless(struct arena *, struct str text, unsigned flags);

#endif
