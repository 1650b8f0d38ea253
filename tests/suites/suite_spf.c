/*
 * suite_spf - the RFC 7208 suite of the SPF council, and pyspf's own cases.
 *
 * Each case is evaluated from nothing: facts are handed over round by round as they are
 * asked for, so that every restart is exercised too.
 */
#include "auth/spf.h"
#include "check/spf_mend.h"
#include "suite.h"

static size_t mended_count;

static bool accepted(const json_t *expect, const char *result)
{
	size_t i;
	const json_t *item;

	json_array_foreach(
	    expect, i, item) if (str_eq(suite_str(item), str_of(result))) return true;
	return false;
}

static bool explanation_differs(const json_t *test, const struct spf_report *r)
{
	struct str want = suite_str(json_object_get(test, "explanation"));

	if (want.p == NULL || r->result != SPF_FAIL)
		return false;
	return str_eq(want, STR("DEFAULT")) ? r->explanation.n > 0 : !str_eq(want, r->explanation);
}

static struct spf_report evaluate(struct frank_case *c, const json_t *test)
{
	struct spf_query q = { .helo = suite_str(json_object_get(test, "helo")),
		.mail_from = suite_str(json_object_get(test, "mailfrom")),
		.trace = true };
	struct spf_report r;

	ip_parse(suite_str(json_object_get(test, "ip")), &q.ip);
	while ((r = spf_check(&c->source, c->arena, &q)).result == SPF_PENDING) {
		if (c->open == 0)
			return r;
		suite_turn(c, json_object_get(test, "zone"));
	}
	return r;
}

/* Nothing faulty, and nothing behind `all` that would not be reached. */
static bool is_clean(struct arena *a, struct str text)
{
	struct spf_record r;
	bool all = false, dead = false;

	spf_parse(a, text, &r);
	for (size_t i = 0; i < r.count; i++) {
		dead |= all && r.terms[i].qualifier != 0;
		all |= r.terms[i].kind == SPF_ALL;
	}
	return r.fault_count == 0 && !dead && !(all && r.redirect != NULL);
}

/* Is what frank proposes instead of a faulty record sound? */
static bool mends_badly(struct arena *a, struct str text)
{
	struct spf_record r;
	struct str mended;

	spf_parse(a, text, &r);
	if (r.fault_count == 0)
		return false;
	mended = spf_mend(a, text);
	mended_count++;
	if (is_clean(a, mended))
		return false;
	printf("\"" STR_FMT "\" is mended to \"" STR_FMT "\"\n", STR_ARG(text), STR_ARG(mended));
	return true;
}

static bool mends_facts_badly(const struct frank_case *c)
{
	bool bad = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct dns_answer *d = &c->facts[i]->dns;

		for (size_t k = 0; d->type == DNS_TXT && k < d->count; k++)
			if (d->records[k].parsed && spf_is_attempt(d->records[k].txt.joined))
				bad |= mends_badly(c->arena, d->records[k].txt.joined);
	}
	return bad;
}

static bool run_case(const json_t *test)
{
	struct arena a = { 0 };
	struct frank_case c;
	struct spf_report r;
	struct spf_tree tree;
	bool bad;

	case_init(&c, &a, STR("suite"), 0);
	r = evaluate(&c, test);
	bad = !accepted(json_object_get(test, "expect"), spf_result_name(r.result)) ||
	      explanation_differs(test, &r);
	if (bad)
		printf("%s (%s): got %s, \"" STR_FMT "\", " STR_FMT "\n",
		    json_string_value(json_object_get(test, "id")),
		    json_string_value(json_object_get(test, "spec")), spf_result_name(r.result),
		    STR_ARG(r.explanation), STR_ARG(r.reason));
	/* The static walk has no expectation here, but must come to an end. */
	do {
		suite_turn(&c, json_object_get(test, "zone"));
		spf_tree(&c.source, &a, r.domain, &tree);
	} while (tree.pending && c.open > 0);
	bad |= tree.pending;
	bad |= mends_facts_badly(&c);
	arena_free(&a);
	return bad;
}

static size_t run_file(const char *name, size_t *total)
{
	FILE *file = suite_open(name);
	size_t bad = 0;

	for (json_t *test; (test = suite_next(file)) != NULL; json_decref(test)) {
		if (json_object_get(test, "disputed") != NULL ||
		    json_object_get(test, "skip") != NULL)
			continue;
		bad += run_case(test);
		++*total;
	}
	fclose(file);
	return bad;
}

/* Records as strangers publish them: any outcome, no crash, and mended to something sound. */
static size_t survive(const char *name, size_t *bad)
{
	FILE *file = suite_open(name);
	char *line = NULL;
	size_t room = 0, count = 0;

	for (ssize_t n; (n = getline(&line, &room, file)) > 0; count++) {
		struct arena a = { 0 };
		struct spf_record record;

		spf_parse(&a, (struct str){ line, (size_t)n }, &record);
		*bad += mends_badly(&a, (struct str){ line, (size_t)n - 1 });
		arena_free(&a);
	}
	free(line);
	fclose(file);
	return count;
}

int main(void)
{
	size_t total = 0, bad = 0;

	bad += run_file("spf-openspf-rfc/rfc7208.cases.jsonl", &total);
	bad += run_file("spf-pyspf-extra/pyspf-test.cases.jsonl", &total);
	printf(
	    "%zu garbage records survived\n", survive("spf-libspf2/adopt-roll-records.txt", &bad));
	printf("%zu faulty records mended\n", mended_count);
	printf("%zu cases, %zu wrong\n", total, bad);
	return bad == 0 && total > 200 && mended_count > 40 ? 0 : 1;
}
