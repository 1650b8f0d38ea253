/*
 * test_dmarc_walk - DMARC against a second reading of RFC 9989 sections 4.10 to 4.10.2, plain and
 * slow: every walk is walked, nothing is cut short.  Names and records are drawn at random from a
 * tree of two letters, so that they meet often.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "auth/dmarc.h"
#include "zone_world.h"

#define WORLDS 30000

struct published {
	struct str name;
	char psd;
	int p, sp, np; /* of enum dmarc_request; sp and np may be absent */
	bool strict;
};

struct tree {
	struct arena *arena;
	unsigned seed;
	struct published all[6];
	size_t count;
};

static unsigned dice(struct tree *t, unsigned sides)
{
	t->seed = t->seed * 1664525u + 1013904223u;
	return (t->seed >> 16) % sides;
}

/* ---- the slow reading ---- */

/* The record of that name; none when there are several. */
static const struct published *record_at(const struct tree *t, struct str name)
{
	const struct published *found = NULL;

	for (size_t i = 0; i < t->count; i++) {
		if (!str_eq(t->all[i].name, name))
			continue;
		if (found != NULL)
			return NULL;
		found = &t->all[i];
	}
	return found;
}

struct slow_walk {
	struct str names[20];
	const struct published *records[20]; /* NULL: none there */
	size_t count;
};

/* Section 4.10, step by step. */
static void slow_walk(const struct tree *t, struct str domain, struct slow_walk *w)
{
	struct str target = domain;

	w->count = 0;
	while (target.n > 0) {
		const struct published *r = record_at(t, target);

		w->names[w->count] = target;
		w->records[w->count++] = r;
		if (r != NULL && r->psd != 'u')
			return;
		if (domain_labels(target) >= 8)
			target = domain_last(target, 7);
		else
			target = domain_parent(target);
	}
}

/* Section 4.10.2. */
static struct str slow_organization(const struct tree *t, struct str domain)
{
	struct slow_walk w;
	struct str fewest = domain;

	slow_walk(t, domain, &w);
	for (size_t i = 0; i < w.count; i++) {
		if (w.records[i] == NULL)
			continue;
		if (w.records[i]->psd == 'n')
			return w.names[i];
		if (w.records[i]->psd == 'y' && i > 0)
			return domain_last(domain, domain_labels(w.names[i]) + 1);
		fewest = w.names[i];
	}
	return fewest;
}

static bool exists(const struct tree *t, struct str name)
{
	for (size_t i = 0; i < t->count; i++)
		if (domain_under(t->all[i].name, name))
			return true;
	return false;
}

/* Section 4.10.1; the policy in *asks. */
static const struct published *slow_policy(const struct tree *t, struct str author, int *asks)
{
	const struct published *r = record_at(t, author);
	struct slow_walk w;

	if (r != NULL) {
		*asks = r->p;
		return r;
	}
	slow_walk(t, author, &w);
	for (size_t i = 0; i < w.count && r == NULL; i++)
		if (w.records[i] != NULL && str_eq(w.names[i], slow_organization(t, author)))
			r = w.records[i];
	for (size_t i = 0; i < w.count && r == NULL; i++)
		if (w.records[i] != NULL && w.records[i]->psd == 'y')
			r = w.records[i];
	if (r == NULL)
		return NULL;
	*asks = r->sp != DMARC_ABSENT ? r->sp : r->p;
	if (!exists(t, author) && r->np != DMARC_ABSENT)
		*asks = r->np;
	return r;
}

static struct str slow_verdict(const struct tree *t, struct str author, struct str identifier)
{
	int asks = DMARC_NONE;
	const struct published *r = slow_policy(t, author, &asks);
	bool aligned;

	if (r == NULL)
		return STR("none");
	aligned = r->strict
		      ? str_eq(author, identifier)
		      : str_eq(slow_organization(t, author), slow_organization(t, identifier));
	return arena_fmt(t->arena, "%s at " STR_FMT " %s", aligned ? "pass" : "fail",
	    STR_ARG(r->name), dmarc_request_name((enum dmarc_request)asks));
}

/* ---- worlds ---- */

static struct str random_name(struct tree *t, struct str tail, unsigned labels)
{
	while (labels-- > 0)
		tail =
		    arena_fmt(t->arena, "%c." STR_FMT, dice(t, 2) == 0 ? 'a' : 'b', STR_ARG(tail));
	return tail;
}

static int random_request(struct tree *t, bool may_miss)
{
	return may_miss && dice(t, 2) == 0 ? DMARC_ABSENT : (int)(DMARC_NONE + dice(t, 3));
}

static void publish(struct tree *t, struct str near)
{
	static const char psds[] = "uuuuny";
	size_t labels = 1 + dice(t, (unsigned)domain_labels(near));

	t->all[t->count++] = (struct published){ .name = domain_last(near, labels),
		.psd = psds[dice(t, sizeof(psds) - 1)],
		.p = random_request(t, false),
		.sp = random_request(t, true),
		.np = random_request(t, true),
		.strict = dice(t, 6) == 0 };
}

static struct str tag(struct tree *t, const char *name, int request)
{
	if (request == DMARC_ABSENT)
		return STR("");
	return arena_fmt(
	    t->arena, "; %s=%s", name, dmarc_request_name((enum dmarc_request)request));
}

static struct str zone_of(struct tree *t)
{
	struct str zone = STR("");

	for (size_t i = 0; i < t->count; i++) {
		const struct published *r = &t->all[i];
		struct str sp = tag(t, "sp", r->sp), np = tag(t, "np", r->np);

		zone = arena_fmt(t->arena,
		    STR_FMT "_dmarc." STR_FMT " TXT \"v=DMARC1; p=%s" STR_FMT STR_FMT
			    "; psd=%c; aspf=%c\"\n",
		    STR_ARG(zone), STR_ARG(r->name), dmarc_request_name((enum dmarc_request)r->p),
		    STR_ARG(sp), STR_ARG(np), r->psd, r->strict ? 's' : 'r');
	}
	return zone;
}

static struct str fast_verdict(struct tree *t, struct str author, struct str identifier)
{
	struct dmarc_input in = { .author = author, .spf = { identifier, DMARC_MECHANISM_PASS } };
	struct str zone = zone_of(t);
	struct frank_case c;
	struct dmarc_verdict v;

	case_init(&c, t->arena, author, 0);
	while (!dmarc_verify(t->arena, &c.source, &in, &v))
		assert_true(zone_turn(&c, zone.p));
	if (v.policy.record == NULL)
		return str_of(dmarc_result_name(v.result));
	return arena_fmt(t->arena, "%s at " STR_FMT " %s", dmarc_result_name(v.result),
	    STR_ARG(v.policy.record_domain), dmarc_request_name(v.policy.published));
}

static void two_readings_agree(void **state)
{
	size_t passes = 0, fails = 0;

	(void)state;
	for (unsigned seed = 1; seed <= WORLDS; seed++) {
		struct arena a = { 0 };
		struct tree t = { .arena = &a, .seed = seed * 7919 };
		struct str top = random_name(&t, STR("t"), 1);
		struct str author = random_name(&t, top, dice(&t, 10));
		struct str identifier =
		    random_name(&t, domain_last(author, 1 + dice(&t, 6)), dice(&t, 3));
		struct str slow, fast;

		for (unsigned n = dice(&t, 5); n > 0; n--)
			publish(&t, dice(&t, 3) > 0 ? author : identifier);
		slow = slow_verdict(&t, author, identifier);
		fast = fast_verdict(&t, author, identifier);
		if (!str_eq(slow, fast))
			fail_msg("seed %u, author " STR_FMT ", identifier " STR_FMT ": " STR_FMT
				 ", and slowly " STR_FMT "\n" STR_FMT,
			    seed, STR_ARG(author), STR_ARG(identifier), STR_ARG(fast),
			    STR_ARG(slow), STR_ARG(zone_of(&t)));
		passes += str_starts(slow, STR("pass"));
		fails += str_starts(slow, STR("fail"));
		arena_free(&a);
	}
	/* The worlds are worth the while only when both come out often. */
	assert_true(passes > WORLDS / 8 && fails > WORLDS / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_readings_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
