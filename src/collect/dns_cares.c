/*
 * dns_cares - questions to --resolver, and direct questions to any name server.
 *
 * One c-ares channel a server and transport. Queries are made by ldns, so that AD, DO, RD
 * and EDNS are as we want them; c-ares sends, retries, falls back to TCP and matches ids.
 */
#include "collect/dns_servers.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>

#include "evidence/dns_wire.h"

/* c-ares doubles the time with each try: at most 3 + 6 seconds. */
#define TRY_MS	    3000
#define TRIES	    2
#define MAX_SERVERS 512
/* Under way at once. More answers at a time than fit the socket's buffer would be lost. */
#define WINDOW_RESOLVER 100
#define WINDOW_DIRECT	10
#define MAX_SOCKETS	16 /* of one channel: one UDP and some TCP */

struct watched {
	ares_socket_t fd;
	struct event *event;
};

struct server {
	struct dns_servers *all;
	struct server *next;
	struct ip address;
	enum dns_transport transport;
	uint16_t port;
	ares_channel channel;
	struct event *timer;
	struct watched watched[MAX_SOCKETS];
	bool fallback; /* may c-ares go over to TCP by itself? */
	size_t in_flight;
	bool pumping;
	struct asking *waiting, **waiting_end;
};

struct dns_servers {
	struct collector *collector;
	struct arena *arena;
	struct server *first;
	size_t count;
};

/* One question under way. */
struct asking {
	struct server *server;
	struct job *job;
	struct fact *fact;
	struct asking *next; /* in the line of those waiting */
	bool unchecked;	     /* the second time, with CD */
};

struct dns_servers *dns_servers_new(struct collector *c, struct arena *a)
{
	struct dns_servers *all = arena_new(a, struct dns_servers);

	all->collector = c;
	all->arena = a;
	return all;
}

static void arm_timer(struct server *s)
{
	struct timeval limit, *next = ares_timeout(s->channel, NULL, &limit);

	if (next != NULL)
		event_add(s->timer, next);
	else
		event_del(s->timer);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;

	(void)fd, (void)what;
	ares_process_fd(s->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	arm_timer(s);
}

static void on_socket(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;

	ares_process_fd(s->channel, (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
	    (what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	arm_timer(s);
}

/* c-ares tells which of its sockets wait for what. */
static void on_state(void *context, ares_socket_t fd, int readable, int writable)
{
	struct server *s = context;
	struct watched *slot = NULL;

	for (size_t i = 0; i < MAX_SOCKETS && (slot == NULL || slot->fd != fd); i++)
		if (s->watched[i].event != NULL ? s->watched[i].fd == fd : slot == NULL)
			slot = &s->watched[i];
	if (slot == NULL)
		return;
	if (slot->event != NULL) {
		event_free(slot->event);
		slot->event = NULL;
	}
	if (!readable && !writable)
		return;
	slot->fd = fd;
	slot->event = event_new(collect_base(s->all->collector), fd,
	    (short)((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0) | EV_PERSIST), on_socket,
	    s);
	event_add(slot->event, NULL);
}

static bool set_server(struct server *s)
{
	struct ares_addr_port_node node = { .family =
						s->address.family == IP_V4 ? AF_INET : AF_INET6,
		.udp_port = s->port,
		.tcp_port = s->port };

	memcpy(&node.addr, s->address.bytes, s->address.family == IP_V4 ? 4 : 16);
	return ares_set_servers_ports(s->channel, &node) == ARES_SUCCESS;
}

static bool open_channel(struct server *s)
{
	/*
	 * Answers with SERVFAIL and the like are facts, to be handed on as they came. Without
	 * ARES_FLAG_EDNS c-ares takes every datagram beyond 512 octets for a truncated one.
	 */
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
			 ARES_FLAG_NOCHECKRESP | ARES_FLAG_STAYOPEN |
			 (s->transport == DNS_TCP ? ARES_FLAG_USEVC : 0) |
			 (s->fallback ? 0 : ARES_FLAG_IGNTC),
		.timeout = TRY_MS,
		.tries = TRIES,
		.ednspsz = DNS_EDNS_SIZE,
		.sock_state_cb = on_state,
		.sock_state_cb_data = s,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB |
		   ARES_OPT_EDNSPSZ;

	if (ares_init_options(&s->channel, &options, mask) != ARES_SUCCESS)
		return false;
	if (set_server(s))
		return true;
	ares_destroy(s->channel);
	return false;
}

static struct server *server_for(
    struct dns_servers *all, struct ip address, uint16_t port, enum dns_transport t, bool fallback)
{
	struct server *s;

	for (s = all->first; s != NULL; s = s->next)
		if (ip_eq(s->address, address) && s->port == port && s->transport == t &&
		    s->fallback == fallback)
			return s;
	if (all->count == MAX_SERVERS)
		return NULL;
	s = arena_new(all->arena, struct server);
	*s = (struct server){
		.all = all, .address = address, .port = port, .transport = t, .fallback = fallback
	};
	if (!open_channel(s))
		return NULL;
	s->waiting_end = &s->waiting;
	s->timer = event_new(collect_base(all->collector), -1, 0, on_timer, s);
	s->next = all->first;
	all->first = s;
	all->count++;
	return s;
}

static const char *failure_text(int status)
{
	return status == ARES_ETIMEOUT ? "no answer within the time limit" : ares_strerror(status);
}

static void put_reply(struct asking *q, int status, const uint8_t *bytes, size_t size)
{
	struct frank_case *facts = q->job->facts;

	if (bytes != NULL && dns_wire_answer(facts, q->fact, bytes, size))
		return;
	case_put_dns(facts, q->fact,
	    bytes != NULL || status == ARES_EBADRESP ? DNS_SERVFAIL : DNS_TIMEOUT, NULL, 0);
	q->fact->dns.bogus_why =
	    arena_str(facts->arena, bytes != NULL ? STR("the response answers another question")
						  : str_of(failure_text(status)));
}

/*
 * A validating resolver says SERVFAIL to what is bogus. Asked again with CD it hands the data
 * over: when there is some, and it is signed, the signatures are what it did not like.
 */
static void put_unchecked(struct asking *q, const uint8_t *bytes, size_t size)
{
	struct frank_case *facts = q->job->facts;
	struct fact *f = q->fact;
	bool bogus = bytes != NULL && dns_wire_answer(facts, f, bytes, size) &&
		     !dns_failed(&f->dns) && dns_wire_signed(bytes, size);

	struct str why = f->dns.bogus_why;

	case_put_dns(facts, f, bogus ? DNS_BOGUS : DNS_SERVFAIL, NULL, 0);
	f->dns.security = bogus ? DNS_SEC_BOGUS : DNS_INDETERMINATE;
	f->dns.bogus_why = why;
	if (bogus)
		f->dns.bogus_why = STR("the resolver refuses the answer (SERVFAIL), and gives it "
				       "when told not to validate (CD): its signatures fail");
}

static void name_server(struct asking *q)
{
	struct arena *a = q->job->facts->arena;
	struct str server = ip_write(a, q->server->address);

	q->fact->from =
	    arena_fmt(a, q->server->address.family == IP_V6 ? "[" STR_FMT "]:%u" : STR_FMT ":%u",
		STR_ARG(server), q->server->port);
}

static void send_query(struct asking *q);

/* Send what the window has room for. An answer may come while sending; it is not nested. */
static void pump(struct server *s)
{
	if (s->pumping)
		return;
	s->pumping = true;
	while (
	    s->waiting != NULL && s->in_flight < (s->fallback ? WINDOW_RESOLVER : WINDOW_DIRECT)) {
		struct asking *q = s->waiting;

		s->waiting = q->next;
		if (s->waiting == NULL)
			s->waiting_end = &s->waiting;
		s->in_flight++;
		send_query(q);
	}
	s->pumping = false;
}

static void answered(struct asking *q)
{
	q->server->in_flight--;
	collect_answered(q->server->all->collector, q->job, q->fact);
	pump(q->server);
}

static void on_reply(void *context, int status, int timeouts, unsigned char *bytes, int size)
{
	struct asking *q = context;

	(void)timeouts;
	if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED)
		return;
	if (q->unchecked)
		put_unchecked(q, bytes, (size_t)size);
	else
		put_reply(q, status, bytes, (size_t)size);
	if (!q->unchecked && q->server->fallback && bytes != NULL &&
	    q->fact->dns.status == DNS_SERVFAIL) {
		q->unchecked = true;
		send_query(q);
		return;
	}
	name_server(q);
	answered(q);
}

static void send_query(struct asking *q)
{
	struct frank_case *facts = q->job->facts;
	size_t size = 0;
	uint8_t *query = dns_wire_query(facts, &q->fact->question.dns, q->unchecked, &size);

	if (query == NULL) {
		case_put_dns(facts, q->fact, DNS_SERVFAIL, NULL, 0);
		q->fact->dns.bogus_why = STR("the question could not be put into a message");
		answered(q);
		return;
	}
	ares_send(q->server->channel, query, (int)size, on_reply, q);
	free(query);
	arm_timer(q->server);
}

void dns_servers_ask(
    struct dns_servers *all, const struct dns_target *t, struct job *job, struct fact *f)
{
	struct server *s = server_for(all, t->address, t->port, t->transport, t->fallback);
	struct asking *q = arena_new(job->facts->arena, struct asking);

	if (s == NULL) {
		case_put_nothing(job->facts, f, STR("too many name servers in one run"));
		collect_answered(all->collector, job, f);
		return;
	}
	*q = (struct asking){ .server = s, .job = job, .fact = f };
	*s->waiting_end = q;
	s->waiting_end = &q->next;
	pump(s);
}

static void cancel(struct server *s)
{
	s->waiting = NULL;
	s->waiting_end = &s->waiting;
	ares_cancel(s->channel);
	s->in_flight = 0;
}

void dns_servers_cancel(struct dns_servers *all)
{
	for (struct server *s = all->first; s != NULL; s = s->next)
		cancel(s);
}

void dns_servers_free(struct dns_servers *all)
{
	for (struct server *s = all->first; s != NULL; s = s->next) {
		ares_destroy(s->channel);
		event_free(s->timer);
	}
	all->first = NULL;
}
