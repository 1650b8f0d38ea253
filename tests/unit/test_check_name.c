/*
 * test_check_name - reverse DNS, greeting and EHLO name; IMAP and POP3 greetings.
 *
 * mx.example.com has 192.0.2.1; `visit` is its talk on port 25, `imap` and `pop3` the ones of
 * 143 and 110.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "talk_world.h"
#include "verdicts.h"

#define MX	   "example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"
#define ARPA	   "1.2.0.192.in-addr.arpa PTR "
#define PTR(n)	   MX ARPA n "\n"
#define GOOD	   PTR("mx.example.com.")
#define TALK(g, e) "< 220 " g "\n> EHLO x\n< 250 " e "\n"
#define HELLO	   TALK("mx.example.com ESMTP", "mx.example.com")

struct name_row {
	const char *name, *check, *zone, *visit, *imap, *pop3, *want, *says;
};

static const struct name_row rows[] = {
	{ "good", "name.ptr", GOOD, .want = "pass" },
	{ "none", "name.ptr", MX, .want = "fail critical" },
	{ "unknown", "name.ptr", PTR("TIMEOUT"), .want = "unknown" },

	{ "good", "name.fcrdns", GOOD, .want = "pass" },
	{ "leads elsewhere", "name.fcrdns", PTR("b.example.com.") "b.example.com A 192.0.2.9\n",
	    .want = "fail critical" },
	{ "leads nowhere", "name.fcrdns", PTR("b.example.com."), .want = "fail critical" },
	{ "one of two leads back", "name.fcrdns", PTR("b.example.com.") ARPA "mx.example.com.\n",
	    .want = "pass" },
	{ "without a name that is the business of name.ptr", "name.fcrdns", MX, .want = "skip" },
	{ "unknown", "name.fcrdns", PTR("TIMEOUT"), .want = "unknown" },
	{ "forward unknown", "name.fcrdns", PTR("b.example.com.") "b.example.com A TIMEOUT\n",
	    .want = "unknown" },

	{ "good", "name.ptr-generic", GOOD, .want = "pass" },
	{ "generic", "name.ptr-generic", PTR("dyn-pool.dialup.isp.net."), .want = "fail major" },
	{ "address", "name.ptr-generic", PTR("192-0-2-1.isp.net."), .want = "fail major" },
	{ "none", "name.ptr-generic", MX, .want = "skip" },
	{ "unknown", "name.ptr-generic", PTR("TIMEOUT"), .want = "unknown" },

	{ "good", "name.ptr-one", GOOD, .want = "pass" },
	{ "two", "name.ptr-one", PTR("a.example.com.") ARPA "b.example.com.\n",
	    .want = "fail minor" },
	{ "none", "name.ptr-one", MX, .want = "skip" },
	{ "unknown", "name.ptr-one", PTR("TIMEOUT"), .want = "unknown" },

	{ "good", "name.banner", GOOD, HELLO, .want = "pass" },
	{ "local", "name.banner", GOOD, TALK("localhost.localdomain ESMTP", "localhost"),
	    .want = "fail critical" },
	{ "no name", "name.banner", GOOD, TALK("ESMTP ready", "mx.example.com"),
	    .want = "fail critical" },
	{ "busy", "name.banner", GOOD, "< 421 later\n", .want = "unknown" },

	{ "good", "name.banner-not-localhost", GOOD, HELLO, .want = "pass" },
	{ "local", "name.banner-not-localhost", GOOD, TALK("localhost", "localhost"),
	    .want = "fail critical" },
	{ "address", "name.banner-not-localhost", GOOD, TALK("[192.0.2.1] hi", "x"),
	    .want = "fail critical" },
	{ "one label", "name.banner-not-localhost", GOOD, TALK("server hi", "x"),
	    .want = "fail critical" },

	{ "good", "name.banner-matches", GOOD, HELLO, .want = "pass" },
	{ "another name that leads here", "name.banner-matches", GOOD "b.example.com A 192.0.2.1\n",
	    TALK("b.example.com", "b.example.com"), .want = "info; pass" },
	{ "a name of nobody", "name.banner-matches", GOOD, TALK("b.test", "b.test"),
	    .want = "fail major" },
	{ "two names", "name.banner-matches", GOOD, TALK("mx.example.com", "b.example.com"),
	    .want = "warn minor" },
	{ "unknown", "name.banner-matches", PTR("TIMEOUT") "b.test A TIMEOUT\n",
	    TALK("b.test", "b.test"), .want = "unknown" },

	{ "good", "name.ehlo-resolves", GOOD, HELLO, .want = "pass" },
	{ "elsewhere", "name.ehlo-resolves", GOOD, TALK("mx.example.com", "b.test"),
	    .want = "fail major" },
	{ "unknown", "name.ehlo-resolves", GOOD "b.test A TIMEOUT\n",
	    TALK("mx.example.com", "b.test"), .want = "unknown" },

	{ "says nothing", "name.imap-banner", GOOD, .imap = "< * OK ready.\n", .want = "pass" },
	{ "own name", "name.imap-banner", GOOD, .imap = "< * OK mx.example.com ready\n",
	    .want = "pass" },
	{ "another name of the domain", "name.imap-banner", GOOD,
	    .imap = "< * OK imap.example.com ready\n", .want = "pass" },
	{ "local", "name.imap-banner", GOOD, .imap = "< * OK localhost.localdomain ready\n",
	    .want = "fail minor" },
	{ "another host", "name.imap-banner", GOOD, .imap = "< * OK box7.hoster.net ready\n",
	    .want = "fail minor" },
	{ "the confirmed name of the address", "name.imap-banner",
	    PTR("box7.hoster.net.") "box7.hoster.net A 192.0.2.1\n",
	    .imap = "< * OK box7.hoster.net ready\n", .want = "pass" },
	{ "a name that does not lead back", "name.imap-banner", PTR("box7.hoster.net."),
	    .imap = "< * OK box7.hoster.net ready\n", .want = "fail minor" },
	{ "not known whose it is", "name.imap-banner", PTR("TIMEOUT"),
	    .imap = "< * OK box7.hoster.net ready\n", .want = "unknown" },
	{ "version", "name.imap-banner", GOOD, .imap = "< * OK Dovecot 2.3.19 ready\n",
	    .want = "fail minor" },
	{ "none", "name.imap-banner", GOOD, .want = "skip" },
	{ "own name", "name.pop3-banner", GOOD, .pop3 = "< +OK mx.example.com\n", .want = "pass" },
	{ "a time stamp is no version", "name.pop3-banner", GOOD,
	    .pop3 = "< +OK Dovecot ready. <1f.2.65.3@mx.example.com>\n", .want = "pass" },
	{ "the confirmed name of the address", "name.pop3-banner",
	    PTR("box7.hoster.net.") "box7.hoster.net A 192.0.2.1\n",
	    .pop3 = "< +OK box7.hoster.net ready\n", .want = "pass" },
};

static const char *talk(const struct name_row *row, const struct session_question *q)
{
	return q->goal != GOAL_VISIT ? NULL
	       : q->port == 25	     ? row->visit
	       : q->port == 143	     ? row->imap
	       : q->port == 110	     ? row->pop3
				     : NULL;
}

static bool turn(struct frank_case *c, const void *this_row)
{
	const struct name_row *row = this_row;
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		const char *text =
		    f->question.ask == ASK_SESSION ? talk(row, &f->question.session) : NULL;

		if (f->question.ask == ASK_DNS)
			zone_answer(c, str_of(row->zone), f);
		else if (text != NULL)
			talk_read(c->arena, &(struct talk_row){ 0 }, text, &f->session);
		else
			case_put_nothing(c, f, STR("nobody answers in this test"));
		case_answered(c, f);
		any = true;
	}
	return any;
}

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		claim_holds(
		    &(struct claim){ rows[i].name, rows[i].check, rows[i].want, rows[i].says },
		    turn, &rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
