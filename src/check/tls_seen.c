/* tls_seen - see tls_seen.h. */
#include "check/tls_seen.h"

const struct tls_chain *tls_chain_of(struct judge *j, const struct session *s)
{
	struct fact *f = case_fact_of_session(s);
	struct tls_chain *c = f->derived;

	if (!s->tls.done)
		return NULL;
	if (c != NULL)
		return c;
	c = arena_new(j->arena, struct tls_chain);
	for (; c->count < s->tls.chain_count && c->count < CERT_MAX_CHAIN; c->count++)
		cert_parse(j->arena, s->tls.chain[c->count], &c->certs[c->count]);
	c->result = cert_verify(j->arena, s->tls.chain, s->tls.chain_count, s->tls.anchors,
	    s->tls.anchor_count, j->facts->now);
	f->derived = c;
	return c;
}

static void add_visits(struct judge *j, struct tls_list *out, const struct visits *v)
{
	out->visited += v->count;
	for (size_t i = 0; i < v->count; i++) {
		struct tls_seen seen = { .visit = v->list[i],
			.tls = &v->list[i].session->tls,
			.chain = tls_chain_of(j, v->list[i].session),
			.client_port = v->list[i].endpoint.port != 25 };

		if (seen.chain != NULL)
			arena_push(j->arena, out->list, out->count, struct tls_seen, seen);
	}
}

bool tls_list(struct judge *j, struct tls_list *out)
{
	struct visits mail, services;
	bool have_mail = subject_visits(j, &mail);

	*out = (struct tls_list){ 0 };
	if (!subject_service_visits(j, &services) || !have_mail)
		return false;
	add_visits(j, out, &mail);
	add_visits(j, out, &services);
	return true;
}

void tls_each(struct judge *j, tls_judge *judge, const char *all_good)
{
	struct tls_list seen;
	size_t good = 0;

	if (!tls_list(j, &seen))
		return;
	if (seen.count == 0) {
		if (seen.visited == 0)
			judge_say(j, VERDICT_SKIP, "There is no mail server to visit");
		else
			judge_say(
			    j, VERDICT_UNKNOWN, "No TLS session could be had with any mail server");
		return;
	}
	for (size_t i = 0; i < seen.count; i++) {
		judge_subject(j, seen.list[i].visit.subject);
		judge_visit(j, &seen.list[i].visit.endpoint);
		good += judge(j, &seen.list[i]);
	}
	judge_subject(j, j->domain);
	if (good == seen.count && !j->pending)
		judge_say(j, VERDICT_PASS, "%s (%zu port%s)", all_good, seen.count,
		    seen.count == 1 ? "" : "s");
}
