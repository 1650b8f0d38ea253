/*
 * test_check_mx - MX records, their addresses, and what answers there.
 *
 * `v4` and `v6` are the talks that addresses of that kind have on port 25 (talk_world.h),
 * `chain4` and `chain6` what they show under TLS (tls_world.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "talk_world.h"
#include "tls_world.h"

#define MX    "example.com MX 10 mx.example.com.\n"
#define A     "mx.example.com A 192.0.2.1\n"
#define AAAA  "mx.example.com AAAA 2001:db8::1\n"
#define TWO   "example.com MX 20 b.example.com.\n"
#define GREET "< 220 mx.example.com ESMTP\n"
#define OTHER "< 220 old.example.com ESMTP\n"
#define RELAY                                                                                      \
	GREET "> MAIL FROM:<>\n< 250 ok\n> RCPT TO:<postmaster@example.com>\n"                     \
	      "< 554 5.7.1 <postmaster@example.com>: Relay access denied\n"

struct mx_row {
	const char *name, *check, *zone, *v4, *v6, *want, *says, *fix;
	const char *chain4, *chain6;
	bool private_ok, slow;
};

static const struct mx_row rows[] = {
	{ "good", "mx.present", MX A, .want = "pass" },
	{ "unknown", "mx.present", "example.com MX SERVFAIL\n", .want = "unknown" },
	{ "null", "mx.present", "example.com MX 0 .\n", .want = "info" },
	{ "the address instead", "mx.present", "example.com A 192.0.2.9\n", .want = "warn minor",
	    .fix = "10 example.com." },
	{ "nothing", "mx.present", "example.com TXT \"x\"\n", .want = "fail major", .fix = "" },
	{ "a host is there, but no MX", "mx.present",
	    "example.com TXT \"x\"\nmail.example.com A 192.0.2.9\n", .want = "fail major",
	    .fix = "10 mail.example.com." },
	{ "no MX, and the address is not known", "mx.present",
	    "example.com A TIMEOUT\nexample.com AAAA TIMEOUT\nexample.com TXT \"x\"\n",
	    .want = "unknown" },

	{ "none", "mx.null", MX A, .want = "skip" },
	{ "good", "mx.null", "example.com MX 0 .\n", .want = "pass" },
	{ "beside another", "mx.null", MX A "example.com MX 0 .\n", .want = "fail major" },
	{ "preference", "mx.null", "example.com MX 10 .\n", .want = "fail minor" },
	{ "unknown", "mx.null", "example.com MX TIMEOUT\n", .want = "unknown" },

	{ "good", "mx.resolves", MX A, .want = "pass" },
	{ "nothing", "mx.resolves", MX, .want = "fail critical" },
	{ "unknown", "mx.resolves", MX "mx.example.com ANY TIMEOUT\n", .want = "unknown" },
	{ "one of two", "mx.resolves", MX A TWO, .want = "fail critical" },

	{ "good", "mx.not-cname", MX A, .want = "pass" },
	{ "alias", "mx.not-cname", MX "mx.example.com CNAME a.test.\na.test A 192.0.2.1\n",
	    .want = "fail major", .fix = "10 a.test." },
	{ "unknown", "mx.not-cname", MX A "mx.example.com CNAME TIMEOUT\n", .want = "unknown" },

	{ "good", "mx.not-ip", MX A, .want = "pass" },
	{ "address", "mx.not-ip", "example.com MX 10 192.0.2.1.\n", .want = "fail critical" },
	{ "good", "mx.syntax", MX A, .want = "pass" },
	{ "underscore", "mx.syntax", "example.com MX 10 mail_1.example.com.\n",
	    .want = "fail minor" },

	{ "documentation addresses", "mx.public", MX A, .want = "fail critical" },
	{ "meant", "mx.public", MX A, .private_ok = true, .want = "skip" },
	{ "public", "mx.public", MX "mx.example.com A 8.8.8.8\n", .want = "pass" },
	{ "one of two is to be removed", "mx.public",
	    MX "mx.example.com A 8.8.8.8\nmx.example.com A 10.0.0.1\n", .want = "fail critical",
	    .fix = "" },

	{ "good", "mx.duplicates", MX A TWO "b.example.com A 192.0.2.2\n", .want = "pass" },
	{ "same", "mx.duplicates", MX A TWO "b.example.com A 192.0.2.1\n", .want = "fail minor" },
	{ "not the first address", "mx.duplicates",
	    MX A AAAA TWO "b.example.com A 192.0.2.2\nb.example.com AAAA 2001:db8::1\n",
	    .want = "fail minor", .says = "2001:db8::1" },
	{ "twice", "mx.duplicates", MX A "example.com MX 30 MX.example.com.\n",
	    .want = "fail minor" },
	{ "one", "mx.redundant", MX A, .want = "info" },
	{ "two", "mx.redundant", MX A TWO "b.example.com A 192.0.2.2\n", .want = "pass" },

	{ "good", "mx.ipv6", MX A AAAA, GREET, GREET, .want = "pass" },
	{ "none", "mx.ipv6", MX A, GREET, .want = "fail minor" },
	{ "some", "mx.ipv6", MX A AAAA TWO "b.example.com A 192.0.2.2\n", GREET, GREET,
	    .want = "warn minor" },
	{ "not known", "mx.ipv6", MX A "mx.example.com AAAA TIMEOUT\n", GREET, .want = "unknown" },
	{ "it does not answer", "mx.ipv6", MX A AAAA, GREET, "! TIMEOUT\n", .want = "fail minor",
	    .says = "2001:db8::1" },
	{ "it refuses", "mx.ipv6", MX A AAAA, GREET, "! REFUSED\n", .want = "fail minor" },
	{ "no IPv6 here", "mx.ipv6", MX A AAAA, GREET, "! UNREACHABLE\n", .want = "unknown" },
	{ "port 25 is blocked here", "mx.ipv6", MX A AAAA, "! TIMEOUT\n", "! TIMEOUT\n",
	    .want = "unknown" },

	{ "good", "mx.reachable", MX A AAAA, GREET, GREET, .want = "pass" },
	{ "blocked", "mx.reachable", MX A, "! TIMEOUT\n", .want = "unknown", .says = "blocks" },
	{ "not allowed to look", "mx.reachable", MX A, "! UNREACHABLE\n", .want = "unknown",
	    .says = "could not be visited" },
	{ "one of two", "mx.reachable", MX A AAAA, GREET, "! TIMEOUT\n", .want = "fail major" },
	{ "refused", "mx.reachable", MX A, "! REFUSED\n", .want = "fail critical" },

	{ "good", "mx.speed", MX A, GREET, .want = "pass" },
	{ "slow", "mx.speed", MX A, GREET, .slow = true, .want = "warn minor" },
	{ "nothing", "mx.speed", MX A, "! TIMEOUT\n", .want = "unknown" },

	{ "good", "mx.parity", MX A AAAA, GREET, GREET, .want = "pass" },
	{ "other host", "mx.parity", MX A AAAA, GREET, OTHER, .want = "fail major" },
	{ "other certificate", "mx.parity", MX A AAAA, GREET, GREET, .chain4 = "leaf inter",
	    .chain6 = "self", .want = "warn minor" },
	{ "renewed on one", "mx.parity", MX A AAAA, GREET, GREET, .chain4 = "leaf inter",
	    .chain6 = "renewed inter", .want = "warn minor" },
	{ "same certificate", "mx.parity", MX A AAAA, GREET, GREET, .chain4 = "leaf inter",
	    .chain6 = "leaf inter", .want = "pass" },
	{ "one kind", "mx.parity", MX A, GREET, .want = "skip" },

	{ "good", "mx.stale", MX A, GREET "> RCPT TO:<postmaster@example.com>\n< 250 ok\n",
	    .want = "pass" },
	{ "no longer ours", "mx.stale", MX A, RELAY, .want = "fail critical" },
	{ "one mailbox is missing", "mx.stale", MX A,
	    GREET "> RCPT TO:<postmaster@example.com>\n< 550 5.1.1 no such user\n",
	    .want = "pass" },
	{ "nothing", "mx.stale", MX A, "! TIMEOUT\n", .want = "unknown" },

	{ "good", "mx.dangling", MX A, .want = "pass" },
	{ "a domain that anybody can register", "mx.dangling",
	    "example.com MX 10 mail.old-hoster.org.\n", .want = "fail critical",
	    .says = "old-hoster.org" },
	{ "a host is gone, its domain is there", "mx.dangling",
	    "example.com MX 10 mail.hoster.org.\nhoster.org NS ns.hoster.org.\n", .want = "pass" },
	{ "unknown", "mx.dangling",
	    "example.com MX 10 mail.hoster.org.\nmail.hoster.org ANY NXDOMAIN\nhoster.org NS "
	    "TIMEOUT\n",
	    .want = "unknown" },
};

static void visit(struct frank_case *c, const struct mx_row *row, struct fact *f)
{
	bool six = f->question.session.address.family == IP_V6;
	const char *talk = six ? row->v6 : row->v4, *chain = six ? row->chain6 : row->chain4;

	if (talk == NULL || f->question.session.port != 25) {
		case_put_nothing(c, f, STR("nobody answers in this test"));
		return;
	}
	talk_read(c->arena, &(struct talk_row){ 0 }, talk, &f->session);
	if (f->session.status != SESSION_OK)
		f->session.connect_ms = f->session.greeting_ms = -1;
	if (row->slow)
		f->session.total_ms = 11000;
	if (chain != NULL)
		tls_show(&(struct tls_row){ 0 }, chain, &f->session.tls);
}

static bool turn(struct frank_case *c, const void *this_row)
{
	const struct mx_row *row = this_row;
	struct fact *f;
	bool any = false;

	c->private_ok = row->private_ok;
	while ((f = case_next_open(c)) != NULL) {
		if (f->question.ask == ASK_SESSION)
			visit(c, row, f);
		else
			zone_answer(c, str_of(row->zone), f);
		case_answered(c, f);
		any = true;
	}
	return any;
}

static void hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		size_t n;
		const struct finding *f = claim_run(&a, rows[i].check, turn, &rows[i], &n);
		struct str fix = n > 0 && f[0].fixes != NULL ? f[0].fixes->value : STR("");

		claim_compare(&a,
		    &(struct claim){ rows[i].name, rows[i].check, rows[i].want, rows[i].says }, f,
		    n);
		if (rows[i].fix != NULL && !str_eq(fix, str_of(rows[i].fix)))
			fail_msg("%s: %s: fix " STR_FMT, rows[i].check, rows[i].name, STR_ARG(fix));
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, tls_setup, tls_teardown);
}
