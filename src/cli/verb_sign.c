/* verb_sign - `frank sign`: a filter that puts DKIM-Signature fields on a message. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth/arc_seal.h"
#include "cli/sign.h"
#include "cli/verbs.h"
#include "evidence/file.h"
#include "wire/domain.h"

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

struct signing {
	struct run *run;
	struct sign_options *options;
	struct error error;
	struct source_text text;
	struct crypto *crypto;
	struct dkim_signer_key keys[DKIM_SIGN_KEYS];
	size_t key_count;
	struct dkim_terms terms;
	struct message message;
	struct dkim_signer *signer;
	struct arc *arc; /* with --seal */
	struct arc_sealer *sealer;
};

/* ---- terms ---- */

static bool read_key(struct signing *s, struct str name, struct private_key **out)
{
	struct str bytes;
	struct stat file;

	if (stat(arena_str(s->run->arena, name).p, &file) == 0 && S_ISDIR(file.st_mode))
		return error_set(&s->error, STR_FMT ": a folder, not a key", STR_ARG(name));
	if (!source_read_file(s->run->arena, name, PRIVATE_KEY_MAX, &bytes, &s->error))
		return false;
	*out = private_key_read(bytes, &s->error);
	if (*out == NULL)
		return error_set(
		    &s->error, STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(s->error.text));
	if (stat(arena_str(s->run->arena, name).p, &file) == 0 &&
	    (file.st_mode & (S_IRGRP | S_IROTH)))
		complain("%s: others can read this private key; \"chmod 600\" it",
		    arena_str(s->run->arena, name).p);
	return true;
}

static bool read_keys(struct signing *s)
{
	const struct sign_options *o = s->options;

	if (o->keys.count == 0 || o->selectors.count != o->keys.count)
		return error_set(&s->error,
		    "one --selector for each --key, please: frank sign --key "
		    "FILE --selector NAME --domain example.com");
	if (o->domains.count != 1 && o->domains.count != o->keys.count)
		return error_set(&s->error, "one --domain for all keys, or one for each, please");
	if (o->keys.count > DKIM_SIGN_KEYS)
		return error_set(&s->error, "more than %d keys", DKIM_SIGN_KEYS);
	for (size_t i = 0; i < o->keys.count; i++) {
		struct dkim_signer_key *k = &s->keys[s->key_count];

		k->selector = o->selectors.items[i];
		k->identity = o->identity;
		if (!domain_from_user(s->run->arena, o->domains.items[o->domains.count > 1 ? i : 0],
			&k->domain, &s->error) ||
		    !read_key(s, o->keys.items[i], &k->key))
			return false;
		s->key_count++;
	}
	return true;
}

/* "From+:Subject:To" */
static bool read_headers(struct signing *s)
{
	struct str rest = s->options->headers, name;
	struct dkim_cover *cover = NULL;

	while (rest.n > 0) {
		struct dkim_cover c = { 0 };

		name = str_trim(str_cut(&rest, ':'));
		c.over = str_ends(name, STR("+"));
		c.name = str_slice(name, 0, name.n - c.over);
		for (size_t i = 0; i < c.name.n; i++)
			if (!is_alnum(c.name.p[i]) && memchr("-_", c.name.p[i], 2) == NULL)
				c.name.n = 0;
		if (c.name.n == 0)
			return error_set(
			    &s->error, "--headers: \"" STR_FMT "\" names no field", STR_ARG(name));
		arena_push(s->run->arena, cover, s->terms.cover_count, struct dkim_cover, c);
	}
	s->terms.cover = cover;
	return true;
}

/* Seconds, or a number of m, h or d. */
static bool read_duration(struct str text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	int64_t factor = 1;
	uint64_t n;

	for (size_t i = 0; i < LENGTH(units) && text.n > 0; i++)
		if (text.p[text.n - 1] == units[i].unit) {
			factor = units[i].seconds;
			text.n--;
			break;
		}
	if (!str_uint(text, 1000000000, &n) || n == 0)
		return false;
	*out = (int64_t)n * factor;
	return true;
}

static bool read_times(struct signing *s)
{
	const struct sign_options *o = s->options;

	s->terms.has_time = !o->no_time;
	s->terms.time = (int64_t)time(NULL);
	if (o->at.n > 0 && !evidence_time_parse(o->at, &s->terms.time))
		return error_set(&s->error,
		    "--at " STR_FMT ": not a time such as 2026-11-23T08:00:00Z", STR_ARG(o->at));
	if (o->expire.n > 0 && !read_duration(o->expire, &s->terms.lifetime))
		return error_set(
		    &s->error, "--expire " STR_FMT ": not a time such as 14d", STR_ARG(o->expire));
	if (o->no_time && o->expire.n > 0)
		return error_set(
		    &s->error, "--expire needs the time of signing: not with --no-time");
	return true;
}

static bool read_terms(struct signing *s)
{
	struct run *run = s->run;

	s->terms.simple_header = s->options->canon >= 2;
	s->terms.simple_body = s->options->canon % 2 == 1;
	if (run->arg_count > 1)
		return error_set(&s->error, "one message at a time");
	if (run->arg_count == 0 && isatty(STDIN_FILENO) == 1)
		return error_set(&s->error, "which message? Give a file, or pipe it in");
	return read_headers(s) && read_times(s) && read_keys(s) &&
	       source_text_open(
		   &s->text, run->arena, run->arg_count == 1 ? run->args[0] : STR("-"), &s->error);
}

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
	if (read_terms(&s))
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
