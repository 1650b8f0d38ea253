/* help - what `frank`, `frank help` and --help print, from the verbs' tables. */
#include "cli/help.h"

#include <string.h>

static void print_option(FILE *out, const struct option *o)
{
	char left[64];
	int n = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", o->letter ? '-' : ' ',
	    o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name, o->argument ? " " : "",
	    o->argument ? o->argument : "");

	if (n < 32)
		fprintf(out, "%-32s%s\n", left, o->help);
	else
		fprintf(out, "%s\n%-32s%s\n", left, "", o->help);
}

void help_verb(FILE *out, const struct verb *v)
{
	fprintf(out, "usage: %s\n\n%s\n", v->usage, v->about);
	for (const struct option_table *const *t = v->tables; *t != NULL; t++) {
		fprintf(out, "\n%s:\n", (*t)->title);
		for (size_t i = 0; i < (*t)->count; i++)
			print_option(out, &(*t)->options[i]);
	}
	fprintf(out, "\nExamples:\n%s", v->examples);
}

void help_all(FILE *out)
{
	fprintf(out,
	    "frank says whether mail from a domain will arrive, why not, and what to change.\n\n"
	    "usage: frank VERB [OPTION...] [ARGUMENT...]\n\n");
	for (size_t i = 0; i < verb_count; i++)
		fprintf(out, "  %-12s%s\n", verbs[i]->name, verbs[i]->summary);
	fprintf(out, "\nBegin with:  frank check example.com\n"
		     "More:        frank VERB --help, man frank\n");
}
