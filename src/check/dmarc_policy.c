/* dmarc_policy - what the record asks receivers to do, for the domain and below it. */
#include <libpsl.h>

#include "check/dmarc_judges.h"
#include "check/sending.h"
#include "wire/domain.h"

static struct str record_name(struct judge *j, const struct dmarc_policy *p)
{
	return arena_fmt(j->arena, "_dmarc." STR_FMT, STR_ARG(p->record_domain));
}

/* The record in force with a change: `changed` is a copy of it with other values. */
static void propose(struct judge *j, struct finding *f, const struct dmarc_policy *p,
    const struct dmarc_record *changed)
{
	judge_fix(j, f,
	    fix_txt(
		j, record_name(j, p), dmarc_record_write(j->arena, changed), dmarc_dns_record(p)));
}

static bool has_reports(const struct dmarc_record *r)
{
	for (size_t i = 0; i < r->rua_count; i++)
		if (r->rua[i].valid)
			return true;
	return false;
}

static void say_none(struct judge *j, const struct dmarc_policy *p)
{
	struct dmarc_record better = *p->record;
	struct finding *f;

	if (has_reports(p->record)) {
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MINOR,
		    "The DMARC policy is none: forged mail is delivered, but you get reports");
		judge_why(j, f,
		    "That is the right first step. Once the reports show that all of your own mail "
		    "passes, go on to quarantine, then to reject (RFC 9989 section 5.1.7).");
		better.p = DMARC_QUARANTINE;
	} else {
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
		    "The DMARC policy is none and nobody gets reports: the record does nothing");
		judge_why(j, f,
		    "Without rua= you will never learn who sends in your name, and whether a "
		    "stricter policy would hurt your own mail.");
		struct dmarc_uri *uri = arena_new(j->arena, struct dmarc_uri);

		uri->mailbox = arena_fmt(j->arena, "postmaster@" STR_FMT, STR_ARG(j->domain));
		uri->valid = uri->mailto = true;
		better.rua = uri;
		better.rua_count = 1;
		better.p = DMARC_NONE;
	}
	propose(j, f, p, &better);
}

static void say_parked(struct judge *j, const struct dmarc_policy *p)
{
	struct dmarc_record better = *p->record;
	struct finding *f;

	if (p->applied == DMARC_REJECT) {
		judge_say(
		    j, VERDICT_PASS, "The domain takes no mail, and its DMARC policy is reject");
		return;
	}
	f = judge_say(j, VERDICT_FAIL,
	    "The domain sends no mail, but its DMARC policy is %s instead of reject",
	    dmarc_request_name(p->applied));
	judge_why(
	    j, f, "With no mail of your own to lose, nothing speaks against refusing all of it.");
	better.p = DMARC_REJECT;
	better.sp = better.np = DMARC_ABSENT;
	better.testing = false;
	propose(j, f, p, &better);
}

static void say_testing(struct judge *j, const struct dmarc_policy *p)
{
	struct dmarc_record better = *p->record;
	struct finding *f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
	    "The DMARC policy is %s, but test mode (t=y) lowers it to %s",
	    dmarc_request_name(p->published), dmarc_request_name(p->applied));

	judge_why(j, f, "Take t=y out when the test is over (RFC 9989 section 4.7).");
	better.testing = false;
	propose(j, f, p, &better);
}

void judge_dmarc_policy(struct judge *j)
{
	struct dmarc_policy p;
	bool parked, ready = judge_parked(j, &parked);

	if (!judge_dmarc_record(j, &p) || !ready)
		return;
	if (!p.record->usable)
		judge_say(j, VERDICT_FAIL, "The DMARC record is void: no policy is in force");
	else if (parked)
		say_parked(j, &p);
	else if (p.published == DMARC_NONE)
		say_none(j, &p);
	else if (p.record->testing)
		say_testing(j, &p);
	else
		judge_say(
		    j, VERDICT_PASS, "The DMARC policy is %s", dmarc_request_name(p.published));
}

/* ---- subdomains ---- */

static void say_weaker(struct judge *j, const struct dmarc_policy *p, enum dmarc_request sub,
    const char *tag, const char *which)
{
	struct dmarc_record better = *p->record;
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "Subdomains that %s are protected less than the domain: %s=%s against p=%s", which, tag,
	    dmarc_request_name(sub), dmarc_request_name(p->record->p));

	judge_why(j, f,
	    "Whoever may not forge your domain forges a name below it instead. Take the tag out, "
	    "or "
	    "make it as strict as p.");
	if (tag[0] == 's')
		better.sp = DMARC_ABSENT;
	else
		better.np = DMARC_ABSENT;
	propose(j, f, p, &better);
}

/* Names below a domain that often have a record of their own. */
static const char *const child_names[] = { "mail", "www", "smtp", "mx", "news", "newsletter",
	"email", "webmail" };

static const struct dns_answer *ask_child(struct judge *j, size_t which)
{
	struct str name =
	    arena_fmt(j->arena, "_dmarc.%s." STR_FMT, child_names[which], STR_ARG(j->domain));

	return judge_dns(j, name, DNS_TXT);
}

static bool ask_children(struct judge *j)
{
	bool ready = true;

	for (size_t i = 0; i < LENGTH(child_names); i++)
		ready = ask_child(j, i) != NULL && ready;
	return ready;
}

/* Says which records of names below are weaker; returns how many. */
static size_t say_children(struct judge *j, const struct dmarc_policy *p)
{
	size_t weaker = 0;

	for (size_t i = 0; i < LENGTH(child_names); i++) {
		const struct dns_answer *a = ask_child(j, i);
		struct dmarc_record r;
		struct finding *f;

		if (a->count != 1 || !a->records[0].parsed ||
		    !dmarc_record_parse(j->arena, a->records[0].txt.joined, &r) ||
		    dmarc_own_policy(&r) >= dmarc_own_policy(p->record))
			continue;
		weaker++;
		f = judge_say(j, VERDICT_FAIL,
		    "%s." STR_FMT " has a DMARC record of its own that is weaker: p=%s",
		    child_names[i], STR_ARG(j->domain), dmarc_request_name(dmarc_own_policy(&r)));
		judge_why(j, f,
		    "A record at the name itself wins over that of the domain (RFC 9989 section "
		    "4.10.1). Remove it unless the subdomain really needs it.");
		judge_fix(j, f, fix_remove_txt(a->name, &a->records[0]));
	}
	return weaker;
}

void judge_dmarc_subdomains(struct judge *j)
{
	struct dmarc_policy p;
	const struct dmarc_record *r;
	bool ready = ask_children(j);
	size_t weaker;

	if (!judge_dmarc_record(j, &p) || !ready)
		return;
	r = p.record;
	weaker = say_children(j, &p);
	if (r->broken) {
		judge_say(j, VERDICT_SKIP, "The policy is broken (see dmarc.syntax)");
		return;
	}
	if (r->sp >= DMARC_NONE && r->sp < r->p)
		say_weaker(j, &p, r->sp, "sp", "exist");
	else if (r->np >= DMARC_NONE && r->np < r->p)
		say_weaker(j, &p, r->np, "np", "do not exist");
	else if (weaker == 0)
		judge_say(j, VERDICT_PASS, "Subdomains are protected as the domain is");
	if (p.found == DMARC_AT_AUTHOR && r->sp >= DMARC_NONE &&
	    !domain_eq(p.walk.organizational, j->domain))
		judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		    "sp= has no effect here: subdomains take it from the record of " STR_FMT,
		    STR_ARG(p.walk.organizational));
}

/* ---- psd, t ---- */

static bool is_public_suffix(struct judge *j, struct str domain)
{
	/* The text in the arena ends with a NUL. */
	return psl_is_public_suffix(psl_builtin(), arena_lower(j->arena, domain).p) == 1;
}

void judge_dmarc_psd(struct judge *j)
{
	struct dmarc_policy p;
	struct dmarc_record better;
	struct finding *f;

	if (!judge_dmarc_record(j, &p))
		return;
	better = *p.record;
	if (p.found == DMARC_AT_AUTHOR && p.record->psd == 'y' && !is_public_suffix(j, j->domain)) {
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
		    "psd=y says that the domain is a registry, which it is not");
		judge_why(j, f,
		    "Every name below it then counts as a different organisation: mail of a "
		    "subdomain no longer aligns with the domain (RFC 9989 section 4.10.2).");
		better.psd = 'u';
		propose(j, f, &p, &better);
	} else if (p.record->testing && p.record->p == DMARC_NONE) {
		f = judge_say(j, VERDICT_FAIL, "t=y has no effect on the policy none");
		judge_why(j, f, "Take it out; it would lower a stricter policy later.");
		better.testing = false;
		propose(j, f, &p, &better);
	} else {
		judge_say(j, VERDICT_PASS, "The tags psd and t are used rightly");
	}
}

void judge_dmarc_ready(struct judge *j)
{
	struct dmarc_policy p;

	if (!judge_dmarc_record(j, &p))
		return;
	if (p.applied == DMARC_REJECT)
		judge_say(j, VERDICT_PASS, "The policy is as strict as it can be");
	else
		judge_say(j, VERDICT_SKIP,
		    "Whether the policy may be tightened only aggregate reports can tell; none are "
		    "at hand");
}
