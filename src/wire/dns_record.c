/*
 * dns_record - record data in presentation format to struct dns_record.
 *
 *   RFC 1035 section 5.1   fields parted by blanks, quoted strings, \DDD and \X
 *   RFC 3597 section 5     "\# LENGTH HEX" for any type; here only the text is kept
 *
 * One cursor reads all fields; its failure is sticky, and asked for once at the end.
 */
#include "wire/dns.h"

#include <time.h>

#include "wire/domain.h"

#define MAX_TEXT    ((size_t)4 * 65535) /* every byte written as \DDD */
#define MAX_STRINGS 10000

struct fields {
	struct arena *arena;
	struct str rest;
	bool failed;
};

static void skip_blanks(struct fields *f)
{
	while (f->rest.n > 0 && is_wsp(f->rest.p[0]))
		f->rest = str_skip(f->rest, 1);
}

/* One byte of a quoted or bare string, escapes undone; false on a broken escape. */
static bool take_byte(struct str *s, char *out)
{
	uint64_t value;

	*out = s->p[0];
	*s = str_skip(*s, 1);
	if (*out != '\\')
		return true;
	if (s->n == 0)
		return false;
	if (!is_digit(s->p[0])) {
		*out = s->p[0];
		*s = str_skip(*s, 1);
		return true;
	}
	if (s->n < 3 || !str_uint(str_slice(*s, 0, 3), 255, &value))
		return false;
	*out = (char)(unsigned char)value;
	*s = str_skip(*s, 3);
	return true;
}

/* Bytes up to the end of the string, escapes counted as written: its room, not more. */
static size_t written_length(struct str s, bool quoted)
{
	size_t n = 0;

	while (n < s.n && (quoted ? s.p[n] != '"' : !is_wsp(s.p[n])))
		n += s.p[n] == '\\' ? 2 : 1;
	return n < s.n ? n : s.n;
}

/* The next character-string: quoted, or up to the next blank. */
static struct str take_string(struct fields *f)
{
	skip_blanks(f);
	if (f->failed || f->rest.n == 0) {
		f->failed = true;
		return (struct str){ 0 };
	}
	bool quoted = f->rest.p[0] == '"';
	f->rest = str_skip(f->rest, quoted ? 1 : 0);
	char *p = arena_array(f->arena, char, written_length(f->rest, quoted) + 1);
	size_t n = 0;

	while (f->rest.n > 0 && (quoted ? f->rest.p[0] != '"' : !is_wsp(f->rest.p[0])))
		if (!take_byte(&f->rest, &p[n++]))
			f->failed = true;
	if (quoted && f->rest.n == 0)
		f->failed = true;
	else if (quoted)
		f->rest = str_skip(f->rest, 1);
	return (struct str){ p, n };
}

static struct str take_word(struct fields *f)
{
	struct str word = str_cut_word(&f->rest);

	f->failed |= word.n == 0;
	return word;
}

static uint32_t take_number(struct fields *f, uint32_t max)
{
	uint64_t value = 0;

	f->failed |= !str_uint(take_word(f), max, &value);
	return (uint32_t)value;
}

static struct str take_name(struct fields *f)
{
	struct str name = domain_undot(take_word(f));

	f->failed |= name.n > 4 * DOMAIN_MAX;
	return name;
}

static struct ip take_address(struct fields *f, enum ip_family family)
{
	struct str word = take_word(f);
	struct ip ip = { 0 };

	/* An AAAA record may hold a mapped address, which ip_parse turns into IPv4. */
	f->failed |= !ip_parse(word, &ip) ||
		     (family == IP_V4 ? str_chr(word, ':') >= 0 : str_chr(word, ':') < 0);
	return ip;
}

/* The rest of the record as hexadecimal digits, blanks allowed between them. */
static struct str take_hex(struct fields *f)
{
	char *p = arena_array(f->arena, char, f->rest.n / 2 + 1);
	size_t digits = 0;

	for (; f->rest.n > 0; f->rest = str_skip(f->rest, 1)) {
		int value = hex_value(f->rest.p[0]);

		if (is_wsp(f->rest.p[0]))
			continue;
		if (value < 0) {
			f->failed = true;
			break;
		}
		p[digits / 2] =
		    (char)(unsigned char)(digits % 2 == 0 ? value << 4 : p[digits / 2] | value);
		digits++;
	}
	f->failed |= digits % 2 != 0;
	return (struct str){ p, digits / 2 };
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The rest of the record as base64, blanks allowed between the characters. */
static struct str take_base64(struct fields *f)
{
	char *p = arena_array(f->arena, char, f->rest.n + 1);
	size_t n = 0;
	unsigned bits = 0, have = 0;

	for (; f->rest.n > 0; f->rest = str_skip(f->rest, 1)) {
		char c = f->rest.p[0];
		int value = base64_value(c);

		if (is_wsp(c) || c == '=')
			continue;
		f->failed |= value < 0;
		bits = (bits << 6 | (unsigned)(value & 63)) & 0xffff;
		have += 6;
		if (have >= 8)
			p[n++] = (char)(unsigned char)(bits >> (have -= 8));
	}
	return (struct str){ p, n };
}

/* YYYYMMDDHHMMSS or seconds since 1970 (RFC 4034 section 3.2). */
static int64_t take_time(struct fields *f)
{
	struct str word = take_word(f);
	static const size_t widths[6] = { 4, 2, 2, 2, 2, 2 };
	uint64_t part[6] = { 0 }, seconds = 0;
	size_t at = 0;

	if (word.n != 14) {
		f->failed |= !str_uint(word, UINT32_MAX, &seconds);
		return (int64_t)seconds;
	}
	for (size_t i = 0; i < 6; at += widths[i++])
		f->failed |= !str_uint(str_slice(word, at, at + widths[i]), 9999, &part[i]);
	struct tm tm = { .tm_year = (int)part[0] - 1900,
		.tm_mon = (int)part[1] - 1,
		.tm_mday = (int)part[2],
		.tm_hour = (int)part[3],
		.tm_min = (int)part[4],
		.tm_sec = (int)part[5] };
	return (int64_t)timegm(&tm);
}

static void parse_a(struct fields *f, struct dns_record *r)
{
	r->address = take_address(f, IP_V4);
}

static void parse_aaaa(struct fields *f, struct dns_record *r)
{
	r->address = take_address(f, IP_V6);
}

static void parse_name(struct fields *f, struct dns_record *r)
{
	r->name = take_name(f);
}

static void parse_mx(struct fields *f, struct dns_record *r)
{
	r->mx.preference = (uint16_t)take_number(f, 65535);
	r->mx.host = take_name(f);
}

static void parse_txt(struct fields *f, struct dns_record *r)
{
	size_t total = 0, n = 0;
	char *p;

	do {
		arena_push(f->arena, r->txt.strings, r->txt.count, struct str, take_string(f));
		total += r->txt.strings[r->txt.count - 1].n;
		skip_blanks(f);
	} while (!f->failed && f->rest.n > 0 && r->txt.count < MAX_STRINGS);
	if (r->txt.count == 1) {
		r->txt.joined = r->txt.strings[0];
		return;
	}
	p = arena_array(f->arena, char, total + 1);
	for (size_t i = 0; i < r->txt.count; n += r->txt.strings[i++].n)
		if (r->txt.strings[i].n > 0)
			memcpy(p + n, r->txt.strings[i].p, r->txt.strings[i].n);
	r->txt.joined = (struct str){ p, total };
}

static void parse_soa(struct fields *f, struct dns_record *r)
{
	r->soa.mname = take_name(f);
	r->soa.rname = take_name(f);
	r->soa.serial = take_number(f, UINT32_MAX);
	r->soa.refresh = take_number(f, UINT32_MAX);
	r->soa.retry = take_number(f, UINT32_MAX);
	r->soa.expire = take_number(f, UINT32_MAX);
	r->soa.minimum = take_number(f, UINT32_MAX);
}

static void parse_srv(struct fields *f, struct dns_record *r)
{
	r->srv.priority = (uint16_t)take_number(f, 65535);
	r->srv.weight = (uint16_t)take_number(f, 65535);
	r->srv.port = (uint16_t)take_number(f, 65535);
	r->srv.target = take_name(f);
}

static void parse_tlsa(struct fields *f, struct dns_record *r)
{
	r->tlsa.usage = (uint8_t)take_number(f, 255);
	r->tlsa.selector = (uint8_t)take_number(f, 255);
	r->tlsa.matching = (uint8_t)take_number(f, 255);
	r->tlsa.data = take_hex(f);
}

static void parse_caa(struct fields *f, struct dns_record *r)
{
	r->caa.flags = (uint8_t)take_number(f, 255);
	r->caa.tag = take_word(f);
	r->caa.value = take_string(f);
}

static void parse_ds(struct fields *f, struct dns_record *r)
{
	r->ds.key_tag = (uint16_t)take_number(f, 65535);
	r->ds.algorithm = (uint8_t)take_number(f, 255);
	r->ds.digest_type = (uint8_t)take_number(f, 255);
	r->ds.digest = take_hex(f);
}

static void parse_dnskey(struct fields *f, struct dns_record *r)
{
	r->dnskey.flags = (uint16_t)take_number(f, 65535);
	r->dnskey.protocol = (uint8_t)take_number(f, 255);
	r->dnskey.algorithm = (uint8_t)take_number(f, 255);
	r->dnskey.key = take_base64(f);
}

static void parse_rrsig(struct fields *f, struct dns_record *r)
{
	r->rrsig.covered = take_word(f);
	r->rrsig.algorithm = (uint8_t)take_number(f, 255);
	r->rrsig.labels = (uint8_t)take_number(f, 255);
	r->rrsig.ttl = take_number(f, UINT32_MAX);
	r->rrsig.expires = take_time(f);
	r->rrsig.begins = take_time(f);
	r->rrsig.key_tag = (uint16_t)take_number(f, 65535);
	r->rrsig.signer = take_name(f);
	f->rest = (struct str){ 0 }; /* the signature itself is the validator's affair */
}

static void parse_nsec3param(struct fields *f, struct dns_record *r)
{
	r->nsec3param.algorithm = (uint8_t)take_number(f, 255);
	r->nsec3param.flags = (uint8_t)take_number(f, 255);
	r->nsec3param.iterations = (uint16_t)take_number(f, 65535);
	r->nsec3param.salt = take_word(f);
}

struct parser {
	enum dns_type type;
	void (*parse)(struct fields *, struct dns_record *);
};

static const struct parser parsers[] = {
	{ DNS_A, parse_a },
	{ DNS_AAAA, parse_aaaa },
	{ DNS_TXT, parse_txt },
	{ DNS_MX, parse_mx },
	{ DNS_PTR, parse_name },
	{ DNS_CNAME, parse_name },
	{ DNS_NS, parse_name },
	{ DNS_SPF, parse_txt },
	{ DNS_SOA, parse_soa },
	{ DNS_SRV, parse_srv },
	{ DNS_TLSA, parse_tlsa },
	{ DNS_CAA, parse_caa },
	{ DNS_DS, parse_ds },
	{ DNS_CDS, parse_ds },
	{ DNS_DNSKEY, parse_dnskey },
	{ DNS_CDNSKEY, parse_dnskey },
	{ DNS_RRSIG, parse_rrsig },
	{ DNS_NSEC3PARAM, parse_nsec3param },
};

void dns_record_parse(struct arena *a, enum dns_type type, struct str text, struct dns_record *out)
{
	struct fields f = { .arena = a, .rest = text };

	*out = (struct dns_record){ .text = text };
	if (text.n > MAX_TEXT)
		return;
	for (size_t i = 0; i < LENGTH(parsers); i++) {
		if (parsers[i].type != type)
			continue;
		parsers[i].parse(&f, out);
		skip_blanks(&f);
		out->parsed = !f.failed && f.rest.n == 0;
		break;
	}
	if (!out->parsed)
		*out = (struct dns_record){ .text = text };
}

static size_t write_byte(char *to, unsigned char c)
{
	if (c == '"' || c == '\\') {
		to[0] = '\\';
		to[1] = (char)c;
		return 2;
	}
	if (c >= 0x20 && c < 0x7f) {
		to[0] = (char)c;
		return 1;
	}
	to[0] = '\\';
	to[1] = (char)('0' + c / 100);
	to[2] = (char)('0' + c / 10 % 10);
	to[3] = (char)('0' + c % 10);
	return 4;
}

struct str dns_txt_write(struct arena *a, struct str text)
{
	size_t pieces = text.n / 255 + 1, n = 0;
	char *p = arena_array(a, char, text.n * 4 + pieces * 3 + 1);

	for (size_t i = 0; i < text.n || i == 0; i += 255) {
		struct str piece = str_slice(text, i, i + 255);

		if (i > 0)
			p[n++] = ' ';
		p[n++] = '"';
		for (size_t k = 0; k < piece.n; k++)
			n += write_byte(p + n, (unsigned char)piece.p[k]);
		p[n++] = '"';
	}
	return (struct str){ p, n };
}
