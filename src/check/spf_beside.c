/* spf_beside - what stands beside the SPF record: size of the answer, leftovers, other names. */
#include "check/spf_judges.h"

/* ---- size ---- */

void judge_spf_length(struct judge *j)
{
	struct spf_own own;
	size_t octets = 12 + j->domain.n + 6; /* header, question */

	if (!spf_own_or_say(j, &own))
		return;
	for (size_t i = 0; i < own.texts.answer->count; i++) {
		const struct dns_record *r = &own.texts.answer->records[i];

		octets += 12 + (r->parsed ? r->txt.joined.n + r->txt.count : r->text.n);
	}
	if (octets > 1232)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"All TXT records of the domain together need about %zu octets", octets),
		    "Answers over 1232 octets do not fit into one packet; resolvers that cannot "
		    "use "
		    "TCP lose the SPF record (RFC 7208 section 3.4). Remove old verification "
		    "records.");
	else if (octets > 512)
		judge_say(j, VERDICT_INFO,
		    "The TXT records of the domain need about %zu octets; 512 always fit", octets);
	else
		judge_say(
		    j, VERDICT_PASS, "The TXT records of the domain fit into one small packet");
}

/* ---- leftovers ---- */

void judge_spf_type99(struct judge *j)
{
	const struct dns_answer *a = judge_dns(j, j->domain, DNS_SPF);
	struct finding *f;

	if (a == NULL)
		return;
	if (dns_failed(a)) {
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer the question for type SPF");
	} else if (a->count == 0) {
		judge_say(j, VERDICT_PASS, "There is no record of the withdrawn type SPF");
	} else {
		f = judge_say(j, VERDICT_FAIL, "There is a record of the withdrawn type SPF (99)");
		judge_why(
		    j, f, "Nobody reads it; SPF records are TXT only (RFC 7208 section 3.1).");
		for (size_t i = 0; i < a->count; i++) {
			struct fix fix = fix_remove_txt(j->domain, &a->records[i]);

			fix.type = STR("SPF");
			judge_fix(j, f, fix);
		}
	}
}

void judge_spf_senderid(struct judge *j)
{
	const struct dns_answer *a = judge_dns(j, j->domain, DNS_TXT);
	size_t count = 0;

	if (a == NULL)
		return;
	for (size_t i = 0; i < a->count; i++) {
		const struct dns_record *r = &a->records[i];
		struct finding *f;

		if (!r->parsed || !str_istarts(r->txt.joined, STR("spf2.0/")))
			continue;
		f = judge_say(j, VERDICT_FAIL, "A Sender ID record (spf2.0) is left over");
		judge_why(j, f, "Sender ID is historic (RFC 4406); nobody reads it. Remove it.");
		judge_fix(j, f, fix_remove_txt(j->domain, r));
		count++;
	}
	if (count == 0 && dns_failed(a))
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer the question for TXT");
	else if (count == 0)
		judge_say(j, VERDICT_PASS, "There is no Sender ID record");
}

/* ---- names beside the domain ---- */

void judge_spf_subdomains(struct judge *j)
{
	struct str www = arena_fmt(j->arena, "www." STR_FMT, STR_ARG(j->domain));
	const struct dns_answer *a = judge_dns(j, www, DNS_A);
	const struct dns_answer *mx = judge_dns(j, www, DNS_MX);
	struct spf_texts t;
	struct finding *f;

	if (!judge_spf_texts(j, www, &t) || a == NULL || mx == NULL)
		return;
	if (dns_failed(a) || dns_failed(mx) || dns_failed(t.answer)) {
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT, STR_ARG(www));
	} else if (a->count == 0 || mx->count > 0 || a->alias_count > 0) {
		judge_say(j, VERDICT_SKIP, "There is no name without mail to look at");
	} else if (t.count > 0) {
		judge_say(j, VERDICT_PASS, STR_FMT " has an SPF record", STR_ARG(www));
	} else {
		f = judge_say(
		    j, VERDICT_INFO, STR_FMT " sends no mail but does not say so", STR_ARG(www));
		judge_why(j, f,
		    "SPF is not inherited by subdomains: anybody can use the name as an envelope "
		    "sender (RFC 7208 section 10.1.2).");
		judge_fix(j, f, fix_txt(j, www, STR("v=spf1 -all"), NULL));
	}
}
