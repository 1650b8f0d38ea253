/*
 * spf_term - one term of a record (RFC 7208 sections 4.6.1, 5, 6 and 12).
 *
 *   directive   = [ "+" / "-" / "?" / "~" ] mechanism
 *   modifier    = name "=" macro-string
 *   domain-spec = macro-string ( "." toplabel [ "." ] / macro-expand )
 */
#include "auth/spf_parser.h"
#include "wire/domain.h"

enum argument { NO_ARGUMENT, MAY_DOMAIN, MUST_DOMAIN, NETWORK };

struct mechanism {
	struct str name;
	enum spf_kind kind;
	enum argument argument;
	bool cidr; /* a dual-cidr-length may follow */
};

static const struct mechanism mechanisms[] = {
	{ { "all", 3 }, SPF_ALL, NO_ARGUMENT, false },
	{ { "include", 7 }, SPF_INCLUDE, MUST_DOMAIN, false },
	{ { "a", 1 }, SPF_A, MAY_DOMAIN, true },
	{ { "mx", 2 }, SPF_MX, MAY_DOMAIN, true },
	{ { "ptr", 3 }, SPF_PTR, MAY_DOMAIN, false },
	{ { "ip4", 3 }, SPF_IP4, NETWORK, false },
	{ { "ip6", 3 }, SPF_IP6, NETWORK, false },
	{ { "exists", 6 }, SPF_EXISTS, MUST_DOMAIN, false },
};

/* What people write instead; the second is what they meant. */
static const char *const misspelt[][2] = {
	{ "ipv4", "ip4" },
	{ "ipv6", "ip6" },
	{ "ip", "ip4" },
	{ "ip4v", "ip4" },
	{ "i4p", "ip4" },
	{ "inlcude", "include" },
	{ "includes", "include" },
	{ "inclue", "include" },
	{ "incude", "include" },
	{ "icnlude", "include" },
	{ "include=", "include" },
	{ "exist", "exists" },
	{ "aaaa", "a" },
	{ "host", "a" },
	{ "mxs", "mx" },
	{ "al", "all" },
	{ "alll", "all" },
};

static bool is_delimited_number(struct str s, unsigned max, unsigned *out)
{
	uint64_t value;

	if ((s.n > 1 && s.p[0] == '0') || !str_uint(s, max, &value))
		return false;
	*out = (unsigned)value;
	return true;
}

/* ( "." toplabel [ "." ] ) at the end, where toplabel is no number (section 7.1). */
static bool ends_in_toplabel(struct str spec)
{
	struct str name = domain_undot(spec);
	ptrdiff_t dot = str_rchr(name, '.');
	struct str top = str_skip(name, (size_t)(dot + 1));
	bool letter = false;

	if (dot < 0 || top.n == 0 || top.n > DOMAIN_LABEL_MAX)
		return false;
	for (size_t i = 0; i < top.n; i++) {
		if (!is_alnum(top.p[i]) && top.p[i] != '-')
			return false;
		letter |= !is_digit(top.p[i]);
	}
	return letter && top.p[0] != '-' && top.p[top.n - 1] != '-';
}

/* Does the macro-string end in a macro-expand: "}", "%%", "%_" or "%-"? */
static bool ends_in_macro(struct str spec)
{
	size_t i = 0;
	bool macro = false;

	while (i < spec.n) {
		macro = spec.p[i] == '%';
		if (!macro) {
			i++;
		} else if (i + 1 < spec.n && spec.p[i + 1] != '{') {
			i += 2;
		} else {
			while (i < spec.n && spec.p[i] != '}')
				i++;
			i++;
		}
	}
	return macro;
}

static bool take_spec(struct spf_parser *p, struct str spec)
{
	size_t at;
	bool wants_p;

	if (spec.n == 0) {
		spf_fault(p, SPF_FAULT_DOMAIN, p->term.text, "the domain is missing");
		return false;
	}
	if (!spf_macro_valid(spec, false, &at, &wants_p)) {
		spf_fault(p, SPF_FAULT_MACRO, str_slice(spec, at, at + 1),
		    "not a macro that may stand here");
		return false;
	}
	if (!ends_in_macro(spec) && !ends_in_toplabel(spec)) {
		spf_fault(p, SPF_FAULT_DOMAIN, spec, "not a domain name");
		return false;
	}
	p->term.spec = spec;
	p->term.macros = str_chr(spec, '%') >= 0;
	return true;
}

/* The dual-cidr-length at the end of *s is cut off; false when it is out of range. */
static bool cut_cidr(struct spf_parser *p, struct str *s)
{
	ptrdiff_t slash = str_rchr(*s, '/');
	bool v6;

	p->term.prefix4 = 32;
	p->term.prefix6 = 128;
	for (int rounds = 0; rounds < 2 && slash >= 0; rounds++) {
		struct str digits = str_skip(*s, (size_t)slash + 1);
		uint64_t number;

		if (digits.n > 0 && !str_uint(digits, UINT32_MAX, &number))
			return true; /* part of the domain-spec */
		v6 = slash > 0 && s->p[slash - 1] == '/';
		if (v6 ? !is_delimited_number(digits, 128, &p->term.prefix6)
		       : !is_delimited_number(digits, 32, &p->term.prefix4)) {
			spf_fault(p, SPF_FAULT_PREFIX, str_skip(*s, (size_t)slash),
			    v6 ? "the prefix length must be a number from 0 to 128"
			       : "the prefix length must be a number from 0 to 32");
			return false;
		}
		*s = str_slice(*s, 0, (size_t)slash - v6);
		if (!v6)
			break; /* nothing may stand behind an IPv4 length but "//" */
		slash = str_rchr(*s, '/');
	}
	return true;
}

static bool take_network(struct spf_parser *p, struct str argument)
{
	bool v4 = p->term.kind == SPF_IP4, cidr;
	unsigned max = v4 ? 32 : 128, prefix = max;
	struct str address, digits = argument;

	address = str_cut(&digits, '/');
	cidr = address.n < argument.n;
	if (!ip_parse(address, &p->term.network) || (str_chr(address, ':') >= 0) == v4) {
		spf_fault(p, SPF_FAULT_ADDRESS, argument.n > 0 ? argument : p->term.text,
		    v4 ? "not an IPv4 address" : "not an IPv6 address");
		return false;
	}
	if (cidr && !is_delimited_number(digits, max, &prefix)) {
		spf_fault(p, SPF_FAULT_PREFIX, argument,
		    v4 ? "the prefix length must be a number from 0 to 32"
		       : "the prefix length must be a number from 0 to 128");
		return false;
	}
	p->term.prefix4 = p->term.prefix6 = prefix;
	return true;
}

static size_t name_length(struct str s)
{
	size_t n = 0;

	if (s.n == 0 || !is_alpha(s.p[0]))
		return 0;
	while (n < s.n && (is_alnum(s.p[n]) || s.p[n] == '-' || s.p[n] == '_' || s.p[n] == '.'))
		n++;
	return n;
}

/* spf_parse() has made the room. */
static void add_term(struct spf_parser *p)
{
	p->out->terms[p->out->count++] = p->term;
}

static void read_modifier(struct spf_parser *p, struct str name, struct str value)
{
	bool redirect = str_ieq(name, STR("redirect")), exp = str_ieq(name, STR("exp"));
	size_t at;
	bool wants_p;

	p->term.qualifier = 0;
	p->term.kind = redirect ? SPF_REDIRECT : exp ? SPF_EXP : SPF_UNKNOWN_MODIFIER;
	if (redirect || exp) {
		if (!take_spec(p, value))
			return;
		for (size_t i = 0; i < p->out->count; i++)
			if (p->out->terms[i].kind == p->term.kind) {
				spf_fault(p, SPF_FAULT_TWICE, p->term.text,
				    "this may stand in a record only once");
				return;
			}
	} else if (!spf_macro_valid(value, true, &at, &wants_p)) {
		spf_fault(p, SPF_FAULT_MACRO, p->term.text,
		    "an unknown modifier whose value is no macro string");
		return;
	}
	add_term(p);
}

static const struct mechanism *find_mechanism(struct str name)
{
	for (size_t i = 0; name.n > 0 && i < LENGTH(mechanisms); i++)
		if (to_lower(name.p[0]) == *mechanisms[i].name.p &&
		    str_ieq(name, mechanisms[i].name))
			return &mechanisms[i];
	return NULL;
}

static void unknown_mechanism(struct spf_parser *p, struct str name, struct str rest)
{
	struct ip ip;
	struct str address = p->term.text;

	for (size_t i = 0; i < LENGTH(misspelt); i++) {
		if (!str_ieq(name, str_of(misspelt[i][0])))
			continue;
		spf_fault(p, SPF_FAULT_SPELLING, p->term.text, "no such mechanism, but nearly one");
		spf_fault_mended(
		    p, arena_fmt(p->arena, "%s" STR_FMT, misspelt[i][1], STR_ARG(rest)));
		return;
	}
	address = str_cut(&address, '/');
	if (ip_parse(address, &ip)) {
		spf_fault(p, SPF_FAULT_SPELLING, p->term.text,
		    "an address without \"ip4:\" or \"ip6:\" before it");
		spf_fault_mended(
		    p, arena_fmt(p->arena, "ip%d:" STR_FMT, (int)ip.family, STR_ARG(p->term.text)));
		return;
	}
	spf_fault(p, SPF_FAULT_UNKNOWN, p->term.text, "no such mechanism");
	if (ends_in_toplabel(p->term.text) && domain_is_fqdn(p->term.text))
		spf_fault_mended(p, arena_fmt(p->arena, "include:" STR_FMT, STR_ARG(p->term.text)));
}

/* `rest` begins behind the mechanism's name: "", ":argument", "/length". */
static bool read_argument(struct spf_parser *p, const struct mechanism *m, struct str rest)
{
	bool colon = rest.n > 0 && rest.p[0] == ':';
	struct str argument = rest;

	if (m->argument == NO_ARGUMENT) {
		if (rest.n > 0)
			spf_fault(p, SPF_FAULT_ARGUMENT, p->term.text,
			    "nothing may stand behind this mechanism");
		return rest.n == 0;
	}
	if (m->cidr && !cut_cidr(p, &argument))
		return false;
	if (!m->cidr)
		p->term.prefix4 = 32, p->term.prefix6 = 128;
	if (colon)
		argument = (struct str){ argument.p + 1, argument.n > 0 ? argument.n - 1 : 0 };
	if (m->argument == NETWORK)
		return take_network(p, colon ? argument : (struct str){ 0 });
	if (!colon && argument.n > 0) {
		spf_fault(
		    p, SPF_FAULT_ARGUMENT, p->term.text, "a colon must stand before the domain");
		return false;
	}
	if (colon || m->argument == MUST_DOMAIN)
		return take_spec(p, argument);
	return true;
}

static void read_directive(struct spf_parser *p, struct str body)
{
	size_t n = name_length(body);
	struct str name = str_slice(body, 0, n), rest = str_skip(body, n);
	const struct mechanism *m = find_mechanism(name);

	if (m == NULL || (rest.n > 0 && rest.p[0] != ':' && rest.p[0] != '/')) {
		unknown_mechanism(p, name, rest);
		return;
	}
	p->term.kind = m->kind;
	if (read_argument(p, m, rest))
		add_term(p);
}

void spf_read_term(struct spf_parser *p, struct str text)
{
	struct str body = text;
	size_t n = name_length(text);

	p->term = (struct spf_term){
		.qualifier = '+', .text = text, .at = (size_t)(text.p - p->out->text.p)
	};
	if (n > 0 && n < text.n && text.p[n] == '=') {
		read_modifier(
		    p, str_slice(text, 0, n), (struct str){ text.p + n + 1, text.n - n - 1 });
		return;
	}
	if (strchr("+-~?", text.p[0]) != NULL) {
		p->term.qualifier = text.p[0];
		body = str_skip(text, 1);
	}
	read_directive(p, body);
}
