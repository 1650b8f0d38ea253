/* file_read - an evidence file into a case; see file.h.  Every fault is named with its place. */
#include "evidence/file.h"

#include <jansson.h>
#include <time.h>

#include "wire/base64.h"
#include "wire/domain.h"

#define MAX_FILE    ((size_t)64 << 20)
#define MAX_ANSWERS 20000
#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

/* Reads one object; the first fault is kept, and asked for once. */
struct reader {
	struct frank_case *c;
	struct arena *arena;
	const char *file;
	struct str text; /* of the whole file */
	bool answers;	 /* they are being read */
	size_t index;	 /* in "answers" */
	struct error *error;
	bool failed;
};

/* What follows a string that begins behind `at`. */
static size_t behind_string(struct str text, size_t at)
{
	while (at < text.n && text.p[at] != '"')
		at += text.p[at] == '\\' ? 2 : 1;
	return at + 1;
}

/*
 * The line where an element of "answers" begins: jansson has read the text, and found nothing
 * wrong, but keeps no places.
 */
static size_t line_of_answer(struct str text, size_t index)
{
	static const char key[] = "answers";
	size_t line = 1, depth = 0, commas = 0;
	bool inside = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';

		line += c == '\n';
		if (inside && depth == 2 && commas == index && !blank && c != ',')
			break;
		if (c == '"') {
			size_t end = behind_string(text, i + 1);

			inside |= depth == 1 && str_eq(str_slice(text, i + 1, end - 1), STR(key));
			i = end - 1;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		commas += inside && depth == 2 && c == ',';
	}
	return line;
}

static void fault(struct reader *r, const char *key, const char *what)
{
	if (r->failed)
		return;
	r->failed = true;
	if (r->answers)
		error_set(r->error, "%s:%zu: answers[%zu].%s: %s", r->file,
		    line_of_answer(r->text, r->index), r->index, key, what);
	else
		error_set(r->error, "%s: %s: %s", r->file, key, what);
}

static const char no_text[] = "expected a string, or {\"base64\": ...}";

static struct str string_of(const json_t *value)
{
	return (struct str){ json_string_value(value), json_string_length(value) };
}

static bool text_of(struct arena *a, const json_t *value, struct str *out)
{
	const json_t *coded = json_object_get(value, "base64");

	if (json_is_string(value)) {
		*out = arena_str(a, string_of(value));
		return true;
	}
	return json_is_string(coded) &&
	       base64_decode(a, string_of(coded), BASE64_WSP, out, NULL) == BASE64_OK;
}

static struct str get_text(struct reader *r, const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);
	struct str out = { 0 };

	if (value != NULL && !text_of(r->arena, value, &out))
		fault(r, key, no_text);
	return out;
}

static int64_t get_number(struct reader *r, const json_t *o, const char *key, int64_t absent)
{
	const json_t *value = json_object_get(o, key);

	if (value == NULL)
		return absent;
	if (!json_is_number(value) || json_number_value(value) < 0 ||
	    json_number_value(value) > 1e15) {
		fault(r, key, "expected a number that is not negative");
		return absent;
	}
	return (int64_t)json_number_value(value);
}

static bool get_flag(struct reader *r, const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	if (value != NULL && !json_is_boolean(value))
		fault(r, key, "expected true or false");
	return json_is_true(value);
}

static struct ip get_address(struct reader *r, const json_t *o, const char *key)
{
	struct str text = get_text(r, o, key);
	struct ip ip = { 0 };

	if (text.n > 0 && !ip_parse(text, &ip))
		fault(r, key, "not an address");
	return ip;
}

static uint16_t get_port(struct reader *r, const json_t *o)
{
	int64_t port = get_number(r, o, "port", 0);

	if (port < 1 || port > UINT16_MAX)
		fault(r, "port", "expected a number from 1 to 65535");
	return (uint16_t)port;
}

static struct str *get_texts(struct reader *r, const json_t *o, const char *key, size_t *count)
{
	const json_t *list = json_object_get(o, key);
	struct str *out;

	*count = json_array_size(list);
	if (list != NULL && !json_is_array(list))
		fault(r, key, "expected a list");
	out = arena_array(r->arena, struct str, *count);
	for (size_t i = 0; i < *count && !r->failed; i++) {
		if (!text_of(r->arena, json_array_get(list, i), &out[i]))
			fault(r, arena_fmt(r->arena, "%s[%zu]", key, i).p, no_text);
	}
	return out;
}

static bool read_dns_question(struct reader *r, const json_t *o, struct question *q)
{
	struct str name = domain_undot(get_text(r, o, "name")), type = get_text(r, o, "type");

	if (json_object_get(o, "name") == NULL)
		fault(r, "name", "is missing");
	if (!dns_type_parse(type, &q->dns.type))
		fault(r, "type", "is missing or no type of record");
	q->ask = ASK_DNS;
	q->dns.name = name;
	q->dns.server = get_address(r, o, "server");
	if (str_eq(get_text(r, o, "transport"), STR("tcp")))
		q->dns.transport = DNS_TCP;
	return !r->failed;
}

static enum dns_status read_status(struct reader *r, const json_t *o)
{
	enum dns_status status = DNS_NOERROR;

	if (json_object_get(o, "status") == NULL && json_object_get(o, "rdata") == NULL)
		fault(r, "status", "is missing, and so is rdata");
	else if (json_object_get(o, "status") != NULL &&
		 !dns_status_parse(get_text(r, o, "status"), &status))
		fault(
		    r, "status", "is none of NOERROR, NXDOMAIN, SERVFAIL, REFUSED, TIMEOUT, BOGUS");
	return status;
}

static void read_dns_answer(struct reader *r, const json_t *o, struct fact *f)
{
	enum dns_status status = read_status(r, o);
	struct str security = get_text(r, o, "security");
	size_t count;
	struct str *rdata = get_texts(r, o, "rdata", &count);
	struct dns_answer *d = &f->dns;

	case_put_dns(r->c, f, status, rdata, count);
	if (security.n > 0 && !dns_security_parse(security, &d->security))
		fault(r, "security", "is none of secure, insecure, bogus, indeterminate");
	d->ttl = get_number(r, o, "ttl", -1);
	d->aliases = get_texts(r, o, "aliases", &d->alias_count);
	d->bogus_why = get_text(r, o, "why");
	d->authoritative = get_flag(r, o, "aa");
	d->truncated = get_flag(r, o, "tc");
	d->referral = get_flag(r, o, "referral");
	d->recursion = get_flag(r, o, "ra");
	d->edns = get_flag(r, o, "edns");
	d->size = (unsigned)get_number(r, o, "size", 0);
}

static void read_tls(struct reader *r, const json_t *o, struct session_tls *t)
{
	struct str ocsp = get_text(r, o, "ocsp");

	*t = (struct session_tls){ .done = get_flag(r, o, "done"),
		.version = get_text(r, o, "version"),
		.cipher = get_text(r, o, "cipher"),
		.group = get_text(r, o, "group"),
		.bits = (int)get_number(r, o, "bits", 0),
		.sni = get_flag(r, o, "sni"),
		.compression = get_flag(r, o, "compression"),
		.secure_renegotiation = get_flag(r, o, "secure_renegotiation"),
		.extended_master_secret = get_flag(r, o, "extended_master_secret"),
		.client_renegotiation = get_flag(r, o, "client_renegotiation"),
		.sct = get_flag(r, o, "sct"),
		.served = (size_t)get_number(r, o, "served", 0),
		.error = get_text(r, o, "error") };
	t->chain = get_texts(r, o, "chain", &t->chain_count);
	t->anchors = get_texts(r, o, "anchors", &t->anchor_count);
	if (ocsp.n > 0 && base64_decode(r->arena, ocsp, BASE64_WSP, &t->ocsp, NULL) != BASE64_OK)
		fault(r, "session.ocsp", "is not base64");
}

static bool read_session_question(struct reader *r, const json_t *o, struct question *q)
{
	struct str goal = get_text(r, o, "goal");

	q->ask = ASK_SESSION;
	q->session.host = get_text(r, o, "host");
	q->session.domain = get_text(r, o, "domain");
	q->session.address = get_address(r, o, "address");
	q->session.port = get_port(r, o);
	q->session.implicit_tls = get_flag(r, o, "implicit_tls");
	if (goal.n > 0 && !session_goal_parse(goal, &q->session.goal))
		fault(r, "goal", "is not known");
	if (q->session.address.family == IP_NONE)
		fault(r, "address", "is missing");
	return !r->failed;
}

static void read_line(struct reader *r, const json_t *o, struct session_line *l)
{
	struct str who = get_text(r, o, "who");

	if (!str_eq(who, STR("C")) && !str_eq(who, STR("S")) && !str_eq(who, STR("-")))
		fault(r, "transcript", "has a line whose \"who\" is none of \"C\", \"S\", \"-\"");
	l->who = str_eq(who, STR("C"))	 ? SPEAKER_CLIENT
		 : str_eq(who, STR("S")) ? SPEAKER_SERVER
					 : SPEAKER_NOTE;
	l->tls = get_flag(r, o, "tls");
	l->ms = get_number(r, o, "ms", -1);
	l->text = get_text(r, o, "text");
}

static enum session_status read_session_status(struct reader *r, const json_t *o)
{
	enum session_status status = SESSION_OK;

	if (!session_status_parse(get_text(r, o, "status"), &status))
		fault(r, "status", "is missing or not known");
	return status;
}

static void read_session_answer(struct reader *r, const json_t *o, struct fact *f)
{
	const json_t *lines = json_object_get(o, "transcript");
	struct session *s = &f->session;

	*s = (struct session){ .status = read_session_status(r, o),
		.error = get_text(r, o, "error"),
		.connect_ms = get_number(r, o, "connect_ms", -1),
		.greeting_ms = get_number(r, o, "greeting_ms", -1),
		.total_ms = get_number(r, o, "total_ms", -1),
		.starttls_offered = get_flag(r, o, "starttls_offered"),
		.cut = get_flag(r, o, "cut"),
		.bare_lf = get_flag(r, o, "bare_lf") };
	s->line_count = json_array_size(lines);
	s->lines = arena_array(r->arena, struct session_line, s->line_count);
	for (size_t i = 0; i < s->line_count; i++)
		read_line(r, json_array_get(lines, i), &s->lines[i]);
	read_tls(r, json_object_get(o, "session"), &s->tls);
}

static bool read_https_question(struct reader *r, const json_t *o, struct question *q)
{
	q->ask = ASK_HTTPS;
	q->https.host = get_text(r, o, "host");
	q->https.path = get_text(r, o, "path");
	q->https.address = get_address(r, o, "address");
	if (q->https.host.n == 0)
		fault(r, "host", "is missing");
	return !r->failed;
}

static void read_https_answer(struct reader *r, const json_t *o, struct fact *f)
{
	f->https = (struct https_reply){ .status = read_session_status(r, o),
		.error = get_text(r, o, "error"),
		.address = get_address(r, o, "address"),
		.code = (int)get_number(r, o, "code", 0),
		.content_type = get_text(r, o, "content_type"),
		.location = get_text(r, o, "location"),
		.body = get_text(r, o, "body"),
		.body_cut = get_flag(r, o, "body_cut"),
		.ms = get_number(r, o, "ms", -1) };
	read_tls(r, json_object_get(o, "session"), &f->https.tls);
}

static bool read_host_question(struct reader *r, const json_t *o, struct question *q)
{
	q->ask = ASK_HOST;
	q->host = get_text(r, o, "key");
	if (q->host.n == 0)
		fault(r, "key", "is missing");
	return !r->failed;
}

static void read_host_answer(struct reader *r, const json_t *o, struct fact *f)
{
	f->host = (struct host_answer){ .found = get_flag(r, o, "found"),
		.text = get_text(r, o, "text"),
		.error = get_text(r, o, "error"),
		.mode = (unsigned)get_number(r, o, "mode", 0) };
}

struct kind {
	const char *ask;
	enum service_protocol protocol;
	bool (*question)(struct reader *, const json_t *, struct question *);
	void (*answer)(struct reader *, const json_t *, struct fact *);
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
static void read_duration(struct reader *r, const json_t *o, struct fact *f)
{
	f->answered_ms = get_number(r, o, "ms", -1);
	f->asked_ms = f->answered_ms < 0 ? -1 : 0;
}

static void read_answer(struct reader *r, const json_t *o)
{
	struct str ask = json_object_get(o, "ask") == NULL ? STR("dns") : get_text(r, o, "ask");
	const struct kind *kind = kind_of(ask);
	struct question q = { 0 };

	if (!json_is_object(o) || kind == NULL) {
		fault(r, "ask", "is none of dns, smtp, imap, pop3, https, host");
		return;
	}
	q.session.protocol = kind->protocol;
	if (!kind->question(r, o, &q))
		return;
	if (case_find(r->c, &q) != NULL) {
		fault(r, "name", "the same question is answered twice");
		return;
	}
	struct fact *f = case_fact(r->c, &q);
	kind->answer(r, o, f);
	f->from = get_text(r, o, "from");
	read_duration(r, o, f);
	case_answered(r->c, f);
}

static bool take_digits(struct str *s, size_t n, int *out)
{
	uint64_t value;

	if (s->n < n || !str_uint(str_slice(*s, 0, n), 9999, &value))
		return false;
	*out = (int)value;
	*s = str_skip(*s, n);
	return true;
}

static bool take_one_of(struct str *s, struct str set)
{
	if (s->n == 0 || str_chr(set, s->p[0]) < 0)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

/* RFC 3339 section 5.6: "Z", or the distance to UTC as "+02:00". */
static bool take_offset(struct str *s, int *minutes)
{
	int hour, minute, sign;

	*minutes = 0;
	if (take_one_of(s, STR("Zz")))
		return true;
	sign = s->n > 0 && s->p[0] == '-' ? -1 : 1;
	if (!take_one_of(s, STR("+-")) || !take_digits(s, 2, &hour) || !take_one_of(s, STR(":")) ||
	    !take_digits(s, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

static void skip_fraction(struct str *s)
{
	if (s->n > 1 && s->p[0] == '.' && is_digit(s->p[1]))
		do
			*s = str_skip(*s, 1);
		while (s->n > 0 && is_digit(s->p[0]));
}

static bool in_range(const struct tm *tm)
{
	return tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31 &&
	       tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60 && tm->tm_year >= 1970;
}

bool evidence_time_parse(struct str s, int64_t *out)
{
	struct tm tm = { 0 };
	uint64_t seconds;
	int minutes;

	if (str_uint(s, LAST_SECOND, &seconds)) {
		*out = (int64_t)seconds;
		return true;
	}
	if (!take_digits(&s, 4, &tm.tm_year) || !take_one_of(&s, STR("-")) ||
	    !take_digits(&s, 2, &tm.tm_mon) || !take_one_of(&s, STR("-")) ||
	    !take_digits(&s, 2, &tm.tm_mday) || !take_one_of(&s, STR("Tt ")) ||
	    !take_digits(&s, 2, &tm.tm_hour) || !take_one_of(&s, STR(":")) ||
	    !take_digits(&s, 2, &tm.tm_min) || !take_one_of(&s, STR(":")) ||
	    !take_digits(&s, 2, &tm.tm_sec))
		return false;
	skip_fraction(&s);
	if (!take_offset(&s, &minutes) || s.n > 0 || !in_range(&tm))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = (int64_t)timegm(&tm) - (int64_t)minutes * 60;
	return *out >= 0 && *out <= LAST_SECOND;
}

static void read_terms(struct reader *r, const json_t *o, struct case_terms *t)
{
	t->domain = domain_undot(get_text(r, o, "domain"));
	t->selectors = get_texts(r, o, "selectors", &t->selector_count);
	t->addresses = get_texts(r, o, "addresses", &t->address_count);
	t->profile = get_text(r, o, "profile");
}

static bool read_root(struct reader *r, const json_t *root)
{
	struct str kind = get_text(r, root, "frank"), taken = get_text(r, root, "taken");
	struct str domain = get_text(r, json_object_get(root, "subject"), "domain");
	const json_t *answers = json_object_get(root, "answers");

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
	r->c->private_ok = get_flag(r, root, "private");
	if (r->c->now == 0 && taken.n > 0 && !evidence_time_parse(taken, &r->c->now))
		return error_set(
		    r->error, "%s: taken: not a time such as 2026-11-23T08:00:00Z", r->file);
	r->c->limit += json_array_size(answers);
	r->answers = !r->failed;
	for (r->index = 0; r->index < json_array_size(answers) && !r->failed; r->index++)
		read_answer(r, json_array_get(answers, r->index));
	return !r->failed;
}

bool evidence_read(struct frank_case *c, struct str text, const char *name, struct error *e)
{
	struct reader r = { .c = c, .arena = c->arena, .file = name, .text = text, .error = e };
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
