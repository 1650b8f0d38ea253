/* completion - see completion.h.  The tables are ours: what they hold needs only quoting. */
#include "cli/completion.h"

typedef void each_option(FILE *, const struct verb *, const struct option *);

static void each(FILE *out, const struct verb *v, each_option *print)
{
	for (const struct option_table *const *t = v->tables; *t != NULL; t++)
		for (size_t i = 0; i < (*t)->count; i++)
			print(out, v, &(*t)->options[i]);
}

/* Single-quoted for a shell; a quote becomes a typographic one, a bracket a parenthesis. */
static void quoted(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		fputs(*text == '\''  ? "’"
		      : *text == '[' ? "("
		      : *text == ']' ? ")"
				     : (const char[]){ *text, '\0' },
		    out);
}

static void verb_names(FILE *out)
{
	for (size_t i = 0; i < verb_count; i++)
		fprintf(out, "%s ", verbs[i]->name);
	fputs("help", out);
}

static void bash_option(FILE *out, const struct verb *v, const struct option *o)
{
	(void)v;
	fprintf(out, " --%s", o->name);
}

static void bash_choices(FILE *out, const struct verb *v, const struct option *o)
{
	if (o->kind != OPTION_CHOICE)
		return;
	fprintf(out, "\t%s:--%s) COMPREPLY=($(compgen -W '", v->name, o->name);
	for (size_t i = 0; o->choices[i] != NULL; i++)
		fprintf(out, "%s%s", i > 0 ? " " : "", o->choices[i]);
	fputs("' -- \"$word\")); return;;\n", out);
}

void completion_bash(FILE *out)
{
	fputs("# bash completion for frank; made by: frank completion bash\n_frank()\n{\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\n"
	      "\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '",
	    out);
	verb_names(out);
	fputs("' -- \"$word\"))\n\t\treturn\n\tfi\n"
	      "\tcase ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD-1]} in\n",
	    out);
	for (size_t i = 0; i < verb_count; i++)
		each(out, verbs[i], bash_choices);
	fputs("\tesac\n\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; i < verb_count; i++) {
		fprintf(out, "\t%s) options='--help", verbs[i]->name);
		each(out, verbs[i], bash_option);
		fputs("';;\n", out);
	}
	fputs("\tesac\n\tif [[ $word == -* ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n\tfi\n}\n"
	      "complete -o default -F _frank frank\n",
	    out);
}

static void zsh_option(FILE *out, const struct verb *v, const struct option *o)
{
	(void)v;
	fprintf(out, " \\\n\t\t'%s--%s%s[", o->kind == OPTION_LIST ? "*" : "", o->name,
	    o->kind == OPTION_FLAG ? "" : "=");
	quoted(out, o->help);
	fputc(']', out);
	if (o->kind == OPTION_CHOICE) {
		fprintf(out, ":%s:(", o->name);
		for (size_t i = 0; o->choices[i] != NULL; i++)
			fprintf(out, "%s%s", i > 0 ? " " : "", o->choices[i]);
		fputc(')', out);
	} else if (o->kind != OPTION_FLAG) {
		fprintf(out, ":%s:_default", o->name);
	}
	fputc('\'', out);
}

void completion_zsh(FILE *out)
{
	fputs("#compdef frank\n# made by: frank completion zsh\n"
	      "if (( CURRENT == 2 )); then\n\tcompadd -- ",
	    out);
	verb_names(out);
	fputs("\n\treturn\nfi\nlocal verb=$words[2]\nshift words\n(( CURRENT-- ))\ncase $verb in\n",
	    out);
	for (size_t i = 0; i < verb_count; i++) {
		fprintf(out, "%s)\n\t_arguments '--help[tell more]'", verbs[i]->name);
		each(out, verbs[i], zsh_option);
		fputs(" '*:argument:_default';;\n", out);
	}
	fputs("esac\n", out);
}

static void fish_option(FILE *out, const struct verb *v, const struct option *o)
{
	fprintf(
	    out, "complete -c frank -n '__fish_seen_subcommand_from %s' -l %s", v->name, o->name);
	if (o->letter != 0)
		fprintf(out, " -s %c", o->letter);
	if (o->kind != OPTION_FLAG)
		fputs(" -r", out);
	if (o->kind == OPTION_CHOICE) {
		fputs(" -f -a '", out);
		for (size_t i = 0; o->choices[i] != NULL; i++)
			fprintf(out, "%s%s", i > 0 ? " " : "", o->choices[i]);
		fputc('\'', out);
	}
	fputs(" -d '", out);
	quoted(out, o->help);
	fputs("'\n", out);
}

void completion_fish(FILE *out)
{
	fputs("# fish completion for frank; made by: frank completion fish\n", out);
	for (size_t i = 0; i < verb_count; i++) {
		fprintf(out, "complete -c frank -f -n __fish_use_subcommand -a %s -d '",
		    verbs[i]->name);
		quoted(out, verbs[i]->summary);
		fputs("'\n", out);
		each(out, verbs[i], fish_option);
	}
}
