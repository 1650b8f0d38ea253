/* dmarc_alignment - can mail of this domain pass DMARC at all? (RFC 9989 section 4.4) */
#include "check/dmarc_judges.h"
#include "check/sending.h"

enum basis { BASIS_NO, BASIS_YES, BASIS_UNKNOWN };

/* SPF aligns when the domain itself, as the envelope sender, has one record that permits. */
static enum basis spf_basis(const struct spf_texts *spf)
{
	if (dns_failed(spf->answer))
		return BASIS_UNKNOWN;
	if (spf->count != 1)
		return BASIS_NO;
	return str_ieq(str_trim(spf->records[0]), STR("v=spf1 -all")) ? BASIS_NO : BASIS_YES;
}

/* DKIM aligns when a usable key stands beneath the domain itself. */
static enum basis dkim_basis(struct judge *j, const struct dkim_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->places[i].state == DKIM_PLACE_KEY && keys->places[i].key.usable) {
			judge_dns(j, keys->places[i].name, DNS_TXT);
			return BASIS_YES;
		}
	return keys->given && keys->failed == 0 ? BASIS_NO : BASIS_UNKNOWN;
}

static void say_nothing_aligns(struct judge *j, const struct dmarc_policy *p)
{
	bool enforced = p->applied > DMARC_NONE;
	struct finding *f =
	    judge_say_at(j, VERDICT_FAIL, enforced ? SEVERITY_CRITICAL : SEVERITY_MAJOR,
		enforced ? "Your own mail cannot pass DMARC, and the policy asks to %s it"
			 : "Your own mail cannot pass DMARC (the policy is still %s)",
		dmarc_request_name(p->applied));

	judge_why(j, f,
	    "DMARC passes when SPF or DKIM passes for a domain that belongs to the one in the From "
	    "field. There is neither a usable SPF record nor a usable DKIM key at this domain. "
	    "Publish SPF and sign with DKIM (d=" STR_FMT ") first.",
	    STR_ARG(j->domain));
}

static void say_basis(
    struct judge *j, const struct dmarc_policy *p, enum basis spf, enum basis dkim)
{
	struct finding *f;

	if (spf == BASIS_YES && dkim == BASIS_YES) {
		f = judge_say(j, VERDICT_PASS, "Both SPF and DKIM of this domain can align");
		judge_why(j, f, "SPF aligns %s, DKIM %s.",
		    p->record->strict_spf ? "when MAIL FROM is exactly this domain (aspf=s)"
					  : "with this domain and its subdomains as MAIL FROM",
		    p->record->strict_dkim ? "when d= is exactly this domain (adkim=s)"
					   : "with this domain and its subdomains as d=");
	} else if (spf == BASIS_YES && dkim == BASIS_NO) {
		f = judge_say_at(j, p->applied > DMARC_NONE ? VERDICT_FAIL : VERDICT_WARN,
		    SEVERITY_MINOR, "DMARC rests on SPF alone");
		judge_why(j, f,
		    "SPF breaks whenever a message is forwarded; without a DKIM signature such "
		    "mail "
		    "fails (RFC 9989 section 7.1). Sign with DKIM.");
	} else if (spf == BASIS_NO && dkim == BASIS_YES) {
		judge_say(j, VERDICT_PASS, "DKIM of this domain can align; SPF gives no support");
	} else if (spf == BASIS_YES) {
		f = judge_say(j, VERDICT_PASS, "SPF of this domain can align");
		judge_why(j, f,
		    "Whether DKIM can is not known: no key was found by guessing selectors. Give "
		    "yours with --selector.");
	} else {
		f = judge_say(j, VERDICT_UNKNOWN,
		    "Whether your mail can pass DMARC depends on a DKIM key that was not seen");
		judge_why(j, f,
		    "SPF of this domain gives no support, and no key was found by guessing "
		    "selectors. Give yours with --selector.");
	}
}

void judge_dmarc_alignment(struct judge *j)
{
	struct dmarc_policy p;
	struct dkim_keys keys;
	struct spf_texts spf;
	enum basis by_spf, by_dkim;
	bool parked, ready;

	judge_subject(j, j->domain);
	ready = judge_dkim_keys(j, &keys);
	/* Divided once more: of the selectors only the key that counts is evidence. */
	judge_subject(j, j->domain);
	ready = judge_spf_texts(j, j->domain, &spf) && ready;
	ready = judge_parked(j, &parked) && ready;
	if (!judge_dmarc_record(j, &p) || !ready)
		return;
	by_spf = spf_basis(&spf);
	by_dkim = dkim_basis(j, &keys);
	if (parked)
		judge_say(j, VERDICT_SKIP, "The domain sends no mail: nothing has to align");
	else if (by_spf == BASIS_NO && by_dkim == BASIS_NO)
		say_nothing_aligns(j, &p);
	else
		say_basis(j, &p, by_spf, by_dkim);
}
