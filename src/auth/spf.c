/*
 * spf - check_host() of RFC 7208 section 4, a pure function of facts and query.
 *
 * A missing fact ends the evaluation with SPF_PENDING; it is run again from the start. The
 * limits of section 4.6.4 bound the restarts, and there is no saved state to get wrong.
 */
#include "auth/spf.h"

#include "auth/spf_names.h"
#include "wire/domain.h"

struct eval {
	struct dns_source *source;
	struct arena *arena;
	const struct spf_query *query;
	struct spf_report *report;
	struct spf_macro macro;
	enum dns_type address; /* A or AAAA, by the client */
};

/* A record being evaluated. */
struct frame {
	struct str domain;
	const struct spf_record *record;
	struct spf_node *node, **next_node; /* the term's own; where the next one goes */
};

enum match { NO, YES, STOP }; /* STOP: the report's result is set */

static enum spf_result check_domain(struct eval *, struct str domain, struct spf_node **trace);

const char *spf_result_name(enum spf_result r)
{
	static const char *const names[] = {
		[SPF_PENDING] = "pending",
		[SPF_NONE] = "none",
		[SPF_NEUTRAL] = "neutral",
		[SPF_PASS] = "pass",
		[SPF_FAIL] = "fail",
		[SPF_SOFTFAIL] = "softfail",
		[SPF_TEMPERROR] = "temperror",
		[SPF_PERMERROR] = "permerror",
	};

	return names[r];
}

static enum match stop(struct eval *e, enum spf_result result, struct str reason)
{
	e->report->result = result;
	e->report->reason = reason;
	return STOP;
}

/* ---- the limits ---- */

/* One of the ten terms that cause lookups (section 4.6.4). */
static bool charge(struct eval *e, struct frame *f)
{
	if (f->node != NULL)
		f->node->lookups = 1;
	if (++e->report->lookups <= SPF_MAX_LOOKUPS)
		return true;
	stop(e, SPF_PERMERROR, STR("more than 10 terms that ask the DNS (RFC 7208 section 4.6.4)"));
	return false;
}

/* A term whose question found nothing; the third ends the evaluation. */
static bool charge_void(struct eval *e, struct frame *f)
{
	if (f->node != NULL)
		f->node->is_void = true;
	if (++e->report->voids <= SPF_MAX_VOIDS)
		return true;
	stop(e, SPF_PERMERROR,
	    STR("more than 2 lookups that found nothing (RFC 7208 section 4.6.4)"));
	return false;
}

/* NULL: the result is set, pending or temperror. */
static const struct dns_answer *look_up(struct eval *e, struct str name, enum dns_type type)
{
	const struct dns_answer *a = dns_ask(e->source, name, type);

	if (a == NULL) {
		stop(e, SPF_PENDING, STR("a fact is missing"));
		return NULL;
	}
	if (!dns_failed(a))
		return a;
	stop(e, SPF_TEMPERROR,
	    arena_fmt(e->arena,
		"the DNS did not answer for " STR_FMT " (%s) (RFC 7208 section 2.6.6)",
		STR_ARG(name), dns_status_name(a->status)));
	return NULL;
}

/* ---- names ---- */

static const struct dns_answer *addresses_of(struct eval *e, struct str host)
{
	return dns_ask(e->source, host, e->address);
}

static bool answer_holds(const struct eval *e, const struct dns_answer *a, unsigned prefix)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && ip_in(e->query->ip, a->records[i].address, prefix))
			return true;
	return false;
}

/*
 * The client's names that lead back to it (section 5.5); at most ten are tried, trouble with
 * one of them counts as "not validated". False while pending.
 */
static bool validated_names(
    struct eval *e, const struct dns_answer *ptr, struct str *names, size_t *count)
{
	bool complete = true;

	*count = 0;
	for (size_t i = 0; i < ptr->count && i < SPF_MAX_PTR; i++) {
		const struct dns_answer *a;

		if (!ptr->records[i].parsed)
			continue;
		a = addresses_of(e, ptr->records[i].name);
		complete &= a != NULL;
		if (a != NULL && answer_holds(e, a, e->address == DNS_A ? 32 : 128))
			names[(*count)++] = ptr->records[i].name;
	}
	if (!complete)
		stop(e, SPF_PENDING, STR("a fact is missing"));
	return complete;
}

/* The name for %{p}: the domain itself, else one under it, else any, else "unknown". */
static bool name_for_p(struct eval *e, struct str domain)
{
	const struct dns_answer *ptr = dns_ask(e->source, ip_arpa(e->arena, e->query->ip), DNS_PTR);
	struct str names[SPF_MAX_PTR], best = { 0 };
	size_t count;

	if (ptr == NULL)
		return stop(e, SPF_PENDING, STR("a fact is missing")) != STOP;
	if (!validated_names(e, ptr, names, &count))
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

static bool expand(struct eval *e, struct str spec, struct str domain, struct str *out)
{
	size_t at;
	bool wants_p;

	if (!spf_macro_valid(spec, e->macro.explanation, &at, &wants_p))
		return false;
	if (wants_p && !name_for_p(e, domain))
		return false;
	e->macro.domain = domain;
	*out = spf_macro_expand(e->arena, spec, &e->macro);
	return true;
}

/* The name a term is about, in *out; false: pending. */
static bool target_of(struct eval *e, struct frame *f, const struct spf_term *t, struct str *out)
{
	*out = f->domain;
	if (t->spec.n > 0 && !t->macros)
		*out = t->spec;
	else if (t->spec.n > 0 && !expand(e, t->spec, f->domain, out))
		return false;
	*out = fit(*out);
	if (f->node != NULL)
		f->node->target = *out;
	return true;
}

/* ---- mechanisms ---- */

static unsigned prefix_of(const struct eval *e, const struct spf_term *t)
{
	return e->address == DNS_A ? t->prefix4 : t->prefix6;
}

static enum match run_all(struct eval *e, struct frame *f, const struct spf_term *t)
{
	(void)e, (void)f, (void)t;
	return YES;
}

static enum match run_ip(struct eval *e, struct frame *f, const struct spf_term *t)
{
	(void)f;
	return ip_in(e->query->ip, t->network, t->prefix4) ? YES : NO;
}

static enum match run_a(struct eval *e, struct frame *f, const struct spf_term *t)
{
	const struct dns_answer *a;
	struct str host;

	if (!charge(e, f) || !target_of(e, f, t, &host))
		return STOP;
	if (!domain_valid(host))
		return NO;
	a = look_up(e, host, e->address);
	if (a == NULL || (dns_void(a) && !charge_void(e, f)))
		return STOP;
	return answer_holds(e, a, prefix_of(e, t)) ? YES : NO;
}

static enum match run_mx_hosts(
    struct eval *e, const struct spf_term *t, const struct dns_answer *mx)
{
	enum match match = NO;
	bool pending = false;

	/* All are asked before the first is waited for. */
	for (size_t i = 0; i < mx->count; i++)
		if (mx->records[i].parsed)
			pending |= addresses_of(e, mx->records[i].mx.host) == NULL;
	for (size_t i = 0; i < mx->count && match == NO; i++) {
		const struct dns_answer *a;

		if (!mx->records[i].parsed || mx->records[i].mx.host.n == 0)
			continue;
		a = look_up(e, mx->records[i].mx.host, e->address);
		match = a == NULL ? STOP : answer_holds(e, a, prefix_of(e, t)) ? YES : NO;
	}
	return pending && match == NO ? stop(e, SPF_PENDING, STR("a fact is missing")) : match;
}

static enum match run_mx(struct eval *e, struct frame *f, const struct spf_term *t)
{
	const struct dns_answer *mx;
	struct str domain;

	if (!charge(e, f) || !target_of(e, f, t, &domain))
		return STOP;
	if (!domain_valid(domain))
		return NO;
	mx = look_up(e, domain, DNS_MX);
	if (mx == NULL || (dns_void(mx) && !charge_void(e, f)))
		return STOP;
	if (mx->count > SPF_MAX_MX)
		return stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			STR_FMT " has more than 10 MX records (RFC 7208 section 4.6.4)",
			STR_ARG(domain)));
	return run_mx_hosts(e, t, mx);
}

static enum match run_ptr(struct eval *e, struct frame *f, const struct spf_term *t)
{
	const struct dns_answer *ptr;
	struct str domain, names[SPF_MAX_PTR];
	size_t count;

	if (!charge(e, f) || !target_of(e, f, t, &domain))
		return STOP;
	ptr = dns_ask(e->source, ip_arpa(e->arena, e->query->ip), DNS_PTR);
	if (ptr == NULL)
		return stop(e, SPF_PENDING, STR("a fact is missing"));
	if (dns_void(ptr) && !charge_void(e, f))
		return STOP;
	if (dns_failed(ptr)) /* section 5.5: the mechanism fails to match */
		return NO;
	if (!validated_names(e, ptr, names, &count))
		return STOP;
	for (size_t i = 0; i < count; i++)
		if (domain_under(names[i], domain))
			return YES;
	return NO;
}

static enum match run_exists(struct eval *e, struct frame *f, const struct spf_term *t)
{
	const struct dns_answer *a;
	struct str name;

	if (!charge(e, f) || !target_of(e, f, t, &name))
		return STOP;
	if (!domain_valid(name))
		return NO;
	a = look_up(e, name, DNS_A); /* A even for an IPv6 client, section 5.7 */
	if (a == NULL || (dns_void(a) && !charge_void(e, f)))
		return STOP;
	return a->count > 0 ? YES : NO;
}

/* Section 5.2 has the table that this switch is. */
static enum match run_include(struct eval *e, struct frame *f, const struct spf_term *t)
{
	struct spf_node *node = f->node;
	struct str domain;

	if (!charge(e, f) || !target_of(e, f, t, &domain))
		return STOP;
	switch (check_domain(e, domain, node != NULL ? &node->children : NULL)) {
	case SPF_PASS:
		return YES;
	case SPF_FAIL:
	case SPF_SOFTFAIL:
	case SPF_NEUTRAL:
		return NO;
	case SPF_NONE:
		return stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			"include:" STR_FMT " leads to a domain without SPF (RFC 7208 section 5.2)",
			STR_ARG(domain)));
	case SPF_PENDING:
	case SPF_TEMPERROR:
	case SPF_PERMERROR:
		break;
	}
	return STOP;
}

static enum match (*const run[])(struct eval *, struct frame *, const struct spf_term *) = {
	[SPF_ALL] = run_all,
	[SPF_INCLUDE] = run_include,
	[SPF_A] = run_a,
	[SPF_MX] = run_mx,
	[SPF_PTR] = run_ptr,
	[SPF_IP4] = run_ip,
	[SPF_IP6] = run_ip,
	[SPF_EXISTS] = run_exists,
};

/* ---- a record ---- */

static enum spf_result result_of(char qualifier)
{
	switch (qualifier) {
	case '-':
		return SPF_FAIL;
	case '~':
		return SPF_SOFTFAIL;
	case '?':
		return SPF_NEUTRAL;
	default:
		return SPF_PASS;
	}
}

/*
 * Something is missing, so this round is over: let the other terms ask too. Only what this
 * record may still ask within the limit, and only names without macros.
 */
static void ask_ahead(struct eval *e, const struct frame *f, const struct spf_term *from)
{
	static const enum dns_type asks[] = {
		[SPF_INCLUDE] = DNS_TXT,
		[SPF_A] = DNS_A,
		[SPF_MX] = DNS_MX,
		[SPF_EXISTS] = DNS_A,
		[SPF_REDIRECT] = DNS_TXT,
		[SPF_EXP] = 0,
	};
	const struct spf_term *end = f->record->terms + f->record->count;
	unsigned left = SPF_MAX_LOOKUPS - e->report->lookups;

	if (e->report->lookups >= SPF_MAX_LOOKUPS)
		return;
	for (const struct spf_term *t = from; t < end && left > 0 && t->kind != SPF_ALL; t++) {
		struct str name = fit(t->spec.n > 0 ? t->spec : f->domain);

		if (t->macros || t->kind >= LENGTH(asks) || asks[t->kind] == 0 ||
		    !domain_valid(name))
			continue;
		dns_ask(e->source, name, t->kind == SPF_A ? e->address : asks[t->kind]);
		left--;
	}
}

static void begin_node(struct eval *e, struct frame *f, const struct spf_term *t)
{
	if (f->next_node == NULL)
		return;
	f->node = arena_new(e->arena, struct spf_node);
	*f->node = (struct spf_node){ .term = t, .domain = f->domain, .outcome = SPF_NOT_REACHED };
	*f->next_node = f->node;
	f->next_node = &f->node->next;
}

static void end_node(const struct eval *e, struct spf_node *node, enum match m)
{
	static const enum spf_outcome outcomes[] = {
		[NO] = SPF_NO_MATCH,
		[YES] = SPF_MATCHED,
		[STOP] = SPF_STOPPED,
	};

	if (node == NULL)
		return;
	node->outcome = outcomes[m];
	node->lookups_so_far = e->report->lookups;
	if (m == STOP)
		node->note = e->report->reason;
}

static enum match run_term(struct eval *e, struct frame *f, const struct spf_term *t)
{
	struct spf_node *node;
	enum match m;

	begin_node(e, f, t);
	node = f->node;
	m = run[t->kind](e, f, t);
	end_node(e, node, m);
	if (m == STOP && e->report->result == SPF_PENDING)
		ask_ahead(e, f, t + 1);
	return m;
}

/* Section 6.2; whatever goes wrong, there is simply no explanation. False: pending. */
static bool explain(struct eval *e, struct frame *f)
{
	const struct dns_answer *txt;
	struct str name, text;
	size_t at;
	bool wants_p;

	if (f->record->exp == NULL)
		return true;
	f->node = NULL;
	if (!target_of(e, f, f->record->exp, &name))
		return e->report->result != SPF_PENDING;
	if (!domain_valid(name))
		return true;
	txt = dns_ask(e->source, name, DNS_TXT);
	if (txt == NULL)
		return stop(e, SPF_PENDING, STR("a fact is missing")) != STOP;
	if (dns_failed(txt) || txt->count != 1 || !txt->records[0].parsed)
		return true;
	text = txt->records[0].txt.joined;
	if (!spf_macro_valid(text, true, &at, &wants_p))
		return true;
	e->macro.explanation = true;
	if (expand(e, text, f->domain, &text))
		e->report->explanation = text;
	e->macro.explanation = false;
	return e->report->result != SPF_PENDING;
}

static enum spf_result matched(struct eval *e, struct frame *f, const struct spf_term *t)
{
	struct spf_report *r = e->report;

	r->result = result_of(t->qualifier);
	r->matched = t->text;
	r->matched_in = f->domain;
	r->reason = STR("");
	return r->result;
}

/* Section 6.1: nothing matched, and there is no "all". */
static enum spf_result redirect(struct eval *e, struct frame *f)
{
	const struct spf_term *t = f->record->redirect;
	struct spf_node *node;
	enum spf_result r;
	struct str domain;

	begin_node(e, f, t);
	node = f->node;
	if (!charge(e, f) || !target_of(e, f, t, &domain)) {
		end_node(e, node, STOP);
		return e->report->result;
	}
	r = check_domain(e, domain, node != NULL ? &node->children : NULL);
	if (r == SPF_NONE) {
		stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			"redirect=" STR_FMT " leads to a domain without SPF (RFC 7208 section 6.1)",
			STR_ARG(domain)));
		r = SPF_PERMERROR;
	}
	end_node(
	    e, node, r == SPF_PERMERROR || r == SPF_TEMPERROR || r == SPF_PENDING ? STOP : YES);
	return r;
}

static enum spf_result run_record(struct eval *e, struct frame *f)
{
	const struct spf_record *record = f->record;
	bool has_all = false;

	for (size_t i = 0; i < record->count; i++) {
		const struct spf_term *t = &record->terms[i];

		if (t->qualifier == 0)
			continue;
		has_all |= t->kind == SPF_ALL;
		switch (run_term(e, f, t)) {
		case STOP:
			return e->report->result;
		case YES:
			if (matched(e, f, t) == SPF_FAIL && !explain(e, f))
				return SPF_PENDING;
			return e->report->result;
		case NO:
			break;
		}
	}
	if (record->redirect != NULL && !has_all)
		return redirect(e, f);
	stop(e, SPF_NEUTRAL, STR("no term matched (RFC 7208 section 4.7)"));
	return SPF_NEUTRAL;
}

static enum spf_result refuse_record(struct eval *e, struct str domain, const struct spf_fault *f)
{
	stop(e, SPF_PERMERROR,
	    arena_fmt(e->arena,
		"the record of " STR_FMT " has a fault at byte %zu: " STR_FMT
		" (RFC 7208 section 4.6)",
		STR_ARG(domain), f->at, STR_ARG(f->says)));
	return SPF_PERMERROR;
}

static enum spf_result no_record(struct eval *e, struct str domain, enum spf_found found)
{
	switch (found) {
	case SPF_FOUND_PENDING:
		stop(e, SPF_PENDING, STR("a fact is missing"));
		break;
	case SPF_FOUND_FAILED:
		stop(e, SPF_TEMPERROR,
		    arena_fmt(e->arena,
			"the DNS did not answer for the record of " STR_FMT
			" (RFC 7208 section 4.4)",
			STR_ARG(domain)));
		break;
	case SPF_FOUND_MANY:
		stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			STR_FMT " has more than one SPF record (RFC 7208 section 4.5)",
			STR_ARG(domain)));
		break;
	case SPF_FOUND_NONE:
	case SPF_FOUND_ONE:
		stop(e, SPF_NONE,
		    arena_fmt(e->arena, STR_FMT " has no SPF record (RFC 7208 section 4.5)",
			STR_ARG(domain)));
		break;
	}
	return e->report->result;
}

static enum spf_result check_domain(struct eval *e, struct str domain, struct spf_node **trace)
{
	struct frame f = { .domain = domain, .next_node = trace };
	const struct dns_answer *answer;
	enum spf_found found;

	if (!spf_domain_usable(domain)) {
		stop(e, SPF_NONE,
		    arena_fmt(e->arena,
			"\"" STR_FMT "\" is no domain that could have a record "
			"(RFC 7208 section 4.3)",
			STR_ARG(domain)));
		return SPF_NONE;
	}
	found = spf_find_record(e->source, domain, &f.record, &answer);
	if (found != SPF_FOUND_ONE)
		return no_record(e, domain, found);
	if (e->report->record.n == 0)
		e->report->record = f.record->text;
	if (f.record->fault_count > 0)
		return refuse_record(e, domain, &f.record->faults[0]);
	return run_record(e, &f);
}

/* ---- the query ---- */

static void set_sender(struct eval *e)
{
	const struct spf_query *q = e->query;
	ptrdiff_t at = str_rchr(q->mail_from, '@');
	struct str domain = at >= 0		 ? str_skip(q->mail_from, (size_t)at + 1)
			    : q->mail_from.n > 0 ? q->mail_from
						 : q->helo;

	/* Sections 2.4 and 4.3: no local part means postmaster. */
	e->macro.local = at > 0 ? str_slice(q->mail_from, 0, (size_t)at) : STR("postmaster");
	e->macro.sender_domain = domain;
	e->report->domain = domain_undot(q->domain.n > 0 ? q->domain : domain);
}

static const char *const words[] = {
	[SPF_PASS] = "permits",
	[SPF_FAIL] = "forbids",
	[SPF_SOFTFAIL] = "probably does not permit",
	[SPF_NEUTRAL] = "says nothing about",
};

struct str spf_reason(struct arena *a, const struct spf_query *q, const struct spf_report *r)
{
	struct str ip = ip_write(a, q->ip);

	if (r->reason.n > 0 || r->matched.n == 0)
		return r->reason;
	return arena_fmt(a,
	    "\"" STR_FMT "\" in the record of " STR_FMT " %s " STR_FMT " (RFC 7208 section 4.6.2)",
	    STR_ARG(r->matched), STR_ARG(r->matched_in), words[r->result], STR_ARG(ip));
}

struct spf_report spf_check(
    struct dns_source *source, struct arena *a, const struct spf_query *query)
{
	struct spf_report report = { .result = SPF_NONE };
	struct eval e = { .source = source,
		.arena = a,
		.query = query,
		.report = &report,
		.address = query->ip.family == IP_V6 ? DNS_AAAA : DNS_A };

	e.macro.query = query;
	set_sender(&e);
	report.result = check_domain(&e, report.domain, query->trace ? &report.trace : NULL);
	return report;
}
