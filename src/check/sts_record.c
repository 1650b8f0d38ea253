/* sts_record - the record of MTA-STS: sts.record, sts.id; what the other judges begin with. */
#include "check/sending.h"
#include "check/sts.h"

struct str sts_host(struct judge *j)
{
	return arena_fmt(j->arena, "mta-sts." STR_FMT, STR_ARG(j->domain));
}

struct str sts_owner(struct judge *j)
{
	return arena_fmt(j->arena, "_mta-sts." STR_FMT, STR_ARG(j->domain));
}

struct str sts_url(struct judge *j)
{
	return arena_fmt(j->arena, "https://mta-sts." STR_FMT STS_PATH, STR_ARG(j->domain));
}

/* What senders count; without one, what was probably meant as one. */
bool sts_find_record(struct judge *j, struct sts *s)
{
	*s = (struct sts){ 0 };
	s->txt = judge_dns(j, sts_owner(j), DNS_TXT);
	if (s->txt == NULL)
		return false;
	for (size_t i = 0; i < s->txt->count; i++) {
		const struct dns_record *r = &s->txt->records[i];

		if (!r->parsed)
			continue;
		if (sts_is_record(r->txt.joined)) {
			s->text = r->txt.joined;
			s->meant++;
		} else if (s->meant == 0 && str_ifind(r->txt.joined, STR("STSv1")) >= 0) {
			s->text = r->txt.joined;
		}
	}
	s->attempt = s->meant == 0 && s->text.n > 0;
	if (s->text.n > 0)
		sts_record_parse(j->arena, s->text, &s->record);
	return true;
}

/* A domain that takes no mail needs no policy for mail to it. */
static bool wants_mail(struct judge *j)
{
	bool parked;

	if (!judge_parked(j, &parked))
		return false;
	if (parked)
		judge_say(j, VERDICT_SKIP, "The domain takes no mail");
	return !parked;
}

bool sts_record_or_skip(struct judge *j, struct sts *s)
{
	if (!sts_find_record(j, s))
		return false;
	if (dns_failed(s->txt))
		judge_say(j, VERDICT_UNKNOWN, "The MTA-STS record could not be asked for (%s)",
		    dns_status_name(s->txt->status));
	else if (s->text.n == 0)
		judge_say(j, VERDICT_SKIP, "The domain has no MTA-STS record");
	return !dns_failed(s->txt) && s->text.n > 0;
}

/* ---- sts.record ---- */

static struct str today(struct judge *j)
{
	return arena_fmt(j->arena, "v=STSv1; id=%lld", (long long)j->facts->now);
}

static void say_no_record(struct judge *j)
{
	struct finding *f =
	    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, "The domain has no MTA-STS record");
	struct str url = sts_url(j);

	judge_why(j, f,
	    "Without MTA-STS or DANE anyone between can strip TLS from mail to you. Publish a "
	    "policy at " STR_FMT ", first with mode: testing, then the record.",
	    STR_ARG(url));
	judge_fix(j, f, fix_txt(j, sts_owner(j), today(j), NULL));
}

static const struct dns_record *record_of(const struct sts *s)
{
	for (size_t i = 0; i < s->txt->count; i++)
		if (s->txt->records[i].parsed && s->txt->records[i].txt.joined.p == s->text.p)
			return &s->txt->records[i];
	return NULL;
}

void judge_sts_record(struct judge *j)
{
	struct sts s;
	struct finding *f;

	if (!sts_find_record(j, &s))
		return;
	if (dns_failed(s.txt)) {
		judge_say(j, VERDICT_UNKNOWN, "The MTA-STS record could not be asked for (%s)",
		    dns_status_name(s.txt->status));
	} else if (s.text.n == 0) {
		if (wants_mail(j))
			say_no_record(j);
	} else if (s.meant > 1) {
		judge_why(j, judge_say(j, VERDICT_FAIL, "There are %zu MTA-STS records", s.meant),
		    "Senders then behave as if there were none (RFC 8461 section 3.1). Keep one.");
	} else if (s.record.fault_count > 0) {
		f = judge_say(j, VERDICT_FAIL, "The MTA-STS record is broken: " STR_FMT,
		    STR_ARG(s.record.faults[0].says));
		judge_fix(j, f, fix_txt(j, sts_owner(j), today(j), record_of(&s)));
	} else {
		judge_say(j, VERDICT_PASS, "There is one MTA-STS record");
	}
}

/* ---- sts.id ---- */

void judge_sts_id(struct judge *j)
{
	struct sts s;
	struct finding *f;

	if (!sts_record_or_skip(j, &s))
		return;
	if (s.record.id_good) {
		judge_say(j, VERDICT_PASS, "The policy's id is " STR_FMT, STR_ARG(s.record.id));
		return;
	}
	if (s.record.id.p == NULL)
		f = judge_say(j, VERDICT_FAIL, "The MTA-STS record has no id");
	else
		f = judge_say(j, VERDICT_FAIL,
		    "The id \"" STR_FMT "\" is not 1 to 32 letters and digits",
		    STR_ARG(short_text(j->arena, s.record.id)));
	judge_why(j, f,
	    "By its id senders learn that the policy has changed; without a good one they discard "
	    "the record (RFC 8461 section 3.1).");
	judge_fix(j, f, fix_txt(j, sts_owner(j), today(j), record_of(&s)));
}
