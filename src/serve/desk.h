/*
 * desk - where reports are made: audits of domains and verdicts on messages, one after another on
 * the main loop, from the questions to the finished page in the store.
 *
 * Each has a collector, a case and an arena of its own: answers are always fresh, as whoever has
 * just changed a record wants to see the change, and nothing is left when it is done.  What is not
 * finished when the service ends is made anew when it starts again.
 */
#ifndef SERVE_DESK_H
#define SERVE_DESK_H

#include "collect/collect.h"
#include "render/page.h"
#include "serve/log.h"
#include "serve/metrics.h"
#include "store/store.h"

#define DESK_MAX_RUNNING 20  /* reports made at a time */
#define DESK_MAX_WAITING 500 /* more audits are refused; messages wait in the store */

struct desk;
struct reader;

struct desk_options {
	struct event_base *base;
	struct store *store; /* of the thread of the loop */
	const struct collect_options *collect;
	const struct page_site *site;
	struct reader *reader;	  /* of messages; NULL: their structure is not looked into */
	struct str authserv_id;	  /* ours */
	struct str rspamd, spamd; /* "127.0.0.1:11333"; empty: not asked */
	int64_t keep;		  /* seconds that an audit's report is kept */
	bool private_ok;	  /* the lab */
	const struct log *log;
	struct metrics *metrics;
	/* A message has been judged, and its report is in the store; may be NULL. */
	void (*judged)(void *context, const struct report *, const struct store_report *);
	void *context;
};

/* The options must live as long. */
struct desk *desk_new(const struct desk_options *);
/* Reports under way are given up; they are made when the service starts again. */
void desk_free(struct desk *);
/* Take up what an earlier run did not finish. */
bool desk_resume(struct desk *, struct error *);

/* An audit of a domain (A-labels, lower case): its report, which is waiting or being made. */
bool desk_audit(struct desk *, struct str domain, struct store_report *out, struct error *);
/* A message was put into the store. */
void desk_letter(struct desk *, int64_t report);
/* What is running and what waits. */
size_t desk_running(const struct desk *);
size_t desk_waiting(const struct desk *);

/* ---- for those who watch ---- */

struct desk_progress {
	bool waiting, done; /* done: look into the store; it was finished, or has failed */
	size_t asked, answered;
	struct str now; /* what is being asked: "TXT _dmarc.example.com"; empty: nothing */
};

/* How far a report is; false: it is not on the desk (so it is finished, or was never begun). */
bool desk_progress(const struct desk *, struct arena *, int64_t report, struct desk_progress *out);

struct desk_watch;
/* Called on the loop at each change, at most some times a second, and once when it is done. */
struct desk_watch *desk_watch(
    struct desk *, int64_t report, void (*changed)(void *context), void *context);
/* The same for the reports of a box: called when a message comes to it, and when one is done. */
struct desk_watch *desk_watch_box(
    struct desk *, int64_t box, void (*changed)(void *context), void *context);
void desk_unwatch(struct desk *, struct desk_watch *);

#endif
