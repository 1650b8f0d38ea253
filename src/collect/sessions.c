/* sessions - the backend; see sessions.h. */
#include "collect/sessions.h"

#include <unistd.h>

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

static void refuse(struct talk *t, const char *why)
{
	*talk_session(t) = (struct session){ .status = SESSION_UNREACHABLE,
		.error = str_of(why),
		.connect_ms = -1,
		.greeting_ms = -1,
		.total_ms = -1 };
	answer(t);
}

/* May this machine be sent there by a stranger's DNS?  The reason, or NULL. */
static const char *forbidden(struct talk *t)
{
	const struct collect_options *o = collect_options(t->all->collector);

	if (o->route != NULL)
		return o->route->map(o->route, &t->address, &t->port)
			   ? NULL
			   : "no such address in the lab";
	if (!o->private_ok && ip_special(t->address) != NULL)
		return "not visited: the address is not a public one (--allow-private visits it)";
	if ((o->no_ipv4 && t->address.family == IP_V4) ||
	    (o->no_ipv6 && t->address.family == IP_V6))
		return "not visited: -4 or -6 was given";
	return NULL;
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
	begin_waiting(all);
}

static void ask_session(struct backend *b, struct job *job, struct fact *f)
{
	struct sessions *all = (struct sessions *)b;
	struct talk *t = arena_new(all->arena, struct talk);
	const char *why;

	*t = (struct talk){ .all = all,
		.job = job,
		.fact = f,
		.fd = -1,
		.address = f->question.session.address,
		.port = f->question.session.port };
	f->session = (struct session){ .connect_ms = -1, .greeting_ms = -1, .total_ms = -1 };
	why = forbidden(t);
	if (why != NULL) {
		refuse(t, why);
		return;
	}
	*all->last_waiting = t;
	all->last_waiting = &t->next;
	begin_waiting(all);
}

static void cancel_sessions(struct backend *b)
{
	struct sessions *all = (struct sessions *)b;

	for (struct talk *t = all->active; t != NULL; t = t->next)
		talk_release(t);
	all->active = all->waiting = NULL;
	all->last_waiting = &all->waiting;
	all->active_count = 0;
}

static void release_sessions(struct backend *b)
{
	cancel_sessions(b);
	trust_free(((struct sessions *)b)->trust);
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
		.trust = trust_load(collect_options(c)->roots, e),
	};
	all->last_waiting = &all->waiting;
	return all->trust != NULL ? &all->backend : NULL;
}
