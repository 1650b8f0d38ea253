/*
 * subject - the mail hosts' addresses as subjects of findings, and their ordinary visits.
 */
#ifndef CHECK_SUBJECT_H
#define CHECK_SUBJECT_H

#include "check/judge.h"

/* "mx1.example.com (192.0.2.1)" */
struct str subject_host(struct judge *, struct str host, struct ip);
/* "mx1.example.com (192.0.2.1) port 25" */
struct str subject_endpoint(struct judge *, const struct endpoint *);

struct visit {
	struct endpoint endpoint;
	struct str subject;
	const struct session *session;
};

struct visits {
	struct visit *list;
	size_t count;
	bool blocked; /* port 25 is blocked on the way out */
};

/* All visits on port 25, none of them NULL; false while pending. */
bool subject_visits(struct judge *, struct visits *out);
/* All visits to services for mail programs (587, 465, 143, 993, 110, 995). */
bool subject_service_visits(struct judge *, struct visits *out);

#endif
