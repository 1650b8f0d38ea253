/* since - see since.h. */
#include "serve/since.h"

static bool is_marked(const struct finding *f)
{
	return f->verdict == VERDICT_FAIL || f->verdict == VERDICT_WARN;
}

/* What parts lines and columns becomes a space. */
static struct str column(struct arena *a, struct str s)
{
	struct str copy = arena_str(a, s);
	char *p = (char *)(uintptr_t)copy.p;

	for (size_t i = 0; i < copy.n; i++)
		if (p[i] == '\t' || p[i] == '\n' || p[i] == '\r')
			p[i] = ' ';
	return copy;
}

struct str since_marks(struct arena *a, const struct finding *f, size_t count)
{
	struct str out;
	struct buf all;

	buf_init(&all, (size_t)4 << 20);
	for (size_t i = 0; i < count; i++) {
		struct str subject = column(a, f[i].subject), says = column(a, f[i].says);

		if (is_marked(&f[i]))
			buf_addf(&all, "%s\t" STR_FMT "\t%s\t" STR_FMT "\n", f[i].check->id,
			    STR_ARG(subject), severity_name(f[i].severity), STR_ARG(says));
	}
	out = arena_str(a, buf_str(&all));
	buf_free(&all);
	return out;
}

static struct page_change change_of(struct str line)
{
	struct page_change c;

	c.check = str_cut(&line, '\t');
	c.subject = str_cut(&line, '\t');
	c.severity = str_cut(&line, '\t');
	c.says = line;
	return c;
}

/* Good: judged, and nothing is wrong.  A subject that is gone is good when its check was made. */
static bool is_good_now(const struct page_change *c, const struct finding *f, size_t count)
{
	bool made = false;

	for (size_t i = 0; i < count; i++) {
		if (!str_eq(c->check, str_of(f[i].check->id)))
			continue;
		if (f[i].verdict == VERDICT_UNKNOWN)
			return false;
		made = true;
		if (is_marked(&f[i]) && str_eq(c->subject, f[i].subject))
			return false;
	}
	return made;
}

static bool was_marked(struct str marks, const struct finding *f)
{
	while (marks.n > 0) {
		struct page_change c = change_of(str_cut(&marks, '\n'));

		if (str_eq(c.check, str_of(f->check->id)) && str_eq(c.subject, f->subject))
			return true;
	}
	return false;
}

void since_compare(struct arena *a, struct str marks, const struct finding *f, size_t count,
    struct page_since *out)
{
	struct page_change *fixed = NULL, *broken = NULL;

	out->fixed_count = out->broken_count = out->still = 0;
	for (struct str rest = marks; rest.n > 0;) {
		struct page_change c = change_of(str_cut(&rest, '\n'));

		if (is_good_now(&c, f, count))
			arena_push(a, fixed, out->fixed_count, struct page_change, c);
	}
	for (size_t i = 0; i < count; i++) {
		struct page_change c = { str_of(f[i].check->id), f[i].subject,
			str_of(severity_name(f[i].severity)), f[i].says };

		if (!is_marked(&f[i]))
			continue;
		if (was_marked(marks, &f[i]))
			out->still++;
		else
			arena_push(a, broken, out->broken_count, struct page_change, c);
	}
	out->fixed = fixed;
	out->broken = broken;
}
