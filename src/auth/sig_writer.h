/*
 * sig_writer - the text of a field that carries a signature: tags, folded, "b=" filled in last (RFC
 * 6376 section 3.5; RFC 8617 section 4.1 uses the same form).
 *
 * Lines are at most 78 columns where a tag allows it, folded with CRLF and a tab; h= and b= are
 * folded within.  Values are ours: the caller has seen to it that they may stand in a tag.
 */
#ifndef AUTH_SIG_WRITER_H
#define AUTH_SIG_WRITER_H

#include "wire/dkim_sig.h"

struct sig_writer {
	struct arena *arena;
	char *text;
	size_t n, room;
	size_t name;   /* bytes of the field's name */
	size_t column; /* where the next byte goes */
	bool any;      /* a tag was written */
	bool one_line; /* nothing is folded; to be set behind init */
	size_t b;      /* where the letters of the signature go */
};

void sig_writer_init(struct sig_writer *, struct arena *, struct str field_name);
void sig_write_tag(struct sig_writer *, const char *tag, struct str value);
void sig_write_number(struct sig_writer *, const char *tag, uint64_t value);
/* h=: names parted by colons. */
void sig_write_headers(struct sig_writer *, const struct str *names, size_t count);
/* "b=", empty so far, on a line of its own. */
void sig_write_b(struct sig_writer *);
/*
 * The field as it is hashed, without line end, and where b= stands in it.  Nothing but the end
 * follows.
 */
struct message_field sig_writer_unsigned(struct sig_writer *, struct dkim_sig *);
/* The whole field, without the last line end. */
struct str sig_writer_end(struct sig_writer *, struct str signature);

#endif
