/* common - what several renderers say alike. */
#include "render/render.h"

const struct renderer renderers[] = {
	{ "text", render_text },
	{ "json", render_json },
	{ "html", render_html },
	{ "markdown", render_markdown },
	{ "junit", render_junit },
	{ "nagios", render_nagios },
};
const size_t renderer_count = LENGTH(renderers);

unsigned report_failed(const struct report *r)
{
	return r->summary.critical + r->summary.major + r->summary.minor;
}

int report_status(const struct report *r)
{
	if (report_failed(r) > 0)
		return 1;
	if (r->cut_short && r->summary.unknown > 0)
		return 3;
	for (size_t i = 0; i < r->count; i++)
		if (str_eq(str_of(r->findings[i].check->id), STR("dns.exists")) &&
		    r->findings[i].verdict == VERDICT_UNKNOWN)
			return 3;
	return r->summary.passed == 0 && r->summary.unknown > 0 ? 3 : 0;
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

struct str verdict_sentence(struct arena *a, const struct report *r)
{
	const struct audit_summary *s = &r->summary;

	if (r->cut_short && s->passed > 0 && report_failed(r) == 0)
		return arena_fmt(a, "The audit was cut short; no fault is among what was seen.");
	if (report_status(r) == 3)
		return arena_fmt(a, "Nothing could be judged: the questions were not answered.");
	if (s->critical > 0)
		return arena_fmt(a,
		    "Mail of " STR_FMT
		    " will be refused, junked or can be forged: %u critical fault%s.",
		    STR_ARG(r->domain), s->critical, plural(s->critical));
	if (s->major > 0)
		return arena_fmt(a,
		    "Most mail of " STR_FMT " will arrive, but some receivers will refuse or score "
		    "it down: %u major fault%s.",
		    STR_ARG(r->domain), s->major, plural(s->major));
	if (s->minor > 0 && r->partial)
		return arena_fmt(a,
		    "%u thing%s could be better in what was checked of " STR_FMT ".", s->minor,
		    plural(s->minor), STR_ARG(r->domain));
	if (s->minor > 0)
		return arena_fmt(a,
		    "Mail of " STR_FMT " should arrive; %u thing%s could be better.",
		    STR_ARG(r->domain), s->minor, plural(s->minor));
	if (r->partial)
		return arena_fmt(a,
		    "No fault was found in what was checked of " STR_FMT "; the rest was left out.",
		    STR_ARG(r->domain));
	return arena_fmt(
	    a, "Mail of " STR_FMT " should arrive: no fault was found.", STR_ARG(r->domain));
}

struct str fix_line(struct arena *a, const struct fix *f)
{
	switch (f->kind) {
	case FIX_ADD:
		return arena_fmt(a, STR_FMT ". " STR_FMT " " STR_FMT, STR_ARG(f->name),
		    STR_ARG(f->type), STR_ARG(f->value));
	case FIX_REPLACE:
		return arena_fmt(a, STR_FMT ". " STR_FMT " " STR_FMT, STR_ARG(f->name),
		    STR_ARG(f->type), STR_ARG(f->value));
	case FIX_REMOVE:
		return arena_fmt(a, STR_FMT ". " STR_FMT " " STR_FMT, STR_ARG(f->name),
		    STR_ARG(f->type), STR_ARG(f->old));
	case FIX_LINE:
	case FIX_ASK:
		break;
	}
	return f->value;
}
