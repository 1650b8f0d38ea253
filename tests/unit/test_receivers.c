/* test_receivers - from findings to "would it be accepted?". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/receivers.h"

static const char *const ids[] = { "spf.present", "spf.syntax", "spf.lookups", "spf.void",
	"spf.hosts", "dkim.found", "dkim.syntax", "dkim.size", "name.ptr", "name.fcrdns",
	"dmarc.present", "dmarc.syntax", "dmarc.alignment" };

struct change {
	const char *id;
	enum verdict verdict;
	enum severity severity;
};

static size_t make(struct finding *f, struct check *checks, const struct change *changes)
{
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(ids); i++) {
		checks[i] = (struct check){ .id = ids[i] };
		f[n] = (struct finding){ .check = &checks[i], .verdict = VERDICT_PASS };
		for (const struct change *c = changes; c->id != NULL; c++)
			if (strcmp(c->id, ids[i]) == 0) {
				f[n].verdict = c->verdict;
				f[n].severity = c->severity;
			}
		n++;
	}
	return n;
}

static void verdicts(void **state)
{
	static const struct {
		const char *name;
		struct change changes[8];
		const char *want; /* per receiver: all/bulk */
	} rows[] = {
		{ "all is well", { { 0 } }, "yes/yes yes/yes yes/yes yes/yes" },
		{ "no SPF", { { "spf.present", VERDICT_FAIL, SEVERITY_CRITICAL } },
		    "yes/no yes/no yes/no yes/no" },
		{ "no SPF, no DKIM",
		    { { "spf.present", VERDICT_FAIL, SEVERITY_CRITICAL },
			{ "dkim.found", VERDICT_FAIL, SEVERITY_CRITICAL } },
		    "no/no no/no yes/no yes/no" },
		{ "selector not guessed", { { "dkim.found", VERDICT_UNKNOWN } },
		    "yes/cannot be told yes/cannot be told yes/cannot be told "
		    "yes/cannot be told" },
		{ "no SPF, selector not guessed",
		    { { "spf.present", VERDICT_FAIL, SEVERITY_CRITICAL },
			{ "dkim.found", VERDICT_UNKNOWN } },
		    "cannot be told/no cannot be told/no yes/no yes/no" },
		{ "a small key is minor", { { "dkim.size", VERDICT_FAIL, SEVERITY_MINOR } },
		    "yes/yes yes/yes yes/yes yes/yes" },
		{ "no PTR", { { "name.ptr", VERDICT_FAIL, SEVERITY_CRITICAL } },
		    "no/no no/no no/no no/no" },
		{ "no DMARC", { { "dmarc.present", VERDICT_FAIL, SEVERITY_CRITICAL } },
		    "yes/no yes/no yes/no yes/no" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct check checks[LENGTH(ids)];
		struct finding f[LENGTH(ids)];
		size_t n = make(f, checks, rows[i].changes);
		struct receiver_verdict *v = receivers_judge(&a, f, n);
		struct str got = STR("");

		for (size_t r = 0; r < receiver_count; r++)
			got = arena_fmt(&a, STR_FMT "%s%s/%s", STR_ARG(got), r ? " " : "",
			    acceptance_name(v[r].all), acceptance_name(v[r].bulk));
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(got));
		arena_free(&a);
	}
}

static void the_deciding_finding_is_named(void **state)
{
	struct arena a = { 0 };
	struct check checks[LENGTH(ids)];
	struct finding f[LENGTH(ids)];
	struct change changes[] = { { "name.fcrdns", VERDICT_FAIL, SEVERITY_CRITICAL }, { 0 } };
	size_t n = make(f, checks, changes);
	struct receiver_verdict *v = receivers_judge(&a, f, n);

	(void)state;
	assert_int_equal(v[0].rows[1].state, REQUIREMENT_NOT_MET);
	assert_int_equal(v[0].rows[1].finding, 9);
	assert_int_equal(v[0].rows[2].state, REQUIREMENT_NEEDS_MESSAGE);
	assert_int_equal(v[0].rows[0].finding, SIZE_MAX);
	arena_free(&a);
}

static void nothing_audited_is_nothing_known(void **state)
{
	struct arena a = { 0 };
	struct receiver_verdict *v = receivers_judge(&a, NULL, 0);

	(void)state;
	for (size_t i = 0; i < receiver_count; i++)
		assert_int_equal(v[i].bulk, ACCEPTED_UNKNOWN);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(the_deciding_finding_is_named),
		cmocka_unit_test(nothing_audited_is_nothing_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
