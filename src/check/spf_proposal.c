/*
 * spf_proposal - the one record to publish in place of the domain's.
 *
 * Findings about the record may be many; the change they propose is always this one, in which
 * everything is mended at once, so that no two of them contradict each other. Each step looks
 * at the record as the steps before it left it, tried out in the world as it is.
 */
#include "check/spf_judges.h"
#include "check/spf_mend.h"
#include "wire/domain.h"

#define MAX_SENDERS 64

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

struct draft {
	struct judge *judge;
	struct str text;
	const struct spf_record *record;
	struct spf_tree tree; /* of the text, in place of what is published */
};

/* The draft as it is now; false while pending, as of every step. */
static bool take(struct draft *d, struct str text)
{
	struct trial_source trial = trial_of(d->judge, text);

	d->text = text;
	spf_tree(&trial.source, d->judge->arena, d->judge->domain, &d->tree);
	d->record = d->tree.root->record;
	d->judge->pending |= d->tree.pending;
	return !d->tree.pending && d->record != NULL;
}

/* The terms of a record to be. */
struct terms {
	struct arena *arena;
	struct str *texts;
	size_t count, length;
};

static void add(struct terms *t, struct str text)
{
	arena_push(t->arena, t->texts, t->count, struct str, text);
	t->length += text.n + 1;
}

static struct str record_of(const struct terms *t)
{
	struct str version = STR("v=spf1");
	char *p = arena_array(t->arena, char, version.n + t->length + 1), *end = p + version.n;

	memcpy(p, version.p, version.n);
	for (size_t i = 0; i < t->count; i++) {
		*end++ = ' ';
		memcpy(end, t->texts[i].p, t->texts[i].n);
		end += t->texts[i].n;
	}
	return (struct str){ p, (size_t)(end - p) };
}

/* ---- what was typed ---- */

static bool was_mistyped(struct arena *a, struct str text)
{
	struct spf_record r;
	bool noted = false;

	spf_parse(a, text, &r);
	for (size_t i = 0; i < r.count; i++)
		noted |= spf_modifier_note(a, &r.terms[i]).n > 0;
	return noted || r.fault_count > 0;
}

static bool begin(struct draft *d, struct str typed)
{
	struct arena *a = d->judge->arena;

	return take(d, was_mistyped(a, typed) ? spf_mend(a, typed) : typed);
}

/* ---- terms that do nothing, or harm ---- */

static bool leads_nowhere(const struct draft *d, const struct spf_term *t)
{
	const struct spf_target *target = spf_target_of(&d->tree, t);

	for (const struct spf_branch *b = d->tree.root->children; b != NULL; b = b->next)
		if (b->via == t && spf_branch_trouble(b) != NULL)
			return true;
	return target != NULL && target->is_void;
}

static bool drop_useless(struct draft *d)
{
	struct terms terms = { .arena = d->judge->arena };

	for (size_t i = 0; i < d->record->count; i++) {
		const struct spf_term *t = &d->record->terms[i];

		if (spf_idle_reason(d->record, i) == NULL && t->kind != SPF_PTR &&
		    !leads_nowhere(d, t))
			add(&terms, t->text);
	}
	return terms.count == d->record->count || take(d, record_of(&terms));
}

/* ---- strangers ---- */

/*
 * The end that decides about everybody else must be ~all or -all. A redirect to one that is
 * neither becomes an include, so that the own ~all is reached.
 */
static bool close_end(struct draft *d)
{
	const struct spf_branch *last = spf_last_record(d->tree.root);
	struct terms terms = { .arena = d->judge->arena };
	const struct spf_term *all;

	if (last->state != SPF_TREE_RECORD)
		return true;
	all = spf_find(last->record, SPF_ALL);
	if (all != NULL && (all->qualifier == '~' || all->qualifier == '-'))
		return true;
	for (size_t i = 0; i < d->record->count; i++)
		if (d->record->terms[i].kind != SPF_ALL && d->record->terms[i].kind != SPF_REDIRECT)
			add(&terms, d->record->terms[i].text);
	if (d->record->redirect != NULL && (all == NULL || all->qualifier == '?'))
		add(&terms,
		    arena_fmt(terms.arena, "include:" STR_FMT, STR_ARG(d->record->redirect->spec)));
	add(&terms, STR("~all"));
	return take(d, record_of(&terms));
}

/* ---- ten lookups ---- */

/* May an a term be written out as addresses: known ones, without prefix length or macro? */
static bool may_flatten(const struct spf_tree *tree, const struct spf_term *t)
{
	const struct spf_target *k = spf_target_of(tree, t);

	return t->kind == SPF_A && k != NULL && !t->macros && !k->failed && t->prefix4 == 32 &&
	       t->prefix6 == 128;
}

static void add_addresses(
    struct terms *terms, const struct dns_answer *a, struct str sign, int family)
{
	for (size_t i = 0; a != NULL && i < a->count; i++)
		add(terms, arena_fmt(terms->arena, STR_FMT "ip%d:" STR_FMT, STR_ARG(sign), family,
			       STR_ARG(a->records[i].text)));
}

/* An own a term written out as addresses, which ask nothing. */
static void add_flat(const struct draft *d, struct terms *terms, const struct spf_term *t)
{
	struct str host = spf_target_of(&d->tree, t)->domain;
	struct str sign = str_slice(t->text, 0, t->text.p[0] == t->qualifier);

	add_addresses(terms, judge_dns(d->judge, host, DNS_A), sign, 4);
	add_addresses(terms, judge_dns(d->judge, host, DNS_AAAA), sign, 6);
}

static bool flatten(struct draft *d)
{
	struct terms terms = { .arena = d->judge->arena };
	unsigned spared = 0;

	if (d->tree.lookups <= SPF_MAX_LOOKUPS)
		return true;
	for (size_t i = 0; i < d->record->count; i++) {
		const struct spf_term *t = &d->record->terms[i];

		if (may_flatten(&d->tree, t)) {
			add_flat(d, &terms, t);
			spared++;
		} else {
			add(&terms, t->text);
		}
	}
	return d->tree.lookups - spared > SPF_MAX_LOOKUPS || take(d, record_of(&terms));
}

/* ---- the own senders ---- */

static void add_senders(struct terms *terms, const struct sender *const *senders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(terms, arena_fmt(terms->arena, "ip%d:" STR_FMT,
			       senders[i]->address.family == IP_V4 ? 4 : 6,
			       STR_ARG(ip_write(terms->arena, senders[i]->address))));
}

/* The record with the senders: before all or redirect, or (first) before everything. */
static struct str with_senders(
    const struct draft *d, const struct sender *const *senders, size_t count, bool first)
{
	struct terms terms = { .arena = d->judge->arena };
	bool added = first;

	if (first)
		add_senders(&terms, senders, count);
	for (size_t i = 0; i < d->record->count; i++) {
		const struct spf_term *t = &d->record->terms[i];

		if (!added &&
		    (t->kind == SPF_ALL || t->kind == SPF_REDIRECT || t->kind == SPF_EXP)) {
			add_senders(&terms, senders, count);
			added = true;
		}
		add(&terms, t->text);
	}
	if (!added)
		add_senders(&terms, senders, count);
	return record_of(&terms);
}

/* Those that do not pass with that record in place of the domain's; false while pending. */
static bool find_missing(
    const struct draft *d, struct str text, const struct sender **missing, size_t *count)
{
	struct trial_source trial = trial_of(d->judge, text);
	struct sender *senders;
	size_t sender_count;

	*count = 0;
	if (!judge_senders(d->judge, &senders, &sender_count))
		return false;
	for (size_t i = 0; i < sender_count && *count < MAX_SENDERS; i++) {
		enum spf_result r = spf_check_from(d->judge, &trial.source, &senders[i]).result;

		d->judge->pending |= r == SPF_PENDING;
		if (r != SPF_PASS && r != SPF_TEMPERROR)
			missing[(*count)++] = &senders[i];
	}
	return !d->judge->pending;
}

/* Their addresses are added where that lets them pass: at the end, else at the beginning. */
static bool permit_senders(struct draft *d)
{
	const struct sender *missing[MAX_SENDERS], *still[MAX_SENDERS];
	size_t count, left;

	if (!find_missing(d, d->text, missing, &count))
		return false;
	if (count == 0)
		return true;
	for (int first = 0; first < 2; first++) {
		struct str text = with_senders(d, missing, count, first == 1);

		if (!find_missing(d, text, still, &left))
			return false;
		if (left == 0)
			return take(d, text);
	}
	return true;
}

/* ---- the proposal ---- */

static bool make(struct draft *d, struct str typed)
{
	return begin(d, typed) && drop_useless(d) && close_end(d) && flatten(d) &&
	       permit_senders(d);
}

void spf_propose_from(
    struct judge *j, struct finding *f, struct str typed, const struct dns_record *published)
{
	const struct fix *same = judge_fix_of(j, j->domain, published->text);
	struct draft d = { .judge = j };
	size_t aside = judge_aside_begin(j);
	bool made = same == NULL && make(&d, typed);

	judge_aside_end(j, aside);
	if (same != NULL)
		judge_fix(j, f, *same);
	if (!made || str_eq(d.text, published->txt.joined))
		return;
	if (d.tree.lookups <= SPF_MAX_LOOKUPS)
		judge_fix(j, f, fix_txt(j, j->domain, d.text, published));
	else
		f->why = arena_fmt(j->arena,
		    STR_FMT " No record is proposed: what the record includes needs %u lookups by "
			    "itself, and the limit is %u. Remove what no longer sends for you.",
		    STR_ARG(f->why), d.tree.lookups, SPF_MAX_LOOKUPS);
}

void spf_propose(struct judge *j, struct finding *f, const struct dns_record *published)
{
	struct str typed, text = published->txt.joined;

	/* Where the strings lost a space between them, the text with it was meant. */
	if (spf_lost_spaces(j->arena, published, &typed))
		text = spf_mend(j->arena, typed);
	spf_propose_from(j, f, text, published);
}
