/* test_spf_text - faults of SPF records, their places, and what was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/spf_text.h"

static void faults_are_placed_and_mended(void **state)
{
	static const struct {
		const char *record;
		int at; /* of the first fault; -1: none */
		bool spoils;
		const char *mended;
	} rows[] = {
		{ "v=spf1", -1, false, "v=spf1" },
		{ "v=spf1 -all", -1, false, "v=spf1 -all" },
		{ "v=spf1 a mx:x.test/24//64 a//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?ptr "
		  "exists:%{i}.x.test ~all exp=e.x.test",
		    -1, false, NULL },
		{ "v=spf1 A MX IP4:192.0.2.1 Include:x.test -ALL", -1, false, NULL },
		{ "v=spf1 redirect=_spf.x.test", -1, false, NULL },
		{ "v=spf1 moo=x -all", -1, false, NULL },
		{ "v=spf1 ipv4:192.0.2.1 -all", 7, true, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 ip6:192.0.2.1 -all", 7, true, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 ip4:2001:db8::1 -all", 7, true, "v=spf1 ip6:2001:db8::1 -all" },
		{ "v=spf1 ip4=192.0.2.1 -all", 7, false, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 192.0.2.1 -all", 7, true, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 a:192.0.2.1 -all", 7, true, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 ip4:192.0.2.1/33 -all", 7, true, "v=spf1 -all" },
		{ "v=spf1 ip4:192.0.2.1/024 -all", 7, true, "v=spf1 -all" },
		{ "v=spf1 ip4:192.0.2 -all", 7, true, "v=spf1 -all" },
		{ "v=spf1 ip4: 192.0.2.1 -all", 7, true, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 include: x.test -all", 7, true, "v=spf1 include:x.test -all" },
		{ "v=spf1 include:localhost -all", 7, true, "v=spf1 -all" },
		{ "v=spf1 include=x.test -all", 7, false, "v=spf1 include:x.test -all" },
		{ "v=spf1 inlcude:x.test -all", 7, true, "v=spf1 include:x.test -all" },
		{ "v=spf1 mx redirect:x.test", 10, true, "v=spf1 mx redirect=x.test" },
		{ "v=spf1 redirct=x.test", 7, false, "v=spf1 redirect=x.test" },
		{ "v=spf1 redirect=a.test redirect=b.test", 23, true, "v=spf1 redirect=a.test" },
		{ "v=spf1 mx - all", 10, true, "v=spf1 mx -all" },
		{ "v=spf1 mx -all.", 10, true, "v=spf1 mx -all" },
		{ "v=spf1 mx; -all", 7, true, "v=spf1 mx -all" },
		{ "v=spf1 mx,a -all", 7, true, "v=spf1 mx a -all" },
		{ "v=spf1 mx \xe2\x80\x93"
		  "all",
		    10, true, "v=spf1 mx -all" },
		{ "v=spf1 mx\xc2\xa0-all", 7, true, "v=spf1 mx -all" },
		{ "v=spf1 mx\xe2\x80\x8b -all", 7, true, "v=spf1 mx -all" },
		{ "v=spf1 mail.x.test -all", 7, true, "v=spf1 a:mail.x.test -all" },
		{ "v=spf1 exists:%{q}.x.test -all", 7, true, "v=spf1 -all" },
		{ "v=spf1 exists:%(i).x.test -all", 7, true, "v=spf1 -all" },
		{ "v=spf1 v=spf1 mx -all", 7, false, "v=spf1 mx -all" },
		{ "v=spf1 -all:x.test", 7, true, "v=spf1 -all" },
		{ "v=spf1 mx/24/32 -all", 7, true, "v=spf1 -all" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str record = str_of(rows[i].record), mended;
		struct spf_text s, again;
		int at = -1;
		bool spoils = false;

		spf_text_parse(&a, record, &s);
		for (size_t k = s.count; k-- > 0;)
			if (s.terms[k].fault.n > 0) {
				at = (int)s.terms[k].at;
				spoils = s.terms[k].spoils;
			}
		mended = spf_text_mend(&a, record);
		if (at != rows[i].at || spoils != rows[i].spoils)
			fail_msg("%s: fault at %d, spoils %d", rows[i].record, at, spoils);
		if (!str_eq(mended, rows[i].mended ? str_of(rows[i].mended) : record))
			fail_msg("%s: mended to " STR_FMT, rows[i].record, STR_ARG(mended));
		spf_text_parse(&a, mended, &again);
		assert_int_equal(again.fault_count, 0);
	}
	arena_free(&a);
}

static void what_was_meant_as_spf(void **state)
{
	static const struct {
		const char *text;
		bool meant;
		const char *mended;
	} rows[] = {
		{ "v=spf1include:x.test -all", true, "v=spf1 include:x.test -all" },
		{ "v=spf1. mx -all", true, "v=spf1 mx -all" },
		{ "\xe2\x80\x9cv=spf1 mx -all\xe2\x80\x9d", true, "v=spf1 mx -all" },
		{ " v=spf1 mx -all", true, "v=spf1 mx -all" },
		{ "v=spf1;mx;-all", true, "v=spf1 mx -all" },
		{ "hello v=spf1", false, NULL },
		{ "v=DKIM1; p=", false, NULL },
		{ "v=spf2", false, NULL },
		{ "", false, NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (spf_text_meant(str_of(rows[i].text)) != rows[i].meant)
			fail_msg("%s", rows[i].text);
		if (!rows[i].meant)
			continue;
		struct str mended = spf_text_mend(&a, str_of(rows[i].text));

		if (!str_eq(mended, str_of(rows[i].mended)))
			fail_msg("%s: " STR_FMT, rows[i].text, STR_ARG(mended));
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_placed_and_mended),
		cmocka_unit_test(what_was_meant_as_spf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
