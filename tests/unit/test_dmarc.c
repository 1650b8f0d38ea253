/* test_dmarc - records, tree walk, discovery, verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "auth/dmarc.h"
#include "auth/spf.h"
#include "zone_world.h"

static void records_are_read(void **state)
{
	static const struct {
		const char *text;
		bool is_record, usable;
		enum dmarc_request own, sub, missing;
		int fault; /* the first one, -1 when none */
	} rows[] = {
		{ "v=DMARC1; p=none", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE, -1 },
		{ "v=DMARC1; p=reject; sp=quarantine; np=none;", true, true, DMARC_REJECT,
		    DMARC_QUARANTINE, DMARC_NONE, -1 },
		{ "v=DMARC1; p=reject; sp=quarantine", true, true, DMARC_REJECT, DMARC_QUARANTINE,
		    DMARC_QUARANTINE, -1 },
		{ "v=DMARC1; p=quarantine; np=reject", true, true, DMARC_QUARANTINE,
		    DMARC_QUARANTINE, DMARC_REJECT, -1 },
		{ "V = DMARC1 ; P = reject", true, true, DMARC_REJECT, DMARC_REJECT, DMARC_REJECT,
		    -1 },
		{ "v=DMARC1", true, false, DMARC_NONE, DMARC_NONE, DMARC_NONE, DMARC_FAULT_POLICY },
		{ "v=DMARC1; rua=mailto:a@b.example", true, true, DMARC_NONE, DMARC_NONE,
		    DMARC_NONE, DMARC_FAULT_POLICY },
		{ "v=DMARC1; p=rejct", true, false, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_FAULT_POLICY },
		{ "v=DMARC1; p=rejct; rua=mailto:a@b.example", true, true, DMARC_NONE, DMARC_NONE,
		    DMARC_NONE, DMARC_FAULT_POLICY },
		{ "v=DMARC1; p=reject; sp=invalid", true, false, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_FAULT_SUBDOMAIN },
		{ "v=DMARC1; p=reject; sp=invalid; rua=mailto:a@b.example", true, true, DMARC_NONE,
		    DMARC_NONE, DMARC_NONE, DMARC_FAULT_SUBDOMAIN },
		{ "v=DMARC1; p=none; bogus", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_FAULT_LIST },
		{ "v=DMARC1; p=none; p=reject", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_FAULT_DUPLICATE },
		{ "v=DMARC1; p=none; pct=50", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_NOTE_GONE },
		/* A peer calls this an error; RFC 9989 section 4.7 says ignore. */
		{ "v=DMARC1; p=reject; future=1", true, true, DMARC_REJECT, DMARC_REJECT,
		    DMARC_REJECT, DMARC_NOTE_UNKNOWN },
		{ "v=DMARC1; sp=none; p=none", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_NOTE_ORDER },
		{ "v=DMARC1; p=none; rua=mailto:a@b.example!10m", true, true, DMARC_NONE,
		    DMARC_NONE, DMARC_NONE, DMARC_NOTE_SIZE },
		{ "v=DMARC1; p=none; rua=a@b.example", true, true, DMARC_NONE, DMARC_NONE,
		    DMARC_NONE, DMARC_FAULT_URI },
		{ "v=DMARC1; p=none; rua=mailto:a@b.example;mailto:c@d.example", true, true,
		    DMARC_NONE, DMARC_NONE, DMARC_NONE, DMARC_FAULT_LIST },
		{ "v=DMARC1; p=none; rua=https://x.example/", true, true, DMARC_NONE, DMARC_NONE,
		    DMARC_NONE, DMARC_NOTE_SCHEME },
		{ "v=DMARC1; p=none; fo=1", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_NOTE_FO },
		{ "v=DMARC1; p=none; adkim=x", true, true, DMARC_NONE, DMARC_NONE, DMARC_NONE,
		    DMARC_FAULT_VALUE },
		{ .text = "v=dmarc1; p=none" },
		{ .text = " v=DMARC1; p=none" },
		{ .text = "v=DMARC1 p=none" },
		{ .text = "v=DMARC12; p=none" },
		{ .text = "p=none; v=DMARC1" },
		{ .text = "v=spf1 -all" },
		{ .text = "" },
	};
	struct arena a = { 0 };
	const char *tag;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct dmarc_record r;
		bool is = dmarc_record_parse(&a, str_of(rows[i].text), &r);

		if (is != rows[i].is_record)
			fail_msg("%s: record %d", rows[i].text, is);
		if (!is)
			continue;
		int first = r.fault_count > 0 ? (int)r.faults[0].kind : -1;

		if (r.usable != rows[i].usable || first != rows[i].fault ||
		    dmarc_own_policy(&r) != rows[i].own ||
		    dmarc_sub_policy(&r, true, &tag) != rows[i].sub ||
		    dmarc_sub_policy(&r, false, &tag) != rows[i].missing)
			fail_msg("%s: usable %d, first fault %d", rows[i].text, r.usable, first);
	}
	arena_free(&a);
}

static void addresses_are_taken_apart(void **state)
{
	struct arena a = { 0 };
	struct dmarc_record r;

	(void)state;
	assert_true(dmarc_record_parse(&a,
	    STR("v=DMARC1; p=none; rua=mailto:a@b.example!10m , mailto:x@y, "
		"mailto:c@d.example?subject=z"),
	    &r));
	assert_int_equal(r.rua_count, 3);
	assert_true(r.rua[0].valid && str_eq(r.rua[0].domain, STR("b.example")));
	assert_false(r.rua[1].valid);
	assert_true(r.rua[2].valid && str_eq(r.rua[2].mailbox, STR("c@d.example")));
	arena_free(&a);
}

struct world_row {
	const char *name, *zone, *author, *spf, *dkim;
	const char *want; /* "result record-domain published/applied" */
};

static struct str verdict_in(struct arena *a, const struct world_row *row, size_t *rounds)
{
	struct dmarc_identifier dkim = { str_of(row->dkim), DMARC_MECHANISM_PASS };
	struct dmarc_input in = { .author = str_of(row->author),
		.spf = { str_of(row->spf), DMARC_MECHANISM_PASS },
		.dkim = &dkim,
		.dkim_count = row->dkim != NULL };
	struct frank_case *c = arena_new(a, struct frank_case);
	struct dmarc_verdict v;

	case_init(c, a, in.author, 0);
	*rounds = 0;
	while (!dmarc_verify(a, &c->source, &in, &v)) {
		assert_true(zone_turn(c, row->zone));
		++*rounds;
	}
	if (v.policy.record == NULL)
		return str_of(dmarc_result_name(v.result));
	return arena_fmt(a, "%s " STR_FMT " %s/%s", dmarc_result_name(v.result),
	    STR_ARG(v.policy.record_domain), dmarc_request_name(v.policy.published),
	    dmarc_request_name(v.policy.applied));
}

static void verdicts(void **state)
{
	static const struct world_row rows[] = {
		{ "own record", "_dmarc.a.test TXT \"v=DMARC1; p=reject\"", "a.test", "a.test",
		    NULL, "pass a.test reject/reject" },
		{ "nothing aligned", "_dmarc.a.test TXT \"v=DMARC1; p=reject\"", "a.test", "b.test",
		    "c.test", "fail a.test reject/reject" },
		{ "relaxed: subdomain", "_dmarc.a.test TXT \"v=DMARC1; p=reject\"", "a.test", NULL,
		    "x.a.test", "pass a.test reject/reject" },
		{ "strict: subdomain", "_dmarc.a.test TXT \"v=DMARC1; p=reject; adkim=s\"",
		    "a.test", NULL, "x.a.test", "fail a.test reject/reject" },
		{ "strict: itself", "_dmarc.a.test TXT \"v=DMARC1; p=reject; aspf=s\"", "a.test",
		    "A.TEST", NULL, "pass a.test reject/reject" },
		{ "testing lowers", "_dmarc.a.test TXT \"v=DMARC1; p=reject; t=y\"", "a.test", NULL,
		    NULL, "fail a.test reject/quarantine" },
		{ "testing leaves none", "_dmarc.a.test TXT \"v=DMARC1; p=none; t=y\"", "a.test",
		    NULL, NULL, "fail a.test none/none" },
		{ "existing subdomain",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"\n"
		    "s.a.test A 192.0.2.1",
		    "s.a.test", NULL, NULL, "fail a.test quarantine/quarantine" },
		{ "missing subdomain",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"", "s.a.test",
		    NULL, NULL, "fail a.test none/none" },
		{ "an empty non-terminal exists",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"\n"
		    "x.s.a.test A 192.0.2.1",
		    "s.a.test", NULL, NULL, "fail a.test quarantine/quarantine" },
		{ "two records count as none",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject\"\n_dmarc.a.test TXT \"v=DMARC1; "
		    "p=none\"",
		    "a.test", "a.test", NULL, "none" },
		{ "other text beside it does no harm",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject\"\n_dmarc.a.test TXT \"hello\"",
		    "a.test", "a.test", NULL, "pass a.test reject/reject" },
		{ "no record", "a.test A 192.0.2.1", "a.test", "a.test", NULL, "none" },
		{ "DNS trouble", "_dmarc.a.test TXT TIMEOUT", "a.test", "a.test", NULL,
		    "temperror" },
		{ "DNS trouble above an own record harms only alignment that needs it",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject\"\n_dmarc.test TXT SERVFAIL", "a.test",
		    "x.a.test", NULL, "temperror a.test reject/reject" },
		{ "... and not the name itself",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject\"\n_dmarc.test TXT SERVFAIL", "a.test",
		    "a.test", NULL, "pass a.test reject/reject" },
		{ "the organizational record wins over one between",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject; sp=none\"\n"
		    "_dmarc.b.a.test TXT \"v=DMARC1; p=quarantine\"\nc.b.a.test A 192.0.2.1",
		    "c.b.a.test", NULL, NULL, "fail a.test none/none" },
		{ "psd=n ends the walk",
		    "_dmarc.a.test TXT \"v=DMARC1; p=reject\"\n"
		    "_dmarc.b.a.test TXT \"v=DMARC1; p=quarantine; psd=n\"\nc.b.a.test A 192.0.2.1",
		    "c.b.a.test", "a.test", "b.a.test", "pass b.a.test quarantine/quarantine" },
		{ "psd=y parts the registrants",
		    "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"\ngiant.bank A 192.0.2.1",
		    "giant.bank", "mega.bank", NULL, "fail bank reject/reject" },
		{ "psd=y: below one registrant all align",
		    "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"\nw.giant.bank A 192.0.2.1",
		    "w.giant.bank", "mx.giant.bank", NULL, "pass bank reject/reject" },
		{ "the public suffix's own mail", "_dmarc.bank TXT \"v=DMARC1; p=reject; psd=y\"",
		    "bank", "x.bank", NULL, "fail bank reject/reject" },
		{ "thirteen labels: seven are walked",
		    "_dmarc.example.com TXT \"v=DMARC1; p=reject; np=none\"",
		    "a.b.c.d.e.f.g.h.i.j.mail.example.com", NULL, NULL,
		    "fail example.com none/none" },
		{ "thirteen labels: the eighth is never asked",
		    "_dmarc.f.g.h.i.j.mail.example.com TXT \"v=DMARC1; p=reject\"",
		    "a.b.c.d.e.f.g.h.i.j.mail.example.com", NULL, NULL, "none" },
		{ "invalid p, no rua", "_dmarc.a.test TXT \"v=DMARC1; p=foo\"", "a.test", "a.test",
		    NULL, "permerror a.test none/none" },
		{ "invalid p, with rua",
		    "_dmarc.a.test TXT \"v=DMARC1; p=foo; rua=mailto:x@a.test\"", "a.test", NULL,
		    NULL, "fail a.test none/none" },
		{ "no author", "", NULL, NULL, NULL, "none" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		size_t rounds;
		struct str got = verdict_in(&a, &rows[i], &rounds);

		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(got));
		/* The walk asks everything at once; only identifiers may need a second one. */
		assert_in_range(rounds, 0, 2);
		arena_free(&a);
	}
}

static void temporary_errors_of_mechanisms(void **state)
{
	struct dmarc_identifier dkim[] = { { STR("a.test"), DMARC_MECHANISM_TEMPERROR } };
	struct dmarc_input in = { .author = STR("a.test"), .dkim = dkim, .dkim_count = 1 };
	struct arena a = { 0 };
	struct frank_case c;
	struct dmarc_verdict v;

	(void)state;
	case_init(&c, &a, in.author, 0);
	while (!dmarc_verify(&a, &c.source, &in, &v))
		zone_turn(&c, "_dmarc.a.test TXT \"v=DMARC1; p=reject\"");
	assert_int_equal(v.result, DMARC_RESULT_TEMPERROR);
	in.spf = (struct dmarc_identifier){ STR("a.test"), DMARC_MECHANISM_PASS };
	assert_true(dmarc_verify(&a, &c.source, &in, &v));
	assert_int_equal(v.result, DMARC_PASS);
	arena_free(&a);
}

struct fallback_row {
	const char *name, *zone, *author, *dkim;
	const char *without, *with; /* as verdict_in() has it */
};

static void the_list_is_the_fall_back(void **state)
{
	static const struct fallback_row rows[] = {
		{ "trouble above: alignment",
		    "_dmarc.a.co.uk TXT \"v=DMARC1; p=reject\"\n"
		    "_dmarc.uk TXT SERVFAIL",
		    "a.co.uk", "x.a.co.uk", "temperror a.co.uk reject", "pass a.co.uk reject" },
		{ "trouble above: a stranger beneath the suffix",
		    "_dmarc.a.co.uk TXT \"v=DMARC1; p=reject\"\n_dmarc.uk TXT SERVFAIL", "a.co.uk",
		    "b.co.uk", "temperror a.co.uk reject", "fail a.co.uk reject" },
		{ "trouble above: the suffix itself",
		    "_dmarc.a.co.uk TXT \"v=DMARC1; p=reject\"\n_dmarc.uk TXT SERVFAIL", "a.co.uk",
		    "co.uk", "temperror a.co.uk reject", "fail a.co.uk reject" },
		{ "trouble above: the policy of a subdomain",
		    "_dmarc.a.co.uk TXT \"v=DMARC1; p=reject; sp=quarantine\"\n"
		    "_dmarc.co.uk TXT TIMEOUT\ns.a.co.uk A 192.0.2.1",
		    "s.a.co.uk", "x.a.co.uk", "temperror", "pass a.co.uk quarantine" },
		{ "trouble between",
		    "_dmarc.a.co.uk TXT \"v=DMARC1; p=reject; sp=none\"\n"
		    "_dmarc.t.a.co.uk TXT TIMEOUT\ns.t.a.co.uk A 192.0.2.1",
		    "s.t.a.co.uk", NULL, "temperror", "fail a.co.uk none" },
		{ "trouble with the author's own record", "_dmarc.a.co.uk TXT TIMEOUT", "a.co.uk",
		    "a.co.uk", "temperror", "temperror" },
		{ "trouble with the organization's record",
		    "_dmarc.a.co.uk TXT TIMEOUT\ns.a.co.uk A 192.0.2.1", "s.a.co.uk", NULL,
		    "temperror", "temperror" },
		{ "no trouble: the walk decides, the list does not",
		    "_dmarc.a.b.test TXT \"v=DMARC1; p=reject; psd=n\"\n", "a.b.test", "c.b.test",
		    "fail a.b.test reject", "fail a.b.test reject" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		const struct fallback_row *row = &rows[i / 2];
		struct dmarc_identifier dkim = { str_of(row->dkim), DMARC_MECHANISM_PASS };
		struct dmarc_input in = { .author = str_of(row->author),
			.dkim = &dkim,
			.dkim_count = row->dkim != NULL,
			.org_by_psl = i % 2 };
		const char *want = i % 2 ? row->with : row->without;
		struct arena a = { 0 };
		struct frank_case c;
		struct dmarc_verdict v;
		struct str got;

		case_init(&c, &a, in.author, 0);
		while (!dmarc_verify(&a, &c.source, &in, &v))
			assert_true(zone_turn(&c, row->zone));
		got = v.policy.record == NULL
			  ? str_of(dmarc_result_name(v.result))
			  : arena_fmt(&a, "%s " STR_FMT " %s", dmarc_result_name(v.result),
				STR_ARG(v.policy.record_domain),
				dmarc_request_name(v.policy.published));
		if (!str_eq(got, str_of(want)))
			fail_msg("%s, list %zu: " STR_FMT, row->name, i % 2, STR_ARG(got));
		arena_free(&a);
	}
}

static void one_record_serves_three_readers(void **state)
{
	static const char zone[] = "_dmarc._domainkey.e.test TXT \"v=DMARC1; p=none\"\n"
				   "_dmarc.f.test TXT \"v=spf1 +all\"\n";
	struct arena a = { 0 };
	struct frank_case c;
	struct dmarc_walk walk;
	struct spf_query q = { .mail_from = STR("x@_dmarc.f.test"), .helo = STR("h.test") };

	(void)state;
	ip_parse(STR("192.0.2.1"), &q.ip);
	case_init(&c, &a, STR("x"), 0);
	for (int i = 0; i < 2; i++) {
		while (spf_check(&c.source, &a, &q).result == SPF_PENDING)
			zone_turn(&c, zone);
		assert_int_equal(spf_check(&c.source, &a, &q).result, SPF_PASS);
		while (!dmarc_walk(&a, &c.source, STR("f.test"), false, &walk))
			zone_turn(&c, zone);
		assert_null(walk.steps[0].record);
		while (!dmarc_walk(&a, &c.source, STR("_domainkey.e.test"), false, &walk))
			zone_turn(&c, zone);
		assert_non_null(walk.steps[0].record);
	}
	arena_free(&a);
}

static void a_walk_asks_eight_questions_at_most(void **state)
{
	struct arena a = { 0 };
	struct frank_case c;
	struct dmarc_walk w;

	(void)state;
	case_init(&c, &a, STR("x"), 0);
	assert_false(
	    dmarc_walk(&a, &c.source, STR("a.b.c.d.e.f.g.h.i.j.mail.example.com"), false, &w));
	assert_int_equal(c.count, 8);
	assert_true(str_eq(c.facts[1]->question.dns.name, STR("_dmarc.g.h.i.j.mail.example.com")));
	assert_true(str_eq(c.facts[7]->question.dns.name, STR("_dmarc.com")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(addresses_are_taken_apart),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(temporary_errors_of_mechanisms),
		cmocka_unit_test(the_list_is_the_fall_back),
		cmocka_unit_test(one_record_serves_three_readers),
		cmocka_unit_test(a_walk_asks_eight_questions_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
