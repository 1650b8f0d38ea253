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

static void finding(const struct report *r, const struct finding *f, struct buf *out)
{
	static const char *const words[] = {
		[FIX_ADD] = "Add",
		[FIX_REPLACE] = "Change to",
		[FIX_REMOVE] = "Remove",
		[FIX_LINE] = "In ",
		[FIX_ASK] = "Ask your provider",
	};

	buf_addf(out, "- **%s", verdict_name(f->verdict));
	if (f->verdict == VERDICT_FAIL)
		buf_addf(out, ", %s", severity_name(f->severity));
	buf_addf(out, "** `%s` ", f->check->id);
	paragraph(out, "", f->subject);
	paragraph(out, "  ", f->says);
	if (f->why.n > 0)
		paragraph(out, "  ", f->why);
	for (const struct fix *fix = f->fixes; fix != NULL; fix = fix->next) {
		buf_addf(out, "  %s", words[fix->kind]);
		if (fix->kind == FIX_LINE)
			prose(out, fix->name);
		buf_add(out, STR(":\n"));
		code(out, fix_line(r->arena, fix));
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
	for (size_t i = 0; i < r->count; i++)
		if (r->findings[i].verdict != VERDICT_PASS &&
		    r->findings[i].verdict != VERDICT_SKIP)
			finding(r, &r->findings[i], out);
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
