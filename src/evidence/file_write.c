/* file_write - a case as JSON; see file.h.  Keys stand in a fixed order. */
#include "evidence/file.h"

#include <stdlib.h>

#include "evidence/file_delivery.h"
#include "evidence/file_fields.h"

static void write_server(struct arena *a, const struct fact *f, json_t *o)
{
	const struct dns_question *q = &f->question.dns;

	if (q->server.family == IP_NONE)
		return;
	file_set_text(a, o, "server", ip_write(a, q->server));
	json_object_set_new(o, "transport", json_string(q->transport == DNS_TCP ? "tcp" : "udp"));
	file_set_flag(o, "aa", f->dns.authoritative);
	file_set_flag(o, "tc", f->dns.truncated);
	file_set_flag(o, "referral", f->dns.referral);
	file_set_flag(o, "ra", f->dns.recursion);
	file_set_flag(o, "edns", f->dns.edns);
	if (f->dns.size > 0)
		file_set_number(o, "size", f->dns.size);
}

static void write_dns(struct arena *a, const struct fact *f, json_t *o)
{
	const struct dns_answer *d = &f->dns;

	file_set_text(a, o, "name", f->question.dns.name.n > 0 ? f->question.dns.name : STR("."));
	file_set_text(a, o, "type", dns_type_write(a, f->question.dns.type));
	write_server(a, f, o);
	json_object_set_new(o, "status", json_string(dns_status_name(d->status)));
	if (d->security != DNS_INDETERMINATE)
		json_object_set_new(o, "security", json_string(dns_security_name(d->security)));
	file_set_number(o, "ttl", d->ttl);
	file_set_texts(a, o, "aliases", d->aliases, d->alias_count);
	file_set_text(a, o, "why", d->bogus_why);
	json_t *rdata = json_array();
	for (size_t i = 0; i < d->count; i++)
		json_array_append_new(rdata, file_text_json(a, d->records[i].text));
	json_object_set_new(o, "rdata", rdata);
}

static void write_session(struct arena *a, const struct fact *f, json_t *o)
{
	const struct session_question *q = &f->question.session;
	const struct session *s = &f->session;

	json_object_set_new(o, "goal", json_string(session_goal_name(q->goal)));
	file_set_text(a, o, "host", q->host);
	file_set_text(a, o, "address", ip_write(a, q->address));
	file_set_number(o, "port", q->port);
	file_set_flag(o, "implicit_tls", q->implicit_tls);
	file_set_text(a, o, "domain", q->domain);
	json_object_set_new(o, "status", json_string(session_status_name(s->status)));
	file_set_text(a, o, "error", s->error);
	file_set_number(o, "connect_ms", s->connect_ms);
	file_set_number(o, "greeting_ms", s->greeting_ms);
	file_set_number(o, "total_ms", s->total_ms);
	file_set_flag(o, "starttls_offered", s->starttls_offered);
	file_set_flag(o, "cut", s->cut);
	file_set_flag(o, "bare_lf", s->bare_lf);
	json_object_set_new(o, "transcript", file_lines_json(a, s->lines, s->line_count));
	json_object_set_new(o, "session", file_tls_json(a, &s->tls));
}

static void write_https(struct arena *a, const struct fact *f, json_t *o)
{
	const struct https_reply *r = &f->https;

	file_set_text(a, o, "host", f->question.https.host);
	file_set_text(a, o, "path", f->question.https.path);
	json_object_set_new(o, "status", json_string(session_status_name(r->status)));
	file_set_text(a, o, "error", r->error);
	file_set_text(a, o, "address", ip_write(a, f->question.https.address));
	if (r->code > 0)
		file_set_number(o, "code", r->code);
	file_set_text(a, o, "content_type", r->content_type);
	file_set_text(a, o, "location", r->location);
	file_set_text(a, o, "body", r->body);
	file_set_flag(o, "body_cut", r->body_cut);
	file_set_number(o, "ms", r->ms);
	json_object_set_new(o, "session", file_tls_json(a, &r->tls));
}

static void write_host(struct arena *a, const struct fact *f, json_t *o)
{
	file_set_text(a, o, "key", f->question.host);
	json_object_set_new(o, "found", json_boolean(f->host.found));
	file_set_text(a, o, "text", f->host.text);
	file_set_text(a, o, "error", f->host.error);
	if (f->host.mode != 0)
		file_set_number(o, "mode", f->host.mode);
}

static json_t *fact_json(struct arena *a, const struct fact *f)
{
	static void (*const writers[])(struct arena *, const struct fact *, json_t *) = {
		[ASK_DNS] = write_dns,
		[ASK_SESSION] = write_session,
		[ASK_HTTPS] = write_https,
		[ASK_HOST] = write_host,
	};
	static const char *const words[] = {
		[ASK_DNS] = "dns",
		[ASK_HTTPS] = "https",
		[ASK_HOST] = "host",
	};
	json_t *o = json_object();

	json_object_set_new(o, "ask",
	    json_string(f->question.ask == ASK_SESSION
			    ? session_protocol_name(f->question.session.protocol)
			    : words[f->question.ask]));
	writers[f->question.ask](a, f, o);
	file_set_text(a, o, "from", f->from);
	if (f->question.ask != ASK_HTTPS && f->asked_ms >= 0 && f->answered_ms >= f->asked_ms)
		file_set_number(o, "ms", f->answered_ms - f->asked_ms);
	return o;
}

static json_t *subject_json(struct arena *a, const struct frank_case *c)
{
	const struct case_terms *t = &c->terms;
	json_t *o = json_object();

	json_object_set_new(o, "domain", file_text_json(a, c->domain));
	file_set_texts(a, o, "selectors", t->selectors, t->selector_count);
	file_set_texts(a, o, "addresses", t->addresses, t->address_count);
	file_set_text(a, o, "profile", t->profile);
	return o;
}

void evidence_write(const struct frank_case *c, struct buf *out)
{
	struct arena scratch = { 0 };
	json_t *answers = json_array(), *root;

	for (size_t i = 0; i < c->count; i++)
		if (c->facts[i]->state == FACT_ANSWERED)
			json_array_append_new(answers, fact_json(&scratch, c->facts[i]));
	root = json_pack("{s:s, s:o, s:s, s:o}", "frank", "evidence/1", "subject",
	    subject_json(&scratch, c), "taken", evidence_time_write(&scratch, c->now).p, "answers",
	    answers);
	file_set_flag(root, "private", c->private_ok);
	if (c->delivery != NULL)
		json_object_set_new(root, "message", delivery_json(&scratch, c->delivery, true));
	char *text = json_dumps(root, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	buf_add(out, str_of(text));
	buf_addc(out, '\n');
	free(text);
	json_decref(root);
	arena_free(&scratch);
}
