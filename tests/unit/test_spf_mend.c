/* test_spf_mend - what faulty SPF records were meant to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/spf_mend.h"

static void faults_are_mended(void **state)
{
	static const struct {
		const char *record;
		enum { CLEAN, NOTE, FAULT } state; /* as the parser sees it */
		const char *mended;
	} rows[] = {
		{ "v=spf1", CLEAN, "v=spf1" },
		{ "v=spf1 -all", CLEAN, "v=spf1 -all" },
		{ "v=spf1 a mx:x.test/24//64 a//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?ptr "
		  "exists:%{i}.x.test ~all exp=e.x.test",
		    CLEAN, NULL },
		{ "v=spf1 A MX IP4:192.0.2.1 Include:x.test -ALL", CLEAN, NULL },
		{ "v=spf1 redirect=_spf.x.test", CLEAN, NULL },
		{ "v=spf1 moo=x -all", CLEAN, NULL },
		{ "v=spf1 ipv4:192.0.2.1 -all", FAULT, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 ip6:192.0.2.1 -all", FAULT, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 ip4:2001:db8::1 -all", FAULT, "v=spf1 ip6:2001:db8::1 -all" },
		{ "v=spf1 ip4=192.0.2.1 -all", NOTE, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 192.0.2.1 -all", FAULT, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 a:192.0.2.1 -all", FAULT, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 ip4:192.0.2.1/33 -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 ip4:192.0.2.1/024 -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 ip4:192.0.2 -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 ip4: 192.0.2.1 -all", FAULT, "v=spf1 ip4:192.0.2.1 -all" },
		{ "v=spf1 include: x.test -all", FAULT, "v=spf1 include:x.test -all" },
		{ "v=spf1 include:localhost -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 include=x.test -all", NOTE, "v=spf1 include:x.test -all" },
		{ "v=spf1 inlcude:x.test -all", FAULT, "v=spf1 include:x.test -all" },
		{ "v=spf1 nclude:x.test ~all", FAULT, "v=spf1 include:x.test ~all" },
		{ "v=spf1 redirection=x.test", CLEAN, "v=spf1 redirection=x.test" },
		{ "v=spf1 mx redirect:x.test", FAULT, "v=spf1 mx redirect=x.test" },
		{ "v=spf1 redirct=x.test", NOTE, "v=spf1 redirect=x.test" },
		{ "v=spf1 redirect=a.test redirect=b.test", FAULT, "v=spf1 redirect=a.test" },
		{ "v=spf1 mx - all", FAULT, "v=spf1 mx -all" },
		{ "v=spf1 mx -all.", FAULT, "v=spf1 mx -all" },
		{ "v=spf1 mx; -all", FAULT, "v=spf1 mx -all" },
		{ "v=spf1 mx,a -all", FAULT, "v=spf1 mx a -all" },
		{ "v=spf1 mx \xe2\x80\x93"
		  "all",
		    FAULT, "v=spf1 mx -all" },
		{ "v=spf1 mx\xc2\xa0-all", FAULT, "v=spf1 mx -all" },
		{ "v=spf1 mx\xe2\x80\x8b -all", FAULT, "v=spf1 mx -all" },
		{ "v=spf1 mail.x.test -all", FAULT, "v=spf1 a:mail.x.test -all" },
		{ "v=spf1 exists:%{q}.x.test -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 exists:%(i).x.test -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 v=spf1 mx -all", NOTE, "v=spf1 mx -all" },
		{ "v=spf1 -all:x.test", FAULT, "v=spf1 -all" },
		{ "v=spf1 mx/24/32 -all", FAULT, "v=spf1 -all" },
		{ "v=spf1 include:b\xc3\xbc"
		  "cher.test -all",
		    FAULT, "v=spf1 include:xn--bcher-kva.test -all" },
		{ "v=spf1 a:b\xc3\xbc"
		  "cher.test/24 -all",
		    FAULT, "v=spf1 a:xn--bcher-kva.test/24 -all" },
		{ "v=spf1 mx ~all\xe2\x80\xa6", FAULT, "v=spf1 mx ~all" },
		{ "v=spf1 mx exp=\xc3\xbc -all", FAULT, "v=spf1 mx -all" },
		{ "v=spf1 redirect= x.test", FAULT, "v=spf1 redirect=x.test" },
		{ "v=spf1 include: -all", FAULT, "v=spf1 -all" },
		/* The all was in the middle, and what stands behind it was never reached. */
		{ "v=spf1 ipv4:192.0.2.1 -all include:x.test", FAULT,
		    "v=spf1 ip4:192.0.2.1 include:x.test -all" },
		{ "v=spf1 -all. mx ~all a exp=e.test", FAULT, "v=spf1 mx a -all exp=e.test" },
		{ "v=spf1 foo redirect=x.test ~all", FAULT, "v=spf1 ~all" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str record = str_of(rows[i].record), mended;
		struct spf_record r, again;
		int got = CLEAN;

		spf_parse(&a, record, &r);
		for (size_t k = 0; k < r.count; k++)
			if (spf_modifier_note(&a, &r.terms[k]).n > 0)
				got = NOTE;
		if (r.fault_count > 0)
			got = FAULT;
		mended = spf_mend(&a, record);
		if (got != (int)rows[i].state)
			fail_msg("%s: state %d", rows[i].record, got);
		if (!str_eq(mended, rows[i].mended ? str_of(rows[i].mended) : record))
			fail_msg("%s: mended to " STR_FMT, rows[i].record, STR_ARG(mended));
		spf_parse(&a, mended, &again);
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

		{ "", false, NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (spf_is_attempt(str_of(rows[i].text)) != rows[i].meant)
			fail_msg("%s", rows[i].text);
		if (!rows[i].meant)
			continue;
		struct str mended = spf_mend(&a, str_of(rows[i].text));

		if (!str_eq(mended, str_of(rows[i].mended)))
			fail_msg("%s: " STR_FMT, rows[i].text, STR_ARG(mended));
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_mended),
		cmocka_unit_test(what_was_meant_as_spf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
