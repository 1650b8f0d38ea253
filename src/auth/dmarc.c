/* dmarc - the tree walk, discovery, alignment, verdict; see dmarc.h. */
#include "auth/dmarc.h"

#include "wire/domain.h"

/* The names of a walk (RFC 9989 section 4.10 steps 3, 4, 7): at most eight. */
static size_t walk_names(struct str domain, struct dmarc_step *steps)
{
	size_t labels = domain_labels(domain), count = 0;

	steps[count++].domain = domain;
	if (labels >= DMARC_WALK_MAX)
		labels = DMARC_WALK_MAX;
	for (; labels > 1; labels--)
		steps[count++].domain = domain_last(domain, labels - 1);
	return count;
}

static const struct dns_answer *ask_record(
    struct arena *a, struct dns_source *source, struct str domain)
{
	return dns_ask(source, arena_fmt(a, "_dmarc." STR_FMT, STR_ARG(domain)), DNS_TXT);
}

/* Sort out what an answer holds; several records count as none. */
static void read_answer(struct arena *a, struct dmarc_step *step)
{
	struct dmarc_record *record = arena_new(a, struct dmarc_record), one;

	for (size_t i = 0; i < step->answer->count; i++) {
		const struct dns_record *r = &step->answer->records[i];

		if (!r->parsed || !dmarc_record_parse(a, r->txt.joined, &one))
			continue;
		*record = one;
		step->versions++;
	}
	if (step->versions == 1)
		step->record = record;
}

/* RFC 9989 section 4.10.2, from the longest name to the shortest. */
static void choose_organization(struct dmarc_walk *w)
{
	const struct dmarc_step *shortest = NULL;

	for (size_t i = 0; i < w->count; i++) {
		const struct dmarc_step *step = &w->steps[i];

		if (step->record == NULL)
			continue;
		if (step->record->psd == 'y' && i > 0) {
			/* One label below, which a shortened walk may not have asked for. */
			struct str below =
			    domain_last(w->steps[0].domain, domain_labels(step->domain) + 1);

			w->psd_step = step;
			w->organizational = below;
			w->organizational_step = w->steps[i - 1].record != NULL &&
							 domain_eq(w->steps[i - 1].domain, below)
						     ? &w->steps[i - 1]
						     : NULL;
			return;
		}
		shortest = step;
	}
	w->organizational_step = shortest;
	w->organizational = shortest == NULL ? w->steps[0].domain : shortest->domain;
}

bool dmarc_walk(struct arena *a, struct dns_source *source, struct str domain, struct dmarc_walk *w)
{
	size_t names;
	bool missing = false;

	*w = (struct dmarc_walk){ 0 };
	names = walk_names(domain_undot(domain), w->steps);
	for (size_t i = 0; i < names; i++) {
		w->steps[i].answer = ask_record(a, source, w->steps[i].domain);
		missing = missing || w->steps[i].answer == NULL;
	}
	if (missing)
		return false;
	while (w->count < names) {
		struct dmarc_step *step = &w->steps[w->count++];

		read_answer(a, step);
		if (dns_failed(step->answer)) {
			w->failed = step;
			return true;
		}
		if (step->record != NULL && step->record->psd != 'u')
			break;
	}
	choose_organization(w);
	return true;
}

static enum dmarc_request lower(enum dmarc_request request)
{
	return request > DMARC_NONE ? request - 1 : request;
}

static void take_record(
    struct dmarc_policy *p, enum dmarc_found found, const struct dmarc_step *step, bool exists)
{
	p->found = found;
	p->record = step->record;
	p->record_domain = step->domain;
	p->tag = "p";
	p->published = found == DMARC_AT_AUTHOR ? dmarc_own_policy(step->record)
						: dmarc_sub_policy(step->record, exists, &p->tag);
	p->applied = step->record->testing ? lower(p->published) : p->published;
}

bool dmarc_discover(
    struct arena *a, struct dns_source *source, struct str author, struct dmarc_policy *out)
{
	/* Whether the name exists matters only below a record, but asking now saves a round. */
	const struct dns_answer *self = dns_ask(source, domain_undot(author), DNS_A);
	const struct dmarc_step *above;

	*out = (struct dmarc_policy){ .found = DMARC_NO_RECORD };
	if (!dmarc_walk(a, source, author, &out->walk))
		return false;
	if (out->walk.steps[0].record != NULL) {
		take_record(out, DMARC_AT_AUTHOR, &out->walk.steps[0], true);
		return true;
	}
	if (out->walk.failed != NULL) {
		out->found = DMARC_TEMPERROR;
		return true;
	}
	above = out->walk.organizational_step != NULL ? out->walk.organizational_step
						      : out->walk.psd_step;
	if (above == NULL)
		return true;
	if (self == NULL)
		return false;
	take_record(out, above == out->walk.psd_step ? DMARC_AT_PSD : DMARC_AT_ORGANIZATIONAL,
	    above, self->status != DNS_NXDOMAIN);
	return true;
}

bool dmarc_align(struct arena *a, struct dns_source *source, struct str author,
    const struct dmarc_policy *policy, struct str identifier, bool strict,
    enum dmarc_alignment *out)
{
	struct dmarc_walk walk;

	*out = DMARC_UNALIGNED;
	if (identifier.n == 0)
		return true;
	if (domain_eq(author, identifier)) {
		*out = DMARC_ALIGNED;
		return true;
	}
	if (strict)
		return true;
	if (policy->walk.failed != NULL) {
		*out = DMARC_ALIGNMENT_TEMPERROR;
		return true;
	}
	/* The organizational domain of a name is the name or above it: spares most walks. */
	if (!domain_under(identifier, policy->walk.organizational))
		return true;
	if (!dmarc_walk(a, source, identifier, &walk))
		return false;
	if (walk.failed != NULL)
		*out = DMARC_ALIGNMENT_TEMPERROR;
	else if (domain_eq(walk.organizational, policy->walk.organizational))
		*out = DMARC_ALIGNED;
	return true;
}

struct verifier {
	struct arena *arena;
	struct dns_source *source;
	const struct dmarc_input *in;
	struct dmarc_verdict *out;
	bool pending, temperror;
};

/* Does this identifier make the message pass? */
static bool counts(struct verifier *v, const struct dmarc_identifier *id, bool strict)
{
	enum dmarc_alignment alignment;

	if (id->domain.n == 0 || id->result == DMARC_MECHANISM_FAIL)
		return false;
	if (!dmarc_align(v->arena, v->source, v->in->author, &v->out->policy, id->domain, strict,
		&alignment)) {
		v->pending = true;
		return false;
	}
	if (alignment == DMARC_ALIGNMENT_TEMPERROR ||
	    (alignment == DMARC_ALIGNED && id->result == DMARC_MECHANISM_TEMPERROR))
		v->temperror = true;
	return alignment == DMARC_ALIGNED && id->result == DMARC_MECHANISM_PASS;
}

static void conclude(struct verifier *v)
{
	struct dmarc_verdict *out = v->out;

	if (out->spf_aligned || out->dkim_aligned) {
		out->result = DMARC_PASS;
		out->reason = arena_fmt(v->arena,
		    "%s passed for a domain that belongs to the From "
		    "domain",
		    !out->dkim_aligned ? "SPF"
		    : out->spf_aligned ? "SPF and DKIM"
				       : "DKIM");
	} else if (v->temperror) {
		out->result = DMARC_RESULT_TEMPERROR;
		out->reason = STR("a check that could have passed met a temporary error");
	} else {
		out->result = DMARC_FAIL;
		out->reason =
		    STR("neither SPF nor DKIM passed for a domain that belongs to the From "
			"domain");
	}
}

/* Without a usable record the verdict is there already. */
static bool settled(struct verifier *v)
{
	struct dmarc_verdict *out = v->out;

	if (out->policy.found == DMARC_TEMPERROR) {
		out->result = DMARC_RESULT_TEMPERROR;
		out->reason = STR("the DNS did not answer the question for the DMARC record");
		return true;
	}
	if (out->policy.record == NULL) {
		out->result = DMARC_RESULT_NONE;
		out->reason = STR("there is no DMARC record");
		return true;
	}
	if (!out->policy.record->usable) {
		out->result = DMARC_PERMERROR;
		out->reason = STR("the DMARC record has no valid policy and no valid rua");
		return true;
	}
	return false;
}

bool dmarc_verify(struct arena *a, struct dns_source *source, const struct dmarc_input *in,
    struct dmarc_verdict *out)
{
	struct verifier v = { .arena = a, .source = source, .in = in, .out = out };

	*out = (struct dmarc_verdict){ .result = DMARC_RESULT_NONE };
	if (in->author.n == 0) {
		out->reason = STR("the message has not exactly one author domain");
		return true;
	}
	if (!dmarc_discover(a, source, in->author, &out->policy))
		return false;
	if (settled(&v))
		return true;
	out->spf_aligned = counts(&v, &in->spf, out->policy.record->strict_spf);
	for (size_t i = 0; i < in->dkim_count; i++)
		if (counts(&v, &in->dkim[i], out->policy.record->strict_dkim) &&
		    !out->dkim_aligned) {
			out->dkim_aligned = true;
			out->dkim_index = i;
		}
	if (v.pending)
		return false;
	conclude(&v);
	return true;
}

const char *dmarc_result_name(enum dmarc_result result)
{
	static const char *const names[] = { "none", "pass", "fail", "temperror", "permerror" };

	return names[result];
}
