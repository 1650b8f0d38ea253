/*
 * servers - they speak just enough to be audited, and misbehave when told to.
 *
 * One connection is one struct client; a filter of OpenSSL is put over its socket when TLS
 * begins. No mail is ever taken: DATA is refused.
 */
#include "lab/servers.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/listener.h>
#include <stdlib.h>

#include "wire/domain.h"

#define MAX_LINE  65536
#define HUGE_LINE 1000000

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
	struct event *timer;
	struct evbuffer *slow; /* LAB_BYTES: what is still to be said */
	bool tls;
	bool closing;	 /* all is said: the client closes, or time does */
	bool hang_up;	 /* a trick: closes at once */
	uint64_t said;	 /* lines */
	struct str path; /* HTTPS: asked for */
};

static void end(struct client *c)
{
	if (c->timer != NULL)
		event_free(c->timer);
	if (c->slow != NULL)
		evbuffer_free(c->slow);
	bufferevent_free(c->bev);
	arena_free(&c->arena);
	free(c);
}

static void say_byte(evutil_socket_t fd, short what, void *context)
{
	struct client *c = context;
	const struct timeval soon = { 0, 200 };
	char byte;

	(void)fd, (void)what;
	if (evbuffer_remove(c->slow, &byte, 1) == 1) {
		bufferevent_write(c->bev, &byte, 1);
		event_add(c->timer, &soon);
	}
}

static void say_bytes(struct client *c, struct str text)
{
	const struct timeval soon = { 0, 200 };

	if (c->server->service->trick != LAB_BYTES) {
		bufferevent_write(c->bev, text.p, text.n);
		return;
	}
	if (c->slow == NULL) {
		c->slow = evbuffer_new();
		c->timer = event_new(c->server->base, -1, 0, say_byte, c);
	}
	evbuffer_add(c->slow, text.p, text.n);
	event_add(c->timer, &soon);
}

static void say(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct client *c, const char *fmt, ...)
{
	const struct lab_service *s = c->server->service;
	va_list args;

	if (s->trick == LAB_DROP && c->said++ >= s->number) {
		c->hang_up = true;
		return;
	}
	va_start(args, fmt);
	struct str line = arena_vfmt(&c->arena, fmt, args);
	va_end(args);
	say_bytes(c, arena_fmt(&c->arena, STR_FMT "\r\n", STR_ARG(line)));
}

/* ---- TLS ---- */

static void on_read(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);
static void greet(struct client *);

static void begin_tls(struct client *c)
{
	SSL *ssl = SSL_new(c->server->context);
	struct evbuffer *in = bufferevent_get_input(c->bev);

	/* RFC 3207 section 4.2: what came before the handshake is forgotten. */
	evbuffer_drain(in, evbuffer_get_length(in));
	c->bev = bufferevent_openssl_filter_new(
	    c->server->base, c->bev, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	c->tls = true;
}

static bool may_starttls(const struct client *c)
{
	return c->server->context != NULL && !c->tls && !c->server->service->implicit_tls;
}

static void starttls(struct client *c, const char *ready)
{
	if (!may_starttls(c)) {
		say(c, c->server->service->protocol == LAB_SMTP ? "502 5.5.1 not now"
								: "-ERR not now");
		return;
	}
	say(c, "%s", ready);
	if (c->server->service->trick == LAB_INJECT)
		say(c, "250 this was never encrypted");
	if (c->server->service->trick == LAB_TLS_HALF)
		c->hang_up = true;
	else
		begin_tls(c);
}

/* ---- SMTP ---- */

static void say_endless(struct client *c)
{
	for (int i = 0; i < 20000; i++)
		say(c, "250-X-FILLER-%d", i);
}

static void ehlo(struct client *c)
{
	const struct lab_service *s = c->server->service;

	if (s->trick == LAB_ENDLESS)
		say_endless(c);
	say(c, "250-" STR_FMT, STR_ARG(s->ehlo));
	say(c, "250-PIPELINING");
	say(c, "250-SIZE 26214400");
	say(c, "250-8BITMIME");
	say(c, "250-ENHANCEDSTATUSCODES");
	if (may_starttls(c))
		say(c, "250-STARTTLS");
	if (s->port != 25 && (c->tls || s->trick == LAB_PLAIN_AUTH))
		say(c, "250-AUTH PLAIN LOGIN");
	say(c, "250 SMTPUTF8");
}

static bool accepts(const struct lab_service *s, struct str local)
{
	for (size_t i = 0; i < s->accept_count; i++)
		if (str_ieq(s->accepts[i], local))
			return true;
	return false;
}

static void rcpt(struct client *c, struct str line)
{
	const struct lab_service *s = c->server->service;
	struct str rest = line, address, domain, local;

	str_cut(&rest, '<');
	address = str_cut(&rest, '>');
	ptrdiff_t at = str_rchr(address, '@');
	local = str_slice(address, 0, at < 0 ? address.n : (size_t)at);
	domain = at < 0 ? c->server->domain : str_skip(address, (size_t)at + 1);
	if (s->port != 25 && s->trick != LAB_RELAY)
		say(c, "530 5.7.0 authentication required");
	else if (s->trick == LAB_GREYLIST)
		say(c, "450 4.7.1 greylisted, try again later");
	else if (s->trick == LAB_RELAY)
		say(c, "250 2.1.5 ok");
	else if (!domain_eq(domain, c->server->domain) && domain.p[0] != '[')
		say(c, "554 5.7.1 relay access denied");
	else if (str_find(local, STR("%")) >= 0 || str_find(local, STR("!")) >= 0 ||
		 !accepts(s, local))
		say(c, "550 5.1.1 no such user");
	else
		say(c, "250 2.1.5 ok");
}

static void smtp(struct client *c, struct str line)
{
	struct str rest = line, word = str_cut_word(&rest);

	if (str_ieq(word, STR("EHLO")))
		ehlo(c);
	else if (str_ieq(word, STR("HELO")))
		say(c, "250 " STR_FMT, STR_ARG(c->server->service->ehlo));
	else if (str_ieq(word, STR("STARTTLS")))
		starttls(c, "220 2.0.0 ready");
	else if (str_ieq(word, STR("MAIL")) && c->server->service->port != 25)
		say(c, "530 5.7.0 authentication required");
	else if (str_ieq(word, STR("MAIL")) || str_ieq(word, STR("RSET")) ||
		 str_ieq(word, STR("NOOP")))
		say(c, "250 2.0.0 ok");
	else if (str_ieq(word, STR("RCPT")))
		rcpt(c, line);
	else if (str_ieq(word, STR("VRFY")))
		say(c, "252 2.0.0 send some mail and see");
	else if (str_ieq(word, STR("QUIT")))
		say(c, "221 2.0.0 bye");
	else
		say(c, "502 5.5.2 not here");
	c->closing |= str_ieq(word, STR("QUIT"));
}

/* ---- IMAP, POP3, HTTPS ---- */

static void imap(struct client *c, struct str line)
{
	struct str rest = line, tag = str_cut_word(&rest), word = str_cut_word(&rest);

	if (str_ieq(word, STR("CAPABILITY"))) {
		say(c, "* CAPABILITY IMAP4rev1 IDLE%s%s",
		    may_starttls(c) ? " STARTTLS LOGINDISABLED" : "", c->tls ? " AUTH=PLAIN" : "");
		say(c, STR_FMT " OK done", STR_ARG(tag));
	} else if (str_ieq(word, STR("STARTTLS")) && may_starttls(c)) {
		starttls(c, arena_fmt(&c->arena, STR_FMT " OK begin", STR_ARG(tag)).p);
	} else if (str_ieq(word, STR("LOGOUT"))) {
		say(c, "* BYE");
		say(c, STR_FMT " OK bye", STR_ARG(tag));
		c->closing = true;
	} else {
		say(c, STR_FMT " BAD not here", STR_ARG(tag));
	}
}

static void pop3(struct client *c, struct str line)
{
	struct str rest = line, word = str_cut_word(&rest);

	if (str_ieq(word, STR("CAPA"))) {
		say(c, "+OK");
		say(c, "UIDL");
		if (may_starttls(c))
			say(c, "STLS");
		if (c->tls)
			say(c, "USER");
		say(c, ".");
	} else if (str_ieq(word, STR("STLS"))) {
		starttls(c, "+OK begin");
	} else if (str_ieq(word, STR("QUIT"))) {
		say(c, "+OK bye");
		c->closing = true;
	} else {
		say(c, "-ERR not here");
	}
}

static void send_file(struct client *c)
{
	const struct lab_service *s = c->server->service;

	c->closing = true;
	if (s->trick == LAB_REDIRECT) {
		say(c, "HTTP/1.1 301 Moved\r\nLocation: "
		       "https://elsewhere.example/\r\nContent-Length: 0\r\nConnection: close\r\n");
		return;
	}
	for (size_t i = 0; i < s->file_count; i++) {
		const struct lab_file *f = &s->files[i];

		if (!str_eq(f->path, c->path))
			continue;
		say(c,
		    "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: "
		    "close\r\n",
		    str_ends(f->path, STR(".txt"))   ? "text/plain"
		    : str_ends(f->path, STR(".xml")) ? "text/xml"
						     : "text/html",
		    f->content.n);
		say_bytes(c, f->content);
		return;
	}
	say(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n");
}

static void https(struct client *c, struct str line)
{
	struct str rest = line;

	if (line.n == 0) {
		send_file(c);
	} else if (c->path.n == 0) {
		str_cut_word(&rest);
		c->path = arena_str(&c->arena, str_cut_word(&rest));
	}
}

/* ---- a connection ---- */

static void (*const speakers[])(struct client *, struct str) = {
	[LAB_SMTP] = smtp,
	[LAB_IMAP] = imap,
	[LAB_POP3] = pop3,
	[LAB_HTTPS] = https,
};

static void on_read(struct bufferevent *bev, void *context)
{
	struct client *c = context;
	const struct timeval patience = { 5, 0 };
	struct evbuffer *in = bufferevent_get_input(c->bev);
	char *line;
	size_t n;

	(void)bev;
	while (!c->closing && !c->hang_up &&
	       (line = evbuffer_readln(in, &n, EVBUFFER_EOL_CRLF)) != NULL) {
		struct bufferevent *before = c->bev;

		speakers[c->server->service->protocol](c, (struct str){ line, n });
		free(line);
		if (c->bev != before)
			return; /* TLS has begun: what comes next is not text */
	}
	if (c->closing)
		bufferevent_set_timeouts(c->bev, &patience, &patience);
	if (c->hang_up || evbuffer_get_length(in) > MAX_LINE)
		end(c);
}

static void on_event(struct bufferevent *bev, short what, void *context)
{
	struct client *c = context;

	(void)bev;
	if ((what & BEV_EVENT_CONNECTED) != 0 && c->server->service->implicit_tls)
		greet(c);
	else if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0)
		end(c);
}

static void huge_line(struct client *c)
{
	char *x = arena_array(&c->arena, char, HUGE_LINE);

	memset(x, 'x', HUGE_LINE);
	say_bytes(c, (struct str){ x, HUGE_LINE });
}

static void greet(struct client *c)
{
	const struct lab_service *s = c->server->service;
	static const char *const heads[] = {
		[LAB_SMTP] = "220 ",
		[LAB_IMAP] = "* OK ",
		[LAB_POP3] = "+OK ",
		[LAB_HTTPS] = "",
	};

	if (s->protocol == LAB_HTTPS || s->trick == LAB_SILENT)
		return;
	if (s->trick == LAB_GARBAGE)
		say(c, "\x01\x02 what \x1b[31m is this\x07");
	else if (s->trick == LAB_HUGE_LINE)
		huge_line(c);
	else if (s->trick == LAB_SAY_421)
		say(c, "421 4.7.0 too many connections from you");
	else
		say(c, "%s" STR_FMT, heads[s->protocol], STR_ARG(s->greeting));
}

static void on_greeting_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	greet(context);
}

static void on_accept(
    struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int length, void *context)
{
	struct client *c = calloc(1, sizeof(*c));

	(void)from, (void)length;
	if (c == NULL)
		abort();
	c->server = context;
	c->bev = bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	if (c->server->service->implicit_tls && c->server->context != NULL) {
		begin_tls(c);
	} else if (c->server->service->trick == LAB_DELAY) {
		struct timeval wait = { (time_t)(c->server->service->number / 1000),
			(suseconds_t)(c->server->service->number % 1000 * 1000) };

		c->timer = event_new(c->server->base, -1, 0, on_greeting_due, c);
		event_add(c->timer, &wait);
	} else {
		greet(c);
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
