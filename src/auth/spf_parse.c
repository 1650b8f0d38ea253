/*
 * spf_parse - the text of a record (RFC 7208 sections 4.5, 4.6 and 12) to terms and faults.
 *
 *   record      = "v=spf1" *( 1*SP ( directive / modifier ) ) *SP
 */
#include "auth/spf_parser.h"
#include "wire/domain.h"

#define VERSION STR("v=spf1")

/* Bytes that look like something else; UTF-8. */
static const struct {
	const char *bytes;
	enum spf_fault_kind kind;
	const char *says;
} lookalikes[] = {
	{ "\xe2\x80\x9c", SPF_FAULT_QUOTES,
	    "a typographic quotation mark, copied from a web page or a letter" },
	{ "\xe2\x80\x9d", SPF_FAULT_QUOTES,
	    "a typographic quotation mark, copied from a web page or a letter" },
	{ "\xe2\x80\x98", SPF_FAULT_QUOTES,
	    "a typographic quotation mark, copied from a web page or a letter" },
	{ "\xe2\x80\x99", SPF_FAULT_QUOTES,
	    "a typographic quotation mark, copied from a web page or a letter" },
	{ "\"", SPF_FAULT_QUOTES, "a quotation mark inside the record" },
	{ "\xe2\x80\x8b", SPF_FAULT_INVISIBLE, "an invisible zero-width space" },
	{ "\xe2\x80\x8c", SPF_FAULT_INVISIBLE, "an invisible zero-width non-joiner" },
	{ "\xe2\x80\x8d", SPF_FAULT_INVISIBLE, "an invisible zero-width joiner" },
	{ "\xef\xbb\xbf", SPF_FAULT_INVISIBLE, "an invisible byte order mark" },
	{ "\xc2\xa0", SPF_FAULT_INVISIBLE, "a no-break space instead of a space" },
	{ "\xe2\x80\x93", SPF_FAULT_CHARACTER, "a dash that is no hyphen" },
	{ "\xe2\x80\x94", SPF_FAULT_CHARACTER, "a dash that is no hyphen" },
};

void spf_fault(struct spf_parser *p, enum spf_fault_kind kind, struct str where, const char *says)
{
	struct spf_record *r = p->out;
	struct spf_fault f = { .kind = kind,
		.says = str_of(says),
		.length = where.n,
		.at = where.p != NULL ? (size_t)(where.p - r->text.p) : r->text.n };

	arena_push(p->arena, r->faults, r->fault_count, struct spf_fault, f);
}

void spf_fault_mended(struct spf_parser *p, struct str mended)
{
	p->out->faults[p->out->fault_count - 1].mended = mended;
}

bool spf_is_record(struct str text)
{
	return str_istarts(text, VERSION) && (text.n == VERSION.n || text.p[VERSION.n] == ' ');
}

bool spf_is_attempt(struct str text)
{
	struct str rest = str_trim(text);

	while (rest.n > 0 && !is_alnum(rest.p[0]))
		rest = str_skip(rest, 1);
	return str_istarts(rest, STR("v=spf")) || str_istarts(rest, STR("v = spf1")) ||
	       str_istarts(rest, STR("spf1 ")) || str_istarts(rest, STR("v=spf1"));
}

/* The length of the look-alike at the start, which is said; 0: none. */
static size_t check_lookalike(struct spf_parser *p, struct str rest)
{
	for (size_t k = 0; k < LENGTH(lookalikes); k++)
		if (str_starts(rest, str_of(lookalikes[k].bytes))) {
			size_t n = strlen(lookalikes[k].bytes);

			spf_fault(p, lookalikes[k].kind, str_slice(rest, 0, n), lookalikes[k].says);
			return n;
		}
	return 0;
}

/* Everything that is not ASCII up to the end of the word is one fault. */
static size_t check_foreign(struct spf_parser *p, struct str rest)
{
	size_t n = 0, end = 0;

	for (; n < rest.n && rest.p[n] != ' '; n++)
		if ((unsigned char)rest.p[n] >= 0x80)
			end = n + 1;
	spf_fault(p, SPF_FAULT_CHARACTER, str_slice(rest, 0, end),
	    "letters that are not ASCII; a domain is written in its xn-- form");
	return n;
}

/* What may not stand in a record, at that place; how many bytes were dealt with. */
static size_t check_bytes(struct spf_parser *p, size_t i)
{
	struct str rest = str_skip(p->out->text, i);
	unsigned char c = (unsigned char)rest.p[0];
	size_t n = check_lookalike(p, rest);

	if (n > 0)
		return n;
	if (c >= 0x80)
		return check_foreign(p, rest);
	if (c < 0x20 || c == 0x7f)
		spf_fault(p, SPF_FAULT_CHARACTER, str_slice(rest, 0, 1), "a control character");
	return 1;
}

/* No early way out, so that the compiler can take many bytes at a time. */
static bool looks_clean(struct str text)
{
	bool odd = false;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		odd |= c < 0x20 || c > 0x7e || c == '"';
	}
	return !odd;
}

static void note_pointers(struct spf_record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->terms[i].kind == SPF_REDIRECT)
			r->redirect = &r->terms[i];
		if (r->terms[i].kind == SPF_EXP)
			r->exp = &r->terms[i];
	}
}

/* Does a lone term read without a fault? */
static bool reads(struct arena *a, struct str term)
{
	struct spf_record record;

	spf_parse(a, arena_fmt(a, "v=spf1 " STR_FMT, STR_ARG(term)), &record);
	return record.fault_count == 0;
}

/* "include: example.com": one fault, and both words are dealt with. */
static bool is_parted(struct spf_parser *p, struct str text, struct str next)
{
	char last = text.p[text.n - 1];
	struct str both;

	if ((last != ':' && last != '=') || next.n == 0 || next.p[0] == last)
		return false;
	both = arena_fmt(p->arena, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(next));
	if (reads(p->arena, text) || !reads(p->arena, both))
		return false;
	spf_fault(p, SPF_FAULT_SPACE, (struct str){ text.p, (size_t)(next.p + next.n - text.p) },
	    last == ':'
		? "a space stands behind the colon; what follows must stand next to it"
		: "a space stands behind the equals sign; what follows must stand next to it");
	spf_fault_mended(p, both);
	return true;
}

static struct str next_word(struct str *rest)
{
	ptrdiff_t end;
	struct str word;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = str_skip(*rest, 1);
	end = str_chr(*rest, ' ');
	word = str_slice(*rest, 0, end < 0 ? rest->n : (size_t)end);
	*rest = str_skip(*rest, word.n);
	return word;
}

/* Room for as many terms as there can be words. */
static void make_room(struct spf_parser *p, struct str text)
{
	size_t words = 1;

	for (size_t i = 0; i < text.n; i++)
		words += text.p[i] == ' ';
	if (words > SPF_MAX_TERMS + 1)
		words = SPF_MAX_TERMS + 1;
	p->out->terms = arena_array(p->arena, struct spf_term, words);
}

static void read_terms(struct spf_parser *p, struct str rest)
{
	const struct spf_record *r = p->out;
	struct str word;

	make_room(p, rest);
	word = next_word(&rest);
	while (word.n > 0 && r->count + r->fault_count <= SPF_MAX_TERMS) {
		struct str next = next_word(&rest);

		if (is_parted(p, word, next))
			next = next_word(&rest);
		else
			spf_read_term(p, word);
		word = next;
	}
	if (word.n > 0)
		spf_fault(
		    p, SPF_FAULT_LENGTH, (struct str){ 0 }, "more terms than any receiver reads");
}

void spf_parse(struct arena *a, struct str text, struct spf_record *out)
{
	struct spf_parser p = { .arena = a, .out = out };
	struct str rest = text;

	*out = (struct spf_record){ .text = text };
	if (text.n > SPF_MAX_RECORD) {
		spf_fault(&p, SPF_FAULT_LENGTH, text, "longer than 8192 bytes");
		return;
	}
	if (!looks_clean(text))
		for (size_t i = 0; i < text.n;)
			i += check_bytes(&p, i);
	if (spf_is_record(text)) {
		rest = str_skip(text, VERSION.n);
	} else {
		struct str first = str_cut(&rest, ' ');

		spf_fault(&p, SPF_FAULT_VERSION, first,
		    "the record must begin with \"v=spf1\" and a space");
	}
	if (out->fault_count == 0)
		read_terms(&p, rest);
	note_pointers(out);
}
