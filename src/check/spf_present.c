/* spf_present - is there one SPF record, and does it read as it was meant? */
#include "check/spf_judges.h"
#include "check/spf_mend.h"
#include "wire/domain.h"

bool spf_own_or_say(struct judge *j, struct spf_own *own)
{
	if (!judge_spf_texts(j, j->domain, &own->texts))
		return false;
	if (own->texts.count == 1) {
		own->record = &own->texts.answer->records[own->texts.indices[0]];
		spf_parse(j->arena, own->texts.records[0], &own->text);
		return true;
	}
	if (dns_failed(own->texts.answer))
		judge_say(
		    j, VERDICT_UNKNOWN, "The SPF record could not be read: the DNS did not answer");
	else
		judge_say(j, VERDICT_SKIP,
		    own->texts.count == 0 ? "There is no SPF record to look at"
					  : "There are several SPF records (see spf.present)");
	return false;
}

bool spf_tree_of(struct judge *j, struct str domain, struct spf_tree *out)
{
	spf_tree(&j->facts->source, j->arena, domain, out);
	if (out->pending)
		j->pending = true;
	return !out->pending;
}

bool spf_tree_or_say(struct judge *j, struct spf_own *own, struct spf_tree *tree)
{
	bool ready = spf_tree_of(j, j->domain, tree);

	if (!spf_own_or_say(j, own) || !ready)
		return false;
	if (own->text.fault_count > 0) {
		judge_say(j, VERDICT_SKIP, "The SPF record is broken (see spf.syntax)");
		return false;
	}
	if (tree->root->record != NULL)
		own->text = *tree->root->record;
	return true;
}

/* ---- present ---- */

/* Text meant as SPF that receivers do not take for it, at the domain. */
static const struct dns_record *find_unrecognised(const struct dns_answer *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && spf_is_attempt(a->records[i].txt.joined))
			return &a->records[i];
	return NULL;
}

static struct str first_record(struct judge *j, bool parked)
{
	struct str text = STR("v=spf1 mx");

	if (parked)
		return STR("v=spf1 -all");
	for (size_t i = 0; i < j->options->address_count; i++) {
		struct ip ip = j->options->addresses[i];

		text = arena_fmt(j->arena, STR_FMT " ip%d:" STR_FMT, STR_ARG(text),
		    ip.family == IP_V4 ? 4 : 6, STR_ARG(ip_write(j->arena, ip)));
	}
	return arena_fmt(j->arena, STR_FMT " -all", STR_ARG(text));
}

static void say_missing(struct judge *j, const struct spf_texts *t, bool parked)
{
	const struct dns_record *nearly = find_unrecognised(t->answer);
	struct finding *f;

	if (nearly != NULL) {
		f = judge_say(j, VERDICT_FAIL,
		    "The SPF record is not recognised: it does not begin "
		    "with \"v=spf1 \"");
		judge_why(j, f,
		    "It reads \"" STR_FMT
		    "\". Receivers look for exactly v=spf1 followed by a space "
		    "(RFC 7208 section 4.5); this record does not exist for them.",
		    STR_ARG(short_text(j->arena, nearly->txt.joined)));
		spf_propose(j, f, nearly);
		return;
	}
	f = judge_say(j, VERDICT_FAIL, "There is no SPF record for " STR_FMT, STR_ARG(j->domain));
	judge_why(j, f,
	    parked
		? "The domain takes no mail; an SPF record that permits nobody keeps others from "
		  "sending in its name."
		: "Receivers cannot tell your servers from anybody else's; large ones refuse bulk "
		  "mail without SPF. The record proposed permits your mail hosts; add whoever "
		  "else sends for you.");
	judge_fix(j, f, fix_txt(j, j->domain, first_record(j, parked), NULL));
}

/*
 * All terms of all records, the first `all` at the end; what is in it twice is left to
 * spf_propose_from(). A redirect would end one of them and becomes an include.
 */
static struct str merged(struct arena *a, const struct spf_texts *t)
{
	struct str text = STR("v=spf1"), all = { 0 };
	struct spf_record s;

	for (size_t i = 0; i < t->count; i++) {
		spf_parse(a, t->records[i], &s);
		if (s.fault_count > 0)
			spf_parse(a, spf_mend(a, t->records[i]), &s);
		for (size_t k = 0; k < s.count; k++) {
			const struct spf_term *term = &s.terms[k];
			bool redirect = term->kind == SPF_REDIRECT;

			if (term->kind == SPF_ALL && all.n == 0)
				all = term->text;
			if (term->kind != SPF_ALL)
				text = arena_fmt(a, STR_FMT " %s" STR_FMT, STR_ARG(text),
				    redirect ? "include:" : "",
				    STR_ARG(redirect ? term->spec : term->text));
		}
	}
	return arena_fmt(
	    a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(all.n > 0 ? all : STR("~all")));
}

static void say_several(struct judge *j, const struct spf_texts *t)
{
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "There are %zu SPF records; every check ends in a permanent error", t->count);

	judge_why(j, f,
	    "Exactly one record may begin with v=spf1 (RFC 7208 section 4.5). Put all terms into "
	    "one; look over the proposal before you publish it.");
	spf_propose_from(j, f, merged(j->arena, t), &t->answer->records[t->indices[0]]);
	for (size_t i = 1; i < t->count; i++)
		judge_fix(j, f, fix_remove_txt(j->domain, &t->answer->records[t->indices[i]]));
}

void judge_spf_present(struct judge *j)
{
	struct spf_texts t;
	bool parked, ready = judge_parked(j, &parked);

	if (!judge_spf_texts(j, j->domain, &t) || !ready)
		return;
	if (dns_failed(t.answer)) {
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer the question for TXT"),
		    "The answer was %s; ask again later.", dns_status_name(t.answer->status));
	} else if (t.count == 0) {
		say_missing(j, &t, parked);
	} else if (t.count > 1) {
		say_several(j, &t);
	} else {
		judge_why(j, judge_say(j, VERDICT_PASS, "There is exactly one SPF record"),
		    "It reads \"" STR_FMT "\".", STR_ARG(short_text(j->arena, t.records[0])));
	}
}

/* ---- syntax ---- */

static void say_fault(struct judge *j, const struct spf_own *own, const struct spf_fault *fault)
{
	struct str piece = str_slice(own->text.text, fault->at, fault->at + fault->length);
	struct finding *f = judge_say(j, VERDICT_FAIL, "SPF record, \"" STR_FMT "\": " STR_FMT,
	    STR_ARG(short_text(j->arena, piece)), STR_ARG(fault->says));

	judge_why(j, f,
	    "At character %zu of the record. One fault anywhere makes the whole record a permanent "
	    "error (RFC 7208 section 4.6): no mail of yours passes.",
	    fault->at + 1);
	spf_propose(j, f, own->record);
}

static void say_note(
    struct judge *j, const struct spf_own *own, const struct spf_term *t, struct str note)
{
	struct finding *f =
	    judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR, "SPF record, \"" STR_FMT "\": " STR_FMT,
		STR_ARG(short_text(j->arena, t->text)), STR_ARG(note));

	judge_why(
	    j, f, "At character %zu of the record. Receivers ignore the term silently.", t->at + 1);
	spf_propose(j, f, own->record);
}

static size_t say_splits(struct judge *j, const struct spf_own *own)
{
	struct str text;
	struct finding *f;

	if (!spf_lost_spaces(j->arena, own->record, &text))
		return 0;
	f = judge_say(j, VERDICT_FAIL,
	    "Two strings of the SPF record are joined without a space between the terms");
	judge_why(j, f,
	    "The strings of a TXT record are put together as they are (RFC 7208 section 3.3); the "
	    "space has to stand inside one of them.");
	spf_propose(j, f, own->record);
	return 1;
}

/* What spf.case-bytes speaks of. */
static bool is_strange(const struct spf_fault *f)
{
	return f->kind == SPF_FAULT_CHARACTER || f->kind == SPF_FAULT_QUOTES ||
	       f->kind == SPF_FAULT_INVISIBLE;
}

static size_t say_notes(struct judge *j, const struct spf_own *own)
{
	size_t said = 0;

	for (size_t i = 0; i < own->text.count && said < 20; i++) {
		struct str note = spf_modifier_note(j->arena, &own->text.terms[i]);

		if (note.n == 0)
			continue;
		say_note(j, own, &own->text.terms[i], note);
		said++;
	}
	return said;
}

void judge_spf_syntax(struct judge *j)
{
	struct spf_own own;
	size_t said, strange = 0;

	if (!spf_own_or_say(j, &own))
		return;
	said = say_splits(j, &own);
	for (size_t i = 0; i < own.text.fault_count && said < 20; i++) {
		if (is_strange(&own.text.faults[i])) {
			strange++;
			continue;
		}
		say_fault(j, &own, &own.text.faults[i]);
		said++;
	}
	said += say_notes(j, &own);
	if (said == 0 && strange > 0)
		judge_say(j, VERDICT_SKIP,
		    "The SPF record holds strange characters (see spf.case-bytes)");
	else if (said == 0)
		judge_say(j, VERDICT_PASS, "The SPF record is well formed");
}

/* ---- bytes ---- */

static const struct spf_fault *first_strange(const struct spf_record *r)
{
	for (size_t i = 0; i < r->fault_count; i++)
		if (is_strange(&r->faults[i]))
			return &r->faults[i];
	return NULL;
}

static void say_bytes(struct judge *j, const struct dns_record *record, const struct spf_own *own)
{
	struct str text = record->txt.joined;
	const struct spf_fault *strange = first_strange(&own->text);
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    strange != NULL ? "The SPF record holds characters that may not stand there"
			    : "The SPF record does not begin as it should");

	judge_why(j, f,
	    "\"" STR_FMT "\"%s" STR_FMT
	    ". Typographic quotes and dashes, no-break or invisible spaces come from copying out "
	    "of a document; v=spf1 has to come first, with a space behind it.",
	    STR_ARG(short_text(j->arena, text)), strange != NULL ? ": " : "",
	    STR_ARG(strange != NULL ? strange->says : STR("")));
	if (own->texts.count <= 1) /* of several, spf.present makes one */
		spf_propose(j, f, record);
}

void judge_spf_case_bytes(struct judge *j)
{
	struct spf_own own;
	const struct dns_answer *a;
	size_t seen = 0, bad = 0;

	if (!judge_spf_texts(j, j->domain, &own.texts))
		return;
	a = own.texts.answer;
	for (size_t i = 0; i < a->count; i++) {
		const struct dns_record *r = &a->records[i];

		if (!r->parsed || !spf_is_attempt(r->txt.joined))
			continue;
		seen++;
		spf_parse(j->arena, r->txt.joined, &own.text);
		if (first_strange(&own.text) == NULL && spf_is_record(r->txt.joined))
			continue;
		say_bytes(j, r, &own);
		bad++;
	}
	if (bad > 0)
		return;
	if (dns_failed(a))
		judge_say(j, VERDICT_UNKNOWN, "The SPF record could not be read");
	else if (seen == 0)
		judge_say(j, VERDICT_SKIP, "There is no SPF record to look at");
	else
		judge_say(j, VERDICT_PASS, "The SPF record is plain ASCII and begins as it should");
}
