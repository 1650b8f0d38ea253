/* desk_job - from a question to findings; see desk_job.h. */
#include "serve/desk_job.h"

#include <time.h>

static void step(void *context)
{
	struct desk_job *job = context;

	audit_step(job->audit);
}

static void on_progress(void *context, const struct collector *c)
{
	struct desk_job *job = context;

	(void)c;
	job->changed = true;
}

static void on_done(void *context, bool complete)
{
	struct desk_job *job = context;

	audit_finish(job->audit);
	job->complete = complete;
	desk_job_finish(job);
	desk_over(job);
}

/* ---- what is asked ---- */

static void prepare_audit(struct desk_job *job)
{
	case_init(&job->facts, &job->arena, job->report.domain, (int64_t)time(NULL));
}

/* The message is judged at the time at which it came. */
static bool prepare_message(struct desk_job *job)
{
	const struct desk_options *o = job->desk->options;

	if (!store_letter(o->store, &job->arena, job->report.id, &job->delivery, &job->error))
		return false;
	case_init(&job->facts, &job->arena, (struct str){ 0 }, job->delivery.received);
	job->facts.delivery = &job->delivery;
	job->post = post_new(&job->facts, job->desk->crypto, &job->delivery);
	post_authserv_id(job->post, o->authserv_id);
	job->facts.domain = post_domain(job->post);
	post_audit_options(job->post, &job->options);
	return true;
}

static void collect(struct desk_job *job)
{
	const struct desk_options *o = job->desk->options;

	job->facts.private_ok = o->private_ok;
	job->audit = audit_new(&job->facts, &job->options);
	job->collect = *o->collect;
	job->collect.progress = on_progress;
	job->collect.progress_context = job;
	job->collector = collect_new_on(&job->arena, o->base, &job->collect, &job->error);
	if (job->collector == NULL) {
		desk_job_fail(job, job->error.text);
		desk_over(job);
		return;
	}
	job->job = (struct job){ .facts = &job->facts, .step = step, .context = job };
	collect_begin(job->collector, &job->job, 1, on_done, job);
}

void desk_job_begin(struct desk_job *job)
{
	job->error.arena = &job->arena;
	store_report_running(job->desk->options->store, job->report.id, &job->error);
	if (job->report.kind == STORE_AUDIT) {
		prepare_audit(job);
	} else if (!prepare_message(job)) {
		desk_job_fail(job, job->error.text.n > 0 ? job->error.text
							 : STR("the message is no longer there"));
		desk_over(job);
		return;
	}
	collect(job);
}

void desk_job_release(struct desk_job *job)
{
	if (job->collector != NULL)
		collect_free(job->collector);
	post_free(job->post);
}
