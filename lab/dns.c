/* dns - see dns.h. */
#include "lab/dns.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "wire/domain.h"

#define MAX_CHAIN 10
#define UDP_ROOM  1232
#define TCP_ROOM  65535

struct zone {
	const struct lab_zone *plan;
	ldns_rdf *apex;
	ldns_rr *soa;
	ldns_rr_list *records;
};

struct lab_dns {
	struct zone *zones;
	size_t count;
};

static bool load_zone(
    struct arena *a, const struct lab_zone *plan, struct zone *out, struct error *e)
{
	FILE *file = fmemopen((void *)(uintptr_t)plan->text.p, plan->text.n, "r");
	struct str origin = arena_fmt(a, STR_FMT ".", STR_ARG(plan->name));
	ldns_zone *parsed = NULL;
	int line = 0;
	ldns_status status;

	*out = (struct zone){ .plan = plan, .apex = ldns_dname_new_frm_str(origin.p) };
	status = file == NULL ? LDNS_STATUS_FILE_ERR
			      : ldns_zone_new_frm_fp_l(
				    &parsed, file, out->apex, 3600, LDNS_RR_CLASS_IN, &line);
	if (file != NULL)
		fclose(file);
	if (status != LDNS_STATUS_OK || ldns_zone_soa(parsed) == NULL) {
		error_set(e, STR_FMT ":%d: %s", STR_ARG(plan->file), line,
		    status != LDNS_STATUS_OK ? ldns_get_errorstr_by_id(status) : "no SOA record");
		if (parsed != NULL)
			ldns_zone_deep_free(parsed);
		ldns_rdf_deep_free(out->apex);
		return false;
	}
	out->soa = ldns_rr_clone(ldns_zone_soa(parsed));
	out->records = ldns_rr_list_clone(ldns_zone_rrs(parsed));
	ldns_rr_list_push_rr(out->records, ldns_rr_clone(out->soa));
	ldns_zone_deep_free(parsed);
	return true;
}

struct lab_dns *lab_dns_new(struct arena *a, const struct scenario *s, struct error *e)
{
	struct lab_dns *d = arena_new(a, struct lab_dns);

	d->zones = arena_array(a, struct zone, s->zone_count);
	for (; d->count < s->zone_count; d->count++)
		if (!load_zone(a, &s->zones[d->count], &d->zones[d->count], e)) {
			lab_dns_free(d);
			return NULL;
		}
	return d;
}

void lab_dns_free(struct lab_dns *d)
{
	for (size_t i = 0; i < d->count; i++) {
		ldns_rdf_deep_free(d->zones[i].apex);
		ldns_rr_free(d->zones[i].soa);
		ldns_rr_list_deep_free(d->zones[i].records);
	}
}

static bool is_under(const ldns_rdf *name, const ldns_rdf *apex)
{
	return ldns_dname_compare(name, apex) == 0 || ldns_dname_is_subdomain(name, apex);
}

/* The deepest zone that holds the name. */
static const struct zone *zone_of(const struct lab_dns *d, const ldns_rdf *name)
{
	const struct zone *best = NULL;

	for (size_t i = 0; i < d->count; i++)
		if (is_under(name, d->zones[i].apex) &&
		    (best == NULL || is_under(d->zones[i].apex, best->apex)))
			best = &d->zones[i];
	return best;
}

static bool exists(const struct zone *z, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(z->records); i++)
		if (is_under(ldns_rr_owner(ldns_rr_list_rr(z->records, i)), name))
			return true;
	return false;
}

/* The name whose records answer: itself, or the wildcard at the closest name that exists. */
static ldns_rdf *source_of(const struct zone *z, const ldns_rdf *name)
{
	ldns_rdf *at = ldns_rdf_clone(name);

	if (exists(z, at))
		return at;
	while (ldns_dname_compare(at, z->apex) != 0) {
		ldns_rdf *parent = ldns_dname_left_chop(at);

		ldns_rdf_deep_free(at);
		at = parent;
		if (!exists(z, at))
			continue;
		ldns_rdf *star = ldns_dname_new_frm_str("*");
		ldns_dname_cat(star, at);
		ldns_rdf_deep_free(at);
		if (exists(z, star))
			return star;
		ldns_rdf_deep_free(star);
		return NULL;
	}
	ldns_rdf_deep_free(at);
	return NULL;
}

/* Records of the type under the asked name; the CNAME's target when there is only one. */
static const ldns_rdf *copy_records(const struct zone *z, const ldns_rdf *source,
    const ldns_rdf *name, ldns_rr_type type, ldns_pkt *out)
{
	const ldns_rdf *target = NULL;

	for (size_t i = 0; i < ldns_rr_list_rr_count(z->records); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(z->records, i);
		bool cname = ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME;

		if (ldns_dname_compare(ldns_rr_owner(rr), source) != 0 ||
		    (ldns_rr_get_type(rr) != type && !cname))
			continue;
		ldns_rr *copy = ldns_rr_clone(rr);
		ldns_rdf_deep_free(ldns_rr_owner(copy));
		ldns_rr_set_owner(copy, ldns_rdf_clone(name));
		ldns_pkt_push_rr(out, LDNS_SECTION_ANSWER, copy);
		if (cname && type != LDNS_RR_TYPE_CNAME)
			target = ldns_rr_rdf(rr, 0);
	}
	return target;
}

static void answer_from(const struct lab_dns *d, bool authoritative, const ldns_rdf *asked,
    ldns_rr_type type, ldns_pkt *out)
{
	const ldns_rdf *name = asked;
	bool secure = true;

	for (int hops = 0; name != NULL && hops < MAX_CHAIN; hops++) {
		const struct zone *z = zone_of(d, name);
		size_t before = ldns_pkt_ancount(out);
		ldns_rdf *source;
		const ldns_rdf *target;

		secure = secure && z != NULL && z->plan->secure;
		if (z == NULL || z->plan->bogus) {
			ldns_pkt_set_rcode(out, z != NULL && !authoritative ? LDNS_RCODE_SERVFAIL
						: authoritative		    ? LDNS_RCODE_REFUSED
									    : LDNS_RCODE_NXDOMAIN);
			break;
		}
		source = source_of(z, name);
		target = source == NULL ? NULL : copy_records(z, source, name, type, out);
		if (source == NULL)
			ldns_pkt_set_rcode(out, LDNS_RCODE_NXDOMAIN);
		if (target == NULL && ldns_pkt_ancount(out) == before)
			ldns_pkt_push_rr(out, LDNS_SECTION_AUTHORITY, ldns_rr_clone(z->soa));
		ldns_rdf_deep_free(source);
		name = target;
	}
	ldns_pkt_set_ad(out, secure && !authoritative);
}

static ldns_pkt *respond(const struct lab_dns *d, bool authoritative, const ldns_pkt *query)
{
	ldns_rr_list *questions = ldns_pkt_question(query);
	const ldns_rr *q =
	    ldns_rr_list_rr_count(questions) == 1 ? ldns_rr_list_rr(questions, 0) : NULL;
	ldns_pkt *out = ldns_pkt_new();

	ldns_pkt_set_id(out, ldns_pkt_id(query));
	ldns_pkt_set_qr(out, true);
	ldns_pkt_set_rd(out, ldns_pkt_rd(query));
	ldns_pkt_set_ra(out, !authoritative);
	ldns_pkt_set_aa(out, authoritative);
	if (ldns_pkt_edns(query))
		ldns_pkt_set_edns_udp_size(out, UDP_ROOM);
	if (q == NULL || ldns_pkt_get_opcode(query) != LDNS_PACKET_QUERY) {
		ldns_pkt_set_rcode(out, LDNS_RCODE_FORMERR);
		return out;
	}
	ldns_pkt_push_rr(out, LDNS_SECTION_QUESTION, ldns_rr_clone(q));
	answer_from(d, authoritative, ldns_rr_owner(q), ldns_rr_get_type(q), out);
	return out;
}

uint8_t *lab_dns_answer(const struct lab_dns *d, bool authoritative, const uint8_t *query,
    size_t size, size_t room, size_t *out_size)
{
	ldns_pkt *parsed = NULL, *out;
	uint8_t *bytes = NULL;

	*out_size = 0;
	if (ldns_wire2pkt(&parsed, query, size) != LDNS_STATUS_OK)
		return NULL;
	if (ldns_pkt_qr(parsed)) {
		ldns_pkt_free(parsed);
		return NULL;
	}
	out = respond(d, authoritative, parsed);
	if (ldns_pkt2wire(&bytes, out, out_size) == LDNS_STATUS_OK && *out_size > room) {
		free(bytes);
		ldns_rr_list_deep_free(ldns_pkt_answer(out));
		ldns_pkt_set_answer(out, ldns_rr_list_new());
		ldns_pkt_set_ancount(out, 0);
		ldns_pkt_set_tc(out, true);
		ldns_pkt2wire(&bytes, out, out_size);
	}
	ldns_pkt_free(out);
	ldns_pkt_free(parsed);
	return bytes;
}

/* ---- sockets ---- */

struct server {
	const struct lab_dns *dns;
	bool authoritative;
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
	answer = lab_dns_answer(s->dns, s->authoritative, query, (size_t)n, UDP_ROOM, &size);
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
		answer = lab_dns_answer(s->dns, s->authoritative,
		    evbuffer_pullup(in, (ssize_t)want), want, TCP_ROOM, &size);
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
    const struct lab_dns *d, struct event_base *base, bool authoritative, int udp, int tcp)
{
	struct server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct server){ d, authoritative };
	event_add(event_new(base, udp, EV_READ | EV_PERSIST, on_datagram, s), NULL);
	evconnlistener_new(base, on_accept, s, LEV_OPT_CLOSE_ON_FREE, -1, tcp);
}
