/* mail_outcome - what a receiver would do with a message, in a word and in a sentence. */
#include "render/mail_report.h"

static size_t examined(const struct dkim *dkim)
{
	size_t n = dkim_count(dkim);

	return n < DKIM_MAX_SIGNATURES ? n : DKIM_MAX_SIGNATURES;
}

static bool any_signature(const struct dkim *dkim, enum dkim_result result)
{
	for (size_t i = 0; i < examined(dkim); i++)
		if (dkim_verdict(dkim, i)->result == result)
			return true;
	return false;
}

static enum mail_outcome without_dmarc(const struct mail_verdict *v)
{
	enum spf_result spf = v->spf.judged ? v->spf.report.result : SPF_NONE;
	bool passes = any_signature(v->dkim, DKIM_PASS);

	if (spf == SPF_FAIL || spf == SPF_SOFTFAIL || spf == SPF_PERMERROR)
		return MAIL_FAILED;
	if (!passes && any_signature(v->dkim, DKIM_TEMPERROR))
		return MAIL_UNJUDGED;
	if (!passes && examined(v->dkim) > 0)
		return MAIL_FAILED;
	return spf == SPF_TEMPERROR ? MAIL_UNJUDGED : MAIL_UNPROVEN;
}

enum mail_outcome mail_outcome(const struct mail_verdict *v)
{
	switch (v->dmarc.result) {
	case DMARC_PASS:
		return MAIL_ACCEPTED;
	case DMARC_FAIL:
		return v->voucher != NULL ? MAIL_ACCEPTED : MAIL_FAILED;
	case DMARC_RESULT_TEMPERROR:
		return MAIL_UNJUDGED;
	default:
		return v->author.domain.n > 0 ? without_dmarc(v) : MAIL_FAILED;
	}
}

const char *mail_outcome_name(enum mail_outcome o)
{
	static const char *const names[] = {
		[MAIL_ACCEPTED] = "accepted",
		[MAIL_UNPROVEN] = "unproven",
		[MAIL_FAILED] = "failed",
		[MAIL_UNJUDGED] = "unjudged",
	};

	return names[o];
}

static struct str of_failure(struct arena *a, const struct mail_verdict *v)
{
	static const struct {
		const char *before, *behind;
	} texts[] = {
		[DMARC_REJECT] = { "Would be refused as not from",
		    "which asks for that (p=reject)" },
		[DMARC_QUARANTINE] = { "Would go to the junk as not from",
		    "which asks for that (p=quarantine)" },
		[DMARC_NONE] = { "Is not shown to be from",
		    "which asks for nothing to be done about it (p=none)" },
	};
	enum dmarc_request asks = v->disposition < DMARC_NONE ? DMARC_NONE : v->disposition;

	return arena_fmt(
	    a, "%s " STR_FMT ", %s", texts[asks].before, STR_ARG(v->from), texts[asks].behind);
}

struct str mail_headline(struct arena *a, const struct mail_verdict *v)
{
	struct str author = v->from;

	if (v->author.domain.n == 0)
		return STR("Would be refused by many: nobody can say who wrote it");
	if (v->voucher != NULL)
		return arena_fmt(a,
		    "Would be accepted as from " STR_FMT ", on the word of " STR_FMT,
		    STR_ARG(author), STR_ARG(v->voucher->seal.sig.domain));
	if (v->dmarc.result == DMARC_FAIL && !v->spf.judged)
		return arena_fmt(a,
		    "DKIM does not show that it is from " STR_FMT ", and SPF could not be judged",
		    STR_ARG(author));
	if (v->dmarc.result == DMARC_FAIL)
		return of_failure(a, v);
	switch (mail_outcome(v)) {
	case MAIL_ACCEPTED:
		return arena_fmt(a, "Would be accepted as from " STR_FMT, STR_ARG(author));
	case MAIL_UNJUDGED:
		return STR("Could not be judged, as the DNS did not answer");
	case MAIL_FAILED:
		return arena_fmt(a,
		    "Would be distrusted: " STR_FMT " has no DMARC policy, and what else there is "
		    "fails",
		    STR_ARG(author));
	default:
		return arena_fmt(a,
		    "Would be judged by its reputation: " STR_FMT " has no DMARC policy",
		    STR_ARG(author));
	}
}

struct str mail_why(struct arena *a, const struct mail_verdict *v)
{
	struct str why = mail_dmarc_sentence(a, v);
	const char *spf = spf_result_name(v->spf.report.result);

	if (v->dmarc.result != DMARC_RESULT_NONE && v->dmarc.result != DMARC_PERMERROR)
		return why;
	if (v->spf.judged)
		why = arena_fmt(a, STR_FMT "; SPF: %s for " STR_FMT, STR_ARG(why), spf,
		    STR_ARG(v->spf.report.domain));
	if (examined(v->dkim) == 0)
		return arena_fmt(a, STR_FMT "; no DKIM signature", STR_ARG(why));
	return arena_fmt(a, STR_FMT "; %s", STR_ARG(why),
	    any_signature(v->dkim, DKIM_PASS) ? "a DKIM signature passes"
					      : "no DKIM signature passes");
}

const struct mail_identifier *mail_identifier_of(const struct mail_verdict *v, size_t signature)
{
	for (size_t i = 0; i < v->identifier_count; i++)
		if (!v->identifiers[i].spf && v->identifiers[i].signature == signature)
			return &v->identifiers[i];
	return NULL;
}

bool mail_has_finding(const struct mail_report *r, enum message_finding what)
{
	/* In a file on Unix LF stands for CRLF. */
	return r->message->found[what].count > 0 && !(r->lf && what == MESSAGE_BARE_LF);
}

const char *mail_known_name(enum mail_known k)
{
	static const char *const names[] = {
		[MAIL_UNKNOWN] = "unknown",
		[MAIL_BY_OPTION] = "option",
		[MAIL_BY_RECEIVED] = "received",
		[MAIL_BY_RETURN_PATH] = "return-path",
	};

	return names[k];
}
