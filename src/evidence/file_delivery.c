/*
 * file_delivery - a message and how it was brought, as JSON: "message" of an evidence file, and
 * what the store keeps beside the bytes.
 */
#include "evidence/file_delivery.h"

#include "evidence/file.h"
#include "evidence/file_fields.h"

/* ---- writing ---- */

static json_t *rules_json(struct arena *a, const struct foreign_verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->rule_count; i++) {
		json_t *o = json_object();

		file_set_text(a, o, "name", v->rules[i].name);
		file_set_text(a, o, "text", v->rules[i].text);
		json_object_set_new(o, "score", json_real(v->rules[i].score));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *foreign_json(struct arena *a, const struct delivery *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->foreign_count; i++) {
		const struct foreign_verdict *v = &d->foreign[i];
		json_t *o = json_object();

		file_set_text(a, o, "program", v->program);
		file_set_text(a, o, "error", v->error);
		json_object_set_new(o, "score", json_real(v->score));
		json_object_set_new(o, "required", json_real(v->required));
		json_object_set_new(o, "rules", rules_json(a, v));
		json_array_append_new(list, o);
	}
	return list;
}

static void set_envelope(struct arena *a, json_t *o, const struct delivery *d)
{
	json_t *recipients = json_array();

	if (!d->envelope) {
		json_decref(recipients);
		return;
	}
	for (size_t i = 0; i < d->recipient_count; i++)
		json_array_append_new(recipients, file_text_json(a, d->recipients[i]));
	json_object_set_new(o, "mail_from", file_text_json(a, d->mail_from));
	json_object_set_new(o, "recipients", recipients);
}

json_t *delivery_json(struct arena *a, const struct delivery *d, bool bytes)
{
	json_t *o = json_object();

	if (d->client.family != IP_NONE)
		file_set_text(a, o, "client", ip_write(a, d->client));
	file_set_number(o, "port", d->port > 0 ? d->port : -1);
	file_set_text(a, o, "server", d->server);
	file_set_text(a, o, "helo", d->helo);
	file_set_flag(o, "esmtp", d->esmtp);
	set_envelope(a, o, d);
	file_set_flag(o, "smtputf8", d->smtputf8);
	file_set_flag(o, "eight_bit", d->eight_bit);
	file_set_flag(o, "binary", d->binary);
	file_set_flag(o, "chunked", d->chunked);
	file_set_number(o, "size", d->size);
	file_set_flag(o, "early_talk", d->early_talk);
	file_set_flag(o, "pipelined", d->pipelined);
	file_set_flag(o, "bare_lf", d->bare_lf);
	file_set_flag(o, "bare_cr", d->bare_cr);
	json_object_set_new(o, "tls", file_tls_json(a, &d->tls));
	file_set_flag(o, "client_certificate", d->client_certificate);
	file_set_text(a, o, "sni", d->sni);
	json_object_set_new(o, "transcript", file_lines_json(a, d->lines, d->line_count));
	file_set_flag(o, "transcript_cut", d->lines_cut);
	file_set_text(a, o, "received", evidence_time_write(a, d->received));
	if (bytes)
		json_object_set_new(o, "bytes", file_text_json(a, d->bytes));
	if (d->foreign_count > 0)
		json_object_set_new(o, "foreign", foreign_json(a, d));
	return o;
}

/* ---- reading ---- */

static double real_of(struct file_reader *r, const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	if (value != NULL && !json_is_number(value))
		file_fault(r, "message.foreign", "has a score that is no number");
	return json_number_value(value);
}

static void read_rules(struct file_reader *r, const json_t *list, struct foreign_verdict *v)
{
	v->rule_count = json_array_size(list);
	if (v->rule_count > DELIVERY_MAX_RULES)
		v->rule_count = DELIVERY_MAX_RULES;
	v->rules = arena_array(r->arena, struct foreign_rule, v->rule_count);
	for (size_t i = 0; i < v->rule_count; i++) {
		const json_t *o = json_array_get(list, i);

		v->rules[i] = (struct foreign_rule){ .name = file_text(r, o, "name"),
			.text = file_text(r, o, "text"),
			.score = real_of(r, o, "score") };
	}
}

static void read_foreign(struct file_reader *r, const json_t *list, struct delivery *d)
{
	d->foreign_count = json_array_size(list);
	d->foreign = arena_array(r->arena, struct foreign_verdict, d->foreign_count);
	for (size_t i = 0; i < d->foreign_count; i++) {
		const json_t *o = json_array_get(list, i);
		struct foreign_verdict *v = &d->foreign[i];

		*v = (struct foreign_verdict){ .program = file_text(r, o, "program"),
			.error = file_text(r, o, "error"),
			.score = real_of(r, o, "score"),
			.required = real_of(r, o, "required") };
		read_rules(r, json_object_get(o, "rules"), v);
	}
}

static void read_flags(struct file_reader *r, const json_t *o, struct delivery *d)
{
	d->esmtp = file_flag(r, o, "esmtp");
	d->smtputf8 = file_flag(r, o, "smtputf8");
	d->eight_bit = file_flag(r, o, "eight_bit");
	d->binary = file_flag(r, o, "binary");
	d->chunked = file_flag(r, o, "chunked");
	d->early_talk = file_flag(r, o, "early_talk");
	d->pipelined = file_flag(r, o, "pipelined");
	d->bare_lf = file_flag(r, o, "bare_lf");
	d->bare_cr = file_flag(r, o, "bare_cr");
	d->client_certificate = file_flag(r, o, "client_certificate");
	d->lines_cut = file_flag(r, o, "transcript_cut");
}

void delivery_read(struct file_reader *r, const json_t *o, struct delivery *d)
{
	struct str received = file_text(r, o, "received");

	*d = (struct delivery){ .client = file_address(r, o, "client"),
		.port = (uint16_t)file_number(r, o, "port", 0),
		.server = file_text(r, o, "server"),
		.helo = file_text(r, o, "helo"),
		.envelope = json_object_get(o, "mail_from") != NULL,
		.mail_from = file_text(r, o, "mail_from"),
		.size = file_number(r, o, "size", -1),
		.sni = file_text(r, o, "sni"),
		.bytes = file_text(r, o, "bytes") };
	read_flags(r, o, d);
	d->recipients = file_texts(r, o, "recipients", &d->recipient_count);
	file_read_tls(r, json_object_get(o, "tls"), &d->tls);
	d->lines = file_read_lines(r, o, "transcript", &d->line_count);
	read_foreign(r, json_object_get(o, "foreign"), d);
	if (received.n > 0 && !evidence_time_parse(received, &d->received))
		file_fault(r, "message.received", "not a time such as 2026-11-23T08:00:00Z");
}

bool delivery_from_json(
    struct arena *a, const json_t *o, const char *name, struct delivery *out, struct error *e)
{
	struct file_reader r = { .arena = a, .file = name, .error = e };

	delivery_read(&r, o, out);
	return !r.failed;
}
