/*
 * servers - the connections of the lab's servers: bytes, TLS and the tricks of either.
 *
 * What is said is written before what comes next begins: TLS, or the end.  So a trick breaks
 * off where it means to, and never loses a byte before.
 */
#include "lab/servers.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lab/client.h"

#define MAX_LINE  65536
#define HUGE_LINE 1000000

static const struct timeval byte_pause = { 0, 200 }, patience = { 5, 0 };

struct server {
	struct event_base *base;
	const struct lab_service *service;
	struct str domain;
	SSL_CTX *context;
};

struct client {
	const struct server *server;
	struct arena arena;
	struct bufferevent *bev;
	struct event *due;	/* LAB_DELAY: the first word */
	struct event *tick;	/* LAB_BYTES: the next byte */
	struct evbuffer *slow;	/* LAB_BYTES: what is still to be said */
	enum client_next next;	/* when all is said */
	bool tls, half, waited; /* half: the handshake will break off */
	uint64_t said;		/* lines */
	struct str path;
};

static void end(struct client *c)
{
	if (c->due != NULL)
		event_free(c->due);
	if (c->tick != NULL)
		event_free(c->tick);
	if (c->slow != NULL)
		evbuffer_free(c->slow);
	bufferevent_free(c->bev);
	arena_free(&c->arena);
	free(c);
}

/* ---- what the protocols use ---- */

const struct lab_service *client_service(const struct client *c)
{
	return c->server->service;
}

struct str client_domain(const struct client *c)
{
	return c->server->domain;
}

struct arena *client_arena(struct client *c)
{
	return &c->arena;
}

bool client_has_tls(const struct client *c)
{
	return c->tls;
}

bool client_may_starttls(const struct client *c)
{
	return c->server->context != NULL && !c->tls && !c->server->service->implicit_tls;
}

void client_then(struct client *c, enum client_next next)
{
	if (c->next == CLIENT_GO_ON)
		c->next = next;
}

void client_set_path(struct client *c, struct str path)
{
	if (c->path.n == 0)
		c->path = arena_str(&c->arena, path);
}

struct str client_path(const struct client *c)
{
	return c->path;
}

static void say_byte(evutil_socket_t fd, short what, void *context)
{
	struct client *c = context;
	char byte;

	(void)fd, (void)what;
	if (evbuffer_remove(c->slow, &byte, 1) == 1) {
		bufferevent_write(c->bev, &byte, 1);
		event_add(c->tick, &byte_pause);
	}
}

void client_say_bytes(struct client *c, struct str text)
{
	if (!lab_plays(c->server->service, LAB_BYTES)) {
		bufferevent_write(c->bev, text.p, text.n);
		return;
	}
	if (c->slow == NULL) {
		c->slow = evbuffer_new();
		c->tick = event_new(c->server->base, -1, 0, say_byte, c);
	}
	evbuffer_add(c->slow, text.p, text.n);
	event_add(c->tick, &byte_pause);
}

void client_say(struct client *c, const char *fmt, ...)
{
	const struct lab_service *s = c->server->service;
	va_list args;

	if (lab_plays(s, LAB_DROP) && c->said++ >= s->numbers[LAB_DROP]) {
		c->next = CLIENT_HANG_UP;
		return;
	}
	va_start(args, fmt);
	struct str line = arena_vfmt(&c->arena, fmt, args);
	va_end(args);
	client_say_bytes(c, line);
	client_say_bytes(c, STR("\r\n"));
}

/* ---- first words ---- */

static void settle(struct client *);

static void huge_line(struct client *c)
{
	char *x = arena_array(&c->arena, char, HUGE_LINE);

	memset(x, 'x', HUGE_LINE);
	client_say_bytes(c, (struct str){ x, HUGE_LINE });
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	client_first_word(context);
	settle(context);
}

static void wait_a_while(struct client *c)
{
	uint64_t ms = c->server->service->numbers[LAB_DELAY];
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	c->waited = true;
	c->due = event_new(c->server->base, -1, 0, on_due, c);
	event_add(c->due, &wait);
}

void client_first_word(struct client *c)
{
	const struct lab_service *s = c->server->service;
	const struct speaker *speaker = &lab_speakers[s->protocol];

	if (lab_plays(s, LAB_DELAY) && !c->waited) {
		wait_a_while(c);
	} else if (lab_plays(s, LAB_SILENT)) {
		return;
	} else if (lab_plays(s, LAB_GARBAGE)) {
		client_say(c, "\x01\x02 what \x1b[31m is this\x07");
	} else if (lab_plays(s, LAB_HUGE_LINE)) {
		huge_line(c);
	} else if (lab_plays(s, LAB_SAY_421)) {
		client_say(c, "%s", speaker->busy);
		client_then(c, CLIENT_HANG_UP);
	} else {
		speaker->open(c);
	}
}

/* ---- TLS ---- */

static void on_read(struct bufferevent *, void *);
static void on_written(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);

static void listen_to(struct client *c)
{
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

static void take_tls(struct client *c, evutil_socket_t fd)
{
	c->bev = bufferevent_openssl_socket_new(c->server->base, fd, SSL_new(c->server->context),
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	c->tls = true;
	listen_to(c);
}

/* What the client sent in clear behind STARTTLS is forgotten (RFC 3207 section 4.2). */
static void begin_tls(struct client *c)
{
	struct bufferevent *clear = c->bev;
	evutil_socket_t fd = bufferevent_getfd(clear);

	c->next = CLIENT_GO_ON;
	c->half = lab_plays(c->server->service, LAB_TLS_HALF);
	if (c->half)
		return;
	bufferevent_setfd(clear, -1);
	bufferevent_free(clear);
	take_tls(c, fd);
}

/* Say the first half of what OpenSSL would say to the client's hello, and hang up. */
static void break_handshake(struct client *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	int size = (int)evbuffer_get_length(in);
	BIO *hello = BIO_new_mem_buf(evbuffer_pullup(in, -1), size), *reply = BIO_new(BIO_s_mem());
	SSL *ssl = SSL_new(c->server->context);
	char *bytes;
	long n;

	BIO_set_mem_eof_return(hello, -1); /* the rest may come */
	SSL_set_bio(ssl, hello, reply);
	SSL_accept(ssl);
	n = BIO_get_mem_data(reply, &bytes);
	if (n > 0) {
		bufferevent_write(c->bev, bytes, (size_t)n / 2);
		c->next = CLIENT_HANG_UP;
	}
	SSL_free(ssl);
}

/* ---- a connection ---- */

/* The writing side ends; what the client still says is read, so that nothing is reset. */
static void hang_up(struct client *c)
{
	c->next = CLIENT_CLOSE;
	shutdown(bufferevent_getfd(c->bev), SHUT_WR);
}

static void settle(struct client *c)
{
	bool said = evbuffer_get_length(bufferevent_get_output(c->bev)) == 0 &&
		    (c->slow == NULL || evbuffer_get_length(c->slow) == 0);

	if (!said || c->next == CLIENT_GO_ON)
		return;
	if (c->next == CLIENT_BEGIN_TLS) {
		begin_tls(c);
		return;
	}
	if (c->next == CLIENT_HANG_UP)
		hang_up(c);
	bufferevent_set_timeouts(c->bev, &patience, NULL);
}

static void on_written(struct bufferevent *bev, void *context)
{
	(void)bev;
	settle(context);
}

static void read_lines(struct client *c, struct evbuffer *in)
{
	char *line;
	size_t n;

	while (c->next == CLIENT_GO_ON &&
	       (line = evbuffer_readln(in, &n, EVBUFFER_EOL_CRLF)) != NULL) {
		lab_speakers[c->server->service->protocol].line(c, (struct str){ line, n });
		free(line);
	}
	if (c->next == CLIENT_GO_ON && evbuffer_get_length(in) > MAX_LINE)
		c->next = CLIENT_HANG_UP;
}

static void on_read(struct bufferevent *bev, void *context)
{
	struct client *c = context;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (c->half && c->next == CLIENT_GO_ON)
		break_handshake(c);
	else
		read_lines(c, in);
	if (c->next == CLIENT_CLOSE || c->next == CLIENT_HANG_UP)
		evbuffer_drain(in, evbuffer_get_length(in));
	settle(c);
}

static void on_event(struct bufferevent *bev, short what, void *context)
{
	struct client *c = context;

	(void)bev;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0) {
		end(c);
	} else if ((what & BEV_EVENT_CONNECTED) != 0 && c->server->service->implicit_tls &&
		   c->server->service->protocol != LAB_HTTPS) {
		client_first_word(c);
		settle(c);
	}
}

static void on_accept(
    struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int length, void *context)
{
	struct client *c = calloc(1, sizeof(*c));
	bool implicit;
	int on = 1;

	(void)from, (void)length;
	if (c == NULL)
		abort();
	c->server = context;
	implicit = c->server->service->implicit_tls && c->server->context != NULL;
	c->half = implicit && lab_plays(c->server->service, LAB_TLS_HALF);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* LAB_BYTES */
	if (implicit && !c->half) {
		take_tls(c, fd);
		return;
	}
	c->bev = bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);
	listen_to(c);
	if (!c->half && c->server->service->protocol != LAB_HTTPS) {
		client_first_word(c);
		settle(c);
	}
}

void lab_serve(struct event_base *base, const struct lab_service *service, struct str domain,
    SSL_CTX *context, int listener)
{
	struct server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct server){ base, service, domain, context };
	evconnlistener_new(base, on_accept, s, LEV_OPT_CLOSE_ON_FREE, -1, listener);
}
