/* spf_senders - do the domain's own servers pass? */
#include "check/spf_judges.h"

#include "wire/domain.h"

struct spf_report spf_check_from(struct judge *j, struct dns_source *source, const struct sender *s)
{
	struct spf_query q = { .ip = s->address,
		.helo = s->host.n > 0 ? s->host : j->domain,
		.mail_from = arena_fmt(j->arena, "postmaster@" STR_FMT, STR_ARG(j->domain)),
		.domain = j->domain,
		.now = j->facts->now };

	return spf_check(source, j->arena, &q);
}

static bool fails(enum spf_result r)
{
	return r == SPF_FAIL || r == SPF_SOFTFAIL || r == SPF_NEUTRAL;
}

static struct str sender_name(struct judge *j, const struct sender *s)
{
	struct str ip = ip_write(j->arena, s->address);

	if (s->host.n == 0)
		return ip;
	return arena_fmt(j->arena, STR_FMT " (" STR_FMT ")", STR_ARG(s->host), STR_ARG(ip));
}

static void say_failing(struct judge *j, const struct spf_own *own, const struct sender *s,
    const struct spf_report *report)
{
	struct str ip = ip_write(j->arena, s->address);
	struct finding *f = judge_say_at(j, VERDICT_FAIL,
	    report->result == SPF_FAIL ? SEVERITY_CRITICAL : SEVERITY_MAJOR,
	    "Mail sent from " STR_FMT " gets \"%s\" from the SPF record", STR_ARG(ip),
	    spf_result_name(report->result));

	judge_why(j, f,
	    "The record does not permit this address%s. If mail leaves from it, receivers refuse "
	    "it "
	    "or put it into junk.",
	    s->address.family == IP_V6 ? ", although servers that have IPv6 send over it first"
				       : "");
	spf_propose(j, f, own->record);
}

static void say_error(struct judge *j, const struct spf_own *own, const struct sender *s,
    const struct spf_report *report)
{
	struct str ip = ip_write(j->arena, s->address);
	struct finding *f = judge_say(
	    j, VERDICT_FAIL, "Mail sent from " STR_FMT " gets a permanent error", STR_ARG(ip));

	judge_why(j, f, STR_FMT, STR_ARG(report->reason));
	spf_propose(j, f, own->record);
}

static void say_sender(struct judge *j, const struct spf_own *own, const struct sender *s,
    const struct spf_report *report)
{
	struct str ip = ip_write(j->arena, s->address);

	judge_subject(j, sender_name(j, s));
	if (fails(report->result))
		say_failing(j, own, s, report);
	else if (report->result == SPF_PASS)
		judge_why(j,
		    judge_say(
			j, VERDICT_PASS, "Mail sent from " STR_FMT " passes SPF", STR_ARG(ip)),
		    "The term \"" STR_FMT "\" permits it.", STR_ARG(report->matched));
	else if (report->result == SPF_TEMPERROR)
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN,
			"Whether mail from " STR_FMT " passes is not known", STR_ARG(ip)),
		    STR_FMT, STR_ARG(report->reason));
	else
		say_error(j, own, s, report);
}

void judge_spf_hosts(struct judge *j)
{
	struct sender *senders;
	struct spf_report *reports;
	struct spf_own own;
	size_t count;
	bool ready = judge_senders(j, &senders, &count);

	if (!spf_own_or_say(j, &own) || !ready)
		return;
	reports = arena_array(j->arena, struct spf_report, count + 1);
	for (size_t i = 0; i < count; i++) {
		reports[i] = spf_check_from(j, &j->facts->source, &senders[i]);
		j->pending = j->pending || reports[i].result == SPF_PENDING;
	}
	if (j->pending)
		return;
	if (count == 0)
		judge_say(j, VERDICT_SKIP, "No address is known that mail is sent from");
	for (size_t i = 0; i < count; i++)
		say_sender(j, &own, &senders[i], &reports[i]);
}

/* ---- the EHLO name ---- */

static void say_helo_result(struct judge *j, const struct mail_host *h, struct ip address)
{
	struct spf_query q = { .ip = address, .helo = h->name, .now = j->facts->now };
	struct spf_report r = spf_check(&j->facts->source, j->arena, &q);
	struct str ip = ip_write(j->arena, address);

	if (r.result == SPF_PENDING)
		j->pending = true;
	else if (r.result == SPF_PASS)
		judge_say(j, VERDICT_PASS, "EHLO " STR_FMT " passes SPF from " STR_FMT,
		    STR_ARG(h->name), STR_ARG(ip));
	else
		judge_why(j,
		    judge_say(j, r.result == SPF_TEMPERROR ? VERDICT_UNKNOWN : VERDICT_FAIL,
			"EHLO " STR_FMT " gets \"%s\" from " STR_FMT, STR_ARG(h->name),
			spf_result_name(r.result), STR_ARG(ip)),
		    STR_FMT, STR_ARG(spf_reason(j->arena, &q, &r)));
}

static void say_helo(struct judge *j, const struct mail_host *h)
{
	struct spf_texts t;
	struct finding *f;

	if (!judge_spf_texts(j, h->name, &t))
		return;
	if (dns_failed(t.answer)) {
		judge_say(
		    j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT, STR_ARG(h->name));
	} else if (t.count == 0) {
		f = judge_say(j, VERDICT_FAIL,
		    "The mail host " STR_FMT " has no SPF record of its own", STR_ARG(h->name));
		judge_why(j, f,
		    "Bounces are sent with an empty envelope sender; receivers then check the name "
		    "in "
		    "EHLO instead (RFC 7208 section 2.4).");
		judge_fix(j, f, fix_txt(j, h->name, STR("v=spf1 a -all"), NULL));
	} else {
		for (size_t i = 0; i < h->address_count; i++)
			say_helo_result(j, h, h->addresses[i]);
	}
}

void judge_spf_helo(struct judge *j)
{
	struct mail_hosts hosts;
	size_t said = 0;

	if (!judge_mail_hosts(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		/* The names of a mail service are its own affair. */
		if (!domain_under(hosts.hosts[i].name, j->domain) ||
		    hosts.hosts[i].address_count == 0)
			continue;
		said++;
		judge_subject(j, hosts.hosts[i].name);
		say_helo(j, &hosts.hosts[i]);
	}
	if (said == 0)
		judge_say(j, VERDICT_SKIP, "No mail host stands under this domain");
}
