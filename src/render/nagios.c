/* nagios - one status line with performance data, then the failures (plugin guidelines). */
#include "render/escape.h"
#include "render/render.h"
#include "wire/domain.h"

static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

static int status_of(const struct report *r)
{
	if (r->summary.critical > 0)
		return 2;
	if (r->summary.major + r->summary.minor > 0)
		return 1;
	return report_status(r) == 3 ? 3 : 0;
}

/* Of several the worst: CRITICAL before WARNING before UNKNOWN before OK. */
int nagios_status(const struct report *reports, size_t count)
{
	static const int ranks[] = { 0, 2, 3, 1 };
	int worst = 0;

	for (size_t i = 0; i < count; i++) {
		int status = status_of(&reports[i]);

		if (ranks[status] > ranks[worst])
			worst = status;
	}
	return worst;
}

/* A bar would begin performance data. */
static void plain(struct buf *out, struct str text)
{
	while (text.n > 0)
		escape_text(out, str_cut(&text, '|'), false);
}

static void failure(const struct report *r, const struct finding *f, struct buf *out)
{
	buf_addf(out, "%s %s ", severity_name(f->severity), f->check->id);
	plain(out, r->domain);
	if (f->subject.n > 0 && !domain_eq(f->subject, r->domain)) {
		buf_addc(out, ' ');
		plain(out, f->subject);
	}
	buf_add(out, STR(": "));
	plain(out, f->says);
	buf_addc(out, '\n');
}

void render_nagios(
    const struct report *reports, size_t count, const struct render_style *style, struct buf *out)
{
	struct audit_summary s = { 0 };

	(void)style;
	for (size_t i = 0; i < count; i++) {
		s.critical += reports[i].summary.critical;
		s.major += reports[i].summary.major;
		s.minor += reports[i].summary.minor;
		s.passed += reports[i].summary.passed;
		s.unknown += reports[i].summary.unknown;
	}
	buf_addf(out, "MAIL %s - ", words[nagios_status(reports, count)]);
	escape_text(out,
	    count == 1 ? verdict_sentence(reports[0].arena, &reports[0])
		       : arena_fmt(reports[0].arena, "%zu domains", count),
	    false);
	buf_addf(out, " | critical=%u;;0 major=%u;0 minor=%u;0 passed=%u unknown=%u\n", s.critical,
	    s.major, s.minor, s.passed, s.unknown);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < reports[i].count; k++)
			if (reports[i].findings[k].verdict == VERDICT_FAIL)
				failure(&reports[i], &reports[i].findings[k], out);
}
