/*
 * auth_policy - what the author's domain asks for (DMARC, RFC 9989), and what those who forwarded
 * the message say (ARC, RFC 8617; Authentication-Results, RFC 8601).
 */
#include "check/auth_judges.h"

static void say_failed(struct judge *j, const struct mail_verdict *v, struct str says)
{
	static const char *const would[] = {
		[DMARC_NONE] = "The policy is p=none: it is delivered and reported.",
		[DMARC_QUARANTINE] = "The policy is quarantine: it goes to the junk folder.",
		[DMARC_REJECT] = "The policy is reject: receivers refuse it.",
	};
	enum dmarc_request asked = v->dmarc.policy.applied;
	struct finding *f;

	if (v->voucher != NULL) {
		judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, STR_FMT, STR_ARG(says));
		return;
	}
	f = judge_say_at(j, VERDICT_FAIL, SEVERITY_CRITICAL, STR_FMT, STR_ARG(says));
	judge_why(j, f, "%s", asked >= DMARC_NONE ? would[asked] : would[DMARC_NONE]);
}

void judge_auth_dmarc(struct judge *j)
{
	const struct post *p = judge_post(j);
	struct dmarc_policy policy;
	struct finding *f;
	struct str says;

	if (p == NULL)
		return;
	if (p->verdict->from.n > 0) {
		judge_subject(j, p->verdict->from);
		dmarc_discover(j->arena, &j->facts->source, p->verdict->from, false, &policy);
	}
	says = mail_dmarc_sentence(j->arena, p->verdict);
	switch (p->verdict->dmarc.result) {
	case DMARC_PASS:
		judge_say(j, VERDICT_PASS, STR_FMT, STR_ARG(says));
		break;
	case DMARC_FAIL:
		say_failed(j, p->verdict, says);
		break;
	case DMARC_RESULT_TEMPERROR:
		judge_say(j, VERDICT_UNKNOWN, STR_FMT, STR_ARG(says));
		break;
	case DMARC_PERMERROR:
		judge_say(j, VERDICT_FAIL, STR_FMT, STR_ARG(says));
		break;
	case DMARC_RESULT_NONE:
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR, STR_FMT, STR_ARG(says));
		judge_why(j, f,
		    "Bulk mail needs a DMARC record at Gmail, Yahoo and Outlook.com; "
		    "and without one anybody may write in the domain's name.");
		break;
	}
}

void judge_auth_arc(struct judge *j)
{
	const struct post *p = judge_post(j);
	const struct arc_verdict *arc;
	struct finding *f;

	if (p == NULL)
		return;
	arc = p->verdict->arc;
	for (size_t i = 0; arc->all != NULL && i < arc->sets; i++) {
		dkim_key_ask(j->arena, &j->facts->source, &arc->all[i].seal.sig);
		dkim_key_ask(j->arena, &j->facts->source, &arc->all[i].message.sig);
	}
	switch (arc->result) {
	case ARC_NONE:
		judge_say(j, VERDICT_SKIP, "No ARC chain: nobody says to have forwarded it");
		break;
	case ARC_PASS:
		judge_say(j, VERDICT_PASS, "The ARC chain of %zu holds", arc->sets);
		break;
	case ARC_TEMPERROR:
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer for a key of the ARC chain");
		break;
	case ARC_FAIL:
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The ARC chain does not hold: " STR_FMT, STR_ARG(arc->reason));
		judge_why(j, f,
		    "What forwarders saw before cannot be believed. ARC is being made "
		    "historic; what counts is DKIM.");
		break;
	}
}

void judge_auth_authres(struct judge *j)
{
	const struct post *p = judge_post(j);
	struct finding *f;

	if (p == NULL)
		return;
	if (p->forged_count == 0) {
		judge_say(j, VERDICT_PASS, "No result field in our name came along");
		return;
	}
	f = judge_say(j, VERDICT_WARN, "%zu Authentication-Results field%s in our name came along",
	    p->forged_count, p->forged_count > 1 ? "s" : "");
	judge_why(j, f,
	    "Whoever sends them claims results that only the receiver can have. They "
	    "are removed, and do not speak for the sender.");
}
