/* domain_list - see domain_list.h. */
#include "cli/domain_list.h"

#include "cli/source.h"
#include "wire/domain.h"

#define MAX_STDIN ((size_t)1 << 20)

static bool add(struct run *run, struct domain_list *list, struct str typed, struct error *e)
{
	struct str domain;

	if (list->count == DOMAIN_LIST_MAX)
		return error_set(e, "more than %d domains at once", DOMAIN_LIST_MAX);
	if (!domain_from_user(run->arena, typed, &domain, e))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (domain_eq(list->items[i], domain)) {
			complain(STR_FMT " is named twice; it is audited once", STR_ARG(domain));
			return true;
		}
	arena_push(run->arena, list->items, list->count, struct str, domain);
	return true;
}

static bool add_stdin(struct run *run, struct domain_list *list, struct error *e)
{
	struct error line_error = { .arena = run->arena };
	struct str text;

	if (!source_read_file(run->arena, STR("-"), MAX_STDIN, &text, e))
		return false;
	for (unsigned number = 1; text.n > 0; number++) {
		struct str comment = str_cut_line(&text), line = str_trim(str_cut(&comment, '#'));

		if (line.n > 0 && !add(run, list, line, &line_error))
			return error_set(
			    e, "standard input:%u: " STR_FMT, number, STR_ARG(line_error.text));
	}
	return true;
}

bool domain_list_read(struct run *run, struct domain_list *out, struct error *e)
{
	*out = (struct domain_list){ 0 };
	for (size_t i = 0; i < run->arg_count; i++)
		if (str_eq(run->args[i], STR("-")) ? !add_stdin(run, out, e)
						   : !add(run, out, run->args[i], e))
			return false;
	return true;
}
