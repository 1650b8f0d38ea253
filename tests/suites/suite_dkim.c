/*
 * suite_dkim - the signed messages of the RFCs, of chasquid and of the add-on DKIM Verifier.
 *
 * "fail/permerror" wants one of the two. Signatures compare as a set, as the add-on sorts them.
 * Where we differ the row is listed in `changed` with what we say and why; nothing is skipped.
 */
#include "auth/dkim.h"
#include "suite_message.h"

#define NOW 1700000000 /* no signature of the suites has expired by then */

static const struct {
	const char *id, *results, *why;
} changed[] = {
	{ "02-too_many_headers", "pass pass pass pass pass pass pass",
	    "seven signatures: chasquid stops at five, we at ten" },
	{ "03-bad_message", "none", "a continuation line first: the reader takes what is left" },
	{ "From domain is the same as the SDID and AUID|rfc8463-A.3.eml", "pass pass",
	    "their test looks at the first of two signatures" },
	{ "Added From header|dkim/added_header-from.eml", "pass",
	    "the add-on's own policy; DMARC refuses two From fields" },
	{ "Added Subject header|dkim/added_header-subject.eml", "pass", "the add-on's own policy" },
	{ "Added Date header|dkim/added_header-date.eml", "pass", "the add-on's own policy" },
	{ "Added To header|dkim/added_header-to.eml", "pass", "the add-on's own policy" },
};

static void take_header(void *to, const struct message *m)
{
	dkim_header(to, m);
}

static void take_body(void *to, struct str piece)
{
	dkim_body(to, piece);
}

/* "fail permerror", sorted. */
static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct str join(struct arena *a, const char **names, size_t n)
{
	struct str all = STR("");

	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < n; i++)
		all = arena_fmt(a, STR_FMT "%s%s", STR_ARG(all), i ? " " : "", names[i]);
	return n == 0 ? STR("none") : all;
}

static struct str wanted(struct arena *a, const char *id, const json_t *test)
{
	const json_t *list = json_object_get(json_object_get(test, "expect"), "dkim");
	const char *names[20];
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(changed); i++)
		if (strcmp(changed[i].id, id) == 0)
			return str_of(changed[i].results);
	for (; n < json_array_size(list) && n < LENGTH(names); n++)
		names[n] = json_string_value(json_array_get(list, n));
	return join(a, names, n);
}

/* "fail/permerror" where they ask for no more. */
static const char *said(const struct dkim_verdict *v, struct str want)
{
	if ((v->result == DKIM_FAIL || v->result == DKIM_PERMERROR) &&
	    str_find(want, STR("fail/permerror")) >= 0)
		return "fail/permerror";
	return dkim_result_name(v->result);
}

static bool wrong(const char *folder, const json_t *test, struct crypto *crypto)
{
	const char *id = json_string_value(json_object_get(test, "id")), *names[20];
	const json_t *zone = json_object_get(test, "zone");
	struct arena own = { 0 }, *a = &own;
	struct str want = wanted(a, id, test), got;
	struct dkim *d = dkim_new(a, crypto, NULL);
	struct frank_case c;
	int64_t now = json_is_integer(json_object_get(test, "now"))
			  ? json_integer_value(json_object_get(test, "now"))
			  : NOW;
	size_t n = 0;
	bool bad;

	case_init(&c, a, (struct str){ 0 }, now);
	suite_pass(a, suite_message(a, folder, suite_str(json_object_get(test, "message"))),
	    &(struct suite_listener){ d, take_header, take_body });
	dkim_end(d);
	while (!dkim_verify(d, &c.source, now))
		suite_turn(&c, zone);
	for (; n < dkim_count(d) && n < LENGTH(names); n++)
		names[n] = said(dkim_verdict(d, n), want);
	got = join(a, names, n);
	bad = !str_eq(got, want);
	if (bad)
		printf("%s: %s: " STR_FMT ", not " STR_FMT "\n", folder, id, STR_ARG(got),
		    STR_ARG(want));
	for (size_t i = 0; bad && i < n; i++)
		printf("    " STR_FMT "\n", STR_ARG(dkim_verdict(d, i)->reason));
	dkim_free(d);
	arena_free(a);
	return bad;
}

int main(void)
{
	static const char *const folders[] = { "dkim-rfc-vectors", "dkim-chasquid", "dkim-lieser" };
	struct crypto *crypto = crypto_new();
	unsigned count = 0, failed = 0;
	char path[100];
	json_t *test;

	for (size_t i = 0; i < LENGTH(folders); i++) {
		snprintf(path, sizeof(path), "%s/cases.jsonl", folders[i]);
		FILE *file = suite_open(path);

		for (; (test = suite_next(file)) != NULL; count++) {
			failed += wrong(folders[i], test, crypto);
			json_decref(test);
		}
		fclose(file);
	}
	crypto_free(crypto);
	printf("%u cases, %u wrong, %zu read otherwise with a reason\n", count, failed,
	    LENGTH(changed));
	return failed > 0;
}
