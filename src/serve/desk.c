/* desk - what runs, what waits, who watches; see desk.h. */
#include "serve/desk_job.h"

#include <stdlib.h>
#include <time.h>

#define TICK_MS 300 /* those who watch are told at most so often */

static void on_tick(evutil_socket_t fd, short what, void *context);

struct desk *desk_new(const struct desk_options *options)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (d == NULL)
		abort();
	d->options = options;
	d->crypto = crypto_new();
	d->last_waiting = &d->waiting;
	d->tick = event_new(options->base, -1, 0, on_tick, d);
	return d;
}

static void free_job(struct desk_job *job)
{
	desk_job_release(job);
	arena_free(&job->arena);
	free(job);
}

void desk_free(struct desk *d)
{
	if (d == NULL)
		return;
	for (struct desk_job *next, *job = d->running; job != NULL; job = next) {
		next = job->next;
		free_job(job);
	}
	for (struct desk_job *next, *job = d->waiting; job != NULL; job = next) {
		next = job->next;
		free_job(job);
	}
	while (d->watches != NULL)
		desk_unwatch(d, d->watches);
	event_free(d->tick);
	crypto_free(d->crypto);
	free(d);
}

/* ---- those who watch ---- */

static bool concerns(const struct desk_watch *w, int64_t report, int64_t box)
{
	return w->report > 0 ? w->report == report : w->box == box;
}

/* A watcher that is told may leave, and others with it: begin anew each time. */
static void tell(struct desk *d, int64_t report, int64_t box)
{
	struct desk_watch *told[100];
	size_t count = 0;

	for (struct desk_watch *w = d->watches; w != NULL && count < LENGTH(told); w = w->next)
		if (concerns(w, report, box))
			told[count++] = w;
	for (size_t i = 0; i < count; i++)
		for (struct desk_watch *w = d->watches; w != NULL; w = w->next)
			if (w == told[i]) {
				w->changed(w->context);
				break;
			}
}

static void arm(struct desk *d)
{
	const struct timeval soon = { 0, TICK_MS * 1000 };

	if (d->running != NULL && d->watches != NULL)
		event_add(d->tick, &soon);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct desk *d = context;

	(void)fd, (void)what;
	for (struct desk_job *job = d->running; job != NULL; job = job->next) {
		if (!job->changed)
			continue;
		job->changed = false;
		tell(d, job->report.id, job->box);
	}
	arm(d);
}

static struct desk_watch *watch(struct desk *d, const struct desk_watch *what)
{
	struct desk_watch *w = malloc(sizeof(*w));

	if (w == NULL)
		abort();
	*w = *what;
	w->next = d->watches;
	d->watches = w;
	arm(d);
	return w;
}

struct desk_watch *desk_watch(
    struct desk *d, int64_t report, void (*changed)(void *context), void *context)
{
	return watch(
	    d, &(struct desk_watch){ .report = report, .changed = changed, .context = context });
}

struct desk_watch *desk_watch_box(
    struct desk *d, int64_t box, void (*changed)(void *context), void *context)
{
	return watch(d, &(struct desk_watch){ .box = box, .changed = changed, .context = context });
}

void desk_unwatch(struct desk *d, struct desk_watch *w)
{
	for (struct desk_watch **at = &d->watches; *at != NULL; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			free(w);
			return;
		}
}

static const struct desk_job *find(const struct desk_job *list, int64_t report)
{
	while (list != NULL && list->report.id != report)
		list = list->next;
	return list;
}

bool desk_progress(const struct desk *d, struct arena *a, int64_t report, struct desk_progress *out)
{
	const struct desk_job *job = find(d->running, report);
	const struct fact *now;

	*out = (struct desk_progress){ .waiting = job == NULL };
	if (job == NULL)
		return find(d->waiting, report) != NULL;
	if (job->collector == NULL)
		return true;
	out->answered = collect_answered_count(job->collector);
	out->asked = out->answered + collect_in_flight(job->collector);
	now = collect_current(job->collector);
	if (now != NULL)
		out->now = replay_line(a, now);
	return true;
}

/* ---- the queue ---- */

static void pump(struct desk *d)
{
	while (d->waiting != NULL && d->running_count < DESK_MAX_RUNNING && !d->ending) {
		struct desk_job *job = d->waiting;

		d->waiting = job->next;
		if (d->waiting == NULL)
			d->last_waiting = &d->waiting;
		d->waiting_count--;
		job->next = d->running;
		d->running = job;
		d->running_count++;
		metrics_add(d->options->metrics, METRIC_AUDITS_RUNNING, 1);
		desk_job_begin(job);
	}
	arm(d);
}

void desk_over(struct desk_job *job)
{
	struct desk *d = job->desk;
	int64_t report = job->report.id, box = job->box;

	for (struct desk_job **at = &d->running; *at != NULL; at = &(*at)->next)
		if (*at == job) {
			*at = job->next;
			break;
		}
	d->running_count--;
	metrics_add(d->options->metrics, METRIC_AUDITS_RUNNING, -1);
	free_job(job);
	tell(d, report, box);
	pump(d);
}

static void enqueue(struct desk *d, const struct store_report *report)
{
	struct desk_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		abort();
	job->desk = d;
	job->report = *report;
	job->box = report->box;
	job->report.domain = arena_str(&job->arena, report->domain);
	job->report.subject = job->report.version = (struct str){ 0 };
	*d->last_waiting = job;
	d->last_waiting = &job->next;
	d->waiting_count++;
}

static const struct desk_job *same_audit(const struct desk_job *list, struct str domain)
{
	while (list != NULL &&
	       (list->report.kind != STORE_AUDIT || !str_eq(list->report.domain, domain)))
		list = list->next;
	return list;
}

bool desk_audit(struct desk *d, struct str domain, struct store_report *out, struct error *e)
{
	const struct desk_options *o = d->options;
	const struct desk_job *same = same_audit(d->running, domain);

	if (same == NULL)
		same = same_audit(d->waiting, domain);
	if (same != NULL) {
		*out = same->report;
		return true;
	}
	if (d->waiting_count >= DESK_MAX_WAITING)
		return error_set(e, "too many audits are waiting; try again in some minutes");
	if (!store_audit_new(o->store, domain, (int64_t)time(NULL), o->keep, out, e))
		return false;
	metrics_add(o->metrics, METRIC_AUDITS, 1);
	enqueue(d, out);
	pump(d);
	return true;
}

void desk_letter(struct desk *d, int64_t id)
{
	struct arena scratch = { 0 };
	struct error e = { .arena = &scratch };
	struct store_report report;

	if (find(d->running, id) == NULL && find(d->waiting, id) == NULL &&
	    store_report_by_id(d->options->store, &scratch, id, &report, &e)) {
		enqueue(d, &report);
		tell(d, id, report.box);
		pump(d);
	}
	if (e.text.n > 0)
		log_event(d->options->log, LOG_LEVEL_ERROR, "desk", "a message was not found",
		    LOG_STR("error", e.text));
	arena_free(&scratch);
}

bool desk_resume(struct desk *d, struct error *e)
{
	struct arena scratch = { 0 };
	struct store_report *list;
	size_t count;
	bool ok = store_unfinished(d->options->store, &scratch, DESK_MAX_WAITING, &list, &count, e);

	for (size_t i = 0; ok && i < count; i++)
		enqueue(d, &list[i]);
	arena_free(&scratch);
	pump(d);
	return ok;
}

size_t desk_running(const struct desk *d)
{
	return d->running_count;
}

size_t desk_waiting(const struct desk *d)
{
	return d->waiting_count;
}
