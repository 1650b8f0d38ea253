/* session_talk - the socket of a talk: connecting, time limits, lines; see sessions.h. */
#include "collect/sessions.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_io(evutil_socket_t fd, short what, void *context);

static int64_t talk_ms(const struct talk *t)
{
	return collect_ms(t->all->collector) - t->begun;
}

/* Into the transcript, to its bounds. */
void talk_note(struct talk *t, enum speaker who, struct str text)
{
	struct session *s = talk_session(t);
	struct arena *a = t->job->facts->arena;

	if (s->line_count >= TALK_MAX_LINES) {
		s->cut = true;
		return;
	}
	s->cut |= text.n > TALK_MAX_TEXT;
	struct session_line line = { .who = who,
		.tls = s->tls.done,
		.ms = talk_ms(t),
		.text = arena_str(a, str_slice(text, 0, TALK_MAX_TEXT)) };
	arena_push(a, s->lines, s->line_count, struct session_line, line);
}

void talk_end(struct talk *t, enum session_status status, struct str error)
{
	struct session *s = talk_session(t);

	if (t->finished)
		return;
	t->finished = true;
	s->status = status;
	s->error = arena_str(t->job->facts->arena, error);
	s->total_ms = talk_ms(t);
	sessions_talk_over(t);
}

void talk_release(struct talk *t)
{
	t->finished = true;
	tls_release(t);
	if (t->io != NULL)
		event_free(t->io);
	if (t->alarm != NULL)
		event_free(t->alarm);
	t->io = t->alarm = NULL;
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	buf_free(&t->in);
	buf_free(&t->out);
}

static enum session_status status_of_errno(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return SESSION_REFUSED;
	case ETIMEDOUT:
		return SESSION_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
		return SESSION_CLOSED;
	default:
		return SESSION_UNREACHABLE;
	}
}

static void end_by_errno(struct talk *t, int error)
{
	talk_end(t, status_of_errno(error), str_of(strerror(error)));
}

static const char *what_was_late(struct talk *t)
{
	if (!t->connected)
		return "no connection within 10 seconds";
	if (talk_ms(t) + 100 >= TALK_TOTAL_MS)
		return "the talk was not over within 40 seconds";
	if (t->handshake)
		return "the TLS handshake was not finished within 15 seconds";
	if (!t->greeted)
		return "connected, but no greeting within 15 seconds";
	return "no answer within 15 seconds";
}

void talk_limit(struct talk *t, int64_t ms)
{
	int64_t left = TALK_TOTAL_MS - talk_ms(t);
	struct timeval limit;

	if (ms > left)
		ms = left > 1 ? left : 1;
	limit = (struct timeval){ ms / 1000, (ms % 1000) * 1000 };
	event_add(t->alarm, &limit);
}

static void watch(struct talk *t)
{
	short want =
	    (short)(EV_READ | EV_PERSIST | (t->out.n > t->sent || !t->connected ? EV_WRITE : 0));

	if (t->io != NULL)
		event_free(t->io);
	t->io = event_new(collect_base(t->all->collector), t->fd, want, on_io, t);
	event_add(t->io, NULL);
}

static void on_alarm(evutil_socket_t fd, short what, void *context)
{
	struct talk *t = context;
	struct str late = str_of(what_was_late(t));

	(void)fd, (void)what;
	if (t->listening) {
		script_silence(t);
		if (!t->finished)
			watch(t);
		return;
	}
	if (t->handshake)
		talk_session(t)->tls.error = late;
	talk_end(t, SESSION_TIMEOUT, late);
}

/* Our own literal for EHLO (RFC 5321 section 4.1.3). */
static void note_local(struct talk *t)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t size = sizeof(ss);
	struct ip ip = { .family = IP_V4 };

	if (getsockname(t->fd, (struct sockaddr *)&ss, &size) != 0)
		return;
	if (ss.ss_family == AF_INET6) {
		ip.family = IP_V6;
		memcpy(ip.bytes, &((struct sockaddr_in6 *)(void *)&ss)->sin6_addr, 16);
	} else {
		memcpy(ip.bytes, &((struct sockaddr_in *)(void *)&ss)->sin_addr, 4);
	}
	struct str text = ip_write(&t->arena, ip);
	t->local = arena_fmt(
	    &t->arena, ip.family == IP_V6 ? "[IPv6:" STR_FMT "]" : "[" STR_FMT "]", STR_ARG(text));
}

static void connected(struct talk *t)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
		end_by_errno(t, error != 0 ? error : errno);
		return;
	}
	t->connected = true;
	talk_session(t)->connect_ms = talk_ms(t);
	note_local(t);
	talk_limit(t, TALK_GREETING_MS);
	if (t->fact->question.session.implicit_tls) {
		if (!tls_begin(t))
			return;
	} else {
		script_begin(t);
	}
	if (!t->finished)
		watch(t);
}

static void flush_out(struct talk *t)
{
	while (t->sent < t->out.n) {
		ssize_t n = send(t->fd, t->out.p + t->sent, t->out.n - t->sent, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			end_by_errno(t, errno);
			return;
		}
		t->sent += (size_t)n;
	}
	if (t->sent == t->out.n) {
		buf_clear(&t->out);
		t->sent = 0;
	}
	watch(t);
}

/* IMAP servers may speak at any time (RFC 9051 section 5.2), the others only when asked. */
bool talk_unasked(struct talk *t)
{
	struct str rest = buf_str(&t->in), line = str_slice(str_cut_line(&rest), 0, 200);

	if (t->in.n == 0 || t->reader.protocol == REPLY_IMAP)
		return false;
	talk_note(t, SPEAKER_NOTE,
	    arena_fmt(&t->arena, "the server said unasked: " STR_FMT, STR_ARG(line)));
	/* RFC 5321 section 3.8: 421 may come at any time. */
	if (str_starts(line, STR("421")))
		talk_end(t, SESSION_CLOSED,
		    arena_fmt(&t->arena, "the server hung up: " STR_FMT, STR_ARG(line)));
	else
		talk_end(t, SESSION_GARBLED,
		    arena_fmt(&t->arena, "the server said more than it was asked: " STR_FMT,
			STR_ARG(line)));
	return true;
}

static void put_out(struct talk *t, struct str bytes)
{
	if (t->ssl != NULL)
		tls_say(t, bytes);
	else
		buf_add(&t->out, bytes);
}

void talk_say(struct talk *t, struct str line)
{
	if (talk_unasked(t))
		return;
	talk_note(t, SPEAKER_CLIENT, line);
	put_out(t, arena_fmt(&t->arena, STR_FMT "\r\n", STR_ARG(line)));
	t->awaiting = true;
	talk_limit(t, TALK_REPLY_MS);
}

void talk_say_bytes(struct talk *t, struct str bytes, bool quietly)
{
	talk_note(t, SPEAKER_CLIENT, bytes);
	put_out(t, bytes);
	t->awaiting = !quietly;
	talk_limit(t, TALK_REPLY_MS);
}

void talk_listen(struct talk *t)
{
	t->listening = true;
	talk_limit(t, TALK_LISTEN_MS);
}

/* Take whole lines off the plain text; a complete reply moves the script on. */
static void read_lines(struct talk *t)
{
	struct str line;
	size_t used;

	while (!t->finished && t->awaiting && !t->handshake) {
		enum reply_event event = reply_next(&t->reader, buf_str(&t->in), &line, &used);

		if (event == REPLY_MORE)
			return;
		if (event == REPLY_BAD) {
			talk_note(t, SPEAKER_NOTE,
			    arena_fmt(&t->arena, "not a reply: " STR_FMT,
				STR_ARG(str_slice(buf_str(&t->in), 0, TALK_MAX_TEXT))));
			talk_end(t, SESSION_GARBLED, str_of(t->reader.why));
			return;
		}
		struct session *s = talk_session(t);
		if (s->greeting_ms < 0)
			s->greeting_ms = talk_ms(t);
		t->greeted = true;
		s->bare_lf = t->reader.bare_lf;
		talk_note(t, SPEAKER_SERVER, line);
		struct str kept = arena_str(&t->arena, line);
		buf_drop(&t->in, used);
		if (event == REPLY_LAST) {
			t->awaiting = false;
			script_reply(t, kept);
		}
	}
}

static void take_bytes(struct talk *t, struct str bytes)
{
	t->received += bytes.n;
	if (t->received > TALK_MAX_INPUT) {
		talk_session(t)->cut = true;
		talk_end(t, SESSION_GARBLED, STR("the server sent more than 512 KiB"));
		return;
	}
	if (t->ssl != NULL)
		tls_feed(t, bytes);
	else
		buf_add(&t->in, bytes);
	read_lines(t);
}

static void read_some(struct talk *t)
{
	char piece[16384];
	ssize_t n = recv(t->fd, piece, sizeof(piece), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		take_bytes(t, (struct str){ piece, (size_t)n });
	else if (t->closing)
		talk_end(t, SESSION_OK, (struct str){ 0 });
	else if (n == 0)
		talk_end(t, t->handshake ? SESSION_TLS_FAILED : SESSION_CLOSED,
		    t->handshake ? STR("the server closed the connection during the TLS handshake")
				 : STR("the server closed the connection early"));
	else
		end_by_errno(t, errno);
}

static void on_io(evutil_socket_t fd, short what, void *context)
{
	struct talk *t = context;

	(void)fd;
	if (!t->connected) {
		connected(t);
		return;
	}
	if ((what & EV_READ) != 0)
		read_some(t);
	if (!t->finished)
		flush_out(t);
}

static socklen_t socket_address(const struct talk *t, struct sockaddr_storage *out)
{
	if (t->address.family == IP_V4) {
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons(t->port);
		memcpy(&in->sin_addr, t->address.bytes, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)out;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(t->port);
	memcpy(&in6->sin6_addr, t->address.bytes, 16);
	return sizeof(*in6);
}

bool talk_begin(struct talk *t)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t size = socket_address(t, &ss);
	int on = 1;

	t->begun = collect_ms(t->all->collector);
	buf_init(&t->in, TALK_MAX_INPUT);
	buf_init(&t->out, TALK_MAX_INPUT);
	t->alarm = event_new(collect_base(t->all->collector), -1, 0, on_alarm, t);
	t->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0 ||
	    (connect(t->fd, (struct sockaddr *)&ss, size) != 0 && errno != EINPROGRESS)) {
		end_by_errno(t, errno);
		return false;
	}
	setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	talk_limit(t, TALK_CONNECT_MS);
	watch(t);
	return true;
}
