/*
 * collect - the driver; see collect.h.
 *
 * The loop turns; answers mark their job dirty; after each turn the dirty jobs are stepped
 * once, and what they newly ask is handed out. So a burst of answers costs one step.
 */
#include "collect/collect.h"

#include <stdlib.h>
#include <time.h>

#include "collect/sources.h"
#include "collect/trust.h"

struct collector {
	struct arena *arena;
	const struct collect_options *options;
	struct event_base *base;
	struct backend *backends[ASK_HOST + 1]; /* by enum ask */
	struct job *jobs;
	size_t job_count;
	int64_t begun;	/* monotonic ms */
	int64_t run_at; /* ms since then, of the run under way */
	size_t in_flight, answered;
	const struct fact *current;
	bool over;	     /* nothing more is taken */
	struct trust *trust; /* read by ourselves */
	/* As a guest on somebody's loop; NULL otherwise. */
	struct event *wake, *deadline;
	void (*done)(void *context, bool complete);
	void *done_context;
};

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t collect_ms(const struct collector *c)
{
	return monotonic_ms() - c->begun;
}

struct event_base *collect_base(struct collector *c)
{
	return c->base;
}

const struct collect_options *collect_options(const struct collector *c)
{
	return c->options;
}

const struct fact *collect_current(const struct collector *c)
{
	return c->in_flight > 0 ? c->current : NULL;
}

size_t collect_in_flight(const struct collector *c)
{
	return c->in_flight;
}

size_t collect_answered_count(const struct collector *c)
{
	return c->answered;
}

const struct trust *collect_trust(struct collector *c, struct error *e)
{
	if (c->options->trust != NULL)
		return c->options->trust;
	if (c->trust == NULL)
		c->trust = trust_load(c->options->roots, e);
	return c->trust;
}

static struct collector *on_loop(
    struct arena *a, struct event_base *base, const struct collect_options *options)
{
	struct collector *c = arena_new(a, struct collector);

	c->arena = a;
	c->options = options;
	c->begun = monotonic_ms();
	c->base = base;
	return c;
}

static struct collector *with_loop(
    struct arena *a, const struct collect_options *options, struct error *e)
{
	struct event_base *base = event_base_new();

	if (base != NULL)
		return on_loop(a, base, options);
	error_set(e, "the event loop cannot be set up");
	return NULL;
}

/* Takes NULL; NULL when the answerers could not be set up. */
static struct collector *with_sources(struct collector *c, struct arena *a, struct error *e)
{
	if (c == NULL || sources_open(c, a, c->backends, e))
		return c;
	collect_free(c);
	return NULL;
}

struct collector *collect_new(
    struct arena *a, const struct collect_options *options, struct error *e)
{
	return with_sources(with_loop(a, options, e), a, e);
}

static void on_wake(evutil_socket_t fd, short what, void *context);
static void on_deadline(evutil_socket_t fd, short what, void *context);

struct collector *collect_new_on(struct arena *a, struct event_base *base,
    const struct collect_options *options, struct error *e)
{
	struct collector *c = on_loop(a, base, options);

	c->wake = event_new(base, -1, 0, on_wake, c);
	c->deadline = event_new(base, -1, 0, on_deadline, c);
	return with_sources(c, a, e);
}

struct collector *collect_new_with(struct arena *a, const struct collect_options *options,
    struct backend *const backends[ASK_HOST + 1], struct error *e)
{
	struct collector *c = with_loop(a, options, e);

	for (size_t i = 0; c != NULL && i < LENGTH(c->backends); i++)
		c->backends[i] = backends[i];
	return c;
}

void collect_free(struct collector *c)
{
	for (size_t i = 0; i < LENGTH(c->backends); i++)
		if (c->backends[i] != NULL)
			c->backends[i]->release(c->backends[i]);
	trust_free(c->trust);
	if (c->wake == NULL) {
		event_base_free(c->base);
		return;
	}
	event_free(c->wake);
	event_free(c->deadline);
}

/* Names the alias passed through, then those of the answer it led to. */
static void take_answer(struct frank_case *c, struct fact *f, const struct fact *target)
{
	struct str *aliases = f->dns.aliases, name = f->question.dns.name;
	size_t count = f->dns.alias_count;

	f->dns = target->dns;
	f->dns.name = name;
	f->from = target->from;
	for (size_t i = 0; i < target->dns.alias_count; i++)
		arena_push(c->arena, aliases, count, struct str, target->dns.aliases[i]);
	f->dns.aliases = aliases;
	f->dns.alias_count = count;
}

#define MAX_LEADERS 16

/* Does `f`, through the aliases it waits for, wait for `other`; or is that chain too long? */
static bool waits_for(const struct fact *f, const struct fact *other)
{
	size_t steps = 0;

	while (f != NULL && f != other && steps++ < MAX_LEADERS)
		f = f->leader;
	return f != NULL;
}

void collect_follow(struct collector *c, struct job *job, struct fact *f, struct fact *target)
{
	if (target->state == FACT_ANSWERED) {
		take_answer(job->facts, f, target);
		collect_answered(c, job, f);
		return;
	}
	if (waits_for(target, f)) {
		case_put_dns(job->facts, f, DNS_SERVFAIL, NULL, 0);
		f->dns.bogus_why = STR("the chain of CNAME records does not end");
		collect_answered(c, job, f);
		return;
	}
	f->leader = target;
	f->next_follower = target->followers;
	target->followers = f;
}

static void answer_followers(struct collector *c, struct job *job, struct fact *target)
{
	while (target->followers != NULL) {
		struct fact *f = target->followers;

		target->followers = f->next_follower;
		take_answer(job->facts, f, target);
		collect_answered(c, job, f);
	}
}

void collect_answered(struct collector *c, struct job *job, struct fact *f)
{
	if (c->over || f->state == FACT_ANSWERED)
		return;
	f->answered_ms = collect_ms(c);
	case_answered(job->facts, f);
	job->dirty = true;
	job->last_answer = f->index;
	job->asked--;
	c->in_flight--;
	c->answered++;
	if (c->wake != NULL)
		event_active(c->wake, 0, 0);
	answer_followers(c, job, f);
}

/* Hand out all that is open; a backend may answer at once, which makes the job dirty again. */
static void hand_out(struct collector *c, struct job *job)
{
	for (struct fact *f; (f = case_next_open(job->facts)) != NULL;) {
		f->asked_ms = collect_ms(c);
		job->asked++;
		c->in_flight++;
		c->current = f;
		c->backends[f->question.ask]->ask(c->backends[f->question.ask], job, f);
	}
}

static void step(struct collector *c, struct job *job)
{
	while (job->dirty || job->facts->open > 0) {
		if (job->dirty) {
			job->dirty = false;
			job->facts->after = job->last_answer;
			job->step(job->context);
		}
		hand_out(c, job);
	}
}

/* Turns of the loop are at most this long, so that an interrupt is seen. */
#define TURN_MS 100

static void on_turn_end(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what, (void)context;
}

static bool time_is_up(const struct collector *c)
{
	const struct collect_options *o = c->options;

	return (o->interrupted != NULL && *o->interrupted != 0) ||
	       (o->timeout_ms > 0 && collect_ms(c) - c->run_at >= o->timeout_ms);
}

static const char *why_over(const struct collector *c)
{
	return c->options->interrupted != NULL && *c->options->interrupted != 0
		   ? "interrupted before an answer came"
		   : "no answer within the time limit of the whole run (--timeout)";
}

/* Answer with nothing all that is not answered; false when there was none. */
static bool silence(struct frank_case *facts, struct str why)
{
	bool any = false;

	for (size_t i = 0; i < facts->count; i++) {
		struct fact *f = facts->facts[i];

		if (f->state == FACT_ANSWERED)
			continue;
		case_put_nothing(facts, f, why);
		case_answered(facts, f);
		any = true;
	}
	return any;
}

static void give_up(struct collector *c)
{
	for (size_t i = 0; i < LENGTH(c->backends); i++)
		c->backends[i]->cancel(c->backends[i]);
	c->over = true;
	c->in_flight = 0;
	for (size_t i = 0; i < c->job_count; i++) {
		struct job *job = &c->jobs[i];

		job->asked = 0;
		while (silence(job->facts, str_of(why_over(c))))
			job->step(job->context);
	}
}

/* After a turn of the loop: those that were answered go on. */
static void step_answered(struct collector *c)
{
	for (size_t i = 0; i < c->job_count; i++)
		if (c->jobs[i].dirty)
			step(c, &c->jobs[i]);
	if (c->options->progress != NULL)
		c->options->progress(c->options->progress_context, c);
}

static void turn(struct collector *c, struct event *alarm)
{
	const struct timeval limit = { 0, TURN_MS * 1000 };

	event_add(alarm, &limit);
	event_base_loop(c->base, EVLOOP_ONCE);
	event_del(alarm);
	step_answered(c);
}

static void begin(struct collector *c, struct job *jobs, size_t count)
{
	c->jobs = jobs;
	c->job_count = count;
	c->over = false;
	c->run_at = collect_ms(c);
	for (size_t i = 0; i < count; i++) {
		jobs[i].dirty = true;
		jobs[i].last_answer = SIZE_MAX;
	}
}

bool collect_run(struct collector *c, struct job *jobs, size_t count)
{
	struct event *alarm = event_new(c->base, -1, 0, on_turn_end, NULL);

	begin(c, jobs, count);
	for (size_t i = 0; i < count; i++)
		step(c, &jobs[i]);
	while (c->in_flight > 0 && !time_is_up(c))
		turn(c, alarm);
	event_free(alarm);
	if (c->in_flight == 0)
		return true;
	give_up(c);
	return false;
}

/* ---- as a guest ---- */

/* The last thing that is done: `done` may free the collector. */
static void end(struct collector *c, bool complete)
{
	c->over = true;
	event_del(c->deadline);
	c->done(c->done_context, complete);
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
	struct collector *c = context;

	(void)fd, (void)what;
	if (c->over)
		return;
	step_answered(c);
	if (c->in_flight == 0)
		end(c, true);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct collector *c = context;

	(void)fd, (void)what;
	give_up(c);
	end(c, false);
}

void collect_begin(struct collector *c, struct job *jobs, size_t count,
    void (*done)(void *context, bool complete), void *context)
{
	const struct timeval limit = { c->options->timeout_ms / 1000,
		c->options->timeout_ms % 1000 * 1000 };

	c->done = done;
	c->done_context = context;
	begin(c, jobs, count);
	if (c->options->timeout_ms > 0)
		event_add(c->deadline, &limit);
	event_active(c->wake, 0, 0);
}
