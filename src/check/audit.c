/*
 * audit - runs the judges of a case until none is pending.
 *
 * A judge runs again only when something it waits for has been answered; what it
 * found in an unfinished run is thrown away.  Severities of a profile are applied
 * at the end, to the finished findings, so that judges know nothing of profiles.
 */
#include "check/audit.h"

static bool topic_or_id(const struct check *c, struct str word)
{
	struct str id = str_of(c->id);

	return str_ieq(id, word) || str_ieq(check_topic(c), word);
}

static bool listed(const struct check *c, const struct str *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (topic_or_id(c, words[i]))
			return true;
	return false;
}

bool audit_wants(const struct check *c, const struct audit_options *o)
{
	if ((c->here && !o->here) || (c->message && o->post == NULL))
		return false;
	if (o->only_count > 0 && !listed(c, o->only, o->only_count))
		return false;
	return !listed(c, o->skip, o->skip_count);
}

/* The case tells which facts the running judge asks for. */
static void note_use(void *context, struct fact *f)
{
	struct audit *au = context;
	struct trial *t = au->running;
	struct arena *a = au->facts->arena;

	if (t == NULL)
		return;
	arena_push(a, t->used, t->used_count, size_t, f->index);
	if (f->state != FACT_ANSWERED)
		arena_push(a, t->waits, t->wait_count, struct fact *, f);
}

struct audit *audit_new(struct frank_case *c, const struct audit_options *options)
{
	struct audit *au = arena_new(c->arena, struct audit);

	au->facts = c;
	au->options = options;
	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count; i++) {
			const struct check *check = &check_tables[t]->checks[i];

			if (audit_wants(check, options))
				arena_push(c->arena, au->trials, au->trial_count, struct trial,
				    ((struct trial){ .check = check, .ready = true }));
		}
	au->pending = au->trial_count;
	c->on_ask = note_use;
	c->context = au;
	return au;
}

static void run(struct audit *au, struct trial *t)
{
	struct judge j = { .facts = au->facts,
		.arena = au->facts->arena,
		.domain = au->facts->domain,
		.options = au->options,
		.check = t->check,
		.trial = t };

	t->used_count = t->wait_count = t->finding_count = t->common = 0;
	t->divided = false;
	t->subject = (struct str){ 0 };
	au->running = t;
	t->check->judge(&j);
	au->running = NULL;
	t->ready = false;
	if (!j.pending) {
		t->done = true;
		au->pending--;
	}
}

static bool answered_meanwhile(const struct trial *t)
{
	for (size_t i = 0; i < t->wait_count; i++)
		if (t->waits[i]->state == FACT_ANSWERED)
			return true;
	return t->ready;
}

static void apply_rule(const struct severity_rule *rule, struct finding *f)
{
	f->severity = rule->severity;
	if (rule->counts && (f->verdict == VERDICT_INFO || f->verdict == VERDICT_WARN))
		f->verdict = VERDICT_FAIL;
}

static void apply_profile(const struct audit_options *o, struct finding *f)
{
	for (size_t i = 0; i < o->rule_count; i++)
		if (str_ieq(o->rules[i].id, str_of(f->check->id)))
			apply_rule(&o->rules[i], f);
}

/* All trials have ended: their findings in one row, in the order of the catalogue. */
static void gather(struct audit *au)
{
	struct arena *a = au->facts->arena;

	for (size_t i = 0; i < au->trial_count; i++)
		for (size_t k = 0; k < au->trials[i].finding_count; k++) {
			struct finding f = *au->trials[i].findings[k];

			apply_profile(au->options, &f);
			arena_push(a, au->findings, au->finding_count, struct finding, f);
		}
}

void audit_step(struct audit *au)
{
	for (size_t i = 0; i < au->trial_count; i++)
		while (!au->trials[i].done && answered_meanwhile(&au->trials[i]))
			run(au, &au->trials[i]);
	if (au->pending == 0 && au->findings == NULL)
		gather(au);
}

size_t audit_pending(const struct audit *au)
{
	return au->pending;
}

/* Enough rounds for any chain of dependent questions; a judge that still asks has a bug. */
#define MAX_ROUNDS 100

void audit_finish(struct audit *au)
{
	for (int round = 0; au->pending > 0; round++) {
		assert(round < MAX_ROUNDS);
		for (size_t i = 0; i < au->facts->count; i++) {
			struct fact *f = au->facts->facts[i];

			if (f->state == FACT_ANSWERED)
				continue;
			case_put_nothing(au->facts, f, STR("the time for this audit was up"));
			case_answered(au->facts, f);
		}
		audit_step(au);
	}
}

const struct finding *audit_findings(const struct audit *au, size_t *count)
{
	assert(au->pending == 0);
	*count = au->finding_count;
	return au->findings;
}

struct audit_summary audit_summary(const struct audit *au)
{
	struct audit_summary s = { 0 };
	size_t count;
	const struct finding *f = audit_findings(au, &count);

	for (size_t i = 0; i < count; i++) {
		if (f[i].verdict == VERDICT_PASS)
			s.passed++;
		else if (f[i].verdict == VERDICT_UNKNOWN)
			s.unknown++;
		else if (f[i].verdict == VERDICT_FAIL)
			*(f[i].severity == SEVERITY_CRITICAL  ? &s.critical
			    : f[i].severity == SEVERITY_MAJOR ? &s.major
							      : &s.minor) += 1;
	}
	return s;
}

static const char *const severities[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_MINOR] = "minor",
	[SEVERITY_MAJOR] = "major",
	[SEVERITY_CRITICAL] = "critical",
};

const char *severity_name(enum severity s)
{
	return severities[s];
}

bool severity_parse(struct str word, enum severity *out)
{
	for (size_t i = 0; i < LENGTH(severities); i++)
		if (str_ieq(word, str_of(severities[i]))) {
			*out = (enum severity)i;
			return true;
		}
	return false;
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_FAIL] = "fail",
		[VERDICT_WARN] = "warn",
		[VERDICT_INFO] = "info",
		[VERDICT_UNKNOWN] = "unknown",
		[VERDICT_SKIP] = "skip",
	};

	return names[v];
}
