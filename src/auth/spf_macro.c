/*
 * spf_macro - macros of RFC 7208 section 7.
 *
 *   macro-expand = "%{" macro-letter *DIGIT [ "r" ] *delimiter "}" / "%%" / "%_" / "%-"
 */
#include "auth/spf.h"

#include "base/buf.h"
#include "wire/domain.h"

#define MAX_PARTS    128
#define MAX_EXPANDED 65536

static const char letters[] = "slodiphvcrt";
static const char only_in_explanations[] = "crt";

static bool is_delimiter(char c)
{
	return c != '\0' && strchr(".-+,/_=", c) != NULL;
}

struct expansion {
	char letter;
	bool escape;   /* a capital letter: URL escapes */
	unsigned keep; /* rightmost parts; 0: all */
	bool reverse;
	struct str delimiters;
};

/* The braces of a macro at the start of *s ("{d2}..."), cut off; false when they are wrong. */
static bool cut_expansion(struct str *s, struct expansion *out)
{
	struct str body = *s, digits;
	ptrdiff_t end = str_chr(body, '}');
	size_t n = 0;
	uint64_t keep = 0;

	if (end < 2 || body.p[0] != '{')
		return false;
	*s = str_skip(body, (size_t)end + 1);
	body = str_slice(body, 1, (size_t)end);
	*out = (struct expansion){ .letter = to_lower(body.p[0]),
		.escape = body.p[0] != to_lower(body.p[0]) };
	if (!is_alpha(out->letter) || strchr(letters, out->letter) == NULL)
		return false;
	body = str_skip(body, 1);
	while (n < body.n && is_digit(body.p[n]))
		n++;
	digits = str_slice(body, 0, n);
	if (n > 0 && (!str_uint(digits, 1000000, &keep) || keep == 0))
		return false;
	out->keep = (unsigned)keep;
	body = str_skip(body, n);
	if (body.n > 0 && to_lower(body.p[0]) == 'r') {
		out->reverse = true;
		body = str_skip(body, 1);
	}
	for (size_t i = 0; i < body.n; i++)
		if (!is_delimiter(body.p[i]))
			return false;
	out->delimiters = body;
	return true;
}

bool spf_macro_valid(struct str text, bool explanation, size_t *at, bool *wants_p)
{
	struct str rest = text;

	*wants_p = false;
	while (rest.n > 0) {
		struct expansion x;
		char c = rest.p[0];

		*at = text.n - rest.n;
		if ((unsigned char)c <= 0x20 ? !explanation || c != ' ' : (unsigned char)c >= 0x7f)
			return false;
		rest = str_skip(rest, 1);
		if (c != '%')
			continue;
		if (rest.n > 0 && str_chr(STR("%_-"), rest.p[0]) >= 0) {
			rest = str_skip(rest, 1);
			continue;
		}
		if (!cut_expansion(&rest, &x) ||
		    (!explanation && strchr(only_in_explanations, x.letter) != NULL))
			return false;
		*wants_p |= x.letter == 'p';
	}
	return true;
}

bool spf_macro_uses(struct str text, const char *wanted)
{
	while (text.n > 0) {
		struct expansion x;

		str_cut(&text, '%');
		if (text.n > 0 && text.p[0] != '{')
			text = str_skip(text, 1);
		else if (cut_expansion(&text, &x) && strchr(wanted, x.letter) != NULL)
			return true;
	}
	return false;
}

/* %{i}: dotted quad, or nibbles parted by dots. */
static struct str dotted(struct arena *a, struct ip ip)
{
	static const char digits[] = "0123456789ABCDEF";
	char *p;

	if (ip.family == IP_V4)
		return ip_write(a, ip);
	p = arena_array(a, char, 64);
	for (size_t i = 0; i < 32; i++) {
		p[2 * i] = digits[i % 2 == 0 ? ip.bytes[i / 2] >> 4 : ip.bytes[i / 2] & 15];
		p[2 * i + 1] = '.';
	}
	return (struct str){ p, 63 };
}

static struct str value_of(struct arena *a, char letter, const struct spf_macro *m)
{
	const struct spf_query *q = m->query;

	switch (letter) {
	case 's':
		return arena_fmt(
		    a, STR_FMT "@" STR_FMT, STR_ARG(m->local), STR_ARG(m->sender_domain));
	case 'l':
		return m->local;
	case 'o':
		return m->sender_domain;
	case 'd':
		return m->domain;
	case 'i':
		return dotted(a, q->ip);
	case 'p':
		return m->validated;
	case 'h':
		return m->helo;
	case 'v':
		return q->ip.family == IP_V6 ? STR("ip6") : STR("in-addr");
	case 'c':
		return ip_write(a, q->ip);
	case 'r':
		return q->receiver.n > 0 ? q->receiver : STR("unknown");
	default:
		return arena_fmt(a, "%lld", (long long)q->now);
	}
}

/* How many parts there are; the first MAX_PARTS are in `parts`. */
static size_t split(struct str value, struct str delimiters, struct str parts[MAX_PARTS])
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= value.n; i++)
		if (i == value.n || str_chr(delimiters, value.p[i]) >= 0) {
			if (n < MAX_PARTS)
				parts[n] = str_slice(value, from, i);
			n++;
			from = i + 1;
		}
	return n;
}

static void add_escaped(struct buf *out, struct str s, bool escape)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!escape || is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
			buf_addc(out, c);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

static void add_expansion(
    struct arena *a, struct buf *out, const struct expansion *x, const struct spf_macro *m)
{
	struct str parts[MAX_PARTS], value = value_of(a, x->letter, m);
	struct str delimiters = x->delimiters.n > 0 ? x->delimiters : STR(".");

	if (x->keep == 0 && !x->reverse && x->delimiters.n == 0) {
		add_escaped(out, value, x->escape);
		return;
	}
	size_t n = split(value, delimiters, parts);
	if (n > MAX_PARTS) {
		out->failed = true; /* what would be lost is the sender's choice */
		return;
	}
	size_t keep = x->keep == 0 || x->keep > n ? n : x->keep;
	for (size_t i = 0; i < keep; i++) {
		size_t k = n - keep + i;

		if (i > 0)
			buf_addc(out, '.');
		add_escaped(out, parts[x->reverse ? n - 1 - k : k], x->escape);
	}
}

struct str spf_macro_expand(struct arena *a, struct str text, const struct spf_macro *m)
{
	struct buf out;
	struct str result;

	buf_init(&out, MAX_EXPANDED);
	while (text.n > 0) {
		struct expansion x;
		ptrdiff_t at = str_chr(text, '%');

		buf_add(&out, at < 0 ? text : str_slice(text, 0, (size_t)at));
		if (at < 0)
			break;
		text = str_skip(text, (size_t)at + 1);
		if (text.n > 0 && text.p[0] == '{' && cut_expansion(&text, &x)) {
			add_expansion(a, &out, &x, m);
			continue;
		}
		buf_add(&out, str_starts(text, STR("_"))   ? STR(" ")
			      : str_starts(text, STR("-")) ? STR("%20")
							   : STR("%"));
		text = str_skip(text, 1);
	}
	/*
	 * Nothing is cut at the end: the end is what the domain's owner wrote, the beginning may
	 * be a stranger's local part.
	 */
	result = buf_failed(&out) ? STR("") : arena_str(a, buf_str(&out));
	buf_free(&out);
	return result;
}
