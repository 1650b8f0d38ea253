/*
 * auth_sender - who brought the message: SPF of both identities (RFC 7208) and the reverse DNS of
 * the address (RFC 8601 section 2.7.3).
 */
#include "check/auth_judges.h"
#include "wire/domain.h"

/* Without an address there is nothing to judge; said once for each check. */
static bool knows_client(struct judge *j, const struct post *p)
{
	if (p->delivery->client.family != IP_NONE)
		return true;
	judge_say(j, VERDICT_UNKNOWN, "The address that sent the message is not known");
	return false;
}

struct spf_row {
	enum verdict verdict;
	enum severity severity;
	const char *before, *between; /* the address; the domain follows */
};

/* By enum spf_result. */
static const struct spf_row spf_rows[] = {
	[SPF_PASS] = { VERDICT_PASS, SEVERITY_INFO, "SPF passes: ", " may send for " },
	[SPF_FAIL] = { VERDICT_FAIL, SEVERITY_CRITICAL, "SPF fails: ", " may not send for " },
	[SPF_SOFTFAIL] = { VERDICT_FAIL, SEVERITY_MAJOR,
	    "SPF softfail: ", " is not among the servers of " },
	[SPF_NEUTRAL] = { VERDICT_FAIL, SEVERITY_MAJOR, "SPF neutral: whether ",
	    " may send is left open by the record of " },
	[SPF_NONE] = { VERDICT_FAIL, SEVERITY_MAJOR, "SPF none: whether ",
	    " may send nobody knows, as there is no record at " },
	[SPF_PERMERROR] = { VERDICT_FAIL, SEVERITY_CRITICAL,
	    "SPF permerror: ", " cannot be looked up in the broken record of " },
	[SPF_TEMPERROR] = { VERDICT_UNKNOWN, SEVERITY_INFO, "SPF temperror: about ",
	    " the DNS did not answer for " },
};

/* Evaluated once more, for the evidence: everything that it asks is known. */
static struct finding *say_spf(
    struct judge *j, const struct mail_spf *spf, enum verdict verdict, enum severity severity)
{
	const struct spf_row *row = &spf_rows[spf->report.result];
	struct str ip = ip_write(j->arena, spf->query.ip), why;
	struct finding *f;

	spf_check(&j->facts->source, j->arena, &spf->query);
	f = judge_say_at(j, verdict, severity, "%s" STR_FMT "%s" STR_FMT, row->before, STR_ARG(ip),
	    row->between, STR_ARG(spf->report.domain));
	why = spf_reason(j->arena, &spf->query, &spf->report);
	judge_why(j, f, STR_FMT "%s %u of 10 lookups, %u of 2 void ones.", STR_ARG(why),
	    why.n > 0 && why.p[why.n - 1] != '.' ? "." : "", spf->report.lookups,
	    spf->report.voids);
	return f;
}

void judge_auth_spf(struct judge *j)
{
	const struct post *p = judge_post(j);
	const struct mail_spf *spf;

	if (p == NULL || !knows_client(j, p))
		return;
	spf = &p->verdict->spf;
	if (!spf->judged) {
		judge_say(j, VERDICT_UNKNOWN,
		    "The envelope sender is not known, so SPF has nobody to judge");
		return;
	}
	judge_subject(j, spf->query.mail_from.n > 0 ? spf->query.mail_from : STR("<>"));
	say_spf(
	    j, spf, spf_rows[spf->report.result].verdict, spf_rows[spf->report.result].severity);
}

/* A name that says nothing to anybody (RFC 5321 section 4.1.1.1). */
static bool says_no_name(struct judge *j, const struct post *p)
{
	const struct str helo = p->delivery->helo;
	struct finding *f;
	struct str ascii;

	if (helo.n > 0 && helo.p[0] == '[') {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The server called itself by an address literal, " STR_FMT, STR_ARG(helo));
		judge_why(j, f,
		    "RFC 5321 allows it where there is no name; many receivers refuse "
		    "it, as mostly infected machines do so.");
		return true;
	}
	if (domain_to_ascii(j->arena, helo, &ascii) && domain_is_fqdn(ascii))
		return false;
	f = judge_say(j, VERDICT_FAIL,
	    "The server called itself \"" STR_FMT "\", which is no full host name", STR_ARG(helo));
	judge_why(j, f,
	    "Receivers refuse it (504 5.5.2) or count it against the message. Let the "
	    "mail server say the name that its address has in the DNS.");
	return true;
}

void judge_auth_helo(struct judge *j)
{
	const struct post *p = judge_post(j);
	const struct mail_spf *spf;

	if (p == NULL)
		return;
	if (p->delivery->helo.n == 0) {
		judge_say(j, VERDICT_UNKNOWN, "What the server called itself is not known");
		return;
	}
	judge_subject(j, p->delivery->helo);
	if (says_no_name(j, p) || !knows_client(j, p))
		return;
	spf = p->verdict->helo.judged ? &p->verdict->helo : &p->verdict->spf;
	switch (spf->report.result) {
	case SPF_FAIL:
		say_spf(j, spf, VERDICT_FAIL, SEVERITY_MAJOR);
		break;
	case SPF_NONE: {
		struct finding *f = say_spf(j, spf, VERDICT_WARN, SEVERITY_MINOR);

		judge_fix(j, f,
		    (struct fix){ .kind = FIX_ADD,
			.name = spf->report.domain,
			.type = STR("TXT"),
			.value = STR("\"v=spf1 a -all\"") });
		break;
	}
	case SPF_PASS:
	case SPF_TEMPERROR:
		say_spf(j, spf, spf_rows[spf->report.result].verdict, SEVERITY_INFO);
		break;
	default:
		say_spf(j, spf, VERDICT_WARN, SEVERITY_MINOR);
	}
}

void judge_auth_iprev(struct judge *j)
{
	const struct post *p = judge_post(j);
	const struct iprev *r;
	struct finding *f;
	struct str ip;

	if (p == NULL || !knows_client(j, p))
		return;
	r = &p->verdict->iprev;
	ip = ip_write(j->arena, p->delivery->client);
	judge_subject(j, ip);
	iprev_check(j->arena, &j->facts->source, p->delivery->client, &(struct iprev){ 0 });
	switch (r->result) {
	case IPREV_PASS:
		judge_say(j, VERDICT_PASS, "The name " STR_FMT " leads to " STR_FMT " and back",
		    STR_ARG(r->name), STR_ARG(ip));
		break;
	case IPREV_TEMPERROR:
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer about " STR_FMT, STR_ARG(ip));
		break;
	case IPREV_PERMERROR:
		f = judge_say(j, VERDICT_FAIL, STR_FMT " has no name in the DNS", STR_ARG(ip));
		judge_why(
		    j, f, "Gmail refuses mail from such an address (550 5.7.25), as others do.");
		break;
	case IPREV_FAIL:
		f = judge_say(j, VERDICT_FAIL,
		    "The name of " STR_FMT ", " STR_FMT ", does not lead back to it", STR_ARG(ip),
		    STR_ARG(r->name));
		judge_why(j, f,
		    STR_FMT " Receivers believe a name only when its A or AAAA record "
			    "gives the same address.",
		    STR_ARG(r->reason));
		break;
	}
}
