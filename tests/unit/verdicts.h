/*
 * verdicts - rows of "in this world, this check says that", run and compared.
 *
 * `want` is what the check found, in order: "fail critical; pass", severities for failures
 * and warnings only.
 */
#ifndef TESTS_VERDICTS_H
#define TESTS_VERDICTS_H

#include "zone_world.h"

struct verdict_row {
	const char *name, *check, *zone, *selector, *ip, *want;
	const char *fix;  /* value of the first fix of the first finding, when it matters */
	const char *says; /* part of what one of the findings says or why */
};

static inline struct str verdict_summary(struct arena *a, const struct finding *f, size_t n)
{
	struct str s = STR("");

	for (size_t i = 0; i < n; i++) {
		bool weighs = f[i].verdict == VERDICT_FAIL || f[i].verdict == VERDICT_WARN;

		s = arena_fmt(a, STR_FMT "%s%s%s%s", STR_ARG(s), i ? "; " : "",
		    verdict_name(f[i].verdict), weighs ? " " : "",
		    weighs ? severity_name(f[i].severity) : "");
	}
	return s;
}

static inline bool verdict_mentions(const struct finding *f, size_t n, const char *words)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(f[i].says, str_of(words)) >= 0 ||
		    str_find(f[i].why, str_of(words)) >= 0)
			return true;
	return false;
}

static inline const struct finding *verdict_run(
    struct arena *a, const struct verdict_row *row, size_t *n)
{
	static struct str only, selector;
	static struct ip address;
	static struct audit_options options;

	only = str_of(row->check);
	selector = str_of(row->selector);
	options = (struct audit_options){ .only = &only, .only_count = 1 };
	options.selectors = &selector;
	options.selector_count = row->selector != NULL;
	options.addresses = &address;
	options.address_count = row->ip != NULL && ip_parse(str_of(row->ip), &address);
	return zone_audit(a, row->zone, &options, n);
}

static inline void verdicts_hold(const struct verdict_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena a = { 0 };
		size_t n;
		const struct finding *f = verdict_run(&a, &rows[i], &n);
		struct str got = verdict_summary(&a, f, n);

		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: %s: " STR_FMT " (" STR_FMT ")", rows[i].check, rows[i].name,
			    STR_ARG(got), STR_ARG(n > 0 ? f[0].says : STR("nothing")));
		if (rows[i].fix != NULL) {
			struct str fix = n > 0 && f[0].fixes != NULL ? f[0].fixes->value : STR("");

			if (!str_eq(fix, str_of(rows[i].fix)))
				fail_msg("%s: fix " STR_FMT, rows[i].name, STR_ARG(fix));
		}
		if (rows[i].says != NULL && !verdict_mentions(f, n, rows[i].says))
			fail_msg("%s: does not say \"%s\": " STR_FMT " / " STR_FMT, rows[i].name,
			    rows[i].says, STR_ARG(f[0].says), STR_ARG(f[0].why));
		arena_free(&a);
	}
}

/* ---- worlds of a test's own ---- */

/* What a row of a test claims: in its world this check finds that. */
struct claim {
	const char *name, *check, *want, *says;
};

/* Answers what is open in the row's world; true when there was something. */
typedef bool claim_turn(struct frank_case *, const void *row);

static inline const struct finding *claim_run(
    struct arena *a, const char *check, claim_turn *turn, const void *row, size_t *n)
{
	struct frank_case *c = arena_new(a, struct frank_case);
	struct audit_options *o = arena_new(a, struct audit_options);
	struct audit *au;

	o->only = arena_new(a, struct str);
	o->only[0] = str_of(check);
	o->only_count = 1;
	case_init(c, a, STR("example.com"), 1795000000);
	au = audit_new(c, o);
	audit_step(au);
	while (audit_pending(au) > 0 && turn(c, row))
		audit_step(au);
	return audit_findings(au, n);
}

static inline void claim_compare(
    struct arena *a, const struct claim *k, const struct finding *f, size_t n)
{
	struct str got = verdict_summary(a, f, n);

	if (!str_eq(got, str_of(k->want)))
		fail_msg("%s: %s: " STR_FMT " (" STR_FMT ")", k->check, k->name, STR_ARG(got),
		    STR_ARG(n > 0 ? f[0].says : STR("nothing")));
	if (k->says != NULL && !verdict_mentions(f, n, k->says))
		fail_msg("%s: %s: does not say \"%s\": " STR_FMT, k->check, k->name, k->says,
		    STR_ARG(f[0].says));
}

static inline void claim_holds(const struct claim *k, claim_turn *turn, const void *row)
{
	struct arena a = { 0 };
	size_t n;
	const struct finding *f = claim_run(&a, k->check, turn, row, &n);

	claim_compare(&a, k, f, n);
	arena_free(&a);
}

#endif
