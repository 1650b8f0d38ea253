/* test_spf_parse - which faults a record has, where, and in what words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "auth/spf.h"

/* A fault a line: "place+length says"; what was probably meant behind " -> ". */
static struct str faults_of(struct arena *a, struct str record)
{
	struct spf_record r;
	struct str s = STR("");

	spf_parse(a, record, &r);
	for (size_t i = 0; i < r.fault_count; i++) {
		const struct spf_fault *f = &r.faults[i];

		s = arena_fmt(a, STR_FMT "%s%zu+%zu " STR_FMT "%s" STR_FMT, STR_ARG(s),
		    i > 0 ? "; " : "", f->at, f->length, STR_ARG(f->says),
		    f->mended.n > 0 ? " -> " : "", STR_ARG(f->mended));
	}
	return s;
}

static void each_fault_is_said_once(void **state)
{
	static const struct {
		const char *record, *faults;
	} rows[] = {
		{ "v=spf1", "" },
		{ "v=spf1   a  -all   ", "" },
		{ "v=spf1 moo= a -all", "" },
		{ "v=spf1 moo= -all", "" },
		{ "v=spf1 redirect= x.test",
		    "7+16 a space stands behind the equals sign; what follows must stand next to "
		    "it -> redirect=x.test" },
		{ "v=spf1 include:  x.test -all",
		    "7+16 a space stands behind the colon; what follows must stand next to it -> "
		    "include:x.test" },
		{ "v=spf1 +ip4: 192.0.2.1 -all",
		    "7+15 a space stands behind the colon; what follows must stand next to it -> "
		    "+ip4:192.0.2.1" },
		{ "v=spf1 include: -all", "7+8 the domain is missing" },
		{ "v=spf1 include:", "7+8 the domain is missing" },
		{ "v=spf1 include", "7+7 the domain is missing" },
		{ "v=spf1 redirect=", "7+9 the domain is missing" },
		{ "v=spf1 exp=\xc3\xbc",
		    "11+2 letters that are not ASCII; a domain is written in its xn-- form" },
		{ "v=spf1 include:b\xc3\xbc"
		  "ch\xc3\xa9r.test -all",
		    "16+6 letters that are not ASCII; a domain is written in its xn-- form" },
		{ "v=spf1 mx \xe2\x80\x93"
		  "all",
		    "10+3 a dash that is no hyphen" },
		{ "v=spf1 mx\t-all", "9+1 a control character" },
		{ "v=spf1 redirect=a.test redirect=b.test",
		    "23+15 this may stand in a record only once" },
		{ "v=spf1 ip4:1.2.3 -all", "11+5 not an IPv4 address" },
		{ "v=spf1 ip4 -all", "7+3 not an IPv4 address" },
		{ "v=spf1 a:x.test/33 -all",
		    "15+3 the prefix length must be a number from 0 to 32" },
		{ "v=spf1 a//129 -all", "9+4 the prefix length must be a number from 0 to 128" },
		{ "v=spf1 -all:x.test", "7+11 nothing may stand behind this mechanism" },
		{ "v=spf1 a:%{x}.test", "9+1 not a macro that may stand here" },
		{ "v=spf1 192.0.2.1 -all",
		    "7+9 an address without \"ip4:\" or \"ip6:\" before it -> ip4:192.0.2.1" },
		{ "v=spf10 -all", "0+7 the record must begin with \"v=spf1\" and a space" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str got = faults_of(&a, str_of(rows[i].record));

		if (!str_eq(got, str_of(rows[i].faults)))
			fail_msg("%s: " STR_FMT, rows[i].record, STR_ARG(got));
	}
	arena_free(&a);
}

static void bounds(void **state)
{
	struct arena a = { 0 };
	char *text = arena_array(&a, char, SPF_MAX_RECORD + 1);
	struct spf_record r;

	(void)state;
	memcpy(text, "v=spf1 ", 7);
	for (size_t i = 7; i <= SPF_MAX_RECORD; i++)
		text[i] = i % 2 ? 'a' : ' ';
	spf_parse(&a, (struct str){ text, 7 + 2 * SPF_MAX_TERMS - 1 }, &r);
	assert_int_equal(r.fault_count, 0);
	assert_int_equal(r.count, SPF_MAX_TERMS);
	spf_parse(&a, (struct str){ text, 7 + 2 * SPF_MAX_TERMS + 9 }, &r);
	assert_int_equal(r.fault_count, 1);
	assert_int_equal(r.faults[0].kind, SPF_FAULT_LENGTH);
	spf_parse(&a, (struct str){ text, SPF_MAX_RECORD + 1 }, &r);
	assert_int_equal(r.fault_count, 1);
	assert_int_equal(r.count, 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_said_once),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
