/*
 * tls_seen - what TLS looked like on each port that was visited; for the tls.* and dane.* judges.
 */
#ifndef CHECK_TLS_SEEN_H
#define CHECK_TLS_SEEN_H

#include "check/subject.h"
#include "wire/cert.h"

struct tls_seen {
	struct visit visit;
	const struct session_tls *tls;
	const struct cert_chain *chain;
	bool client_port; /* mail programs connect here; 25 is for servers */
};

struct tls_list {
	struct tls_seen *list;
	size_t count;
	size_t visited; /* with or without TLS */
};

/* Visits that ended in a completed handshake, port 25 and services; false while pending. */
bool tls_list(struct judge *, struct tls_list *out);

/*
 * The chain of a session that has one, parsed and verified once and kept with the fact; NULL
 * when no handshake was completed.
 */
const struct cert_chain *tls_chain_of(struct judge *, const struct session *);
/* The same of a web server. */
const struct cert_chain *tls_chain_of_page(struct judge *, const struct https_reply *);

/* Judge each in turn with its subject set; says `all_good` when every one was good. */
typedef bool tls_judge(struct judge *, const struct tls_seen *); /* true: good */
void tls_each(struct judge *, tls_judge *, const char *all_good);

#endif
