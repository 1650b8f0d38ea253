/* spf_senders - do the domain's own servers pass? */
#include "check/spf_judges.h"

#include "wire/domain.h"

/* Terms for the addresses, " ip4:192.0.2.1 ip6:2001:db8::1". */
static struct str address_terms(struct arena *a, const struct ip *ips, size_t count)
{
	struct str text = STR("");

	for (size_t i = 0; i < count; i++)
		text = arena_fmt(a, STR_FMT " ip%d:" STR_FMT, STR_ARG(text),
		    ips[i].family == IP_V4 ? 4 : 6, STR_ARG(ip_write(a, ips[i])));
	return text;
}

/* The record with more terms: before all or redirect, or (first) before everything. */
static struct str with_terms(struct arena *a, const struct spf_text *s, struct str more, bool first)
{
	struct str text = STR("v=spf1");
	bool added = first;

	if (first)
		text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
	for (size_t i = 0; i < s->count; i++) {
		const struct spf_term *t = &s->terms[i];

		if (!added && (t->kind == SPF_TERM_ALL || t->kind == SPF_TERM_REDIRECT ||
				  t->kind == SPF_TERM_EXP)) {
			text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
			added = true;
		}
		text = arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(t->text));
	}
	return added ? text : arena_fmt(a, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
}

/* Do all these addresses pass with that record in place of the domain's? */
static bool all_pass(
    struct judge *j, const struct spf_map *m, struct str record, const struct ip *ips, size_t count)
{
	struct spf_text text;
	enum spf_outcome o;

	spf_text_parse(j->arena, record, &text);
	for (size_t i = 0; i < count; i++)
		if (!spf_map_judge(j, m, ips[i], &text, &o) || o != SPF_SAYS_PASS)
			return false;
	return text.fault_count == 0;
}

/* A record under which the addresses pass, tried out; {0} when none was found. */
static struct str record_for(
    struct judge *j, const struct spf_map *m, const struct ip *ips, size_t count)
{
	struct str more = address_terms(j->arena, ips, count);

	for (int first = 0; first < 2; first++) {
		struct str record = with_terms(j->arena, &m->nodes[0].text, more, first == 1);

		if (all_pass(j, m, record, ips, count))
			return record;
	}
	return (struct str){ 0 };
}

static bool fails(enum spf_outcome o)
{
	return o == SPF_SAYS_FAIL || o == SPF_SAYS_SOFTFAIL || o == SPF_SAYS_NEUTRAL;
}

struct trials {
	struct sender *senders;
	enum spf_outcome *outcomes;
	size_t count;
	struct ip *failing;
	size_t failing_count;
};

static struct str sender_name(struct judge *j, const struct sender *s)
{
	struct str ip = ip_write(j->arena, s->address);

	return s->host.n == 0
		   ? ip
		   : arena_fmt(j->arena, STR_FMT " (" STR_FMT ")", STR_ARG(s->host), STR_ARG(ip));
}

static void say_failing(struct judge *j, const struct spf_own *own, struct str record,
    const struct sender *s, enum spf_outcome o)
{
	struct str ip = ip_write(j->arena, s->address);
	struct finding *f =
	    judge_say_at(j, VERDICT_FAIL, o == SPF_SAYS_FAIL ? SEVERITY_CRITICAL : SEVERITY_MAJOR,
		"Mail sent from " STR_FMT " gets \"%s\" from the SPF record", STR_ARG(ip),
		spf_outcome_name(o));

	judge_why(j, f,
	    "The record does not permit this address%s. If mail leaves from it, receivers refuse "
	    "it "
	    "or put it into junk.",
	    s->address.family == IP_V6 ? ", although servers that have IPv6 send over it first"
				       : "");
	if (record.n > 0)
		judge_fix(j, f, fix_txt(j, j->domain, record, own->record));
}

static void say_sender(struct judge *j, const struct spf_own *own, struct str record,
    const struct sender *s, enum spf_outcome o)
{
	struct str ip = ip_write(j->arena, s->address);

	judge_subject(j, sender_name(j, s));
	if (fails(o))
		say_failing(j, own, record, s, o);
	else if (o == SPF_SAYS_PASS)
		judge_say(j, VERDICT_PASS, "Mail sent from " STR_FMT " passes SPF", STR_ARG(ip));
	else if (o == SPF_SAYS_PERMERROR || o == SPF_SAYS_NONE)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "Mail sent from " STR_FMT " gets a permanent error",
			STR_ARG(ip)),
		    "The record cannot be evaluated to its end; see spf.lookups, spf.void, "
		    "spf.includes.");
	else
		judge_say(j, VERDICT_UNKNOWN,
		    o == SPF_SAYS_DEPENDS ? "Whether mail from " STR_FMT
					    " passes depends on a macro or ptr"
					  : "Whether mail from " STR_FMT
					    " passes is not known: the DNS did not answer",
		    STR_ARG(ip));
}

static bool try_all(struct judge *j, const struct spf_map *m, struct trials *t)
{
	bool ready = true;

	t->outcomes = arena_array(j->arena, enum spf_outcome, t->count + 1);
	t->failing = arena_array(j->arena, struct ip, t->count + 1);
	for (size_t i = 0; i < t->count; i++) {
		ready = spf_map_judge(j, m, t->senders[i].address, NULL, &t->outcomes[i]) && ready;
		if (fails(t->outcomes[i]))
			t->failing[t->failing_count++] = t->senders[i].address;
	}
	if (!ready)
		j->pending = true;
	return ready;
}

void judge_spf_hosts(struct judge *j)
{
	struct trials t = { 0 };
	struct spf_own own;
	struct spf_map m;
	struct str record = { 0 };
	bool ready = judge_senders(j, &t.senders, &t.count);

	if (!spf_map_or_say(j, &own, &m) || !ready)
		return;
	if (t.count == 0) {
		judge_say(j, VERDICT_SKIP, "No address is known that mail is sent from");
		return;
	}
	if (!try_all(j, &m, &t))
		return;
	/* One record for all of them, so that each finding proposes the same change. */
	if (t.failing_count > 0)
		record = record_for(j, &m, t.failing, t.failing_count);
	for (size_t i = 0; i < t.count; i++)
		say_sender(j, &own, record, &t.senders[i], t.outcomes[i]);
}

/* ---- the EHLO name ---- */

static void say_helo(struct judge *j, const struct mail_host *h, const struct spf_map *m)
{
	const struct spf_node *root = &m->nodes[0];
	struct finding *f;

	if (root->state == SPF_NODE_FAILED) {
		judge_say(
		    j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT, STR_ARG(h->name));
		return;
	}
	if (root->state == SPF_NODE_NONE) {
		f = judge_say(j, VERDICT_FAIL,
		    "The mail host " STR_FMT " has no SPF record of its own", STR_ARG(h->name));
		judge_why(j, f,
		    "Bounces are sent with an empty envelope sender; receivers then check the name "
		    "in "
		    "EHLO instead (RFC 7208 section 2.4).");
		judge_fix(j, f, fix_txt(j, h->name, STR("v=spf1 a -all"), NULL));
		return;
	}
	for (size_t i = 0; i < h->address_count; i++) {
		struct str ip = ip_write(j->arena, h->addresses[i]);
		enum spf_outcome o;

		if (!spf_map_judge(j, m, h->addresses[i], NULL, &o)) {
			j->pending = true;
			continue;
		}
		if (o == SPF_SAYS_PASS)
			judge_say(j, VERDICT_PASS, "EHLO " STR_FMT " passes SPF from " STR_FMT,
			    STR_ARG(h->name), STR_ARG(ip));
		else if (o == SPF_SAYS_TEMPERROR || o == SPF_SAYS_DEPENDS)
			judge_say(j, VERDICT_UNKNOWN,
			    "Whether EHLO " STR_FMT " passes from " STR_FMT " could not be seen",
			    STR_ARG(h->name), STR_ARG(ip));
		else
			judge_say(j, VERDICT_FAIL, "EHLO " STR_FMT " gets \"%s\" from " STR_FMT,
			    STR_ARG(h->name), spf_outcome_name(o), STR_ARG(ip));
	}
}

void judge_spf_helo(struct judge *j)
{
	struct mail_hosts hosts;
	size_t said = 0;

	if (!judge_mail_hosts(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		struct spf_map m;

		/* The names of a mail service are its own affair. */
		if (!domain_under(hosts.hosts[i].name, j->domain) ||
		    hosts.hosts[i].address_count == 0)
			continue;
		said++;
		judge_subject(j, hosts.hosts[i].name);
		if (spf_map_read(j, hosts.hosts[i].name, &m))
			say_helo(j, &hosts.hosts[i], &m);
	}
	if (said == 0)
		judge_say(j, VERDICT_SKIP, "No mail host stands under this domain");
}
