/* spf_domain - one domain's record: its terms in order, redirect and exp (RFC 7208 sections 4, 6).
 */
#include "auth/spf_eval.h"
#include "wire/domain.h"

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
static void ask_ahead(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *from)
{
	static const enum dns_type asks[] = {
		[SPF_INCLUDE] = DNS_TXT,
		[SPF_A] = DNS_A,
		[SPF_MX] = DNS_MX,
		[SPF_EXISTS] = DNS_A,
		[SPF_REDIRECT] = DNS_TXT,
	};
	const struct spf_term *end = f->record->terms + f->record->count;
	unsigned left = SPF_MAX_LOOKUPS - e->report->lookups;

	if (e->report->lookups >= SPF_MAX_LOOKUPS)
		return;
	for (const struct spf_term *t = from; t < end && left > 0 && t->kind != SPF_ALL; t++) {
		struct str name = spf_plain_target(f, t);

		if (t->macros || t->kind >= LENGTH(asks) || asks[t->kind] == 0 ||
		    !spf_askable(name))
			continue;
		dns_ask(e->source, name, t->kind == SPF_A ? e->address : asks[t->kind]);
		left--;
	}
}

static void begin_term(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	f->term = t;
	if (f->next_node == NULL)
		return;
	f->node = arena_new(e->arena, struct spf_node);
	*f->node = (struct spf_node){ .term = t, .domain = f->domain, .outcome = SPF_NOT_REACHED };
	*f->next_node = f->node;
	f->next_node = &f->node->next;
}

static void end_term(const struct spf_eval *e, struct spf_frame *f, enum spf_match m)
{
	static const enum spf_outcome outcomes[] = {
		[SPF_NO] = SPF_NO_MATCH,
		[SPF_YES] = SPF_MATCHED,
		[SPF_STOP] = SPF_STOPPED,
	};

	if (f->node == NULL)
		return;
	f->node->outcome = outcomes[m];
	f->node->lookups_so_far = e->report->lookups;
	if (m == SPF_STOP)
		f->node->note = e->report->reason;
}

static enum spf_match run_term(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	enum spf_match m;

	begin_term(e, f, t);
	m = spf_run_mechanism(e, f, t);
	end_term(e, f, m);
	if (m == SPF_STOP && e->report->result == SPF_PENDING)
		ask_ahead(e, f, t + 1);
	return m;
}

/* The text that exp= names, when there is exactly one; false: pending. */
static bool fetch_explanation(struct spf_eval *e, struct spf_frame *f, struct str *text)
{
	const struct dns_answer *txt;
	struct str name;
	enum spf_match m;

	f->node = NULL;
	m = spf_target(e, f, f->record->exp, &name);
	if (m != SPF_YES || !spf_askable(name))
		return m != SPF_STOP;
	txt = dns_ask(e->source, name, DNS_TXT);
	if (txt == NULL)
		return spf_stop_pending(e) != SPF_STOP;
	if (!dns_failed(txt) && txt->count == 1 && txt->records[0].parsed)
		*text = txt->records[0].txt.joined;
	return true;
}

/* Section 6.2; whatever goes wrong, there is simply no explanation. False: pending. */
static bool explain(struct spf_eval *e, struct spf_frame *f)
{
	struct str text = { 0 };
	size_t at;
	bool wants_p;

	if (f->record->exp == NULL || f->included)
		return true;
	if (!fetch_explanation(e, f, &text))
		return false;
	if (text.n == 0 || !spf_macro_valid(text, true, &at, &wants_p))
		return true;
	if (spf_expand(e, text, f->domain, &text) != SPF_YES)
		return false;
	if (str_is_ascii(text)) /* a MUST; the sender may be in UTF-8 */
		e->report->explanation = text;
	return true;
}

static enum spf_result matched(struct spf_eval *e, struct spf_frame *f, const struct spf_term *t)
{
	struct spf_report *r = e->report;

	r->result = result_of(t->qualifier);
	r->matched = t->text;
	r->matched_in = f->domain;
	r->reason = STR("");
	return r->result;
}

static bool ends_all(enum spf_result r)
{
	return r == SPF_PERMERROR || r == SPF_TEMPERROR || r == SPF_PENDING;
}

static enum spf_result nothing_matched(struct spf_eval *e)
{
	spf_stop(e, SPF_NEUTRAL, STR("no term matched (RFC 7208 section 4.7)"));
	return SPF_NEUTRAL;
}

static enum spf_result redirect_to(struct spf_eval *e, struct spf_frame *f, struct str domain)
{
	enum spf_result r = spf_run_domain(e, f, domain);

	if (r != SPF_NONE)
		return r;
	spf_stop(e, SPF_PERMERROR,
	    arena_fmt(e->arena,
		"redirect=" STR_FMT " leads to a domain without SPF (RFC 7208 section 6.1)",
		STR_ARG(domain)));
	return SPF_PERMERROR;
}

/* Section 6.1: nothing matched, and there is no "all". */
static enum spf_result redirect(struct spf_eval *e, struct spf_frame *f)
{
	struct str domain;
	enum spf_match m;
	enum spf_result r;

	begin_term(e, f, f->record->redirect);
	m = spf_begin(e, f, f->record->redirect, &domain);
	r = m == SPF_YES  ? redirect_to(e, f, domain)
	    : m == SPF_NO ? nothing_matched(e)
			  : e->report->result;
	end_term(e, f, ends_all(r) ? SPF_STOP : m);
	return r;
}

static enum spf_result run_record(struct spf_eval *e, struct spf_frame *f)
{
	const struct spf_record *record = f->record;
	bool has_all = false;

	for (size_t i = 0; i < record->count; i++) {
		const struct spf_term *t = &record->terms[i];

		if (t->qualifier == 0)
			continue;
		has_all |= t->kind == SPF_ALL;
		switch (run_term(e, f, t)) {
		case SPF_STOP:
			return e->report->result;
		case SPF_YES:
			if (matched(e, f, t) == SPF_FAIL && !explain(e, f))
				return SPF_PENDING;
			return e->report->result;
		case SPF_NO:
			break;
		}
	}
	if (record->redirect != NULL && !has_all)
		return redirect(e, f);
	return nothing_matched(e);
}

static enum spf_result refuse_record(
    struct spf_eval *e, struct str domain, const struct spf_fault *f)
{
	spf_stop(e, SPF_PERMERROR,
	    arena_fmt(e->arena,
		"the record of " STR_FMT " has a fault at character %zu: " STR_FMT
		" (RFC 7208 section 4.6)",
		STR_ARG(domain), f->at + 1, STR_ARG(f->says)));
	return SPF_PERMERROR;
}

static enum spf_result no_record(struct spf_eval *e, struct str domain, enum spf_found found)
{
	switch (found) {
	case SPF_FOUND_PENDING:
		spf_stop_pending(e);
		break;
	case SPF_FOUND_FAILED:
		spf_stop(e, SPF_TEMPERROR,
		    arena_fmt(e->arena,
			"the DNS did not answer for the record of " STR_FMT
			" (RFC 7208 section 4.4)",
			STR_ARG(domain)));
		break;
	case SPF_FOUND_MANY:
		spf_stop(e, SPF_PERMERROR,
		    arena_fmt(e->arena,
			STR_FMT " has more than one SPF record (RFC 7208 section 4.5)",
			STR_ARG(domain)));
		break;
	case SPF_FOUND_NONE:
	case SPF_FOUND_ONE:
		spf_stop(e, SPF_NONE,
		    arena_fmt(e->arena, STR_FMT " has no SPF record (RFC 7208 section 4.5)",
			STR_ARG(domain)));
		break;
	}
	return e->report->result;
}

/*
 * The same record for the same client ends in the same place, so what leads to itself would
 * go round until the ten lookups are used up.
 */
static bool is_loop(const struct spf_frame *above, struct str domain)
{
	for (; above != NULL; above = above->above)
		if (domain_eq(above->domain, domain))
			return true;
	return false;
}

static enum spf_result refuse_loop(struct spf_eval *e, struct str domain)
{
	spf_stop(e, SPF_PERMERROR,
	    arena_fmt(e->arena,
		"a loop: the record of " STR_FMT " leads back to itself (RFC 7208 section 4.6.4)",
		STR_ARG(domain)));
	return SPF_PERMERROR;
}

static enum spf_result not_a_domain(struct spf_eval *e, struct str domain)
{
	spf_stop(e, SPF_NONE,
	    arena_fmt(e->arena,
		"\"" STR_FMT "\" is no domain that could have a record (RFC 7208 section 4.3)",
		STR_ARG(domain)));
	return SPF_NONE;
}

static struct spf_node **trace_beneath(struct spf_eval *e, const struct spf_frame *above)
{
	if (!e->query->trace)
		return NULL;
	return above == NULL ? &e->report->trace : &above->node->children;
}

enum spf_result spf_run_domain(struct spf_eval *e, const struct spf_frame *above, struct str domain)
{
	struct spf_frame f = {
		.above = above, .domain = domain, .next_node = trace_beneath(e, above)
	};
	const struct dns_answer *answer;
	enum spf_found found;

	if (!spf_domain_usable(domain))
		return not_a_domain(e, domain);
	if (is_loop(above, domain))
		return refuse_loop(e, domain);
	found = spf_find_record(e->source, domain, &f.record, &answer);
	if (found != SPF_FOUND_ONE)
		return no_record(e, domain, found);
	if (above == NULL)
		e->report->record = f.record->text;
	else
		f.included = above->included || above->term->kind == SPF_INCLUDE;
	if (f.record->fault_count > 0)
		return refuse_record(e, domain, &f.record->faults[0]);
	return run_record(e, &f);
}
