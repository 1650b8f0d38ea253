/*
 * sources - see sources.h.
 *
 * A DNS question goes to the first that may answer it: the evidence file, a zone file, the
 * server it names, else the engine. What a zone file's alias leads to beyond the zone is
 * asked as a question of its own.
 */
#include "collect/sources.h"

#include "collect/dns_servers.h"
#include "collect/dns_unbound.h"
#include "collect/reach.h"
#include "collect/zone.h"
#include "evidence/file.h"
#include "wire/domain.h"

struct dns_backend {
	struct backend backend;
	struct collector *collector;
	struct arena *arena;
	struct zone **zones;
	size_t zone_count;
	struct dns_servers *servers;
	struct unbound *unbound; /* NULL: --resolver is asked */
	struct dns_target resolver;
};

static void answer_now(struct dns_backend *d, struct job *job, struct fact *f)
{
	collect_answered(d->collector, job, f);
}

static void say_nothing(struct dns_backend *d, struct job *job, struct fact *f, const char *why)
{
	case_put_nothing(job->facts, f, str_of(why));
	answer_now(d, job, f);
}

static struct zone *zone_for(struct dns_backend *d, struct str name)
{
	for (size_t i = 0; i < d->zone_count; i++)
		if (zone_holds(d->zones[i], name))
			return d->zones[i];
	return NULL;
}

/* A server named in somebody's zone: only where a stranger's record may send us. */
static void ask_server(struct dns_backend *d, struct job *job, struct fact *f)
{
	const struct collect_options *o = collect_options(d->collector);
	struct dns_target target = { .address = f->question.dns.server,
		.port = 53,
		.transport = f->question.dns.transport };
	const char *why;

	if (o->offline || zone_for(d, f->question.dns.name) != NULL) {
		say_nothing(d, job, f,
		    o->offline ? "not asked: --offline" : "not asked: the zone stands in a file");
		return;
	}
	why = reach(o, &target.address, &target.port);
	if (why != NULL) {
		say_nothing(d, job, f, why);
		return;
	}
	dns_servers_ask(d->servers, &target, job, f);
}

static void ask_engine(struct dns_backend *d, struct job *job, struct fact *f)
{
	if (collect_options(d->collector)->offline) {
		case_put_dns(job->facts, f, DNS_NXDOMAIN, NULL, 0);
		f->from = STR("--offline");
		answer_now(d, job, f);
	} else if (d->unbound != NULL) {
		unbound_ask(d->unbound, job, f);
	} else {
		dns_servers_ask(d->servers, &d->resolver, job, f);
	}
}

static void ask_dns(struct backend *b, struct job *job, struct fact *f)
{
	struct dns_backend *d = (struct dns_backend *)b;
	struct zone *zone;
	struct str beyond;

	if (f->question.dns.server.family != IP_NONE) {
		ask_server(d, job, f);
		return;
	}
	zone = zone_for(d, f->question.dns.name);
	if (zone == NULL) {
		ask_engine(d, job, f);
		return;
	}
	if (zone_answer(zone, job->facts, f, &beyond)) {
		answer_now(d, job, f);
		return;
	}
	/* The alias leaves the zone: its target is a question like any other. */
	struct question q = { .ask = ASK_DNS,
		.dns = { .name = beyond, .type = f->question.dns.type } };
	collect_follow(d->collector, job, f, case_fact(job->facts, &q));
}

static void cancel_dns(struct backend *b)
{
	struct dns_backend *d = (struct dns_backend *)b;

	dns_servers_cancel(d->servers);
	if (d->unbound != NULL)
		unbound_cancel(d->unbound);
}

static void release_dns(struct backend *b)
{
	struct dns_backend *d = (struct dns_backend *)b;

	dns_servers_free(d->servers);
	if (d->unbound != NULL)
		unbound_free(d->unbound);
}

bool dns_target_parse(struct str text, struct dns_target *out)
{
	ptrdiff_t colon = str_rchr(text, ':');
	struct str address = text, port = { 0 };
	uint64_t number = 53;

	*out = (struct dns_target){ .port = 53, .fallback = true };
	if (text.n > 0 && text.p[0] == '[') {
		address = str_skip(text, 1);
		port = address;
		address = str_cut(&port, ']');
		if (port.n > 0 && port.p[0] != ':')
			return false;
		port = str_skip(port, 1);
	} else if (colon >= 0 && str_chr(text, ':') == colon) {
		address = str_slice(text, 0, (size_t)colon);
		port = str_skip(text, (size_t)colon + 1);
		if (port.n == 0)
			return false;
	}
	if (!ip_parse(address, &out->address) || (port.n > 0 && !str_uint(port, 65535, &number)))
		return false;
	out->port = (uint16_t)number;
	return number > 0;
}

static bool open_zones(struct dns_backend *d, struct error *e)
{
	const struct collect_options *o = collect_options(d->collector);

	d->zones = arena_array(d->arena, struct zone *, o->zone_count);
	for (; d->zone_count < o->zone_count; d->zone_count++) {
		d->zones[d->zone_count] = zone_load(d->arena, &o->zones[d->zone_count], e);
		if (d->zones[d->zone_count] == NULL)
			return false;
	}
	return true;
}

static bool open_engine(struct dns_backend *d, struct error *e)
{
	const struct collect_options *o = collect_options(d->collector);

	if (o->offline)
		return true;
	if (o->engine == ENGINE_UNBOUND) {
		d->unbound = unbound_new(d->collector, d->arena, e);
		return d->unbound != NULL;
	}
	if (dns_target_parse(o->resolver, &d->resolver))
		return true;
	return error_set(e, DNS_TARGET_ERROR, STR_ARG(o->resolver));
}

static struct backend *open_dns(struct collector *c, struct arena *a, struct error *e)
{
	struct dns_backend *d = arena_new(a, struct dns_backend);

	*d = (struct dns_backend){
		.backend = { ask_dns, cancel_dns, release_dns },
		.collector = c,
		.arena = a,
		.servers = dns_servers_new(c, a),
	};
	return open_zones(d, e) && open_engine(d, e) ? &d->backend : NULL;
}

/* ---- replay: the evidence is all there is ---- */

struct replay {
	struct backend backend;
	struct collector *collector;
};

static void ask_replay(struct backend *b, struct job *job, struct fact *f)
{
	evidence_replay(job->facts, f);
	collect_answered(((struct replay *)b)->collector, job, f);
}

static void nothing_to_do(struct backend *b)
{
	(void)b;
}

static struct backend *open_replay(struct collector *c, struct arena *a)
{
	struct replay *r = arena_new(a, struct replay);

	*r = (struct replay){ { ask_replay, nothing_to_do, nothing_to_do }, c };
	return &r->backend;
}

/* ---- offline: zone files answer DNS questions, nothing answers the others ---- */

static void ask_offline(struct backend *b, struct job *job, struct fact *f)
{
	case_put_nothing(job->facts, f, STR("not visited: --offline"));
	if (f->question.ask == ASK_SESSION)
		f->session.status = SESSION_UNREACHABLE;
	if (f->question.ask == ASK_HTTPS)
		f->https.status = SESSION_UNREACHABLE;
	f->from = STR("--offline");
	collect_answered(((struct replay *)b)->collector, job, f);
}

static struct backend *open_offline(struct collector *c, struct arena *a)
{
	struct replay *r = arena_new(a, struct replay);

	*r = (struct replay){ { ask_offline, nothing_to_do, nothing_to_do }, c };
	return &r->backend;
}

bool sources_open(
    struct collector *c, struct arena *a, struct backend *backends[ASK_HOST + 1], struct error *e)
{
	const struct collect_options *o = collect_options(c);

	for (size_t i = 0; i <= ASK_HOST; i++)
		backends[i] = o->replay ? open_replay(c, a) : open_offline(c, a);
	if (o->replay)
		return true;
	backends[ASK_DNS] = open_dns(c, a, e);
	backends[ASK_HOST] = backend_host(c, a, e);
	if (!o->offline) {
		backends[ASK_SESSION] = backend_sessions(c, a, e);
		backends[ASK_HTTPS] = backend_https(c, a, e);
	}
	for (size_t i = 0; i <= ASK_HOST; i++)
		if (backends[i] == NULL)
			return false;
	return true;
}
