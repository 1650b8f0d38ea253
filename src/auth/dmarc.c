/* dmarc - the tree walk, discovery, alignment; see dmarc.h. */
#include "auth/dmarc.h"

#include <libpsl.h>

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
	static const char label[] = "_dmarc.";
	size_t n = sizeof(label) - 1;
	char *name = arena_array(a, char, n + domain.n);

	memcpy(name, label, n);
	memcpy(name + n, domain.p, domain.n);
	return dns_ask(source, (struct str){ name, n + domain.n }, DNS_TXT);
}

/* The record parsed, once for as long as the answer lives; NULL when it is no DMARC record. */
static const struct dmarc_record *parsed(struct arena *a, struct dns_record *r)
{
	static const char keeper;
	struct dmarc_record *record = dns_kept(r, &keeper);

	if (record != NULL)
		return record;
	record = arena_new(a, struct dmarc_record);
	if (!r->parsed || !dmarc_record_parse(a, r->txt.joined, record))
		return NULL;
	dns_keep(r, &keeper, record);
	return record;
}

/* Sort out what an answer holds; several records count as none. */
static void read_answer(struct dns_source *source, struct dmarc_step *step)
{
	const struct dmarc_record *last = NULL;

	step->versions = 0;
	for (size_t i = 0; i < step->answer->count; i++) {
		const struct dmarc_record *r = parsed(source->arena, &step->answer->records[i]);

		last = r != NULL ? r : last;
		step->versions += r != NULL;
	}
	step->record = step->versions == 1 ? last : NULL;
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

/* As RFC 7489 section 3.2 had it: what the public suffix list says, record or not. */
static void fall_back(
    struct arena *a, struct dns_source *source, struct dmarc_walk *w, size_t names)
{
	struct str self = arena_lower(a, w->steps[0].domain);
	const char *registered = psl_registrable_domain(psl_builtin(), self.p);

	if (registered == NULL)
		return;
	w->by_psl = true;
	w->organizational = str_of(registered);
	for (size_t i = 0; i < names; i++) {
		struct dmarc_step *step = &w->steps[i];

		if (!domain_eq(step->domain, w->organizational) || dns_failed(step->answer))
			continue;
		read_answer(source, step);
		w->organizational_step = step->record != NULL ? step : NULL;
	}
}

bool dmarc_walk(struct arena *a, struct dns_source *source, struct str domain, bool org_by_psl,
    struct dmarc_walk *w)
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

		read_answer(source, step);
		if (dns_failed(step->answer)) {
			w->failed = step;
			if (org_by_psl)
				fall_back(a, source, w, names);
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

/* Which record speaks for the author; the walk is done. */
static const struct dmarc_step *choose_record(struct dmarc_policy *p)
{
	const struct dmarc_walk *w = &p->walk;

	if (w->steps[0].record != NULL) {
		p->found = DMARC_AT_AUTHOR;
		return &w->steps[0];
	}
	if (w->failed == &w->steps[0] || (w->failed != NULL && w->organizational_step == NULL)) {
		p->found = DMARC_TEMPERROR;
		return NULL;
	}
	if (w->organizational_step != NULL) {
		p->found = DMARC_AT_ORGANIZATIONAL;
		return w->organizational_step;
	}
	p->found = w->psd_step != NULL ? DMARC_AT_PSD : DMARC_NO_RECORD;
	return w->psd_step;
}

static void take_record(struct dmarc_policy *p, const struct dmarc_step *step, bool exists)
{
	p->record = step->record;
	p->record_domain = step->domain;
	p->tag = "p";
	p->published = p->found == DMARC_AT_AUTHOR
			   ? dmarc_own_policy(step->record)
			   : dmarc_sub_policy(step->record, exists, &p->tag);
	p->applied = step->record->testing ? lower(p->published) : p->published;
}

bool dmarc_discover(struct arena *a, struct dns_source *source, struct str author, bool org_by_psl,
    struct dmarc_policy *out)
{
	/* Whether the name exists matters only below a record, but asking now saves a round. */
	const struct dns_answer *self = dns_ask(source, domain_undot(author), DNS_A);
	const struct dmarc_step *step;

	*out = (struct dmarc_policy){ .org_by_psl = org_by_psl };
	if (!dmarc_walk(a, source, author, org_by_psl, &out->walk))
		return false;
	step = choose_record(out);
	if (step == NULL)
		return true;
	if (out->found != DMARC_AT_AUTHOR && self == NULL)
		return false;
	take_record(out, step, self == NULL || self->status != DNS_NXDOMAIN);
	return true;
}

bool dmarc_align(struct arena *a, struct dns_source *source, struct str author,
    const struct dmarc_policy *policy, struct str identifier, bool strict,
    enum dmarc_alignment *out)
{
	const struct dmarc_walk *own = &policy->walk;
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
	if (own->organizational.n == 0) {
		*out = DMARC_ALIGNMENT_TEMPERROR;
		return true;
	}
	/* The organizational domain of a name is the name or above it: spares most walks. */
	if (!domain_under(identifier, own->organizational))
		return true;
	if (!dmarc_walk(a, source, identifier, policy->org_by_psl, &walk))
		return false;
	if (walk.organizational.n == 0)
		*out = DMARC_ALIGNMENT_TEMPERROR;
	else if (domain_eq(walk.organizational, own->organizational))
		*out = DMARC_ALIGNED;
	return true;
}
