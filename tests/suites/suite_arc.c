/*
 * suite_arc - ValiMail's ARC test suite: 171 chains to judge.
 */
#include "auth/arc.h"
#include "suite_message.h"

#define NOW 1700000000

static void take_header(void *to, const struct message *m)
{
	arc_header(to, m);
}

static void take_body(void *to, struct str piece)
{
	arc_body(to, piece);
}

static bool wrong(const json_t *test, struct crypto *crypto)
{
	const char *id = json_string_value(json_object_get(test, "id"));
	const json_t *zone = json_object_get(test, "zone");
	struct arena a = { 0 };
	struct arc *arc = arc_new(&a, crypto, NULL);
	const struct arc_verdict *v = arc_verdict(arc);
	struct str want = suite_str(json_object_get(json_object_get(test, "expect"), "arc"));
	struct frank_case c;
	bool bad;

	case_init(&c, &a, (struct str){ 0 }, NOW);
	suite_pass(&a,
	    suite_message(&a, "arc-valimail", suite_str(json_object_get(test, "message"))),
	    &(struct suite_listener){ arc, take_header, take_body });
	arc_end(arc);
	while (!arc_verify(arc, &c.source, NOW))
		suite_turn(&c, zone);
	bad = !str_eq(want, str_of(arc_result_name(v->result)));
	if (bad)
		printf("%s: %s (" STR_FMT "), not " STR_FMT "\n", id, arc_result_name(v->result),
		    STR_ARG(v->reason), STR_ARG(want));
	arc_free(arc);
	arena_free(&a);
	return bad;
}

int main(void)
{
	FILE *file = suite_open("arc-valimail/validate.cases.jsonl");
	struct crypto *crypto = crypto_new();
	unsigned count = 0, failed = 0;
	json_t *test;

	for (; (test = suite_next(file)) != NULL; count++) {
		failed += wrong(test, crypto);
		json_decref(test);
	}
	fclose(file);
	crypto_free(crypto);
	printf("%u chains, %u judged wrongly\n", count, failed);
	return failed > 0;
}
