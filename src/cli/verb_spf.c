/* verb_spf - `frank spf`: one evaluation of RFC 7208, and its trace. */
#include <stdlib.h>
#include <time.h>

#include "auth/spf.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "render/escape.h"
#include "render/json_value.h"
#include "wire/domain.h"

struct spf_options {
	struct source_options source; /* first */
	struct str ip, helo, mail_from;
	bool trace, json;
	int format;
};

#define AT(member) offsetof(struct spf_options, member)

static const char *const formats[] = { "text", "json", NULL };

static const struct option what[] = {
	{ "ip", 'i', OPTION_TEXT, "ADDRESS", "of the client that sends", AT(ip) },
	{ "helo", 'H', OPTION_TEXT, "NAME", "what it says in EHLO", AT(helo) },
	{ "mail-from", 'm', OPTION_TEXT, "ADDRESS", "the envelope sender; empty: postmaster@HELO",
	    AT(mail_from) },
	{ "trace", 'T', OPTION_FLAG, NULL,
	    "draw the tree of terms, with the lookups where they occur", AT(trace) },
	{ "format", 'f', OPTION_CHOICE, "text|json", "how to print", AT(format),
	    .choices = formats },
	{ "json", 'j', OPTION_FLAG, NULL, "the same as --format json", AT(json) },
};

static const struct option_table table = { "What to evaluate", what, LENGTH(what) };

struct evaluation {
	struct frank_case facts;
	struct arena *arena;
	struct spf_query query;
	struct spf_report report;
};

static void step(void *context)
{
	struct evaluation *e = context;

	e->report = spf_check(&e->facts.source, e->arena, &e->query);
	e->report.reason = spf_reason(e->arena, &e->query, &e->report);
}

/* ---- text ---- */

struct drawing {
	struct buf *out;
	bool lines; /* box-drawing characters */
};

static const char *const outcomes[] = {
	[SPF_NO_MATCH] = "no match",
	[SPF_MATCHED] = "match",
	[SPF_STOPPED] = "ends here",
	[SPF_NOT_REACHED] = "not reached",
};

static void draw_node(
    struct drawing *d, const struct spf_node *n, struct str margin, struct arena *a)
{
	bool last = n->next == NULL;
	const char *branch = !d->lines ? "|- " : last ? "└─ " : "├─ ";
	const char *down = last ? "   " : d->lines ? "│  " : "|  ";

	buf_addf(d->out, STR_FMT "%s", STR_ARG(margin), branch);
	escape_text(d->out, n->term->text, false);
	buf_addf(d->out, "  %s", outcomes[n->outcome]);
	if (n->lookups > 0)
		buf_addf(d->out, "  [lookup, %u so far]", n->lookups_so_far);
	if (n->is_void)
		buf_add(d->out, STR("  [found nothing]"));
	if (n->target.n > 0 && n->term->macros) {
		buf_add(d->out, STR("  asked for "));
		escape_text(d->out, n->target, false);
	}
	if (n->note.n > 0 && n->children == NULL) {
		buf_add(d->out, STR("  "));
		escape_text(d->out, n->note, false);
	}
	buf_addc(d->out, '\n');
	struct str deeper = arena_fmt(a, STR_FMT "%s", STR_ARG(margin), down);
	for (const struct spf_node *child = n->children; child != NULL; child = child->next)
		draw_node(d, child, deeper, a);
}

static void add_limits(struct buf *out, const struct spf_report *r)
{
	if (r->lookups > SPF_MAX_LOOKUPS)
		buf_addf(
		    out, "needs at least %u lookups; the limit is %u", r->lookups, SPF_MAX_LOOKUPS);
	else
		buf_addf(out, "%u of %u lookups", r->lookups, SPF_MAX_LOOKUPS);
	if (r->voids > SPF_MAX_VOIDS)
		buf_addf(
		    out, "; at least %u found nothing; the limit is %u\n", r->voids, SPF_MAX_VOIDS);
	else
		buf_addf(out, ", %u of %u that found nothing\n", r->voids, SPF_MAX_VOIDS);
}

static void print_text(struct run *run, const struct spf_options *o, const struct evaluation *e)
{
	const struct spf_report *r = &e->report;
	struct buf out;
	struct drawing d = { &out, run->unicode };

	buf_init(&out, 1 << 20);
	buf_addf(&out, "%s: ", spf_result_name(r->result));
	escape_text(&out, r->reason, false);
	buf_addc(&out, '\n');
	add_limits(&out, r);
	if (r->explanation.n > 0) {
		buf_add(&out, STR("The domain explains: "));
		escape_text(&out, r->explanation, false);
		buf_addc(&out, '\n');
	}
	if (o->trace) {
		escape_text(&out, r->domain, false);
		buf_add(&out, STR("  "));
		escape_text(&out, r->record, false);
		buf_addc(&out, '\n');
		for (const struct spf_node *n = r->trace; n != NULL; n = n->next)
			draw_node(&d, n, STR(""), run->arena);
	}
	fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
}

/* ---- JSON ---- */

static void print_json(const struct spf_report *r)
{
	json_t *o = json_spf(r);
	char *dumped = json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII);

	puts(dumped);
	free(dumped);
	json_decref(o);
}

/* ---- the run ---- */

static enum exit_status status_of(enum spf_result r)
{
	switch (r) {
	case SPF_PASS:
	case SPF_NEUTRAL:
	case SPF_NONE:
		return STATUS_OK;
	case SPF_PENDING:
	case SPF_TEMPERROR:
		return STATUS_UNJUDGED;
	default:
		return STATUS_FAILED;
	}
}

static bool read_query(
    struct run *run, const struct spf_options *o, struct spf_query *q, struct error *e)
{
	*q = (struct spf_query){ .helo = o->helo,
		.mail_from = o->mail_from,
		.trace = true,
		.now = (int64_t)time(NULL) };
	if (o->ip.n == 0)
		return error_set(e, "whose address? For instance: frank spf --ip 192.0.2.1 "
				    "--mail-from a@example.com");
	if (!ip_parse(o->ip, &q->ip))
		return error_set(e, "--ip " STR_FMT ": not an address", STR_ARG(o->ip));
	if (run->arg_count > 1)
		return error_set(e, "one domain at a time");
	if (run->arg_count == 1)
		return domain_from_user(run->arena, run->args[0], &q->domain, e);
	if (o->mail_from.n == 0 && o->helo.n == 0)
		return error_set(e, "which domain? Give --mail-from, --helo or the domain");
	return true;
}

static bool evaluate(const struct spf_options *o, struct evaluation *e, struct collect_options *c,
    struct error *error)
{
	struct arena arena = { 0 };
	struct job job = { .facts = &e->facts, .step = step, .context = e };
	struct collector *collector;

	if (o->source.evidence.n > 0 && !source_read_evidence(&o->source, &e->facts, error))
		return false;
	if (e->query.domain.n == 0 && e->facts.domain.n == 0)
		e->facts.domain = STR("spf");
	collector = collect_new(&arena, c, error);
	if (collector != NULL) {
		collect_run(collector, &job, 1);
		collect_free(collector);
	}
	arena_free(&arena);
	return collector != NULL;
}

static enum exit_status run_spf(struct run *run)
{
	struct spf_options *o = run->options;
	struct error error = { .arena = run->arena };
	struct evaluation e = { .arena = run->arena };
	struct collect_options collect;

	case_init(&e.facts, run->arena, (struct str){ 0 }, (int64_t)time(NULL));
	if (!read_query(run, o, &e.query, &error) ||
	    !source_prepare(run, &o->source, &collect, &error) ||
	    !evaluate(o, &e, &collect, &error)) {
		complain(STR_FMT, STR_ARG(error.text));
		source_finish(&o->source);
		return STATUS_USAGE;
	}
	source_finish(&o->source);
	if (e.report.result == SPF_PENDING) /* the time was up in the middle of a chain */
		e.report.result = SPF_TEMPERROR;
	if (o->json || o->format == 1)
		print_json(&e.report);
	else
		print_text(run, o, &e);
	return status_of(e.report.result);
}

static const struct option_table *const tables[] = { &table, &source_option_table, NULL };

const struct verb verb_spf = {
	.name = "spf",
	.usage = "frank spf --ip ADDRESS [--helo NAME] [--mail-from ADDRESS] [DOMAIN]",
	.summary = "evaluate SPF for one client (RFC 7208), with a trace",
	.about = "Says whether the domain's policy permits the client, by which term, and how much "
		 "of the\n"
		 "limits that took. Exit status: 0 pass, neutral or none; 1 fail, softfail or "
		 "permerror;\n"
		 "2 usage; 3 temperror.",
	.examples = "  frank spf --ip 192.0.2.1 --mail-from joe@example.com --trace\n"
		    "  frank spf --ip 2001:db8::1 --zone example.com.zone --offline example.com\n",
	.tables = tables,
	.options_size = sizeof(struct spf_options),
	.run = run_spf,
};
