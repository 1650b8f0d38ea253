/*
 * spf - check_host() of RFC 7208 section 4, a pure function of facts and query.
 *
 * A missing fact ends the evaluation with SPF_PENDING; it is run again from the start. The
 * limits of section 4.6.4 bound the restarts, and there is no saved state to get wrong. The
 * parts are listed in spf_eval.h.
 */
#include "auth/spf_eval.h"
#include "wire/domain.h"

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

enum spf_match spf_stop(struct spf_eval *e, enum spf_result result, struct str reason)
{
	struct spf_report *r = e->report;

	r->result = result;
	r->reason = reason;
	r->matched = r->matched_in = (struct str){ 0 };
	return SPF_STOP;
}

enum spf_match spf_stop_pending(struct spf_eval *e)
{
	return spf_stop(e, SPF_PENDING, STR("a fact is missing"));
}

/* RFC 8616 section 4: A-labels from here on. What cannot become them stays, and is no domain. */
static struct str in_ascii(struct arena *a, struct str name)
{
	struct str ascii;

	return domain_to_ascii(a, name, &ascii) ? ascii : name;
}

static void set_sender(struct spf_eval *e)
{
	const struct spf_query *q = e->query;
	ptrdiff_t at = str_rchr(q->mail_from, '@');
	struct str domain = at >= 0		 ? str_skip(q->mail_from, (size_t)at + 1)
			    : q->mail_from.n > 0 ? q->mail_from
						 : q->helo;

	/* Sections 2.4 and 4.3: no local part means postmaster. */
	e->macro.local = at > 0 ? str_slice(q->mail_from, 0, (size_t)at) : STR("postmaster");
	e->local_is_ascii = str_is_ascii(e->macro.local);
	e->macro.sender_domain = in_ascii(e->arena, domain);
	e->macro.helo = in_ascii(e->arena, q->helo);
	e->report->domain =
	    q->domain.n > 0 ? in_ascii(e->arena, q->domain) : e->macro.sender_domain;
	e->report->domain = domain_undot(e->report->domain);
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
	struct spf_eval e = { .source = source,
		.arena = a,
		.query = query,
		.report = &report,
		.address = query->ip.family == IP_V6 ? DNS_AAAA : DNS_A };

	e.macro.query = query;
	set_sender(&e);
	report.result = spf_run_domain(&e, NULL, report.domain);
	return report;
}
