/* mail_sentence - one sentence for a person: why DMARC came out so; see mail.h. */
#include "auth/mail.h"

#include "wire/domain.h"

#define SAID_MAX 3 /* signatures that are spoken of one by one */

struct speaker {
	struct arena *arena;
	const struct mail_verdict *verdict;
	struct str text;
};

/* Clauses are parted by semicolons. */
static void say(struct speaker *s, struct str clause)
{
	s->text = s->text.n == 0 ? clause
				 : arena_fmt(s->arena, STR_FMT "; " STR_FMT, STR_ARG(s->text),
				       STR_ARG(clause));
}

/* How the identifier stands to the author: a relative clause with its comma, or nothing. */
static struct str relation(struct speaker *s, const struct mail_identifier *id)
{
	const struct dmarc_policy *policy = &s->verdict->dmarc.policy;
	struct str author = s->verdict->from;
	bool strict = id->spf ? policy->record->strict_spf : policy->record->strict_dkim;

	if (domain_eq(id->domain, author))
		return STR("");
	if (id->alignment == DMARC_ALIGNED)
		return arena_fmt(s->arena, ", which is aligned with " STR_FMT, STR_ARG(author));
	if (id->alignment == DMARC_ALIGNMENT_TEMPERROR)
		return arena_fmt(s->arena,
		    ", of which the DNS did not say whether it is aligned with " STR_FMT,
		    STR_ARG(author));
	if (strict && policy->walk.organizational.n > 0 &&
	    domain_under(id->domain, policy->walk.organizational))
		return arena_fmt(s->arena, ", which is not " STR_FMT " itself, as %s=s asks",
		    STR_ARG(author), id->spf ? "aspf" : "adkim");
	return arena_fmt(s->arena, ", which is not aligned with " STR_FMT, STR_ARG(author));
}

/* ---- SPF ---- */

static void say_no_spf(struct speaker *s)
{
	say(s, s->verdict->query->ip.family == IP_NONE
		   ? STR("SPF could not be judged, as the client's address is not known")
		   : STR("SPF could not be judged, as the sender of the envelope is not known"));
}

static void say_spf(struct speaker *s, const struct mail_identifier *id)
{
	static const char *const words[] = {
		[SPF_NONE] = "there is no SPF policy for",
		[SPF_NEUTRAL] = "SPF is neutral for",
		[SPF_PASS] = "passes SPF for",
		[SPF_FAIL] = "fails SPF for",
		[SPF_SOFTFAIL] = "SPF softly fails for",
		[SPF_TEMPERROR] = "the DNS did not answer for the SPF of",
		[SPF_PERMERROR] = "the SPF record is broken for",
	};
	struct str how = relation(s, id);

	say(s, arena_fmt(s->arena, "%s " STR_FMT STR_FMT, words[s->verdict->spf.report.result],
		   STR_ARG(id->domain), STR_ARG(how)));
}

/* ---- DKIM ---- */

static void say_signature(struct speaker *s, const struct mail_identifier *id)
{
	static const char *const words[] = {
		[DKIM_PASS] = "passes DKIM for",
		[DKIM_FAIL] = "fails DKIM for",
		[DKIM_POLICY] = "refuses the DKIM signature of",
		[DKIM_NEUTRAL] = "did not examine the DKIM signature of",
		[DKIM_TEMPERROR] = "the DNS did not answer for the DKIM key of",
		[DKIM_PERMERROR] = "cannot verify the DKIM signature of",
	};
	const struct dkim_verdict *d = dkim_verdict(s->verdict->dkim, id->signature);
	struct str how = relation(s, id), why = STR("");

	if (id->domain.n == 0) {
		say(s, STR("a DKIM signature names no domain"));
		return;
	}
	if (id->uncounted.n > 0)
		why = arena_fmt(
		    s->arena, ", but " STR_FMT " and does not count", STR_ARG(id->uncounted));
	else if (d->result != DKIM_PASS && d->result != DKIM_TEMPERROR && d->reason.n > 0)
		why = arena_fmt(s->arena, " (" STR_FMT ")", STR_ARG(d->reason));
	say(s, arena_fmt(s->arena, "%s " STR_FMT STR_FMT STR_FMT, words[d->result],
		   STR_ARG(id->domain), STR_ARG(how), STR_ARG(why)));
}

/* Those that are aligned are told first, as they come nearest to a pass. */
static size_t say_signatures(struct speaker *s, bool aligned, size_t said)
{
	const struct mail_verdict *v = s->verdict;

	for (size_t i = 0; i < v->identifier_count; i++) {
		const struct mail_identifier *id = &v->identifiers[i];

		if (id->spf || (id->alignment == DMARC_ALIGNED) != aligned)
			continue;
		if (said++ < SAID_MAX)
			say_signature(s, id);
	}
	return said;
}

static void say_dkim(struct speaker *s)
{
	size_t count = say_signatures(s, false, say_signatures(s, true, 0));

	if (count == 0)
		say(s, STR("no DKIM signature"));
	else if (count == SAID_MAX + 1)
		say(s, STR("one more signature does not help"));
	else if (count > SAID_MAX)
		say(s, arena_fmt(s->arena, "%zu more signatures do not help", count - SAID_MAX));
}

/* ---- the sentence ---- */

static struct str of_identifiers(struct arena *a, const struct mail_verdict *v)
{
	struct speaker s = { .arena = a, .verdict = v };

	if (v->author.domain.n == 0)
		say(&s, author_text(v->author.result));
	if (!v->spf.judged)
		say_no_spf(&s);
	else
		say_spf(&s, &v->identifiers[0]);
	say_dkim(&s);
	if (v->voucher != NULL)
		say(&s, arena_fmt(a, "but " STR_FMT ", which is believed, saw it pass (ARC)",
			    STR_ARG(v->voucher->seal.sig.domain)));
	return s.text;
}

/* Only what made it pass. */
static struct str of_pass(struct arena *a, const struct mail_verdict *v)
{
	struct speaker s = { .arena = a, .verdict = v };

	for (size_t i = 0; i < v->identifier_count; i++) {
		const struct mail_identifier *id = &v->identifiers[i];

		if (id->spf && v->dmarc.spf_aligned)
			say_spf(&s, id);
		if (!id->spf && v->dmarc.dkim_aligned && id->signature == v->dmarc.dkim_index)
			say_signature(&s, id);
	}
	return s.text;
}

static struct str of_temperror(struct arena *a, const struct mail_verdict *v)
{
	if (v->dmarc.policy.found == DMARC_TEMPERROR)
		return arena_fmt(a, "the DNS did not answer for _dmarc." STR_FMT,
		    STR_ARG(v->dmarc.policy.walk.failed->domain));
	return of_identifiers(a, v);
}

static struct str of_none(struct arena *a, const struct mail_verdict *v)
{
	if (v->from.n == 0)
		return author_text(v->author.result);
	return arena_fmt(a, STR_FMT " has no DMARC record", STR_ARG(v->from));
}

static struct str of_permerror(struct arena *a, const struct mail_verdict *v)
{
	return arena_fmt(a,
	    "the DMARC record of " STR_FMT " has no valid policy and no address for reports",
	    STR_ARG(v->dmarc.policy.record_domain));
}

struct str mail_dmarc_sentence(struct arena *a, const struct mail_verdict *v)
{
	static const struct {
		const char *verdict;
		struct str (*why)(struct arena *, const struct mail_verdict *);
	} rows[] = {
		[DMARC_RESULT_NONE] = { "DMARC does not apply", of_none },
		[DMARC_PASS] = { "passes DMARC", of_pass },
		[DMARC_FAIL] = { "fails DMARC", of_identifiers },
		[DMARC_RESULT_TEMPERROR] = { "DMARC could not be judged", of_temperror },
		[DMARC_PERMERROR] = { "DMARC does not apply", of_permerror },
	};
	struct str why = rows[v->dmarc.result].why(a, v);

	return arena_fmt(a, "%s: " STR_FMT "%s", rows[v->dmarc.result].verdict, STR_ARG(why),
	    v->dmarc.policy.walk.by_psl
		? " (organizational domain by the public suffix list, as the DNS did not answer)"
		: "");
}
