/* file_write - a case as JSON; see file.h.  Keys stand in a fixed order. */
#include "evidence/file.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "wire/base64.h"

/* Text as JSON; what is not UTF-8 becomes {"base64": "..."}. */
static json_t *text_json(struct arena *a, struct str s)
{
	json_t *text = json_stringn(s.n > 0 ? s.p : "", s.n);

	if (text != NULL)
		return text;
	struct str coded = base64_encode(a, s);
	return json_pack("{s:s%}", "base64", coded.p, coded.n);
}

static void set_text(struct arena *a, json_t *o, const char *key, struct str s)
{
	if (s.n > 0)
		json_object_set_new(o, key, text_json(a, s));
}

static void set_flag(json_t *o, const char *key, bool value)
{
	if (value)
		json_object_set_new(o, key, json_true());
}

static void set_number(json_t *o, const char *key, int64_t value)
{
	if (value >= 0)
		json_object_set_new(o, key, json_integer(value));
}

static json_t *texts_json(struct arena *a, const struct str *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, text_json(a, texts[i]));
	return list;
}

static void set_texts(struct arena *a, json_t *o, const char *key, const struct str *t, size_t n)
{
	if (n > 0)
		json_object_set_new(o, key, texts_json(a, t, n));
}

static void write_server(struct arena *a, const struct fact *f, json_t *o)
{
	const struct dns_question *q = &f->question.dns;

	if (q->server.family == IP_NONE)
		return;
	set_text(a, o, "server", ip_write(a, q->server));
	json_object_set_new(o, "transport", json_string(q->transport == DNS_TCP ? "tcp" : "udp"));
	set_flag(o, "aa", f->dns.authoritative);
	set_flag(o, "tc", f->dns.truncated);
	set_flag(o, "referral", f->dns.referral);
	set_flag(o, "ra", f->dns.recursion);
	set_flag(o, "edns", f->dns.edns);
	if (f->dns.size > 0)
		set_number(o, "size", f->dns.size);
}

static void write_dns(struct arena *a, const struct fact *f, json_t *o)
{
	const struct dns_answer *d = &f->dns;

	set_text(a, o, "name", f->question.dns.name.n > 0 ? f->question.dns.name : STR("."));
	set_text(a, o, "type", dns_type_write(a, f->question.dns.type));
	write_server(a, f, o);
	json_object_set_new(o, "status", json_string(dns_status_name(d->status)));
	if (d->security != DNS_INDETERMINATE)
		json_object_set_new(o, "security", json_string(dns_security_name(d->security)));
	set_number(o, "ttl", d->ttl);
	set_texts(a, o, "aliases", d->aliases, d->alias_count);
	set_text(a, o, "why", d->bogus_why);
	json_t *rdata = json_array();
	for (size_t i = 0; i < d->count; i++)
		json_array_append_new(rdata, text_json(a, d->records[i].text));
	json_object_set_new(o, "rdata", rdata);
}

static json_t *tls_json(struct arena *a, const struct session_tls *t)
{
	json_t *o = json_object();

	set_text(a, o, "version", t->version);
	set_text(a, o, "cipher", t->cipher);
	set_text(a, o, "group", t->group);
	if (t->bits > 0)
		set_number(o, "bits", t->bits);
	set_flag(o, "done", t->done);
	set_flag(o, "sni", t->sni);
	set_flag(o, "compression", t->compression);
	set_flag(o, "secure_renegotiation", t->secure_renegotiation);
	set_flag(o, "extended_master_secret", t->extended_master_secret);
	set_flag(o, "client_renegotiation", t->client_renegotiation);
	set_flag(o, "sct", t->sct);
	if (t->served > 0)
		set_number(o, "served", (int64_t)t->served);
	set_texts(a, o, "chain", t->chain, t->chain_count);
	set_texts(a, o, "anchors", t->anchors, t->anchor_count);
	if (t->ocsp.n > 0)
		set_text(a, o, "ocsp", base64_encode(a, t->ocsp));
	set_text(a, o, "error", t->error);
	return o;
}

static json_t *line_json(struct arena *a, const struct session_line *l)
{
	static const char *const who[] = {
		[SPEAKER_CLIENT] = "C",
		[SPEAKER_SERVER] = "S",
		[SPEAKER_NOTE] = "-",
	};
	json_t *o = json_object();

	json_object_set_new(o, "who", json_string(who[l->who]));
	set_number(o, "ms", l->ms);
	set_flag(o, "tls", l->tls);
	json_object_set_new(o, "text", text_json(a, l->text));
	return o;
}

static void write_session(struct arena *a, const struct fact *f, json_t *o)
{
	const struct session_question *q = &f->question.session;
	const struct session *s = &f->session;

	json_object_set_new(o, "goal", json_string(session_goal_name(q->goal)));
	set_text(a, o, "host", q->host);
	set_text(a, o, "address", ip_write(a, q->address));
	set_number(o, "port", q->port);
	set_flag(o, "implicit_tls", q->implicit_tls);
	set_text(a, o, "domain", q->domain);
	json_object_set_new(o, "status", json_string(session_status_name(s->status)));
	set_text(a, o, "error", s->error);
	set_number(o, "connect_ms", s->connect_ms);
	set_number(o, "greeting_ms", s->greeting_ms);
	set_number(o, "total_ms", s->total_ms);
	set_flag(o, "starttls_offered", s->starttls_offered);
	set_flag(o, "cut", s->cut);
	set_flag(o, "bare_lf", s->bare_lf);
	json_t *lines = json_array();
	for (size_t i = 0; i < s->line_count; i++)
		json_array_append_new(lines, line_json(a, &s->lines[i]));
	json_object_set_new(o, "transcript", lines);
	json_object_set_new(o, "session", tls_json(a, &s->tls));
}

static void write_https(struct arena *a, const struct fact *f, json_t *o)
{
	const struct https_reply *r = &f->https;

	set_text(a, o, "host", f->question.https.host);
	set_text(a, o, "path", f->question.https.path);
	json_object_set_new(o, "status", json_string(session_status_name(r->status)));
	set_text(a, o, "error", r->error);
	set_text(a, o, "address", ip_write(a, f->question.https.address));
	if (r->code > 0)
		set_number(o, "code", r->code);
	set_text(a, o, "content_type", r->content_type);
	set_text(a, o, "location", r->location);
	set_text(a, o, "body", r->body);
	set_flag(o, "body_cut", r->body_cut);
	set_number(o, "ms", r->ms);
	json_object_set_new(o, "session", tls_json(a, &r->tls));
}

static void write_host(struct arena *a, const struct fact *f, json_t *o)
{
	set_text(a, o, "key", f->question.host);
	json_object_set_new(o, "found", json_boolean(f->host.found));
	set_text(a, o, "text", f->host.text);
	set_text(a, o, "error", f->host.error);
	if (f->host.mode != 0)
		set_number(o, "mode", f->host.mode);
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
	set_text(a, o, "from", f->from);
	if (f->question.ask != ASK_HTTPS && f->asked_ms >= 0 && f->answered_ms >= f->asked_ms)
		set_number(o, "ms", f->answered_ms - f->asked_ms);
	return o;
}

static struct str time_text(struct arena *a, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	return arena_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static json_t *subject_json(struct arena *a, const struct frank_case *c)
{
	const struct case_terms *t = &c->terms;
	json_t *o = json_object();

	json_object_set_new(o, "domain", text_json(a, c->domain));
	set_texts(a, o, "selectors", t->selectors, t->selector_count);
	set_texts(a, o, "addresses", t->addresses, t->address_count);
	set_text(a, o, "profile", t->profile);
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
	    subject_json(&scratch, c), "taken", time_text(&scratch, c->now).p, "answers", answers);
	set_flag(root, "private", c->private_ok);
	char *text = json_dumps(root, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	buf_add(out, str_of(text));
	buf_addc(out, '\n');
	free(text);
	json_decref(root);
	arena_free(&scratch);
}
