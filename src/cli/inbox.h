/*
 * inbox - messages one after another out of what was named: files, standard input ("-"), mbox
 * files, Maildirs, directories of .eml files.
 *
 *	while ((event = inbox_next(box, &letter, &error)) != INBOX_END)
 *		if (event == INBOX_MESSAGE)
 *			while (inbox_read(box, &piece))
 *				...
 *
 * Streams: one buffer whatever the size of a message or of a file; a pipe is as good as a file.
 * A file or standard input that begins with "From " is an mbox: messages begin at such a line, with
 * a time in it, behind an empty line; ">From " loses one ">" (mboxrd).  Every other file is one
 * message, byte by byte.
 */
#ifndef CLI_INBOX_H
#define CLI_INBOX_H

#include "base/error.h"

struct inbox;

enum inbox_event {
	INBOX_MESSAGE,
	INBOX_TROUBLE, /* the error says what could not be opened; the next one is no worse for it
			*/
	INBOX_END,
};

struct letter {
	struct str name; /* of its file, as it can be opened; lives until the next one */
	size_t number;	 /* in an mbox, from 1; 0: the file is the message */
	bool lf;	 /* its first line ends in LF alone: LF stands for CRLF */
};

/* Names must live as long; `interrupted` (may be NULL) ends a wait for input. */
struct inbox *inbox_new(
    struct arena *, const struct str *names, size_t count, const volatile int *interrupted);
/* The next message; what was not read of the one before is skipped. */
enum inbox_event inbox_next(struct inbox *, struct letter *, struct error *);
/* The next piece of the message, valid until the next call; false at its end. */
bool inbox_read(struct inbox *, struct str *piece);
/* Did the end come because reading failed?  Then the error says why. */
bool inbox_broken(const struct inbox *, struct error *);
void inbox_free(struct inbox *);

#endif
