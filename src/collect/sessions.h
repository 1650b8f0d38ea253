/*
 * sessions - one dialogue (a talk) with a mail server, and the backend that keeps many of
 * them going: never more than two to one address, never more than 256 in all.
 *
 * A talk owns an arena; it and all that was said lives there until the talk is over.  What is
 * kept as evidence is copied into the case.
 *
 *   sessions.c        the backend: queue, limits, beginning and end of a talk
 *   session_talk.c    the socket, the clock of a talk, lines in and out
 *   session_script.c  what is said, by goal, as a table
 *   session_steps.c   going through it
 *   session_tls.c     the handshake, and what it showed
 */
#ifndef COLLECT_SESSIONS_H
#define COLLECT_SESSIONS_H

#include <openssl/ssl.h>

#include "base/buf.h"
#include "collect/collect.h"
#include "collect/trust.h"
#include "wire/reply.h"

#define TALK_CONNECT_MS 10000
/* RFC 5321 section 4.5.3.2 grants 5 minutes for each; a person in front of a screen does not. */
#define TALK_GREETING_MS 15000
#define TALK_REPLY_MS	 15000
#define TALK_LISTEN_MS	 3000 /* for an answer that should not come */
#define TALK_TOTAL_MS	 40000
#define TALK_MAX_INPUT	 ((size_t)512 * 1024)
#define TALK_MAX_LINES	 200
#define TALK_MAX_TEXT	 1024

struct sessions {
	struct backend backend;
	struct collector *collector;
	struct arena *arena;
	const struct trust *trust; /* NULL: could not be read; chains then have no anchors */
	struct str ehlo;	   /* our name; empty: the address literal of the socket */
	struct talk *active, *waiting, **last_waiting;
	struct talk *over; /* to be freed when none of them is on the stack */
	size_t active_count;
};

struct talk {
	struct arena arena; /* holds this very struct, too */
	struct sessions *all;
	struct talk *next;
	struct job *job;
	struct fact *fact;
	struct ip address; /* where the connection really goes */
	uint16_t port;
	int fd;
	struct event *io, *alarm;
	int64_t begun; /* ms, as collect_ms() */
	bool connected, closing, finished;
	struct buf in, out; /* plain text in; bytes for the socket out */
	size_t received, sent;
	struct reply_reader reader;
	bool awaiting;	/* a reply is due */
	bool late;	/* QUIT was answered with what looks like the answer before */
	bool listening; /* none is, but it would tell something */
	size_t step;	/* of the script */
	size_t senders; /* how many MAIL were accepted */
	bool data;	/* the server has asked for a message */
	bool taken;	/* the last MAIL, or the recipient after it, was accepted */
	char tag[8];	/* IMAP: of the last command */
	unsigned tags;
	bool starttls, greeted;
	SSL_CTX *context;
	SSL *ssl;
	BIO *from_net, *to_net; /* owned by ssl */
	bool handshake, renegotiating;
	struct str local; /* our address literal */
};

struct session *talk_session(struct talk *);

/* session_talk.c */
bool talk_begin(struct talk *);
void talk_say(struct talk *, struct str line);
/* As talk_say, but just these bytes; `quietly`: no reply is due. */
void talk_say_bytes(struct talk *, struct str bytes, bool quietly);
/* Go on without a reply when none comes within TALK_LISTEN_MS. */
void talk_listen(struct talk *);
/* True when the server has said more than it was asked; that ends the talk. */
bool talk_unasked(struct talk *);
/* The time that the next event may take. */
void talk_limit(struct talk *, int64_t ms);
void talk_note(struct talk *, enum speaker, struct str text);
void talk_end(struct talk *, enum session_status, struct str error);
void talk_release(struct talk *);

/* session_steps.c: begin with the greeting due, go on when a reply is complete. */
void script_begin(struct talk *);
void script_reply(struct talk *, struct str last_line);
void script_silence(struct talk *);
void script_tls_done(struct talk *);

/* session_tls.c */
bool tls_begin(struct talk *);
void tls_feed(struct talk *, struct str bytes);
void tls_say(struct talk *, struct str bytes);
void tls_release(struct talk *);

/* sessions.c */
void sessions_talk_over(struct talk *);

#endif
