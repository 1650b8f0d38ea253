/* main - finds the verb, reads its options, runs it; signals end a run, not the program. */
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/help.h"
#include "cli/option.h"
#include "frank_config.h"

static volatile int interrupted;

/* The first ends the run with what was seen; the second ends the program. */
static void on_signal(int number)
{
	if (interrupted != 0)
		_exit(128 + number);
	interrupted = number;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static const struct verb *find_verb(struct str name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (str_eq(name, str_of(verbs[i]->name)))
			return verbs[i];
	return NULL;
}

static int unknown_verb(struct str name)
{
	const char *best = NULL;
	unsigned least = 3;

	for (size_t i = 0; i < verb_count; i++) {
		unsigned d = word_distance(name, str_of(verbs[i]->name));

		if (d < least) {
			least = d;
			best = verbs[i]->name;
		}
	}
	if (best != NULL)
		complain("there is no verb \"%.*s\"; did you mean \"%s\"?", STR_ARG(name), best);
	else if (str_chr(name, '.') > 0)
		complain("there is no verb \"%.*s\"; to audit a domain: frank check %.*s",
		    STR_ARG(name), STR_ARG(name));
	else
		complain("there is no verb \"%.*s\"; frank help lists them", STR_ARG(name));
	return STATUS_USAGE;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && !str_eq(str_of(argv[i]), STR("--")); i++)
		if (str_eq(str_of(argv[i]), STR("--help")) || str_eq(str_of(argv[i]), STR("-h")))
			return true;
	return false;
}

static int run_verb(const struct verb *v, int argc, char **argv)
{
	struct arena arena = { 0 };
	struct run run = {
		.arena = &arena, .interrupted = &interrupted, .terminal = isatty(STDOUT_FILENO) == 1
	};
	int status = STATUS_USAGE;

	run.unicode = run.terminal && setlocale(LC_CTYPE, "") != NULL &&
		      str_ieq(str_of(nl_langinfo(CODESET)), STR("UTF-8"));
	run.color = run.terminal && getenv("NO_COLOR") == NULL;
	run.options = arena_alloc(&arena, 1, v->options_size);
	catch_signals();
	if (options_parse(v, &run, argc, argv))
		status = v->run(&run);
	arena_free(&arena);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return STATUS_UNJUDGED;
	return status;
}

static int help(int argc, char **argv)
{
	const struct verb *v = argc > 0 ? find_verb(str_of(argv[0])) : NULL;

	if (argc > 0 && v == NULL)
		return unknown_verb(str_of(argv[0]));
	if (v != NULL)
		help_verb(stdout, v);
	else
		help_all(stdout);
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	struct str name = str_of(argc > 1 ? argv[1] : NULL);
	const struct verb *v = find_verb(name);

	if (argc < 2) {
		help_all(stderr);
		return STATUS_USAGE;
	}
	if (str_eq(name, STR("--version"))) {
		printf("frank %s\n", FRANK_VERSION);
		return STATUS_OK;
	}
	if (str_eq(name, STR("help")) || str_eq(name, STR("--help")) || str_eq(name, STR("-h")))
		return help(argc - 2, argv + 2);
	if (v == NULL)
		return unknown_verb(name);
	if (wants_help(argc - 2, argv + 2)) {
		help_verb(stdout, v);
		return STATUS_OK;
	}
	return run_verb(v, argc - 2, argv + 2);
}
