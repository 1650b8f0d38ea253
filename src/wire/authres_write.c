/* authres_write - see authres.h; the writer.  Nothing reaches a line but Keywords and what
 * harmless() has let through. */
#include "wire/authres.h"

#include "wire/domain.h"
#include "wire/fold.h"
#include "wire/harmless.h"

struct writer {
	struct arena *arena;
	struct fold lines;
	unsigned harmless; /* flags for it */
};

/*
 * One harmless word; in ASCII, a domain or the domain of a mailbox as A-labels (RFC 8616 section
 * 3).  It is made harmless before, for the sake of NUL, and after, for what IDNA mapped.
 */
static struct str word_of(struct writer *w, struct str value)
{
	struct str text = harmless(w->arena, value, HARMLESS_UTF8 | HARMLESS_ONE_WORD);
	size_t at = (size_t)(str_rchr(text, '@') + 1);
	struct str domain = str_skip(text, at), name;

	if ((w->harmless & HARMLESS_UTF8) == 0 && text.n <= AUTHRES_VALUE_MAX &&
	    domain_to_ascii(w->arena, domain, &name))
		text = arena_fmt(
		    w->arena, STR_FMT STR_FMT, STR_ARG(str_slice(text, 0, at)), STR_ARG(name));
	return harmless(w->arena, text, w->harmless | HARMLESS_ONE_WORD);
}

static struct str quoted(struct arena *a, struct str text)
{
	return arena_fmt(a, "\"" STR_FMT "\"", STR_ARG(text));
}

static void write_reason(struct writer *w, struct str reason)
{
	struct str text = harmless(w->arena, reason, w->harmless);

	if (text.n > 0 && text.n <= AUTHRES_VALUE_MAX)
		fold_add(&w->lines,
		    arena_fmt(w->arena, "reason=" STR_FMT, STR_ARG(quoted(w->arena, text))));
}

static void write_comment(struct writer *w, struct str comment)
{
	struct str text = harmless(w->arena, comment, w->harmless);

	if (text.n > 0 && text.n <= AUTHRES_VALUE_MAX)
		fold_add(&w->lines, arena_fmt(w->arena, "(" STR_FMT ")", STR_ARG(text)));
}

static void write_property(struct writer *w, const struct authres_property *p)
{
	struct str value = word_of(w, p->value);

	if (!authres_is_keyword(p->ptype) || !authres_is_keyword(p->name) ||
	    value.n > AUTHRES_VALUE_MAX)
		return;
	/* "=?" would begin an encoded word. */
	if (!authres_is_bare(value) || value.p[0] == '?')
		value = quoted(w->arena, value);
	fold_add(&w->lines, arena_fmt(w->arena, STR_FMT "." STR_FMT "=" STR_FMT, STR_ARG(p->ptype),
				STR_ARG(p->name), STR_ARG(value)));
}

/* False: its names are none, and it is left out. */
static bool write_result(struct writer *w, const struct authres_result *r)
{
	if (!authres_is_keyword(r->method) || !authres_is_keyword(r->result))
		return false;
	fold_mark(&w->lines, ';');
	fold_line(&w->lines);
	if (r->version > 1)
		fold_add(&w->lines, arena_fmt(w->arena, STR_FMT "/%u=" STR_FMT, STR_ARG(r->method),
					r->version, STR_ARG(r->result)));
	else
		fold_add(&w->lines, arena_fmt(w->arena, STR_FMT "=" STR_FMT, STR_ARG(r->method),
					STR_ARG(r->result)));
	write_comment(w, r->comment);
	write_reason(w, r->reason);
	for (size_t i = 0; i < r->property_count; i++)
		write_property(w, &r->properties[i]);
	return true;
}

/* The authserv-id as it can be written; empty when it cannot. */
static struct str fit_id(struct writer *w, struct str id)
{
	bool sound = str_eq(harmless(w->arena, id, HARMLESS_UTF8 | HARMLESS_ONE_WORD), id);
	struct str text = word_of(w, id);

	if (!sound || text.n > DOMAIN_MAX || str_chr(text, '@') >= 0 || str_chr(text, '?') >= 0 ||
	    !authres_is_bare(text))
		return (struct str){ 0 };
	return text;
}

struct str authres_write(struct arena *a, const struct authres *r, unsigned flags)
{
	struct writer w = { .arena = a,
		.harmless = (flags & AUTHRES_UTF8) != 0 ? HARMLESS_UTF8 : 0 };
	struct str id = fit_id(&w, r->id);
	size_t written = 0;

	if (id.n == 0)
		return id;
	fold_init(&w.lines, r->instance > 0 ? STR(AUTHRES_ARC_FIELD) : STR(AUTHRES_FIELD),
	    (flags & AUTHRES_LF) != 0);
	if (r->instance > 0)
		fold_add(&w.lines, arena_fmt(a, "i=%u;", r->instance));
	fold_add(&w.lines, id);
	for (size_t i = 0; i < r->count; i++)
		written += write_result(&w, &r->results[i]);
	if (written == 0) {
		fold_mark(&w.lines, ';');
		fold_add(&w.lines, STR("none"));
	}
	return fold_end(&w.lines, a);
}
