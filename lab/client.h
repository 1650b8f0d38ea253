/*
 * client - one connection to a server of the lab, as the protocols see it: they are given
 * lines, say lines, and name what comes when all of it has been said.
 */
#ifndef LAB_CLIENT_H
#define LAB_CLIENT_H

#include "lab/scenario.h"

enum client_next {
	CLIENT_GO_ON,
	CLIENT_BEGIN_TLS,
	CLIENT_CLOSE,	/* the client closes, or time does */
	CLIENT_HANG_UP, /* we close */
};

struct client;

const struct lab_service *client_service(const struct client *);
struct str client_domain(const struct client *);
struct arena *client_arena(struct client *);
/* Is the talk encrypted?  Could it be, by STARTTLS? */
bool client_has_tls(const struct client *);
bool client_may_starttls(const struct client *);

/* One line; CRLF is added. */
void client_say(struct client *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void client_say_bytes(struct client *, struct str);
/* The first to say so wins. */
void client_then(struct client *, enum client_next);
/* HTTPS: what is asked for (the first call decides), and that the question has ended. */
void client_set_path(struct client *, struct str);
struct str client_path(const struct client *);
void client_first_word(struct client *);

/* What a protocol says first (for HTTPS: its only reply), and how it answers a line. */
struct speaker {
	void (*open)(struct client *);
	void (*line)(struct client *, struct str);
	const char *busy; /* what LAB_SAY_421 says */
};
extern const struct speaker lab_speakers[];

#endif
