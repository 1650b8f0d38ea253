/*
 * lists - zones of block lists and white lists for the lab; see scenario.h.
 *
 * RFC 5782 section 2.1: an address is listed by an A record at its reversed name; section 5:
 * 127.0.0.2, ::FFFF:7F00:2 and TEST are always listed, 127.0.0.1 and INVALID never.
 */
#include "base/buf.h"
#include "lab/scenario.h"
#include "wire/domain.h"

#define MAX_ZONE ((size_t)4 << 20)

static const char head[] = "$TTL 300\n"
			   "@\tSOA\tns.lab.example. hostmaster.lab.example. 1 3600 900 86400 300\n"
			   "@\tNS\tns.lab.example.\n";

static void add_row(struct buf *zone, struct str owner, struct str code)
{
	buf_addf(zone, STR_FMT "\tA\t" STR_FMT "\n" STR_FMT "\tTXT\t\"listed in the lab\"\n",
	    STR_ARG(owner), STR_ARG(code), STR_ARG(owner));
}

static void add_test_rows(struct buf *zone, struct arena *a, enum lab_list kind)
{
	const struct ip v4 = { IP_V4, { 127, 0, 0, 2 } },
			v6 = { IP_V6, { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 2 } };

	if (kind == LAB_LIST_DOMAINS) {
		add_row(zone, STR("test"), STR("127.0.0.2"));
		return;
	}
	add_row(zone, ip_reversed(a, v4), STR("127.0.0.2"));
	add_row(zone, ip_reversed(a, v6), STR("127.0.0.2"));
}

/* The name of an entry in the zone; {0} for what cannot be one. */
static struct str owner_of(struct arena *a, enum lab_list kind, struct str entry)
{
	struct ip ip;

	if (str_eq(entry, STR("*")))
		return entry;
	if (kind == LAB_LIST_ADDRESSES)
		return ip_parse(entry, &ip) ? ip_reversed(a, ip) : (struct str){ 0 };
	return domain_is_fqdn(entry) ? entry : (struct str){ 0 };
}

/* A list with an entry "*" has no other: a wildcard ends where other names begin. */
bool lab_list_zone(
    struct arena *a, enum lab_list kind, struct str entries, struct str *text, struct str *wrong)
{
	struct str rest = entries, word;
	struct buf zone;
	bool ok = true;

	buf_init(&zone, MAX_ZONE);
	buf_add(&zone, str_of(head));
	if (str_chr(entries, '*') < 0)
		add_test_rows(&zone, a, kind);
	while (ok && (word = str_cut_word(&rest)).n > 0) {
		struct str code = word, owner = owner_of(a, kind, str_cut(&code, '='));
		struct ip ip = { IP_V4, { 127, 0, 0, 2 } };

		*wrong = word;
		ok = owner.n > 0 && (code.n == 0 || (ip_parse(code, &ip) && ip.family == IP_V4));
		if (ok)
			add_row(&zone, owner, ip_write(a, ip));
	}
	ok &= !buf_failed(&zone);
	*text = arena_str(a, buf_str(&zone));
	buf_free(&zone);
	return ok;
}
