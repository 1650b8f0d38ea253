/* bimi_svg - see bimi_svg.h. */
#include "check/bimi_svg.h"

#include <math.h>
#include <stdlib.h>

#include "check/xml.h"

#define MAX_FAULTS 20

/* Elements that the profile leaves out of SVG Tiny 1.2: they run, move or fetch something. */
static const char *const forbidden[] = { "script", "animate", "animateMotion", "animateColor",
	"animateTransform", "set", "image", "foreignObject", "a", "audio", "video", "handler",
	"listener", "discard", "prefetch", "animation", "iframe", "style" };

struct reading {
	struct arena *arena;
	struct bimi_svg *out;
	size_t depth;
	bool is_svg, in_title, title;
};

static void fault(struct reading *r, struct str says)
{
	struct bimi_svg *o = r->out;

	if (o->fault_count < MAX_FAULTS)
		arena_push(r->arena, o->faults, o->fault_count, struct str, says);
}

static void note(struct reading *r, struct str says)
{
	arena_push(r->arena, r->out->notes, r->out->note_count, struct str, says);
}

/* "0 0 100 100": is it as high as it is wide? */
static bool is_square(struct arena *a, struct str box)
{
	double numbers[4] = { 0 };
	struct str text = arena_str(a, box);
	const char *p = text.p;

	for (size_t i = 0; i < 4; i++) {
		char *end;

		while (*p == ' ' || *p == ',' || *p == '\n' || *p == '\t')
			p++;
		numbers[i] = strtod(p, &end);
		if (end == p)
			return false;
		p = end;
	}
	return numbers[2] > 0 && fabs(numbers[2] - numbers[3]) < 0.01 * numbers[2];
}

static void read_root(struct reading *r, struct str name, const struct xml_attribute *l, size_t n)
{
	struct str profile = xml_value(l, n, "baseProfile"), box = xml_value(l, n, "viewBox");

	r->is_svg = str_eq(name, STR("svg"));
	if (!r->is_svg) {
		fault(
		    r, arena_fmt(r->arena, "the root is <" STR_FMT ">, not <svg>", STR_ARG(name)));
		return;
	}
	if (!str_eq(profile, STR("tiny-ps")))
		fault(r, STR("baseProfile=\"tiny-ps\" is missing in <svg>"));
	if (!str_eq(xml_value(l, n, "version"), STR("1.2")))
		fault(r, STR("version=\"1.2\" is missing in <svg>"));
	if (xml_value(l, n, "x").p != NULL || xml_value(l, n, "y").p != NULL)
		fault(r, STR("<svg> has x= or y=, which the profile forbids"));
	if (box.p == NULL || !is_square(r->arena, box))
		note(r, STR("the viewBox is not square; the image is cut or shown small"));
}

static void read_attributes(struct reading *r, const struct xml_attribute *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str name = l[i].name;
		bool reference = str_ieq(name, STR("href")) || str_ieq(name, STR("xlink:href"));

		if (str_istarts(name, STR("on")) && name.n > 4)
			fault(
			    r, arena_fmt(r->arena, "the event attribute " STR_FMT, STR_ARG(name)));
		if (reference && !str_starts(l[i].value, STR("#")))
			fault(
			    r, arena_fmt(r->arena, "a reference to something outside (" STR_FMT ")",
				   STR_ARG(str_slice(l[i].value, 0, 60))));
	}
}

static void on_open(void *context, struct str name, const struct xml_attribute *l, size_t n)
{
	struct reading *r = context;

	if (r->depth++ == 0)
		read_root(r, name, l, n);
	r->in_title = r->depth == 2 && str_eq(name, STR("title"));
	for (size_t i = 0; i < LENGTH(forbidden); i++)
		if (str_ieq(name, str_of(forbidden[i])))
			fault(r, arena_fmt(r->arena, "the element <%s>", forbidden[i]));
	read_attributes(r, l, n);
}

static void on_text(void *context, struct str text)
{
	struct reading *r = context;

	r->title |= r->in_title && str_trim(text).n > 0;
}

static void on_close(void *context, struct str name)
{
	struct reading *r = context;

	(void)name;
	r->depth--;
	r->in_title = false;
}

void bimi_svg_check(struct arena *a, struct str text, struct bimi_svg *out)
{
	struct reading r = { .arena = a, .out = out };
	struct xml_handler h = { on_open, on_text, on_close, &r };
	struct str why;

	*out = (struct bimi_svg){ 0 };
	if (!xml_parse(a, text, &h, &why))
		fault(&r, why);
	else if (r.is_svg && !r.title)
		fault(&r, STR("the element <title> is missing or empty"));
	if (text.n > BIMI_SVG_ADVISED)
		note(&r, arena_fmt(a, "it has %zu bytes, more than the 32 kB advised", text.n));
}
