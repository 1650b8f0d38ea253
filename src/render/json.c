/* json - the promised keys (design), one object for one domain, {"domains": [...]} for several. */
#include <stdlib.h>

#include "render/json_value.h"
#include "render/mail_report.h"
#include "render/timing.h"

static json_t *fix_json(const struct fix *f)
{
	static const char *const actions[] = {
		[FIX_ADD] = "add",
		[FIX_REPLACE] = "replace",
		[FIX_REMOVE] = "remove",
		[FIX_LINE] = "line",
		[FIX_ASK] = "ask",
	};
	json_t *o = json_pack("{s:s}", "action", actions[f->kind]);

	if (f->name.n > 0)
		json_object_set_new(o, f->kind == FIX_LINE ? "file" : "name", json_text(f->name));
	if (f->type.n > 0)
		json_object_set_new(o, "type", json_text(f->type));
	if (f->value.n > 0)
		json_object_set_new(o, "value", json_text(f->value));
	if (f->old.n > 0)
		json_object_set_new(o, "old", json_text(f->old));
	return o;
}

static json_t *references_json(const char *references)
{
	struct str rest = str_of(references);
	json_t *list = json_array();

	while (rest.n > 0)
		json_array_append_new(list, json_text(str_trim(str_cut(&rest, ';'))));
	return list;
}

static json_t *finding_json(const struct finding *f)
{
	json_t *fixes = json_array(), *evidence = json_array();

	for (const struct fix *fix = f->fixes; fix != NULL; fix = fix->next)
		json_array_append_new(fixes, fix_json(fix));
	for (size_t i = 0; i < f->evidence_count; i++)
		json_array_append_new(evidence, json_integer((json_int_t)f->evidence[i]));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "check", f->check->id,
	    "verdict", verdict_name(f->verdict), "severity", severity_name(f->severity), "subject",
	    json_text(f->subject), "says", json_text(f->says), "why", json_text(f->why), "fix",
	    fixes, "evidence", evidence, "references", references_json(f->check->references));
}

static json_t *row_json(const struct receiver_row *row)
{
	const struct requirement *q = row->requirement;
	json_t *o = json_pack("{s:s, s:s, s:s}", "requirement", q->text, "for",
	    q->level == LEVEL_ALL ? "all" : "bulk", "state", requirement_state_name(row->state));

	if (row->state == REQUIREMENT_NOT_MET && q->code != NULL)
		json_object_set_new(o, "code", json_string(q->code));
	if (row->state == REQUIREMENT_NOT_MET && q->answer != NULL)
		json_object_set_new(o, "answer", json_string(q->answer));
	if (row->finding != SIZE_MAX)
		json_object_set_new(o, "finding", json_integer((json_int_t)row->finding));
	return o;
}

static json_t *receivers_json(const struct receiver_verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; v != NULL && i < receiver_count; i++) {
		json_t *rows = json_array();

		for (size_t k = 0; k < v[i].count; k++)
			json_array_append_new(rows, row_json(&v[i].rows[k]));
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "receiver",
			      v[i].receiver->name, "accepted", acceptance_name(v[i].all), "bulk",
			      acceptance_name(v[i].bulk), "source", v[i].receiver->source, "date",
			      v[i].receiver->date, "requirements", rows));
	}
	return list;
}

/* The questions that the audit had to wait for, in order. */
static json_t *timing_json(const struct report *r)
{
	const struct fact *chain[TIMING_MAX];
	size_t n = timing_path(r->facts, chain);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    list, json_pack("{s:I, s:I, s:o}", "at", (json_int_t)chain[i]->asked_ms, "ms",
			      (json_int_t)(chain[i]->answered_ms - chain[i]->asked_ms), "see",
			      json_text(replay_line(r->arena, chain[i]))));
	return list;
}

/* The object of frank verify. */
static json_t *message_json(const struct report *r)
{
	struct mail_report mail;

	mail_report_of_post(r->arena, r->post, &mail);
	return mail_json(&mail);
}

static json_t *report_json(const struct report *r, const struct render_style *style)
{
	json_t *findings = json_array(), *o;

	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(findings, finding_json(&r->findings[i]));
	o = json_pack("{s:o, s:{s:i, s:i, s:i, s:i, s:i}, s:o, s:o}", "domain",
	    json_text(r->domain), "summary", "critical", (int)r->summary.critical, "major",
	    (int)r->summary.major, "minor", (int)r->summary.minor, "passed", (int)r->summary.passed,
	    "unknown", (int)r->summary.unknown, "findings", findings, "receivers",
	    receivers_json(r->receivers));
	if (r->post != NULL)
		json_object_set_new(o, "message", message_json(r));
	if (r->saved.n > 0)
		json_object_set_new(o, "evidence", json_text(r->saved));
	if (r->cut_short)
		json_object_set_new(o, "cut_short", json_true());
	if (style->timing)
		json_object_set_new(o, "timing", timing_json(r));
	return o;
}

void render_json(
    const struct report *reports, size_t count, const struct render_style *style, struct buf *out)
{
	json_t *root = count == 1 ? report_json(&reports[0], style) : json_object(),
	       *list = json_array();

	for (size_t i = 0; count > 1 && i < count; i++)
		json_array_append_new(list, report_json(&reports[i], style));
	if (count > 1)
		json_object_set(root, "domains", list);
	char *dumped = json_dumps(root, JSON_INDENT(1));
	buf_add(out, str_of(dumped));
	buf_addc(out, '\n');
	free(dumped);
	json_decref(list);
	json_decref(root);
}
