/*
 * suite_dmarc - the DMARC tests of mox (RFC 7489) and of Stalwart (RFC 9989): first with the
 * results of SPF and DKIM given, then as real messages with everything judged.
 *
 * Where RFC 9989 changed what a test of the old RFC wants, the row is listed in `changed`
 * with what RFC 9989 makes of it; nothing is skipped.
 */
#include "auth/mail.h"
#include "suite.h"

static const struct {
	const char *id, *result, *why;
} changed[] = {
	/* RFC 9989 section 4.8: what is no tag is ignored, the rest of the record counts. */
	{ "14 malformed.example spf=None", "fail", "rubbish in a record no longer spoils it" },
};

static enum dmarc_mechanism mechanism(const json_t *item)
{
	struct str result = suite_str(json_object_get(item, "result"));

	if (str_eq(result, STR("pass")))
		return DMARC_MECHANISM_PASS;
	return str_eq(result, STR("temperror")) ? DMARC_MECHANISM_TEMPERROR : DMARC_MECHANISM_FAIL;
}

static struct dmarc_identifier identifier(const json_t *item)
{
	return (
	    struct dmarc_identifier){ suite_str(json_object_get(item, "domain")), mechanism(item) };
}

static void read_input(struct arena *a, const json_t *test, struct dmarc_input *in)
{
	struct str from = suite_str(json_object_get(test, "from"));
	const json_t *dkim = json_object_get(test, "dkim");
	struct dmarc_identifier *ids =
	    arena_array(a, struct dmarc_identifier, json_array_size(dkim) + 1);

	*in = (struct dmarc_input){ .dkim = ids, .dkim_count = json_array_size(dkim) };
	in->author = str_skip(from, (size_t)(str_rchr(from, '@') + 1));
	if (json_array_size(json_object_get(test, "spf")) > 0)
		in->spf = identifier(json_array_get(json_object_get(test, "spf"), 0));
	for (size_t i = 0; i < in->dkim_count; i++)
		ids[i] = identifier(json_array_get(dkim, i));
}

static bool differs(const char *id, const char *what, const char *got, struct str want)
{
	if (want.p == NULL || str_eq(str_of(got), want))
		return false;
	printf("%s: %s is %s, not " STR_FMT "\n", id, what, got, STR_ARG(want));
	return true;
}

static bool flag_differs(const char *id, const json_t *expect, const char *what, bool got)
{
	const json_t *want = json_object_get(expect, what);

	if (want == NULL || json_is_true(want) == got)
		return false;
	printf("%s: %s is %d\n", id, what, got);
	return true;
}

static bool wrong(const char *id, const json_t *expect, const struct dmarc_verdict *v)
{
	struct str result = suite_str(json_object_get(expect, "result"));
	struct str domain = suite_str(json_object_get(expect, "domain"));
	bool bad;

	for (size_t i = 0; i < LENGTH(changed); i++)
		if (strcmp(changed[i].id, id) == 0)
			result = str_of(changed[i].result);
	bad = differs(id, "result", dmarc_result_name(v->result), result);
	bad |= flag_differs(id, expect, "spf_aligned", v->spf_aligned);
	bad |= flag_differs(id, expect, "dkim_aligned", v->dkim_aligned);
	if (v->policy.record == NULL)
		return bad;
	bad |= differs(id, "policy", dmarc_request_name(v->policy.applied),
	    suite_str(json_object_get(expect, "policy")));
	bad |= differs(id, "published policy", dmarc_request_name(v->policy.published),
	    suite_str(json_object_get(expect, "policy_published")));
	if (domain.n > 0 && !domain_eq(domain, v->policy.record_domain)) {
		printf("%s: record found at " STR_FMT "\n", id, STR_ARG(v->policy.record_domain));
		bad = true;
	}
	return bad;
}

static bool run_case(const json_t *test)
{
	const json_t *zone = json_object_get(test, "zone");
	struct arena a = { 0 };
	struct dmarc_input in;
	struct dmarc_verdict v;
	struct frank_case c;
	bool bad;

	read_input(&a, test, &in);
	case_init(&c, &a, in.author, 0);
	while (!dmarc_verify(&a, &c.source, &in, &v))
		suite_turn(&c, zone);
	bad = wrong(
	    json_string_value(json_object_get(test, "id")), json_object_get(test, "expect"), &v);
	arena_free(&a);
	return !bad;
}

/* ---- real messages ---- */

#define MESSAGE_BYTES ((size_t)1 << 20)
#define SIGNED_AT     1795422956 /* t= of the suites' signatures, nearly */

static struct str read_message(struct arena *a, const char *folder, const json_t *test)
{
	struct str name =
	    arena_fmt(a, "%s/%s", folder, json_string_value(json_object_get(test, "message")));
	FILE *file = suite_open(name.p);
	char *bytes = arena_array(a, char, MESSAGE_BYTES);
	size_t n = fread(bytes, 1, MESSAGE_BYTES, file);

	fclose(file);
	return (struct str){ bytes, n };
}

static void feed(struct mail *m, struct message *message, struct str text)
{
	enum message_event e = MESSAGE_MORE;
	struct str body;

	message_push(message, text);
	while ((e = message_next(message, &body)) != MESSAGE_END) {
		if (e == MESSAGE_MORE)
			message_end(message);
		else if (e == MESSAGE_HEADER)
			mail_header(m, message);
		else if (e == MESSAGE_BODY)
			mail_body(m, body);
		else
			abort();
	}
	mail_end(m);
}

static struct mail_query read_query(const json_t *test)
{
	struct mail_query q = { .helo = suite_str(json_object_get(test, "helo")),
		.mail_from = suite_str(json_object_get(test, "mailfrom")),
		.now = SIGNED_AT + 3600,
		.dkim.lf = true };

	if (!ip_parse(suite_str(json_object_get(test, "ip")), &q.ip))
		abort();
	return q;
}

static bool mail_wrong(const char *id, const json_t *expect, const struct mail_verdict *v)
{
	bool bad = wrong(id, expect, &v->dmarc);

	return flag_differs(id, expect, "reject", v->disposition == DMARC_REJECT) || bad;
}

static bool run_message(const char *folder, const json_t *test)
{
	struct arena a = { 0 };
	struct mail_query q = read_query(test);
	struct crypto *crypto = crypto_new();
	struct mail *m = mail_new(&a, crypto, &q);
	struct message message;
	struct frank_case c;
	bool bad;

	case_init(&c, &a, STR("message"), q.now);
	message_init(&message, &a, NULL);
	feed(m, &message, read_message(&a, folder, test));
	while (!mail_judge(m, &c.source))
		suite_turn(&c, json_object_get(test, "zone"));
	bad = mail_wrong(json_string_value(json_object_get(test, "id")),
	    json_object_get(test, "expect"), mail_verdict(m));
	mail_free(m);
	crypto_free(crypto);
	arena_free(&a);
	return !bad;
}

/* ---- the files ---- */

static unsigned run_cases(const char *folder, const char *name, unsigned *total)
{
	char path[100];
	unsigned failed = 0;
	FILE *file;
	json_t *test;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = suite_open(path);
	while ((test = suite_next(file)) != NULL) {
		failed += json_object_get(test, "message") != NULL ? !run_message(folder, test)
								   : !run_case(test);
		++*total;
		json_decref(test);
	}
	fclose(file);
	return failed;
}

/* A record that RFC 7489 calls bad must at least be noticed; a good one must be usable. */
static bool record_ok(struct str text, bool good)
{
	struct arena a = { 0 };
	struct dmarc_record r;
	bool is = dmarc_record_parse(&a, text, &r);
	bool ok = good ? is && r.usable : !is || r.fault_count > 0;

	if (!ok)
		printf("record taken for %s: " STR_FMT "\n", good ? "bad" : "good", STR_ARG(text));
	arena_free(&a);
	return ok;
}

static unsigned run_records(const char *name, unsigned *total)
{
	FILE *file = suite_open(name);
	json_t *lists = json_loadf(file, 0, NULL), *text;
	unsigned failed = 0;
	size_t i;

	if (lists == NULL)
		abort();
	json_array_foreach(json_object_get(lists, "bad"), i, text)
	{
		failed += !record_ok(suite_str(text), false);
		++*total;
	}
	json_array_foreach(json_object_get(lists, "good"), i, text)
	{
		failed += !record_ok(suite_str(text), true);
		++*total;
	}
	json_decref(lists);
	fclose(file);
	return failed;
}

int main(void)
{
	unsigned total = 0;
	unsigned failed = run_cases("dmarc-stalwart", "cases.jsonl", &total);

	failed += run_cases("dmarc-stalwart", "blackbox.cases.jsonl", &total);
	failed += run_cases("dmarc-mox", "cases.jsonl", &total);
	failed += run_cases("dmarc-mox", "blackbox.cases.jsonl", &total);
	failed += run_records("dmarc-mox/record-parse.json", &total);
	printf("%u of %u DMARC tests passed\n", total - failed, total);
	return failed > 0;
}
