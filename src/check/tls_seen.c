/* tls_seen - see tls_seen.h. */
#include "check/tls_seen.h"

static bool same_texts(const struct str *a, size_t n, const struct str *b, size_t m)
{
	if (n != m)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(a[i], b[i]))
			return false;
	return true;
}

static const struct session_tls *tls_of(const struct fact *f)
{
	return f->question.ask == ASK_SESSION ? &f->session.tls
	       : f->question.ask == ASK_HTTPS ? &f->https.tls
					      : NULL;
}

/*
 * What was made of the same chain on another port or address: a host shows one certificate many
 * times, and OpenSSL takes long over each.
 */
static struct cert_chain *seen_before(const struct frank_case *c, const struct session_tls *t)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct session_tls *o = tls_of(c->facts[i]);

		if (o != NULL && c->facts[i]->derived != NULL &&
		    same_texts(t->chain, t->chain_count, o->chain, o->chain_count) &&
		    same_texts(t->anchors, t->anchor_count, o->anchors, o->anchor_count))
			return c->facts[i]->derived;
	}
	return NULL;
}

static void read_one(struct judge *j, struct cert_pool *pool, struct fact *f)
{
	const struct session_tls *t = tls_of(f);
	struct cert_chain *c = seen_before(j->facts, t);

	if (c == NULL) {
		c = arena_new(j->arena, struct cert_chain);
		cert_chain_read(j->arena, pool, (struct cert_pems){ t->chain, t->chain_count },
		    (struct cert_pems){ t->anchors, t->anchor_count }, j->facts->now, c);
	}
	f->derived = c;
}

/* All chains that are there are read together: they have issuers and roots in common. */
static const struct cert_chain *chain_of(struct judge *j, const struct fact *wanted)
{
	struct cert_pool *pool;

	if (wanted->derived != NULL)
		return wanted->derived;
	pool = cert_pool_new();
	for (size_t i = 0; i < j->facts->count; i++) {
		struct fact *f = j->facts->facts[i];
		const struct session_tls *t = tls_of(f);

		if (t != NULL && f->state == FACT_ANSWERED && t->done && f->derived == NULL)
			read_one(j, pool, f);
	}
	cert_pool_free(pool);
	return wanted->derived;
}

const struct cert_chain *tls_chain_of(struct judge *j, const struct session *s)
{
	return s->tls.done ? chain_of(j, case_fact_of_session(s)) : NULL;
}

const struct cert_chain *tls_chain_of_page(struct judge *j, const struct https_reply *r)
{
	/* A reply without TLS may be no fact at all: there was no address to ask. */
	return r->tls.done ? chain_of(j, case_fact_of_https(r)) : NULL;
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
