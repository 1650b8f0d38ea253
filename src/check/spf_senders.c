/* spf_senders - do the domain's own servers pass? */
#include "check/spf_judges.h"
#include "check/spf_mend.h"

#include "wire/domain.h"

/* The world with another SPF record at the domain, to try out a change. */
struct trial_source {
	struct dns_source source; /* first */
	struct dns_source *world;
	struct dns_answer answer;
};

static const struct dns_answer *ask_trial(
    struct dns_source *source, struct str name, enum dns_type type)
{
	struct trial_source *t = (struct trial_source *)source;

	if (type == DNS_TXT && domain_eq(name, t->answer.name))
		return &t->answer;
	return dns_ask(t->world, name, type);
}

static struct trial_source trial_of(struct judge *j, struct str record)
{
	struct dns_record *r = arena_new(j->arena, struct dns_record);

	dns_record_parse(j->arena, DNS_TXT, dns_txt_write(j->arena, record), r);
	return (struct trial_source){ .source = { ask_trial, j->facts->source.arena },
		.world = &j->facts->source,
		.answer = { .name = j->domain, .type = DNS_TXT, .records = r, .count = 1 } };
}

static struct spf_report check_from(
    struct judge *j, struct dns_source *source, const struct sender *s)
{
	struct spf_query q = { .ip = s->address,
		.helo = s->host.n > 0 ? s->host : j->domain,
		.mail_from = arena_fmt(j->arena, "postmaster@" STR_FMT, STR_ARG(j->domain)),
		.domain = j->domain,
		.now = j->facts->now };

	return spf_check(source, j->arena, &q);
}

/* Terms for the addresses, " ip4:192.0.2.1 ip6:2001:db8::1". */
static struct str address_terms(struct judge *j, const struct sender *const *senders, size_t count)
{
	struct str text = STR("");

	for (size_t i = 0; i < count; i++) {
		struct str ip = ip_write(j->arena, senders[i]->address);

		text = arena_fmt(j->arena, STR_FMT " ip%d:" STR_FMT, STR_ARG(text),
		    senders[i]->address.family == IP_V4 ? 4 : 6, STR_ARG(ip));
	}
	return text;
}

/* The record with more terms: before all or redirect, or (first) before everything. */
static struct str with_terms(
    struct arena *a, const struct spf_record *r, struct str more, bool first)
{
	struct str text = STR("v=spf1");
	bool added = first;

	if (first)
		text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
	for (size_t i = 0; i < r->count; i++) {
		const struct spf_term *t = &r->terms[i];

		if (!added &&
		    (t->kind == SPF_ALL || t->kind == SPF_REDIRECT || t->kind == SPF_EXP)) {
			text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
			added = true;
		}
		text = arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(t->text));
	}
	return added ? text : arena_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
}

/* Do all these senders pass with that record in place of the domain's? */
static bool all_pass(
    struct judge *j, struct str record, const struct sender *const *senders, size_t count)
{
	struct trial_source trial = trial_of(j, record);

	for (size_t i = 0; i < count; i++) {
		enum spf_result result = check_from(j, &trial.source, senders[i]).result;

		if (result == SPF_PENDING)
			j->pending = true;
		if (result != SPF_PASS)
			return false;
	}
	return true;
}

/* A record under which the senders pass, tried out; {0} when none was found. */
static struct str record_for(
    struct judge *j, const struct spf_record *r, const struct sender *const *senders, size_t count)
{
	struct spf_record sound = *r;
	const struct sender **missing = arena_array(j->arena, const struct sender *, count);
	size_t missing_count = 0;
	struct str more;

	if (r->fault_count > 0)
		spf_parse(j->arena, spf_mend(j->arena, r->text), &sound);
	for (size_t i = 0; i < count; i++)
		if (!all_pass(j, sound.text, &senders[i], 1))
			missing[missing_count++] = senders[i];
	if (missing_count == 0)
		return sound.text;
	more = address_terms(j, missing, missing_count);
	for (int first = 0; first < 2; first++) {
		struct str record = with_terms(j->arena, &sound, more, first == 1);

		if (all_pass(j, record, senders, count))
			return record;
	}
	return (struct str){ 0 };
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

static void say_failing(struct judge *j, const struct spf_own *own, struct str record,
    const struct sender *s, const struct spf_report *report)
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
	if (record.n > 0)
		judge_fix(j, f, fix_txt(j, j->domain, record, own->record));
}

static void say_error(struct judge *j, const struct spf_own *own, struct str record,
    const struct sender *s, const struct spf_report *report)
{
	struct str ip = ip_write(j->arena, s->address);
	struct finding *f = judge_say(
	    j, VERDICT_FAIL, "Mail sent from " STR_FMT " gets a permanent error", STR_ARG(ip));

	judge_why(j, f, STR_FMT, STR_ARG(report->reason));
	if (own->text.fault_count > 0 && record.n > 0)
		judge_fix(j, f, fix_txt(j, j->domain, record, own->record));
}

static void say_sender(struct judge *j, const struct spf_own *own, struct str record,
    const struct sender *s, const struct spf_report *report)
{
	struct str ip = ip_write(j->arena, s->address);

	judge_subject(j, sender_name(j, s));
	if (fails(report->result))
		say_failing(j, own, record, s, report);
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
		say_error(j, own, record, s, report);
}

void judge_spf_hosts(struct judge *j)
{
	struct sender *senders;
	struct spf_report *reports;
	const struct sender **failing;
	struct spf_own own;
	struct str record = { 0 };
	size_t count, failing_count = 0;
	bool ready = judge_senders(j, &senders, &count);

	if (!spf_own_or_say(j, &own) || !ready)
		return;
	reports = arena_array(j->arena, struct spf_report, count + 1);
	failing = arena_array(j->arena, const struct sender *, count + 1);
	for (size_t i = 0; i < count; i++) {
		reports[i] = check_from(j, &j->facts->source, &senders[i]);
		j->pending = j->pending || reports[i].result == SPF_PENDING;
		if (fails(reports[i].result) ||
		    (reports[i].result == SPF_PERMERROR && own.text.fault_count > 0))
			failing[failing_count++] = &senders[i];
	}
	if (j->pending)
		return;
	if (count == 0)
		judge_say(j, VERDICT_SKIP, "No address is known that mail is sent from");
	/* One record for all of them, so that each finding proposes the same change. */
	if (failing_count > 0)
		record = record_for(j, &own.text, failing, failing_count);
	for (size_t i = 0; i < count; i++)
		say_sender(j, &own, record, &senders[i], &reports[i]);
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
