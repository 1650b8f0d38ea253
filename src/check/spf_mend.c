/* spf_mend - see spf_mend.h. */
#include "check/spf_mend.h"

#include "base/buf.h"
#include "wire/domain.h"

#define MEND_MAX (SPF_MAX_RECORD - 1)

/* Bytes that word processors and web pages slip in, and what they stand for. */
static const struct {
	struct str bytes;
	char instead; /* 0: nothing */
} slips[] = {
	{ { "\xc2\xa0", 2 }, ' ' },	/* no-break space */
	{ { "\xe2\x80\x8b", 3 }, 0 },	/* zero width space */
	{ { "\xe2\x80\x8c", 3 }, 0 },	/* zero width non-joiner */
	{ { "\xe2\x80\x8d", 3 }, 0 },	/* zero width joiner */
	{ { "\xef\xbb\xbf", 3 }, 0 },	/* byte order mark */
	{ { "\xe2\x80\x90", 3 }, '-' }, /* hyphen */
	{ { "\xe2\x80\x91", 3 }, '-' }, /* no-break hyphen */
	{ { "\xe2\x80\x93", 3 }, '-' }, /* en dash */
	{ { "\xe2\x80\x94", 3 }, '-' }, /* em dash */
	{ { "\xe2\x88\x92", 3 }, '-' }, /* minus */
	{ { "\xcb\x9c", 2 }, '~' },	/* small tilde */
	{ { "\xef\xbc\x9a", 3 }, ':' }, /* full width colon */
	{ { "\"", 1 }, 0 },
	{ { "'", 1 }, 0 },
	{ { "\t", 1 }, ' ' },
	{ { "\r", 1 }, ' ' },
	{ { "\n", 1 }, ' ' },
	{ { ",", 1 }, ' ' },
	{ { ";", 1 }, ' ' },
};

static size_t slip_at(struct str s, char *instead)
{
	for (size_t i = 0; i < LENGTH(slips); i++)
		if (str_starts(s, slips[i].bytes)) {
			*instead = slips[i].instead;
			return slips[i].bytes.n;
		}
	*instead = 0;
	return (unsigned char)s.p[0] < ' ' || s.p[0] == 0x7f ? 1 : 0; /* controls go */
}

static struct str clean_bytes(struct arena *a, struct str text)
{
	char *p = arena_array(a, char, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n;) {
		char instead;
		size_t length = slip_at(str_skip(text, i), &instead);

		if (length == 0)
			p[n++] = text.p[i++];
		else if (instead != 0)
			p[n++] = instead;
		i += length;
	}
	return (struct str){ p, n };
}

/* Letters to change, add or drop from a to b; 9 when either is long. */
static unsigned distance(struct str a, struct str b)
{
	unsigned row[24];

	if (a.n > 20 || b.n > 20)
		return 9;
	for (unsigned k = 0; k <= b.n; k++)
		row[k] = k;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned diagonal = row[0]++;

		for (unsigned k = 1; k <= b.n; k++) {
			unsigned change = diagonal + (to_lower(a.p[i - 1]) != to_lower(b.p[k - 1]));
			unsigned least = row[k] + 1 < row[k - 1] + 1 ? row[k] + 1 : row[k - 1] + 1;

			diagonal = row[k];
			row[k] = change < least ? change : least;
		}
	}
	return row[b.n];
}

/* A known long name that was nearly typed, or NULL. */
static const char *nearly(struct str name)
{
	static const char *const names[] = { "include", "redirect", "exists" };

	for (size_t i = 0; i < LENGTH(names); i++)
		if (distance(name, str_of(names[i])) <= 2 && !str_ieq(name, str_of(names[i])))
			return names[i];
	return NULL;
}

struct str spf_modifier_note(struct arena *a, const struct spf_term *t)
{
	static const char *const mechanisms[] = { "all", "include", "a", "mx", "ptr", "ip4", "ip6",
		"exists", "ipv4", "ipv6" };
	struct str rest = t->text, name = str_cut(&rest, '=');

	if (t->kind != SPF_UNKNOWN_MODIFIER)
		return (struct str){ 0 };
	for (size_t i = 0; i < LENGTH(mechanisms); i++)
		if (str_ieq(name, str_of(mechanisms[i])))
			return STR(
			    "\"=\" instead of \":\" makes this an unknown modifier, which is "
			    "ignored");
	if (nearly(name) != NULL)
		return arena_fmt(a, "\"" STR_FMT "=\" is not known and ignored; was %s meant?",
		    STR_ARG(name), nearly(name));
	if (str_ieq(name, STR("v")))
		return STR("a second v= has no effect");
	return (struct str){ 0 };
}

static bool parses(struct arena *a, struct str term)
{
	struct spf_record r;

	spf_parse(a, arena_fmt(a, "v=spf1 " STR_FMT, STR_ARG(term)), &r);
	return r.count == 1 && r.fault_count == 0 && spf_modifier_note(a, &r.terms[0]).n == 0;
}

/* "192.0.2.1/24" or "2001:db8::1" as a term, or {0}. */
static struct str address_term(struct arena *a, struct str sign, struct str value)
{
	ptrdiff_t slash = str_chr(value, '/');
	struct str address = slash < 0 ? value : str_slice(value, 0, (size_t)slash);
	struct ip ip;

	if (!ip_parse(address, &ip))
		return (struct str){ 0 };
	return arena_fmt(a, STR_FMT "ip%d:" STR_FMT, STR_ARG(sign),
	    str_chr(address, ':') >= 0 ? 6 : 4, STR_ARG(value));
}

/* "redirection:x", "Ipv4=192.0.2.1", "includes:x": the name set right. */
static struct str name_term(struct arena *a, struct str sign, struct str name, struct str value)
{
	static const struct {
		const char *typed, *meant;
	} names[] = {
		{ "redirect", "redirect=" },
		{ "redirection", "redirect=" },

		{ "include", "include:" },

		{ "exists", "exists:" },
		{ "host", "a:" },
		{ "hostname", "a:" },
		{ "ptr", "ptr:" },
		{ "a", "a:" },
		{ "mx", "mx:" },
		{ "exp", "exp=" },
	};

	const char *meant = NULL;

	for (size_t i = 0; i < LENGTH(names) && meant == NULL; i++)
		if (str_ieq(name, str_of(names[i].typed)))
			meant = names[i].meant;
	if (meant == NULL && nearly(name) != NULL)
		return name_term(a, sign, str_of(nearly(name)), value);
	if (meant == NULL)
		return (struct str){ 0 };
	/* No sign may stand before a modifier. */
	return arena_fmt(a, STR_FMT "%s" STR_FMT,
	    STR_ARG(meant[strlen(meant) - 1] == '=' ? STR("") : sign), meant, STR_ARG(value));
}

/* What one faulty term was meant to be, or {0}. */
static struct str mend_term(struct arena *a, struct str term)
{
	struct str sign = str_slice(term, 0, str_chr(STR("+-~?"), term.p[0]) >= 0);
	struct str body = str_skip(term, sign.n), name, value, mended;
	size_t end = 0;

	while (body.n > 0 && str_chr(STR("."), body.p[body.n - 1]) >= 0)
		body.n--;
	while (end < body.n && body.p[end] != ':' && body.p[end] != '=')
		end++;
	name = str_slice(body, 0, end);
	value = str_skip(body, end + 1);
	if (str_istarts(body, STR("all")))
		mended = arena_fmt(a, STR_FMT "all", STR_ARG(sign));
	else if (address_term(a, sign, body).n > 0)
		mended = address_term(a, sign, body);
	else if (address_term(a, sign, value).n > 0)
		mended = address_term(a, sign, value);
	else if (end < body.n)
		mended = name_term(a, sign, name, value);
	else
		mended = arena_fmt(a, STR_FMT "a:" STR_FMT, STR_ARG(sign), STR_ARG(body));
	return mended.n > 0 && parses(a, mended) ? mended : (struct str){ 0 };
}

/* A lone sign or "include:" belongs to the word behind the space. */
static bool wants_next(struct str term)
{
	if (term.n == 1 && str_chr(STR("+-~?"), term.p[0]) >= 0)
		return true;
	return term.n > 1 && (term.p[term.n - 1] == ':' || term.p[term.n - 1] == '=');
}

static struct str body_of(struct str text)
{
	ptrdiff_t at = str_ifind(text, STR("spf1"));
	struct str body = at < 0 ? text : str_skip(text, (size_t)at + 4);

	while (body.n > 0 && str_chr(STR(".:"), body.p[0]) >= 0)
		body = str_skip(body, 1);
	return body;
}

static struct str without_letters(struct arena *a, struct str term)
{
	char *p = arena_array(a, char, term.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < term.n; i++)
		if ((unsigned char)term.p[i] < 0x80)
			p[n++] = term.p[i];
	return (struct str){ p, n };
}

/* "include:b\u00fccher.example": the domain in its xn-- form; elsewhere such letters go. */
static struct str in_ascii(struct arena *a, struct str term)
{
	size_t at = 0;
	struct str domain, length, ascii;

	if (str_is_ascii(term))
		return term;
	while (at < term.n && term.p[at] != ':' && term.p[at] != '=')
		at++;
	if (at == term.n)
		return without_letters(a, term);
	length = str_skip(term, at + 1);
	domain = str_cut(&length, '/');
	if (!domain_to_ascii(a, domain, &ascii))
		return (struct str){ 0 };
	return arena_fmt(a, STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(str_slice(term, 0, at + 1)),
	    STR_ARG(ascii), length.p != NULL ? "/" : "", STR_ARG(length));
}

/* The terms of the mended record, in order. */
struct draft {
	struct arena *arena;
	struct spf_term *terms;
	size_t count;
};

static bool has_kind(const struct draft *d, enum spf_kind kind)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->terms[i].kind == kind)
			return true;
	return false;
}

/* Once only: redirect and exp by the RFC, all because behind the first one nothing is reached.
   False when the word could not be understood. */
static bool add_term(struct draft *d, struct str word)
{
	struct str term = in_ascii(d->arena, word);
	struct spf_record one;
	enum spf_kind kind;

	if (term.n > 0 && !parses(d->arena, term))
		term = mend_term(d->arena, term);
	if (term.n == 0)
		return false;
	spf_parse(d->arena, arena_fmt(d->arena, "v=spf1 " STR_FMT, STR_ARG(term)), &one);
	kind = one.terms[0].kind;
	if ((kind != SPF_REDIRECT && kind != SPF_EXP && kind != SPF_ALL) || !has_kind(d, kind))
		arena_push(d->arena, d->terms, d->count, struct spf_term, one.terms[0]);
	return true;
}

/* What was written behind `all` was meant to count, so `all` moves behind it. */
static void move_all(struct draft *d)
{
	size_t all = 0, last = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (d->terms[i].kind == SPF_ALL)
			all = i;
		if (d->terms[i].qualifier != 0)
			last = i;
	}
	for (; all < last; all++) {
		struct spf_term t = d->terms[all];

		d->terms[all] = d->terms[all + 1];
		d->terms[all + 1] = t;
	}
}

static struct str write_draft(const struct draft *d)
{
	bool all = has_kind(d, SPF_ALL);
	struct str result;
	struct buf out;

	buf_init(&out, MEND_MAX);
	buf_add(&out, STR("v=spf1"));
	for (size_t i = 0; i < d->count; i++)
		if (!all || d->terms[i].kind != SPF_REDIRECT) /* RFC 7208 section 6.1 */
			buf_addf(&out, " " STR_FMT, STR_ARG(d->terms[i].text));
	result = arena_str(d->arena, buf_str(&out));
	buf_free(&out);
	return result;
}

/* Without the spaces before it. */
static struct str cut_word(struct str *rest)
{
	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = str_skip(*rest, 1);
	return str_cut(rest, ' ');
}

struct str spf_mend(struct arena *a, struct str record)
{
	struct str rest = body_of(clean_bytes(a, record));
	struct draft draft = { .arena = a };

	for (size_t words = 0; rest.n > 0 && words < SPF_MAX_TERMS; words++) {
		struct str word = cut_word(&rest), behind = rest, next = cut_word(&behind);

		if (wants_next(word) && next.n > 0 &&
		    add_term(&draft, arena_fmt(a, STR_FMT STR_FMT, STR_ARG(word), STR_ARG(next))))
			rest = behind;
		else if (word.n > 0)
			add_term(&draft, word);
	}
	if (has_kind(&draft, SPF_ALL))
		move_all(&draft);
	return write_draft(&draft);
}
