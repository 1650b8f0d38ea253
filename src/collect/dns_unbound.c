/*
 * dns_unbound - libunbound on our event loop: recursion and validation in this process.
 *
 * One context, for one thread. The zones that libunbound answers by itself (RFC 6303, test
 * networks) are taken out: an audit wants to know what the world says.
 */
#include "collect/dns_unbound.h"

#include <unbound-event.h>
#include <unbound.h>

#include "collect/dns_servers.h"
#include "evidence/dns_wire.h"
#include "collect/trust_anchor.h"

#define RCODE_NXDOMAIN 3
/* Questions under way at once: a flood loses packets at one server, and looks bogus then. */
#define WINDOW 100

struct unbound {
	struct collector *collector;
	struct arena *arena;
	struct ub_ctx *context;
	struct under_way *first; /* asked */
	size_t in_flight;
	struct under_way *waiting, **waiting_end;
	bool pumping;
};

struct under_way {
	struct unbound *engine;
	struct under_way *next;
	struct job *job;
	struct fact *fact;
	int id;
};

static const struct {
	const char *name, *value;
} settings[] = {
	{ "module-config:", "validator iterator" },
	{ "use-syslog:", "no" },
	{ "verbosity:", "0" },
	{ "do-not-query-localhost:", "no" },
	{ "outgoing-range:", "512" },
	{ "num-queries-per-thread:", "1024" },
	{ "edns-buffer-size:", "1232" },
	{ "qname-minimisation:", "yes" },
	{ "unblock-lan-zones:", "yes" },
	{ "insecure-lan-zones:", "yes" },
	{ "val-bogus-ttl:", "10" },
	{ "infra-cache-min-rtt:", "100" },
};

static const char *const answered_by_itself[] = {
	"test.",
	"invalid.",
	"2.0.192.in-addr.arpa.",
	"100.51.198.in-addr.arpa.",
	"113.0.203.in-addr.arpa.",
	"8.b.d.0.1.0.0.2.ip6.arpa.",
	"onion.",
	"home.arpa.",
};

static bool set_options(struct unbound *u, struct error *e)
{
	const struct collect_options *o = collect_options(u->collector);

	for (size_t i = 0; i < LENGTH(settings); i++)
		if (ub_ctx_set_option(u->context, settings[i].name, settings[i].value) != 0)
			return error_set(e, "libunbound refuses the option %s %s", settings[i].name,
			    settings[i].value);
	if (o->no_ipv4)
		ub_ctx_set_option(u->context, "do-ip4:", "no");
	if (o->no_ipv6)
		ub_ctx_set_option(u->context, "do-ip6:", "no");
	return true;
}

static bool set_anchor(struct unbound *u, struct error *e)
{
	struct str file = collect_options(u->collector)->trust_anchor;
	int failed = 0;

	if (file.n > 0) {
		failed = ub_ctx_add_ta_file(u->context, arena_str(u->arena, file).p);
		return failed == 0 ? true
				   : error_set(e, STR_FMT ": not a trust anchor file (%s)",
					 STR_ARG(file), ub_strerror(failed));
	}
	for (size_t i = 0; i < trust_anchor_count; i++)
		failed |= ub_ctx_add_ta(u->context, trust_anchors_of_root[i]);
	return failed == 0 ? true : error_set(e, "libunbound refuses the root's trust anchor");
}

/* Comes last: it makes the context final. */
static bool open_zones(struct unbound *u, struct error *e)
{
	const struct collect_options *o = collect_options(u->collector);

	for (size_t i = 0; i < LENGTH(answered_by_itself); i++) {
		int failed = ub_ctx_zone_add(u->context, answered_by_itself[i], "transparent");

		if (failed == 0)
			continue;
		if (o->trust_anchor.n > 0)
			return error_set(e,
			    STR_FMT ": no trust anchor of the root can be read from it (DS or "
				    "DNSKEY records are expected)",
			    STR_ARG(o->trust_anchor));
		return error_set(e, "libunbound cannot start: %s", ub_strerror(failed));
	}
	return true;
}

/* With --resolver: ask that one instead of the root; a port stands behind an '@'. */
static bool set_forwarder(struct unbound *u, struct error *e)
{
	struct str resolver = collect_options(u->collector)->resolver;
	struct dns_target target;

	if (resolver.n == 0)
		return true;
	if (!dns_target_parse(resolver, &target))
		return error_set(e, DNS_TARGET_ERROR, STR_ARG(resolver));
	struct str address = ip_write(u->arena, target.address);
	struct str forward = arena_fmt(u->arena, STR_FMT "@%u", STR_ARG(address), target.port);
	int failed = ub_ctx_set_fwd(u->context, forward.p);

	return failed == 0 ? true
			   : error_set(e, "--resolver " STR_FMT ": %s", STR_ARG(resolver),
				 ub_strerror(failed));
}

struct unbound *unbound_new(struct collector *c, struct arena *a, struct error *e)
{
	struct unbound *u = arena_new(a, struct unbound);

	u->collector = c;
	u->arena = a;
	u->waiting_end = &u->waiting;
	u->context = ub_ctx_create_event(collect_base(c));
	if (u->context == NULL) {
		error_set(e, "libunbound cannot be set up");
		return NULL;
	}
	/* What it would write to standard error is said by our own errors. */
	ub_ctx_debugout(u->context, NULL);
	if (set_options(u, e) && set_anchor(u, e) && set_forwarder(u, e) && open_zones(u, e))
		return u;
	ub_ctx_delete(u->context);
	return NULL;
}

static void forget(struct under_way *w)
{
	struct under_way **at = &w->engine->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->engine->in_flight--;
}

static void pump(struct unbound *u);

static void put_bogus(struct frank_case *c, struct fact *f, const char *why)
{
	case_put_dns(c, f, DNS_BOGUS, NULL, 0);
	f->dns.security = DNS_SEC_BOGUS;
	f->dns.bogus_why = arena_str(c->arena, str_of(why));
}

static void on_result(
    void *context, int rcode, void *packet, int size, int security, char *why, int rate_limited)
{
	struct under_way *w = context;
	struct frank_case *facts = w->job->facts;
	struct fact *f = w->fact;

	(void)rate_limited;
	forget(w);
	/* With an rcode the packet is a scratch buffer, not an answer. */
	if (security == 1)
		put_bogus(facts, f, why);
	else if (rcode != 0 || packet == NULL || size <= 0 ||
		 !dns_wire_answer(facts, f, packet, (size_t)size))
		case_put_dns(
		    facts, f, rcode == RCODE_NXDOMAIN ? DNS_NXDOMAIN : DNS_SERVFAIL, NULL, 0);
	if (security == 2)
		f->dns.security = DNS_SECURE;
	else if (security == 0 && !dns_failed(&f->dns))
		f->dns.security = DNS_INSECURE;
	f->dns.size = 0;
	f->from = STR("own resolver");
	collect_answered(w->engine->collector, w->job, f);
	pump(w->engine);
}

static void ask(struct unbound *u, struct under_way *w)
{
	const struct dns_question *q = &w->fact->question.dns;
	struct str name = q->name.n > 0 ? q->name : STR(".");

	w->next = u->first;
	u->first = w;
	u->in_flight++;
	if (ub_resolve_event(u->context, arena_str(w->job->facts->arena, name).p, (int)q->type, 1,
		w, on_result, &w->id) == 0)
		return;
	forget(w);
	case_put_dns(w->job->facts, w->fact, DNS_SERVFAIL, NULL, 0);
	w->fact->dns.bogus_why = STR("libunbound could not take the question");
	collect_answered(u->collector, w->job, w->fact);
}

/* Ask what the window has room for. An answer may come while asking; it is not nested. */
static void pump(struct unbound *u)
{
	if (u->pumping)
		return;
	u->pumping = true;
	while (u->waiting != NULL && u->in_flight < WINDOW) {
		struct under_way *w = u->waiting;

		u->waiting = w->next;
		if (u->waiting == NULL)
			u->waiting_end = &u->waiting;
		ask(u, w);
	}
	u->pumping = false;
}

void unbound_ask(struct unbound *u, struct job *job, struct fact *f)
{
	struct under_way *w = arena_new(job->facts->arena, struct under_way);

	*w = (struct under_way){ .engine = u, .job = job, .fact = f };
	*u->waiting_end = w;
	u->waiting_end = &w->next;
	pump(u);
}

void unbound_cancel(struct unbound *u)
{
	u->waiting = NULL;
	u->waiting_end = &u->waiting;
	while (u->first != NULL) {
		struct under_way *w = u->first;

		ub_cancel(u->context, w->id);
		forget(w);
	}
}

void unbound_free(struct unbound *u)
{
	unbound_cancel(u);
	ub_ctx_delete(u->context);
}
