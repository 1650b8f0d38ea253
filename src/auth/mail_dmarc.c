/* mail_dmarc - from the verdicts on a message to that of DMARC; see mail_dmarc.h. */
#include "auth/mail_dmarc.h"

#include "wire/domain.h"

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

static void add_identifier(struct arena *a, struct mail_verdict *v, struct mail_identifier id)
{
	arena_push(a, v->identifiers, v->identifier_count, struct mail_identifier, id);
}

static void add_spf(struct arena *a, struct mail_verdict *v)
{
	const struct mail_spf *spf = &v->spf;

	if (spf->judged)
		add_identifier(a, v,
		    (struct mail_identifier){ .spf = true,
			.domain = arena_lower(a, spf->report.domain),
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
static struct str left_open(
    struct arena *a, const struct message *message, const struct dkim_verdict *d)
{
	const char *name = doubled(message, &d->sig);

	if (d->unsigned_bytes > 0)
		return arena_fmt(a, "leaves %llu bytes of the body unsigned",
		    (unsigned long long)d->unsigned_bytes);
	if (name != NULL)
		return arena_fmt(a, "leaves another %s unsigned", name);
	return (struct str){ 0 };
}

static void list_identifiers(struct arena *a, const struct message *message, struct mail_verdict *v)
{
	v->identifiers = NULL;
	v->identifier_count = 0;
	add_spf(a, v);
	for (size_t i = 0; i < dkim_count(v->dkim) && i < DKIM_MAX_SIGNATURES; i++) {
		const struct dkim_verdict *d = dkim_verdict(v->dkim, i);
		struct mail_identifier id = {
			.signature = i, .domain = d->sig.domain, .result = of_dkim(d->result)
		};

		if (d->result == DKIM_PASS && !v->query->count_partial)
			id.uncounted = left_open(a, message, d);
		add_identifier(a, v, id);
	}
}

/* What DMARC is told: an identifier that does not count has failed. */
static struct dmarc_input make_input(struct arena *a, const struct mail_verdict *v)
{
	struct dmarc_identifier *dkim =
	    arena_array(a, struct dmarc_identifier, v->identifier_count + 1);
	struct dmarc_input in = { .dkim = dkim, .org_by_psl = v->query->org_by_psl };

	for (size_t i = 0; i < v->identifier_count; i++) {
		const struct mail_identifier *id = &v->identifiers[i];
		struct dmarc_identifier told = { id->domain,
			id->uncounted.n > 0 ? DMARC_MECHANISM_FAIL : id->result };

		if (id->spf)
			in.spf = told;
		else
			dkim[in.dkim_count++] = told;
	}
	return in;
}

/* How much worse than nothing: a failure by its policy, a temporary error, all else. */
static int weight(const struct dmarc_verdict *d)
{
	if (d->result == DMARC_FAIL)
		return 2 + (int)d->policy.applied;
	return d->result == DMARC_RESULT_TEMPERROR;
}

/* Of several domains none can pass; the failure of strictest policy is that of the message. */
static void choose(struct mail_verdict *v, const struct dmarc_verdict *each)
{
	size_t worst = 0;

	for (size_t i = 1; i < v->author_count; i++)
		worst = weight(&each[i]) > weight(&each[worst]) ? i : worst;
	v->from = (struct str){ 0 };
	v->dmarc = (struct dmarc_verdict){ .result = DMARC_RESULT_NONE };
	if (v->author.domain.n == 0 && (v->author_count == 0 || weight(&each[worst]) == 0))
		return;
	v->from = v->authors[worst];
	v->dmarc = each[worst];
}

/* ---- who saw it before (RFC 8617 section 7.2.1) ---- */

static bool is_believed(const struct mail_query *q, struct str sealer)
{
	for (size_t i = 0; i < q->sealer_count; i++)
		if (domain_eq(q->sealers[i], sealer))
			return true;
	return false;
}

static bool saw_pass(const struct authres *said, struct str author)
{
	const struct authres_result *dmarc = authres_find(said, STR("dmarc"));

	return dmarc != NULL && str_ieq(dmarc->result, STR("pass")) &&
	       domain_eq(authres_value(dmarc, STR("header"), STR("from")), author);
}

/* From the newest set down, as long as the sealers are believed. */
static const struct arc_set *find_voucher(const struct mail_verdict *v)
{
	const struct arc_verdict *arc = v->arc;

	if (v->author.domain.n == 0 || v->dmarc.result != DMARC_FAIL || arc->result != ARC_PASS ||
	    arc->all[arc->sets - 1].message.unsigned_bytes > 0)
		return NULL;
	for (size_t i = arc->sets; i-- > 0;) {
		const struct arc_set *set = &arc->all[i];

		if (!is_believed(v->query, set->seal.sig.domain))
			return NULL;
		if (saw_pass(&set->said, v->author.domain))
			return set;
	}
	return NULL;
}

static void conclude(struct mail_verdict *v)
{
	for (size_t i = 0; i < v->identifier_count && v->from.n > 0; i++) {
		struct mail_identifier *id = &v->identifiers[i];

		id->alignment =
		    id->spf ? v->dmarc.spf_alignment : v->dmarc.dkim_alignment[id->signature];
	}
	v->voucher = find_voucher(v);
	v->disposition = v->dmarc.result == DMARC_FAIL && v->voucher == NULL
			     ? v->dmarc.policy.applied
			     : DMARC_NONE;
}

void mail_dmarc_begin(struct arena *a, const struct message *message, struct mail_verdict *v)
{
	v->author = author_of(a, message);
	v->author_count = 1;
	v->authors[0] = v->author.domain;
	if (v->author.domain.n == 0)
		v->author_count = author_domains(a, message, v->authors, MAIL_MAX_AUTHORS);
}

/* Alignment will ask for the walk of a name that is kin to the author's: spares a round. */
static void foresee(
    struct arena *a, struct dns_source *source, struct str author, struct str identifier)
{
	struct dmarc_walk walk;

	if (!domain_eq(author, identifier) &&
	    domain_eq(domain_last(author, 2), domain_last(identifier, 2)))
		dmarc_walk(a, source, identifier, false, &walk);
}

bool mail_dmarc_ask(struct arena *a, struct dns_source *source, const struct mail_verdict *v)
{
	struct dmarc_policy policy;
	bool known = true;

	for (size_t i = 0; i < v->author_count; i++) {
		struct str author = v->authors[i];

		known = dmarc_discover(a, source, author, v->query->org_by_psl, &policy) && known;
		if (v->spf.judged)
			foresee(a, source, author, v->spf.report.domain);
		for (size_t k = 0; k < dkim_count(v->dkim) && k < DKIM_MAX_SIGNATURES; k++)
			foresee(a, source, author, dkim_verdict(v->dkim, k)->sig.domain);
	}
	return known;
}

bool mail_dmarc(struct arena *a, struct dns_source *source, const struct message *message,
    struct mail_verdict *v)
{
	/* In the arena, because a verdict points into its own walk. */
	struct dmarc_verdict *each = arena_array(a, struct dmarc_verdict, MAIL_MAX_AUTHORS);
	struct dmarc_input in;
	bool known = true;

	list_identifiers(a, message, v);
	in = make_input(a, v);
	for (size_t i = 0; i < v->author_count; i++) {
		in.author = v->authors[i];
		known = dmarc_verify(a, source, &in, &each[i]) && known;
	}
	if (!known)
		return false;
	choose(v, each);
	conclude(v);
	return true;
}
