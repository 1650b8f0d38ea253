/*
 * cfws - the words of structured header fields: comments, quoted strings, folding white space
 * (RFC 5322 section 3.2, RFC 6532 for UTF-8).
 *
 * A cursor over the value of one field.  Reading never fails: a comment or a quoted string without
 * end reaches to the end of the text and sets `open`.  Nesting is counted, never recursed.  What is
 * returned points into the text, or into the arena where escapes had to be undone.
 */
#ifndef WIRE_CFWS_H
#define WIRE_CFWS_H

#include "base/arena.h"

struct cfws {
	struct arena *arena;
	struct str text;
	size_t at;
	bool open; /* a comment or a quoted string without end was met */
};

/* The byte at the cursor; '\0' at the end as well, so ask cfws_end() where NUL may be data. */
char cfws_peek(const struct cfws *);
bool cfws_end(const struct cfws *);
/* Step over this byte if it is the next one. */
bool cfws_eat(struct cfws *, char);
/*
 * Step over white space and comments; the text of the first comment, trimmed, inner escapes and
 * comments as written; {0} without one.
 */
struct str cfws_skip(struct cfws *);
/* The bytes up to white space or one of `stops`; empty (p set) when there are none. */
struct str cfws_run(struct cfws *, const char *stops);
/* The quoted string at the cursor, quotes, escapes and folding undone; p is set even if empty. */
struct str cfws_quoted(struct cfws *);
/* Decimal digits, at most nine; false (and the cursor stays) without them. */
bool cfws_number(struct cfws *, unsigned *);
/* Up to the next `stop` outside comments and quoted strings; true if that skipped any word. */
bool cfws_skip_to(struct cfws *, char stop);

/*
 * Offset of the first byte that no field may hold, or -1: controls, NUL, a line end that is no
 * folding, a CR alone, what is no UTF-8.  A bare LF before white space folds, as in files on Unix.
 */
ptrdiff_t cfws_bad_byte(struct str text);

#endif
