/*
 * store - what outlives a run of the services: addresses given out, messages received, reports,
 * mail that waits to be sent.  One SQLite file; docs/store.md has its tables.
 *
 * A struct store is one connection, for one thread; any number of them may be open.  What it gives
 * out is copied into the caller's arena.  Functions return false when the file could not be used
 * (the error names it), and when there is nothing of that name (the error stays empty).
 *
 * Messages come in by keeper.h, which is durable and fast.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"

#define STORE_TOKEN 16 /* characters of 5 bits: 80 bits from the system's random numbers */

struct store;

struct store_token {
	char text[STORE_TOKEN + 1];
};

enum store_flags {
	STORE_READ = 1,	 /* nothing will be written */
	STORE_FULL = 2,	 /* what is committed survives a loss of power, not only a crash */
	STORE_LOOSE = 4, /* neither: for benchmarks */
};

/* Makes the file, or brings its tables up to date.  NULL: the error says why. */
struct store *store_open(struct str path, unsigned flags, struct error *);
void store_close(struct store *);

void store_token_new(struct store_token *);
/* Is it one, by its form? */
bool store_token_valid(struct str);

/* ---- addresses given out ---- */

struct store_box {
	int64_t id;
	struct store_token address; /* local part */
	struct store_token page;    /* of the one who watches it: not known to who writes there */
	int64_t created, expires;
};

bool store_box_new(
    struct store *, int64_t now, int64_t lifetime, struct store_box *out, struct error *);
/* Those that have expired are not found. */
bool store_box_by_address(
    struct store *, struct str address, int64_t now, struct store_box *out, struct error *);
bool store_box_by_page(
    struct store *, struct str page, int64_t now, struct store_box *out, struct error *);

/* ---- reports ---- */

enum store_kind { STORE_AUDIT, STORE_MESSAGE };
enum store_state { STORE_WAITING, STORE_RUNNING, STORE_DONE, STORE_FAILED };

struct store_counts {
	unsigned critical, major, minor, passed, unknown;
};

struct store_report {
	int64_t id;
	struct store_token token;
	enum store_kind kind;
	enum store_state state;
	struct str domain;  /* that it is about; of a message empty until it is judged */
	struct str subject; /* of the message, decoded; why it failed, with STORE_FAILED */
	int64_t box;	    /* that the message came to; 0: none */
	int64_t created, finished, expires;
	struct store_counts counts;
	struct str version; /* of frank, that rendered the page */
};

/* A report in pieces; each gzip, but for the marks. */
enum store_part { STORE_EVIDENCE, STORE_JSON, STORE_PAGE, STORE_MARKS };

struct store_result {
	enum store_state state;
	struct str domain, subject;
	int64_t finished;
	struct store_counts counts;
	struct str evidence, json, page, marks, version;
};

bool store_audit_new(struct store *, struct str domain, int64_t now, int64_t lifetime,
    struct store_report *out, struct error *);
bool store_report_find(
    struct store *, struct arena *, struct str token, struct store_report *out, struct error *);
bool store_report_by_id(
    struct store *, struct arena *, int64_t id, struct store_report *out, struct error *);
bool store_report_part(
    struct store *, struct arena *, int64_t id, enum store_part, struct str *out, struct error *);
bool store_report_running(struct store *, int64_t id, struct error *);
bool store_report_finish(struct store *, int64_t id, const struct store_result *, struct error *);
/* With the message that it is about. */
bool store_report_delete(struct store *, struct str token, struct error *);
/* The newest first, at most `max`. */
bool store_box_reports(struct store *, struct arena *, int64_t box, size_t max,
    struct store_report **out, size_t *count, struct error *);
/* Those that are not finished, the oldest first: after a start. */
bool store_unfinished(struct store *, struct arena *, size_t max, struct store_report **out,
    size_t *count, struct error *);
/* The latest finished one of that kind and domain before this one. */
bool store_report_before(struct store *, struct arena *, const struct store_report *,
    struct store_report *out, struct error *);
/* An audit of the domain that is not older than `since`, finished or not. */
bool store_audit_since(struct store *, struct arena *, struct str domain, int64_t since,
    struct store_report *out, struct error *);

/* ---- messages ---- */

struct delivery;

/* The message of a report, with its bytes. */
bool store_letter(
    struct store *, struct arena *, int64_t report, struct delivery *out, struct error *);
/* What was learned later about how it came: the delivery without its bytes. */
bool store_letter_update(struct store *, int64_t report, const struct delivery *, struct error *);

/* ---- keeping house ---- */

/* Remove what has expired; how many reports and boxes. */
bool store_expire(struct store *, int64_t now, size_t *count, struct error *);

/* ---- mail that waits to be sent ---- */

struct store_mail {
	int64_t id;
	struct str sender, recipient; /* empty sender: the null sender */
	struct str bytes;
	int64_t created, next; /* when it is tried again */
	unsigned tries;
	struct str trouble; /* what the last try ended with */
};

bool store_mail_add(struct store *, const struct store_mail *, struct error *);
/* Due at `now`, at most `max`, the longest waiting first. */
bool store_mail_due(struct store *, struct arena *, int64_t now, size_t max,
    struct store_mail **out, size_t *count, struct error *);
bool store_mail_later(struct store *, int64_t id, int64_t next, struct str trouble, struct error *);
bool store_mail_remove(struct store *, int64_t id, struct error *);
/* How many wait, and when the next is due (INT64_MAX: none). */
bool store_mail_waiting(struct store *, size_t *count, int64_t *next, struct error *);

/*
 * May one more reply go to that address?  At most `limit` within the hour before now; when it may,
 * it is counted.
 */
bool store_reply_allowed(
    struct store *, struct str address, int64_t now, unsigned limit, bool *allowed, struct error *);

#endif
