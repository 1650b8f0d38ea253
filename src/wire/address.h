/*
 * address - the list of mailboxes in From, Sender, Reply-To, To, Cc (RFC 5322 sections 3.4 and 4.4,
 * RFC 6532 for UTF-8), and the one author whose domain DMARC asks about.
 *
 * Obsolete syntax, groups and nested comments are read as the standard says; comments are counted,
 * never recursed. Encoded words stay as they are, and so do bytes of a name that are no UTF-8; the
 * address itself is ASCII or UTF-8. What has no reading, or several, is refused with the place:
 * nothing is guessed, because another program would guess otherwise.
 */
#ifndef WIRE_ADDRESS_H
#define WIRE_ADDRESS_H

#include "wire/message.h"

#define ADDRESS_MAX 2000 /* mailboxes and groups of one list, each */

struct mailbox {
	struct str
	    display;	   /* quotes and comments undone, words parted by one space; may be empty */
	struct str local;  /* quotes undone: may hold any character, "@" included */
	struct str domain; /* as written; "[...]" for a domain literal */
	bool obsolete;	   /* a route, or space or comments within the address */
	bool in_group;
};

struct address_list {
	struct mailbox *mailboxes;
	size_t count, groups;
	const char *why; /* no list of addresses: what is wrong with it; NULL when all is well */
	size_t why_at;	 /* offset in the value where reading stopped */
};

/*
 * Read the value of a field, folding included. The list and its strings live in the arena or point
 * into the value. False, with `why` set, when it is no list of addresses; an empty list is one.
 */
bool address_parse(struct arena *, struct str value, struct address_list *);

enum author_result {
	AUTHOR_ONE,	   /* the only one with a domain */
	AUTHOR_NONE,	   /* no From field, or one without any mailbox */
	AUTHOR_GROUP,	   /* a group stands in it, empty or not */
	AUTHOR_FIELDS,	   /* several From fields */
	AUTHOR_SEVERAL,	   /* one field, several authors: each is in the list */
	AUTHOR_BROKEN,	   /* no list of addresses: list.why */
	AUTHOR_OBSOLETE,   /* programs differ on such a form */
	AUTHOR_BAD_DOMAIN, /* a literal, one label, or no name of the DNS */
	AUTHOR_UNSURE,	   /* a broken header could hide another From from some programs */
};

struct author {
	enum author_result result;
	/* A-labels, lower case; of AUTHOR_ONE, and of AUTHOR_SEVERAL when all have the same. */
	struct str domain;
	struct address_list list;
};

/* Who wrote it; the message's header must be whole (MESSAGE_HEADER was seen, or it was refused). */
struct author author_of(struct arena *, const struct message *);
/*
 * The domains of all mailboxes in all From fields, and what else stands behind an "@" there, each
 * once, at most `max`: whose names a message bears that has no single author.
 */
size_t author_domains(struct arena *, const struct message *, struct str *out, size_t max);
/* One sentence for a person. */
struct str author_text(enum author_result);

#endif
