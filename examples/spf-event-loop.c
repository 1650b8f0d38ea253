/*
 * spf-event-loop - libfrank inside a program with an event loop of its own.
 *
 *	cc spf-event-loop.c -o spf $(pkg-config --cflags --libs frank) -lunbound
 *	./spf 192.0.2.1 mail.example.org ann@example.org
 *
 * The library says what it needs to know; here libunbound looks it up, many questions at a
 * time, and poll() stands for the loop. Any resolver that hands over responses will do.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

#include <frank/frank.h>

struct lookups {
	struct ub_ctx *resolver;
	struct frank_case *facts;
	unsigned waiting;
};

struct lookup {
	struct lookups *all;
	struct frank_question question;
};

static void give_up(struct frank_case *facts, const struct frank_question *question)
{
	struct frank_answer nothing = { .status = FRANK_DNS_SERVFAIL, .ttl = -1 };

	frank_case_answer(facts, question, &nothing);
}

/* libunbound has an answer. */
static void on_answer(void *context, int error, struct ub_result *result)
{
	struct lookup *l = context;
	struct frank_case *facts = l->all->facts;

	if (error != 0 || result->answer_packet == NULL ||
	    !frank_case_answer_message(
		facts, &l->question, result->answer_packet, (size_t)result->answer_len))
		give_up(facts, &l->question);
	ub_resolve_free(result);
	l->all->waiting--;
	free(l);
}

static void ask(struct lookups *all, struct frank_question question)
{
	struct lookup *l = malloc(sizeof(*l));
	char name[256]; /* a name of the DNS has at most 253 bytes */

	if (l == NULL)
		abort();
	*l = (struct lookup){ all, question };
	snprintf(name, sizeof(name), "%.*s", (int)question.name.n, question.name.p);
	if (ub_resolve_async(all->resolver, name, question.type, 1, l, on_answer, NULL) != 0) {
		give_up(all->facts, &question);
		free(l);
		return;
	}
	all->waiting++;
}

static enum frank_spf_result evaluate(struct lookups *all, struct frank_spf *spf)
{
	enum frank_spf_result result;
	struct frank_question question;

	while ((result = frank_spf_run(spf)) == FRANK_SPF_PENDING) {
		struct pollfd fd = { .fd = ub_fd(all->resolver), .events = POLLIN };

		while (frank_case_next(all->facts, &question))
			ask(all, question);
		if (all->waiting > 0 && poll(&fd, 1, -1) > 0)
			ub_process(all->resolver);
	}
	return result;
}

int main(int argc, char **argv)
{
	struct lookups all = { .resolver = ub_ctx_create(), .facts = frank_case_new() };
	struct frank_spf *spf = frank_spf_new(all.facts);
	enum frank_spf_result result;

	if (argc != 4 || all.resolver == NULL || !frank_spf_set_ip(spf, frank_str(argv[1]))) {
		fprintf(stderr, "usage: spf IP HELO MAIL-FROM\n");
		return 2;
	}
	frank_spf_set_helo(spf, frank_str(argv[2]));
	frank_spf_set_mail_from(spf, frank_str(argv[3]));
	ub_ctx_resolvconf(all.resolver, NULL);
	result = evaluate(&all, spf);
	printf("%s: %.*s\n", frank_spf_result_name(result), (int)frank_spf_reason(spf).n,
	    frank_spf_reason(spf).p);
	while (all.waiting > 0)
		ub_wait(all.resolver);
	frank_spf_free(spf);
	frank_case_free(all.facts);
	ub_ctx_delete(all.resolver);
	return result == FRANK_SPF_PASS ? 0 : 1;
}
