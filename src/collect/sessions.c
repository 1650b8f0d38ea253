/* sessions - the backend; see sessions.h. */
#include "collect/sessions.h"

#include <unistd.h>

#include "collect/reach.h"
#include "wire/domain.h"

#define MAX_TALKS      256
#define MAX_TO_ADDRESS 2

struct session *talk_session(struct talk *t)
{
	return &t->fact->session;
}

static void answer(struct talk *t)
{
	struct sessions *all = t->all;

	t->fact->from = STR("this machine");
	collect_answered(all->collector, t->job, t->fact);
}

/* Callers up the stack still look at `finished`: memory is freed at the next question. */
static void bury(struct talk *t)
{
	t->next = t->all->over;
	t->all->over = t;
}

static void free_buried(struct sessions *all)
{
	while (all->over != NULL) {
		struct talk *t = all->over;
		struct arena arena = t->arena;

		all->over = t->next;
		arena_free(&arena);
	}
}

static void refuse(struct talk *t, const char *why)
{
	struct session *s = talk_session(t);

	s->status = SESSION_UNREACHABLE;
	s->error = str_of(why);
	answer(t);
	bury(t);
}

static size_t talks_to(const struct sessions *all, const struct talk *wanted)
{
	size_t n = 0;

	for (const struct talk *t = all->active; t != NULL; t = t->next)
		n += ip_eq(t->address, wanted->address) &&
		     ip_eq(
			 t->fact->question.session.address, wanted->fact->question.session.address);
	return n;
}

/* Begin whatever of the queue may begin now, in its order. */
static void begin_waiting(struct sessions *all)
{
	struct talk **at = &all->waiting;

	while (*at != NULL && all->active_count < MAX_TALKS) {
		struct talk *t = *at;

		if (talks_to(all, t) >= MAX_TO_ADDRESS) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		t->next = all->active;
		all->active = t;
		all->active_count++;
		if (!talk_begin(t))
			at = &all->waiting; /* it has ended at once, and the queue may have changed
					     */
	}
	for (all->last_waiting = &all->waiting; *all->last_waiting != NULL;)
		all->last_waiting = &(*all->last_waiting)->next;
}

static void take_off(struct talk *t)
{
	struct talk **at = &t->all->active;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->all->active_count--;
}

void sessions_talk_over(struct talk *t)
{
	struct sessions *all = t->all;

	take_off(t);
	talk_release(t);
	answer(t);
	bury(t);
	begin_waiting(all);
}

static void ask_session(struct backend *b, struct job *job, struct fact *f)
{
	struct sessions *all = (struct sessions *)b;
	struct arena arena = { 0 };
	struct talk *t = arena_new(&arena, struct talk);
	const char *why;

	free_buried(all);
	*t = (struct talk){ .arena = arena,
		.all = all,
		.job = job,
		.fact = f,
		.fd = -1,
		.address = f->question.session.address,
		.port = f->question.session.port };
	f->session = (struct session){ .connect_ms = -1, .greeting_ms = -1, .total_ms = -1 };
	why = reach(collect_options(all->collector), &t->address, &t->port);
	if (why != NULL) {
		refuse(t, why);
		return;
	}
	*all->last_waiting = t;
	all->last_waiting = &t->next;
	begin_waiting(all);
}

static void bury_all(struct talk *t)
{
	for (struct talk *next; t != NULL; t = next) {
		next = t->next;
		bury(t);
	}
}

static void cancel_sessions(struct backend *b)
{
	struct sessions *all = (struct sessions *)b;

	for (struct talk *t = all->active; t != NULL; t = t->next)
		talk_release(t);
	bury_all(all->active);
	bury_all(all->waiting);
	free_buried(all);
	all->active = all->waiting = NULL;
	all->last_waiting = &all->waiting;
	all->active_count = 0;
}

static void release_sessions(struct backend *b)
{
	cancel_sessions(b);
}

/* Our name in EHLO: the machine's, when it is a full one (RFC 5321 section 4.1.1.1). */
static struct str own_name(struct arena *a)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 || !domain_is_fqdn(str_of(name)) ||
	    str_istarts(str_of(name), STR("localhost")))
		return (struct str){ 0 };
	return arena_str(a, str_of(name));
}

struct backend *backend_sessions(struct collector *c, struct arena *a, struct error *e)
{
	struct sessions *all = arena_new(a, struct sessions);

	*all = (struct sessions){
		.backend = { ask_session, cancel_sessions, release_sessions },
		.collector = c,
		.arena = a,
		.ehlo = own_name(a),
		.trust = collect_trust(c, e),
	};
	all->last_waiting = &all->waiting;
	return all->trust != NULL ? &all->backend : NULL;
}
