/* test_check_dmarc - worlds in which each dmarc.* check fires, and in which it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "keys.h"
#include "verdicts.h"
#include "auth/dmarc.h"

#define D(text) "_dmarc.example.com TXT \"" text "\"\n"
#define SPF	"example.com TXT \"v=spf1 mx -all\"\n"
#define MX	"example.com MX 10 mx.example.com.\n"
#define NULL_MX "example.com MX 0 .\n"
#define KEY	"s1._domainkey.example.com TXT \"v=DKIM1; p=" RSA1024 "\"\n"
#define GOOD	D("v=DMARC1; p=reject; rua=mailto:d@example.com")
#define REPORTS "rua=mailto:d@example.com"

static void worlds(void **state)
{
	static const struct verdict_row rows[] = {
		{ "one record", "dmarc.present", GOOD, .want = "pass" },
		{ "none", "dmarc.present", MX, .want = "fail critical",
		    .fix = "\"v=DMARC1; p=none; rua=mailto:postmaster@example.com\"" },
		{ "none, no mail", "dmarc.present", NULL_MX, .want = "fail critical",
		    .fix = "\"v=DMARC1; p=reject; rua=mailto:postmaster@example.com\"" },
		{ "two", "dmarc.present", GOOD D("v=DMARC1; p=none"), .want = "fail critical",
		    .says = "2 DMARC records" },
		{ "at the wrong place", "dmarc.present", "example.com TXT \"v=DMARC1; p=none\"\n",
		    .want = "fail critical", .says = "where nobody looks" },
		{ "small letters", "dmarc.present", D("v=dmarc1; p=none"), .want = "fail critical",
		    .says = "not recognised" },
		{ "a space in front", "dmarc.present", D(" v=DMARC1; p=none"),
		    .want = "fail critical", .says = "not recognised" },
		{ "typographic quotes", "dmarc.present", D("\\226\\128\\156v=DMARC1; p=none"),
		    .want = "fail critical", .says = "not recognised" },
		{ "SPF at _dmarc only", "dmarc.present", D("v=spf1 -all"), .want = "fail critical",
		    .says = "some other text" },
		{ "SPF beside it", "dmarc.present", GOOD D("v=spf1 -all"),
		    .want = "pass; warn minor", .says = "SPF record belongs" },
		{ "DNS trouble is not the domain's fault", "dmarc.present",
		    "_dmarc.example.com TXT SERVFAIL", .want = "unknown" },
		{ "the registry's", "dmarc.present", "_dmarc.com TXT \"v=DMARC1; p=none; psd=y\"\n",
		    .want = "fail major" },
		{ "CNAME to a service", "dmarc.present",
		    "_dmarc.example.com CNAME x.service.test.\nx.service.test TXT \"v=DMARC1; "
		    "p=none\"",
		    .want = "pass" },

		{ "good", "dmarc.syntax", GOOD, .want = "pass" },
		{ "none", "dmarc.syntax", MX, .want = "skip" },
		{ "typing error in p", "dmarc.syntax", D("v=DMARC1; p=rejct; " REPORTS),
		    .want = "fail major", .fix = "\"v=DMARC1; p=none; rua=mailto:d@example.com\"" },
		{ "void", "dmarc.syntax", D("v=DMARC1; p=rejct"),
		    .want = "fail critical; fail major" },
		{ "pct is gone", "dmarc.syntax", D("v=DMARC1; p=none; pct=50; " REPORTS),
		    .want = "fail minor", .says = "no longer exists",
		    .fix = "\"v=DMARC1; p=none; rua=mailto:d@example.com\"" },
		/* checkdmarc calls it an error; RFC 9989 section 4.7: ignore. */
		{ "unknown tag is no error", "dmarc.syntax", D("v=DMARC1; p=none; xy=1"),
		    .want = "warn minor" },
		{ "mailto: missing", "dmarc.syntax", D("v=DMARC1; p=none; rua=d@example.com"),
		    .want = "fail major", .fix = "\"v=DMARC1; p=none; rua=mailto:d@example.com\"" },
		{ "comma for semicolon", "dmarc.syntax", D("v=DMARC1; p=none, " REPORTS),
		    .want = "fail critical; fail major" },
		{ "twice", "dmarc.syntax", D("v=DMARC1; p=none; p=reject"), .want = "fail major" },

		{ "reject", "dmarc.policy", GOOD, .want = "pass" },
		{ "none with reports", "dmarc.policy", MX D("v=DMARC1; p=none; " REPORTS),
		    .want = "fail minor",
		    .fix = "\"v=DMARC1; p=quarantine; rua=mailto:d@example.com\"" },
		{ "none without reports", "dmarc.policy", MX D("v=DMARC1; p=none"),
		    .want = "fail major",
		    .fix = "\"v=DMARC1; p=none; rua=mailto:postmaster@example.com\"" },
		{ "test mode", "dmarc.policy", MX D("v=DMARC1; p=reject; t=y; " REPORTS),
		    .want = "warn minor" },
		{ "no mail, quarantine", "dmarc.policy", NULL_MX D("v=DMARC1; p=quarantine"),
		    .want = "fail major", .fix = "\"v=DMARC1; p=reject\"" },
		{ "no mail, reject", "dmarc.policy", NULL_MX GOOD, .want = "pass" },
		{ "void", "dmarc.policy", D("v=DMARC1"), .want = "fail major" },

		{ "as the domain", "dmarc.subdomains", GOOD, .want = "pass" },
		{ "sp=none", "dmarc.subdomains", D("v=DMARC1; p=reject; sp=none"),
		    .want = "fail minor", .fix = "\"v=DMARC1; p=reject\"" },
		{ "np=none", "dmarc.subdomains", D("v=DMARC1; p=reject; np=none"),
		    .want = "fail minor", .fix = "\"v=DMARC1; p=reject\"" },
		{ "stricter below", "dmarc.subdomains", D("v=DMARC1; p=none; sp=reject"),
		    .want = "pass" },
		{ "a weaker child", "dmarc.subdomains",
		    GOOD "_dmarc.news.example.com TXT \"v=DMARC1; p=none\"\n", .want = "fail minor",
		    .says = "news.example.com" },

		{ "own address", "dmarc.rua", MX GOOD, .want = "pass" },
		{ "no rua", "dmarc.rua", MX D("v=DMARC1; p=none"), .want = "fail major",
		    .fix = "\"v=DMARC1; p=none; rua=mailto:postmaster@example.com\"" },
		{ "domain takes no mail", "dmarc.rua", NULL_MX GOOD, .want = "fail major" },
		{ "domain is gone", "dmarc.rua", D("v=DMARC1; p=none; rua=mailto:x@gone.test"),
		    .want = "fail major", .says = "does not exist" },
		{ "address record is enough", "dmarc.rua", "example.com A 192.0.2.1\n" GOOD,
		    .want = "pass" },
		{ "DNS trouble", "dmarc.rua", "example.com MX TIMEOUT\n" GOOD, .want = "unknown" },
		{ "three addresses", "dmarc.rua",
		    MX D("v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com,"
			 "mailto:c@example.com"),
		    .want = "pass; pass; pass; info" },

		{ "at home", "dmarc.external", GOOD, .want = "pass" },
		{ "a subdomain is at home", "dmarc.external",
		    D("v=DMARC1; p=none; rua=mailto:d@reports.example.com"), .want = "pass" },
		{ "not authorised", "dmarc.external", D("v=DMARC1; p=none; rua=mailto:d@svc.test"),
		    .want = "fail major", .says = "example.com._report._dmarc.svc.test" },
		{ "authorised", "dmarc.external",
		    D("v=DMARC1; p=none; rua=mailto:d@svc.test") "example.com._report._dmarc.svc."
								 "test TXT \"v=DMARC1;\"\n",
		    .want = "pass" },
		{ "authorised by wildcard", "dmarc.external",
		    D("v=DMARC1; p=none; ruf=mailto:d@svc.test") "*._report._dmarc.svc.test TXT "
								 "\"v=DMARC1\"\n",
		    .want = "pass" },
		{ "other text is no consent", "dmarc.external",
		    D("v=DMARC1; p=none; rua=mailto:d@svc.test") "*.svc.test TXT \"v=spf1 -all\"\n",
		    .want = "fail major" },
		{ "DNS trouble", "dmarc.external",
		    D("v=DMARC1; p=none; rua=mailto:d@svc.test") "example.com._report._dmarc.svc."
								 "test TXT TIMEOUT\n",
		    .want = "unknown" },

		{ "no ruf", "dmarc.ruf", GOOD, .want = "pass" },
		{ "ruf", "dmarc.ruf", D("v=DMARC1; p=none; ruf=mailto:d@example.com"),
		    .want = "info" },

		{ "both", "dmarc.alignment", MX SPF GOOD KEY, .want = "pass", .says = "Both" },
		{ "both, guessed", "dmarc.alignment", MX SPF GOOD, .want = "pass" },
		{ "neither, enforced", "dmarc.alignment", MX GOOD, .selector = "x",
		    .want = "fail critical" },
		{ "neither, p=none", "dmarc.alignment", MX D("v=DMARC1; p=none"), .selector = "x",
		    .want = "fail major" },
		{ "SPF alone, enforced", "dmarc.alignment", MX SPF GOOD, .selector = "x",
		    .want = "fail minor", .says = "SPF alone" },
		{ "DKIM alone", "dmarc.alignment", MX GOOD KEY, .selector = "s1", .want = "pass" },
		{ "no SPF, key not guessed", "dmarc.alignment", MX GOOD, .want = "unknown" },
		{ "a revoked key is none", "dmarc.alignment",
		    MX GOOD "x._domainkey.example.com TXT \"v=DKIM1; p=\"\n", .selector = "x",
		    .want = "fail critical" },
		{ "no mail", "dmarc.alignment", NULL_MX GOOD, .want = "skip" },

		{ "neither tag", "dmarc.psd", GOOD, .want = "pass" },
		{ "psd=y on a domain", "dmarc.psd", D("v=DMARC1; p=reject; psd=y"),
		    .want = "fail major", .fix = "\"v=DMARC1; p=reject\"" },
		{ "psd=n is fine", "dmarc.psd", D("v=DMARC1; p=reject; psd=n"), .want = "pass" },
		{ "t=y without effect", "dmarc.psd", D("v=DMARC1; p=none; t=y"),
		    .want = "fail minor" },

		{ "reject", "dmarc.ready", GOOD, .want = "pass" },
		{ "none", "dmarc.ready", D("v=DMARC1; p=none"), .want = "skip" },
	};

	(void)state;
	verdicts_hold(rows, LENGTH(rows));
}

/* Every record that a fix proposes must read without any fault. */
static void proposed_records_are_clean(void **state)
{
	static const char *const zones[] = { MX, NULL_MX, D("v=dmarc1; p=none"),
		D("v=DMARC1; p=rejct; rua=d@example.com,x; fo=9; ruf=mailto:a@b.test; adkim=q"),
		D("v=DMARC1; rua=mailto:a@example.com!5m; sp=bad; np=none; ri=5; x=y;; z"),
		D("v=DMARC1; p=reject; t=y; sp=none; psd=y; fo=1; ruf=mailto:a@b.test"),
		MX D("v=DMARC1; p=none; adkim=s; aspf=s") };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(zones); i++) {
		struct arena a = { 0 };
		struct verdict_row row = { .check = "dmarc", .zone = zones[i] };
		size_t n;
		const struct finding *f = verdict_run(&a, &row, &n);

		for (size_t k = 0; k < n; k++)
			for (const struct fix *x = f[k].fixes; x != NULL; x = x->next) {
				struct dns_record record;
				struct dmarc_record r;

				if (x->kind != FIX_ADD && x->kind != FIX_REPLACE)
					continue;
				dns_record_parse(&a, DNS_TXT, x->value, &record);
				if (!record.parsed ||
				    !dmarc_record_parse(&a, record.txt.joined, &r) ||
				    r.fault_count > 0 || !r.usable)
					fail_msg("%s: " STR_FMT, f[k].check->id, STR_ARG(x->value));
				seen++;
			}
		arena_free(&a);
	}
	assert_in_range(seen, 10, 1000);
}

static size_t audit_rounds(const char *domain, const char *zone, const char *topics,
    struct arena *a, const struct finding **f, size_t *n)
{
	struct str only[3], rest = str_of(topics);
	struct audit_options options = { .only = only };
	size_t rounds;

	while (rest.n > 0)
		only[options.only_count++] = str_cut(&rest, ' ');
	*f = zone_audit_of(a, str_of(domain), zone, &options, n, &rounds);
	return rounds;
}

/* All that can be asked at once is: the whole of SPF, DKIM and DMARC in a few rounds. */
static void few_rounds_are_needed(void **state)
{
	struct arena a = { 0 };
	const struct finding *f;
	size_t n;

	(void)state;
	assert_in_range(audit_rounds("example.com",
			    MX "mx.example.com A 192.0.2.1\n" SPF KEY D(
				"v=DMARC1; p=reject; rua=mailto:d@svc.test"),
			    "spf dkim dmarc", &a, &f, &n),
	    1, 3);
	assert_in_range(n, 20, 100);
	arena_free(&a);
}

/* The public suffix list and the tree walk find different records. */
static void old_receivers_look_elsewhere(void **state)
{
	struct arena a = { 0 };
	const struct finding *f;
	size_t n;

	(void)state;
	audit_rounds("x.b.example.com",
	    "_dmarc.b.example.com TXT \"v=DMARC1; p=reject; psd=n\"\nx.b.example.com A 192.0.2.1\n",
	    "dmarc.present", &a, &f, &n);
	assert_int_equal(n, 2);
	assert_true(str_find(f[1].says, STR("_dmarc.example.com")) >= 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worlds),
		cmocka_unit_test(proposed_records_are_clean),
		cmocka_unit_test(few_rounds_are_needed),
		cmocka_unit_test(old_receivers_look_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
