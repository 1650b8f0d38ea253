/* text_finding - one finding for a person: verdict, reason, what was seen, what to type. */
#include "render/escape.h"
#include "render/text.h"
#include "wire/domain.h"

struct look {
	const char *word, *color;
};

static const struct look looks[] = {
	[VERDICT_PASS] = { "ok", "32" },
	[VERDICT_FAIL] = { "FAIL", "1;31" },
	[VERDICT_WARN] = { "warn", "33" },
	[VERDICT_INFO] = { "info", "36" },
	[VERDICT_UNKNOWN] = { "unknown", "35" },
	[VERDICT_SKIP] = { "skip", "2" },
};

static void print_fix(struct page *p, const struct fix *f)
{
	static const char *const words[] = {
		[FIX_ADD] = "add this record",
		[FIX_REPLACE] = "change the record to",
		[FIX_REMOVE] = "remove this record",
		[FIX_LINE] = "in",
		[FIX_ASK] = "ask your provider",
	};
	struct arena *a = p->report->arena;

	text_indent(p, 6);
	text_colored(p, "1", "Fix: ");
	buf_add(p->out, str_of(words[f->kind]));
	if (f->kind == FIX_LINE) {
		buf_addc(p->out, ' ');
		escape_text(p->out, f->name, false);
	}
	buf_add(p->out, STR(":\n"));
	if (f->kind == FIX_ASK)
		text_wrapped(p, 8, f->value);
	else
		text_verbatim(p, 8, fix_line(a, f));
	if (f->kind == FIX_REPLACE && f->old.n > 0) {
		text_indent(p, 6);
		buf_add(p->out, STR("in place of:\n"));
		text_verbatim(p, 8, f->old);
	}
}

static bool same_fixes(const struct fix *a, const struct fix *b)
{
	while (a != NULL && b != NULL && a->kind == b->kind && str_eq(a->name, b->name) &&
	       str_eq(a->type, b->type) && str_eq(a->value, b->value) && str_eq(a->old, b->old)) {
		a = a->next;
		b = b->next;
	}
	return a == NULL && b == NULL;
}

/* One change often mends two findings in a row: it is told once. */
static void print_fixes(struct page *p, const struct finding *f)
{
	if (f->fixes == NULL)
		return;
	if (p->fixed != NULL && same_fixes(p->fixed->fixes, f->fixes)) {
		text_indent(p, 6);
		text_colored(p, "1", "Fix: ");
		buf_addf(p->out, "the same as for %s above\n", p->fixed->check->id);
		return;
	}
	p->fixed = f;
	for (const struct fix *fix = f->fixes; fix != NULL; fix = fix->next)
		print_fix(p, fix);
}

#define MAX_SHOWN 3

static void print_evidence(struct page *p, const struct finding *f)
{
	struct arena *a = p->report->arena;
	/* What all subjects share is not shown where there is something of its own. */
	size_t near = f->evidence_own > 0 ? f->evidence_own : f->evidence_count;
	size_t shown = p->style->verbose ? f->evidence_count : near < MAX_SHOWN ? near : MAX_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const struct fact *fact = p->report->facts->facts[f->evidence[i]];

		text_indent(p, 6);
		text_colored(p, "2", i == 0 ? "See: " : "     ");
		escape_text(p->out, replay_line(a, fact), false);
		buf_addc(p->out, '\n');
		text_verbatim(p, 13, fact_summary(a, fact));
	}
}

static void print_head(struct page *p, const struct finding *f)
{
	struct str subject = f->subject;

	buf_add(p->out, STR("  "));
	text_colored(p, looks[f->verdict].color, looks[f->verdict].word);
	if (f->verdict == VERDICT_FAIL)
		buf_addf(p->out, " (%s)", severity_name(f->severity));
	buf_addf(p->out, "  %s", f->check->id);
	if (subject.n > 0 && !domain_eq(subject, p->report->domain)) {
		buf_add(p->out, STR("  "));
		escape_text(p->out, subject, false);
	}
	buf_addc(p->out, '\n');
}

void text_finding(struct page *p, const struct finding *f)
{
	print_head(p, f);
	text_wrapped(p, 6, f->says);
	if (f->verdict == VERDICT_PASS || f->verdict == VERDICT_SKIP)
		return;
	if (f->why.n > 0)
		text_wrapped(p, 6, f->why);
	if (f->verdict == VERDICT_FAIL || f->verdict == VERDICT_WARN)
		print_evidence(p, f);
	print_fixes(p, f);
}

/*
 * What could not be seen is often the same for many addresses, or for a whole topic: it is told
 * once, with all of them.
 */
static bool same_unknown(const struct finding *a, const struct finding *b)
{
	if (a->verdict != VERDICT_UNKNOWN || b->verdict != VERDICT_UNKNOWN)
		return false;
	if (a->check == b->check)
		return a->why.n > 0 && str_eq(a->why, b->why);
	return str_eq(check_topic(a->check), check_topic(b->check)) && str_eq(a->says, b->says) &&
	       str_eq(a->why, b->why);
}

bool text_told(const struct report *r, const struct finding *f)
{
	for (const struct finding *g = r->findings; g < f; g++)
		if (same_unknown(g, f))
			return true;
	return false;
}

void text_also(struct page *p, const struct finding *first)
{
	const struct report *r = p->report;
	struct str list = STR("");

	for (const struct finding *f = first + 1; f < r->findings + r->count; f++) {
		struct str id = str_of(f->check->id);

		if (same_unknown(first, f))
			list = arena_fmt(r->arena, STR_FMT "%s" STR_FMT, STR_ARG(list),
			    list.n > 0 ? ", " : "",
			    STR_ARG(f->check == first->check ? f->subject : id));
	}
	if (list.n > 0)
		text_wrapped(p, 6, arena_fmt(r->arena, "The same for: " STR_FMT, STR_ARG(list)));
}
