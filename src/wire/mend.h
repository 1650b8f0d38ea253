/*
 * mend - line ends of a message set right as it passes: what programs read differently is gone.
 *
 * A CR alone and an LF alone become a line end (CRLF, or LF for files), NUL bytes go; nothing else
 * is touched.  RFC 5322 section 2.3 lets CR and LF stand only together; section 4 bans NUL.
 */
#ifndef WIRE_MEND_H
#define WIRE_MEND_H

#include "base/buf.h"

struct mend {
	bool lf; /* line ends are LF alone */
	bool cr; /* a CR that may begin a line end */
};

/* Append what the piece becomes; at most twice as many bytes, and one. */
void mend_push(struct mend *, struct str piece, struct buf *out);
void mend_end(struct mend *, struct buf *out);

#endif
