/*
 * reply - what a server says in SMTP, IMAP and POP3, as a push codec: bytes in, lines out.
 *
 *   SMTP  RFC 5321 section 4.2     "250-..." until "250 ..."
 *   IMAP  RFC 9051 section 7       the greeting; then untagged lines until the tag's own
 *   POP3  RFC 1939 section 3       "+OK" or "-ERR"; with `multiline` until a line "."
 *
 * No sockets, no memory of its own: the caller keeps the bytes and drops what was taken.
 * A bare LF ends a line too, and is noted. An IMAP literal ("{n}" at the end of a line, RFC 9051
 * section 4.3) is part of its line, which goes on behind it. A line longer than REPLY_MAX_LINE or a
 * reply of more than REPLY_MAX_LINES is no reply, and the reader stays in error.
 */
#ifndef WIRE_REPLY_H
#define WIRE_REPLY_H

#include "base/str.h"

#define REPLY_MAX_LINE	8192
#define REPLY_MAX_LINES 200

enum reply_protocol { REPLY_SMTP, REPLY_IMAP, REPLY_POP3 };

enum reply_event {
	REPLY_MORE, /* no whole line yet */
	REPLY_LINE, /* a line, and others belong to the same reply */
	REPLY_LAST, /* the line that ends the reply */
	REPLY_BAD,  /* not the protocol; reader->why says what is wrong */
};

struct reply_reader {
	enum reply_protocol protocol;
	struct str tag; /* IMAP: of the command; empty for the greeting */
	bool multiline; /* POP3: a positive reply has further lines */
	bool bare_lf;	/* some line ended in LF alone */
	size_t lines;	/* of the reply under way */
	int code;	/* SMTP: of the reply under way */
	const char *why;
};

/* Begin to read the reply to a command. */
void reply_expect(struct reply_reader *, struct str tag, bool multiline);

/*
 * Look at the bytes not yet taken. With a line (REPLY_LINE, REPLY_LAST) it stands in *line
 * without its end, and *used bytes are to be dropped.
 */
enum reply_event reply_next(
    struct reply_reader *, struct str bytes, struct str *line, size_t *used);

#endif
