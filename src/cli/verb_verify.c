/* verb_verify - `frank verify`: everything about one message, or many. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/progress.h"
#include "cli/save.h"
#include "cli/verbs.h"
#include "cli/verify.h"
#include "evidence/file.h"
#include "render/escape.h"
#include "wire/authres.h"

#define AT(member) offsetof(struct verify_options, member)

/* A case that was not asked to be kept is given up when it has grown so large. */
#define FACTS_KEPT 4000

static const char *const formats[] = { "text", "json", NULL };

static const struct option what[] = {
	{ "ip", 'i', OPTION_TEXT, "ADDRESS", "of the client that handed the message over", AT(ip) },
	{ "helo", 'H', OPTION_TEXT, "NAME", "what it said in EHLO", AT(helo) },
	{ "mail-from", 'm', OPTION_TEXT, "ADDRESS", "the envelope sender; empty: the null sender",
	    AT(mail_from) },
	{ "trust", 0, OPTION_LIST, "HOST",
	    "believe this server's Received field: a name, .suffix or network; repeatable",
	    AT(trust), .commas = true },
	{ "sealer", 0, OPTION_LIST, "DOMAIN",
	    "believe what this forwarder's ARC seal says that it saw; repeatable", AT(sealers),
	    .commas = true },
	{ "at", 0, OPTION_TEXT, "TIME",
	    "judge as of this time (RFC 3339 in UTC, or seconds since 1970)", AT(at) },
};

static const struct option output[] = {
	{ "format", 'f', OPTION_CHOICE, "text|json", "how to print", AT(format),
	    .choices = formats },
	{ "json", 'j', OPTION_FLAG, NULL, "the same as --format json", AT(json) },
	{ "authres", 0, OPTION_FLAG, NULL, "print the Authentication-Results field alone",
	    AT(authres) },
	{ "authserv-id", 0, OPTION_TEXT, "NAME", "in whose name (this machine's)",
	    AT(authserv_id) },
	{ "save", 0, OPTION_TEXT, "FILE", "keep the answers of the DNS, for --evidence", AT(save) },
	{ "verbose", 'v', OPTION_FLAG, NULL, "show what was asked; with many messages all of each",
	    AT(verbose) },
	{ "quiet", 'q', OPTION_FLAG, NULL, "the verdict alone; with many messages the summary",
	    AT(quiet) },
};

static const struct option_table what_table = { "What is known of the message", what,
	LENGTH(what) };
static const struct option_table output_table = { "Output", output, LENGTH(output) };

struct verifying {
	struct run *run;
	struct verify_options *options;
	struct verify_terms terms;
	struct error error;
	struct render_style style;
	struct collect_options collect;
	struct arena answers; /* of the case */
	struct frank_case facts;
	struct collector *collector;
	struct inbox *inbox;
	struct verify_batch *batch;
	int64_t drawn; /* when the line of progress was */
	bool ended;    /* the inbox has no more */
	bool many;     /* more than one message, or trouble beside it */
	size_t told, troubles, outcomes[MAIL_UNJUDGED + 1];
};

/* ---- output ---- */

static void put(const struct buf *out)
{
	if (out->n > 0)
		fwrite(out->p, 1, out->n, stdout);
}

static void tell_trouble(struct verifying *v)
{
	complain(STR_FMT, STR_ARG(v->error.text));
	v->error.text = (struct str){ 0 };
	v->troubles++;
}

static bool as_json(const struct verifying *v)
{
	return v->options->json || v->options->format == 1;
}

static void print_json(const struct verifying *v, const struct mail_report *r)
{
	json_t *o = mail_json(r);
	char *dumped = json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII);

	if (v->many)
		fputs(v->told > 0 ? ",\n" : "{\"messages\": [\n", stdout);
	puts(dumped);
	free(dumped);
	json_decref(o);
}

static void print_text(const struct verifying *v, const struct mail_report *r)
{
	struct buf out;

	buf_init(&out, RENDER_MAX);
	if (v->many && !v->options->verbose) {
		if (!v->options->quiet)
			mail_text_line(r, &v->style, &out);
	} else {
		if (v->many)
			mail_text_name(r, &v->style, &out);
		mail_text(r, &v->style, &out);
	}
	put(&out);
	buf_free(&out);
}

static void print_authres(const struct mail_report *r)
{
	printf(AUTHRES_FIELD ": " STR_FMT "\n", STR_ARG(r->authres));
}

static void print_one(struct verifying *v, const struct mail_report *r)
{
	if (v->options->authres)
		print_authres(r);
	else if (as_json(v))
		print_json(v, r);
	else
		print_text(v, r);
	v->outcomes[mail_outcome(r->verdict)]++;
	v->told++;
}

static void print_end(const struct verifying *v)
{
	if (!v->many || v->options->authres)
		return;
	if (as_json(v)) {
		puts(v->told > 0 ? "]}" : "{\"messages\": []}");
		return;
	}
	printf("%s%zu message%s: %zu accepted, %zu unproven, %zu failed, %zu could not be judged",
	    v->options->quiet ? "" : "\n", v->told, v->told == 1 ? "" : "s",
	    v->outcomes[MAIL_ACCEPTED], v->outcomes[MAIL_UNPROVEN], v->outcomes[MAIL_FAILED],
	    v->outcomes[MAIL_UNJUDGED]);
	if (v->troubles > 0)
		printf("; %zu could not be read", v->troubles);
	putchar('\n');
}

/* ---- the run ---- */

static bool interrupted(const struct verifying *v)
{
	return v->run->interrupted != NULL && *v->run->interrupted != 0;
}

static void read_batch(struct verifying *v)
{
	struct letter letter;

	while (!v->ended && verify_batch_count(v->batch) < VERIFY_BATCH) {
		switch (inbox_next(v->inbox, &letter, &v->error)) {
		case INBOX_END:
			v->ended = true;
			break;
		case INBOX_TROUBLE:
			tell_trouble(v);
			break;
		case INBOX_MESSAGE:
			if (!verify_batch_read(v->batch, v->inbox, &letter, &v->error))
				tell_trouble(v);
			break;
		}
	}
}

/*
 * Answers serve all messages, but not without a limit to what is kept of them; and what nobody had
 * the time to answer is asked again.
 */
static void renew_case(struct verifying *v, bool complete)
{
	struct frank_case *c = &v->facts;

	if ((c->count < FACTS_KEPT && complete) || v->options->save.n > 0 ||
	    v->options->source.evidence.n > 0)
		return;
	int64_t now = c->now;
	bool private_ok = c->private_ok;
	arena_free(&v->answers);
	v->answers = (struct arena){ 0 };
	case_init(c, &v->answers, (struct str){ 0 }, now);
	c->private_ok = private_ok;
}

/* The evidence is of the first author there is. */
static void name_case(struct verifying *v, const struct mail_report *r)
{
	if (v->facts.domain.n == 0)
		v->facts.domain = arena_str(&v->answers, r->verdict->author.domain);
}

static void verify_all(struct verifying *v)
{
	bool complete;

	while (!v->ended && !interrupted(v)) {
		read_batch(v);
		complete = verify_batch_judge(v->batch);
		if (v->collect.progress != NULL)
			progress_erase();
		v->many |= verify_batch_count(v->batch) + v->troubles > 1 || !v->ended;
		for (size_t i = 0; i < verify_batch_count(v->batch); i++) {
			const struct mail_report *r = verify_batch_report(v->batch, i);

			name_case(v, r);
			print_one(v, r);
		}
		verify_batch_clear(v->batch);
		renew_case(v, complete);
	}
	print_end(v);
}

static bool save(struct verifying *v)
{
	struct buf out;
	bool ok;

	if (v->options->save.n == 0)
		return true;
	if (v->facts.domain.n == 0)
		v->facts.domain = STR("message");
	buf_init(&out, RENDER_MAX);
	evidence_write(&v->facts, &out);
	if (buf_failed(&out))
		ok = error_set(&v->error, STR_FMT ": the evidence is larger than %zu MiB",
		    STR_ARG(v->options->save), RENDER_MAX >> 20);
	else
		ok = save_file(v->options->save, buf_str(&out), &v->error);
	buf_free(&out);
	return ok;
}

static enum exit_status status_of(const struct verifying *v)
{
	if (v->told == 0)
		return STATUS_USAGE;
	if (v->outcomes[MAIL_FAILED] > 0)
		return STATUS_FAILED;
	return v->outcomes[MAIL_UNJUDGED] + v->troubles > 0 || interrupted(v) ? STATUS_UNJUDGED
									      : STATUS_OK;
}

/* ---- before and after ---- */

static bool open_case(struct verifying *v)
{
	const struct source_options *source = &v->options->source;
	int64_t now = source->evidence.n > 0 ? 0 : (int64_t)time(NULL);

	if (v->options->at.n > 0 && !evidence_time_parse(v->options->at, &now))
		return error_set(&v->error,
		    "--at " STR_FMT ": not a time such as 2026-11-23T08:00:00Z",
		    STR_ARG(v->options->at));
	case_init(&v->facts, &v->answers, (struct str){ 0 }, now);
	v->facts.private_ok = source->allow_private || source->lab.n > 0;
	return source->evidence.n == 0 || source_read_evidence(source, &v->facts, &v->error);
}

static bool open_inbox(struct verifying *v)
{
	static const struct str standard = { "-", 1 };
	struct run *run = v->run;

	if (run->arg_count == 0 && isatty(STDIN_FILENO) == 1)
		return error_set(&v->error, "which message? For instance: frank verify mail.eml");
	v->inbox = run->arg_count == 0
		       ? inbox_new(run->arena, &standard, 1, run->interrupted)
		       : inbox_new(run->arena, run->args, run->arg_count, run->interrupted);
	return true;
}

static bool open_all(struct verifying *v)
{
	struct verify_options *o = v->options;

	if (o->authres && as_json(v))
		return error_set(&v->error, "--authres and --json exclude each other");
	if (!verify_terms_read(v->run, o, &v->terms, &v->error) || !open_inbox(v) ||
	    !source_prepare(v->run, &o->source, &v->collect, &v->error) || !open_case(v))
		return false;
	if (isatty(STDERR_FILENO) == 1 && v->run->terminal && !o->quiet) {
		v->drawn = -1000;
		v->collect.progress = progress_draw;
		v->collect.progress_context = &v->drawn;
	}
	v->collector = collect_new(v->run->arena, &v->collect, &v->error);
	if (v->collector == NULL)
		return false;
	v->batch = verify_batch_new(v->run->arena, &v->terms, v->collector, &v->facts);
	return true;
}

static void close_all(struct verifying *v)
{
	if (v->batch != NULL)
		verify_batch_free(v->batch);
	if (v->collector != NULL)
		collect_free(v->collector);
	if (v->inbox != NULL)
		inbox_free(v->inbox);
	source_finish(&v->options->source);
	arena_free(&v->answers);
}

static unsigned terminal_width(const struct run *run)
{
	struct winsize size;

	if (!run->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
		return 80;
	return size.ws_col > 100 ? 100 : size.ws_col;
}

static enum exit_status run_verify(struct run *run)
{
	struct verifying v = { .run = run,
		.options = run->options,
		.error = { .arena = run->arena },
		.style = { .color = run->color, .width = terminal_width(run) } };
	enum exit_status status = STATUS_USAGE;

	v.style.verbose = v.options->verbose;
	v.style.quiet = v.options->quiet;
	if (open_all(&v)) {
		verify_all(&v);
		status = save(&v) ? status_of(&v) : STATUS_UNJUDGED;
	}
	if (v.error.text.n > 0)
		complain(STR_FMT, STR_ARG(v.error.text));
	close_all(&v);
	return status;
}

static const struct option_table *const tables[] = { &what_table, &source_option_table,
	&output_table, NULL };

const struct verb verb_verify = {
	.name = "verify",
	.usage = "frank verify [OPTION...] [FILE|DIRECTORY|-]...",
	.summary = "is this message from whom it says it is, and why not",
	.about = "Judges messages as a receiver would: iprev, SPF, DKIM, ARC, DMARC. A FILE is a "
		 "message "
		 "or an\n"
		 "mbox, a DIRECTORY a Maildir or holds .eml files, \"-\" (or nothing) is standard "
		 "input.\n"
		 "Exit status: 0 DMARC passes, or does not apply and nothing failed; 1 something "
		 "failed;\n"
		 "2 usage; 3 could not be judged.",
	.examples =
	    "  frank verify mail.eml\n"
	    "  frank verify --ip 192.0.2.1 --helo mail.example.org --mail-from ann@example.org -\n"
	    "  frank verify --trust mx.example.com ~/Maildir\n"
	    "  frank verify --authres --authserv-id mx.example.com < mail.eml\n"
	    "  frank verify --json --at 2026-11-23T08:00:00Z mail.eml\n",
	.tables = tables,
	.options_size = sizeof(struct verify_options),
	.run = run_verify,
};
