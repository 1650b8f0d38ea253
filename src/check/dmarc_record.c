/* dmarc_record - is there a DMARC record, and does it read as it was meant? */
#include <libpsl.h>

#include "check/dmarc_judges.h"
#include "check/sending.h"
#include "wire/domain.h"

static struct str at_dmarc(struct judge *j, struct str domain)
{
	return arena_fmt(j->arena, "_dmarc." STR_FMT, STR_ARG(domain));
}

/* The record to begin with: reports first, policy later; no mail at all: refuse at once. */
static struct str first_record(struct judge *j, bool parked)
{
	return arena_fmt(j->arena, "v=DMARC1; p=%s; rua=mailto:postmaster@" STR_FMT,
	    parked ? "reject" : "none", STR_ARG(j->domain));
}

static bool is_dmarc(struct judge *j, const struct dns_record *r)
{
	struct dmarc_record ignored;

	return r->parsed && dmarc_record_parse(j->arena, r->txt.joined, &ignored);
}

/* Text that was meant as a DMARC record: the letters are there, whatever is around them. */
static bool nearly_dmarc(const struct dns_record *r)
{
	return r->parsed && str_ifind(r->txt.joined, STR("dmarc1")) >= 0;
}

static const struct dns_record *find_meant(struct judge *j, const struct dns_answer *a, bool exact)
{
	for (size_t i = 0; i < a->count; i++)
		if (exact ? is_dmarc(j, &a->records[i]) : nearly_dmarc(&a->records[i]))
			return &a->records[i];
	return NULL;
}

/* No record counts: why not?  Said with the way to mend it. */
static void say_missing(
    struct judge *j, const struct dmarc_policy *p, const struct dns_answer *apex, bool parked)
{
	const struct dns_answer *own = p->walk.steps[0].answer;
	const struct dns_record *broken = find_meant(j, own, false);
	const struct dns_record *misplaced = find_meant(j, apex, true);
	struct str name = at_dmarc(j, j->domain), text;
	struct finding *f;

	if (broken != NULL) {
		text = short_text(j->arena, broken->txt.joined);
		f = judge_say(j, VERDICT_FAIL,
		    "The record at " STR_FMT " is not recognised as DMARC", STR_ARG(name));
		judge_why(j, f,
		    "It reads \"" STR_FMT "\". A DMARC record begins with exactly v=DMARC1, in "
		    "these letters, followed by a semicolon; otherwise receivers ignore all of it "
		    "(RFC 9989 section 4.7).",
		    STR_ARG(text));
		judge_fix(j, f, fix_txt(j, name, first_record(j, parked), broken));
		return;
	}
	f = judge_say(j, VERDICT_FAIL, "There is no DMARC record for " STR_FMT, STR_ARG(j->domain));
	if (misplaced != NULL) {
		judge_why(j, f,
		    "A DMARC record stands at " STR_FMT
		    " itself, where nobody looks; it belongs to " STR_FMT ".",
		    STR_ARG(j->domain), STR_ARG(name));
		judge_fix(j, f, fix_remove_txt(j->domain, misplaced));
		judge_fix(j, f, fix_txt(j, name, misplaced->txt.joined, NULL));
		return;
	}
	judge_why(j, f,
	    "Nobody is told what to do with mail that only pretends to come from you, and bulk "
	    "mail without DMARC is refused by Gmail, Yahoo and Outlook.com.%s",
	    own->count > 0 ? " What stands at _dmarc is some other text." : "");
	judge_fix(j, f, fix_txt(j, name, first_record(j, parked), NULL));
}

static void say_several(struct judge *j, const struct dmarc_step *own)
{
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "There are %zu DMARC records at _dmarc." STR_FMT "; all of them are ignored",
	    own->versions, STR_ARG(own->domain));
	bool kept = false;

	judge_why(j, f,
	    "Receivers that find more than one record discard them all (RFC 9989 section 4.10). "
	    "Keep one; the first is kept in the change proposed here.");
	for (size_t i = 0; i < own->answer->count; i++) {
		if (!is_dmarc(j, &own->answer->records[i]))
			continue;
		if (kept)
			judge_fix(j, f,
			    fix_remove_txt(at_dmarc(j, own->domain), &own->answer->records[i]));
		kept = true;
	}
}

static void say_where(struct judge *j, const struct dmarc_policy *p)
{
	struct str text = short_text(j->arena, p->record->tags.text);
	struct finding *f;

	if (p->found == DMARC_AT_PSD) {
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
		    "The domain has no DMARC record of its own; that of the registry at " STR_FMT
		    " applies",
		    STR_ARG(p->record_domain));
		judge_why(j, f, "It reads \"" STR_FMT "\". Reports go to the registry, not to you.",
		    STR_ARG(text));
		judge_fix(j, f, fix_txt(j, at_dmarc(j, j->domain), first_record(j, false), NULL));
		return;
	}
	f = judge_say(j, VERDICT_PASS, "The DMARC record at _dmarc." STR_FMT " applies",
	    STR_ARG(p->record_domain));
	judge_why(j, f, "It reads \"" STR_FMT "\".", STR_ARG(text));
}

/*
 * Receivers that still follow RFC 7489 take the organizational domain from the public suffix
 * list; where that is another name, they find another record.
 */
static void say_old_receivers(struct judge *j, const struct dmarc_policy *p)
{
	struct str lower = arena_lower(j->arena, j->domain); /* a NUL follows it */
	const char *old = psl_registrable_domain(psl_builtin(), lower.p);

	if (old == NULL || domain_eq(str_of(old), p->record_domain) ||
	    p->found != DMARC_AT_ORGANIZATIONAL)
		return;
	judge_why(j,
	    judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		"Receivers that follow the old RFC 7489 look for the record at _dmarc.%s instead",
		old),
	    "They use the public suffix list where RFC 9989 walks up the tree. A record at "
	    "_dmarc." STR_FMT " itself makes all agree.",
	    STR_ARG(j->domain));
}

/* Other text at the same name: SPF by mistake, a verification, a wildcard's answer. */
static void say_strangers(struct judge *j, const struct dmarc_step *own)
{
	for (size_t i = 0; i < own->answer->count; i++) {
		const struct dns_record *r = &own->answer->records[i];
		struct str text;
		struct finding *f;

		if (is_dmarc(j, r) || !r->parsed)
			continue;
		text = short_text(j->arena, r->txt.joined);
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "Beside the DMARC record there is other text at _dmarc." STR_FMT,
		    STR_ARG(own->domain));
		judge_why(j, f, "\"" STR_FMT "\" has no meaning there.%s", STR_ARG(text),
		    str_istarts(text, STR("v=spf1"))
			? " An SPF record belongs to the domain itself."
			: "");
		judge_fix(j, f, fix_remove_txt(at_dmarc(j, own->domain), r));
	}
}

void judge_dmarc_present(struct judge *j)
{
	const struct dns_answer *apex = judge_dns(j, j->domain, DNS_TXT);
	struct dmarc_policy p;
	bool parked, ready = judge_parked(j, &parked);

	if (!judge_dmarc(j, &p) || !ready || apex == NULL)
		return;
	if (p.found == DMARC_TEMPERROR) {
		struct finding *f = judge_say(j, VERDICT_UNKNOWN,
		    "The DNS did not answer the question for _dmarc." STR_FMT,
		    STR_ARG(p.walk.failed->domain));
		judge_why(j, f, "The answer was %s; ask again later.",
		    dns_status_name(p.walk.failed->answer->status));
	} else if (p.walk.steps[0].versions > 1) {
		say_several(j, &p.walk.steps[0]);
	} else if (p.record == NULL) {
		say_missing(j, &p, apex, parked);
	} else {
		say_where(j, &p);
		say_old_receivers(j, &p);
		if (p.found == DMARC_AT_AUTHOR)
			say_strangers(j, &p.walk.steps[0]);
	}
}

/* ---- syntax ---- */

static const struct {
	enum verdict verdict;
	enum severity severity;
} fault_weight[] = {
	[DMARC_FAULT_POLICY] = { VERDICT_FAIL, SEVERITY_MAJOR },
	[DMARC_FAULT_SUBDOMAIN] = { VERDICT_FAIL, SEVERITY_MAJOR },
	[DMARC_FAULT_URI] = { VERDICT_FAIL, SEVERITY_MAJOR },
	[DMARC_FAULT_VALUE] = { VERDICT_FAIL, SEVERITY_MINOR },
	[DMARC_FAULT_DUPLICATE] = { VERDICT_FAIL, SEVERITY_MAJOR },
	[DMARC_FAULT_LIST] = { VERDICT_FAIL, SEVERITY_MAJOR },
	[DMARC_NOTE_GONE] = { VERDICT_FAIL, SEVERITY_MINOR },
	[DMARC_NOTE_UNKNOWN] = { VERDICT_WARN, SEVERITY_MINOR },
	[DMARC_NOTE_SIZE] = { VERDICT_WARN, SEVERITY_MINOR },
	[DMARC_NOTE_SCHEME] = { VERDICT_WARN, SEVERITY_MINOR },
	[DMARC_NOTE_FO] = { VERDICT_INFO, SEVERITY_INFO },
	[DMARC_NOTE_ORDER] = { VERDICT_INFO, SEVERITY_INFO },
};

static void say_fault(
    struct judge *j, const struct dmarc_policy *p, const struct dmarc_fault *fault)
{
	struct finding *f = judge_say_at(j, fault_weight[fault->kind].verdict,
	    fault_weight[fault->kind].severity, "DMARC record: " STR_FMT, STR_ARG(fault->text));
	struct str text = short_text(j->arena, p->record->tags.text);

	judge_why(j, f, "At character %zu of \"" STR_FMT "\"; RFC 9989 section 4.7.", fault->at + 1,
	    STR_ARG(text));
	judge_fix(j, f,
	    fix_txt(j, at_dmarc(j, p->record_domain), dmarc_record_write(j->arena, p->record),
		dmarc_dns_record(p)));
}

void judge_dmarc_syntax(struct judge *j)
{
	struct dmarc_policy p;

	if (!judge_dmarc_record(j, &p))
		return;
	if (!p.record->usable)
		judge_say_at(j, VERDICT_FAIL, SEVERITY_CRITICAL,
		    "The DMARC record has no valid policy and no address for reports: it is void");
	for (size_t i = 0; i < p.record->fault_count; i++)
		say_fault(j, &p, &p.record->faults[i]);
	if (p.record->fault_count == 0)
		judge_say(j, VERDICT_PASS, "The DMARC record is well formed");
}
