/* spf_mechanism - each mechanism of RFC 7208 section 5, and the limits of section 4.6.4. */
#include "auth/spf_eval.h"
#include "wire/domain.h"

/* ---- the limits ---- */

/* One of the ten terms that cause lookups (section 4.6.4). */
static bool charge(struct spf_eval *e, struct spf_frame *f)
{
	if (f->node != NULL)
		f->node->lookups = 1;
	if (++e->report->lookups <= SPF_MAX_LOOKUPS)
		return true;
	spf_stop(e, SPF_PERMERROR,
	    STR("needs at least 11 lookups; the limit is 10 (RFC 7208 section 4.6.4)"));
	return false;
}

/* A term whose question found nothing; the third ends the evaluation. */
static bool charge_void(struct spf_eval *e, struct spf_frame *f)
{
	if (f->node != NULL)
		f->node->is_void = true;
	if (++e->report->voids <= SPF_MAX_VOIDS)
		return true;
	spf_stop(e, SPF_PERMERROR,
	    STR("at least 3 lookups found nothing; the limit is 2 (RFC 7208 section 4.6.4)"));
	return false;
}

/* NULL: the result is set, pending or temperror. */
static const struct dns_answer *look_up(struct spf_eval *e, struct str name, enum dns_type type)
{
	const struct dns_answer *a = dns_ask(e->source, name, type);

	if (a == NULL) {
		spf_stop_pending(e);
		return NULL;
	}
	if (!dns_failed(a))
		return a;
	spf_stop(e, SPF_TEMPERROR,
	    arena_fmt(e->arena,
		"the DNS did not answer for " STR_FMT " (%s) (RFC 7208 section 2.6.6)",
		STR_ARG(name), dns_status_name(a->status)));
	return NULL;
}

enum spf_match spf_begin(
    struct spf_eval *e, struct spf_frame *f, const struct spf_term *t, struct str *name)
{
	return charge(e, f) ? spf_target(e, f, t, name) : SPF_STOP;
}

/* ---- mechanisms ---- */

static unsigned prefix_of(const struct spf_eval *e, const struct spf_term *t)
{
	return e->address == DNS_A ? t->prefix4 : t->prefix6;
}

static enum spf_match run_all(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	(void)e, (void)f, (void)t;
	return SPF_YES;
}

static enum spf_match run_ip(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	enum dns_type family = t->kind == SPF_IP4 ? DNS_A : DNS_AAAA;

	(void)f;
	return family == e->address && ip_in(e->query->ip, t->network, t->prefix4) ? SPF_YES
										   : SPF_NO;
}

/* A question whose empty answer counts among the two; NULL: the result is set. */
static const struct dns_answer *ask_charged(
    struct spf_eval *e, struct spf_frame *f, struct str name, enum dns_type type)
{
	const struct dns_answer *a = look_up(e, name, type);

	return a != NULL && dns_void(a) && !charge_void(e, f) ? NULL : a;
}

static enum spf_match run_a(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	const struct dns_answer *a;
	struct str host;
	enum spf_match begun = spf_begin(e, f, t, &host);

	if (begun != SPF_YES || !spf_askable(host))
		return begun == SPF_YES ? SPF_NO : begun;
	a = ask_charged(e, f, host, e->address);
	if (a == NULL)
		return SPF_STOP;
	return spf_answer_holds(e, a, prefix_of(e, t)) ? SPF_YES : SPF_NO;
}

static enum spf_match run_exists(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	const struct dns_answer *a;
	struct str name;
	enum spf_match begun = spf_begin(e, f, t, &name);

	if (begun != SPF_YES || !spf_askable(name))
		return begun == SPF_YES ? SPF_NO : begun;
	a = ask_charged(e, f, name, DNS_A); /* A even for an IPv6 client, section 5.7 */
	if (a == NULL)
		return SPF_STOP;
	return a->count > 0 ? SPF_YES : SPF_NO;
}

/* All are asked before the first is waited for. */
static void ask_mx_hosts(const struct spf_eval *e, const struct dns_answer *mx)
{
	for (size_t i = 0; i < mx->count; i++)
		if (mx->records[i].parsed && mx->records[i].mx.host.n > 0)
			dns_ask(e->source, mx->records[i].mx.host, e->address);
}

static enum spf_match run_mx_hosts(
    struct spf_eval *e, const struct spf_term *t, const struct dns_answer *mx)
{
	ask_mx_hosts(e, mx);
	for (size_t i = 0; i < mx->count; i++) {
		const struct dns_record *r = &mx->records[i];
		const struct dns_answer *a;

		if (!r->parsed || r->mx.host.n == 0)
			continue;
		a = look_up(e, r->mx.host, e->address);
		if (a == NULL)
			return SPF_STOP;
		if (spf_answer_holds(e, a, prefix_of(e, t)))
			return SPF_YES;
	}
	return SPF_NO;
}

static enum spf_match run_mx(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	const struct dns_answer *mx;
	struct str domain;
	enum spf_match begun = spf_begin(e, f, t, &domain);

	if (begun != SPF_YES || !spf_askable(domain))
		return begun == SPF_YES ? SPF_NO : begun;
	mx = ask_charged(e, f, domain, DNS_MX);
	if (mx == NULL)
		return SPF_STOP;
	if (mx->count > SPF_MAX_MX)
		return spf_stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			STR_FMT " has %zu MX records; the limit is 10 (RFC 7208 section 4.6.4)",
			STR_ARG(domain), mx->count));
	return run_mx_hosts(e, t, mx);
}

static enum spf_match run_ptr(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	const struct dns_answer *ptr;
	struct str domain, names[SPF_MAX_PTR];
	size_t count;
	enum spf_match begun = spf_begin(e, f, t, &domain);

	if (begun != SPF_YES)
		return begun;
	ptr = dns_ask(e->source, ip_arpa(e->arena, e->query->ip), DNS_PTR);
	if (ptr == NULL)
		return spf_stop_pending(e);
	if (dns_void(ptr) && !charge_void(e, f))
		return SPF_STOP;
	if (dns_failed(ptr)) /* section 5.5: the mechanism fails to match */
		return SPF_NO;
	if (!spf_validated_names(e, ptr, names, &count))
		return SPF_STOP;
	for (size_t i = 0; i < count; i++)
		if (domain_under(names[i], domain))
			return SPF_YES;
	return SPF_NO;
}

/* Section 5.2 has the table that this switch is. */
static enum spf_match run_include(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	struct str domain;
	enum spf_match begun = spf_begin(e, f, t, &domain);

	if (begun != SPF_YES)
		return begun;
	switch (spf_run_domain(e, f, domain)) {
	case SPF_PASS:
		return SPF_YES;
	case SPF_FAIL:
	case SPF_SOFTFAIL:
	case SPF_NEUTRAL:
		return SPF_NO;
	case SPF_NONE:
		return spf_stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			"include:" STR_FMT " leads to a domain without SPF (RFC 7208 section 5.2)",
			STR_ARG(domain)));
	case SPF_PENDING:
	case SPF_TEMPERROR:
	case SPF_PERMERROR:
		break;
	}
	return SPF_STOP;
}

enum spf_match spf_run_mechanism(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	static enum spf_match (*const run[])(
	    struct spf_eval *, struct spf_frame *, const struct spf_term *) = {
		[SPF_ALL] = run_all,
		[SPF_INCLUDE] = run_include,
		[SPF_A] = run_a,
		[SPF_MX] = run_mx,
		[SPF_PTR] = run_ptr,
		[SPF_IP4] = run_ip,
		[SPF_IP6] = run_ip,
		[SPF_EXISTS] = run_exists,
	};

	return run[t->kind](e, f, t);
}
