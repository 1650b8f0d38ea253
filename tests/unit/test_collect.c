/* test_collect - the driver, with answerers that are told when to answer; no socket is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "collect/collect.h"

#define MAX_HELD 64

/* Answers at once, at the next turn of the loop, never, or as an alias of another name. */
struct teller {
	struct backend backend;
	struct collector *collector;
	struct event *later;
	struct job *jobs[MAX_HELD];
	struct fact *held[MAX_HELD];
	size_t held_count, asked, cancelled, released;
};

static struct teller teller;

static void tell(struct job *job, struct fact *f)
{
	static const struct str text[] = { { "192.0.2.1", 9 } };

	case_put_dns(job->facts, f, DNS_NOERROR, text, 1);
	collect_answered(teller.collector, job, f);
}

static void on_later(evutil_socket_t fd, short what, void *context)
{
	size_t count = teller.held_count;

	(void)fd, (void)what, (void)context;
	teller.held_count = 0;
	for (size_t i = 0; i < count; i++)
		tell(teller.jobs[i], teller.held[i]);
}

static void hold(struct job *job, struct fact *f)
{
	const struct timeval soon = { 0, 1000 };

	if (teller.later == NULL)
		teller.later = event_new(collect_base(teller.collector), -1, 0, on_later, NULL);
	teller.jobs[teller.held_count] = job;
	teller.held[teller.held_count++] = f;
	event_add(teller.later, &soon);
}

/* "alias-x": takes the answer of "x". */
static void alias(struct job *job, struct fact *f, struct str target)
{
	struct question q = { .ask = ASK_DNS, .dns = { .name = target, .type = DNS_A } };

	arena_push(job->facts->arena, f->dns.aliases, f->dns.alias_count, struct str, target);
	collect_follow(teller.collector, job, f, case_fact(job->facts, &q));
}

static void on_ask(struct backend *b, struct job *job, struct fact *f)
{
	struct str name = f->question.dns.name;

	(void)b;
	teller.asked++;
	if (str_starts(name, STR("now")))
		tell(job, f);
	else if (str_starts(name, STR("later")))
		hold(job, f);
	else if (str_starts(name, STR("alias-")))
		alias(job, f, str_skip(name, 6));
	else if (str_eq(name, STR("ping")))
		alias(job, f, STR("pong"));
	else if (str_eq(name, STR("pong")))
		alias(job, f, STR("ping"));
}

static void on_cancel(struct backend *b)
{
	(void)b;
	teller.cancelled++;
}

static void on_release(struct backend *b)
{
	(void)b;
	teller.released++;
	if (teller.later != NULL)
		event_free(teller.later);
	teller.later = NULL;
}

struct run {
	struct arena arena;
	struct frank_case facts;
	struct job job;
	const char *const *first, *const *second; /* asked at once; asked once those are known */
	const struct dns_answer *answers[16];
	size_t steps;
	bool in_time;
};

static bool ask_all(struct run *r, const char *const *names, size_t at)
{
	bool all = true;

	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		r->answers[at + i] = case_dns(&r->facts, str_of(names[i]), DNS_A);
		all = all && r->answers[at + i] != NULL;
	}
	return all;
}

static void step(void *context)
{
	struct run *r = context;

	r->steps++;
	if (ask_all(r, r->first, 0))
		ask_all(r, r->second, 8);
}

static void begin(struct run *r)
{
	case_init(&r->facts, &r->arena, STR("example.com"), 0);
	r->job = (struct job){ .facts = &r->facts, .step = step, .context = r };
}

static void run(struct run *r, const struct collect_options *o)
{
	struct backend *const backends[] = { &teller.backend, &teller.backend, &teller.backend,
		&teller.backend };
	struct error e = { .arena = &r->arena };

	teller = (struct teller){ .backend = { on_ask, on_cancel, on_release } };
	begin(r);
	teller.collector = collect_new_with(&r->arena, o, backends, &e);
	assert_non_null(teller.collector);
	r->in_time = collect_run(teller.collector, &r->job, 1);
	assert_int_equal(collect_in_flight(teller.collector), 0);
	collect_free(teller.collector);
	assert_int_equal(teller.released, LENGTH(backends));
}

static const struct collect_options calm = { .timeout_ms = 10000 };

static void a_burst_of_answers_costs_one_step(void **state)
{
	static const char *const first[] = { "later1", "later2", "later3", "later4", NULL };
	static const char *const second[] = { "later5", NULL };
	struct run r = { .first = first, .second = second };

	(void)state;
	run(&r, &calm);
	assert_true(r.in_time);
	assert_int_equal(r.steps, 3); /* nothing known, the first four, the fifth */
	assert_int_equal(r.answers[8]->count, 1);
	arena_free(&r.arena);
}

static void a_fact_knows_which_answer_led_to_it(void **state)
{
	static const char *const first[] = { "now1", "later2", NULL };
	static const char *const second[] = { "now3", NULL };
	struct run r = { .first = first, .second = second };

	(void)state;
	run(&r, &calm);
	assert_int_equal(r.facts.facts[0]->after, SIZE_MAX);
	assert_int_equal(r.facts.facts[1]->after, SIZE_MAX);
	assert_int_equal(r.facts.facts[2]->after, 1);
	for (size_t i = 0; i < r.facts.count; i++) {
		assert_true(r.facts.facts[i]->asked_ms >= 0);
		assert_true(r.facts.facts[i]->answered_ms >= r.facts.facts[i]->asked_ms);
	}
	arena_free(&r.arena);
}

static void the_deadline_answers_with_nothing(void **state)
{
	static const char *const first[] = { "now1", "silent", NULL };
	static const char *const second[] = { "silent-too", NULL };
	static const struct collect_options hurried = { .timeout_ms = 1 };
	struct run r = { .first = first, .second = second };

	(void)state;
	run(&r, &hurried);
	assert_false(r.in_time);
	assert_int_equal(teller.cancelled, 4);
	assert_int_equal(r.answers[0]->status, DNS_NOERROR);
	assert_int_equal(r.answers[1]->status, DNS_TIMEOUT);
	assert_true(str_find(r.answers[1]->bogus_why, STR("--timeout")) > 0);
	/* What the judges asked after the deadline is answered too. */
	assert_int_equal(r.answers[8]->status, DNS_TIMEOUT);
	assert_int_equal(r.facts.open, 0);
	arena_free(&r.arena);
}

static void an_interrupt_ends_the_run(void **state)
{
	static const char *const first[] = { "silent", NULL };
	static const volatile int interrupted = 1;
	static const struct collect_options o = { .interrupted = &interrupted };
	struct run r = { .first = first };

	(void)state;
	run(&r, &o);
	assert_false(r.in_time);
	assert_true(str_starts(r.answers[0]->bogus_why, STR("interrupted")));
	arena_free(&r.arena);
}

static void an_alias_takes_the_answer_it_leads_to(void **state)
{
	static const char *const first[] = { "alias-alias-later1", "alias-now1", NULL };
	struct run r = { .first = first };

	(void)state;
	run(&r, &calm);
	assert_true(r.in_time);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(r.answers[i]->count, 1);
	assert_int_equal(r.answers[0]->alias_count, 2);
	assert_true(str_eq(r.answers[0]->name, STR("alias-alias-later1")));
	assert_true(str_eq(r.answers[0]->aliases[1], STR("later1")));
	arena_free(&r.arena);
}

static void aliases_that_wait_for_each_other_fail(void **state)
{
	static const char *const first[] = { "ping", NULL };
	struct run r = { .first = first };

	(void)state;
	run(&r, &calm);
	assert_true(r.in_time);
	assert_int_equal(r.answers[0]->status, DNS_SERVFAIL);
	arena_free(&r.arena);
}

static void many_jobs_share_one_loop(void **state)
{
	static const char *const first[] = { "later1", "now2", NULL };
	struct backend *const backends[] = { &teller.backend, &teller.backend, &teller.backend,
		&teller.backend };
	struct run runs[20] = { 0 };
	struct job jobs[20];
	struct error e = { .arena = &runs[0].arena };

	(void)state;
	teller = (struct teller){ .backend = { on_ask, on_cancel, on_release } };
	for (size_t i = 0; i < LENGTH(runs); i++) {
		begin(&runs[i]);
		runs[i].first = first;
		jobs[i] = runs[i].job;
	}
	teller.collector = collect_new_with(&runs[0].arena, &calm, backends, &e);
	assert_true(collect_run(teller.collector, jobs, LENGTH(jobs)));
	assert_int_equal(collect_answered_count(teller.collector), 2 * LENGTH(jobs));
	collect_free(teller.collector);
	for (size_t i = LENGTH(runs); i-- > 0;) {
		assert_int_equal(runs[i].answers[0]->count, 1);
		arena_free(&runs[i].arena);
	}
}

/* ---- as a guest on somebody's loop ---- */

struct guest {
	struct run run;
	struct event_base *base;
	bool done, complete, free_it;
};

static void on_done(void *context, bool complete)
{
	struct guest *g = context;

	assert_false(g->done);
	g->done = true;
	g->complete = complete;
	if (g->free_it)
		collect_free(teller.collector);
}

static void visit(struct guest *g, const struct collect_options *o)
{
	struct error e = { .arena = &g->run.arena };

	g->base = event_base_new();
	begin(&g->run);
	teller = (struct teller){ .backend = { on_ask, on_cancel, on_release } };
	teller.collector = collect_new_on(&g->run.arena, g->base, o, &e);
	assert_non_null(teller.collector);
	collect_begin(teller.collector, &g->run.job, 1, on_done, g);
	assert_int_equal(g->run.steps, 0); /* nothing happens before the loop turns */
}

static const struct collect_options alone = { .timeout_ms = 10000, .offline = true };

static void a_guest_runs_on_the_loop_of_another(void **state)
{
	static const char *const first[] = { "a.example", NULL };
	static const char *const second[] = { "b.example", NULL };
	struct guest g = { .run = { .first = first, .second = second }, .free_it = true };

	(void)state;
	visit(&g, &alone);
	event_base_dispatch(g.base);
	assert_true(g.done && g.complete);
	assert_int_equal(g.run.answers[0]->status, DNS_NXDOMAIN);
	assert_int_equal(g.run.answers[8]->status, DNS_NXDOMAIN);
	event_base_free(g.base);
	arena_free(&g.run.arena);
}

static void a_guest_that_leaves_early_is_not_told(void **state)
{
	static const char *const first[] = { "a.example", NULL };
	struct guest g = { .run = { .first = first } };

	(void)state;
	visit(&g, &alone);
	collect_free(teller.collector);
	event_base_dispatch(g.base);
	assert_false(g.done);
	event_base_free(g.base);
	arena_free(&g.run.arena);
}

/* A resolver in a network for documentation: nobody is there. */
static void a_guest_meets_its_deadline(void **state)
{
	static const char *const first[] = { "a.example", NULL };
	static const struct collect_options o = {
		.timeout_ms = 50, .engine = ENGINE_CARES, .resolver = { "192.0.2.1:53", 12 }
	};
	struct guest g = { .run = { .first = first }, .free_it = true };

	(void)state;
	visit(&g, &o);
	event_base_dispatch(g.base);
	assert_true(g.done);
	assert_true(dns_failed(g.run.answers[0]));
	event_base_free(g.base);
	arena_free(&g.run.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_of_answers_costs_one_step),
		cmocka_unit_test(a_fact_knows_which_answer_led_to_it),
		cmocka_unit_test(the_deadline_answers_with_nothing),
		cmocka_unit_test(an_interrupt_ends_the_run),
		cmocka_unit_test(an_alias_takes_the_answer_it_leads_to),
		cmocka_unit_test(aliases_that_wait_for_each_other_fail),
		cmocka_unit_test(many_jobs_share_one_loop),
		cmocka_unit_test(a_guest_runs_on_the_loop_of_another),
		cmocka_unit_test(a_guest_that_leaves_early_is_not_told),
		cmocka_unit_test(a_guest_meets_its_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
