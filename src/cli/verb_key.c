/* verb_key - `frank key`: makes DKIM keys, and says what keys and records are. */
#include "cli/key.h"
#include "cli/verbs.h"

#define AT(member) offsetof(struct key_options, member)

static const char *const types[] = { "rsa", "ed25519", "both", NULL };
static const char *const formats[] = { "text", "zone", "panel", "json", NULL };

static const struct option making[] = {
	{ "selector", 's', OPTION_TEXT, "NAME", "the key's name (frank and the date)",
	    AT(selector) },
	{ "domain", 'd', OPTION_TEXT, "NAME",
	    "whose key; with show and --selector: look the record up as well", AT(domain) },
	{ "type", 't', OPTION_CHOICE, "rsa|ed25519|both",
	    "RSA is understood by all; both sign side by side", AT(type), .choices = types },
	{ "bits", 'b', OPTION_NUMBER, "NUMBER", "of an RSA key: 2048, 3072 or 4096", AT(bits), 2048,
	    4096 },
	{ "out", 'o', OPTION_TEXT, "FILE|FOLDER",
	    "where the private key goes (SELECTOR.DOMAIN.pem)", AT(out) },
	{ "force", 0, OPTION_FLAG, NULL, "replace a key that is there", AT(force) },
	{ "format", 'f', OPTION_CHOICE, "text|zone|panel|json", "how to print", AT(format),
	    .choices = formats },
	{ "json", 'j', OPTION_FLAG, NULL, "the same as --format json", AT(json) },
};

static const struct option_table table = { "The key", making, LENGTH(making) };

static const struct {
	const char *word;
	enum exit_status (*run)(struct run *, struct str *, size_t);
} actions[] = {
	{ "new", key_new },
	{ "show", key_show },
};

static enum exit_status run_key(struct run *run)
{
	struct key_options *o = run->options;

	if (o->bits == 0)
		o->bits = PRIVATE_KEY_RSA;
	for (size_t i = 0; i < LENGTH(actions) && run->arg_count > 0; i++)
		if (str_eq(run->args[0], str_of(actions[i].word)))
			return actions[i].run(run, run->args + 1, run->arg_count - 1);
	return usage_error(&verb_key, "new or show? For instance: frank key new example.com");
}

static const struct option_table *const tables[] = { &table, &source_option_table, NULL };

const struct verb verb_key = {
	.name = "key",
	.usage = "frank key new DOMAIN [OPTION...] | frank key show FILE|RECORD|NAME...",
	.summary = "make DKIM keys, and say what keys and records are",
	.about = "\"new\" writes a private key to a file that you alone can read, and prints the "
		 "record to\n"
		 "publish. \"show\" reads private keys, public keys, records and\n"
		 "selector._domainkey.domain in the DNS, and says whether they belong together.\n"
		 "Exit status: 0 all is well; 1 a key is broken, weak or revoked, or they do not "
		 "belong\n"
		 "together; 2 usage; 3 the DNS did not answer.",
	.examples = "  frank key new example.com\n"
		    "  frank key new example.com --type both --out /etc/frank/keys --format zone\n"
		    "  frank key show frank20261123.example.com.pem "
		    "frank20261123._domainkey.example.com\n",
	.tables = tables,
	.options_size = sizeof(struct key_options),
	.run = run_key,
};
