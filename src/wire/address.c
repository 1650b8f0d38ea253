/* address - see address.h. */
#include "wire/address.h"

#include "wire/cfws.h"

/* What ends an atom besides white space (RFC 5322 section 3.2.3: specials). */
#define SPECIALS "()<>[]:;@\\,.\""

struct word {
	struct str text; /* quotes undone */
	bool dot;	 /* it is the "." between words */
	bool quoted;
	bool apart; /* white space or a comment stands before it */
};

/* Words up to a special that decides what they are. */
struct phrase {
	struct word *words;
	size_t count;
	bool apart; /* white space or a comment stands behind the last one */
};

struct address_parser {
	struct cfws cursor;
	struct arena *arena;
	struct address_list *list;
	bool in_group;
};

/* Sticky: the first complaint stays. */
static bool broken(struct address_parser *p, const char *why)
{
	if (p->list->why == NULL) {
		p->list->why = why;
		p->list->why_at = p->cursor.at;
	}
	return false;
}

/* True when white space or comments stood there. */
static bool skip(struct address_parser *p)
{
	size_t from = p->cursor.at;

	cfws_skip(&p->cursor);
	return p->cursor.at > from;
}

/* phrase = 1*word / obs-phrase; local-part and obs-local-part look the same until what follows. */
static struct phrase read_phrase(struct address_parser *p)
{
	struct phrase phrase = { 0 };

	for (phrase.apart = skip(p); !cfws_end(&p->cursor); phrase.apart = skip(p)) {
		struct word w = { .apart = phrase.apart && phrase.count > 0 };

		if (cfws_peek(&p->cursor) == '"') {
			w.quoted = true;
			w.text = cfws_quoted(&p->cursor);
		} else if (cfws_eat(&p->cursor, '.')) {
			w.dot = true;
			w.text = STR(".");
		} else {
			w.text = cfws_run(&p->cursor, SPECIALS);
			if (w.text.n == 0)
				break;
		}
		arena_push(p->arena, phrase.words, phrase.count, struct word, w);
	}
	return phrase;
}

static struct str join(struct address_parser *p, const struct phrase *phrase, bool spaces)
{
	struct str out = { 0 };
	size_t n = 0;
	char *to;

	if (phrase->count == 1)
		return phrase->words[0].text;
	for (size_t i = 0; i < phrase->count; i++)
		n += phrase->words[i].text.n + 1;
	out.p = to = arena_array(p->arena, char, n + 1);
	for (size_t i = 0; i < phrase->count; i++) {
		struct str text = phrase->words[i].text;

		if (spaces && phrase->words[i].apart)
			to[out.n++] = ' ';
		if (text.n > 0)
			memcpy(to + out.n, text.p, text.n);
		out.n += text.n;
	}
	return out;
}

/*
 * local-part = word *("." word). Dots beside dots or at the ends are no standard, but providers
 * have given out such addresses, and they have one reading.
 */
static bool local_part(struct address_parser *p, const struct phrase *phrase, struct mailbox *out)
{
	bool word = false, any = false;

	for (size_t i = 0; i < phrase->count; i++) {
		if (!phrase->words[i].dot && word)
			return broken(p, "two words without a dot between them before the \"@\"");
		word = !phrase->words[i].dot;
		any = any || word;
		out->obsolete = out->obsolete || phrase->words[i].apart;
	}
	if (!any)
		return broken(p, "nothing stands before the \"@\"");
	out->obsolete = out->obsolete || phrase->apart;
	out->local = join(p, phrase, false);
	return true;
}

/* domain-literal = "[" *([FWS] dtext) [FWS] "]"; no quoted pairs, no space. */
static bool domain_literal(struct address_parser *p, struct mailbox *out)
{
	size_t from = p->cursor.at;

	p->cursor.at++;
	cfws_run(&p->cursor, "[]\\()<>@,;\"");
	if (!cfws_eat(&p->cursor, ']'))
		return broken(p, "a domain literal without its \"]\"");
	out->domain = str_slice(p->cursor.text, from, p->cursor.at);
	return true;
}

/* domain = atom *("." atom) / domain-literal; the cursor stands behind the "@". */
static bool read_domain(struct address_parser *p, struct mailbox *out)
{
	struct phrase phrase = { 0 };
	bool want_dot = false;

	out->obsolete = skip(p) || out->obsolete;
	if (cfws_peek(&p->cursor) == '[')
		return domain_literal(p, out);
	phrase = read_phrase(p);
	for (size_t i = 0; i < phrase.count; i++) {
		const struct word *w = &phrase.words[i];

		if (w->quoted)
			return broken(p, "a quoted string in the domain");
		if (w->dot != want_dot)
			return broken(p, "the domain is no row of words with one dot between");
		want_dot = !want_dot;
		out->obsolete = out->obsolete || w->apart;
	}
	if (!want_dot)
		return broken(p, "the domain is missing, or ends in a dot");
	out->domain = join(p, &phrase, false);
	return true;
}

/* Folding is undone by now; what is left stood behind a backslash. */
static bool has_line_end(struct str s)
{
	return str_chr(s, '\r') >= 0 || str_chr(s, '\n') >= 0;
}

static bool add(struct address_parser *p, struct mailbox m)
{
	struct address_list *list = p->list;

	if (cfws_bad_byte(m.local) >= 0 || cfws_bad_byte(m.domain) >= 0)
		return broken(p, "an address with bytes that are no UTF-8");
	if (has_line_end(m.display) || has_line_end(m.local))
		return broken(p, "an escaped line end");
	if (list->count >= ADDRESS_MAX)
		return broken(p, "more than 2000 addresses");
	m.in_group = p->in_group;
	arena_push(p->arena, list->mailboxes, list->count, struct mailbox, m);
	return true;
}

/* obs-route = *("," / CFWS) "@" domain *("," [CFWS] ["@" domain]) ":" */
static bool skip_route(struct address_parser *p, struct mailbox *m)
{
	struct mailbox hop = { 0 };

	skip(p);
	while (cfws_peek(&p->cursor) == '@' || cfws_peek(&p->cursor) == ',') {
		bool at = cfws_eat(&p->cursor, '@') || !cfws_eat(&p->cursor, ',');

		m->obsolete = true;
		if (at && !read_domain(p, &hop))
			return false;
		skip(p);
	}
	if (m->obsolete && !cfws_eat(&p->cursor, ':'))
		return broken(p, "a route without its \":\"");
	return true;
}

/* angle-addr = "<" [obs-route] addr-spec ">"; the cursor stands behind the "<". */
static bool angle(struct address_parser *p, const struct phrase *display)
{
	struct mailbox m = { 0 };
	struct phrase local;
	size_t from = p->cursor.at;

	if (!skip_route(p, &m))
		return false;
	m.obsolete = m.obsolete || p->cursor.at > from;
	local = read_phrase(p);
	if (!cfws_eat(&p->cursor, '@'))
		return broken(p, "no \"@\" between \"<\" and \">\"");
	if (!local_part(p, &local, &m) || !read_domain(p, &m))
		return false;
	m.obsolete = m.obsolete || is_wsp(p->cursor.text.p[p->cursor.at - 1]) ||
		     p->cursor.text.p[p->cursor.at - 1] == ')';
	m.obsolete = skip(p) || m.obsolete;
	if (!cfws_eat(&p->cursor, '>'))
		return broken(p, "\"<\" without its \">\"");
	m.display = join(p, display, true);
	return add(p, m);
}

static bool bare(struct address_parser *p, struct phrase *local)
{
	struct mailbox m = { 0 };

	return local_part(p, local, &m) && read_domain(p, &m) && add(p, m);
}

/* group = display-name ":" [group-list] ";"; the cursor stands behind the ":". */
static bool begin_group(struct address_parser *p, const struct phrase *name)
{
	if (p->in_group)
		return broken(p, "a group within a group");
	if (name->count == 0)
		return broken(p, "a group without a name");
	if (++p->list->groups > ADDRESS_MAX)
		return broken(p, "more than 2000 groups");
	p->in_group = true;
	return true;
}

/* Behind an address: "," or the end, or the ";" of the group. */
static bool separator(struct address_parser *p)
{
	skip(p);
	if (cfws_end(&p->cursor) || cfws_eat(&p->cursor, ','))
		return true;
	if (!p->in_group || !cfws_eat(&p->cursor, ';'))
		return broken(p, "something stands behind an address, and no comma between");
	p->in_group = false;
	skip(p);
	if (cfws_end(&p->cursor) || cfws_eat(&p->cursor, ','))
		return true;
	return broken(p, "something stands behind a group, and no comma between");
}

/* One address, nothing (RFC 5322 section 4.4 allows empty elements), or the head of a group. */
static bool element(struct address_parser *p)
{
	struct phrase phrase = read_phrase(p);

	if (cfws_eat(&p->cursor, '<'))
		return angle(p, &phrase) && separator(p);
	if (cfws_eat(&p->cursor, '@'))
		return bare(p, &phrase) && separator(p);
	if (cfws_eat(&p->cursor, ':'))
		return begin_group(p, &phrase);
	if (phrase.count > 0)
		return broken(p, "a name without an address");
	return separator(p);
}

/*
 * Offset of the first byte that no list may hold, or -1. Names in Latin 1 and the like come every
 * day and are let pass; not before a backslash or "@", which such a byte swallows in the
 * double-byte character sets of East Asia.
 */
static ptrdiff_t bad_byte(struct str value)
{
	struct str rest = value;
	ptrdiff_t at;

	while ((at = cfws_bad_byte(rest)) >= 0) {
		struct str next = str_skip(rest, (size_t)at + 1);

		if ((unsigned char)rest.p[at] < 0x80 || str_starts(next, STR("\\")) ||
		    str_starts(next, STR("@")))
			return rest.p + at - value.p;
		rest = next;
	}
	return -1;
}

bool address_parse(struct arena *arena, struct str value, struct address_list *list)
{
	struct address_parser p = { .arena = arena, .list = list };
	ptrdiff_t bad = bad_byte(value);

	*list = (struct address_list){ 0 };
	p.cursor = (struct cfws){ .arena = arena, .text = value };
	if (bad >= 0) {
		p.cursor.at = (size_t)bad;
		return broken(&p, "a byte that no address may hold");
	}
	while (list->why == NULL && !cfws_end(&p.cursor))
		element(&p);
	if (p.cursor.open)
		broken(&p, "a comment or a quoted string without end");
	if (p.in_group)
		broken(&p, "a group without its \";\"");
	return list->why == NULL;
}
