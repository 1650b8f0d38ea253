/* file_read - an evidence file into a case; see file.h.  Every file_fault is named with its place.
 */
#include "evidence/file.h"

#include "evidence/file_delivery.h"
#include "evidence/file_fields.h"
#include "wire/domain.h"

#define MAX_FILE    ((size_t)64 << 20)
#define MAX_ANSWERS 20000

static bool read_dns_question(struct file_reader *r, const json_t *o, struct question *q)
{
	struct str name = domain_undot(file_text(r, o, "name")), type = file_text(r, o, "type");

	if (json_object_get(o, "name") == NULL)
		file_fault(r, "name", "is missing");
	if (!dns_type_parse(type, &q->dns.type))
		file_fault(r, "type", "is missing or no type of record");
	q->ask = ASK_DNS;
	q->dns.name = name;
	q->dns.server = file_address(r, o, "server");
	if (str_eq(file_text(r, o, "transport"), STR("tcp")))
		q->dns.transport = DNS_TCP;
	return !r->failed;
}

static enum dns_status read_status(struct file_reader *r, const json_t *o)
{
	enum dns_status status = DNS_NOERROR;

	if (json_object_get(o, "status") == NULL && json_object_get(o, "rdata") == NULL)
		file_fault(r, "status", "is missing, and so is rdata");
	else if (json_object_get(o, "status") != NULL &&
		 !dns_status_parse(file_text(r, o, "status"), &status))
		file_fault(
		    r, "status", "is none of NOERROR, NXDOMAIN, SERVFAIL, REFUSED, TIMEOUT, BOGUS");
	return status;
}

static void read_dns_answer(struct file_reader *r, const json_t *o, struct fact *f)
{
	enum dns_status status = read_status(r, o);
	struct str security = file_text(r, o, "security");
	size_t count;
	struct str *rdata = file_texts(r, o, "rdata", &count);
	struct dns_answer *d = &f->dns;

	case_put_dns(r->c, f, status, rdata, count);
	if (security.n > 0 && !dns_security_parse(security, &d->security))
		file_fault(r, "security", "is none of secure, insecure, bogus, indeterminate");
	d->ttl = file_number(r, o, "ttl", -1);
	d->aliases = file_texts(r, o, "aliases", &d->alias_count);
	d->bogus_why = file_text(r, o, "why");
	d->authoritative = file_flag(r, o, "aa");
	d->truncated = file_flag(r, o, "tc");
	d->referral = file_flag(r, o, "referral");
	d->recursion = file_flag(r, o, "ra");
	d->edns = file_flag(r, o, "edns");
	d->size = (unsigned)file_number(r, o, "size", 0);
}

static bool read_session_question(struct file_reader *r, const json_t *o, struct question *q)
{
	struct str goal = file_text(r, o, "goal");

	q->ask = ASK_SESSION;
	q->session.host = file_text(r, o, "host");
	q->session.domain = file_text(r, o, "domain");
	q->session.address = file_address(r, o, "address");
	q->session.port = file_port(r, o);
	q->session.implicit_tls = file_flag(r, o, "implicit_tls");
	if (goal.n > 0 && !session_goal_parse(goal, &q->session.goal))
		file_fault(r, "goal", "is not known");
	if (q->session.address.family == IP_NONE)
		file_fault(r, "address", "is missing");
	return !r->failed;
}

static enum session_status read_session_status(struct file_reader *r, const json_t *o)
{
	enum session_status status = SESSION_OK;

	if (!session_status_parse(file_text(r, o, "status"), &status))
		file_fault(r, "status", "is missing or not known");
	return status;
}

static void read_session_answer(struct file_reader *r, const json_t *o, struct fact *f)
{
	struct session *s = &f->session;

	*s = (struct session){ .status = read_session_status(r, o),
		.error = file_text(r, o, "error"),
		.connect_ms = file_number(r, o, "connect_ms", -1),
		.greeting_ms = file_number(r, o, "greeting_ms", -1),
		.total_ms = file_number(r, o, "total_ms", -1),
		.starttls_offered = file_flag(r, o, "starttls_offered"),
		.cut = file_flag(r, o, "cut"),
		.bare_lf = file_flag(r, o, "bare_lf") };
	s->lines = file_read_lines(r, o, "transcript", &s->line_count);
	file_read_tls(r, json_object_get(o, "session"), &s->tls);
}

static bool read_https_question(struct file_reader *r, const json_t *o, struct question *q)
{
	q->ask = ASK_HTTPS;
	q->https.host = file_text(r, o, "host");
	q->https.path = file_text(r, o, "path");
	q->https.address = file_address(r, o, "address");
	if (q->https.host.n == 0)
		file_fault(r, "host", "is missing");
	return !r->failed;
}

static void read_https_answer(struct file_reader *r, const json_t *o, struct fact *f)
{
	f->https = (struct https_reply){ .status = read_session_status(r, o),
		.error = file_text(r, o, "error"),
		.address = file_address(r, o, "address"),
		.code = (int)file_number(r, o, "code", 0),
		.content_type = file_text(r, o, "content_type"),
		.location = file_text(r, o, "location"),
		.body = file_text(r, o, "body"),
		.body_cut = file_flag(r, o, "body_cut"),
		.ms = file_number(r, o, "ms", -1) };
	file_read_tls(r, json_object_get(o, "session"), &f->https.tls);
}

static bool read_host_question(struct file_reader *r, const json_t *o, struct question *q)
{
	q->ask = ASK_HOST;
	q->host = file_text(r, o, "key");
	if (q->host.n == 0)
		file_fault(r, "key", "is missing");
	return !r->failed;
}

static void read_host_answer(struct file_reader *r, const json_t *o, struct fact *f)
{
	f->host = (struct host_answer){ .found = file_flag(r, o, "found"),
		.text = file_text(r, o, "text"),
		.error = file_text(r, o, "error"),
		.mode = (unsigned)file_number(r, o, "mode", 0) };
}

struct kind {
	const char *ask;
	enum service_protocol protocol;
	bool (*question)(struct file_reader *, const json_t *, struct question *);
	void (*answer)(struct file_reader *, const json_t *, struct fact *);
};

static const struct kind kinds[] = {
	{ "dns", 0, read_dns_question, read_dns_answer },
	{ "smtp", PROTOCOL_SMTP, read_session_question, read_session_answer },
	{ "imap", PROTOCOL_IMAP, read_session_question, read_session_answer },
	{ "pop3", PROTOCOL_POP3, read_session_question, read_session_answer },
	{ "https", 0, read_https_question, read_https_answer },
	{ "host", 0, read_host_question, read_host_answer },
};

static const struct kind *kind_of(struct str ask)
{
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (str_eq(ask, str_of(kinds[i].ask)))
			return &kinds[i];
	return NULL;
}

/* How long the answer took; when it was asked is not kept. */
static void read_duration(struct file_reader *r, const json_t *o, struct fact *f)
{
	f->answered_ms = file_number(r, o, "ms", -1);
	f->asked_ms = f->answered_ms < 0 ? -1 : 0;
}

static void read_answer(struct file_reader *r, const json_t *o)
{
	struct str ask = json_object_get(o, "ask") == NULL ? STR("dns") : file_text(r, o, "ask");
	const struct kind *kind = kind_of(ask);
	struct question q = { 0 };

	if (!json_is_object(o) || kind == NULL) {
		file_fault(r, "ask", "is none of dns, smtp, imap, pop3, https, host");
		return;
	}
	q.session.protocol = kind->protocol;
	if (!kind->question(r, o, &q))
		return;
	if (case_find(r->c, &q) != NULL) {
		file_fault(r, "name", "the same question is answered twice");
		return;
	}
	struct fact *f = case_fact(r->c, &q);
	kind->answer(r, o, f);
	f->from = file_text(r, o, "from");
	read_duration(r, o, f);
	case_answered(r->c, f);
}

static void read_terms(struct file_reader *r, const json_t *o, struct case_terms *t)
{
	t->domain = domain_undot(file_text(r, o, "domain"));
	t->selectors = file_texts(r, o, "selectors", &t->selector_count);
	t->addresses = file_texts(r, o, "addresses", &t->address_count);
	t->profile = file_text(r, o, "profile");
}

static bool read_root(struct file_reader *r, const json_t *root)
{
	struct str kind = file_text(r, root, "frank"), taken = file_text(r, root, "taken");
	struct str domain = file_text(r, json_object_get(root, "subject"), "domain");
	const json_t *answers = json_object_get(root, "answers");
	const json_t *message = json_object_get(root, "message");
	struct delivery *delivery = arena_new(r->arena, struct delivery);

	if (!str_eq(kind, STR("evidence/1")))
		return error_set(
		    r->error, "%s: not an evidence file: \"frank\" is not \"evidence/1\"", r->file);
	if (!json_is_array(answers) || json_array_size(answers) > MAX_ANSWERS)
		return error_set(
		    r->error, "%s: \"answers\" is no list of at most %d", r->file, MAX_ANSWERS);
	if (domain.n > 0 && !domain_valid(domain_undot(domain)))
		return error_set(r->error, "%s: subject.domain: not a domain name", r->file);
	if (r->c->domain.n == 0)
		r->c->domain = domain_undot(domain);
	read_terms(r, json_object_get(root, "subject"), &r->c->terms);
	r->c->private_ok = file_flag(r, root, "private");
	if (r->c->now == 0 && taken.n > 0 && !evidence_time_parse(taken, &r->c->now))
		return error_set(
		    r->error, "%s: taken: not a time such as 2026-11-23T08:00:00Z", r->file);
	if (message != NULL) {
		delivery_read(r, message, delivery);
		r->c->delivery = delivery;
	}
	r->c->limit += json_array_size(answers);
	r->answers = !r->failed;
	for (r->index = 0; r->index < json_array_size(answers) && !r->failed; r->index++)
		read_answer(r, json_array_get(answers, r->index));
	return !r->failed;
}

bool evidence_read(struct frank_case *c, struct str text, const char *name, struct error *e)
{
	struct file_reader r = {
		.c = c, .arena = c->arena, .file = name, .text = text, .error = e
	};
	json_error_t where;

	if (text.n > MAX_FILE)
		return error_set(e, "%s: larger than 64 MiB", name);
	json_t *root = json_loadb(
	    text.n > 0 ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
	if (root == NULL)
		return error_set(e, "%s:%d:%d: %s", name, where.line, where.column, where.text);
	bool ok = read_root(&r, root);
	json_decref(root);
	return ok;
}
