/* junit - findings as test cases, for systems that show test results. */
#include "render/escape.h"
#include "render/render.h"

static void attribute(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, " %s=\"", name);
	escape_html(out, value);
	buf_addc(out, '"');
}

static void test_case(const struct report *r, const struct finding *f, struct buf *out)
{
	buf_add(out, STR("  <testcase"));
	attribute(out, "classname", check_topic(f->check));
	attribute(
	    out, "name", arena_fmt(r->arena, "%s " STR_FMT, f->check->id, STR_ARG(f->subject)));
	if (f->verdict == VERDICT_FAIL) {
		buf_add(out, STR("><failure"));
		attribute(out, "type", str_of(severity_name(f->severity)));
		attribute(out, "message", f->says);
		buf_addc(out, '>');
		escape_html(out, f->why);
		buf_add(out, STR("</failure></testcase>\n"));
	} else if (f->verdict == VERDICT_SKIP || f->verdict == VERDICT_UNKNOWN) {
		buf_add(out, STR("><skipped"));
		attribute(out, "message", f->says);
		buf_add(out, STR("/></testcase>\n"));
	} else {
		buf_add(out, STR("/>\n"));
	}
}

static void suite(const struct report *r, struct buf *out)
{
	unsigned skipped = 0;

	for (size_t i = 0; i < r->count; i++)
		skipped += r->findings[i].verdict == VERDICT_SKIP ||
			   r->findings[i].verdict == VERDICT_UNKNOWN;
	buf_add(out, STR(" <testsuite"));
	attribute(out, "name", r->domain);
	buf_addf(out, " tests=\"%zu\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n", r->count,
	    report_failed(r), skipped);
	for (size_t i = 0; i < r->count; i++)
		test_case(r, &r->findings[i], out);
	buf_add(out, STR(" </testsuite>\n"));
}

void render_junit(
    const struct report *reports, size_t count, const struct render_style *style, struct buf *out)
{
	(void)style;
	buf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
	for (size_t i = 0; i < count; i++)
		suite(&reports[i], out);
	buf_add(out, STR("</testsuites>\n"));
}
