/* world - what many checks need of the world; see judge.h. */
#include <stdlib.h>

#include "check/judge.h"
#include "wire/domain.h"

#define MAX_HOSTS	  20
#define MAX_ADDRESSES	  16 /* of one host */
#define MAX_SERVICE_HOSTS 4
#define MAX_ENDPOINTS	  96

static int by_preference(const void *a, const void *b)
{
	const struct mail_host *x = a, *y = b;

	if (x->preference != y->preference)
		return (x->preference > y->preference) - (x->preference < y->preference);
	return str_cmp(x->name, y->name);
}

static void add_host(struct mail_hosts *out, struct str name, uint16_t preference)
{
	for (size_t i = 0; i < out->count; i++)
		if (domain_eq(out->hosts[i].name, name))
			return;
	if (out->count < MAX_HOSTS)
		out->hosts[out->count++] =
		    (struct mail_host){ .name = name, .preference = preference };
}

static void take_addresses(
    struct judge *j, const struct dns_answer *answer, bool unwanted, struct ip *out, size_t *count)
{
	for (size_t i = 0; !unwanted && i < answer->count && *count < MAX_ADDRESSES; i++)
		if (answer->records[i].parsed)
			out[(*count)++] = answer->records[i].address;
	(void)j;
}

/* Ask for both kinds of address before giving up on either. */
static bool resolve_host(struct judge *j, struct mail_host *h)
{
	h->a = judge_dns(j, h->name, DNS_A);
	h->aaaa = judge_dns(j, h->name, DNS_AAAA);
	if (h->a == NULL || h->aaaa == NULL)
		return false;
	h->addresses = arena_array(j->arena, struct ip, MAX_ADDRESSES);
	take_addresses(j, h->a, j->options->no_ipv4, h->addresses, &h->address_count);
	take_addresses(j, h->aaaa, j->options->no_ipv6, h->addresses, &h->address_count);
	return true;
}

static bool resolve_hosts(struct judge *j, struct mail_hosts *out)
{
	bool complete = true;

	for (size_t i = 0; i < out->count; i++)
		complete &= resolve_host(j, &out->hosts[i]);
	return complete;
}

bool judge_mail_hosts(struct judge *j, struct mail_hosts *out)
{
	const struct dns_answer *mx = judge_dns(j, j->domain, DNS_MX);

	*out = (struct mail_hosts){ .mx = mx };
	if (mx == NULL)
		return false;
	out->hosts = arena_array(j->arena, struct mail_host, MAX_HOSTS);
	out->null_mx = mx->count == 1 && mx->records[0].parsed && mx->records[0].mx.host.n == 0;
	for (size_t i = 0; i < mx->count; i++)
		if (mx->records[i].parsed && mx->records[i].mx.host.n > 0)
			add_host(out, mx->records[i].mx.host, mx->records[i].mx.preference);
	if (out->count > 0)
		qsort(out->hosts, out->count, sizeof(*out->hosts), by_preference);
	if (mx->count > 0 || dns_failed(mx))
		return resolve_hosts(j, out);
	/* RFC 5321 section 5.1: without MX the domain itself is the mail host. */
	struct mail_host self = { .name = j->domain };
	if (!resolve_host(j, &self))
		return false;
	if (self.a->count + self.aaaa->count > 0) {
		out->implicit = true;
		out->hosts[out->count++] = self;
	}
	return true;
}

static void add_sender(struct sender *list, size_t *count, struct ip address, struct str host)
{
	for (size_t i = 0; i < *count; i++)
		if (ip_eq(list[i].address, address))
			return;
	list[(*count)++] = (struct sender){ address, host };
}

bool judge_senders(struct judge *j, struct sender **out, size_t *count)
{
	const struct audit_options *o = j->options;
	struct mail_hosts hosts;

	*count = 0;
	if (!judge_mail_hosts(j, &hosts))
		return false;
	*out = arena_array(j->arena, struct sender, MAX_HOSTS * MAX_ADDRESSES + o->address_count);
	for (size_t i = 0; i < hosts.count; i++)
		for (size_t k = 0; k < hosts.hosts[i].address_count; k++)
			add_sender(*out, count, hosts.hosts[i].addresses[k], hosts.hosts[i].name);
	for (size_t i = 0; i < o->address_count; i++)
		add_sender(*out, count, o->addresses[i], (struct str){ 0 });
	return true;
}

struct service {
	const char *srv; /* owner of the SRV record, RFC 6186 section 3, RFC 8314 section 5.1 */
	enum service_protocol protocol;
	uint16_t port;
	bool implicit_tls;
};

static const struct service services[] = {
	{ "_submission._tcp", PROTOCOL_SMTP, 587, false },
	{ "_submissions._tcp", PROTOCOL_SMTP, 465, true },
	{ "_imap._tcp", PROTOCOL_IMAP, 143, false },
	{ "_imaps._tcp", PROTOCOL_IMAP, 993, true },
	{ "_pop3._tcp", PROTOCOL_POP3, 110, false },
	{ "_pop3s._tcp", PROTOCOL_POP3, 995, true },
};

struct endpoints {
	struct endpoint *list;
	size_t count;
};

static void add_endpoint(struct endpoints *e, struct endpoint one)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->list[i].port == one.port && ip_eq(e->list[i].address, one.address))
			return;
	if (e->count < MAX_ENDPOINTS)
		e->list[e->count++] = one;
}

static void add_service(
    struct endpoints *e, const struct service *s, const struct mail_host *host, uint16_t port)
{
	for (size_t i = 0; i < host->address_count; i++)
		add_endpoint(e, (struct endpoint){ .protocol = s->protocol,
				    .port = port,
				    .implicit_tls = s->implicit_tls,
				    .host = host->name,
				    .address = host->addresses[i] });
}

static bool add_by_srv(struct judge *j, struct endpoints *e, const struct service *s)
{
	const struct dns_answer *srv =
	    judge_dns(j, arena_fmt(j->arena, "%s." STR_FMT, s->srv, STR_ARG(j->domain)), DNS_SRV);
	bool complete = srv != NULL;

	for (size_t i = 0; srv != NULL && i < srv->count && i < MAX_SERVICE_HOSTS; i++) {
		const struct dns_srv *r = &srv->records[i].srv;
		struct mail_host host = { .name = r->target };

		if (!srv->records[i].parsed || r->target.n == 0)
			continue;
		if (resolve_host(j, &host))
			add_service(e, s, &host, r->port);
		else
			complete = false;
	}
	return complete;
}

bool judge_services(struct judge *j, struct endpoint **out, size_t *count)
{
	struct endpoints e = { .list = arena_array(j->arena, struct endpoint, MAX_ENDPOINTS) };
	struct mail_hosts hosts;
	bool complete = judge_mail_hosts(j, &hosts);

	for (size_t s = 0; s < LENGTH(services); s++) {
		complete &= add_by_srv(j, &e, &services[s]);
		for (size_t i = 0; complete && i < hosts.count && i < MAX_SERVICE_HOSTS; i++)
			add_service(&e, &services[s], &hosts.hosts[i], services[s].port);
	}
	*out = e.list;
	*count = e.count;
	return complete;
}

const struct session *judge_goal(struct judge *j, const struct endpoint *e, enum session_goal goal)
{
	return judge_session(
	    j, &(struct session_question){ .protocol = e->protocol,
		   .goal = goal,
		   .implicit_tls = e->implicit_tls,
		   .address = e->address,
		   .port = e->port,
		   .host = e->host,
		   .domain = e->protocol == PROTOCOL_SMTP ? j->domain : (struct str){ 0 } });
}

const struct session *judge_visit(struct judge *j, const struct endpoint *e)
{
	return judge_goal(j, e, GOAL_VISIT);
}

static bool is_silent(const struct session *s)
{
	return s->status == SESSION_TIMEOUT || s->status == SESSION_UNREACHABLE;
}

bool judge_port25_blocked(struct judge *j, bool *blocked)
{
	struct mail_hosts hosts;
	size_t silent = 0, visited = 0;
	bool complete = judge_mail_hosts(j, &hosts);

	for (size_t i = 0; complete && i < hosts.count; i++)
		for (size_t k = 0; k < hosts.hosts[i].address_count; k++) {
			const struct session *s =
			    judge_visit(j, &(struct endpoint){ .protocol = PROTOCOL_SMTP,
					       .port = 25,
					       .host = hosts.hosts[i].name,
					       .address = hosts.hosts[i].addresses[k] });

			visited++;
			silent += s != NULL && s->connect_ms < 0 && is_silent(s);
		}
	*blocked = visited > 0 && silent == visited;
	return !j->pending;
}

/* A web fetch goes to an address that was looked up as evidence, IPv4 first. */
static bool web_address(struct judge *j, struct str host, struct ip *out, bool *none)
{
	struct mail_host h = { .name = host };

	if (!resolve_host(j, &h))
		return false;
	*none = h.address_count == 0;
	if (!*none)
		*out = h.addresses[0];
	return true;
}

const struct https_reply *judge_https(struct judge *j, struct str host, struct str path)
{
	struct https_question q = { .host = host, .path = path };
	const struct https_reply *reply;
	bool none;

	if (!web_address(j, host, &q.address, &none))
		return NULL;
	if (none) {
		struct https_reply *nowhere = arena_new(j->arena, struct https_reply);

		nowhere->status = SESSION_UNREACHABLE;
		nowhere->error = arena_fmt(j->arena, STR_FMT " has no address", STR_ARG(host));
		nowhere->ms = -1;
		return nowhere;
	}
	reply = case_https(j->facts, &q);
	j->pending |= reply == NULL;
	return reply;
}
