/* ip - see ip.h. */
#include "wire/ip.h"

#include <arpa/inet.h>
#include <stdio.h>

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static void unmap(struct ip *ip)
{
	if (ip->family != IP_V6 || memcmp(ip->bytes, mapped_prefix, sizeof(mapped_prefix)) != 0)
		return;
	ip->family = IP_V4;
	memmove(ip->bytes, ip->bytes + 12, 4);
	memset(ip->bytes + 4, 0, 12);
}

/* One to three digits of at most 255 without a leading zero, cut off *s. */
static bool cut_octet(struct str *s, uint8_t *out)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s->n && n < 3 && is_digit(s->p[n]))
		value = value * 10 + (unsigned)(s->p[n++] - '0');
	if (n == 0 || value > 255 || (n > 1 && s->p[0] == '0'))
		return false;
	*out = (uint8_t)value;
	*s = (struct str){ s->p + n, s->n - n };
	return true;
}

static bool parse_v4(struct str text, uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0 && (text.n == 0 || text.p[0] != '.'))
			return false;
		if (i > 0)
			text = (struct str){ text.p + 1, text.n - 1 };
		if (!cut_octet(&text, &bytes[i]))
			return false;
	}
	return text.n == 0;
}

bool ip_parse(struct str text, struct ip *out)
{
	char z[INET6_ADDRSTRLEN];
	uint8_t v4[4];

	*out = (struct ip){ 0 };
	if (parse_v4(text, v4)) {
		out->family = IP_V4;
		memcpy(out->bytes, v4, sizeof(v4));
		return true;
	}
	if (text.n == 0 || text.n >= sizeof(z) || memchr(text.p, '\0', text.n) != NULL)
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	if (inet_pton(AF_INET6, z, out->bytes) != 1)
		return false;
	out->family = IP_V6;
	unmap(out);
	return true;
}

struct str ip_write(struct arena *a, struct ip ip)
{
	char z[INET6_ADDRSTRLEN] = "";

	if (ip.family != IP_NONE)
		inet_ntop(ip.family == IP_V4 ? AF_INET : AF_INET6, ip.bytes, z, sizeof(z));
	return arena_str(a, str_of(z));
}

bool ip_eq(struct ip a, struct ip b)
{
	return a.family == b.family && memcmp(a.bytes, b.bytes, a.family == IP_V4 ? 4 : 16) == 0;
}

bool ip_in(struct ip address, struct ip network, unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	if (address.family != network.family || memcmp(address.bytes, network.bytes, whole) != 0)
		return false;
	return rest == 0 || (address.bytes[whole] ^ network.bytes[whole]) >> (8 - rest) == 0;
}

static struct str reversed_v6(struct arena *a, const uint8_t bytes[16])
{
	static const char digits[] = "0123456789abcdef";
	char *p = arena_array(a, char, 64);

	for (size_t i = 0; i < 32; i++) {
		uint8_t byte = bytes[15 - i / 2];

		p[2 * i] = digits[i % 2 == 0 ? byte & 15 : byte >> 4];
		p[2 * i + 1] = '.';
	}
	return (struct str){ p, 63 };
}

struct str ip_reversed(struct arena *a, struct ip ip)
{
	if (ip.family == IP_V6)
		return reversed_v6(a, ip.bytes);
	return arena_fmt(a, "%d.%d.%d.%d", ip.bytes[3], ip.bytes[2], ip.bytes[1], ip.bytes[0]);
}

struct str ip_arpa(struct arena *a, struct ip ip)
{
	struct str reversed = ip_reversed(a, ip);

	return arena_fmt(
	    a, STR_FMT ".%s", STR_ARG(reversed), ip.family == IP_V6 ? "ip6.arpa" : "in-addr.arpa");
}

struct special {
	struct ip network;
	unsigned prefix;
	const char *why;
};

/* IANA special-purpose registries (RFC 6890), the rows that are not globally reachable. */
static const struct special specials[] = {
	{ { IP_V4, { 0 } }, 8, "\"this network\" (RFC 1122)" },
	{ { IP_V4, { 10 } }, 8, "private (RFC 1918)" },
	{ { IP_V4, { 100, 64 } }, 10, "shared by carrier NAT (RFC 6598)" },
	{ { IP_V4, { 127 } }, 8, "loopback (RFC 1122)" },
	{ { IP_V4, { 169, 254 } }, 16, "link local (RFC 3927)" },
	{ { IP_V4, { 172, 16 } }, 12, "private (RFC 1918)" },
	{ { IP_V4, { 192, 0, 0 } }, 24, "reserved (RFC 6890)" },
	{ { IP_V4, { 192, 0, 2 } }, 24, "for documentation (RFC 5737)" },
	{ { IP_V4, { 192, 168 } }, 16, "private (RFC 1918)" },
	{ { IP_V4, { 198, 18 } }, 15, "for benchmarks (RFC 2544)" },
	{ { IP_V4, { 198, 51, 100 } }, 24, "for documentation (RFC 5737)" },
	{ { IP_V4, { 203, 0, 113 } }, 24, "for documentation (RFC 5737)" },
	{ { IP_V4, { 224 } }, 4, "multicast (RFC 5771)" },
	{ { IP_V4, { 240 } }, 4, "reserved (RFC 1112)" },
	{ { IP_V6, { 0 } }, 128, "unspecified (RFC 4291)" },
	{ { IP_V6, { [15] = 1 } }, 128, "loopback (RFC 4291)" },
	{ { IP_V6, { 0, 0x64, 0xff, 0x9b, 0, 1 } }, 48, "local NAT64 (RFC 8215)" },
	{ { IP_V6, { 1 } }, 64, "discard-only (RFC 6666)" },
	{ { IP_V6, { 0x20, 0x01, 0x0d, 0xb8 } }, 32, "for documentation (RFC 3849)" },
	{ { IP_V6, { 0x3f, 0xff } }, 20, "for documentation (RFC 9637)" },
	{ { IP_V6, { 0xfc } }, 7, "unique local (RFC 4193)" },
	{ { IP_V6, { 0xfe, 0x80 } }, 10, "link local (RFC 4291)" },
	{ { IP_V6, { 0xfe, 0xc0 } }, 10, "site local (RFC 3879)" },
	{ { IP_V6, { 0xff } }, 8, "multicast (RFC 4291)" },
};

const char *ip_special(struct ip ip)
{
	for (size_t i = 0; i < LENGTH(specials); i++)
		if (ip_in(ip, specials[i].network, specials[i].prefix))
			return specials[i].why;
	return ip.family == IP_NONE ? "no address" : NULL;
}
