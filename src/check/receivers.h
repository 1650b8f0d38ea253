/*
 * receivers - "Would it be accepted?": what the large receivers ask of senders, as data,
 * and which of it the findings of an audit show to be met.
 *
 * A requirement is met when all checks of one of its groups passed; not met when every
 * group has a failed check (of at least the severity `bar`); otherwise it is unknown.
 * What only a message can show (TLS, format, unsubscribe) has no checks: NEEDS_MESSAGE.
 * The verdict "accepted" speaks of the set-up alone; reputation is the receiver's secret.
 */
#ifndef CHECK_RECEIVERS_H
#define CHECK_RECEIVERS_H

#include "check/check.h"

#define REQUIREMENT_GROUPS 2
#define REQUIREMENT_CHECKS 8

enum receiver_level { LEVEL_ALL, LEVEL_BULK };

struct requirement {
	const char *text; /* "SPF or DKIM" */
	enum receiver_level level;
	/* Ids of checks; alternatives (SPF or DKIM) are groups.  NULL ends each. */
	const char *groups[REQUIREMENT_GROUPS][REQUIREMENT_CHECKS];
	enum severity bar;  /* failures below it do not count */
	const char *code;   /* what they answer: "550 5.7.26"; NULL when nothing is published */
	const char *answer; /* the gist of the text behind the code */
};

struct receiver {
	const char *name;	   /* "Gmail" */
	const char *domains;	   /* "gmail.com, googlemail.com" */
	const char *bulk;	   /* who counts as bulk: "5,000 messages a day" */
	const char *source, *date; /* page the table was made from, and when it was read */
	const struct requirement *requirements;
	size_t count;
};

enum requirement_state {
	REQUIREMENT_MET,
	REQUIREMENT_NOT_MET,
	REQUIREMENT_UNKNOWN,	   /* the checks did not run or could not see */
	REQUIREMENT_NEEDS_MESSAGE, /* no audit can see it: send a message to the reflector */
};

enum acceptance { ACCEPTED, ACCEPTED_UNKNOWN, REFUSED };

struct receiver_row {
	const struct requirement *requirement;
	enum requirement_state state;
	size_t finding; /* index of the one that decided (NOT_MET, UNKNOWN), else SIZE_MAX */
};

struct receiver_verdict {
	const struct receiver *receiver;
	enum acceptance all, bulk; /* an ordinary sender; a bulk sender (has to meet both) */
	struct receiver_row *rows;
	size_t count;
};

extern const struct receiver receivers[];
extern const size_t receiver_count;

/* One verdict per receiver, receiver_count of them, in the arena. */
struct receiver_verdict *receivers_judge(
    struct arena *, const struct finding *findings, size_t count);

const char *requirement_state_name(enum requirement_state); /* "met", "not met", ... */
const char *acceptance_name(enum acceptance);		    /* "yes", "cannot be told", "no" */

#endif
