/* name_generic - see name_generic.h. The words are those that filters look for. */
#include "check/name_generic.h"

#include "wire/domain.h"

static const char *const words[] = { "dynamic", "dyn", "dhcp", "pool", "ppp", "pppoe", "dsl",
	"adsl", "vdsl", "cable", "cust", "customer", "client", "dialup", "dial", "broadband",
	"static", "unassigned", "generic", "node", "host", "home", "residential", "fttx", "ftth",
	"wlan", "mobile", "nat", "cpe", "ip", "user", "subscriber" };

static bool is_word(struct str label)
{
	/* "pool-12" and "pool12" are the word too. */
	while (label.n > 0 && !is_alpha(label.p[label.n - 1]))
		label.n--;
	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_ieq(label, str_of(words[i])))
			return true;
	return false;
}

static bool has_word(struct str name)
{
	while (name.n > 0) {
		struct str label = str_cut(&name, '.');

		while (label.n > 0)
			if (is_word(str_cut(&label, '-')))
				return true;
	}
	return false;
}

/* The numbers of the name in order, parted by anything that is no digit. */
static size_t numbers(struct str name, unsigned out[16])
{
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < 16;) {
		size_t from = i;
		uint64_t value;

		while (i < name.n && is_digit(name.p[i]))
			i++;
		if (i > from && str_uint(str_slice(name, from, i), 255, &value))
			out[n++] = (unsigned)value;
		if (i == from)
			i++;
	}
	return n;
}

static bool has_quad(struct str name, const uint8_t bytes[4])
{
	unsigned found[16];
	size_t n = numbers(name, found);

	for (size_t i = 0; i + 4 <= n; i++) {
		bool forward = true, backward = true;

		for (size_t k = 0; k < 4; k++) {
			forward &= found[i + k] == bytes[k];
			backward &= found[i + k] == bytes[3 - k];
		}
		if (forward || backward)
			return true;
	}
	return false;
}

/* 203.0.113.7 as cb007107, or as 203000113007. */
static bool has_run(struct arena *a, struct str name, const uint8_t b[4])
{
	return str_ifind(name, arena_fmt(a, "%02x%02x%02x%02x", b[0], b[1], b[2], b[3])) >= 0 ||
	       str_ifind(name, arena_fmt(a, "%03u%03u%03u%03u", b[0], b[1], b[2], b[3])) >= 0;
}

/* Eight hexadecimal digits of the address in a row, dots and hyphens left out. */
static bool has_nibbles(struct arena *a, struct str name, const uint8_t bytes[16])
{
	char *digits = arena_array(a, char, name.n + 1);
	struct str text = { digits, 0 };

	for (size_t i = 0; i < name.n; i++)
		if (hex_value(name.p[i]) >= 0)
			digits[text.n++] = name.p[i];
	struct str tail =
	    arena_fmt(a, "%02x%02x%02x%02x", bytes[12], bytes[13], bytes[14], bytes[15]);
	struct str head = arena_fmt(a, "%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3]);
	return str_ifind(text, tail) >= 0 && str_ifind(text, head) >= 0;
}

/* 2001:db8::1 as 2001-db8--1, as 2001-db8-0-0-0-0-0-1, or as nibbles in ip6.arpa's order. */
static bool has_ipv6_text(struct arena *a, struct str name, struct ip ip)
{
	struct str text = arena_str(a, ip_write(a, ip)), full = STR("");
	char *p = arena_array(a, char, text.n + 1);

	for (size_t i = 0; i < text.n; i++)
		p[i] = text.p[i] == ':' ? '-' : text.p[i];
	for (size_t i = 0; i < 16; i += 2)
		full = arena_fmt(a, STR_FMT "%s%x", STR_ARG(full), i > 0 ? "-" : "",
		    (unsigned)(ip.bytes[i] << 8 | ip.bytes[i + 1]));
	return str_ifind(name, (struct str){ p, text.n }) >= 0 || str_ifind(name, full) >= 0 ||
	       str_istarts(name, ip_reversed(a, ip));
}

/* Those that no mail server's name has by chance. */
static const char *const telling[] = { "dynamic", "dyn", "dhcp", "pool", "ppp", "pppoe", "dsl",
	"adsl", "vdsl", "cable", "dialup", "dial", "broadband", "unassigned", "residential", "cpe",
	"dip", "dynip", "dynamicip", "dslam" };

static bool is_telling(struct str word)
{
	for (size_t i = 0; i < LENGTH(telling); i++)
		if (str_ieq(word, str_of(telling[i])))
			return true;
	return false;
}

static bool has_digit(struct str label)
{
	for (size_t i = 0; i < label.n; i++)
		if (is_digit(label.p[i]))
			return true;
	return false;
}

/*
 * Without the address: two telling words ("dyn-pool.dialup.isp.net"), or one in a label with a
 * number ("dhcp-17.isp.net"). The last two labels are somebody's name and do not count.
 */
static bool tells(struct str name)
{
	size_t count = 0, labels = domain_labels(name);

	for (; labels > 2; labels--) {
		struct str label = str_cut(&name, '.');
		bool numbered = has_digit(label);

		while (label.n > 0) {
			struct str word = str_cut(&label, '-');

			while (word.n > 0 && is_digit(word.p[word.n - 1]))
				word.n--;
			if (!is_telling(word))
				continue;
			if (numbered || ++count == 2)
				return true;
		}
	}
	return false;
}

const char *name_generic(struct arena *a, struct str name, struct ip ip)
{
	bool address = ip.family == IP_V4
			   ? has_quad(name, ip.bytes) || has_run(a, name, ip.bytes)
			   : has_nibbles(a, name, ip.bytes) || has_ipv6_text(a, name, ip);

	if (address)
		return has_word(name)
			   ? "it holds the address and a word such as \"pool\" or \"dynamic\""
			   : "it holds the address";
	return tells(name) ? "its words are those of dial-in and unused addresses" : NULL;
}
