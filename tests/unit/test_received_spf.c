/* test_received_spf - Received-SPF: read and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "wire/authres.h"
#include "wire/received_spf.h"

/* "result (comment) key=[value] ... !fault" */
static struct str summary(struct arena *a, const struct received_spf *r)
{
	struct str s = arena_fmt(a, STR_FMT, STR_ARG(r->result));

	if (r->comment.p != NULL)
		s = arena_fmt(a, STR_FMT " (" STR_FMT ")", STR_ARG(s), STR_ARG(r->comment));
	for (size_t i = 0; i < r->count; i++)
		s = arena_fmt(a, STR_FMT " " STR_FMT "=[" STR_FMT "]", STR_ARG(s),
		    STR_ARG(r->pairs[i].key), STR_ARG(r->pairs[i].value));
	return r->valid ? s : arena_fmt(a, STR_FMT " !%zu", STR_ARG(s), r->fault_at);
}

static void fields_are_read(void **state)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		/* RFC 7208 section 9.1 */
		{ "pass (mybox.example.org: domain of\r\n myname@example.com designates 192.0.2.1 "
		  "as\r\n"
		  " permitted sender) receiver=mybox.example.org;\r\n client-ip=192.0.2.1;\r\n"
		  " envelope-from=\"myname@example.com\"; helo=foo.example.com;",
		    "pass (mybox.example.org: domain of\r\n myname@example.com designates "
		    "192.0.2.1 "
		    "as\r\n permitted sender) receiver=[mybox.example.org] client-ip=[192.0.2.1] "
		    "envelope-from=[myname@example.com] helo=[foo.example.com]" },
		{ "fail identity=mailfrom; client-ip=192.0.2.1", "fail identity=[mailfrom] "
								 "client-ip=[192.0.2.1]" },
		{ "None", "None" },
		{ "pass a=\"b;\\\"c\"", "pass a=[b;\"c]" },
		{ "pass a=\"\";", "pass a=[]" },
		{ "", " !0" },
		{ "hardfail a=b", "hardfail a=[b] !8" },
		{ "pass client-ip=2001:db8::1", "pass client-ip=[2001:db8::1] !5" },
		{ "pass a=b c; d=e", "pass a=[b] d=[e] !8" },
		{ "pass junk; a=b", "pass a=[b] !5" },
		{ "pass 1a=b", "pass 1a=[b] !5" },
		{ "pass =b", "pass !5" },
		{ "pass;;", "pass !4" },
		{ "pass a=", "pass a=[] !5" },
		{ "pass a..b=c..d", "pass a..b=[c..d] !5" },
		{ "pass (open", "pass (open) !10" },
		{ "pass a=\"open", "pass a=[open] !12" },
		{ "pass a=b\r\nX: y", "pass a=[b] !8" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct received_spf r;
		struct str got;

		received_spf_parse(&a, str_of(rows[i].value), &r);
		got = summary(&a, &r);
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s:\n got " STR_FMT "\nwant %s", rows[i].value, STR_ARG(got),
			    rows[i].want);
	}
	arena_free(&a);
}

static void pairs_are_bounded(void **state)
{
	struct arena a = { 0 };
	struct str text = STR("pass");
	struct received_spf r;

	(void)state;
	for (size_t i = 0; i <= RECEIVED_SPF_MAX; i++)
		text = arena_fmt(&a, STR_FMT " a=b;", STR_ARG(text));
	received_spf_parse(&a, text, &r);
	assert_int_equal(r.count, RECEIVED_SPF_MAX);
	assert_false(r.valid);
	arena_free(&a);
}

static void a_field_is_written(void **state)
{
	struct arena a = { 0 };
	struct received_spf r = { .result = STR("Pass"),
		.comment = STR("a.example: it (is) fine") };
	struct received_spf back;
	struct str field;

	(void)state;
	received_spf_add(&a, &r, STR("client-ip"), STR("2001:db8::1"));
	received_spf_add(
	    &a, &r, STR("envelope-from"), STR("\"x; receiver=y\"@b.example\0\r\nA: b"));
	received_spf_add(&a, &r, STR("helo"), STR(""));
	received_spf_add(&a, &r, STR("problem"), STR("no \"record\" here"));
	received_spf_add(&a, &r, STR("bad key"), STR("x"));
	received_spf_add(&a, &r, STR("identity"), STR("mailfrom"));
	field = received_spf_write(&a, &r, 0);
	if (!str_eq(field, STR("pass (a.example: it ?is? fine) client-ip=\"2001:db8::1\";\r\n "
			       "envelope-from=\"?x??receiver=y?@b.example??A:?b\"; helo=\"\"; "
			       "problem=\"no\r\n ?record? here\"; identity=mailfrom;")))
		fail_msg("got " STR_FMT, STR_ARG(field));
	received_spf_parse(&a, field, &back);
	assert_true(back.valid);
	assert_int_equal(back.count, 5);
	assert_true(str_eq(received_spf_write(&a, &back, 0), field));
	assert_true(str_eq(received_spf_value(&back, STR("Client-IP")), STR("2001:db8::1")));
	assert_null(received_spf_value(&back, STR("mechanism")).p);
	r.result = STR("hardfail");
	assert_null(received_spf_write(&a, &r, 0).p);
	r = (struct received_spf){ .result = STR("none") };
	received_spf_add(&a, &r, STR("helo"), STR("j\xc3\xb6.example"));
	assert_true(str_eq(received_spf_write(&a, &r, 0), STR("none helo=j?.example;")));
	assert_true(
	    str_eq(received_spf_write(&a, &r, AUTHRES_UTF8), STR("none helo=j\xc3\xb6.example;")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(pairs_are_bounded),
		cmocka_unit_test(a_field_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
