/* tlsrpt - who hears of TLS failures: tlsrpt.record, tlsrpt.target (RFC 8460). */
#include "auth/tls_rpt.h"
#include "check/sending.h"
#include "check/sts.h"

struct tlsrpt {
	const struct dns_answer *txt;
	const struct dns_record *found; /* the record; what looks like one when there is none */
	size_t meant;
	struct tls_rpt_record record;
};

static struct str owner(struct judge *j)
{
	return arena_fmt(j->arena, "_smtp._tls." STR_FMT, STR_ARG(j->domain));
}

static bool find(struct judge *j, struct tlsrpt *t)
{
	*t = (struct tlsrpt){ .txt = judge_dns(j, owner(j), DNS_TXT) };
	for (size_t i = 0; t->txt != NULL && i < t->txt->count; i++) {
		const struct dns_record *r = &t->txt->records[i];
		bool good = r->parsed && tls_rpt_is_record(r->txt.joined);

		if (good ||
		    (r->parsed && t->meant == 0 && str_ifind(r->txt.joined, STR("TLSRPT")) >= 0))
			t->found = r;
		t->meant += good;
	}
	if (t->found != NULL)
		tls_rpt_parse(j->arena, t->found->txt.joined, &t->record);
	return t->txt != NULL;
}

static void say_none(struct judge *j)
{
	bool parked;
	struct finding *f;

	if (!judge_parked(j, &parked))
		return;
	if (parked) {
		judge_say(j, VERDICT_SKIP, "The domain takes no mail");
		return;
	}
	f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, "Nobody is asked to report TLS failures");
	judge_fix(j, f,
	    fix_txt(j, owner(j),
		arena_fmt(
		    j->arena, "v=TLSRPTv1; rua=mailto:postmaster@" STR_FMT, STR_ARG(j->domain)),
		NULL));
}

void judge_tlsrpt_record(struct judge *j)
{
	struct tlsrpt t;

	if (!find(j, &t))
		return;
	if (dns_failed(t.txt))
		judge_say(j, VERDICT_UNKNOWN, "The TLS report record could not be asked for (%s)",
		    dns_status_name(t.txt->status));
	else if (t.found == NULL)
		say_none(j);
	else if (t.meant > 1)
		judge_say(j, VERDICT_FAIL,
		    "There are %zu TLS report records; senders then use none", t.meant);
	else if (!t.record.valid)
		judge_say(j, VERDICT_FAIL, "The TLS report record is broken: " STR_FMT,
		    STR_ARG(t.record.faults[0]));
	else
		judge_say(j, VERDICT_PASS, "Failures of TLS are reported to you");
}

/* True when reports can go there. */
static bool target_good(struct judge *j, const struct tls_rpt_uri *u)
{
	const char *why = "";
	enum takes_mail takes = judge_takes_mail(j, u->domain, &why);

	if (takes == TAKES_MAIL_NO)
		judge_say(j, VERDICT_FAIL, "Reports to " STR_FMT " cannot be delivered: %s",
		    STR_ARG(u->mailbox), why);
	else if (takes == TAKES_MAIL_UNKNOWN)
		judge_say(j, VERDICT_UNKNOWN,
		    "Whether " STR_FMT " can receive mail is not known: the DNS did not answer",
		    STR_ARG(u->domain));
	return takes == TAKES_MAIL_YES;
}

void judge_tlsrpt_target(struct judge *j)
{
	struct tlsrpt t;
	size_t mailed = 0, good = 0;

	if (!find(j, &t))
		return;
	for (size_t i = 0; i < t.record.uri_count; i++) {
		if (!t.record.uris[i].valid || t.record.uris[i].https)
			continue;
		mailed++;
		good += target_good(j, &t.record.uris[i]);
	}
	if (mailed == 0)
		judge_say(j, VERDICT_SKIP, "No report is sent by mail");
	else if (good == mailed)
		judge_say(j, VERDICT_PASS, "The reports can be delivered");
}
