/*
 * test_spf - check_host() itself: limits, matching, includes, macros, senders in UTF-8.
 *
 * A row's `want` is "result term lookups/voids", the term as written, "." when none decided;
 * then the explanation in quotes, if there is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "auth/spf.h"
#include "zone_world.h"

#define MAIN(terms)	"e.test TXT \"v=spf1 " terms "\"\n"
#define AT(name, terms) name " TXT \"v=spf1 " terms "\"\n"

struct spf_row {
	const char *name, *zone, *want;
	const char *ip, *from, *helo, *domain; /* 192.0.2.1, joe@e.test, mail.e.test */
	const char *never;		       /* a name that may not be asked for */
	const char *says;		       /* a part of the reason */
};

static struct spf_query query_of(const struct spf_row *row)
{
	struct spf_query q = { .helo = str_of(row->helo ? row->helo : "mail.e.test"),
		.mail_from = str_of(row->from ? row->from : "joe@e.test"),
		.domain = str_of(row->domain),
		.now = 1795000000,
		.trace = true };

	if (!ip_parse(str_of(row->ip ? row->ip : "192.0.2.1"), &q.ip))
		fail_msg("%s: bad address", row->name);
	return q;
}

static struct str summary(struct arena *a, const struct spf_report *r)
{
	struct str s = arena_fmt(a, "%s " STR_FMT " %u/%u", spf_result_name(r->result),
	    STR_ARG(r->matched.n > 0 ? r->matched : STR(".")), r->lookups, r->voids);

	if (r->explanation.n == 0)
		return s;
	return arena_fmt(a, STR_FMT " \"" STR_FMT "\"", STR_ARG(s), STR_ARG(r->explanation));
}

/* From SHUFFLED on, each number is an order of its own. */
enum order { ALL_AT_ONCE, FIRST_ASKED, LAST_ASKED, SHUFFLED, ORDERS = SHUFFLED + 6 };

/* Open questions that were handed out but not answered yet. */
struct waiting {
	struct fact *facts[64];
	size_t count, answered;
};

static bool answer_one(struct frank_case *c, const char *zone, struct waiting *w, enum order order)
{
	struct fact *f;
	size_t which;

	while ((f = case_next_open(c)) != NULL && w->count < LENGTH(w->facts))
		w->facts[w->count++] = f;
	if (w->count == 0)
		return false;
	which = order == FIRST_ASKED  ? 0
		: order == LAST_ASKED ? w->count - 1
				      : (order * 7 + ++w->answered * 5) % w->count;
	f = w->facts[which];
	w->facts[which] = w->facts[--w->count];
	zone_answer(c, str_of(zone), f);
	case_answered(c, f);
	return true;
}

/* Evaluated from the start again after every single answer, or round by round. */
static struct spf_report evaluate(
    struct frank_case *c, const char *zone, const struct spf_query *q, enum order order)
{
	struct waiting waiting = { .count = 0 };
	struct spf_report r;
	size_t rounds = 0;

	while ((r = spf_check(&c->source, c->arena, q)).result == SPF_PENDING) {
		bool more = order == ALL_AT_ONCE ? zone_turn(c, zone)
						 : answer_one(c, zone, &waiting, order);

		assert_true(more);
		assert_in_range(++rounds, 1, 300);
	}
	return r;
}

static bool was_asked(const struct frank_case *c, const char *name)
{
	for (size_t i = 0; name != NULL && i < c->count; i++)
		if (domain_eq(c->facts[i]->question.dns.name, str_of(name)))
			return true;
	return false;
}

static void run_row(const struct spf_row *row, enum order order)
{
	struct arena a = { 0 };
	struct frank_case c;
	struct spf_query q = query_of(row);
	struct spf_report r;
	struct str got, reason;

	case_init(&c, &a, STR("e.test"), q.now);
	r = evaluate(&c, row->zone, &q, order);
	got = summary(&a, &r);
	reason = spf_reason(&a, &q, &r);
	if (!str_eq(got, str_of(row->want)))
		fail_msg("%s (order %d): " STR_FMT ", " STR_FMT, row->name, (int)order,
		    STR_ARG(got), STR_ARG(reason));
	if (was_asked(&c, row->never))
		fail_msg("%s: asked for %s", row->name, row->never);
	if (row->says != NULL && str_find(reason, str_of(row->says)) < 0)
		fail_msg("%s: says " STR_FMT, row->name, STR_ARG(reason));
	arena_free(&a);
}

static void rows_hold(const struct spf_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (enum order order = ALL_AT_ONCE; order < ORDERS; order++)
			run_row(&rows[i], order);
}

static void limits(void **state)
{
#define LEAF(name) AT(name, "ip4:203.0.113.9 -all")
#define FIVE	   "include:a.test include:b.test include:c.test include:d.test include:f.test "
#define FIVE_MORE  "include:g.test include:h.test include:i.test include:j.test include:k.test "
#define TEN_LEAVES                                                                                 \
	LEAF("a.test")                                                                             \
	LEAF("b.test")                                                                             \
	LEAF("c.test")                                                                             \
	LEAF("d.test")                                                                             \
	LEAF("f.test") LEAF("g.test") LEAF("h.test") LEAF("i.test") LEAF("j.test") LEAF("k.test")
#define HOST(n) "e.test MX 1 m" n ".test.\nm" n ".test A 198.51.100." n "\n"
#define TEN_HOSTS                                                                                  \
	HOST("1")                                                                                  \
	HOST("2") HOST("3") HOST("4") HOST("5") HOST("6") HOST("7") HOST("8") HOST("9") HOST("10")
#define REVERSE "1.2.0.192.in-addr.arpa PTR "
#define NAME(n) REVERSE "n" n ".test.\n"
#define TEN_NAMES                                                                                  \
	NAME("1")                                                                                  \
	NAME("2") NAME("3") NAME("4") NAME("5") NAME("6") NAME("7") NAME("8") NAME("9") NAME("10")
	static const struct spf_row rows[] = {
		{ "ten includes are allowed", MAIN(FIVE FIVE_MORE "-all") TEN_LEAVES,
		    "fail -all 10/0" },
		{ "the eleventh term is not", MAIN(FIVE FIVE_MORE "a -all") TEN_LEAVES,
		    "permerror . 11/0", .says = "at least 11 lookups; the limit is 10" },
		{ "the eleventh is a redirect",
		    MAIN(FIVE FIVE_MORE "redirect=l.test") TEN_LEAVES LEAF("l.test"),
		    "permerror . 11/0", .never = "l.test" },
		{ "a match before the limit counts",
		    MAIN(FIVE FIVE_MORE "ip4:192.0.2.1 a -all") TEN_LEAVES,
		    "pass ip4:192.0.2.1 10/0" },
		{ "ip4, ip6, all and exp are free",
		    MAIN(FIVE FIVE_MORE "ip4:198.51.100.1 ip6:::1 -all exp=x.test") TEN_LEAVES
		    "x.test TXT \"Sorry.\"\n",
		    "fail -all 10/0 \"Sorry.\"" },
		{ "terms inside includes count",
		    MAIN("include:a.test include:b.test a -all") AT("a.test", "a a a a a ?all")
			AT("b.test",
			    "a:a.test mx:a.test a a -all") "a.test A 198.51.100.7\na.test MX 1 "
							   "a.test.\nb.test A 198.51.100.7\n",
		    "permerror . 11/0" },
		{ "behind a match nothing counts", MAIN("ip4:192.0.2.1 " FIVE FIVE_MORE "a a"),
		    "pass ip4:192.0.2.1 0/0", .never = "a.test" },

		{ "two voids are allowed", MAIN("a:x.test a:y.test ip4:192.0.2.1 -all"),
		    "pass ip4:192.0.2.1 2/2" },
		{ "the third is not", MAIN("a:x.test mx:y.test exists:z.test ip4:192.0.2.1 -all"),
		    "permerror . 3/3", .says = "at least 3 lookups found nothing; the limit is 2" },
		{ "no data is void as well",
		    MAIN("a:x.test a:y.test a:z.test -all") "x.test AAAA ::1\ny.test TXT "
							    "\"y\"\nz.test MX 1 z.test.\n",
		    "permerror . 3/3" },
		{ "hosts of mx without addresses are not void",
		    MAIN("mx mx mx -all") "e.test MX 1 x.test.\ne.test MX 2 y.test.\n",
		    "fail -all 3/0" },
		{ "an unknown client is void for ptr", MAIN("ptr a:x.test a:y.test -all"),
		    "permerror . 3/3" },
		{ "names of a client without addresses are not void",
		    MAIN("ptr ptr ptr -all") NAME("1"), "fail -all 3/0" },

		{ "ten MX hosts", MAIN("mx -all") TEN_HOSTS, "fail -all 1/0" },
		{ "the tenth of ten counts", MAIN("mx -all") TEN_HOSTS, "pass mx 1/0",
		    .ip = "198.51.100.10" },
		{ "eleven MX hosts", MAIN("mx -all") TEN_HOSTS HOST("11"), "permerror . 1/0",
		    .ip = "198.51.100.1", .says = "e.test has 11 MX records; the limit is 10" },
		{ "null MX", MAIN("mx -all") "e.test MX 0 .\n", "fail -all 1/0" },

		{ "the tenth name counts",
		    MAIN("ptr:n10.test -all") TEN_NAMES "n10.test A 192.0.2.1\n",
		    "pass ptr:n10.test 1/0" },
		{ "the eleventh name does not",
		    MAIN("ptr:n11.test -all") TEN_NAMES NAME("11") "n11.test A 192.0.2.1\n",
		    "fail -all 1/0", .never = "n11.test" },
	};

	(void)state;
	rows_hold(rows, LENGTH(rows));
}

static void includes_and_redirects(void **state)
{
	static const struct spf_row rows[] = {
		{ "pass beneath is a match",
		    MAIN("include:a.test -all") AT("a.test", "ip4:192.0.2.1 -all"),
		    "pass include:a.test 1/0" },
		{ "with its own qualifier", MAIN("~include:a.test -all") AT("a.test", "+all"),
		    "softfail ~include:a.test 1/0" },
		{ "fail beneath is none", MAIN("include:a.test ip4:192.0.2.1") AT("a.test", "-all"),
		    "pass ip4:192.0.2.1 1/0" },
		{ "softfail beneath is none", MAIN("include:a.test ?all") AT("a.test", "~all"),
		    "neutral ?all 1/0" },
		{ "neutral beneath is none", MAIN("include:a.test -all") AT("a.test", "?all"),
		    "fail -all 1/0" },
		{ "nothing matched beneath, nor here",
		    MAIN("include:a.test") AT("a.test", "ip4:198.51.100.1"), "neutral . 1/0",
		    .says = "no term" },
		{ "what failed beneath decided nothing",
		    MAIN("include:a.test") AT("a.test", "-all"), "neutral . 1/0" },
		{ "no record beneath", MAIN("include:a.test +all") "a.test A 192.0.2.1\n",
		    "permerror . 1/0", .says = "include:a.test leads to a domain without SPF" },
		{ "no name beneath", MAIN("include:a.test +all"), "permerror . 1/0" },
		{ "a fault beneath", MAIN("include:a.test +all") AT("a.test", "foo -all"),
		    "permerror . 1/0", .says = "the record of a.test has a fault" },
		{ "DNS trouble beneath", MAIN("include:a.test +all") "a.test TXT SERVFAIL\n",
		    "temperror . 1/0", .says = "a.test" },
		{ "a timeout two beneath",
		    MAIN("include:a.test +all")
			AT("a.test", "include:b.test -all") "b.test TXT TIMEOUT\n",
		    "temperror . 2/0" },
		{ "several records beneath",
		    MAIN("include:a.test +all") AT("a.test", "-all") AT("a.test", "+all"),
		    "permerror . 1/0", .says = "more than one" },
		{ "a diamond is no loop",
		    MAIN("include:a.test include:b.test -all") AT("a.test", "include:c.test -all")
			AT("b.test", "include:c.test +all") AT("c.test", "ip4:198.51.100.1 -all"),
		    "pass include:b.test 4/0" },
		{ "itself", MAIN("include:e.test -all"), "permerror . 1/0", .says = "a loop" },
		{ "itself in other letters", MAIN("include:E.Test. -all"), "permerror . 1/0",
		    .says = "a loop" },
		{ "a loop of two", MAIN("include:a.test -all") AT("a.test", "include:e.test +all"),
		    "permerror . 2/0", .says = "a loop" },
		{ "a loop by redirect", MAIN("redirect=a.test") AT("a.test", "redirect=e.test"),
		    "permerror . 2/0", .says = "a loop" },
		{ "a loop behind a match", MAIN("ip4:192.0.2.1 include:e.test -all"),
		    "pass ip4:192.0.2.1 0/0" },

		{ "redirect", MAIN("ip4:198.51.100.1 redirect=a.test") AT("a.test", "~all"),
		    "softfail ~all 1/0" },
		{ "redirect stands anywhere",
		    MAIN("redirect=a.test ip4:192.0.2.1") AT("a.test", "-all"),
		    "pass ip4:192.0.2.1 0/0" },
		{ "redirect beside all", MAIN("redirect=a.test ?all") AT("a.test", "-all"),
		    "neutral ?all 0/0" },
		{ "redirect to nothing", MAIN("redirect=a.test"), "permerror . 1/0",
		    .says = "redirect=a.test leads to a domain without SPF" },
		{ "redirect to DNS trouble", MAIN("redirect=a.test") "a.test TXT REFUSED\n",
		    "temperror . 1/0" },
		{ "redirect to nothing that matches",
		    MAIN("redirect=a.test") AT("a.test", "ip4:198.51.100.1"), "neutral . 1/0" },
		{ "redirect inside an include stays there",
		    MAIN("include:a.test -all") AT("a.test", "redirect=b.test")
			AT("b.test", "ip4:192.0.2.1"),
		    "pass include:a.test 2/0" },
		{ "%{d} follows the redirect, %{o} does not",
		    MAIN("redirect=a.test") AT("a.test",
			"exists:%{d}.%{o}.x.test -all") "a.test.e.test.x.test A 127.0.0.1\n",
		    "pass exists:%{d}.%{o}.x.test 2/0" },
	};

	(void)state;
	rows_hold(rows, LENGTH(rows));
}

static void records(void **state)
{
	static const struct spf_row rows[] = {
		{ "none", "e.test A 192.0.2.1\n", "none . 0/0" },
		{ "no such name", "", "none . 0/0" },
		{ "DNS trouble", "e.test TXT TIMEOUT\n", "temperror . 0/0" },
		{ "other text beside it",
		    MAIN("-all") "e.test TXT \"v=spf10 +all\"\n"
				 "e.test TXT \"hello\"\n",
		    "fail -all 0/0" },
		{ "two", MAIN("-all") MAIN("+all"), "permerror . 0/0" },
		{ "the same twice", MAIN("-all") MAIN("-all"), "permerror . 0/0" },
		{ "several strings are joined as they are",
		    "e.test TXT \"v=spf1 ip4:192.\" \"0.2.1 -\" \"all\"\n",
		    "pass ip4:192.0.2.1 0/0" },
		{ "a lost space makes another name", "e.test TXT \"v=spf1 a:x.test\" \"-all\"\n",
		    "neutral . 1/1" },
		{ "any case", "e.test TXT \"V=SPF1 IP4:192.0.2.1 -ALL\"\n",
		    "pass IP4:192.0.2.1 0/0" },
		{ "only the version", "e.test TXT \"v=spf1\"\n", "neutral . 0/0" },
		{ "a fault behind all is one", MAIN("-all foo"), "permerror . 0/0" },
		{ "unknown modifiers are nothing", MAIN("moo=cow %{moo}=x -all"),
		    "permerror . 0/0" },
		{ "an unknown modifier with macros", MAIN("moo=%{d} -all"), "fail -all 0/0" },
		{ "CNAME", "e.test CNAME f.test.\n" AT("f.test", "-all"), "fail -all 0/0" },
		{ "CNAME of hosts",
		    MAIN("a:w.test mx:w.test -all") "w.test CNAME h.test.\n"
						    "h.test A 192.0.2.1\n",
		    "pass a:w.test 1/0" },
		{ "one label", MAIN("-all"), "none . 0/0", .domain = "test", .never = "test" },
		{ "a label too long", "", "none . 0/0",
		    .domain =
			"a23456789012345678901234567890123456789012345678901234567890wxyz.test" },
		{ "an empty label", "", "none . 0/0", .domain = "e..test" },
		{ "a trailing dot", MAIN("-all"), "fail -all 0/0", .domain = "e.test." },
		{ "an empty sender is postmaster at the EHLO name",
		    AT("mail.e.test", "exists:%{l}.x.test -all") "postmaster.x.test A 127.0.0.1\n",
		    "pass exists:%{l}.x.test 1/0", .from = "" },
		{ "a sender without a local part",
		    MAIN("exists:%{l}.x.test -all") "postmaster.x.test A 127.0.0.1\n",
		    "pass exists:%{l}.x.test 1/0", .from = "@e.test" },
		{ "an @ in the local part", MAIN("-all"), "fail -all 0/0",
		    .from = "\"a@b\"@e.test" },
		{ "an address for a domain", "", "none . 0/0", .from = "joe@[192.0.2.1]" },
	};

	(void)state;
	rows_hold(rows, LENGTH(rows));
}

static void addresses(void **state)
{
#define CLIENT6 .ip = "2001:db8::1"
	static const struct spf_row rows[] = {
		{ "ip4", MAIN("ip4:192.0.2.1 -all"), "pass ip4:192.0.2.1 0/0" },
		{ "/32", MAIN("ip4:192.0.2.1/32 -all"), "pass ip4:192.0.2.1/32 0/0" },
		{ "/32 of a neighbour", MAIN("ip4:192.0.2.0/32 -all"), "fail -all 0/0" },
		{ "/31", MAIN("ip4:192.0.2.0/31 -all"), "pass ip4:192.0.2.0/31 0/0" },
		{ "/1", MAIN("ip4:255.0.0.0/1 -all"), "pass ip4:255.0.0.0/1 0/0" },
		{ "/0", MAIN("ip4:10.0.0.0/0 -all"), "pass ip4:10.0.0.0/0 0/0" },
		{ "/33", MAIN("ip4:192.0.2.1/33 -all"), "permerror . 0/0" },
		{ "/024", MAIN("ip4:192.0.2.1/024 -all"), "permerror . 0/0" },
		{ "/ and nothing", MAIN("ip4:192.0.2.1/ -all"), "permerror . 0/0" },
		{ "ip6", MAIN("ip6:2001:DB8::1 -all"), "pass ip6:2001:DB8::1 0/0", CLIENT6 },
		{ "/128", MAIN("ip6:2001:db8::/128 -all"), "fail -all 0/0", CLIENT6 },
		{ "/127", MAIN("ip6:2001:db8::/127 -all"), "pass ip6:2001:db8::/127 0/0", CLIENT6 },
		{ "/0 of ip6", MAIN("ip6:::/0 -all"), "pass ip6:::/0 0/0", CLIENT6 },
		{ "/129", MAIN("ip6:2001:db8::/129 -all"), "permerror . 0/0", CLIENT6 },
		{ "ip6:::/0 is not for IPv4", MAIN("ip6:::/0 -all"), "fail -all 0/0" },
		{ "ip4:0.0.0.0/0 is not for IPv6", MAIN("ip4:0.0.0.0/0 -all"), "fail -all 0/0",
		    CLIENT6 },
		{ "ip6 is not for IPv4, not even IPv4-mapped", MAIN("ip6:::ffff:192.0.2.1 -all"),
		    "fail -all 0/0" },
		{ "an IPv4-mapped client is an IPv4 client", MAIN("ip4:192.0.2.1 -all"),
		    "pass ip4:192.0.2.1 0/0", .ip = "::ffff:192.0.2.1" },
		{ "... for macros too",
		    MAIN("exists:%{ir}.%{v}.x.test -all") "1.2.0.192.in-addr.x.test A 127.0.0.1\n",
		    "pass exists:%{ir}.%{v}.x.test 1/0", .ip = "::ffff:192.0.2.1" },
		{ "a asks A for IPv4",
		    MAIN("a -all") "e.test AAAA 2001:db8::1\n"
				   "e.test A 192.0.2.1\n",
		    "pass a 1/0" },
		{ "a asks AAAA for IPv6",
		    MAIN("a -all") "e.test AAAA 2001:db8::1\n"
				   "e.test A 192.0.2.1\n",
		    "pass a 1/0", CLIENT6 },
		{ "a/24 is for IPv4 alone", MAIN("a/24 -all") "e.test AAAA 2001:db8::2\n",
		    "fail -all 1/0", CLIENT6 },
		{ "a//64", MAIN("a//64 -all") "e.test AAAA 2001:db8::2\n", "pass a//64 1/0",
		    CLIENT6 },
		{ "a/0//0", MAIN("a/0//0 -all") "e.test A 10.1.1.1\n", "pass a/0//0 1/0" },
		{ "a:name/24//64", MAIN("a:x.test/24//64 -all") "x.test A 192.0.2.200\n",
		    "pass a:x.test/24//64 1/0" },
		{ "mx/24", MAIN("mx/24 -all") "e.test MX 1 x.test.\nx.test A 192.0.2.200\n",
		    "pass mx/24 1/0" },
		{ "exists asks A even for IPv6", MAIN("exists:x.test -all") "x.test A 127.0.0.1\n",
		    "pass exists:x.test 1/0", CLIENT6 },
		{ "DNS trouble with an MX host",
		    MAIN("mx -all") "e.test MX 1 x.test.\n"
				    "x.test A SERVFAIL\n",
		    "temperror . 1/0" },
		{ "... behind one that matches",
		    MAIN("mx -all") "e.test MX 1 x.test.\n"
				    "x.test A 192.0.2.1\ne.test MX 2 y.test.\ny.test A SERVFAIL\n",
		    "pass mx 1/0" },
		{ "DNS trouble with ptr is no match",
		    MAIN("ptr -all") "1.2.0.192.in-addr.arpa PTR SERVFAIL\n", "fail -all 1/0" },
		{ "DNS trouble with a name of ptr is no match",
		    MAIN("ptr -all") "1.2.0.192.in-addr.arpa PTR w.e.test.\nw.e.test A TIMEOUT\n",
		    "fail -all 1/0" },
		{ "ptr: beneath the domain",
		    MAIN("ptr -all") "1.2.0.192.in-addr.arpa PTR w.e.test.\nw.e.test A 192.0.2.1\n",
		    "pass ptr 1/0" },
		{ "ptr: a name that only ends alike",
		    MAIN("ptr -all") "1.2.0.192.in-addr.arpa PTR we.test.\nwe.test A 192.0.2.1\n",
		    "fail -all 1/0" },
		{ "a name too long to ask does not match",
		    MAIN("a:%{h}.%{h}.%{h}.%{h}.. ip4:192.0.2.1 -all"), "permerror . 0/0" },
	};

	(void)state;
	rows_hold(rows, LENGTH(rows));
}

static void macros_and_explanations(void **state)
{
#define EXPLAINED(text) MAIN("-all exp=x.test") "x.test TXT \"" text "\"\n"
	static const struct spf_row rows[] = {
		{ "every letter",
		    EXPLAINED("%{s} %{l} %{o} %{d} %{i} %{p} %{v} %{h} %{c} %{r} %{t}"),
		    "fail -all 0/0 \"joe@e.test joe e.test e.test 192.0.2.1 unknown in-addr "
		    "mail.e.test 192.0.2.1 unknown 1795000000\"" },
		{ "reversed, cut, other delimiters",
		    EXPLAINED("%{ir} %{d1} %{d1r} %{l1r-} %{lr-} %%%_%-"),
		    "fail -all 0/0 \"1.2.0.192 test e a c.b.a % %20\"", .from = "a-b-c@e.test" },
		{ "a capital letter escapes", EXPLAINED("%{L}"), "fail -all 0/0 \"a%2Fb%25\"",
		    .from = "a/b%@e.test" },
		{ "nibbles",
		    MAIN("exists:%{i}.x.test -all") "2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
						    "0.0.0.0.0.0.0.0.1.x.test A "
						    "127.0.0.1\n",
		    "pass exists:%{i}.x.test 1/0", .ip = "2001:db8::1" },
		{ "%{p} takes the domain's own name",
		    MAIN("exists:%{p}.x.test -all") "1.2.0.192.in-addr.arpa PTR "
						    "other.test.\nother.test A 192.0.2.1\n"
						    "1.2.0.192.in-addr.arpa PTR "
						    "w.e.test.\nw.e.test A 192.0.2.1\n"
						    "w.e.test.x.test A 127.0.0.1\n",
		    "pass exists:%{p}.x.test 1/0" },
		{ "%{p} unknown", MAIN("exists:%{p}.x.test -all") "unknown.x.test A 127.0.0.1\n",
		    "pass exists:%{p}.x.test 1/0" },
		{ "no text", MAIN("-all exp=x.test"), "fail -all 0/0" },
		{ "two texts", EXPLAINED("a") "x.test TXT \"b\"\n", "fail -all 0/0" },
		{ "a text with a fault", EXPLAINED("%{x}"), "fail -all 0/0" },
		{ "DNS trouble with the text", MAIN("-all exp=x.test") "x.test TXT TIMEOUT\n",
		    "fail -all 0/0" },
		{ "no explanation but for fail", MAIN("~all exp=x.test") "x.test TXT \"a\"\n",
		    "softfail ~all 0/0", .never = "x.test" },
		{ "an included explanation is not asked for",
		    MAIN("include:a.test -all")
			AT("a.test", "-all exp=x.test") "x.test TXT \"a\"\n",
		    "fail -all 1/0", .never = "x.test" },
		{ "a redirected one is, instead of the own",
		    MAIN("redirect=a.test exp=y.test")
			AT("a.test", "-all exp=x.test") "x.test TXT \"a\"\ny.test TXT \"b\"\n",
		    "fail -all 1/0 \"a\"" },
		{ "long names lose labels from the left",
		    MAIN(
			"exists:%{l}.%{l}.%{l}.%{l}.%{l}.end.x.test -all") "*.x.test A 127.0.0.1\n",
		    "pass exists:%{l}.%{l}.%{l}.%{l}.%{l}.end.x.test 1/0",
		    .from =
			"a234567890123456789012345678901234567890123456789012345678901@e.test" },
		{ "an empty label is asked of nobody",
		    MAIN("exists:%{l}.x.test -all") "*.x.test A 127.0.0.1\n", "fail -all 1/0",
		    .from = "a..b@e.test" },
		{ "exp with macros", MAIN("-all exp=%{l}.x.test") "joe.x.test TXT \"a\"\n",
		    "fail -all 0/0 \"a\"" },
	};

	(void)state;
	rows_hold(rows, LENGTH(rows));
}

/* RFC 8616 section 4. "b\u00fccher" is xn--bcher-kva. */
static void senders_in_utf8(void **state)
{
#define BOOKS                                                                                      \
	"b\xc3\xbc"                                                                                \
	"cher.test"
	static const struct spf_row rows[] = {
		{ "U-labels are asked for as A-labels",
		    AT("xn--bcher-kva.test", "ip4:192.0.2.1 -all"), "pass ip4:192.0.2.1 0/0",
		    .from = "joe@" BOOKS },
		{ "... of the EHLO name",
		    AT("xn--bcher-kva.test", "a -all") "xn--bcher-kva.test A 192.0.2.1\n",
		    "pass a 1/0", .from = "", .helo = BOOKS },
		{ "... of the domain", AT("xn--bcher-kva.test", "-all"), "fail -all 0/0",
		    .domain = BOOKS },
		{ "... in macros",
		    AT("xn--bcher-kva.test",
			"exists:%{d}.%{o}.%{h}.x.test -all") "xn--bcher-kva.test.xn--bcher-kva."
							     "test.xn--bcher-kva.test.x.test A "
							     "127.0.0.1\n",
		    "pass exists:%{d}.%{o}.%{h}.x.test 1/0", .from = "joe@" BOOKS, .helo = BOOKS },
		{ "capital letters", AT("xn--bcher-kva.test", "-all"), "fail -all 0/0",
		    .from = "joe@B\xc3\x9c"
			    "CHER.test" },
		{ "what is no IDN has no record", "", "none . 0/0", .from = "joe@\xff\xfe.test" },
		{ "%{l} of a local part in UTF-8 matches nothing",
		    MAIN("exists:%{l}.x.test -all") "*.x.test A 127.0.0.1\n", "fail -all 1/0",
		    .from = "j\xc3\xb6@e.test", .never = "j\xc3\xb6.x.test" },
		{ "... though the part that is used is ASCII",
		    MAIN("exists:%{l1r-}.x.test a:%{S}.x.test ~all") "*.x.test A 192.0.2.1\n",
		    "softfail ~all 2/0", .from = "a-j\xc3\xb6@e.test", .never = "a.x.test" },
		{ "... nor by include", MAIN("include:%{l}.x.test ~all") AT("*.x.test", "+all"),
		    "softfail ~all 1/0", .from = "j\xc3\xb6@e.test" },
		{ "... nor by redirect", MAIN("redirect=%{l}.x.test") AT("*.x.test", "+all"),
		    "neutral . 1/0", .from = "j\xc3\xb6@e.test" },
		{ "... nor by exp", MAIN("-all exp=%{l}.x.test") "*.x.test TXT \"a\"\n",
		    "fail -all 0/0", .from = "j\xc3\xb6@e.test" },
		{ "an explanation is ASCII or none", EXPLAINED("%{s}"), "fail -all 0/0",
		    .from = "j\xc3\xb6@e.test" },
		{ "other terms go on", MAIN("exists:%{l}.x.test ip4:192.0.2.1 -all"),
		    "pass ip4:192.0.2.1 1/0", .from = "j\xc3\xb6@e.test" },
		{ "a name that would not be ASCII is not asked for",
		    MAIN("exists:%{h}.x.test -all") "*.x.test A 127.0.0.1\n", "fail -all 1/0",
		    .helo = "\xff\xfe" },
	};

	(void)state;
	rows_hold(rows, LENGTH(rows));
}

/* What stands side by side is asked for in one round. */
static void few_rounds(void **state)
{
	static const char zone[] =
	    MAIN("include:a.test include:b.test a:c.test mx -all") AT("a.test", "-all")
		AT("b.test", "-all") "c.test A 198.51.100.1\n"
				     "e.test MX 1 x.test.\nx.test A 198.51.100.1\n";
	struct spf_query q = { .mail_from = STR("joe@e.test"), .helo = STR("mail.e.test") };
	struct arena a = { 0 };
	struct frank_case c;
	size_t rounds = 0;

	(void)state;
	ip_parse(STR("192.0.2.1"), &q.ip);
	case_init(&c, &a, STR("e.test"), 0);
	while (spf_check(&c.source, &a, &q).result == SPF_PENDING) {
		assert_true(zone_turn(&c, zone));
		rounds++;
	}
	assert_int_equal(rounds, 3);
	arena_free(&a);
}

static void traces(void **state)
{
	static const char zone[] =
	    MAIN("include:a.test exists:%{l}.x.test -all") AT("a.test", "include:e.test");
	struct spf_query q = { .mail_from = STR("j\xc3\xb6@e.test"), .trace = true };
	struct arena a = { 0 };
	struct frank_case c;
	struct spf_report r;

	(void)state;
	ip_parse(STR("192.0.2.1"), &q.ip);
	case_init(&c, &a, STR("e.test"), 0);
	r = evaluate(&c, zone, &q, ALL_AT_ONCE);
	assert_int_equal(r.trace->outcome, SPF_STOPPED);
	assert_non_null(r.trace->children);
	assert_true(str_starts(r.trace->children->note, STR("a loop: the record of e.test")));
	assert_null(r.trace->next);
	arena_free(&a);
	case_init(&c, &a, STR("e.test"), 0);
	r = evaluate(&c, MAIN("exists:%{l}.x.test -all"), &q, ALL_AT_ONCE);
	assert_int_equal(r.trace->outcome, SPF_NO_MATCH);
	assert_true(str_find(r.trace->note, STR("RFC 8616")) >= 0);
	assert_true(str_eq(r.trace->next->term->text, STR("-all")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test(includes_and_redirects),
		cmocka_unit_test(records),
		cmocka_unit_test(addresses),
		cmocka_unit_test(macros_and_explanations),
		cmocka_unit_test(senders_in_utf8),
		cmocka_unit_test(few_rounds),
		cmocka_unit_test(traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
