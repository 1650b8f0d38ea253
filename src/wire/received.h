/*
 * received - the trace of a message: Received (RFC 5321 section 4.4) as servers really write it,
 * and which client handed the message to the first server that is trusted.
 *
 *	Received: from HELO (NAME [ADDRESS]) by HOST with PROTOCOL id ID for <ADDRESS>; date
 *
 * is what the standard has; Exim, qmail, Exchange and others put the same facts in other places.
 * All of it is read by one reader: clauses by their first word, in any order, and the forms that
 *are known for the client behind "from".  Reading never fails and never guesses: what could not be
 *read, or is said twice and differently, is absent.
 *
 * Whoever handed the message over wrote all that stands beneath the last field of a trusted server;
 * of that field the address is what the server saw, and HELO is the client's word.
 */
#ifndef WIRE_RECEIVED_H
#define WIRE_RECEIVED_H

#include "wire/ip.h"
#include "wire/message.h"

#define RECEIVED_MAX_WORDS  200 /* words and comments; of a longer field nothing is believed */
#define RECEIVED_MAX_FIELDS 100 /* of one message are walked, from the top */

/* Strings are slices of the value, or in the arena; {0}: absent. */
struct received {
	bool from;	   /* there is a "from" clause: it came over a wire, or from a program */
	struct str helo;   /* as the client said it */
	struct str name;   /* of the address, as the server found it in the DNS; no final dot */
	bool name_checked; /* by software that makes sure that the name leads back */
	struct ip ip;	   /* of the client */
	struct str by;	   /* the server that wrote the field; no final dot */
	struct str with;   /* "ESMTPS", "Microsoft SMTP Server" */
	struct str id;
	struct str rcpt;   /* "for", without <> */
	bool has_sender;   /* some servers tell the envelope sender */
	struct str sender; /* without <>; empty: the null sender */
	bool has_date;
	int64_t date; /* seconds since 1970 */
};

/* The value of one field. */
void received_parse(struct arena *, struct str value, struct received *out);

/* ---- who handed it over ---- */

/*
 * Hosts that are believed: a name, ".suffix" for all names beneath, an address, or a network
 * ("192.0.2.0/24").
 */
struct received_trust {
	const struct str *hosts;
	size_t count;
};

enum received_end {
	RECEIVED_FOUND,	    /* ip, helo and sender are as known */
	RECEIVED_NO_FIELD,  /* no Received field that is trusted, or none at all */
	RECEIVED_UNTRUSTED, /* the next field was written by a host that is not trusted: `field` */
	RECEIVED_INSIDE,    /* it was made on a trusted host, or in its own network */
	RECEIVED_UNREADABLE /* the field of a trusted host does not tell the address */
};

struct received_origin {
	enum received_end end;
	const struct message_field *field; /* where the walk ended; NULL: there was none */
	struct received received;	   /* that field */
	/* With RECEIVED_FOUND: */
	bool has_sender;   /* Return-Path above it, or the field itself, tells the sender */
	struct str sender; /* without <>; empty: the null sender */
};

/*
 * Walk the fields from the top while the server that wrote them is trusted and the client is one of
 * its own (loopback, private, or trusted); the first that took the message from elsewhere says who
 * handed it over.  The message's header must be whole, or it was refused.
 */
void received_origin(struct arena *, const struct message *, const struct received_trust *,
    struct received_origin *out);
/*
 * The hosts that would have to be trusted for the walk to end with RECEIVED_FOUND, each as its
 * field has it, at most `max`; 0: there is no such choice.
 */
size_t received_propose(struct arena *, const struct message *, struct str *hosts, size_t max,
    struct received_origin *out);
/* Is it one that received_trust can hold?  For what a user typed. */
bool received_is_host(struct str);

#endif
