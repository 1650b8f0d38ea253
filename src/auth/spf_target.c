/*
 * spf_target - the name a term is about: macros, %{p} (RFC 7208 sections 5.5, 7), and what
 * RFC 8616 section 4 says of local parts that are not ASCII.
 */
#include "auth/spf_eval.h"
#include "wire/domain.h"

static const struct dns_answer *addresses_of(struct spf_eval *e, struct str host)
{
	return dns_ask(e->source, host, e->address);
}

bool spf_answer_holds(const struct spf_eval *e, const struct dns_answer *a, unsigned prefix)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && ip_in(e->query->ip, a->records[i].address, prefix))
			return true;
	return false;
}

bool spf_validated_names(
    struct spf_eval *e, const struct dns_answer *ptr, struct str *names, size_t *count)
{
	bool complete = true;

	*count = 0;
	for (size_t i = 0; i < ptr->count && i < SPF_MAX_PTR; i++) {
		const struct dns_answer *a;

		if (!ptr->records[i].parsed)
			continue;
		a = addresses_of(e, ptr->records[i].name);
		complete &= a != NULL;
		if (a != NULL && spf_answer_holds(e, a, e->address == DNS_A ? 32 : 128))
			names[(*count)++] = ptr->records[i].name;
	}
	if (!complete)
		spf_stop_pending(e);
	return complete;
}

/* The name for %{p}: the domain itself, else one under it, else any, else "unknown". */
static bool name_for_p(struct spf_eval *e, struct str domain)
{
	const struct dns_answer *ptr = dns_ask(e->source, ip_arpa(e->arena, e->query->ip), DNS_PTR);
	struct str names[SPF_MAX_PTR], best = { 0 };
	size_t count;

	if (ptr == NULL)
		return spf_stop_pending(e) != SPF_STOP;
	if (!spf_validated_names(e, ptr, names, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (domain_eq(names[i], domain))
			best = names[i];
	for (size_t i = 0; i < count && best.n == 0; i++)
		if (domain_under(names[i], domain))
			best = names[i];
	if (best.n == 0)
		best = count > 0 ? names[0] : STR("unknown");
	e->macro.validated = best;
	return true;
}

/* Section 7.3: names over 253 octets lose labels from the left. */
static struct str fit(struct str name)
{
	name = domain_undot(name);
	while (name.n > DOMAIN_MAX)
		name = domain_parent(name);
	return name;
}

struct str spf_plain_target(const struct spf_frame *f, const struct spf_term *t)
{
	return fit(t->spec.n > 0 ? t->spec : f->domain);
}

enum spf_match spf_expand(struct spf_eval *e, struct str text, struct str domain, struct str *out)
{
	if (spf_macro_uses(text, "p") && !name_for_p(e, domain))
		return SPF_STOP;
	e->macro.domain = domain;
	*out = spf_macro_expand(e->arena, text, &e->macro);
	return SPF_YES;
}

static enum spf_match expand_target(
    struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t, struct str *name)
{
	enum spf_match m;

	if (!e->local_is_ascii && spf_macro_uses(t->spec, "sl")) {
		if (f->node != NULL)
			f->node->note = STR("cannot match: the local part of the sender is not "
					    "ASCII (RFC 8616 section 4)");
		return SPF_NO;
	}
	m = spf_expand(e, t->spec, f->domain, name);
	if (m == SPF_YES)
		*name = fit(*name);
	return m;
}

enum spf_match spf_target(
    struct spf_eval *e, struct spf_frame *f, const struct spf_term *t, struct str *name)
{
	enum spf_match m = SPF_YES;

	if (t->macros)
		m = expand_target(e, f, t, name);
	else
		*name = spf_plain_target(f, t);
	if (m == SPF_YES && f->node != NULL)
		f->node->target = *name;
	return m;
}
