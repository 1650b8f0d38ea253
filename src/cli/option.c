/* option - see option.h. */
#include "cli/option.h"

#include <stdlib.h>

struct reading {
	const struct verb *verb;
	struct run *run;
	char **argv;
	int argc, at;
};

static const struct option *find(const struct verb *v, struct str name, char letter)
{
	for (const struct option_table *const *t = v->tables; *t != NULL; t++)
		for (size_t i = 0; i < (*t)->count; i++) {
			const struct option *o = &(*t)->options[i];

			if (name.n > 0 ? str_eq(name, str_of(o->name))
				       : letter != 0 && o->letter == letter)
				return o;
		}
	return NULL;
}

unsigned word_distance(struct str a, struct str b)
{
	unsigned row[64], before, above;

	if (a.n >= LENGTH(row) || b.n >= LENGTH(row))
		return 4;
	for (size_t k = 0; k <= b.n; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= a.n; i++) {
		before = row[0];
		row[0] = (unsigned)i;
		for (size_t k = 1; k <= b.n; k++) {
			above = row[k];
			unsigned change = before + (to_lower(a.p[i - 1]) != to_lower(b.p[k - 1]));
			unsigned best = above < row[k - 1] ? above + 1 : row[k - 1] + 1;
			row[k] = change < best ? change : best;
			before = above;
		}
	}
	return row[b.n] < 4 ? row[b.n] : 4;
}

const char *options_nearest(const struct verb *v, struct str name)
{
	const char *best = NULL;
	unsigned least = 3;

	for (const struct option_table *const *t = v->tables; *t != NULL; t++)
		for (size_t i = 0; i < (*t)->count; i++) {
			unsigned d = word_distance(name, str_of((*t)->options[i].name));

			if (d < least) {
				least = d;
				best = (*t)->options[i].name;
			}
		}
	return best;
}

static bool bad(struct reading *r, const char *before, struct str what, const char *behind)
{
	usage_error(r->verb, "%s%.*s%s", before, STR_ARG(what), behind);
	return false;
}

static void add_to_list(struct run *run, struct list *list, struct str value, bool commas)
{
	while (value.n > 0) {
		struct str item = commas ? str_trim(str_cut(&value, ',')) : value;

		if (!commas)
			value = (struct str){ 0 };
		if (item.n > 0)
			arena_push(run->arena, list->items, list->count, struct str, item);
	}
}

static bool set_choice(struct reading *r, const struct option *o, struct str value, int *out)
{
	for (int i = 0; o->choices[i] != NULL; i++)
		if (str_eq(value, str_of(o->choices[i]))) {
			*out = i;
			return true;
		}
	usage_error(r->verb, "--%s %.*s: choose one of %s", o->name, STR_ARG(value), o->argument);
	return false;
}

static bool set_number(struct reading *r, const struct option *o, struct str value, long *out)
{
	uint64_t number;

	if (!str_uint(value, (uint64_t)o->max, &number) || (long)number < o->min) {
		usage_error(r->verb, "--%s %.*s: a number from %ld to %ld", o->name, STR_ARG(value),
		    o->min, o->max);
		return false;
	}
	*out = (long)number;
	return true;
}

static bool set(struct reading *r, const struct option *o, struct str value)
{
	void *at = (char *)r->run->options + o->offset;

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)at = true;
		break;
	case OPTION_TEXT:
		*(struct str *)at = value;
		break;
	case OPTION_LIST:
		add_to_list(r->run, at, value, o->commas);
		break;
	case OPTION_NUMBER:
		return set_number(r, o, value, at);
	case OPTION_CHOICE:
		return set_choice(r, o, value, at);
	}
	return true;
}

/* `value` is what stood behind "=", or p == NULL. */
static bool take_option(struct reading *r, const struct option *o, struct str value)
{
	if (o->kind == OPTION_FLAG) {
		if (value.p != NULL)
			return bad(r, "--", str_of(o->name), " takes no value");
		return set(r, o, value);
	}
	if (value.p == NULL) {
		if (r->at + 1 >= r->argc)
			return bad(r, "--", str_of(o->name), " needs a value");
		value = str_of(r->argv[++r->at]);
	}
	return set(r, o, value);
}

static bool take_long(struct reading *r, struct str text)
{
	struct str value = text, name = str_cut(&value, '=');
	const struct option *o = find(r->verb, name, 0);
	const char *near;

	if (name.n == text.n)
		value = (struct str){ 0 };
	else if (value.p == NULL)
		value = STR("");
	if (o != NULL)
		return take_option(r, o, value);
	near = options_nearest(r->verb, name);
	if (near != NULL)
		usage_error(
		    r->verb, "there is no option --%.*s; did you mean --%s?", STR_ARG(name), near);
	else
		usage_error(r->verb, "there is no option --%.*s", STR_ARG(name));
	return false;
}

static bool take_short(struct reading *r, struct str text)
{
	const struct option *o = find(r->verb, (struct str){ 0 }, text.p[0]);

	if (o == NULL)
		return bad(r, "there is no option -", str_slice(text, 0, 1), "");
	if (o->kind == OPTION_FLAG && text.n > 1)
		return set(r, o, text) && take_short(r, str_skip(text, 1));
	return take_option(r, o, text.n > 1 ? str_skip(text, 1) : (struct str){ 0 });
}

bool options_parse(const struct verb *v, struct run *run, int argc, char **argv)
{
	struct reading r = { v, run, argv, argc, 0 };

	for (; r.at < argc; r.at++) {
		struct str word = str_of(argv[r.at]);

		if (str_eq(word, STR("--"))) {
			run->rest = &argv[r.at + 1];
			return true;
		}
		if (word.n > 2 && str_starts(word, STR("--"))) {
			if (!take_long(&r, str_skip(word, 2)))
				return false;
		} else if (word.n > 1 && word.p[0] == '-') {
			if (!take_short(&r, str_skip(word, 1)))
				return false;
		} else {
			arena_push(run->arena, run->args, run->arg_count, struct str, word);
		}
	}
	return true;
}
