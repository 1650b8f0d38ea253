/*
 * frank/message.h - a message as it really comes (RFC 5322), read in pieces of any size.
 *
 * A message is the one place where bytes go in. Whatever shall see them - DKIM, ARC, a signer,
 * the whole verdict - is made on the message before its first byte, and is told all by itself:
 *
 *	struct frank_message *message = frank_message_new();
 *	struct frank_mail *mail = frank_mail_new(facts, message);
 *
 *	while (... there is a piece)
 *		frank_message_push(message, piece);
 *	frank_message_end(message);
 *
 * The same bytes give the same result, however they are cut. The header is copied once and kept
 * as long as the message; the body is hashed as it passes and nothing of it is kept.
 *
 * Tolerant: a line ends in CRLF or in LF alone; a CR alone is a byte like others; a line that is
 * no field ends the header and is the first of the body. Strict: whatever breaks the standard is
 * found, with the place.
 */
#ifndef FRANK_MESSAGE_H
#define FRANK_MESSAGE_H

#include <frank/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct frank_message;

/* Never NULL. Free it after all that was made on it. */
FRANK_API struct frank_message *frank_message_new(void);
FRANK_API void frank_message_free(struct frank_message *); /* NULL is allowed */

/* ---- before the first push ---- */

/*
 * Lines end in LF alone and stand for CRLF: files, and what milters and pipes hand over. Not
 * set: a signature is checked over the line ends as they came.
 */
FRANK_API void frank_message_set_lf(struct frank_message *, bool lf);
/*
 * What the header may have, before the message is refused: bytes in all (1 MiB when this is not
 * called), bytes of one field (256 KiB), fields (2,000). The body has no limit.
 */
FRANK_API void frank_message_set_limits(
    struct frank_message *, size_t header, size_t field, size_t fields);

/* ---- the bytes ---- */

enum frank_message_state {
	FRANK_MESSAGE_HEADER,  /* the header is not whole yet */
	FRANK_MESSAGE_BODY,    /* the header is whole: all beneath can be asked */
	FRANK_MESSAGE_END,     /* frank_message_end() was called */
	FRANK_MESSAGE_REFUSED, /* over a limit: what came is kept, what comes is not looked at */
};

/* Pieces are looked at now and not needed later. After the end or a refusal: nothing happens. */
FRANK_API enum frank_message_state frank_message_push(
    struct frank_message *, struct frank_str piece);
/* No piece follows. */
FRANK_API enum frank_message_state frank_message_end(struct frank_message *);

/* ---- the header ---- */

struct frank_field {
	struct frank_str raw;	/* as it came, with its last line end when it has one */
	struct frank_str name;	/* without the space that may stand before the colon */
	struct frank_str value; /* behind the colon, folding included, without the last line end */
	uint64_t offset;	/* of raw in the message */
};

FRANK_API size_t frank_message_fields(const struct frank_message *);
/* The ith field, top first; its strings live as long as the message. False: there are fewer. */
FRANK_API bool frank_message_field(const struct frank_message *, size_t i, struct frank_field *out);
/* The nth field (from 0) of this name, ignoring case. False: there are fewer. */
FRANK_API bool frank_message_find(
    const struct frank_message *, struct frank_str name, size_t nth, struct frank_field *out);
/* Where the body begins: its offset in the message; 0 while the header is not whole. */
FRANK_API uint64_t frank_message_body(const struct frank_message *);

/* ---- findings ---- */

enum frank_finding {
	FRANK_FOUND_BARE_LF,	 /* a line ends in LF alone */
	FRANK_FOUND_BARE_CR,	 /* a CR that no LF follows */
	FRANK_FOUND_NUL,	 /* a NUL byte */
	FRANK_FOUND_LONG_LINE,	 /* more than 998 bytes */
	FRANK_FOUND_HEADER_UTF8, /* UTF-8 in the header: an internationalised message */
	FRANK_FOUND_HEADER_8BIT, /* other bytes above 127 in the header */
	FRANK_FOUND_NAME_SPACE,	 /* white space before a colon */
	FRANK_FOUND_BLANK_FOLD,	 /* a folded line of white space only */
	FRANK_FOUND_MBOX_LINE,	 /* "From " above the header */
	FRANK_FOUND_NOT_A_FIELD, /* the header ends at a line that is no field */
	FRANK_FOUND_CUT_FIELD,	 /* the message ends within its header */
	FRANK_FOUND_NO_FIELD,	 /* no field at all */
	FRANK_FOUND_NO_DATE,
	FRANK_FOUND_NO_FROM,
	FRANK_FOUND_REPEATED,	    /* a field that may stand once stands there again */
	FRANK_FOUND_HEADER_TOO_BIG, /* these three refuse the message */
	FRANK_FOUND_FIELD_TOO_BIG,
	FRANK_FOUND_TOO_MANY_FIELDS,
	FRANK_FINDINGS /* how many there are */
};

/* How often; *first, which may be NULL, is the offset of the first one. */
FRANK_API uint64_t frank_message_found(
    const struct frank_message *, enum frank_finding, uint64_t *first);
/* One sentence for people, with the section of the RFC. Lives as long as the library. */
FRANK_API struct frank_str frank_finding_text(enum frank_finding);

/* ---- who wrote it ---- */

enum frank_author {
	FRANK_AUTHOR_ONE,	 /* the only one with a domain */
	FRANK_AUTHOR_NONE,	 /* no From field, or one without any mailbox */
	FRANK_AUTHOR_GROUP,	 /* a group stands in it, empty or not */
	FRANK_AUTHOR_FIELDS,	 /* several From fields */
	FRANK_AUTHOR_SEVERAL,	 /* one field, several authors */
	FRANK_AUTHOR_BROKEN,	 /* no list of addresses */
	FRANK_AUTHOR_OBSOLETE,	 /* programs differ on such a form */
	FRANK_AUTHOR_BAD_DOMAIN, /* a literal, one label, or no name of the DNS */
	FRANK_AUTHOR_UNSURE,	 /* a broken header could hide another From from some programs */
};

/*
 * Who wrote it, by its From; UNSURE while the header is not whole. *domain, which may be NULL,
 * becomes the domain DMARC asks about: A-labels, lower case, of ONE, and of SEVERAL when all have
 * the same; absent otherwise. It lives as long as the message.
 */
FRANK_API enum frank_author frank_message_author(struct frank_message *, struct frank_str *domain);
/* One sentence for people. Lives as long as the library. */
FRANK_API struct frank_str frank_author_text(enum frank_author);

/* ---- lists of addresses: From, Sender, Reply-To, To, Cc (section 3.4) ---- */

struct frank_addresses;

struct frank_mailbox {
	struct frank_str display; /* quotes and comments undone; may be empty */
	struct frank_str local;	  /* quotes undone: may hold any character, "@" included */
	struct frank_str domain;  /* as written; "[...]" for a domain literal */
	bool obsolete;		  /* a route, or space or comments within the address */
	bool in_group;
};

/*
 * Read the value of a field, folding included; it is copied. Never NULL: what has no reading,
 * or several, is no list, and nothing is guessed. At most 2,000 mailboxes and 2,000 groups.
 */
FRANK_API struct frank_addresses *frank_addresses_new(struct frank_str value);
FRANK_API void frank_addresses_free(struct frank_addresses *); /* NULL is allowed */
/* How many mailboxes; 0 when it is no list of addresses. */
FRANK_API size_t frank_addresses_count(const struct frank_addresses *);
FRANK_API size_t frank_addresses_groups(const struct frank_addresses *);
/* Its strings live as long as the list. False: there are fewer. */
FRANK_API bool frank_addresses_mailbox(
    const struct frank_addresses *, size_t i, struct frank_mailbox *out);
/* What is wrong with it, and *at, which may be NULL, where; absent: all is well. */
FRANK_API struct frank_str frank_addresses_error(const struct frank_addresses *, size_t *at);

#ifdef __cplusplus
}
#endif

#endif
