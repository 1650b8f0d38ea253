/*
 * text - the report for a person at a terminal: the verdict first, then by topic what failed,
 * why, what was seen, and what to type; what passed in one line.
 */
#include "render/escape.h"
#include "render/text.h"
#include "render/timing.h"
#include "wire/domain.h"

void text_colored(struct page *p, const char *color, const char *text)
{
	if (p->style->color)
		buf_addf(p->out, "\033[%sm%s\033[0m", color, text);
	else
		buf_add(p->out, str_of(text));
}

void text_indent(struct page *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_addc(p->out, ' ');
}

/* Words wrapped to the width, each line indented; the text is escaped. */
void text_wrapped(struct page *p, unsigned margin, struct str text)
{
	unsigned column = 0;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n'), word;

		while ((word = str_cut_word(&line)).n > 0) {
			if (column > 0 && column + 1 + word.n > p->style->width) {
				buf_addc(p->out, '\n');
				column = 0;
			}
			if (column == 0)
				text_indent(p, column = margin);
			else
				buf_addc(p->out, ' '), column++;
			escape_text(p->out, word, false);
			column += (unsigned)word.n;
		}
		buf_addc(p->out, '\n');
		column = 0;
	}
}

/* Lines that are to be copied or looked at: never wrapped. */
void text_verbatim(struct page *p, unsigned margin, struct str text)
{
	while (text.n > 0) {
		struct str line = str_cut_line(&text);

		text_indent(p, margin);
		escape_text(p->out, line, false);
		buf_addc(p->out, '\n');
	}
}

/* The chain of questions that the audit had to wait for, each because of the one before. */
static void print_timing(struct page *p)
{
	const struct fact *chain[TIMING_MAX];
	size_t n = timing_path(p->report->facts, chain);

	buf_addc(p->out, '\n');
	text_colored(p, "1", "The critical path");
	buf_addf(p->out, " (%zu facts in all)\n", p->report->facts->count);
	for (size_t i = 0; i < n; i++) {
		buf_addf(p->out, "  %6lld ms  +%lld ms  ", (long long)chain[i]->asked_ms,
		    (long long)(chain[i]->answered_ms - chain[i]->asked_ms));
		escape_text(p->out, replay_line(p->report->arena, chain[i]), false);
		buf_addc(p->out, '\n');
	}
}

/* Order within a topic: failures by severity, then warnings, the unknown, infos. */
static int rank(const struct finding *f)
{
	static const int ranks[] = {
		[VERDICT_FAIL] = 0,
		[VERDICT_WARN] = 10,
		[VERDICT_UNKNOWN] = 11,
		[VERDICT_INFO] = 12,
		[VERDICT_PASS] = 13,
		[VERDICT_SKIP] = 14,
	};

	return f->verdict == VERDICT_FAIL ? 3 - (int)f->severity : ranks[f->verdict];
}

static bool is_shown(const struct page *p, const struct finding *f)
{
	return p->style->verbose || (f->verdict != VERDICT_PASS && f->verdict != VERDICT_SKIP);
}

static void print_passes(struct page *p, struct str topic)
{
	size_t n = 0;
	struct str last = { 0 };
	struct buf line;

	buf_init(&line, 65536);
	for (size_t i = 0; i < p->report->count; i++) {
		const struct finding *f = &p->report->findings[i];

		if (f->verdict != VERDICT_PASS || !str_eq(check_topic(f->check), topic) ||
		    str_eq(last, str_of(f->check->id)))
			continue;
		last = str_of(f->check->id);
		buf_addf(&line, "%s%s", n++ > 0 ? ", " : "", f->check->id);
	}
	if (n > 0) {
		buf_add(p->out, STR("  "));
		text_colored(p, "32", "ok");
		buf_add(p->out, STR("  "));
		struct str text = buf_str(&line);
		unsigned column = 6;
		while (text.n > 0) {
			struct str word = str_cut_word(&text);

			if (column + word.n + 1 > p->style->width) {
				buf_add(p->out, STR("\n      "));
				column = 6;
			}
			if (column > 6)
				buf_addc(p->out, ' ');
			buf_add(p->out, word);
			column += (unsigned)word.n + 1;
		}
		buf_addc(p->out, '\n');
	}
	buf_free(&line);
}

static void print_topic(struct page *p, struct str topic)
{
	buf_addc(p->out, '\n');
	text_colored(p, "1", check_topic_title(topic));
	buf_addc(p->out, '\n');
	for (int wanted = 0; wanted < 15; wanted++)
		for (size_t i = 0; i < p->report->count; i++) {
			const struct finding *f = &p->report->findings[i];

			if (rank(f) != wanted || !str_eq(check_topic(f->check), topic) ||
			    !is_shown(p, f) || text_told(p->report, f))
				continue;
			text_finding(p, f);
			text_also(p, f);
		}
	if (!p->style->verbose)
		print_passes(p, topic);
}

/* When no question was answered the first unknown says it all. */
static bool print_nothing_seen(struct page *p)
{
	const struct report *r = p->report;

	if (report_status(r) != 3 || r->summary.passed > 0 || p->style->verbose || r->count < 2)
		return false;
	buf_addc(p->out, '\n');
	text_finding(p, &r->findings[0]);
	buf_addf(p->out, "\n%u more could not be judged for want of answers; -v shows each\n",
	    r->summary.unknown - 1);
	return true;
}

static void print_topics(struct page *p)
{
	const struct report *r = p->report;

	for (size_t i = 0; i < r->count; i++) {
		struct str topic = check_topic(r->findings[i].check);
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= str_eq(check_topic(r->findings[k].check), topic);
		if (!seen)
			print_topic(p, topic);
	}
}

static const char *acceptance_color(enum acceptance a)
{
	return a == ACCEPTED ? "32" : a == REFUSED ? "1;31" : "35";
}

static void print_receiver(struct page *p, const struct receiver_verdict *v)
{
	buf_addf(p->out, "  %-14s", v->receiver->name);
	text_colored(p, acceptance_color(v->all), acceptance_name(v->all));
	buf_add(p->out, STR("; in bulk: "));
	text_colored(p, acceptance_color(v->bulk), acceptance_name(v->bulk));
	buf_addc(p->out, '\n');
	for (size_t i = 0; i < v->count; i++) {
		const struct requirement *q = v->rows[i].requirement;
		enum requirement_state state = v->rows[i].state;

		if (state != REQUIREMENT_NOT_MET && !p->style->verbose)
			continue;
		bool told = state == REQUIREMENT_NOT_MET && q->code != NULL;
		text_wrapped(p, 6,
		    arena_fmt(p->report->arena, "%s: %s%s%s %s", requirement_state_name(state),
			q->text, told ? " -> " : "", told ? q->code : "",
			told && q->answer != NULL ? q->answer : ""));
	}
}

static void print_receivers(struct page *p)
{
	if (p->report->receivers == NULL)
		return;
	buf_addc(p->out, '\n');
	text_colored(p, "1", "Would it be accepted?");
	buf_addc(p->out, '\n');
	for (size_t i = 0; i < receiver_count; i++)
		print_receiver(p, &p->report->receivers[i]);
}

static void print_summary(struct page *p)
{
	const struct audit_summary *s = &p->report->summary;

	buf_addf(p->out, "\n%u critical, %u major, %u minor; %u passed, %u could not be seen\n",
	    s->critical, s->major, s->minor, s->passed, s->unknown);
	if (p->report->cut_short)
		buf_add(p->out,
		    STR("The audit was cut short: what had not been answered is unknown.\n"));
	if (p->report->saved.n > 0) {
		buf_add(p->out, STR("The evidence is in "));
		escape_text(p->out, p->report->saved, false);
		buf_addc(p->out, '\n');
	}
}

static void print_report(struct page *p)
{
	const struct report *r = p->report;
	struct str sentence = verdict_sentence(r->arena, r);
	struct str shown = domain_to_unicode(r->arena, r->domain);

	text_colored(p,
	    report_failed(r) > 0    ? "1;31"
	    : report_status(r) == 3 ? "1;33"
				    : "1;32",
	    arena_str(r->arena, sentence).p);
	buf_addc(p->out, '\n');
	if (!str_eq(shown, r->domain)) {
		buf_add(p->out, STR("("));
		escape_text(p->out, shown, false);
		buf_add(p->out, STR(")\n"));
	}
	if (p->style->quiet || print_nothing_seen(p))
		return;
	print_topics(p);
	print_receivers(p);
	if (p->style->timing)
		print_timing(p);
	print_summary(p);
}

void render_text(
    const struct report *reports, size_t count, const struct render_style *style, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		struct page page = { &reports[i], style, out, NULL };

		if (i > 0)
			buf_add(out, STR("\n\n"));
		print_report(&page);
	}
}
