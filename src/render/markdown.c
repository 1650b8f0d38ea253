/* markdown - the report for an issue or a wiki. */
#include "render/escape.h"
#include "render/render.h"

/* In running text Markdown's own signs are escaped too. */
static void prose(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("\\`*_{}[]<>#|", s.p[i]) != NULL && s.p[i] != '\0')
			buf_addc(out, '\\');
		if (s.p[i] == '\n')
			buf_addc(out, ' ');
		else
			buf_addc(out, s.p[i]);
	}
}

static void paragraph(struct buf *out, const char *lead, struct str s)
{
	struct buf plain;

	buf_init(&plain, s.n * 4 + 1);
	escape_text(&plain, s, true);
	buf_add(out, str_of(lead));
	prose(out, buf_str(&plain));
	buf_addc(out, '\n');
	buf_free(&plain);
}

/* Indented by four: whatever stands in it is shown as it is. */
static void code(struct buf *out, struct str s)
{
	buf_addc(out, '\n');
	while (s.n > 0) {
		buf_add(out, STR("      "));
		escape_text(out, str_cut_line(&s), false);
		buf_addc(out, '\n');
	}
	buf_addc(out, '\n');
}

#define MAX_SHOWN 3

static void evidence(const struct report *r, const struct finding *f, struct buf *out)
{
	if (f->evidence_count == 0 || f->verdict == VERDICT_INFO)
		return;
	buf_add(out, STR("\n  See for yourself:\n"));
	struct str lines = STR("");
	size_t near = f->evidence_own > 0 ? f->evidence_own : f->evidence_count;
	for (size_t i = 0; i < near && i < MAX_SHOWN; i++)
		lines = arena_fmt(r->arena, STR_FMT STR_FMT "\n", STR_ARG(lines),
		    STR_ARG(replay_line(r->arena, r->facts->facts[f->evidence[i]])));
	code(out, lines);
}

static void fixes(const struct report *r, const struct finding *f, struct buf *out)
{
	static const char *const words[] = {
		[FIX_ADD] = "Add",
		[FIX_REPLACE] = "Change to",
		[FIX_REMOVE] = "Remove",
		[FIX_LINE] = "In ",
		[FIX_ASK] = "Ask your provider",
	};

	for (const struct fix *fix = f->fixes; fix != NULL; fix = fix->next) {
		struct str file = fix->kind == FIX_LINE ? fix->name : STR("");
		struct str where =
		    arena_fmt(r->arena, "%s" STR_FMT ":", words[fix->kind], STR_ARG(file));

		paragraph(out, "  ", where);
		code(out, fix_line(r->arena, fix));
	}
}

static void finding(const struct report *r, const struct finding *f, struct buf *out)
{
	buf_addf(out, "- **%s", verdict_name(f->verdict));
	if (f->verdict == VERDICT_FAIL)
		buf_addf(out, ", %s", severity_name(f->severity));
	buf_addf(out, "** `%s` ", f->check->id);
	paragraph(out, "", f->subject);
	paragraph(out, "  ", f->says);
	if (f->why.n > 0)
		paragraph(out, "  ", f->why);
	evidence(r, f, out);
	fixes(r, f, out);
}

static bool is_shown(const struct finding *f)
{
	return f->verdict != VERDICT_PASS && f->verdict != VERDICT_SKIP;
}

/* Findings come in the order of the catalogue: a topic begins where its name changes. */
static void findings(const struct report *r, struct buf *out)
{
	struct str topic = { 0 };

	for (size_t i = 0; i < r->count; i++) {
		const struct finding *f = &r->findings[i];

		if (!is_shown(f))
			continue;
		if (!str_eq(topic, check_topic(f->check))) {
			topic = check_topic(f->check);
			buf_addf(out, "\n## %s\n\n", check_topic_title(topic));
		}
		finding(r, f, out);
	}
}

static void one(const struct report *r, struct buf *out)
{
	buf_addf(out, "# " STR_FMT "\n\n", STR_ARG(r->domain));
	paragraph(out, "", verdict_sentence(r->arena, r));
	buf_addf(out,
	    "\n| critical | major | minor | passed | unknown |\n|---|---|---|---|---|\n"
	    "| %u | %u | %u | %u | %u |\n\n",
	    r->summary.critical, r->summary.major, r->summary.minor, r->summary.passed,
	    r->summary.unknown);
	findings(r, out);
	if (r->receivers == NULL)
		return;
	buf_add(out, STR("\n## Would it be accepted?\n\n| receiver | accepted | in bulk "
			 "|\n|---|---|---|\n"));
	for (size_t i = 0; i < receiver_count; i++)
		buf_addf(out, "| %s | %s | %s |\n", r->receivers[i].receiver->name,
		    acceptance_name(r->receivers[i].all), acceptance_name(r->receivers[i].bulk));
}

void render_markdown(
    const struct report *reports, size_t count, const struct render_style *style, struct buf *out)
{
	(void)style;
	for (size_t i = 0; i < count; i++)
		one(&reports[i], out);
}
