/* test_render - handmade findings through each renderer; hostile text stays text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <jansson.h>
#include <cmocka.h>

#include "render/render.h"

static const struct check syntax = { .id = "spf.syntax",
	.severity = SEVERITY_CRITICAL,
	.title = "SPF syntax",
	.references = "RFC 7208 section 4.6; RFC 7208 section 5" };
static const struct check found = { .id = "dkim.found",
	.severity = SEVERITY_CRITICAL,
	.title = "DKIM key",
	.references = "RFC 6376 section 3.6.1" };

static struct arena arena;
static struct frank_case facts;
static size_t indices[] = { 0 };
static struct fix fix = { .kind = FIX_REPLACE,
	.name = { "a.example", 9 },
	.type = { "TXT", 3 },
	.value = { "\"v=spf1 -all\"", 13 },
	.old = { "\"v=spf1 all-\"", 13 } };
static struct finding findings[] = {
	{ .check = &found,
	    .verdict = VERDICT_PASS,
	    .severity = SEVERITY_CRITICAL,
	    .subject = { "a.example", 9 },
	    .says = { "The key is there.", 17 } },
	{ .check = &syntax,
	    .verdict = VERDICT_FAIL,
	    .severity = SEVERITY_CRITICAL,
	    .subject = { "a.example", 9 },
	    .says = { "<b>\033[2J|`x` \xff", 13 },
	    .why = { "]]> & more", 10 },
	    .fixes = &fix,
	    .evidence = indices,
	    .evidence_count = 1 },
};

static struct report make_report(void)
{
	struct str record = STR("\"v=spf1 all-\"");
	struct fact *f;

	case_init(&facts, &arena, STR("a.example"), 1);
	case_dns(&facts, STR("a.example"), DNS_TXT);
	f = case_next_open(&facts);
	case_put_dns(&facts, f, DNS_NOERROR, &record, 1);
	case_answered(&facts, f);
	return (struct report){ .arena = &arena,
		.facts = &facts,
		.domain = STR("a.example"),
		.findings = findings,
		.count = LENGTH(findings),
		.summary = { .critical = 1, .passed = 1 } };
}

static struct str render(const char *format, size_t count, bool quiet)
{
	struct report r = make_report(), both[] = { r, r };
	struct render_style style = { .width = 80, .quiet = quiet };
	struct buf out;
	struct str text;

	buf_init(&out, RENDER_MAX);
	for (size_t i = 0; i < renderer_count; i++)
		if (str_eq(str_of(renderers[i].name), str_of(format)))
			renderers[i].render(both, count, &style, &out);
	text = arena_str(&arena, buf_str(&out));
	buf_free(&out);
	return text;
}

static void each_format_says_what_matters(void **state)
{
	static const struct {
		const char *format, *want;
	} rows[] = {
		{ "text", "FAIL (critical)  spf.syntax" },
		{ "text", "dig a.example TXT" },
		{ "text", "        a.example. TXT \"v=spf1 -all\"\n" },
		{ "text", "1 critical, 0 major, 0 minor; 1 passed" },
		{ "html", "&lt;b&gt;\\x1b[2J" },
		{ "html", "]]&gt; &amp; more" },
		{ "html", "<pre>a.example. TXT &quot;v=spf1 -all&quot;</pre>" },
		{ "markdown", "\\<b\\>" },
		{ "markdown", "    a.example. TXT \"v=spf1 -all\"" },
		{ "junit", "tests=\"2\" failures=\"1\"" },
		{ "junit", "message=\"&lt;b&gt;\\x1b[2J" },
		{ "nagios", "CRITICAL - " },
		{ "nagios", "critical spf.syntax" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str got = render(rows[i].format, 1, false);

		if (str_find(got, str_of(rows[i].want)) < 0)
			fail_msg(
			    "%s lacks %s:\n" STR_FMT, rows[i].format, rows[i].want, STR_ARG(got));
	}
}

static void nothing_raw_gets_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < renderer_count; i++) {
		struct str got = render(renderers[i].name, 2, false);

		assert_true(got.n > 0);
		for (size_t k = 0; k < got.n; k++)
			if (got.p[k] == '\033' || got.p[k] == '\xff')
				fail_msg("%s lets a raw byte out", renderers[i].name);
	}
}

static void json_keeps_its_promise(void **state)
{
	struct str one = render("json", 1, false), two = render("json", 2, false);
	json_t *root = json_loadb(one.p, one.n, 0, NULL), *both = json_loadb(two.p, two.n, 0, NULL);
	json_t *f = json_array_get(json_object_get(root, "findings"), 1);

	(void)state;
	assert_non_null(f);
	assert_string_equal(json_string_value(json_object_get(root, "domain")), "a.example");
	assert_string_equal(json_string_value(json_object_get(f, "check")), "spf.syntax");
	assert_string_equal(json_string_value(json_object_get(f, "verdict")), "fail");
	assert_int_equal(json_array_size(json_object_get(f, "references")), 2);
	assert_int_equal(json_array_size(json_object_get(f, "evidence")), 1);
	assert_int_equal(json_array_size(json_object_get(both, "domains")), 2);
	json_decref(root);
	json_decref(both);
}

static void quiet_is_one_line(void **state)
{
	struct str got = render("text", 1, true);

	(void)state;
	assert_true(str_chr(got, '\n') == (ptrdiff_t)got.n - 1);
}

/* Ctrl-C after one good answer of many is no "no fault was found". */
static void cut_short_is_not_good(void **state)
{
	struct report r = { .arena = &arena,
		.domain = STR("a.example"),
		.summary = { .passed = 1, .unknown = 16 } };

	(void)state;
	assert_int_equal(report_status(&r), 0);
	r.cut_short = true;
	assert_int_equal(report_status(&r), 3);
	assert_true(str_find(verdict_sentence(&arena, &r), STR("cut short")) > 0);
}

static int release(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* What is printed to be typed again runs nothing that a stranger wrote. */
static void commands_are_quoted(void **state)
{
	struct arena a = { 0 };
	struct fact f = { .question = { .ask = ASK_HOST, .host = STR("file:/x'; id; '") } };

	(void)state;
	assert_true(str_eq(replay_line(&a, &f), STR("cat '/x'\\''; id; '\\'''")));
	f = (struct fact){ .question = { .ask = ASK_HTTPS,
			       .https = { .host = STR("a.example"), .path = STR("/$(id)'`x`") } } };
	assert_true(str_eq(replay_line(&a, &f), STR("curl -sv 'https://a.example/$(id)'\\''`x`'")));
	arena_free(&a);
}

static void every_goal_has_a_command(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (enum session_goal g = GOAL_VISIT; g <= GOAL_INJECTION; g++) {
		struct fact f = { .question = { .ask = ASK_SESSION, .session = { .goal = g } } };

		f.session.tls.done = true;
		assert_true(str_find(replay_line(&a, &f), STR("null")) < 0);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_quoted),
		cmocka_unit_test(every_goal_has_a_command),
		cmocka_unit_test(each_format_says_what_matters),
		cmocka_unit_test(nothing_raw_gets_out),
		cmocka_unit_test(json_keeps_its_promise),
		cmocka_unit_test(quiet_is_one_line),
		cmocka_unit_test(cut_short_is_not_good),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
