/* verb_explain - `frank explain`: the catalogue in words. */
#include <jansson.h>
#include <stdlib.h>

#include "check/check.h"
#include "cli/suggest.h"
#include "cli/verbs.h"

struct explain_options {
	bool json;
};

static const struct option options[] = {
	{ "json", 'j', OPTION_FLAG, NULL, "as JSON", offsetof(struct explain_options, json) },
};

static const struct option_table table = { "Output", options, LENGTH(options) };

typedef bool check_filter(const struct check *, struct str word);

static bool by_name(const struct check *c, struct str word)
{
	return word.n == 0 || str_ieq(str_of(c->id), word) || str_ieq(check_topic(c), word);
}

/* A few words of a title, or of what other tools call it. */
static bool by_words(const struct check *c, struct str words)
{
	struct str word;

	while ((word = str_cut_word(&words)).n > 0)
		if (str_ifind(str_of(c->title), word) < 0 &&
		    str_ifind(str_of(c->alias), word) < 0 && str_ifind(str_of(c->id), word) < 0)
			return false;
	return true;
}

static void paragraph(const char *lead, struct str text)
{
	printf("\n%s\n", lead);
	while (text.n > 0) {
		struct str line = str_cut_line(&text), word;
		size_t column = 0;

		while ((word = str_cut_word(&line)).n > 0) {
			if (column > 0 && column + 1 + word.n > 80) {
				putchar('\n');
				column = 0;
			}
			printf("%s" STR_FMT, column == 0 ? "  " : " ", STR_ARG(word));
			column += word.n + (column == 0 ? 2 : 1);
		}
		putchar('\n');
	}
}

static void print_check(const struct check *c)
{
	printf("%s: %s (%s at worst%s)\n", c->id, c->title, severity_name(c->severity),
	    c->here ? "; only with --here" : "");
	paragraph("What is judged", str_of(c->what));
	paragraph("Why it matters", str_of(c->why));
	paragraph("How to mend it", str_of(c->how));
	paragraph("References", str_of(c->references));
	if (c->alias != NULL)
		paragraph("Elsewhere it is called", str_of(c->alias));
}

static json_t *check_json(const struct check *c)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:b}", "check", c->id,
	    "severity", severity_name(c->severity), "title", c->title, "what", c->what, "why",
	    c->why, "how", c->how, "references", c->references, "alias", c->alias, "here", c->here);
}

static size_t select_checks(
    struct str word, check_filter *filter, const struct check **out, size_t max)
{
	size_t n = 0;

	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count && n < max; i++)
			if (filter(&check_tables[t]->checks[i], word))
				out[n++] = &check_tables[t]->checks[i];
	return n;
}

static void print_list(const struct check **list, size_t count)
{
	struct str topic = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (!str_eq(topic, check_topic(list[i]))) {
			topic = check_topic(list[i]);
			printf("%s%s\n", i > 0 ? "\n" : "", check_topic_title(topic));
		}
		printf("  %-24s %s\n", list[i]->id, list[i]->title);
	}
}

static void print_json(const struct check **list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, check_json(list[i]));
	char *text = json_dumps(array, JSON_INDENT(1));
	puts(text);
	free(text);
	json_decref(array);
}

#define MAX_CHECKS 1000

static struct str all_words(struct run *run)
{
	struct str words = run->arg_count > 0 ? run->args[0] : (struct str){ 0 };

	for (size_t i = 1; i < run->arg_count; i++)
		words = arena_fmt(
		    run->arena, STR_FMT " " STR_FMT, STR_ARG(words), STR_ARG(run->args[i]));
	return words;
}

static enum exit_status run_explain(struct run *run)
{
	const struct explain_options *o = run->options;
	const struct check **list = arena_array(run->arena, const struct check *, MAX_CHECKS);
	struct str words = all_words(run);
	struct error e = { .arena = run->arena };
	size_t count = select_checks(words, by_name, list, MAX_CHECKS);

	if (count == 0)
		count = select_checks(words, by_words, list, MAX_CHECKS);
	if (count == 0) {
		suggest_check(&e, words);
		return usage_error(&verb_explain, STR_FMT, STR_ARG(e.text));
	}
	if (o->json)
		print_json(list, count);
	else if (count == 1)
		print_check(list[0]);
	else
		print_list(list, count);
	return STATUS_OK;
}

static const struct option_table *const tables[] = { &table, NULL };

const struct verb verb_explain = {
	.name = "explain",
	.usage = "frank explain [CHECK|TOPIC|WORDS]",
	.summary = "what a check means, why it matters, how to mend it",
	.about =
	    "Without an argument all checks are listed by topic. Words that other tools use are\n"
	    "found too.",
	.examples = "  frank explain\n  frank explain name.fcrdns\n  frank explain smtp banner\n",
	.tables = tables,
	.options_size = sizeof(struct explain_options),
	.run = run_explain,
};
