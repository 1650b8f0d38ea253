/* dns - see dns.h. */
#include "lab/dns.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lab/dns_zone.h"

#define MAX_CHAIN 10
#define UDP_ROOM  1232 /* what we say in EDNS, and send at most */
#define UDP_PLAIN 512  /* RFC 1035 section 4.2.1 */
#define TCP_ROOM  65535

struct silence {
	const struct lab_silence *plan;
	ldns_rdf *name;
};

struct lab_dns {
	struct lab_records *zones;
	size_t count;
	struct silence *silences;
	size_t silence_count;
};

struct lab_dns *lab_dns_new(struct arena *a, const struct scenario *s, struct error *e)
{
	struct lab_dns *d = arena_new(a, struct lab_dns);

	d->zones = arena_array(a, struct lab_records, s->zone_count);
	d->silences = arena_array(a, struct silence, s->silence_count);
	for (; d->silence_count < s->silence_count; d->silence_count++) {
		const struct lab_silence *plan = &s->silences[d->silence_count];
		struct str name = arena_fmt(a, STR_FMT ".", STR_ARG(plan->name));

		d->silences[d->silence_count] =
		    (struct silence){ plan, ldns_dname_new_frm_str(name.p) };
	}
	for (; d->count < s->zone_count; d->count++)
		if (!lab_zone_load(a, &s->zones[d->count], &d->zones[d->count], e)) {
			lab_dns_free(d);
			return NULL;
		}
	return d;
}

void lab_dns_free(struct lab_dns *d)
{
	for (size_t i = 0; i < d->count; i++)
		lab_zone_release(&d->zones[i]);
	for (size_t i = 0; i < d->silence_count; i++)
		ldns_rdf_deep_free(d->silences[i].name);
}

/* ---- who has what ---- */

/* How well a copy suits who is asked: its own before the general one; 0: not there. */
static int fitness(const struct lab_zone *plan, const struct ip *server)
{
	if (plan->at_count == 0 || server == NULL)
		return plan->at_count == 0 ? 2 : 1;
	for (size_t i = 0; i < plan->at_count; i++)
		if (ip_eq(plan->at[i], *server))
			return 3;
	return 0;
}

/* The deepest zone that holds the name. */
static const struct lab_records *zone_of(
    const struct lab_dns *d, const struct ip *server, const ldns_rdf *name)
{
	const struct lab_records *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct lab_records *z = &d->zones[i];
		int fit = fitness(z->plan, server);
		bool same = best != NULL && ldns_dname_compare(z->apex, best->apex) == 0;

		if (fit == 0 || !lab_zone_is_under(name, z->apex) ||
		    (best != NULL &&
			(same ? fit <= best_fit : !lab_zone_is_under(z->apex, best->apex))))
			continue;
		best = z;
		best_fit = fit;
	}
	return best;
}

static bool is_silent(const struct lab_dns *d, const struct ip *server, const ldns_rdf *name)
{
	for (size_t i = 0; i < d->silence_count; i++) {
		const struct lab_silence *s = d->silences[i].plan;
		bool meant =
		    server == NULL ? s->server.family == IP_NONE : ip_eq(s->server, *server);

		if (meant && lab_zone_is_under(name, d->silences[i].name))
			return true;
	}
	return false;
}

/* ---- answering ---- */

/* What one zone of the chain says; the next name of the chain, or NULL. */
static const ldns_rdf *answer_from_zone(
    const struct lab_records *z, const struct lab_asked *asked, ldns_pkt *out)
{
	ldns_rdf *source = lab_zone_source(z, asked->name);
	size_t before = ldns_pkt_ancount(out);
	const ldns_rdf *target = NULL;

	if (source == NULL)
		ldns_pkt_set_rcode(out, LDNS_RCODE_NXDOMAIN);
	else
		target = lab_zone_copy(z, source, asked, out);
	if (target == NULL && ldns_pkt_ancount(out) == before)
		ldns_pkt_push_rr(out, LDNS_SECTION_AUTHORITY, ldns_rr_clone(z->soa));
	ldns_rdf_deep_free(source);
	return target;
}

/* What makes a bogus zone bogus: a signature that ended years ago, for those who ask (DO). */
static void sign_badly(const struct lab_records *z, const struct lab_asked *asked, ldns_pkt *out)
{
	struct arena a = { 0 };
	char *name = ldns_rdf2str(asked->name), *apex = ldns_rdf2str(z->apex),
	     *type = ldns_rr_type2str(asked->type);
	ldns_rr *rr = NULL;
	struct str line = arena_fmt(&a,
	    "%s 3600 IN RRSIG %s 13 %u 3600 20200101000000 20191201000000 4711 %s AAAA", name, type,
	    (unsigned)ldns_dname_label_count(asked->name), apex);

	if (ldns_rr_new_frm_str(&rr, line.p, 0, NULL, NULL) == LDNS_STATUS_OK)
		ldns_pkt_push_rr(out, LDNS_SECTION_ANSWER, rr);
	free(type);
	free(apex);
	free(name);
	arena_free(&a);
}

static void drop_records(ldns_pkt *p)
{
	ldns_rr_list_deep_free(ldns_pkt_answer(p));
	ldns_rr_list_deep_free(ldns_pkt_authority(p));
	ldns_pkt_set_answer(p, ldns_rr_list_new());
	ldns_pkt_set_authority(p, ldns_rr_list_new());
	ldns_pkt_set_ancount(p, 0);
	ldns_pkt_set_nscount(p, 0);
}

/* Follows aliases from zone to zone, as far as who is asked may. */
static void answer(
    const struct lab_dns *d, const struct ip *server, struct lab_asked asked, ldns_pkt *out)
{
	bool secure = true, unchecked = ldns_pkt_cd(out);
	int hops = 0;

	for (; asked.name != NULL && hops < MAX_CHAIN; hops++) {
		const struct lab_records *z = zone_of(d, server, asked.name);
		const struct lab_asked here = asked;

		secure = secure && z != NULL && z->plan->secure;
		if (z == NULL && server != NULL) {
			if (hops == 0)
				ldns_pkt_set_rcode(out, LDNS_RCODE_REFUSED);
			break;
		}
		if (z == NULL) {
			ldns_pkt_set_rcode(out, LDNS_RCODE_NXDOMAIN);
			break;
		}
		if (z->plan->bogus && server == NULL && !unchecked) {
			drop_records(out);
			ldns_pkt_set_rcode(out, LDNS_RCODE_SERVFAIL);
			break;
		}
		asked.name = answer_from_zone(z, &asked, out);
		if (z->plan->bogus && ldns_pkt_edns_do(out) && ldns_pkt_ancount(out) > 0)
			sign_badly(z, &here, out);
	}
	if (hops == MAX_CHAIN && server == NULL) {
		drop_records(out);
		ldns_pkt_set_rcode(out, LDNS_RCODE_SERVFAIL);
	}
	ldns_pkt_set_ad(out, secure && server == NULL && !unchecked);
	ldns_pkt_set_aa(out, server != NULL && ldns_pkt_get_rcode(out) != LDNS_RCODE_REFUSED);
}

/* NULL: who is asked stays silent about this name. */
static ldns_pkt *respond(const struct lab_dns *d, const struct ip *server, const ldns_pkt *query)
{
	ldns_rr_list *questions = ldns_pkt_question(query);
	const ldns_rr *q =
	    ldns_rr_list_rr_count(questions) == 1 ? ldns_rr_list_rr(questions, 0) : NULL;
	ldns_pkt *out;

	if (q != NULL && is_silent(d, server, ldns_rr_owner(q)))
		return NULL;
	out = ldns_pkt_new();
	ldns_pkt_set_id(out, ldns_pkt_id(query));
	ldns_pkt_set_qr(out, true);
	ldns_pkt_set_rd(out, ldns_pkt_rd(query));
	ldns_pkt_set_cd(out, ldns_pkt_cd(query));
	ldns_pkt_set_ra(out, server == NULL);
	if (ldns_pkt_edns(query)) {
		ldns_pkt_set_edns_udp_size(out, UDP_ROOM);
		ldns_pkt_set_edns_do(out, ldns_pkt_edns_do(query));
	}
	if (q == NULL || ldns_pkt_get_opcode(query) != LDNS_PACKET_QUERY) {
		ldns_pkt_set_rcode(out, LDNS_RCODE_FORMERR);
		return out;
	}
	ldns_pkt_push_rr(out, LDNS_SECTION_QUESTION, ldns_rr_clone(q));
	answer(d, server, (struct lab_asked){ ldns_rr_owner(q), ldns_rr_get_type(q) }, out);
	return out;
}

/* RFC 6891 section 6.2.5: what the asker takes over UDP, 512 octets at least. */
static size_t udp_room(const ldns_pkt *query)
{
	size_t room = ldns_pkt_edns(query) ? ldns_pkt_edns_udp_size(query) : 0;

	return room < UDP_PLAIN ? UDP_PLAIN : room > UDP_ROOM ? UDP_ROOM : room;
}

static uint8_t *pack(ldns_pkt *p, size_t room, size_t *size)
{
	uint8_t *bytes = NULL;

	if (ldns_pkt2wire(&bytes, p, size) == LDNS_STATUS_OK && *size > room) {
		free(bytes);
		bytes = NULL;
		drop_records(p);
		ldns_pkt_set_tc(p, true);
		ldns_pkt2wire(&bytes, p, size);
	}
	return bytes;
}

uint8_t *lab_dns_answer(
    const struct lab_dns *d, const struct ip *server, bool udp, struct str query, size_t *out_size)
{
	ldns_pkt *parsed = NULL, *out = NULL;
	uint8_t *bytes = NULL;

	*out_size = 0;
	if (ldns_wire2pkt(&parsed, (const uint8_t *)query.p, query.n) != LDNS_STATUS_OK)
		return NULL;
	if (!ldns_pkt_qr(parsed))
		out = respond(d, server, parsed);
	if (out != NULL)
		bytes = pack(out, udp ? udp_room(parsed) : TCP_ROOM, out_size);
	ldns_pkt_free(out);
	ldns_pkt_free(parsed);
	return bytes;
}

/* ---- sockets ---- */

struct server {
	const struct lab_dns *dns;
	const struct ip *address; /* NULL: the resolver */
};

static void on_datagram(evutil_socket_t fd, short what, void *context)
{
	const struct server *s = context;
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	uint8_t query[4096], *answer;
	size_t size;
	ssize_t n = recvfrom((int)fd, query, sizeof(query), 0, (struct sockaddr *)&from, &length);

	(void)what;
	if (n <= 0)
		return;
	answer = lab_dns_answer(
	    s->dns, s->address, true, (struct str){ (const char *)query, (size_t)n }, &size);
	if (answer != NULL)
		sendto((int)fd, answer, size, 0, (struct sockaddr *)&from, length);
	free(answer);
}

static void on_stream(struct bufferevent *bev, void *context)
{
	const struct server *s = context;
	struct evbuffer *in = bufferevent_get_input(bev);
	uint8_t head[2], *answer;
	size_t size;

	while (evbuffer_copyout(in, head, 2) == 2) {
		size_t want = (size_t)head[0] << 8 | head[1];

		if (evbuffer_get_length(in) < want + 2)
			return;
		evbuffer_drain(in, 2);
		answer = lab_dns_answer(s->dns, s->address, false,
		    (struct str){ (char *)evbuffer_pullup(in, (ssize_t)want), want }, &size);
		evbuffer_drain(in, want);
		if (answer == NULL)
			continue;
		head[0] = (uint8_t)(size >> 8);
		head[1] = (uint8_t)size;
		bufferevent_write(bev, head, 2);
		bufferevent_write(bev, answer, size);
		free(answer);
	}
}

static void on_end(struct bufferevent *bev, short what, void *context)
{
	(void)context;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0)
		bufferevent_free(bev);
}

static void on_accept(
    struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int length, void *context)
{
	struct bufferevent *bev =
	    bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);

	(void)from, (void)length;
	bufferevent_setcb(bev, on_stream, NULL, on_end, context);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

void lab_dns_serve(
    const struct lab_dns *d, struct event_base *base, const struct ip *server, const int pair[2])
{
	struct server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct server){ d, server };
	event_add(event_new(base, pair[0], EV_READ | EV_PERSIST, on_datagram, s), NULL);
	evconnlistener_new(base, on_accept, s, LEV_OPT_CLOSE_ON_FREE, -1, pair[1]);
}
