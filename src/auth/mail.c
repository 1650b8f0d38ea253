/* mail - the message as it passes, what is asked, the verdict; see mail.h. */
#include "auth/mail.h"

#include <assert.h>

#include "wire/domain.h"

struct mail {
	struct arena *arena;
	struct mail_query query;
	struct dkim *dkim;
	const struct message *message; /* NULL until its header is given */
	bool ended, judged;
	struct mail_verdict verdict;
};

struct mail *mail_new(struct arena *a, struct crypto *crypto, const struct mail_query *query)
{
	struct mail *m = arena_new(a, struct mail);

	m->arena = a;
	m->query = *query;
	m->dkim = dkim_new(a, crypto, &m->query.dkim);
	m->verdict.query = &m->query;
	m->verdict.dkim = m->dkim;
	return m;
}

void mail_header(struct mail *m, const struct message *message)
{
	assert(m->message == NULL);
	m->message = message;
	m->verdict.author = author_of(m->arena, message);
	dkim_header(m->dkim, message);
}

void mail_body(struct mail *m, struct str piece)
{
	assert(m->message != NULL && !m->ended);
	dkim_body(m->dkim, piece);
}

void mail_end(struct mail *m)
{
	assert(m->message != NULL && !m->ended);
	m->ended = true;
	dkim_end(m->dkim);
}

void mail_free(struct mail *m)
{
	if (m != NULL)
		dkim_free(m->dkim);
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

/* ---- DMARC ---- */

static enum dmarc_mechanism of_spf(enum spf_result result)
{
	return result == SPF_PASS	 ? DMARC_MECHANISM_PASS
	       : result == SPF_TEMPERROR ? DMARC_MECHANISM_TEMPERROR
					 : DMARC_MECHANISM_FAIL;
}

static enum dmarc_mechanism of_dkim(enum dkim_result result)
{
	return result == DKIM_PASS	  ? DMARC_MECHANISM_PASS
	       : result == DKIM_TEMPERROR ? DMARC_MECHANISM_TEMPERROR
					  : DMARC_MECHANISM_FAIL;
}

static void add_identifier(struct mail *m, struct mail_identifier id)
{
	struct mail_verdict *v = &m->verdict;

	arena_push(m->arena, v->identifiers, v->identifier_count, struct mail_identifier, id);
}

static void add_spf(struct mail *m)
{
	const struct mail_spf *spf = &m->verdict.spf;

	if (spf->judged)
		add_identifier(m, (struct mail_identifier){ .spf = true,
				      .domain = arena_lower(m->arena, spf->report.domain),
				      .result = of_spf(spf->report.result) });
}

/*
 * A field that is shown or followed, signed, and put there once more: DKIM verifies the lowest,
 * programs show the highest (RFC 6376 section 8.15).
 */
static const char *doubled(const struct message *message, const struct dkim_sig *sig)
{
	static const char *const names[] = { "Subject", "Reply-To", "Content-Type",
		"Content-Transfer-Encoding" };

	for (size_t i = 0; i < LENGTH(names); i++) {
		size_t covered = dkim_sig_covers(sig, str_of(names[i]));

		if (covered > 0 && message_field(message, str_of(names[i]), covered) != NULL)
			return names[i];
	}
	return NULL;
}

/* Why a signature that fits is no word for the whole message; {0}: it is one. */
static struct str left_open(struct mail *m, const struct dkim_verdict *d)
{
	const char *name = doubled(m->message, &d->sig);

	if (d->unsigned_bytes > 0)
		return arena_fmt(m->arena, "leaves %llu bytes of the body unsigned",
		    (unsigned long long)d->unsigned_bytes);
	if (name != NULL)
		return arena_fmt(m->arena, "leaves another %s unsigned", name);
	return (struct str){ 0 };
}

static void add_signature(struct mail *m, size_t i)
{
	const struct dkim_verdict *d = dkim_verdict(m->dkim, i);
	struct mail_identifier id = {
		.signature = i, .domain = d->sig.domain, .result = of_dkim(d->result)
	};

	if (d->result == DKIM_PASS && !m->query.count_partial)
		id.uncounted = left_open(m, d);
	add_identifier(m, id);
}

static void list_identifiers(struct mail *m)
{
	m->verdict.identifiers = NULL;
	m->verdict.identifier_count = 0;
	add_spf(m);
	for (size_t i = 0; i < dkim_count(m->dkim) && i < DKIM_MAX_SIGNATURES; i++)
		add_signature(m, i);
}

/* What DMARC is told: an identifier that does not count has failed. */
static void make_input(struct mail *m, struct dmarc_input *in)
{
	const struct mail_verdict *v = &m->verdict;
	struct dmarc_identifier *dkim =
	    arena_array(m->arena, struct dmarc_identifier, v->identifier_count + 1);

	*in = (struct dmarc_input){
		.author = v->author.domain, .dkim = dkim, .org_by_psl = m->query.org_by_psl
	};
	for (size_t i = 0; i < v->identifier_count; i++) {
		const struct mail_identifier *id = &v->identifiers[i];
		struct dmarc_identifier told = { id->domain,
			id->uncounted.n > 0 ? DMARC_MECHANISM_FAIL : id->result };

		if (id->spf)
			in->spf = told;
		else
			dkim[in->dkim_count++] = told;
	}
}

static bool judge_dmarc(struct mail *m, struct dns_source *source)
{
	struct mail_verdict *v = &m->verdict;
	struct dmarc_input in;

	list_identifiers(m);
	make_input(m, &in);
	if (!dmarc_verify(m->arena, source, &in, &v->dmarc))
		return false;
	for (size_t i = 0; i < v->identifier_count; i++) {
		struct mail_identifier *id = &v->identifiers[i];

		id->alignment =
		    id->spf ? v->dmarc.spf_alignment : v->dmarc.dkim_alignment[id->signature];
	}
	v->disposition = v->dmarc.result == DMARC_FAIL ? v->dmarc.policy.applied : DMARC_NONE;
	return true;
}

/* ---- the rounds ---- */

bool mail_ask(struct mail *m, struct dns_source *source)
{
	struct str author = m->verdict.author.domain;
	struct dmarc_policy policy;
	bool known = judge_iprev(m, source);

	known = judge_spf(m, source) && known;
	if (m->message == NULL)
		return known;
	if (author.n > 0)
		known =
		    dmarc_discover(m->arena, source, author, m->query.org_by_psl, &policy) && known;
	return dkim_ask(m->dkim, source) && known;
}

bool mail_judge(struct mail *m, struct dns_source *source)
{
	assert(m->ended);
	/* Everything is asked before anything is waited for. */
	if (!mail_ask(m, source) || !dkim_verify(m->dkim, source, m->query.now))
		return false;
	m->judged = judge_dmarc(m, source);
	return m->judged;
}

const struct mail_verdict *mail_verdict(const struct mail *m)
{
	assert(m->judged);
	return &m->verdict;
}
