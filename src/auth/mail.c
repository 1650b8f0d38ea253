/* mail - the message as it passes, what is asked, the verdict; see mail.h. */
#include "auth/mail_dmarc.h"

#include <assert.h>

#include "auth/dkim_canon.h"
#include "wire/domain.h"

struct mail {
	struct arena *arena;
	struct mail_query query;
	struct dkim_bodies bodies; /* one pass over the body serves all signatures */
	struct dkim *dkim;
	struct arc *arc;
	const struct message *message; /* NULL until its header is given */
	bool ended, judged;
	struct mail_verdict verdict;
};

struct mail *mail_new(struct arena *a, struct crypto *crypto, const struct mail_query *query)
{
	struct mail *m = arena_new(a, struct mail);

	m->arena = a;
	m->query = *query;
	dkim_bodies_init(&m->bodies, a, crypto, query->dkim.lf);
	m->query.dkim.bodies = &m->bodies;
	m->dkim = dkim_new(a, crypto, &m->query.dkim);
	m->arc = arc_new(a, crypto, &m->query.dkim);
	m->verdict.query = &m->query;
	m->verdict.dkim = m->dkim;
	m->verdict.arc = arc_verdict(m->arc);
	return m;
}

void mail_header(struct mail *m, const struct message *message)
{
	assert(m->message == NULL);
	m->message = message;
	mail_dmarc_begin(m->arena, message, &m->verdict);
	dkim_header(m->dkim, message);
	arc_header(m->arc, message);
}

void mail_body(struct mail *m, struct str piece)
{
	assert(m->message != NULL && !m->ended);
	dkim_bodies_add(&m->bodies, piece);
}

void mail_end(struct mail *m)
{
	assert(m->message != NULL && !m->ended);
	m->ended = true;
	dkim_bodies_end(&m->bodies);
	dkim_end(m->dkim);
	arc_end(m->arc);
}

void mail_free(struct mail *m)
{
	if (m == NULL)
		return;
	dkim_bodies_drop(&m->bodies);
	dkim_free(m->dkim);
	arc_free(m->arc);
}

/* ---- iprev and SPF ---- */

static bool judge_iprev(struct mail *m, struct dns_source *source)
{
	struct mail_verdict *v = &m->verdict;

	v->iprev_judged = m->query.ip.family != IP_NONE;
	return !v->iprev_judged || iprev_check(m->arena, source, m->query.ip, &v->iprev);
}

/* One identity; the sender is empty for that of HELO. */
static bool judge_identity(
    struct mail *m, struct dns_source *source, struct str sender, struct mail_spf *out)
{
	const struct mail_query *q = &m->query;

	*out = (struct mail_spf){ .judged = true };
	out->query = (struct spf_query){ .ip = q->ip,
		.helo = q->helo,
		.mail_from = sender,
		.receiver = q->receiver,
		.now = q->now,
		.trace = q->trace };
	out->report = spf_check(source, m->arena, &out->query);
	out->passed = out->report.result == SPF_PASS;
	return out->report.result != SPF_PENDING;
}

/* HELO may be an address or rubbish: then there is nobody to ask (RFC 7208 section 2.3). */
static bool has_helo(const struct mail *m)
{
	struct str ascii;

	return domain_to_ascii(m->arena, m->query.helo, &ascii) && domain_is_fqdn(ascii);
}

static bool judge_spf(struct mail *m, struct dns_source *source)
{
	const struct mail_query *q = &m->query;
	struct mail_verdict *v = &m->verdict;
	bool sender = !q->no_envelope && q->mail_from.n > 0, done = true;

	v->spf = v->helo = (struct mail_spf){ 0 };
	if (q->ip.family == IP_NONE)
		return true;
	if (sender || (!q->no_envelope && q->helo.n > 0))
		done = judge_identity(m, source, q->mail_from, &v->spf);
	if ((sender || q->no_envelope) && has_helo(m))
		done = judge_identity(m, source, (struct str){ 0 }, &v->helo) && done;
	return done;
}

/* ---- the rounds ---- */

bool mail_ask(struct mail *m, struct dns_source *source)
{
	bool known = judge_iprev(m, source);

	known = judge_spf(m, source) && known;
	if (m->message == NULL)
		return known;
	known = mail_dmarc_ask(m->arena, source, &m->verdict) && known;
	known = dkim_ask(m->dkim, source) && known;
	return arc_ask(m->arc, source) && known;
}

bool mail_judge(struct mail *m, struct dns_source *source)
{
	assert(m->ended);
	/* Everything is asked before anything is waited for. */
	if (!mail_ask(m, source) || !dkim_verify(m->dkim, source, m->query.now) ||
	    !arc_verify(m->arc, source, m->query.now))
		return false;
	m->judged = mail_dmarc(m->arena, source, m->message, &m->verdict);
	return m->judged;
}

const struct mail_verdict *mail_verdict(const struct mail *m)
{
	assert(m->judged);
	return &m->verdict;
}
