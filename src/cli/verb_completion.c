/* verb_completion - `frank completion SHELL` prints what completion.c makes of the tables. */
#include "cli/completion.h"
#include "cli/verbs.h"

static const struct option_table *const tables[] = { NULL };

static enum exit_status run(struct run *r)
{
	static const struct {
		const char *name;
		void (*print)(FILE *);
	} shells[] = {
		{ "bash", completion_bash },
		{ "zsh", completion_zsh },
		{ "fish", completion_fish },
	};

	for (size_t i = 0; r->arg_count == 1 && i < LENGTH(shells); i++)
		if (str_eq(r->args[0], str_of(shells[i].name))) {
			shells[i].print(stdout);
			return STATUS_OK;
		}
	return usage_error(&verb_completion, "which shell: bash, zsh or fish?");
}

const struct verb verb_completion = {
	.name = "completion",
	.usage = "frank completion bash|zsh|fish",
	.summary = "print the completion file for a shell",
	.about = "Prints a file by which the shell completes frank's verbs and options.",
	.examples = "  frank completion bash > ~/.local/share/bash-completion/completions/frank\n"
		    "  frank completion zsh > ~/.zfunc/_frank\n"
		    "  frank completion fish > ~/.config/fish/completions/frank.fish\n",
	.tables = tables,
	.options_size = sizeof(int),
	.run = run,
};
