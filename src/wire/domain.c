/* domain - see domain.h. */
#include "wire/domain.h"

#include <idn2.h>

#include "wire/ip.h"

struct str domain_undot(struct str name)
{
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

typedef bool label_test(struct str label);

static bool each_label(struct str name, label_test *test)
{
	size_t from = 0;

	if (name.n == 0 || name.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '.')
			continue;
		if (i == from || i - from > DOMAIN_LABEL_MAX || !test(str_slice(name, from, i)))
			return false;
		from = i + 1;
	}
	return true;
}

static bool label_askable(struct str label)
{
	for (size_t i = 0; i < label.n; i++)
		if ((unsigned char)label.p[i] < 0x20 || label.p[i] == 0x7f)
			return false;
	return true;
}

static bool label_is_host(struct str label)
{
	for (size_t i = 0; i < label.n; i++)
		if (!is_alnum(label.p[i]) && label.p[i] != '-')
			return false;
	return label.p[0] != '-' && label.p[label.n - 1] != '-';
}

bool domain_valid(struct str name)
{
	return each_label(name, label_askable);
}

bool domain_is_host(struct str name)
{
	return each_label(name, label_is_host);
}

bool domain_is_fqdn(struct str name)
{
	uint64_t number;

	return domain_is_host(name) && domain_labels(name) >= 2 &&
	       !str_uint(domain_last(name, 1), UINT64_MAX, &number);
}

bool domain_eq(struct str a, struct str b)
{
	return str_ieq(domain_undot(a), domain_undot(b));
}

bool domain_under(struct str name, struct str ancestor)
{
	name = domain_undot(name);
	ancestor = domain_undot(ancestor);
	if (ancestor.n == 0 || str_ieq(name, ancestor))
		return true;
	return name.n > ancestor.n && str_iends(name, ancestor) &&
	       name.p[name.n - ancestor.n - 1] == '.';
}

size_t domain_labels(struct str name)
{
	size_t n = name.n > 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '.' && i + 1 < name.n;
	return n;
}

struct str domain_parent(struct str name)
{
	str_cut(&name, '.');
	return name;
}

struct str domain_last(struct str name, size_t n)
{
	for (size_t have = domain_labels(name); have > n; have--)
		name = domain_parent(name);
	return name;
}

static bool refuse_other_things(struct str typed, struct error *e)
{
	struct str bare = str_trim(typed);
	struct ip ip;

	if (bare.n == 0)
		return error_set(e, "the domain is empty");
	if (str_find(bare, STR("://")) >= 0)
		return error_set(e, "\"%.*s\" is a URL: give the domain alone, such as example.com",
		    (int)(bare.n > 200 ? 200 : bare.n), bare.p);
	if (str_chr(bare, '@') >= 0)
		return error_set(e, "\"%.*s\" is a mail address: give what stands behind the @",
		    (int)(bare.n > 200 ? 200 : bare.n), bare.p);
	if (ip_parse(bare, &ip) || bare.p[0] == '[')
		return error_set(e,
		    "\"%.*s\" is an address: give a domain, and addresses with --ip",
		    (int)(bare.n > 200 ? 200 : bare.n), bare.p);
	return true;
}

bool domain_to_ascii(struct arena *a, struct str name, struct str *out)
{
	struct str copy;
	char *ascii = NULL;

	*out = name;
	if (str_is_ascii(name))
		return true;
	copy = arena_str(a, name);
	if (memchr(copy.p, '\0', copy.n) != NULL ||
	    idn2_to_ascii_8z(copy.p, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return false;
	*out = arena_str(a, str_of(ascii));
	idn2_free(ascii);
	return true;
}

bool domain_from_user(struct arena *a, struct str typed, struct str *out, struct error *e)
{
	struct str name = str_trim(typed);

	if (!refuse_other_things(typed, e))
		return false;
	if (!domain_to_ascii(a, name, &name))
		name.n = 0;
	name = domain_undot(name);
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '.' &&
		    name.p[i] != '_')
			name.n = 0;
	if (!domain_valid(name))
		return error_set(e,
		    "\"" STR_FMT
		    "\" is no domain name: letters, digits and hyphens, parted by single "
		    "dots, 63 bytes a label and 253 in all (RFC 1035 section 2.3.4)",
		    STR_ARG(str_slice(typed, 0, 80)));
	*out = arena_lower(a, name);
	return true;
}

struct str domain_to_unicode(struct arena *a, struct str name)
{
	struct str copy = arena_str(a, name);
	char *out = NULL;

	if (str_ifind(name, STR("xn--")) < 0 || memchr(copy.p, '\0', copy.n) != NULL ||
	    idn2_to_unicode_8z8z(copy.p, &out, 0) != IDN2_OK)
		return name;
	struct str text = arena_str(a, str_of(out));
	idn2_free(out);
	return text;
}
