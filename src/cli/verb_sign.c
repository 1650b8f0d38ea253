/* verb_sign - `frank sign`: a filter that puts DKIM-Signature fields on a message. */
#include <errno.h>

#include "cli/sign.h"
#include "cli/verbs.h"

#define AT(member) offsetof(struct sign_options, member)

static const char *const canons[] = { "relaxed/relaxed", "relaxed/simple", "simple/relaxed",
	"simple/simple", NULL };

static const struct option what[] = {
	{ "key", 'k', OPTION_LIST, "FILE", "a private key; repeatable, to sign with several",
	    AT(keys) },
	{ "selector", 's', OPTION_LIST, "NAME", "the name of its record; one for each key",
	    AT(selectors) },
	{ "domain", 'd', OPTION_LIST, "NAME", "who signs; one for all keys, or one for each",
	    AT(domains) },
	{ "identity", 0, OPTION_TEXT, "ADDRESS", "i=: on whose behalf, within the domain",
	    AT(identity) },
	{ "canon", 'c', OPTION_CHOICE, "HEADER/BODY",
	    "relaxed/relaxed, relaxed/simple, simple/relaxed or simple/simple", AT(canon),
	    .choices = canons },
	{ "headers", 0, OPTION_TEXT, "LIST",
	    "what to sign, parted by colons; a + behind a name forbids adding more of it",
	    AT(headers) },
	{ "expire", 'x', OPTION_TEXT, "TIME", "how long it is good: 3600, 12h, 14d", AT(expire) },
	{ "at", 0, OPTION_TEXT, "TIME", "sign as of this time (RFC 3339, or seconds since 1970)",
	    AT(at) },
	{ "no-time", 0, OPTION_FLAG, NULL, "write no t=", AT(no_time) },
	{ "mend", 0, OPTION_FLAG, NULL, "set line ends right and drop NULs before signing",
	    AT(mend) },
	{ "field", 0, OPTION_FLAG, NULL, "print the new fields alone, not the message", AT(field) },
	{ "seal", 0, OPTION_FLAG, NULL, "add an ARC set instead, with the first key", AT(seal) },
	{ "authserv-id", 0, OPTION_TEXT, "NAME",
	    "with --seal: whose Authentication-Results to record (the domain)", AT(authserv_id) },
};

static const struct option_table table = { "How to sign", what, LENGTH(what) };

/* ---- first pass: everything is hashed ---- */

static void take_event(struct signing *s, enum message_event event, struct str body)
{
	if (event == MESSAGE_HEADER && s->sealer != NULL) {
		arc_header(s->arc, &s->message);
		arc_sealer_header(s->sealer, &s->message);
	} else if (event == MESSAGE_HEADER) {
		dkim_signer_header(s->signer, &s->message);
	} else if (s->sealer != NULL) {
		arc_body(s->arc, body);
		arc_sealer_body(s->sealer, body);
	} else {
		dkim_signer_body(s->signer, body);
	}
}

static bool drain(struct signing *s)
{
	enum message_event event;
	struct str body;

	while (
	    (event = message_next(&s->message, &body)) == MESSAGE_HEADER || event == MESSAGE_BODY)
		take_event(s, event, body);
	return event != MESSAGE_REFUSED ||
	       error_set(&s->error, STR_FMT, STR_ARG(message_finding_text(s->message.refused)));
}

static bool take_piece(void *context, struct str piece)
{
	struct signing *s = context;

	message_push(&s->message, piece);
	return drain(s);
}

static bool hash_message(struct signing *s)
{
	message_init(&s->message, s->run->arena, NULL);
	if (!source_text_pass(&s->text, take_piece, s, &s->error))
		return false;
	message_end(&s->message);
	return drain(s);
}

static bool sign(struct signing *s)
{
	s->signer = dkim_signer_new(s->run->arena, s->crypto, &s->terms);
	for (size_t i = 0; i < s->key_count; i++)
		if (!dkim_signer_add(s->signer, &s->keys[i], &s->error))
			return false;
	return hash_message(s) && dkim_signer_end(s->signer, &s->error);
}

/* ---- an ARC set: the chain that came is verified first ---- */

struct chain {
	struct frank_case facts;
	struct signing *signing;
};

static void verify_chain(void *context)
{
	struct chain *c = context;

	arc_verify(c->signing->arc, &c->facts.source, c->signing->terms.time);
}

static bool learn_chain(struct signing *s)
{
	struct source_options *source = &s->options->source;
	struct arena arena = { 0 };
	struct chain c = { .signing = s };
	struct job job = { .facts = &c.facts, .step = verify_chain, .context = &c };
	struct collect_options collect;
	struct collector *collector;

	case_init(&c.facts, s->run->arena, STR("seal"), s->terms.time);
	c.facts.private_ok = source->allow_private || source->lab.n > 0;
	if ((source->evidence.n > 0 && !source_read_evidence(source, &c.facts, &s->error)) ||
	    !source_prepare(s->run, source, &collect, &s->error))
		return false;
	collector = collect_new(&arena, &collect, &s->error);
	if (collector != NULL) {
		collect_run(collector, &job, 1);
		collect_free(collector);
	}
	arena_free(&arena);
	return collector != NULL;
}

static bool seal(struct signing *s)
{
	struct arc_terms terms = { .key = s->keys[0],
		.lf = s->terms.lf,
		.has_time = s->terms.has_time,
		.time = s->terms.time,
		.cover = s->terms.cover,
		.cover_count = s->terms.cover_count };
	struct dkim_options options = { .lf = s->terms.lf };
	struct str id = s->options->authserv_id.n > 0 ? s->options->authserv_id : terms.key.domain;
	struct authres said;

	s->arc = arc_new(s->run->arena, s->crypto, &options);
	s->sealer = arc_sealer_new(s->run->arena, s->crypto, &terms);
	if (!hash_message(s))
		return false;
	arc_end(s->arc);
	if (!learn_chain(s))
		return false;
	arc_gather(s->run->arena, &s->message, id, &said);
	return arc_sealer_end(s->sealer, arc_verdict(s->arc), &said, &s->error);
}

/* ---- second pass: what was signed is written ---- */

/* A field of ours with the line ends of the message. */
static void write_field(const struct signing *s, struct str field)
{
	while (field.n > 0) {
		struct str line = str_cut_line(&field);

		fwrite(line.p, 1, line.n, stdout);
		fputs(s->terms.lf ? "\n" : "\r\n", stdout);
	}
}

static bool write_piece(void *context, struct str piece)
{
	struct signing *s = context;

	return fwrite(piece.p, 1, piece.n, stdout) == piece.n ||
	       error_set(&s->error, "standard output: %s", strerror(errno));
}

static bool write_all(struct signing *s)
{
	size_t count = s->sealer != NULL ? ARC_SEAL_FIELDS : s->key_count;

	for (size_t i = 0; i < count; i++)
		write_field(s, s->sealer != NULL ? arc_sealer_field(s->sealer, i)
						 : dkim_signer_field(s->signer, i));
	if (!s->options->field && !source_text_pass(&s->text, write_piece, s, &s->error))
		return false;
	return fflush(stdout) == 0 || error_set(&s->error, "standard output: %s", strerror(errno));
}

/* ---- the run ---- */

static enum exit_status sign_and_write(struct signing *s)
{
	bool good;

	s->text.mend = s->options->mend;
	s->terms.lf = s->text.lf;
	good = s->options->seal ? seal(s) : sign(s);
	if (good && write_all(s))
		return STATUS_OK;
	complain(STR_FMT ": " STR_FMT, STR_ARG(s->text.name), STR_ARG(s->error.text));
	return STATUS_FAILED;
}

static void close_all(struct signing *s)
{
	if (s->signer != NULL)
		dkim_signer_free(s->signer);
	if (s->sealer != NULL)
		arc_sealer_free(s->sealer);
	if (s->arc != NULL)
		arc_free(s->arc);
	for (size_t i = 0; i < s->key_count; i++)
		private_key_free(s->keys[i].key);
	source_text_close(&s->text);
	source_finish(&s->options->source);
	crypto_free(s->crypto);
}

static enum exit_status run_sign(struct run *run)
{
	struct signing s = { .run = run, .options = run->options, .error.arena = run->arena };
	enum exit_status status = STATUS_USAGE;

	s.crypto = crypto_new();
	if (sign_terms_read(&s))
		status = sign_and_write(&s);
	else
		complain(STR_FMT, STR_ARG(s.error.text));
	close_all(&s);
	return status;
}

static const struct option_table *const tables[] = { &table, &source_option_table, NULL };

const struct verb verb_sign = {
	.name = "sign",
	.usage = "frank sign --key FILE --selector NAME --domain NAME [OPTION...] [FILE]",
	.summary = "sign a message with DKIM, as a filter (RFC 6376)",
	.about = "Reads a message and writes it with a DKIM-Signature field for each key on top. "
		 "What\n"
		 "decides how it is shown is signed so that nobody can add another one. A message "
		 "that\n"
		 "programs read differently (several From fields, stray CR or LF, NUL) is not "
		 "signed, and\n"
		 "nothing is written. Exit status: 0 signed; 1 not signed; 2 usage.",
	.examples = "  frank sign --key s1.example.com.pem --selector s1 --domain example.com "
		    "mail.eml > signed.eml\n"
		    "  frank sign -k rsa.pem -s s1 -k ed.pem -s s1e -d example.com --expire 14d < "
		    "mail.eml\n",
	.tables = tables,
	.options_size = sizeof(struct sign_options),
	.run = run_sign,
};
