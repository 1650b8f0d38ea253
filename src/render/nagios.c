/* nagios - one status line with performance data, then the failures (plugin guidelines). */
#include "render/escape.h"
#include "render/render.h"

static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

int nagios_status(const struct report *reports, size_t count)
{
	int worst = 0;

	for (size_t i = 0; i < count; i++) {
		const struct report *r = &reports[i];
		int status = r->summary.critical > 0		       ? 2
			     : report_status(r) == 3		       ? 3
			     : r->summary.major + r->summary.minor > 0 ? 1
								       : 0;

		if (status == 2 || (status > worst && worst != 2))
			worst = status;
	}
	return worst;
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
		for (size_t k = 0; k < reports[i].count; k++) {
			const struct finding *f = &reports[i].findings[k];

			if (f->verdict != VERDICT_FAIL)
				continue;
			buf_addf(out, "%s %s: ", severity_name(f->severity), f->check->id);
			/* A bar would begin performance data. */
			for (struct str rest = f->says; rest.n > 0;)
				escape_text(out, str_cut(&rest, '|'), false);
			buf_addc(out, '\n');
		}
}
