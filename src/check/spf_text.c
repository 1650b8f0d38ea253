/* spf_text - reading SPF records with their faults; see spf_text.h. */
#include "check/spf_text.h"

#include "wire/domain.h"

static const struct word {
	const char *name;
	enum spf_term_kind kind;
	enum { VALUE_NONE, VALUE_MAY, VALUE_MUST } value;
	bool cidr;
} mechanisms[] = {
	{ "all", SPF_TERM_ALL, VALUE_NONE, false },
	{ "include", SPF_TERM_INCLUDE, VALUE_MUST, false },
	{ "a", SPF_TERM_A, VALUE_MAY, true },
	{ "mx", SPF_TERM_MX, VALUE_MAY, true },
	{ "ptr", SPF_TERM_PTR, VALUE_MAY, false },
	{ "ip4", SPF_TERM_IP4, VALUE_MUST, true },
	{ "ip6", SPF_TERM_IP6, VALUE_MUST, true },
	{ "exists", SPF_TERM_EXISTS, VALUE_MUST, false },
};

static bool fault(struct arena *a, struct spf_term *t, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool fault(struct arena *a, struct spf_term *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->fault = arena_vfmt(a, fmt, args);
	va_end(args);
	t->spoils = true;
	return false;
}

/* Offset of the first byte that is not printable ASCII, or -1. */
static ptrdiff_t odd_byte(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return (ptrdiff_t)i;
	return -1;
}

/* macro-expand = "%{" letter *DIGIT ["r"] *delimiter "}" / "%%" / "%_" / "%-" */
static bool macro_valid(struct str *s)
{
	static const struct str letters = { "slodiphvSLODIPHV", 16 };
	size_t i = 3;

	if (s->n >= 2 && s->p[1] != '{') {
		bool known = str_chr(STR("%_-"), s->p[1]) >= 0;

		*s = str_skip(*s, 2);
		return known;
	}
	if (s->n < 4 || str_chr(letters, s->p[2]) < 0)
		return false;
	while (i < s->n && is_digit(s->p[i]))
		i++;
	if (i < s->n && to_lower(s->p[i]) == 'r')
		i++;
	while (i < s->n && str_chr(STR(".-+,/_="), s->p[i]) >= 0)
		i++;
	if (i >= s->n || s->p[i] != '}')
		return false;
	*s = str_skip(*s, i + 1);
	return true;
}

/* toplabel: letters, digits, inner hyphens, not all digits */
static bool top_label(struct str s)
{
	bool letter = false;

	for (size_t i = 0; i < s.n; i++) {
		letter = letter || is_alpha(s.p[i]) || s.p[i] == '-';
		if (!is_alnum(s.p[i]) && (s.p[i] != '-' || i == 0 || i + 1 == s.n))
			return false;
	}
	return letter;
}

/* domain-spec = macro-string domain-end (RFC 7208 section 7.1) */
static bool read_domain(struct arena *a, struct spf_term *t)
{
	struct str rest = t->value, name = domain_undot(t->value);
	bool ends_in_macro = t->value.n > 0 && t->value.p[t->value.n - 1] == '}';
	ptrdiff_t dot = str_rchr(name, '.');

	if (t->value.n == 0)
		return fault(a, t, "a domain name is missing");
	while (rest.n > 0) {
		if (rest.p[0] != '%') {
			rest = str_skip(rest, 1);
			continue;
		}
		t->macro = true;
		if (!macro_valid(&rest))
			return fault(a, t, "a %% begins no valid macro");
	}
	if (ends_in_macro)
		return true;
	if (dot < 0 || !top_label(str_skip(name, (size_t)dot + 1)))
		return fault(a, t, "\"" STR_FMT "\" is not a full domain name", STR_ARG(t->value));
	if (!t->macro && !domain_valid(name))
		return fault(a, t, "\"" STR_FMT "\" cannot be a domain name", STR_ARG(t->value));
	return true;
}

/* Cut "/24", "//64" or "/24//64" off the end of *value. */
static bool read_cidr(struct arena *a, struct spf_term *t, bool dual)
{
	ptrdiff_t slash = str_chr(t->value, '/');
	struct str first, second;
	uint64_t bits;

	if (slash < 0)
		return true;
	first = str_skip(t->value, (size_t)slash);
	t->value = str_slice(t->value, 0, (size_t)slash);
	slash = str_find(first, STR("//"));
	second = slash < 0 ? (struct str){ 0 } : str_skip(first, (size_t)slash + 2);
	if (slash >= 0 && !dual)
		return fault(a, t, "two prefix lengths may stand only after a and mx");
	first = slash < 0 ? str_skip(first, 1) : str_slice(first, 1, (size_t)slash);
	if (slash != 0) {
		unsigned max = t->kind == SPF_TERM_IP6 ? 128 : 32;

		if (!str_uint(first, max, &bits) || (first.n > 1 && first.p[0] == '0'))
			return fault(a, t, "/" STR_FMT " is no prefix length (0 to %u)",
			    STR_ARG(first), max);
		*(t->kind == SPF_TERM_IP6 ? &t->prefix6 : &t->prefix4) = (unsigned)bits;
	}
	if (slash >= 0) {
		if (!str_uint(second, 128, &bits) || (second.n > 1 && second.p[0] == '0'))
			return fault(
			    a, t, "//" STR_FMT " is no IPv6 prefix length", STR_ARG(second));
		t->prefix6 = (unsigned)bits;
	}
	return true;
}

static bool read_network(struct arena *a, struct spf_term *t)
{
	bool v6 = t->kind == SPF_TERM_IP6;
	bool is_text_of_v6 = str_chr(t->value, ':') >= 0;

	if (!ip_parse(t->value, &t->network))
		return fault(a, t, "\"" STR_FMT "\" is no IP address", STR_ARG(t->value));
	if (v6 != is_text_of_v6)
		return fault(
		    a, t, "an IPv%d address after ip%d:", is_text_of_v6 ? 6 : 4, v6 ? 6 : 4);
	return true;
}

static bool read_value(struct arena *a, struct spf_term *t, const struct word *w, bool colon)
{
	if (w->value == VALUE_NONE && (colon || t->value.n > 0))
		return fault(a, t, "nothing may follow all");
	if (w->value == VALUE_MUST && !colon)
		return fault(a, t, "%s: needs a value behind the colon", w->name);
	if (w->cidr && !read_cidr(a, t, t->kind == SPF_TERM_A || t->kind == SPF_TERM_MX))
		return false;
	if (t->kind == SPF_TERM_IP4 || t->kind == SPF_TERM_IP6)
		return read_network(a, t);
	return colon ? read_domain(a, t) : true;
}

static bool name_valid(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && str_chr(STR("-_."), name.p[i]) < 0)
			return false;
	return name.n > 0 && is_alpha(name.p[0]);
}

static const struct word *find_word(struct str name)
{
	for (size_t i = 0; i < LENGTH(mechanisms); i++)
		if (str_ieq(name, str_of(mechanisms[i].name)))
			return &mechanisms[i];
	return NULL;
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

static void read_modifier(struct arena *a, struct spf_term *t, struct str name)
{
	bool redirect = str_ieq(name, STR("redirect"));

	if (redirect || str_ieq(name, STR("exp"))) {
		t->kind = redirect ? SPF_TERM_REDIRECT : SPF_TERM_EXP;
		if (t->qualifier != 0)
			fault(a, t, "no sign may stand before %s=", redirect ? "redirect" : "exp");
		else
			read_domain(a, t);
		return;
	}
	t->kind = SPF_TERM_MODIFIER;
	if (t->qualifier != 0)
		fault(a, t, "\"" STR_FMT "\" is not a known mechanism", STR_ARG(name));
	else if (find_word(name) != NULL || str_ieq(name, STR("ipv4")) ||
		 str_ieq(name, STR("ipv6")))
		t->fault = arena_fmt(
		    a, "\"=\" instead of \":\" makes this an unknown modifier, which is ignored");
	else if (nearly(name) != NULL)
		t->fault = arena_fmt(a, "\"" STR_FMT "=\" is not known and ignored; was %s meant?",
		    STR_ARG(name), nearly(name));
	else if (str_ieq(name, STR("v")))
		t->fault = STR("a second v= has no effect");
}

static void read_mechanism(struct arena *a, struct spf_term *t, struct str name, bool colon)
{
	const struct word *w = find_word(name);

	if (w == NULL) {
		fault(a, t, "\"" STR_FMT "\" is not a known mechanism", STR_ARG(name));
		return;
	}
	t->kind = w->kind;
	if (!read_value(a, t, w, colon) && t->kind != SPF_TERM_ALL)
		t->kind = SPF_TERM_BAD;
}

static void read_term(struct arena *a, struct spf_term *t)
{
	struct str rest = t->text, name;
	size_t end = 0;
	ptrdiff_t odd = odd_byte(rest);

	t->prefix4 = 32;
	t->prefix6 = 128;
	if (odd >= 0) {
		fault(a, t, "it holds the byte 0x%02X, which may not stand in an SPF record",
		    (unsigned char)rest.p[odd]);
		t->odd_bytes = true;
		return;
	}
	if (str_chr(STR("+-~?"), rest.p[0]) >= 0) {
		t->qualifier = rest.p[0];
		rest = str_skip(rest, 1);
	}
	while (end < rest.n && str_chr(STR(":=/"), rest.p[end]) < 0)
		end++;
	name = str_slice(rest, 0, end);
	t->value = str_skip(rest, end);
	if (end < rest.n && rest.p[end] == '=' && name_valid(name)) {
		t->value = str_skip(t->value, 1);
		read_modifier(a, t, name);
	} else {
		bool colon = end < rest.n && rest.p[end] == ':';

		t->value = str_skip(t->value, colon);
		read_mechanism(a, t, name, colon);
	}
	if (t->qualifier == 0)
		t->qualifier = '+';
}

const struct spf_term *spf_text_find(const struct spf_text *s, enum spf_term_kind kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->terms[i].kind == kind)
			return &s->terms[i];
	return NULL;
}

bool spf_text_meant(struct str text)
{
	ptrdiff_t at = str_ifind(text, STR("v=spf1"));

	/* A mark or quote may have slipped in front; a sentence about SPF is something else. */
	return (at >= 0 && at <= 4) || str_istarts(text, STR("v=spf 1")) ||
	       str_istarts(text, STR("v:spf1")) || str_istarts(text, STR("spf1 "));
}

void spf_text_parse(struct arena *a, struct str record, struct spf_text *out)
{
	struct str rest = str_skip(record, 6);

	*out = (struct spf_text){ .text = record };
	while (rest.n > 0 && out->count < SPF_TEXT_TERMS) {
		struct spf_term t = { .at = (size_t)(rest.p - record.p) };

		t.text = str_cut(&rest, ' ');
		if (t.text.n == 0)
			continue;
		read_term(a, &t);
		if ((t.kind == SPF_TERM_REDIRECT || t.kind == SPF_TERM_EXP) &&
		    spf_text_find(out, t.kind) != NULL)
			fault(a, &t, "it stands there twice");
		out->fault_count += t.fault.n > 0;
		out->spoil_count += t.spoils;
		arena_push(a, out->terms, out->count, struct spf_term, t);
	}
}
