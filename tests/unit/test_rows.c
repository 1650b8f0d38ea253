/* test_rows - every row of the catalogue is complete, so that help and reports are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/receivers.h"

static bool present(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void rows_are_complete_and_ids_unique(void **state)
{
	(void)state;
	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count; i++) {
			const struct check *c = &check_tables[t]->checks[i];

			if (!present(c->title) || !present(c->what) || !present(c->why) ||
			    !present(c->how) || !present(c->references) || c->judge == NULL)
				fail_msg("%s is not complete", c->id);
			/* The first of that name is this one: no id stands there twice. */
			if (check_find(str_of(c->id)) != c)
				fail_msg("%s stands there twice", c->id);
			if (strcmp(check_topic_title(check_topic(c)), "Other") == 0)
				fail_msg("%s: its topic has no title", c->id);
		}
}

/* The checks of a group; topics that have no rows yet in this build are passed over. */
static void group_is_known(const char *receiver, const char *const *group)
{
	for (size_t i = 0; i < REQUIREMENT_CHECKS && group[i] != NULL; i++) {
		struct str rest = str_of(group[i]), topic = str_cut(&rest, '.');

		if (!str_eq(topic, STR("name")) && check_find(str_of(group[i])) == NULL)
			fail_msg("%s: no check %s", receiver, group[i]);
	}
}

/* A requirement that names a check which does not exist could never be met. */
static void receivers_name_checks_that_exist(void **state)
{
	(void)state;
	for (size_t r = 0; r < receiver_count; r++)
		for (size_t q = 0; q < receivers[r].count; q++)
			for (size_t g = 0; g < REQUIREMENT_GROUPS; g++)
				group_is_known(
				    receivers[r].name, receivers[r].requirements[q].groups[g]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete_and_ids_unique),
		cmocka_unit_test(receivers_name_checks_that_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
