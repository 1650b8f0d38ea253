/*
 * event-loop - libfrank inside a program with an event loop of its own: several messages at once.
 *
 *	cc event-loop.c -o event-loop $(pkg-config --cflags --libs frank) -lunbound
 *	./event-loop 192.0.2.1 mail.example.org ann@example.org one.eml two.eml
 *
 * The files stand for connections over which messages arrive; each turn of the loop takes a piece
 * of each that is ready. The library says what it needs to know as soon as it can be foreseen, and
 * libunbound looks it up while the rest arrives. Any resolver that hands over responses will do.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unbound.h>
#include <unistd.h>

#include <frank/frank.h>

/* One message on its way. */
struct arrival {
	const char *name;
	int fd; /* -1: it is here */
	struct frank_case *facts;
	struct frank_message *message;
	struct frank_mail *mail;
	bool begun, told;
};

struct loop {
	struct ub_ctx *resolver;
	struct frank_keys *keys; /* for all messages */
	struct arrival *arrivals;
	size_t count, left; /* left: not told yet */
	unsigned waiting;   /* for answers */
};

/* ---- questions ---- */

struct lookup {
	struct loop *loop;
	struct frank_case *facts;
	struct frank_question question;
};

static void give_up(const struct lookup *l)
{
	struct frank_answer nothing = { .status = FRANK_DNS_SERVFAIL, .ttl = -1 };

	frank_case_answer(l->facts, &l->question, &nothing);
}

/* libunbound has an answer. */
static void on_answer(void *context, int error, struct ub_result *result)
{
	struct lookup *l = context;

	if (error != 0 || result->answer_packet == NULL ||
	    !frank_case_answer_message(
		l->facts, &l->question, result->answer_packet, (size_t)result->answer_len))
		give_up(l);
	ub_resolve_free(result);
	l->loop->waiting--;
	free(l);
}

static void ask(struct loop *loop, struct frank_case *facts, struct frank_question question)
{
	struct lookup *l = malloc(sizeof(*l));
	char name[256]; /* a name of the DNS has at most 253 bytes */

	if (l == NULL)
		abort();
	*l = (struct lookup){ loop, facts, question };
	snprintf(name, sizeof(name), "%.*s", (int)question.name.n, question.name.p);
	if (ub_resolve_async(loop->resolver, name, question.type, 1, l, on_answer, NULL) != 0) {
		give_up(l);
		free(l);
		return;
	}
	loop->waiting++;
}

/* ---- messages ---- */

static bool arrive(struct loop *loop, struct arrival *a, char *const *client, const char *name)
{
	a->name = name;
	a->fd = open(name, O_RDONLY | O_CLOEXEC);
	if (a->fd < 0) {
		perror(name);
		return false;
	}
	a->facts = frank_case_new();
	a->message = frank_message_new();
	frank_case_set_keys(a->facts, loop->keys);
	frank_case_set_time(a->facts, time(NULL));
	a->mail = frank_mail_new(a->facts, a->message);
	frank_mail_set_helo(a->mail, frank_str(client[1]));
	frank_mail_set_mail_from(a->mail, frank_str(client[2]));
	return frank_mail_set_ip(a->mail, frank_str(client[0]));
}

/* There is something to read. */
static void take_piece(struct arrival *a)
{
	char piece[4096];
	ssize_t n = read(a->fd, piece, sizeof(piece));
	const char *lf = n > 0 ? memchr(piece, '\n', (size_t)n) : NULL;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* Files have LF where the wire has CRLF; the first line tells. */
	if (!a->begun && lf != NULL && (lf == piece || lf[-1] != '\r'))
		frank_message_set_lf(a->message, true);
	a->begun = true;
	if (n > 0) {
		frank_message_push(a->message, (struct frank_str){ piece, (size_t)n });
		return;
	}
	frank_message_end(a->message);
	close(a->fd);
	a->fd = -1;
}

/* Ask whatever the message wants to know; false: nothing new. */
static bool ask_all(struct loop *loop, struct arrival *a)
{
	struct frank_question question;
	bool any = false;

	for (; frank_case_next(a->facts, &question); any = true)
		ask(loop, a->facts, question);
	return any;
}

/* Strangers chose some of the names in it: what could move a terminal's cursor becomes "?". */
static void tell(struct arrival *a)
{
	struct frank_str text = frank_mail_verdict(a->mail)->sentence;

	printf("%s: ", a->name);
	for (size_t i = 0; i < text.n; i++)
		putchar((unsigned char)text.p[i] < ' ' || text.p[i] == 127 ? '?' : text.p[i]);
	putchar('\n');
	a->told = true;
}

/* Without a new answer or piece this costs nothing, so it is run in every turn. */
static void judge(struct loop *loop, struct arrival *a)
{
	if (a->told)
		return;
	while (!frank_mail_run(a->mail)) /* again, as an answer may be there at once */
		if (!ask_all(loop, a))
			return;
	tell(a);
	loop->left--;
}

static void release(struct arrival *a)
{
	if (a->fd >= 0)
		close(a->fd);
	frank_mail_free(a->mail);
	frank_message_free(a->message);
	frank_case_free(a->facts);
}

/* ---- the loop ---- */

static void turn(struct loop *loop, struct pollfd *fds)
{
	for (size_t i = 0; i < loop->count; i++) {
		judge(loop, &loop->arrivals[i]);
		fds[i] = (struct pollfd){ .fd = loop->arrivals[i].fd, .events = POLLIN };
	}
	fds[loop->count] = (struct pollfd){ .fd = ub_fd(loop->resolver), .events = POLLIN };
	if (loop->left == 0 || poll(fds, loop->count + 1, -1) <= 0)
		return;
	for (size_t i = 0; i < loop->count; i++)
		if (fds[i].fd >= 0 && fds[i].revents != 0)
			take_piece(&loop->arrivals[i]);
	if (fds[loop->count].revents != 0)
		ub_process(loop->resolver);
}

static bool run(struct loop *loop, char *const *client, char *const *names)
{
	struct pollfd *fds = calloc(loop->count + 1, sizeof(*fds));
	bool good = true;

	if (fds == NULL)
		abort();
	for (size_t i = 0; i < loop->count; i++)
		loop->arrivals[i].fd = -1;
	for (size_t i = 0; good && i < loop->count; i++)
		good = arrive(loop, &loop->arrivals[i], client, names[i]);
	while (good && loop->left > 0)
		turn(loop, fds);
	while (loop->waiting > 0) /* answers that nobody needs any more */
		ub_wait(loop->resolver);
	free(fds);
	return good;
}

int main(int argc, char **argv)
{
	struct loop loop = { .resolver = ub_ctx_create(), .keys = frank_keys_new() };
	bool good;

	if (argc < 5 || loop.resolver == NULL) {
		fprintf(stderr, "usage: event-loop IP HELO MAIL-FROM FILE...\n");
		return 2;
	}
	loop.count = loop.left = (size_t)argc - 4;
	loop.arrivals = calloc(loop.count, sizeof(*loop.arrivals));
	if (loop.arrivals == NULL)
		abort();
	ub_ctx_resolvconf(loop.resolver, NULL);
	good = run(&loop, argv + 1, argv + 4);
	for (size_t i = 0; i < loop.count; i++)
		release(&loop.arrivals[i]);
	free(loop.arrivals);
	frank_keys_free(loop.keys);
	ub_ctx_delete(loop.resolver);
	return good ? 0 : 1;
}
