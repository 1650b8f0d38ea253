/* api_mail - the door to the whole verdict on a message, see frank/mail.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_arc.h"
#include "api/api_dkim.h"
#include "api/api_dmarc.h"
#include "auth/mail.h"

struct frank_mail {
	struct api_listener listener; /* first */
	struct frank_case *facts;
	struct arena arena;
	struct mail_query query;
	struct str *sealers;
	struct mail *mail; /* NULL until it is run or the header is whole */
	int stage;	   /* 0, 1: the header is whole, 2: the message is */
	bool done;
	struct api_seen seen;
	struct frank_mail_verdict verdict;
};

static_assert(
    FRANK_IPREV_PERMERROR == (int)IPREV_PERMERROR, "the public numbers are the inner ones");

const char *frank_iprev_result_name(enum frank_iprev_result result)
{
	return iprev_result_name((enum iprev_result)result);
}

/* ---- what is heard ---- */

/* What is known is final. */
static void begin(struct frank_mail *m)
{
	if (m->mail != NULL)
		return;
	m->query.now = m->facts->now;
	m->query.dkim.lf = m->listener.message->lf;
	m->query.sealers = m->sealers;
	m->mail = mail_new(&m->arena, api_crypto(m->facts), &m->query);
}

static struct frank_mail *of(struct api_listener *l)
{
	return (struct frank_mail *)l;
}

static void hear_header(struct api_listener *l)
{
	begin(of(l));
	mail_header(of(l)->mail, &l->message->reader);
	of(l)->stage = 1;
}

static void hear_body(struct api_listener *l, struct str piece)
{
	mail_body(of(l)->mail, piece);
}

static void hear_end(struct api_listener *l)
{
	mail_end(of(l)->mail);
	of(l)->stage = 2;
}

struct frank_mail *frank_mail_new(struct frank_case *facts, struct frank_message *message)
{
	static const struct api_ear ear = { hear_header, hear_body, hear_end };
	struct frank_mail *m = api_new(sizeof(*m));

	m->facts = facts;
	m->query.no_envelope = true;
	api_listen(message, &m->listener, &ear);
	return m;
}

void frank_mail_free(struct frank_mail *m)
{
	if (m == NULL)
		return;
	api_unlisten(&m->listener);
	mail_free(m->mail);
	arena_free(&m->arena);
	free(m);
}

/* ---- what is known ---- */

static void keep(struct frank_mail *m, struct str *where, struct frank_str text)
{
	assert(m->mail == NULL);
	*where = arena_str(&m->arena, api_in(text));
}

bool frank_mail_set_ip(struct frank_mail *m, struct frank_str ip)
{
	assert(m->mail == NULL);
	return ip_parse(api_in(ip), &m->query.ip);
}

void frank_mail_set_helo(struct frank_mail *m, struct frank_str name)
{
	keep(m, &m->query.helo, name);
}

void frank_mail_set_mail_from(struct frank_mail *m, struct frank_str address)
{
	keep(m, &m->query.mail_from, address);
	m->query.no_envelope = false;
}

void frank_mail_set_receiver(struct frank_mail *m, struct frank_str name)
{
	keep(m, &m->query.receiver, name);
}

void frank_mail_set_options(struct frank_mail *m, unsigned options)
{
	assert(m->mail == NULL);
	m->query.dkim.refuse_length = options & FRANK_MAIL_REFUSE_LENGTH;
	m->query.count_partial = options & FRANK_MAIL_COUNT_PARTIAL;
	m->query.org_by_psl = options & FRANK_MAIL_BY_PSL;
}

void frank_mail_set_rsa_min(struct frank_mail *m, unsigned bits)
{
	assert(m->mail == NULL);
	m->query.dkim.rsa_min = bits;
}

void frank_mail_believe(struct frank_mail *m, struct frank_str sealer)
{
	struct str name;

	keep(m, &name, sealer);
	arena_push(&m->arena, m->sealers, m->query.sealer_count, struct str, name);
}

/* ---- the verdict in its public form ---- */

static const struct frank_mail_spf *show_spf(struct frank_mail *m, const struct mail_spf *from)
{
	struct frank_mail_spf *s = arena_new(&m->arena, struct frank_mail_spf);

	if (!from->judged)
		return s;
	*s = (struct frank_mail_spf){ .judged = true,
		.result = (enum frank_spf_result)from->report.result,
		.domain = api_out(from->report.domain),
		.reason = api_out(spf_reason(&m->arena, &from->query, &from->report)),
		.matched = api_out(from->report.matched),
		.explanation = api_out(from->report.explanation) };
	return s;
}

static const struct frank_dmarc_verdict *show_dmarc(
    struct frank_mail *m, const struct dmarc_verdict *from)
{
	struct frank_dmarc_verdict *d = arena_new(&m->arena, struct frank_dmarc_verdict);

	*d = api_dmarc_verdict(&m->arena, from);
	return d;
}

static const struct frank_arc_verdict *show_arc(
    struct frank_mail *m, const struct arc_verdict *from)
{
	struct frank_arc_verdict *v = arena_new(&m->arena, struct frank_arc_verdict);

	*v = api_arc_verdict(&m->arena, from);
	return v;
}

static const struct frank_identifier *show_identifier(
    struct frank_mail *m, const struct mail_identifier *from)
{
	struct frank_identifier *i = arena_new(&m->arena, struct frank_identifier);

	*i = (struct frank_identifier){ .spf = from->spf,
		.signature = from->signature,
		.domain = api_out(from->domain),
		.passed = from->result == DMARC_MECHANISM_PASS,
		.aligned = from->alignment == DMARC_ALIGNED,
		.uncounted = api_out(from->uncounted) };
	return i;
}

static const struct frank_identifier *const *show_identifiers(
    struct frank_mail *m, const struct mail_verdict *v)
{
	const struct frank_identifier **all =
	    arena_array(&m->arena, const struct frank_identifier *, v->identifier_count);

	for (size_t i = 0; i < v->identifier_count; i++)
		all[i] = show_identifier(m, &v->identifiers[i]);
	return all;
}

static void show(struct frank_mail *m)
{
	const struct mail_verdict *v = mail_verdict(m->mail);

	m->verdict = (struct frank_mail_verdict){
		.disposition = (enum frank_dmarc_policy)v->disposition,
		.sentence = api_out(mail_dmarc_sentence(&m->arena, v)),
		.from = api_out(v->from),
		.author = (enum frank_author)v->author.result,
		.dmarc = show_dmarc(m, &v->dmarc),
		.spf = show_spf(m, &v->spf),
		.helo = show_spf(m, &v->helo),
		.iprev_judged = v->iprev_judged,
		.iprev = (enum frank_iprev_result)v->iprev.result,
		.iprev_name = api_out(v->iprev.name),
		.iprev_reason = api_out(v->iprev.reason),
		.signatures = api_signatures(&m->arena, v->dkim),
		.signature_count = dkim_count(v->dkim),
		.identifiers = show_identifiers(m, v),
		.identifier_count = v->identifier_count,
		.arc = show_arc(m, v->arc),
	};
	if (v->voucher != NULL)
		m->verdict.voucher = api_out(v->voucher->seal.sig.domain);
}

bool frank_mail_run(struct frank_mail *m)
{
	if (m->done || !api_news(&m->seen, m->facts, m->stage))
		return m->done;
	begin(m);
	if (m->stage < 2) {
		mail_ask(m->mail, &m->facts->source);
		return false;
	}
	m->done = mail_judge(m->mail, &m->facts->source);
	if (m->done)
		show(m);
	return m->done;
}

const struct frank_mail_verdict *frank_mail_verdict(const struct frank_mail *m)
{
	return m->done ? &m->verdict : NULL;
}

struct frank_str frank_mail_why(struct frank_mail *m, size_t i, struct frank_str body)
{
	struct api_whose whose = { &m->arena, m->facts, m->listener.message, NULL };

	if (!m->done || i >= m->verdict.signature_count)
		return frank_str(NULL);
	whose.dkim = mail_verdict(m->mail)->dkim;
	return api_why(&whose, i, body);
}

/* ---- fields ---- */

struct frank_str frank_mail_authres(struct frank_mail *m, struct frank_str id, unsigned flags)
{
	if (!m->done)
		return frank_str(NULL);
	return api_out(mail_authres(
	    &m->arena, mail_verdict(m->mail), arena_str(&m->arena, api_in(id)), flags));
}

struct frank_str frank_mail_received_spf(struct frank_mail *m, unsigned flags)
{
	if (!m->done)
		return frank_str(NULL);
	return api_out(mail_received_spf(&m->arena, mail_verdict(m->mail), flags));
}

bool frank_mail_seal(struct frank_mail *m, struct frank_sealer *sealer, struct frank_str id)
{
	struct authres said = { .id = arena_str(&m->arena, api_in(id)) };
	struct frank_str value = frank_mail_authres(m, id, 0);

	if (value.n > 0)
		authres_parse(&m->arena, api_in(value), &said);
	return api_seal(sealer, m->done ? mail_verdict(m->mail)->arc : NULL, &said);
}
