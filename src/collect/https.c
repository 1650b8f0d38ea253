/*
 * https - fetches by libcurl on our event loop: MTA-STS policies, BIMI images, autoconfig.
 *
 * No redirect is followed (RFC 8461 section 3.3), no proxy, no cookie, nothing but https, to
 * the address the question names. Bodies, headers and time are bounded. The certificate is
 * not verified here: the chain goes into the evidence, and judges verify it.
 */
#include <curl/curl.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "base/buf.h"
#include "collect/collect.h"
#include "collect/reach.h"
#include "collect/trust.h"

#define MAX_BODY    ((size_t)64 * 1024)
#define MAX_IMAGE   ((size_t)512 * 1024)
#define MAX_SECONDS 10L
#define MAX_FETCHES 32
#define MAX_CHAIN   20

struct fetches {
	struct backend backend;
	struct collector *collector;
	struct arena *arena;
	const struct trust *trust;
	CURLM *multi;
	struct event *timer;
	struct fetch *first;
};

/* Lives in its own arena, which is freed with it. */
struct fetch {
	struct arena arena;
	struct fetches *all;
	struct fetch *next;
	struct job *job;
	struct fact *fact;
	CURL *curl;
	struct curl_slist *connect_to;
	struct buf body;
	char error[CURL_ERROR_SIZE];
};

static size_t max_body(const struct https_question *q)
{
	return str_iends(q->path, STR(".svg")) || str_iends(q->path, STR(".pem")) ? MAX_IMAGE
										  : MAX_BODY;
}

/* A body over the bound ends the transfer; what came until then is kept. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct fetch *f = context;
	size_t room = f->body.max - f->body.n, n = size * count;

	if (n > room) {
		buf_add(&f->body, (struct str){ bytes, room });
		f->fact->https.body_cut = true;
		return 0;
	}
	buf_add(&f->body, (struct str){ bytes, n });
	return n;
}

static void take_chain(struct fetch *f, struct session_tls *tls)
{
	struct curl_certinfo *info = NULL;
	struct arena *a = f->job->facts->arena;
	X509 *certs[MAX_CHAIN];
	size_t n = 0;

	if (curl_easy_getinfo(f->curl, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL)
		return;
	tls->served = (size_t)info->num_of_certs;
	tls->chain = arena_array(a, struct str, MAX_CHAIN);
	for (int i = 0; i < info->num_of_certs && n < MAX_CHAIN; i++)
		for (struct curl_slist *row = info->certinfo[i]; row != NULL; row = row->next) {
			struct str text = str_of(row->data);

			if (!str_starts(text, STR("Cert:")))
				continue;
			text = arena_str(a, str_skip(text, 5));
			BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
			certs[n] = PEM_read_bio_X509(bio, NULL, NULL, NULL);
			BIO_free(bio);
			if (certs[n] != NULL)
				tls->chain[n++] = text;
		}
	tls->chain_count = n;
	tls->anchors = trust_anchors(f->all->trust, a, certs, n, &tls->anchor_count);
	tls->done = n > 0;
	tls->sni = true;
	for (size_t i = 0; i < n; i++)
		X509_free(certs[i]);
}

static struct str info_text(struct fetch *f, CURLINFO what)
{
	char *text = NULL;

	curl_easy_getinfo(f->curl, what, &text);
	return arena_str(f->job->facts->arena, str_slice(str_of(text), 0, 1024));
}

static enum session_status status_of(CURLcode code, bool answered)
{
	if (answered)
		return SESSION_OK;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return SESSION_TIMEOUT;
	case CURLE_COULDNT_CONNECT:
		return SESSION_REFUSED;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
		return SESSION_TLS_FAILED;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return SESSION_CLOSED;
	default:
		return SESSION_GARBLED;
	}
}

static void release_fetch(struct fetch *f)
{
	struct fetch **at = &f->all->first;
	struct arena arena = f->arena;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	curl_multi_remove_handle(f->all->multi, f->curl);
	curl_easy_cleanup(f->curl);
	curl_slist_free_all(f->connect_to);
	buf_free(&f->body);
	arena_free(&arena);
}

static void finish(struct fetch *f, CURLcode code)
{
	struct https_reply *r = &f->fact->https;
	struct arena *a = f->job->facts->arena;
	struct fetches *all = f->all;
	double seconds = 0;
	long status = 0;

	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(f->curl, CURLINFO_TOTAL_TIME, &seconds);
	r->code = (int)status;
	r->ms = (int64_t)(seconds * 1000);
	r->body = arena_str(a, buf_str(&f->body));
	r->content_type = info_text(f, CURLINFO_CONTENT_TYPE);
	r->location = info_text(f, CURLINFO_REDIRECT_URL);
	r->status = status_of(code, status > 0 && (code == CURLE_OK || r->body_cut));
	if (r->status != SESSION_OK)
		r->error =
		    arena_str(a, str_of(f->error[0] != '\0' ? f->error : curl_easy_strerror(code)));
	take_chain(f, &r->tls);
	f->fact->from = STR("this machine");
	struct job *job = f->job;
	struct fact *fact = f->fact;
	release_fetch(f);
	collect_answered(all->collector, job, fact);
}

static void finish_done(struct fetches *all)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(all->multi, &left)) != NULL) {
		char *fetch = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
		finish((struct fetch *)(void *)fetch, message->data.result);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct fetches *all = context;
	int running;

	(void)fd, (void)what;
	curl_multi_socket_action(all->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	finish_done(all);
}

static void on_ready(evutil_socket_t fd, short what, void *context)
{
	struct fetches *all = context;
	int running, flags = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
			     ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(all->multi, fd, flags, &running);
	finish_done(all);
}

static int set_timer(CURLM *multi, long ms, void *context)
{
	struct fetches *all = context;
	struct timeval limit = { ms / 1000, (ms % 1000) * 1000 };

	(void)multi;
	if (ms < 0)
		event_del(all->timer);
	else
		event_add(all->timer, &limit);
	return 0;
}

/* curl tells which of its sockets waits for what. */
static int watch_socket(CURL *curl, curl_socket_t fd, int what, void *context, void *socket_event)
{
	struct fetches *all = context;

	(void)curl;
	if (socket_event != NULL)
		event_free(socket_event);
	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(all->multi, fd, NULL);
		return 0;
	}
	struct event *event = event_new(collect_base(all->collector), fd,
	    (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) |
		    EV_PERSIST),
	    on_ready, all);
	event_add(event, NULL);
	curl_multi_assign(all->multi, fd, event);
	return 0;
}

static void set_options(struct fetch *f, const struct https_question *q, struct str url)
{
	CURL *c = f->curl;

	curl_easy_setopt(c, CURLOPT_URL, url.p);
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, f->connect_to);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(c, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, MAX_SECONDS);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, MAX_SECONDS);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "frank");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->error);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PRIVATE, f);
	buf_init(&f->body, max_body(q));
}

static void refuse(struct fetches *all, struct job *job, struct fact *fact, const char *why)
{
	fact->https =
	    (struct https_reply){ .status = SESSION_UNREACHABLE, .error = str_of(why), .ms = -1 };
	collect_answered(all->collector, job, fact);
}

static void ask_https(struct backend *b, struct job *job, struct fact *fact)
{
	struct fetches *all = (struct fetches *)b;
	const struct https_question *q = &fact->question.https;
	struct ip address = q->address;
	uint16_t port = 443;
	const char *why = reach(collect_options(all->collector), &address, &port);
	struct arena own = { 0 };

	if (why != NULL) {
		refuse(all, job, fact, why);
		return;
	}
	struct fetch *f = arena_new(&own, struct fetch);
	struct str text = ip_write(&own, address);
	struct str route =
	    arena_fmt(&own, address.family == IP_V6 ? "::[" STR_FMT "]:%u" : "::" STR_FMT ":%u",
		STR_ARG(text), port);
	*f = (struct fetch){ .all = all,
		.next = all->first,
		.job = job,
		.fact = fact,
		.curl = curl_easy_init(),
		.connect_to = curl_slist_append(NULL, route.p) };
	if (f->curl == NULL)
		abort();
	all->first = f;
	set_options(
	    f, q, arena_fmt(&own, "https://" STR_FMT STR_FMT, STR_ARG(q->host), STR_ARG(q->path)));
	f->arena = own;
	curl_multi_add_handle(all->multi, f->curl);
}

static void cancel_https(struct backend *b)
{
	struct fetches *all = (struct fetches *)b;

	while (all->first != NULL)
		release_fetch(all->first);
}

static void release_https(struct backend *b)
{
	struct fetches *all = (struct fetches *)b;

	cancel_https(b);
	curl_multi_cleanup(all->multi);
	event_free(all->timer);
}

struct backend *backend_https(struct collector *c, struct arena *a, struct error *e)
{
	struct fetches *all = arena_new(a, struct fetches);

	*all = (struct fetches){ .backend = { ask_https, cancel_https, release_https },
		.collector = c,
		.arena = a,
		.trust = collect_trust(c, e) };
	all->multi = curl_multi_init();
	all->timer = event_new(collect_base(c), -1, 0, on_timer, all);
	if (all->multi == NULL || all->trust == NULL)
		return NULL;
	curl_multi_setopt(all->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(all->multi, CURLMOPT_SOCKETDATA, all);
	curl_multi_setopt(all->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(all->multi, CURLMOPT_TIMERDATA, all);
	curl_multi_setopt(all->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)MAX_FETCHES);
	curl_multi_setopt(all->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 2L);
	return &all->backend;
}
