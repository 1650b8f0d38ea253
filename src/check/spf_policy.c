/* spf_policy - terms that should not be there, and what the record says about strangers. */
#include "check/spf_judges.h"

#include "wire/domain.h"

/* ---- terms without effect ---- */

void judge_spf_unreachable(struct judge *j)
{
	struct spf_own own;
	size_t said = 0;

	if (!spf_own_or_say(j, &own))
		return;
	if (own.text.fault_count > 0) {
		judge_say(j, VERDICT_SKIP, "The SPF record is broken (see spf.syntax)");
		return;
	}
	for (size_t i = 0; i < own.text.count && said < 20; i++) {
		const char *reason = spf_idle_reason(&own.text, i);
		struct finding *f;

		if (reason == NULL)
			continue;
		f = judge_say(j, VERDICT_FAIL, "\"" STR_FMT "\" %s",
		    STR_ARG(short_text(j->arena, own.text.terms[i].text)), reason);
		judge_why(j, f, "At character %zu of the record.", own.text.terms[i].at + 1);
		spf_propose(j, f, own.record);
		said++;
	}
	if (said == 0)
		judge_say(j, VERDICT_PASS, "Every term of the SPF record has an effect");
}

/* ---- all ---- */

static void say_weak_all(struct judge *j, const struct spf_own *own, const struct spf_term *all)
{
	bool open = all != NULL && all->qualifier == '+';
	struct finding *f = judge_say_at(j, VERDICT_FAIL, open ? SEVERITY_CRITICAL : SEVERITY_MAJOR,
	    open	  ? "The SPF record permits everybody to send in your name (+all)"
	    : all != NULL ? "The SPF record says nothing about strangers (?all)"
			  : "The SPF record does not end in -all or ~all");

	judge_why(j, f,
	    open
		? "Any address in the world passes SPF for your domain, and with it DMARC."
		: "An address that is not listed gets \"neutral\", as if there were no record (RFC "
		  "7208 section 4.7).");
	spf_propose(j, f, own->record);
}

void judge_spf_all(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;
	const struct spf_branch *last;
	const struct spf_term *all;

	if (!spf_tree_or_say(j, &own, &tree))
		return;
	last = spf_last_record(tree.root);
	if (last->state != SPF_TREE_RECORD) {
		judge_say(j, last->state == SPF_TREE_FAILED ? VERDICT_UNKNOWN : VERDICT_SKIP,
		    last->state == SPF_TREE_MACRO
			? "Where redirect= leads depends on the message (macro)"
			: "The record that redirect= leads to could not be read");
		return;
	}
	all = spf_find(last->record, SPF_ALL);
	if (all == NULL || all->qualifier == '+' || all->qualifier == '?')
		say_weak_all(j, &own, all);
	else
		judge_why(j,
		    judge_say(j, VERDICT_PASS, "The SPF record ends in %call", all->qualifier),
		    all->qualifier == '~'
			? "~all is the right choice together with an enforced DMARC policy: mail "
			  "that was "
			  "forwarded is not refused before DKIM is looked at (RFC 9989 section "
			  "7.1)."
			: "-all lets some receivers refuse forwarded mail at once; with an "
			  "enforced "
			  "DMARC policy ~all does as well (RFC 9989 section 7.1).");
}

/* ---- too wide ---- */

static unsigned width(const struct spf_term *t, bool v6)
{
	if (t->kind == SPF_IP4)
		return v6 ? 128 : t->prefix4;
	if (t->kind == SPF_IP6)
		return v6 ? t->prefix6 : 32;
	return v6 ? t->prefix6 : t->prefix4;
}

static bool is_wide(const struct spf_term *t, unsigned v4, unsigned v6)
{
	bool names = t->kind == SPF_A || t->kind == SPF_MX;
	bool networks = t->kind == SPF_IP4 || t->kind == SPF_IP6;

	return (names || networks) && t->qualifier == '+' &&
	       (width(t, false) < v4 || width(t, true) < v6);
}

static size_t say_networks(struct judge *j, const struct spf_branch *b)
{
	size_t said = 0;

	for (size_t i = 0; i < spf_end(b->record) && said < 10; i++) {
		const struct spf_term *t = &b->record->terms[i];
		struct finding *f;

		/* A mail service has a few large networks of its own; a domain has not. */
		if (!(b->depth == 0 ? is_wide(t, 16, 32) : is_wide(t, 8, 20)))
			continue;
		f = judge_say_at(j, VERDICT_FAIL,
		    is_wide(t, 4, 16) ? SEVERITY_CRITICAL : SEVERITY_MAJOR,
		    "\"" STR_FMT "\" permits an absurdly large network to send in your name",
		    STR_ARG(t->text));
		judge_why(j, f,
		    "It stands in the record of " STR_FMT ". Name the addresses that really send.",
		    STR_ARG(b->domain));
		said++;
	}
	return said;
}

/* An include that passes for every address makes the record pass for every address. */
static size_t say_open_include(struct judge *j, const struct spf_branch *b)
{
	const struct spf_term *all = spf_find(b->record, SPF_ALL);

	if (b->via == NULL || b->via->kind != SPF_INCLUDE || all == NULL || all->qualifier != '+')
		return 0;
	judge_why(j,
	    judge_say_at(j, VERDICT_FAIL, SEVERITY_CRITICAL,
		"\"" STR_FMT "\" permits everybody: the included record ends in +all",
		STR_ARG(b->via->text)),
	    "Any address in the world then passes SPF for your domain. Take the include out.");
	return 1;
}

static size_t say_wide(struct judge *j, const struct spf_branch *b)
{
	size_t said = 0;

	if (b->state == SPF_TREE_RECORD)
		said = say_networks(j, b) + say_open_include(j, b);
	for (const struct spf_branch *c = b->children; c != NULL; c = c->next)
		said += say_wide(j, c);
	return said;
}

void judge_spf_wide(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;

	if (spf_tree_or_say(j, &own, &tree) && say_wide(j, tree.root) == 0)
		judge_say(j, VERDICT_PASS, "The SPF record permits no absurdly large networks");
}

/* ---- ptr ---- */

static size_t say_ptr(struct judge *j, const struct spf_own *own, const struct spf_branch *b)
{
	size_t said = 0;

	if (b->state == SPF_TREE_RECORD && spf_find(b->record, SPF_PTR) != NULL) {
		struct finding *f = judge_say_at(j, b->depth == 0 ? VERDICT_FAIL : VERDICT_WARN,
		    SEVERITY_MINOR, "The record of " STR_FMT " uses ptr", STR_ARG(b->domain));

		judge_why(j, f,
		    "ptr should not be published (RFC 7208 section 5.5): it is slow, and some "
		    "large "
		    "receivers skip it. Name addresses or hosts.");
		if (b->depth == 0)
			spf_propose(j, f, own->record);
		said = 1;
	}
	for (const struct spf_branch *c = b->children; c != NULL; c = c->next)
		said += say_ptr(j, own, c);
	return said;
}

void judge_spf_ptr(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;

	if (spf_tree_or_say(j, &own, &tree) && say_ptr(j, &own, tree.root) == 0)
		judge_say(j, VERDICT_PASS, "ptr is not used");
}

/* ---- macros, exp ---- */

static bool uses_macro(const struct spf_term *t, const char *lower, const char *upper)
{
	return t->macros &&
	       (str_find(t->spec, str_of(lower)) >= 0 || str_find(t->spec, str_of(upper)) >= 0);
}

void judge_spf_macro(struct judge *j)
{
	struct spf_own own;
	bool used = false, slow = false;

	if (!spf_own_or_say(j, &own))
		return;
	for (size_t i = 0; i < own.text.count; i++) {
		used = used || own.text.terms[i].macros;
		slow = slow || uses_macro(&own.text.terms[i], "%{p", "%{P");
	}
	if (slow)
		judge_why(j,
		    judge_say_at(
			j, VERDICT_FAIL, SEVERITY_MINOR, "The SPF record uses the macro %%{p}"),
		    "It asks for reverse names as ptr does, and should not be used (RFC 7208 "
		    "section "
		    "7.2).");
	else if (used)
		judge_why(j, judge_say(j, VERDICT_INFO, "The SPF record uses macros"),
		    "What it permits depends on the message; this audit cannot follow those "
		    "terms.");
	else
		judge_say(j, VERDICT_PASS, "The SPF record uses no macros");
}

void judge_spf_exp(struct judge *j)
{
	struct spf_own own;
	const struct spf_term *exp;
	const struct dns_answer *a;

	if (!spf_own_or_say(j, &own))
		return;
	exp = own.text.exp;
	if (exp == NULL || exp->macros) {
		judge_say(j, exp == NULL ? VERDICT_PASS : VERDICT_SKIP,
		    exp == NULL ? "There is no exp= to look at"
				: "Where exp= leads depends on the message");
		return;
	}
	a = judge_dns(j, domain_undot(exp->spec), DNS_TXT);
	if (a == NULL)
		return;
	if (dns_failed(a))
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer for the text of exp=");
	else if (a->count != 1 || !a->records[0].parsed || !str_is_ascii(a->records[0].txt.joined))
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "exp=" STR_FMT " leads to no usable explanation",
			STR_ARG(exp->spec)),
		    "There has to be exactly one TXT record of plain ASCII (RFC 7208 section "
		    "6.2).");
	else
		judge_say(j, VERDICT_PASS, "The explanation that exp= names exists");
}
