/* dmarc_reports - where reports go, and whether they arrive there (RFC 9990, 9991). */
#include "check/dmarc_judges.h"
#include "check/sending.h"
#include "wire/domain.h"

static bool judge_target(struct judge *j, const struct dmarc_uri *u)
{
	const char *why = "";
	enum takes_mail d = judge_takes_mail(j, u->domain, &why);
	struct finding *f;

	if (d == TAKES_MAIL_PENDING)
		return false;
	if (d == TAKES_MAIL_UNKNOWN) {
		judge_say(j, VERDICT_UNKNOWN,
		    "Whether " STR_FMT " can receive mail is not known: the DNS did not answer",
		    STR_ARG(u->domain));
	} else if (d == TAKES_MAIL_NO) {
		f = judge_say(j, VERDICT_FAIL, "Reports to " STR_FMT " cannot be delivered: %s",
		    STR_ARG(u->mailbox), why);
		judge_why(
		    j, f, "Give an address in rua= that exists, or let the domain take mail.");
	} else {
		judge_say(j, VERDICT_PASS, "Reports go to " STR_FMT ", whose domain takes mail",
		    STR_ARG(u->mailbox));
	}
	return true;
}

static void say_no_rua(struct judge *j, const struct dmarc_policy *p)
{
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "No address for aggregate reports (rua=) is given");
	struct str text = dmarc_record_write(j->arena, p->record);

	judge_why(j, f,
	    "Aggregate reports are the only way to learn who sends in your name, and whether your "
	    "own mail passes (RFC 9989 section 5.1.3).");
	/* An address that only lacked mailto: is in the mended record already. */
	if (str_find(text, STR("; rua=")) < 0)
		text = arena_fmt(j->arena, STR_FMT "; rua=mailto:postmaster@" STR_FMT,
		    STR_ARG(text), STR_ARG(p->record_domain));
	judge_fix(j, f,
	    fix_txt(j, arena_fmt(j->arena, "_dmarc." STR_FMT, STR_ARG(p->record_domain)), text,
		dmarc_dns_record(p)));
}

void judge_dmarc_rua(struct judge *j)
{
	struct dmarc_policy p;
	size_t valid = 0;

	if (!judge_dmarc_record(j, &p))
		return;
	for (size_t i = 0; i < p.record->rua_count; i++) {
		const struct dmarc_uri *u = &p.record->rua[i];

		if (!u->valid || !u->mailto)
			continue;
		judge_target(j, u);
		valid++;
	}
	if (valid == 0)
		say_no_rua(j, &p);
	else if (valid > 2)
		judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		    "There are %zu addresses in rua=; many receivers send to the first two only",
		    valid);
}

/* ---- external destinations, RFC 9990 section 4 ---- */

static bool permits(struct judge *j, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct dmarc_record ignored;

		if (a->records[i].parsed &&
		    dmarc_record_parse(j->arena, a->records[i].txt.joined, &ignored))
			return true;
	}
	return false;
}

static void say_unauthorised(struct judge *j, const struct dmarc_uri *u, struct str name)
{
	struct finding *f = judge_say(
	    j, VERDICT_FAIL, STR_FMT " has not agreed to receive your reports", STR_ARG(u->domain));

	judge_why(j, f,
	    "Reports to another organisation are sent only when that one says so in its DNS: a TXT "
	    "record \"v=DMARC1;\" at " STR_FMT " (RFC 9990 section 4). There is none, so receivers "
	    "drop the address " STR_FMT ".",
	    STR_ARG(name), STR_ARG(u->mailbox));
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ASK,
		.name = name,
		.type = STR("TXT"),
		.value = arena_fmt(j->arena,
		    "Ask whoever runs " STR_FMT " to publish: " STR_FMT ". TXT \"v=DMARC1;\"",
		    STR_ARG(u->domain), STR_ARG(name)) });
}

/* Does the destination belong to another organisation, and does that one agree? */
static void judge_destination(
    struct judge *j, const struct dmarc_policy *p, const struct dmarc_uri *u, size_t *external)
{
	struct str name = arena_fmt(j->arena, STR_FMT "._report._dmarc." STR_FMT,
	    STR_ARG(p->record_domain), STR_ARG(u->domain));
	enum dmarc_alignment same;
	const struct dns_answer *a;

	/* Same question as alignment: do both have the same organizational domain? */
	if (!dmarc_align(j->arena, &j->facts->source, j->domain, p, u->domain, false, &same)) {
		j->pending = true;
		judge_dns(j, name, DNS_TXT);
		return;
	}
	if (same == DMARC_ALIGNED || domain_under(u->domain, p->record_domain))
		return;
	++*external;
	a = judge_dns(j, name, DNS_TXT);
	if (a == NULL)
		return;
	if (dns_failed(a) || same == DMARC_ALIGNMENT_TEMPERROR)
		judge_say(j, VERDICT_UNKNOWN,
		    "Whether " STR_FMT " agreed to receive your reports is not known: the DNS did "
		    "not answer",
		    STR_ARG(u->domain));
	else if (permits(j, a))
		judge_say(
		    j, VERDICT_PASS, STR_FMT " agreed to receive your reports", STR_ARG(u->domain));
	else
		say_unauthorised(j, u, name);
}

static void judge_destinations(struct judge *j, const struct dmarc_policy *p,
    const struct dmarc_uri *uris, size_t count, size_t *external)
{
	for (size_t i = 0; i < count; i++)
		if (uris[i].valid && uris[i].mailto)
			judge_destination(j, p, &uris[i], external);
}

void judge_dmarc_external(struct judge *j)
{
	struct dmarc_policy p;
	size_t external = 0;

	if (!judge_dmarc_record(j, &p))
		return;
	judge_destinations(j, &p, p.record->rua, p.record->rua_count, &external);
	judge_destinations(j, &p, p.record->ruf, p.record->ruf_count, &external);
	if (external == 0)
		judge_say(j, VERDICT_PASS, "No reports go to another organisation");
}

void judge_dmarc_ruf(struct judge *j)
{
	struct dmarc_policy p;
	struct finding *f;

	if (!judge_dmarc_record(j, &p))
		return;
	if (p.record->ruf_count == 0) {
		judge_say(j, VERDICT_PASS, "No failure reports are asked for");
		return;
	}
	f = judge_say(j, VERDICT_INFO, "Failure reports are asked for (ruf=)");
	judge_why(j, f,
	    "They hold parts of the messages of others, so keep them as you would keep mail (RFC "
	    "9991 section 7). Few receivers send them; expect little.");
}
