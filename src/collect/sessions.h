/*
 * sessions - one dialogue (a talk) with a mail server, and the backend that keeps many of
 * them going: never more than two to one address, never more than 256 in all.
 *
 *   sessions.c        the backend: queue, limits, beginning and end of a talk
 *   session_talk.c    the socket, the clock of a talk, lines in and out
 *   session_script.c  what is said, by goal, as a table
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
#define TALK_GREETING_MS                                                                           \
	15000 /* RFC 5321 section 4.5.3.2 grants 5 minutes; nobody waits so long                   \
	       */
#define TALK_REPLY_MS  15000
#define TALK_TOTAL_MS  40000
#define TALK_MAX_INPUT ((size_t)512 * 1024)
#define TALK_MAX_LINES 200
#define TALK_MAX_TEXT  1024

struct sessions {
	struct backend backend;
	struct collector *collector;
	struct arena *arena;
	struct trust *trust; /* NULL: could not be read; chains then have no anchors */
	struct str ehlo;     /* our name; empty: the address literal of the socket */
	struct talk *active, *waiting, **last_waiting;
	size_t active_count;
};

struct talk {
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
	bool awaiting; /* a reply is due */
	size_t step;   /* of the script */
	char tag[8];   /* IMAP: of the last command */
	unsigned tags;
	bool starttls, greeted;
	SSL_CTX *context;
	SSL *ssl;
	BIO *from_net, *to_net; /* owned by ssl */
	bool handshake;
	struct str local; /* our address literal */
};

struct session *talk_session(struct talk *);

/* session_talk.c */
bool talk_begin(struct talk *);
void talk_say(struct talk *, struct str line);
void talk_note(struct talk *, enum speaker, struct str text);
void talk_end(struct talk *, enum session_status, struct str error);
void talk_release(struct talk *);

/* session_script.c: begin with the greeting due, go on when a reply is complete. */
void script_begin(struct talk *);
void script_reply(struct talk *, struct str last_line);
void script_tls_done(struct talk *);

/* session_tls.c */
bool tls_begin(struct talk *);
void tls_feed(struct talk *, struct str bytes);
void tls_say(struct talk *, struct str bytes);
void tls_release(struct talk *);

/* sessions.c */
void sessions_talk_over(struct talk *);

#endif
