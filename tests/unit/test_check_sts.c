/* test_check_sts - what the sts.* and tlsrpt.* checks say of records, policies and hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_world.h"

#define MX	 "example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"
#define WEB	 "mta-sts.example.com A 192.0.2.7\n"
#define RECORD	 "_mta-sts.example.com TXT \"v=STSv1; id=20261123\"\n"
#define ALL	 MX WEB RECORD
#define STS(txt) MX WEB "_mta-sts.example.com TXT \"" txt "\"\n"
#define POLICY	 "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n"
#define MODE(m)	 "version: STSv1\nmode: " m "\nmx: mx.example.com\nmax_age: 604800\n"
#define AGE(n)	 "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: " n "\n"
#define CHAIN	 "leaf inter"
#define RPT(txt) MX "_smtp._tls.example.com TXT \"" txt "\"\n"

struct sts_row {
	const char *name, *check, *zone;
	const char *policy;   /* body; NULL: POLICY; a status: the fetch ended so */
	const char *type;     /* NULL: text/plain */
	const char *location; /* redirects there */
	const char *web;      /* the web server's chain; NULL: "web inter" */
	const char *chain;    /* of the mail host; NULL: CHAIN */
	const char *want, *says;
	int code;
};

static const struct sts_row rows[] = {
	{ "good", "sts.record", ALL, .want = "pass" },
	{ "none", "sts.record", MX, .want = "warn minor" },
	{ "takes no mail", "sts.record", "example.com MX 0 .\n", .want = "skip" },
	{ "two", "sts.record", ALL "_mta-sts.example.com TXT \"v=STSv1; id=2\"\n",
	    .want = "fail major" },
	{ "a later version beside it is not counted", "sts.record",
	    ALL "_mta-sts.example.com TXT \"v=STSv2; id=2\"\n", .want = "pass" },
	{ "other texts beside it are not counted", "sts.record",
	    ALL "_mta-sts.example.com TXT \"v=spf1 -all\"\n", .want = "pass" },
	{ "a later version alone is none", "sts.record", STS("v=STSv2; id=1"),
	    .want = "warn minor" },
	{ "space before the equals sign", "sts.record", STS("v =STSv1; id=1"),
	    .want = "fail major" },
	{ "without a semicolon", "sts.record", STS("v=STSv1 id=1"), .want = "fail major" },
	{ "lower case", "sts.record", STS("v=stsv1; id=1"), .want = "fail major" },
	{ "space in a field", "sts.record", STS("v=STSv1; id = 1"), .want = "fail major" },
	{ "semicolon at the end", "sts.record", STS("v=STSv1; id=1;"), .want = "pass" },
	{ "an extension", "sts.record", STS("v=STSv1; id=1; ext=x"), .want = "pass" },
	{ "unknown", "sts.record", MX "_mta-sts.example.com TXT TIMEOUT\n", .want = "unknown" },

	{ "good", "sts.id", ALL, .want = "pass" },
	{ "none", "sts.id", MX, .want = "skip" },
	{ "absent", "sts.id", STS("v=STSv1;"), .want = "fail major" },
	{ "a dash", "sts.id", STS("v=STSv1; id=2026-11-23"), .want = "fail major" },
	{ "too long", "sts.id", STS("v=STSv1; id=012345678901234567890123456789012"),
	    .want = "fail major" },
	{ "it is not judged twice", "sts.record", STS("v=STSv1; id=2026-11-23"), .want = "pass" },

	{ "good", "sts.policy", ALL, .want = "pass" },
	{ "no record", "sts.policy", MX, .want = "skip" },
	{ "silent: perhaps for us only", "sts.policy", ALL, "TIMEOUT", .want = "unknown" },
	{ "refused", "sts.policy", ALL, "REFUSED", .want = "fail major" },
	{ "no address", "sts.policy", MX RECORD, .want = "fail major" },
	{ "404", "sts.policy", ALL, .code = 404, .want = "fail major", .says = "404" },
	{ "redirect", "sts.policy", ALL, .code = 301, .location = "https://example.com/",
	    .want = "fail major", .says = "must not be followed" },
	{ "text/plain with charset", "sts.policy", ALL, .type = "text/plain; charset=utf-8",
	    .want = "pass" },
	{ "only begins like it", "sts.policy", ALL, .type = "text/plainish", .want = "fail minor" },
	{ "text/html", "sts.policy", ALL, .type = "text/html", .want = "fail minor" },
	{ "CRLF", "sts.policy", ALL,
	    "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n",
	    .want = "pass" },
	{ "no version", "sts.policy", ALL, "mode: enforce\nmx: a.example.com\nmax_age: 86400\n",
	    .want = "fail major" },
	{ "bad mode", "sts.policy", ALL, MODE("on"), .want = "fail major" },
	{ "no mx", "sts.policy", ALL, "version: STSv1\nmode: enforce\nmax_age: 86400\n",
	    .want = "fail major" },
	{ "withdrawn needs no mx", "sts.policy", ALL, "version: STSv1\nmode: none\nmax_age: 60\n",
	    .want = "pass" },
	{ "a page", "sts.policy", ALL, "<html>\n", .want = "fail major", .says = "In line 1" },

	{ "good", "sts.certificate", ALL, .want = "pass" },
	{ "other name", "sts.certificate", ALL, .web = CHAIN, .want = "fail major" },
	{ "no issuer", "sts.certificate", ALL, .web = "web", .want = "fail major" },
	{ "not seen", "sts.certificate", ALL, "TIMEOUT", .want = "unknown" },

	{ "good", "sts.mx", ALL, .want = "pass" },
	{ "another host", "sts.mx", ALL "example.com MX 20 b.example.net.\n",
	    .want = "fail major" },
	{ "withdrawn", "sts.mx", ALL, "version: STSv1\nmode: none\nmax_age: 86400\n",
	    .want = "skip" },
	{ "withdrawn", "sts.age", ALL, "version: STSv1\nmode: none\nmax_age: 60\n",
	    .want = "skip" },
	{ "good", "sts.age", ALL, .want = "pass" },
	{ "short", "sts.age", ALL, AGE("3600"), .want = "fail minor" },
	{ "long", "sts.age", ALL, AGE("99999999"), .want = "fail minor" },
	{ "good", "sts.mode", ALL, .want = "pass" },
	{ "testing", "sts.mode", ALL, MODE("testing"), .want = "warn minor" },

	{ "good", "sts.mx-tls", ALL, .want = "pass" },
	{ "no issuer", "sts.mx-tls", ALL, .chain = "leaf", .want = "fail critical" },
	{ "other name", "sts.mx-tls", ALL, .chain = "wrong inter", .want = "fail critical" },
	{ "handshake fails", "sts.mx-tls", ALL, .chain = "TLS_FAILED", .want = "fail critical" },
	{ "testing", "sts.mx-tls", ALL, MODE("testing"), .chain = "self", .want = "warn minor" },
	{ "silent", "sts.mx-tls", ALL, .chain = "TIMEOUT", .want = "unknown" },
	{ "withdrawn", "sts.mx-tls", ALL, "version: STSv1\nmode: none\nmax_age: 60\n",
	    .chain = "self", .want = "skip" },
	{ "good", "sts.mx-unused", ALL, .want = "pass" },
	{ "one", "sts.mx-unused", ALL, POLICY "mx: *.old.example.net\n", .want = "info",
	    .says = "*.old.example.net" },

	{ "good", "tlsrpt.record", RPT("v=TLSRPTv1; rua=mailto:a@example.com"), .want = "pass" },
	{ "none", "tlsrpt.record", MX, .want = "warn minor" },
	{ "takes no mail", "tlsrpt.record", "example.com MX 0 .\n", .want = "skip" },
	{ "https", "tlsrpt.record", RPT("v=TLSRPTv1;rua=https://r.example.com/v1"),
	    .want = "pass" },
	{ "two addresses", "tlsrpt.record",
	    RPT("v=TLSRPTv1; rua=mailto:a@example.com , https://r.example.com/"), .want = "pass" },
	{ "two records", "tlsrpt.record",
	    RPT("v=TLSRPTv1; rua=mailto:a@example.com") "_smtp._tls.example.com TXT \"v=TLSRPTv1; "
							"rua=mailto:b@example.com\"\n",
	    .want = "fail minor" },
	{ "no scheme", "tlsrpt.record", RPT("v=TLSRPTv1; rua=a@example.com"),
	    .want = "fail minor" },
	{ "no address", "tlsrpt.record", RPT("v=TLSRPTv1;"), .want = "fail minor" },
	{ "no semicolon", "tlsrpt.record", RPT("v=TLSRPTv1 rua=mailto:a@example.com"),
	    .want = "fail minor" },
	{ "unknown", "tlsrpt.record", MX "_smtp._tls.example.com TXT TIMEOUT\n",
	    .want = "unknown" },

	{ "good", "tlsrpt.target", RPT("v=TLSRPTv1; rua=mailto:a@example.com"), .want = "pass" },
	{ "without MX the address counts", "tlsrpt.target",
	    RPT("v=TLSRPTv1; rua=mailto:a@mx.example.com"), .want = "pass" },
	{ "null MX", "tlsrpt.target",
	    RPT("v=TLSRPTv1; rua=mailto:a@n.example.com") "n.example.com MX 0 .\n",
	    .want = "fail minor" },
	{ "no such domain", "tlsrpt.target", RPT("v=TLSRPTv1; rua=mailto:a@x.example.com"),
	    .want = "fail minor" },
	{ "unknown", "tlsrpt.target",
	    RPT("v=TLSRPTv1; rua=mailto:a@x.example.com") "x.example.com MX TIMEOUT\n",
	    .want = "unknown" },
	{ "https", "tlsrpt.target", RPT("v=TLSRPTv1; rua=https://x.example.net/"), .want = "skip" },
};

static void fetch(const struct sts_row *row, struct fact *f)
{
	struct https_reply *r = &f->https;
	const char *body = row->policy != NULL ? row->policy : POLICY;

	*r = (struct https_reply){ .code = row->code > 0 ? row->code : 200,
		.content_type = str_of(row->type != NULL ? row->type : "text/plain"),
		.location = str_of(row->location),
		.body = str_of(body),
		.ms = 10 };
	if (session_status_parse(str_of(body), &r->status)) {
		r->code = 0;
		r->error = STR("this is how the fetch ended");
		return;
	}
	tls_show(&(struct tls_row){ 0 }, row->web != NULL ? row->web : "web inter", &r->tls);
}

static bool turn(struct frank_case *c, const void *this_row)
{
	const struct sts_row *row = this_row;
	struct tls_row mail = { .chain = row->chain != NULL ? row->chain : CHAIN };
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		if (f->question.ask == ASK_SESSION)
			tls_answer(c, &mail, f);
		else if (f->question.ask == ASK_HTTPS)
			fetch(row, f);
		else
			zone_answer(c, str_of(row->zone), f);
		case_answered(c, f);
		any = true;
	}
	return any;
}

static void policies(void **state)
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
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, tls_setup, tls_teardown);
}
