/* desk_finish - a finished report: rendered once, packed, and put into the store. */
#include <time.h>

#include "evidence/file.h"
#include "frank_config.h"
#include "serve/desk_job.h"
#include "serve/pack.h"
#include "serve/since.h"

static struct str subject_of(struct desk_job *job)
{
	const struct message_field *f;

	if (job->post == NULL)
		return (struct str){ 0 };
	f = message_field(&job->post->message, STR("Subject"), 0);
	return f == NULL ? (struct str){ 0 } : str_slice(str_trim(f->value), 0, 500);
}

static void fill_report(struct desk_job *job, struct report *out)
{
	*out = (struct report){ .arena = &job->arena,
		.facts = &job->facts,
		.domain = job->facts.domain,
		.summary = audit_summary(job->audit),
		.post = job->post,
		.cut_short = !job->complete };
	out->findings = audit_findings(job->audit, &out->count);
	out->receivers = receivers_judge(&job->arena, out->findings, out->count);
}

/* The one before, when there is one that left marks. */
static const struct page_since *since_before(
    struct desk_job *job, const struct report *r, struct page_since *since)
{
	struct store *store = job->desk->options->store;
	struct store_report before, self = job->report;
	struct str marks;

	self.domain = r->domain;
	if (!store_report_before(store, &job->arena, &self, &before, &job->error) ||
	    !store_report_part(store, &job->arena, before.id, STORE_MARKS, &marks, &job->error))
		return NULL;
	since_compare(&job->arena, marks, r->findings, r->count, since);
	since->token = arena_str(&job->arena, str_of(before.token.text));
	since->finished = before.finished;
	return since;
}

typedef void writer(struct desk_job *, const struct report *, struct buf *);

static void write_evidence(struct desk_job *job, const struct report *r, struct buf *out)
{
	(void)r;
	evidence_write(&job->facts, out);
}

static void write_json(struct desk_job *job, const struct report *r, struct buf *out)
{
	static const struct render_style style = { 0 };

	(void)job;
	render_json(r, 1, &style, out);
}

static void write_page(struct desk_job *job, const struct report *r, struct buf *out)
{
	const struct page_site *site = job->desk->options->site;
	struct str token = str_of(job->report.token.text);
	struct page_since since;
	const struct page_since *before = since_before(job, r, &since);

	if (job->post != NULL)
		page_message(site, token, r, before, out);
	else
		page_audit(site, token, r, before, out);
}

/* {0} when it would be too large. */
static struct str packed(struct desk_job *job, const struct report *r, writer *write)
{
	struct str out = { 0 };
	struct buf text;

	buf_init(&text, RENDER_MAX);
	write(job, r, &text);
	if (!buf_failed(&text))
		out = pack_gzip(&job->arena, buf_str(&text));
	buf_free(&text);
	return out;
}

static void log_done(const struct desk_job *job, const struct store_result *result)
{
	const struct desk_options *o = job->desk->options;

	log_event(o->log, LOG_LEVEL_INFO, "desk",
	    job->post != NULL ? "message judged" : "domain audited",
	    LOG_STR("domain", result->domain), LOG_INT("critical", result->counts.critical),
	    LOG_INT("major", result->counts.major), LOG_INT("minor", result->counts.minor),
	    LOG_INT("facts", (int64_t)job->facts.count), LOG_INT("ms", collect_ms(job->collector)),
	    LOG_INT("report", job->report.id));
	if (job->post != NULL)
		metrics_add(o->metrics, METRIC_LETTERS_JUDGED, 1);
}

void desk_job_finish(struct desk_job *job)
{
	const struct desk_options *o = job->desk->options;
	struct store_result result;
	struct report r;

	if (job->post != NULL && !post_judge(job->post)) {
		desk_job_fail(job, STR("the message could not be judged"));
		return;
	}
	fill_report(job, &r);
	result = (struct store_result){ .state = STORE_DONE,
		.domain = r.domain,
		.subject = subject_of(job),
		.finished = (int64_t)time(NULL),
		.counts = { r.summary.critical, r.summary.major, r.summary.minor, r.summary.passed,
		    r.summary.unknown },
		.evidence = packed(job, &r, write_evidence),
		.json = packed(job, &r, write_json),
		.page = packed(job, &r, write_page),
		.marks = since_marks(&job->arena, r.findings, r.count),
		.version = STR(FRANK_VERSION) };
	if (!store_report_finish(o->store, job->report.id, &result, &job->error)) {
		log_event(o->log, LOG_LEVEL_ERROR, "desk", "the report could not be kept",
		    LOG_STR("error", job->error.text), LOG_INT("report", job->report.id));
		return;
	}
	log_done(job, &result);
	if (job->post != NULL && o->judged != NULL)
		o->judged(o->context, &r, &job->report);
}

void desk_job_fail(struct desk_job *job, struct str why)
{
	const struct desk_options *o = job->desk->options;
	const struct store_result result = { .state = STORE_FAILED,
		.domain = job->report.domain,
		.subject = why,
		.finished = (int64_t)time(NULL) };
	struct error ignored = { .arena = &job->arena };

	log_event(o->log, LOG_LEVEL_ERROR, "desk", "a report could not be made",
	    LOG_STR("error", why), LOG_INT("report", job->report.id));
	store_report_finish(o->store, job->report.id, &result, &ignored);
}
