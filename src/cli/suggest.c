/* suggest - see suggest.h. */
#include "cli/suggest.h"

#include "check/check.h"
#include "cli/option.h"

struct nearest {
	struct str word;
	unsigned distance;
};

static void consider(struct nearest *best, struct str typed, struct str candidate)
{
	unsigned d = word_distance(typed, candidate);

	if (d < best->distance)
		*best = (struct nearest){ candidate, d };
}

bool is_check_or_topic(struct str word)
{
	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count; i++) {
			const struct check *c = &check_tables[t]->checks[i];

			if (str_ieq(word, check_topic(c)) || str_ieq(word, str_of(c->id)))
				return true;
		}
	return false;
}

bool suggest_check(struct error *e, struct str word)
{
	struct nearest best = { .distance = 4 };

	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count; i++) {
			const struct check *c = &check_tables[t]->checks[i];
			struct str name = str_skip(str_of(c->id), check_topic(c).n + 1);

			consider(&best, word, str_of(c->id));
			consider(&best, word, check_topic(c));
			if (str_ieq(word, name))
				best = (struct nearest){ str_of(c->id), 0 };
		}
	if (best.word.n > 0)
		return error_set(e,
		    "there is no check or topic \"" STR_FMT "\"; did you mean " STR_FMT "?",
		    STR_ARG(word), STR_ARG(best.word));
	return error_set(e, "there is no check or topic \"" STR_FMT "\"; frank explain lists them",
	    STR_ARG(word));
}
