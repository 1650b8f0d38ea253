/*
 * desk_job - one report being made; for the files of the desk only.
 *
 *   desk.c         the queue, who watches
 *   desk_job.c     from the question to the findings
 *   desk_finish.c  from the findings to the store
 */
#ifndef SERVE_DESK_JOB_H
#define SERVE_DESK_JOB_H

#include "auth/crypto.h"
#include "check/post.h"
#include "serve/desk.h"

struct desk_job {
	struct desk *desk;
	struct desk_job *next;
	struct arena arena; /* of all that follows */
	struct store_report report;
	int64_t box; /* of a message; 0: none */
	struct frank_case facts;
	struct audit_options options;
	struct audit *audit;
	struct delivery delivery; /* of a message */
	struct post *post;
	struct collect_options collect;
	struct collector *collector; /* NULL until it asks */
	struct job job;
	struct error error;
	bool changed; /* since those who watch were told */
	bool complete;
};

struct desk_watch {
	struct desk_watch *next;
	int64_t report, box; /* one of them; the other is 0 */
	void (*changed)(void *context);
	void *context;
};

struct desk {
	const struct desk_options *options;
	struct crypto *crypto;
	struct desk_job *running, *waiting, **last_waiting;
	size_t running_count, waiting_count;
	struct desk_watch *watches;
	struct event *tick; /* while something runs: those who watch are told */
	bool ending;
};

/* desk_job.c: the job goes on by itself and calls desk_over() in the end. */
void desk_job_begin(struct desk_job *);
/* Gives back what is outside the arena. */
void desk_job_release(struct desk_job *);
/* desk_finish.c: the report into the store; what goes wrong is said and logged. */
void desk_job_finish(struct desk_job *);
/* It could not be made: says why. */
void desk_job_fail(struct desk_job *, struct str why);
/* desk.c: the job is over, and is freed. */
void desk_over(struct desk_job *);

#endif
