/*
 * fold - lines of a header field that we write (RFC 5322 section 2.2.3).
 *
 * Words are parted by one space; where the next would pass column 78 the line is folded before that
 * space.  Unfolding gives back the text byte for byte, so quoted strings may be folded too.  A
 * word longer than a line stands alone: the owner of a format bounds its words, so that no line
 * passes 998 bytes.
 */
#ifndef WIRE_FOLD_H
#define WIRE_FOLD_H

#include "base/arena.h"
#include "base/buf.h"

#define FOLD_WIDTH 78

struct fold {
	struct buf out;
	size_t column;
	bool lf;   /* line ends are LF alone, as milters want them */
	bool line; /* a new line was asked for */
	bool empty;
};

/* `name`: the field's, without colon; it counts for the first line but is not written. */
void fold_init(struct fold *, struct str name, bool lf);
/* Add a space and the text, which holds no white space but single spaces. */
void fold_add(struct fold *, struct str text);
/* End what was added last with this byte; there is room for one. */
void fold_mark(struct fold *, char);
/* What comes next begins a line, behind a tab. */
void fold_line(struct fold *);
/* The value, in the arena, without the last line end; {0} when it grew beyond 64 kB.  Ends it. */
struct str fold_end(struct fold *, struct arena *);

#endif
