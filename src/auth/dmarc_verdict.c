/* dmarc_verdict - one message's identifiers against the policy of its author; see dmarc.h. */
#include "auth/dmarc.h"

struct verifier {
	struct arena *arena;
	struct dns_source *source;
	const struct dmarc_input *in;
	struct dmarc_verdict *out;
	bool pending, temperror;
};

/* Does this identifier make the message pass?  One that failed is aligned for the reader only. */
static bool counts(struct verifier *v, const struct dmarc_identifier *id, bool strict,
    enum dmarc_alignment *alignment)
{
	if (!dmarc_align(
		v->arena, v->source, v->in->author, &v->out->policy, id->domain, strict, alignment))
		v->pending = true;
	if (id->result == DMARC_MECHANISM_FAIL)
		return false;
	if (*alignment == DMARC_ALIGNMENT_TEMPERROR ||
	    (*alignment == DMARC_ALIGNED && id->result == DMARC_MECHANISM_TEMPERROR))
		v->temperror = true;
	return *alignment == DMARC_ALIGNED && id->result == DMARC_MECHANISM_PASS;
}

static void judge_identifiers(struct verifier *v)
{
	const struct dmarc_record *record = v->out->policy.record;
	const struct dmarc_input *in = v->in;
	struct dmarc_verdict *out = v->out;

	out->spf_aligned = counts(v, &in->spf, record->strict_spf, &out->spf_alignment);
	for (size_t i = 0; i < in->dkim_count; i++) {
		bool good = counts(v, &in->dkim[i], record->strict_dkim, &out->dkim_alignment[i]);

		if (!good || out->dkim_aligned)
			continue;
		out->dkim_aligned = true;
		out->dkim_index = i;
	}
}

static void conclude(struct verifier *v)
{
	struct dmarc_verdict *out = v->out;

	if (out->spf_aligned || out->dkim_aligned) {
		out->result = DMARC_PASS;
		out->reason =
		    !out->dkim_aligned
			? STR("SPF passed for a domain that belongs to the From domain")
		    : out->spf_aligned
			? STR("SPF and DKIM passed for domains that belong to the From domain")
			: STR("DKIM passed for a domain that belongs to the From domain");
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
	out->dkim_alignment = arena_array(a, enum dmarc_alignment, in->dkim_count);
	if (in->author.n == 0) {
		out->reason = STR("the message has not exactly one author domain");
		return true;
	}
	if (!dmarc_discover(a, source, in->author, in->org_by_psl, &out->policy))
		return false;
	if (settled(&v))
		return true;
	judge_identifiers(&v);
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
