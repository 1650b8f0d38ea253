/*
 * message - a message as it really comes (RFC 5322), as a push codec: pieces of any size in, a
 * header and slices of the body out.
 *
 *	message_init(&m, arena, NULL);
 *	do {
 *		message_push(&m, piece);                  (message_end(&m) behind the last one)
 *		while ((e = message_next(&m, &body)) == MESSAGE_HEADER || e == MESSAGE_BODY)
 *			...
 *	} while (e == MESSAGE_MORE);
 *
 * Tolerant: a line ends in CRLF or in LF alone; a CR alone is a byte like others; a line that is no
 * field ends the header and is the first of the body, as Postfix, Sendmail and Python have it.
 * Strict: whatever breaks the standard is found, with the place. The same bytes give the same
 * fields, body and findings, however they are cut.
 *
 * The bytes of a field are copied once, into the caller's arena; a field that outgrows its block is
 * moved to one twice the size. The body is lent out of the pieces and needs no memory.
 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "base/arena.h"

#define MESSAGE_MAX_LINE 998 /* bytes before the line end, RFC 5322 section 2.1.1 */

struct message_limits {
	size_t header; /* bytes of all fields */
	size_t field;  /* bytes of one, with its line ends */
	size_t fields;
};

/* What a message may have when the caller names no limits. */
#define MESSAGE_MAX_HEADER ((size_t)1024 * 1024)
#define MESSAGE_MAX_FIELD  ((size_t)256 * 1024)
#define MESSAGE_MAX_FIELDS 2000

struct message_field {
	struct str raw;	  /* the field as it came, with its last line end when it has one */
	struct str name;  /* without the space that may stand before the colon */
	struct str value; /* all behind the colon, folding included, without the last line end */
	uint64_t offset;  /* of raw in the message */
};

enum message_finding {
	MESSAGE_BARE_LF,
	MESSAGE_BARE_CR,
	MESSAGE_NUL,
	MESSAGE_LONG_LINE,
	MESSAGE_HEADER_UTF8,
	MESSAGE_HEADER_8BIT,
	MESSAGE_NAME_SPACE,
	MESSAGE_BLANK_FOLD,
	MESSAGE_MBOX_LINE,
	MESSAGE_NOT_A_FIELD,
	MESSAGE_CUT_FIELD,
	MESSAGE_NO_FIELD,
	MESSAGE_NO_DATE,
	MESSAGE_NO_FROM,
	MESSAGE_REPEATED,
	MESSAGE_HEADER_TOO_BIG, /* these three refuse the message */
	MESSAGE_FIELD_TOO_BIG,
	MESSAGE_TOO_MANY_FIELDS,
	MESSAGE_FINDINGS
};

struct message_found {
	uint64_t offset; /* of the first one */
	uint64_t count;	 /* 0: not found */
};

enum message_event {
	MESSAGE_MORE,	 /* the piece is used up; push another, or end */
	MESSAGE_HEADER,	 /* the header is whole: m->fields; comes once, before any body */
	MESSAGE_BODY,	 /* bytes of the body, valid until the next push */
	MESSAGE_END,	 /* the end; comes again when asked again */
	MESSAGE_REFUSED, /* over a limit; m->refused says which. Nothing more comes */
};

/* Read by all, written by the functions beneath only. */
struct message {
	struct message_field *fields;
	size_t count;
	uint64_t body; /* offset of the body; from MESSAGE_HEADER on */
	enum message_finding refused;
	struct message_found found[MESSAGE_FINDINGS];
	/* To be set behind message_init() by who does not ask for findings in the body: looking
	   for them costs as much as a twentieth of hashing it. */
	bool skim;

	/* the reader's own */
	struct arena *arena;
	struct message_limits limits;
	enum message_state {
		MESSAGE_AT_LINE, /* before the first byte of a line of the header */
		MESSAGE_AT_CR,	 /* behind a CR that is the first byte of such a line */
		MESSAGE_IN_NAME, /* of a field, or of what may turn out to be none */
		MESSAGE_IN_VALUE,
		MESSAGE_IN_MBOX_LINE,
		MESSAGE_IN_BODY,
		MESSAGE_AT_END,
		MESSAGE_AT_LIMIT,
	} state;
	struct str piece; /* what is left of it */
	struct str owed;  /* bytes that were read as a name and are body */
	bool ended;
	uint64_t at;	     /* bytes taken */
	uint64_t line;	     /* offset of the line under way */
	bool cr;	     /* the byte taken last is a CR */
	char *block;	     /* where fields are put */
	size_t used, room;   /* of the block */
	size_t start;	     /* of the field under way, in the block */
	size_t name;	     /* bytes of its name; 0: no field is under way, or no colon yet */
	size_t colon;	     /* in the field under way */
	bool folded;	     /* that field has more than one line */
	bool eight;	     /* it may have bytes that are no ASCII */
	uint64_t started;    /* offset of the field under way */
	size_t header_bytes; /* of all fields so far */
};

/* Arena: where fields are put; must outlive them. Limits: NULL for those above. */
void message_init(struct message *, struct arena *, const struct message_limits *limits);
/* Lend the next piece, when message_next() asked for more; not to be touched until it asks again.
 */
void message_push(struct message *, struct str piece);
/* No piece follows. */
void message_end(struct message *);
enum message_event message_next(struct message *, struct str *body);

/* The nth field (from 0) of this name, ignoring case; NULL when there are fewer. */
const struct message_field *message_field(const struct message *, struct str name, size_t nth);
/* Was this found in the header (before m->body)? */
bool message_header_has(const struct message *, enum message_finding);
/* One sentence for a person, with the section of the RFC. */
struct str message_finding_text(enum message_finding);

#endif
