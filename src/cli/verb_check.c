/* verb_check - `frank check`: audits of one domain or many, side by side. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/domain_list.h"
#include "cli/profile.h"
#include "cli/progress.h"
#include "cli/save.h"
#include "cli/source.h"
#include "cli/suggest.h"
#include "cli/verbs.h"
#include "evidence/file.h"
#include "render/render.h"
#include "wire/domain.h"

#define MAX_PROFILE ((size_t)1 << 20)

struct check_options {
	struct source_options source; /* first */
	struct list selectors, addresses, only, skip;
	struct str save, profile, at;
	int format;
	bool json, here, intrusive, timing, verbose, quiet;
};

#define AT(member) offsetof(struct check_options, member)

static const char *const formats[] = { "text", "json", "html", "markdown", "junit", "nagios",
	NULL };

static const struct option what[] = {
	{ "selector", 's', OPTION_LIST, "NAME",
	    "DKIM selector in use; repeatable (else common ones are tried)", AT(selectors),
	    .commas = true },
	{ "ip", 'i', OPTION_LIST, "ADDRESS", "a further address that sends mail; repeatable",
	    AT(addresses), .commas = true },
	{ "only", 'o', OPTION_LIST, "CHECK|TOPIC", "only these checks; repeatable", AT(only),
	    .commas = true },
	{ "skip", 0, OPTION_LIST, "CHECK|TOPIC", "all but these checks; repeatable", AT(skip),
	    .commas = true },
	{ "here", 0, OPTION_FLAG, NULL, "this is the mail server: look at its own settings too",
	    AT(here) },
	{ "intrusive", 0, OPTION_FLAG, NULL,
	    "also what a server may take amiss: a message to postmaster", AT(intrusive) },
	{ "profile", 'p', OPTION_TEXT, "FILE",
	    "severities of your own: lines CHECK SEVERITY [counts]", AT(profile) },
	{ "at", 0, OPTION_TEXT, "TIME",
	    "judge as of this time (RFC 3339 in UTC, or seconds since 1970)", AT(at) },
};

static const struct option output[] = {
	{ "format", 'f', OPTION_CHOICE, "text|json|html|markdown|junit|nagios", "how to print",
	    AT(format), .choices = formats },
	{ "json", 'j', OPTION_FLAG, NULL, "the same as --format json", AT(json) },
	{ "save", 0, OPTION_TEXT, "FILE",
	    "keep the evidence, for --evidence or a question to others", AT(save) },
	{ "timing", 0, OPTION_FLAG, NULL, "show the chain of questions that took the time",
	    AT(timing) },
	{ "verbose", 'v', OPTION_FLAG, NULL, "show what passed too", AT(verbose) },
	{ "quiet", 'q', OPTION_FLAG, NULL, "text: the verdict alone; and no progress line",
	    AT(quiet) },
};

static const struct option_table what_table = { "What to audit", what, LENGTH(what) };
static const struct option_table output_table = { "Output", output, LENGTH(output) };

/* One domain on its way. */
struct one {
	struct arena arena;
	struct frank_case facts;
	struct audit_options options;
	struct audit *audit;
};

struct checking {
	struct run *run;
	struct check_options *options;
	struct error error;
	struct domain_list domains;
	struct one *all;
	struct collect_options collect;
	struct str profile; /* its text */
	bool complete;
};

/* ---- what was typed ---- */

static bool gather_domains(struct checking *k)
{
	struct domain_list *d = &k->domains;

	if (!domain_list_read(k->run, d, &k->error))
		return false;
	if (d->count == 0 && k->options->source.evidence.n > 0)
		arena_push(k->run->arena, d->items, d->count, struct str, (struct str){ 0 });
	if (d->count == 0)
		return error_set(&k->error, "which domain? For instance: frank check example.com");
	if (d->count > 1 && (k->options->source.evidence.n > 0 || k->options->save.n > 0))
		return error_set(&k->error, "--save and --evidence are for one domain");
	return true;
}

static bool checks_exist(struct checking *k, const struct list *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (!is_check_or_topic(words->items[i]))
			return suggest_check(&k->error, words->items[i]);
	return true;
}

static bool read_addresses(
    struct checking *k, const struct str *texts, size_t count, struct audit_options *out)
{
	out->addresses = arena_array(k->run->arena, struct ip, count);
	for (out->address_count = 0; out->address_count < count; out->address_count++)
		if (!ip_parse(texts[out->address_count], &out->addresses[out->address_count]))
			return error_set(&k->error, "--ip " STR_FMT ": not an address",
			    STR_ARG(texts[out->address_count]));
	return true;
}

/* That of the command line, else the scenario's. */
static bool read_profile(struct checking *k)
{
	struct str name = k->options->profile;

	if (name.n == 0 && k->options->source.running != NULL)
		k->profile = k->options->source.running->scenario.profile;
	return name.n == 0 ||
	       source_read_file(k->run->arena, name, MAX_PROFILE, &k->profile, &k->error);
}

/* The terms of the audit: the options, else what the evidence was taken under. */
static bool settle_terms(struct checking *k, struct one *o)
{
	const struct list *selectors = &k->options->selectors, *addresses = &k->options->addresses;
	const struct lab *lab = k->options->source.running;
	struct case_terms *t = &o->facts.terms;
	const char *name = k->options->profile.n > 0
			       ? arena_str(k->run->arena, k->options->profile).p
			       : "the profile";

	if (selectors->count > 0) {
		t->selectors = selectors->items;
		t->selector_count = selectors->count;
	} else if (lab != NULL) {
		t->selectors = lab->scenario.selectors;
		t->selector_count = lab->scenario.selector_count;
	}
	if (addresses->count > 0) {
		t->addresses = addresses->items;
		t->address_count = addresses->count;
	}
	if (k->profile.n > 0 || k->options->profile.n > 0)
		t->profile = k->profile;
	o->options.selectors = t->selectors;
	o->options.selector_count = t->selector_count;
	return read_addresses(k, t->addresses, t->address_count, &o->options) &&
	       profile_parse(k->run->arena, t->profile, name, &o->options, &k->error);
}

static bool read_options(struct checking *k, struct audit_options *out)
{
	const struct check_options *o = k->options;

	*out = (struct audit_options){ .only = o->only.items,
		.only_count = o->only.count,
		.skip = o->skip.items,
		.skip_count = o->skip.count,
		.here = o->here,
		.intrusive = o->intrusive,
		.no_ipv4 = o->source.ipv6_only,
		.no_ipv6 = o->source.ipv4_only };
	return checks_exist(k, &o->only) && checks_exist(k, &o->skip) && read_profile(k);
}

/* ---- running ---- */

static void step(void *context)
{
	audit_step(((struct one *)context)->audit);
}

static bool begin(
    struct checking *k, struct one *o, struct str domain, const struct audit_options *options)
{
	int64_t now = k->options->source.evidence.n > 0 ? 0 : (int64_t)time(NULL);

	if (k->options->at.n > 0 && !evidence_time_parse(k->options->at, &now))
		return error_set(&k->error,
		    "--at " STR_FMT ": not a time such as 2026-11-23T08:00:00Z",
		    STR_ARG(k->options->at));
	o->options = *options;
	case_init(&o->facts, &o->arena, domain, now);
	if (k->options->source.evidence.n > 0 &&
	    !source_read_evidence(&k->options->source, &o->facts, &k->error))
		return false;
	if (o->facts.domain.n == 0)
		return error_set(&k->error, "which domain? The evidence file names none");
	if (!settle_terms(k, o))
		return false;
	if (o->facts.terms.domain.n > 0 && !domain_eq(o->facts.domain, o->facts.terms.domain))
		complain("the evidence is of " STR_FMT "; of " STR_FMT
			 " it holds what that audit happened to ask, and the rest counts as absent",
		    STR_ARG(o->facts.terms.domain), STR_ARG(o->facts.domain));
	o->facts.private_ok |= k->options->source.allow_private || k->options->source.lab.n > 0;
	o->audit = audit_new(&o->facts, &o->options);
	return true;
}

static bool collect_all(struct checking *k)
{
	struct job *jobs = arena_array(k->run->arena, struct job, k->domains.count);
	struct arena arena = { 0 };
	int64_t drawn = -1000;
	struct collector *c;
	bool draw = isatty(STDERR_FILENO) == 1 && k->run->terminal && !k->options->quiet;

	if (draw) {
		k->collect.progress = progress_draw;
		k->collect.progress_context = &drawn;
	}
	c = collect_new(&arena, &k->collect, &k->error);
	if (c == NULL) {
		arena_free(&arena);
		return false;
	}
	for (size_t i = 0; i < k->domains.count; i++)
		jobs[i] =
		    (struct job){ .facts = &k->all[i].facts, .step = step, .context = &k->all[i] };
	k->complete = collect_run(c, jobs, k->domains.count);
	for (size_t i = 0; i < k->domains.count; i++)
		audit_finish(k->all[i].audit);
	collect_free(c);
	arena_free(&arena);
	if (draw)
		progress_erase();
	return true;
}

/* ---- the report ---- */

static void fill_report(struct checking *k, struct one *o, struct report *out)
{
	*out = (struct report){ .arena = &o->arena,
		.facts = &o->facts,
		.domain = o->facts.domain,
		.summary = audit_summary(o->audit),
		.saved = k->options->save,
		.cut_short = !k->complete,
		.selectors_given = o->options.selector_count > 0,
		.partial = k->options->only.count + k->options->skip.count > 0 };
	out->findings = audit_findings(o->audit, &out->count);
	if (k->options->only.count == 0)
		out->receivers = receivers_judge(&o->arena, out->findings, out->count);
}

static unsigned terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
		return 80;
	return size.ws_col > 100 ? 100 : size.ws_col;
}

static int status_of(const struct report *reports, size_t count, bool nagios)
{
	int status = 0;

	if (nagios)
		return nagios_status(reports, count);
	for (size_t i = 0; i < count; i++) {
		int one = report_status(&reports[i]);

		if (one == 1 || (one == 3 && status == 0))
			status = one;
	}
	return status;
}

static enum exit_status print_reports(struct checking *k)
{
	struct render_style style = { .color = k->run->color,
		.width = k->run->terminal ? terminal_width() : 80,
		.verbose = k->options->verbose,
		.quiet = k->options->quiet,
		.timing = k->options->timing };
	struct report *reports = arena_array(k->run->arena, struct report, k->domains.count);
	const struct renderer *renderer = &renderers[k->options->json ? 1 : k->options->format];
	struct buf out;

	for (size_t i = 0; i < k->domains.count; i++)
		fill_report(k, &k->all[i], &reports[i]);
	buf_init(&out, RENDER_MAX);
	renderer->render(reports, k->domains.count, &style, &out);
	if (buf_failed(&out))
		complain("the report is larger than %zu MiB: it is cut; --only makes it smaller",
		    RENDER_MAX >> 20);
	else if (out.n > 0)
		fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
	return (enum exit_status)status_of(
	    reports, k->domains.count, str_eq(str_of(renderer->name), STR("nagios")));
}

static bool save(struct checking *k)
{
	struct buf out;
	bool ok;

	if (k->options->save.n == 0)
		return true;
	buf_init(&out, RENDER_MAX);
	evidence_write(&k->all[0].facts, &out);
	if (buf_failed(&out))
		ok = error_set(&k->error, STR_FMT ": the evidence is larger than %zu MiB",
		    STR_ARG(k->options->save), RENDER_MAX >> 20);
	else
		ok = save_file(k->options->save, buf_str(&out), &k->error);
	buf_free(&out);
	return ok;
}

/* What is sent, and to whom, is said before it is. */
static void announce(const struct checking *k, const struct audit_options *options)
{
	const struct source_options *source = &k->options->source;

	if (!options->intrusive || !audit_wants(check_find(STR("smtp.smuggling")), options) ||
	    source->evidence.n > 0 || source->offline)
		return;
	for (size_t i = 0; i < k->domains.count; i++)
		complain(
		    "--intrusive: smtp.smuggling sends one message, from <> to postmaster@" STR_FMT
		    ", through each mail host of that domain (subject: Test of this mail server "
		    "for SMTP smuggling)",
		    STR_ARG(k->domains.items[i]));
}

static enum exit_status audit_all(struct checking *k, const struct audit_options *options)
{
	enum exit_status status;
	bool saved;

	for (size_t i = 0; i < k->domains.count; i++)
		if (!begin(k, &k->all[i], k->domains.items[i], options))
			return STATUS_USAGE;
	if (!collect_all(k))
		return STATUS_USAGE;
	/* What was seen is told even when it could not be kept. */
	saved = save(k);
	if (!saved)
		k->options->save = (struct str){ 0 };
	status = print_reports(k);
	return saved ? status : STATUS_UNJUDGED;
}

static enum exit_status run_check(struct run *run)
{
	struct checking k = {
		.run = run, .options = run->options, .error = { .arena = run->arena }
	};
	struct audit_options options;
	enum exit_status status = STATUS_USAGE;

	if (gather_domains(&k) && source_prepare(run, &k.options->source, &k.collect, &k.error) &&
	    read_options(&k, &options)) {
		announce(&k, &options);
		k.all = arena_array(run->arena, struct one, k.domains.count);
		status = audit_all(&k, &options);
	}
	source_finish(&k.options->source);
	if (k.error.text.n > 0)
		complain(STR_FMT, STR_ARG(k.error.text));
	for (size_t i = 0; k.all != NULL && i < k.domains.count; i++)
		arena_free(&k.all[i].arena);
	return status;
}

static const struct option_table *const tables[] = { &what_table, &source_option_table,
	&output_table, NULL };

const struct verb verb_check = {
	.name = "check",
	.usage = "frank check [OPTION...] DOMAIN...",
	.summary = "will mail of this domain arrive, why not, and what to change",
	.about =
	    "Audits a mail domain and its servers from outside: DNS, reverse DNS, SMTP, IMAP, "
	    "POP3,\n"
	    "TLS, SPF, DKIM, DMARC, MTA-STS, DANE, lists. \"-\" reads domains from standard "
	    "input.\n"
	    "Exit status: 0 nothing failed, 1 something failed, 2 usage, 3 could not be judged.",
	.examples =
	    "  frank check example.com\n"
	    "  frank check -s mail2026 --ip 192.0.2.25 example.com\n"
	    "  frank check --zone example.com.zone example.com     before it is published\n"
	    "  frank check --save audit.json example.com; frank check --evidence audit.json\n"
	    "  sudo frank check --here example.com                 on the mail server itself\n",
	.tables = tables,
	.options_size = sizeof(struct check_options),
	.run = run_check,
};
