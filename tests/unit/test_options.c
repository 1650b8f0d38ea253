/* test_options - command lines by table; profiles; what was probably meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/check.h"
#include "cli/option.h"
#include "cli/profile.h"
#include "cli/suggest.h"

struct values {
	struct str text;
	struct list list;
	long number;
	int choice;
	bool flag, other;
};

#define AT(member) offsetof(struct values, member)

static const char *const choices[] = { "red", "green", NULL };
static const struct option options[] = {
	{ "text", 't', OPTION_TEXT, "TEXT", "a text", AT(text) },
	{ "list", 'l', OPTION_LIST, "ITEM", "a list", AT(list), .commas = true },
	{ "number", 'n', OPTION_NUMBER, "N", "a number", AT(number), 1, 60 },
	{ "choice", 0, OPTION_CHOICE, "red|green", "a choice", AT(choice), .choices = choices },
	{ "flag", 'f', OPTION_FLAG, NULL, "a flag", AT(flag) },
	{ "other", 'o', OPTION_FLAG, NULL, "another", AT(other) },
};
static const struct option_table table = { "All", options, LENGTH(options) };
static const struct option_table *const tables[] = { &table, NULL };
static const struct verb verb = { .name = "try", .tables = tables };

static struct values values;
static struct arena arena;

static bool parse(char *const *words, struct run *run)
{
	char *argv[16] = { 0 };
	int argc = 0;

	while (words[argc] != NULL) {
		argv[argc] = words[argc];
		argc++;
	}
	values = (struct values){ 0 };
	*run = (struct run){ .arena = &arena, .options = &values };
	return options_parse(&verb, run, argc, argv);
}

static void each_form_is_read(void **state)
{
	char *const words[] = { (char[]){ "-fo" }, (char[]){ "--text=a=b" },
		(char[]){ "x.example" }, (char[]){ "-l" }, (char[]){ "one, two" },
		(char[]){ "--list=three" }, (char[]){ "-n60" }, (char[]){ "--choice" },
		(char[]){ "green" }, (char[]){ "-" }, (char[]){ "--" }, (char[]){ "--text" },
		NULL };
	struct run run;

	(void)state;
	assert_true(parse(words, &run));
	assert_true(values.flag && values.other);
	assert_true(str_eq(values.text, STR("a=b")));
	assert_int_equal(values.list.count, 3);
	assert_true(str_eq(values.list.items[1], STR("two")));
	assert_int_equal(values.number, 60);
	assert_int_equal(values.choice, 1);
	assert_int_equal(run.arg_count, 2);
	assert_true(str_eq(run.args[1], STR("-")));
	assert_non_null(run.rest);
}

static void faults_are_refused(void **state)
{
	char *const rows[][3] = {
		{ (char[]){ "--txet" }, (char[]){ "a" }, NULL },
		{ (char[]){ "-x" }, NULL },
		{ (char[]){ "--text" }, NULL },
		{ (char[]){ "--flag=yes" }, NULL },
		{ (char[]){ "--number" }, (char[]){ "0" }, NULL },
		{ (char[]){ "--number=61" }, NULL },
		{ (char[]){ "--number=-1" }, NULL },
		{ (char[]){ "--number=6x" }, NULL },
		{ (char[]){ "--choice=blue" }, NULL },
	};
	struct run run;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (parse(rows[i], &run))
			fail_msg("row %zu: %s was taken", i, rows[i][0]);
}

static void near_words_are_found(void **state)
{
	(void)state;
	assert_string_equal(options_nearest(&verb, STR("txet")), "text");
	assert_null(options_nearest(&verb, STR("zzzzzzzz")));
	assert_int_equal(word_distance(STR("spf"), STR("spf")), 0);
	assert_int_equal(word_distance(STR("spf"), STR("sfp")), 2);
	assert_int_equal(word_distance(STR("Spf"), STR("spf")), 0);
	assert_int_equal(word_distance(STR(""), STR("abc")), 3);
}

static void checks_are_suggested(void **state)
{
	struct error e = { .arena = &arena };

	(void)state;
	assert_true(is_check_or_topic(STR("spf")) && is_check_or_topic(STR("spf.syntax")));
	assert_false(is_check_or_topic(STR("spf.sintax")));
	assert_false(suggest_check(&e, STR("spf.sintax")));
	assert_true(str_find(e.text, STR("did you mean spf.syntax?")) > 0);
}

static void profiles_name_the_line(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: taken */
	} rows[] = {
		{ "# only a comment\n\nspf.syntax minor # less\r\ndkim.found info counts\n", NULL },
		{ "spf.syntax minor\nspf.sintax minor\n", "mine:2: there is no check" },
		{ "spf.syntax grave\n", "mine:1: \"grave\" is none of" },
		{ "\n\nspf.syntax\n", "mine:3: " },
		{ "spf.syntax minor always\n", "mine:1: \"always\"" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct error e = { .arena = &arena };
		struct audit_options o = { 0 };
		bool taken = profile_parse(&arena, str_of(rows[i].text), "mine", &o, &e);

		if (taken != (rows[i].want == NULL) ||
		    (!taken && !str_starts(e.text, str_of(rows[i].want))))
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(e.text));
		if (taken)
			assert_true(o.rule_count == 2 && o.rules[1].counts && !o.rules[0].counts);
	}
}

/* A check that cannot be explained is not one. */
static void checks_are_documented(void **state)
{
	(void)state;
	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count; i++) {
			const struct check *c = &check_tables[t]->checks[i];
			const char *const texts[] = { c->title, c->what, c->why, c->how,
				c->references };

			for (size_t k = 0; k < LENGTH(texts); k++)
				if (str_of(texts[k]).n == 0)
					fail_msg("%s lacks text %zu", c->id, k);
			if (check_find(str_of(c->id)) != c || c->judge == NULL)
				fail_msg("%s: not found by its id, or without a judge", c->id);
		}
}

static int release(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(faults_are_refused),
		cmocka_unit_test(near_words_are_found),
		cmocka_unit_test(checks_are_suggested),
		cmocka_unit_test(profiles_name_the_line),
		cmocka_unit_test(checks_are_documented),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
