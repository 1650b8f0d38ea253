/* profile - see profile.h. */
#include "cli/profile.h"

#include "cli/suggest.h"

#define MAX_RULES 1000

static bool parse_line(
    struct str line, const char *name, unsigned number, struct severity_rule *out, struct error *e)
{
	struct str id = str_cut_word(&line), severity = str_cut_word(&line);
	struct str counts = str_cut_word(&line);
	struct error near = { .arena = e->arena };

	*out = (struct severity_rule){ .id = id, .counts = counts.n > 0 };
	if (check_find(id) == NULL)
		return suggest_check(&near, id) ||
		       error_set(e, "%s:%u: " STR_FMT, name, number, STR_ARG(near.text));
	if (!severity_parse(severity, &out->severity))
		return error_set(e,
		    "%s:%u: \"" STR_FMT "\" is none of critical, major, minor, info", name, number,
		    STR_ARG(severity));
	if (counts.n > 0 && !str_eq(counts, STR("counts")))
		return error_set(e, "%s:%u: \"" STR_FMT "\" where only \"counts\" may stand", name,
		    number, STR_ARG(counts));
	return true;
}

bool profile_parse(
    struct arena *a, struct str text, const char *name, struct audit_options *o, struct error *e)
{
	for (unsigned number = 1; text.n > 0; number++) {
		struct str comment = str_cut_line(&text), line = str_trim(str_cut(&comment, '#'));
		struct severity_rule rule;

		if (line.n == 0)
			continue;
		if (o->rule_count == MAX_RULES)
			return error_set(e, "%s:%u: more than %d rules", name, number, MAX_RULES);
		if (!parse_line(line, name, number, &rule, e))
			return false;
		arena_push(a, o->rules, o->rule_count, struct severity_rule, rule);
	}
	return true;
}
