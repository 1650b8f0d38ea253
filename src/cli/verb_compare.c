/* verb_compare - `frank compare`: what changed between two saved audits, check by check. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/source.h"
#include "cli/verbs.h"
#include "render/escape.h"

#define MAX_REPORT ((size_t)64 << 20)

struct compare_options {
	bool json;
};

static const struct option options[] = {
	{ "json", 'j', OPTION_FLAG, NULL, "as JSON", offsetof(struct compare_options, json) },
};

static const struct option_table table = { "Output", options, LENGTH(options) };

/* Worst first; a check's verdict is that of its worst finding. */
static const char *const order[] = { "fail", "unknown", "warn", "info", "pass", "skip" };

static size_t rank(const char *verdict)
{
	size_t i = 0;

	while (i < LENGTH(order) && strcmp(order[i], verdict) != 0)
		i++;
	return i;
}

static const char *text(const json_t *o, const char *key)
{
	const char *value = json_string_value(json_object_get(o, key));

	return value != NULL ? value : "";
}

/* The worst finding of a check, or NULL when the report has none. */
static const json_t *worst(const json_t *report, const char *check)
{
	const json_t *finding, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(report, "findings"), i, finding)
	{
		if (strcmp(text(finding, "check"), check) != 0)
			continue;
		if (found == NULL || rank(text(finding, "verdict")) < rank(text(found, "verdict")))
			found = finding;
	}
	return found;
}

static json_t *read_report(struct run *run, struct str name, struct error *e)
{
	struct str bytes;
	json_error_t where;
	json_t *report;

	if (!source_read_file(run->arena, name, MAX_REPORT, &bytes, e))
		return NULL;
	report = json_loadb(bytes.p, bytes.n, 0, &where);
	if (report == NULL)
		error_set(
		    e, STR_FMT ":%d:%d: %s", STR_ARG(name), where.line, where.column, where.text);
	else if (!json_is_array(json_object_get(report, "findings")))
		error_set(e,
		    STR_FMT ": not what \"frank check --json\" prints for one domain; \"frank "
			    "check --evidence FILE --json\" makes that of a saved audit",
		    STR_ARG(name));
	if (e->text.n == 0)
		return report;
	json_decref(report);
	return NULL;
}

static json_t *change(const char *check, const json_t *before, const json_t *after)
{
	const json_t *fixes = json_object_get(before, "fix");

	return json_pack("{s:s, s:s, s:s, s:s, s:O}", "check", check, "before",
	    before != NULL ? text(before, "verdict") : "absent", "after",
	    after != NULL ? text(after, "verdict") : "absent", "says",
	    text(after != NULL ? after : before, "says"), "fix",
	    fixes != NULL ? fixes : json_object_get(after, "fix"));
}

static bool has(const json_t *list, const char *check)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (strcmp(text(item, "check"), check) == 0) return true;
	return false;
}

/* All checks of `report` whose verdict differs in the other one, once each. */
static void add_changes(
    json_t *out, const json_t *report, const json_t *before, const json_t *after)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(report, "findings"), i, finding)
	{
		const char *check = text(finding, "check");
		const json_t *old = worst(before, check), *new = worst(after, check);

		if (has(out, check) ||
		    (old != NULL &&
			new != NULL &&strcmp(text(old, "verdict"), text(new, "verdict")) == 0))
			continue;
		json_array_append_new(out, change(check, old, new));
	}
}

static void print_escaped(const char *lead, const char *z)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	escape_text(&out, str_of(z), false);
	printf("%s" STR_FMT "\n", lead, STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static void print_text(const json_t *changes)
{
	const json_t *c, *fix;
	size_t i, k;

	json_array_foreach(changes, i, c)
	{
		printf("%-24s %s -> %s\n", text(c, "check"), text(c, "before"), text(c, "after"));
		print_escaped("    ", text(c, "says"));
		if (strcmp(text(c, "before"), "fail") != 0)
			continue;
		json_array_foreach(json_object_get(c, "fix"), k, fix) print_escaped("    by: ",
		    *text(fix, "value") != '\0' ? text(fix, "value") : text(fix, "old"));
	}
	printf("%zu checks changed\n", json_array_size(changes));
}

static bool got_worse(const json_t *changes)
{
	const json_t *c;
	size_t i;

	json_array_foreach(changes, i, c) if (strcmp(text(c, "after"), "fail") == 0) return true;
	return false;
}

static enum exit_status run_compare(struct run *run)
{
	const struct compare_options *o = run->options;
	struct error e = { .arena = run->arena };
	json_t *before, *after, *changes;
	enum exit_status status;

	if (run->arg_count != 2)
		return usage_error(&verb_compare,
		    "two files, please: BEFORE and AFTER, as frank check --json prints them");
	before = read_report(run, run->args[0], &e);
	after = before != NULL ? read_report(run, run->args[1], &e) : NULL;
	if (after == NULL) {
		complain(STR_FMT, STR_ARG(e.text));
		json_decref(before);
		return STATUS_USAGE;
	}
	changes = json_array();
	add_changes(changes, before, before, after);
	add_changes(changes, after, before, after);
	if (o->json)
		json_dumpf(changes, stdout, JSON_INDENT(1));
	else
		print_text(changes);
	status = got_worse(changes) ? STATUS_FAILED : STATUS_OK;
	json_decref(changes);
	json_decref(before);
	json_decref(after);
	return status;
}

static const struct option_table *const tables[] = { &table, NULL };

const struct verb verb_compare = {
	.name = "compare",
	.usage = "frank compare BEFORE.json AFTER.json",
	.summary = "what changed between two audits",
	.about =
	    "Reads two outputs of \"frank check --json\" and lists each check whose verdict "
	    "changed, with\n"
	    "the change that had been proposed. Exit status: 1 when something fails that did not.",
	.examples = "  frank check --json example.com > before.json\n"
		    "  frank check --json --zone new.zone example.com > after.json\n"
		    "  frank compare before.json after.json\n",
	.tables = tables,
	.options_size = sizeof(struct compare_options),
	.run = run_compare,
};
