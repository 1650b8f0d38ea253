/* case - see case.h. */
#include "evidence/case.h"

#include "wire/domain.h"

static uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	return str_ihash((struct str){ p, n }, seed);
}

static uint64_t hash_number(uint64_t number, uint64_t seed)
{
	return (seed ^ number) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_dns(const struct dns_question *q)
{
	uint64_t h = str_ihash(q->name, 0);

	h = hash_number((uint64_t)q->type, h);
	if (q->server.family == IP_NONE)
		return h;
	return hash_number(q->transport, hash_bytes(q->server.bytes, 16, h));
}

static uint64_t hash_session(const struct session_question *q)
{
	uint64_t h = str_ihash(q->host, str_ihash(q->domain, 1));

	h = hash_bytes(q->address.bytes, 16, h);
	return hash_number(((uint64_t)q->port << 8) | ((uint64_t)q->goal << 2) | q->protocol, h);
}

static uint64_t question_hash(const struct question *q)
{
	switch (q->ask) {
	case ASK_DNS:
		return hash_dns(&q->dns);
	case ASK_SESSION:
		return hash_session(&q->session);
	case ASK_HTTPS:
		return hash_bytes(q->https.path.p, q->https.path.n, str_ihash(q->https.host, 2));
	case ASK_HOST:
		break;
	}
	return str_ihash(q->host, 3);
}

static bool same_dns(const struct dns_question *a, const struct dns_question *b)
{
	return a->type == b->type && str_ieq(a->name, b->name) &&
	       a->server.family == b->server.family &&
	       (a->server.family == IP_NONE ||
		   (ip_eq(a->server, b->server) && a->transport == b->transport));
}

static bool same_session(const struct session_question *a, const struct session_question *b)
{
	return a->protocol == b->protocol && a->goal == b->goal &&
	       a->implicit_tls == b->implicit_tls && a->port == b->port &&
	       ip_eq(a->address, b->address) && str_ieq(a->host, b->host) &&
	       str_ieq(a->domain, b->domain);
}

static bool same_question(const void *fact, const void *key)
{
	const struct question *a = &((const struct fact *)fact)->question, *b = key;

	if (a->ask != b->ask)
		return false;
	switch (a->ask) {
	case ASK_DNS:
		return same_dns(&a->dns, &b->dns);
	case ASK_SESSION:
		return same_session(&a->session, &b->session);
	case ASK_HTTPS:
		return str_ieq(a->https.host, b->https.host) &&
		       str_eq(a->https.path, b->https.path);
	case ASK_HOST:
		break;
	}
	return str_eq(a->host, b->host);
}

static void keep_strings(struct arena *a, struct question *q)
{
	switch (q->ask) {
	case ASK_DNS:
		q->dns.name = arena_str(a, q->dns.name);
		break;
	case ASK_SESSION:
		q->session.host = arena_str(a, q->session.host);
		q->session.domain = arena_str(a, q->session.domain);
		break;
	case ASK_HTTPS:
		q->https.host = arena_str(a, q->https.host);
		q->https.path = arena_str(a, q->https.path);
		break;
	case ASK_HOST:
		q->host = arena_str(a, q->host);
		break;
	}
}

static const struct dns_answer *ask_source(
    struct dns_source *source, struct str name, enum dns_type type)
{
	return case_dns((struct frank_case *)source, name, type);
}

void case_init(struct frank_case *c, struct arena *a, struct str domain, int64_t now)
{
	*c = (struct frank_case){
		.source = { ask_source, a },
		.arena = a,
		.domain = arena_str(a, domain),
		.now = now,
		.index = { .arena = a },
		.limit = CASE_MAX_FACTS,
		.after = SIZE_MAX,
	};
}

/* Questions that go nowhere are answered here, so that no collector ever sees them. */
static void answer_at_once(struct frank_case *c, struct fact *f)
{
	const struct question *q = &f->question;

	if (c->count >= c->limit) {
		case_put_nothing(
		    c, f, STR("too many questions: the limit of one audit is reached"));
		if (q->ask == ASK_DNS)
			f->dns.status = DNS_SERVFAIL;
		else if (q->ask == ASK_SESSION)
			f->session.status = SESSION_UNREACHABLE;
		else if (q->ask == ASK_HTTPS)
			f->https.status = SESSION_UNREACHABLE;
		case_answered(c, f);
	} else if (q->ask == ASK_DNS && q->dns.name.n > 0 && !domain_valid(q->dns.name)) {
		case_put_dns(c, f, DNS_NXDOMAIN, NULL, 0);
		f->from = STR("not a domain name, not asked");
		case_answered(c, f);
	}
}

static struct fact *note(struct frank_case *c, const struct question *q, uint64_t hash)
{
	struct fact *f = arena_new(c->arena, struct fact);

	f->question = *q;
	f->after = c->after;
	f->asked_ms = f->answered_ms = -1;
	keep_strings(c->arena, &f->question);
	c->open++;
	answer_at_once(c, f);
	f->index = c->count;
	arena_push(c->arena, c->facts, c->count, struct fact *, f);
	table_add(&c->index, hash, f);
	return f;
}

struct fact *case_find(const struct frank_case *c, const struct question *q)
{
	return table_get(&c->index, question_hash(q), same_question, q);
}

struct fact *case_fact(struct frank_case *c, const struct question *q)
{
	uint64_t hash = question_hash(q);
	struct fact *f = table_get(&c->index, hash, same_question, q);

	return f != NULL ? f : note(c, q, hash);
}

static struct fact *ask(struct frank_case *c, const struct question *q)
{
	struct fact *f = case_fact(c, q);

	if (c->on_ask != NULL)
		c->on_ask(c->context, f);
	return f;
}

const struct dns_answer *case_dns_at(struct frank_case *c, const struct dns_question *q)
{
	struct fact *f = ask(c, &(struct question){ .ask = ASK_DNS, .dns = *q });

	return f->state == FACT_ANSWERED ? &f->dns : NULL;
}

const struct dns_answer *case_dns(struct frank_case *c, struct str name, enum dns_type type)
{
	return case_dns_at(c, &(struct dns_question){ .name = domain_undot(name), .type = type });
}

const struct session *case_session(struct frank_case *c, const struct session_question *q)
{
	struct fact *f = ask(c, &(struct question){ .ask = ASK_SESSION, .session = *q });

	return f->state == FACT_ANSWERED ? &f->session : NULL;
}

const struct https_reply *case_https(struct frank_case *c, const struct https_question *q)
{
	struct fact *f = ask(c, &(struct question){ .ask = ASK_HTTPS, .https = *q });

	return f->state == FACT_ANSWERED ? &f->https : NULL;
}

const struct host_answer *case_host(struct frank_case *c, struct str key)
{
	struct fact *f = ask(c, &(struct question){ .ask = ASK_HOST, .host = key });

	return f->state == FACT_ANSWERED ? &f->host : NULL;
}

#define FACT_OF(pointer, member)                                                                   \
	((struct fact *)(uintptr_t)((uintptr_t)(pointer)-offsetof(struct fact, member)))

const struct fact *case_fact_of_dns(const struct dns_answer *a)
{
	return FACT_OF(a, dns);
}

struct fact *case_fact_of_session(const struct session *s)
{
	return FACT_OF(s, session);
}

struct fact *case_fact_of_https(const struct https_reply *r)
{
	return FACT_OF(r, https);
}

struct fact *case_next_open(struct frank_case *c)
{
	/* A fact never becomes open again, so those before the first open one are done with. */
	for (; c->open > 0 && c->first_open < c->count; c->first_open++) {
		struct fact *f = c->facts[c->first_open];

		if (f->state != FACT_OPEN)
			continue;
		f->state = FACT_ASKED;
		c->open--;
		return f;
	}
	return NULL;
}

void case_answered(struct frank_case *c, struct fact *f)
{
	if (f->state == FACT_OPEN)
		c->open--;
	f->state = FACT_ANSWERED;
}

#define MAX_RECORDS 1000

void case_put_dns(struct frank_case *c, struct fact *f, enum dns_status status,
    const struct str *texts, size_t count)
{
	struct dns_answer *a = &f->dns;

	if (count > MAX_RECORDS)
		count = MAX_RECORDS;
	*a = (struct dns_answer){ .name = f->question.dns.name,
		.type = f->question.dns.type,
		.status = status,
		.ttl = -1,
		.count = count };
	a->records = arena_array(c->arena, struct dns_record, count);
	for (size_t i = 0; i < count; i++)
		dns_record_parse(c->arena, a->type, arena_str(c->arena, texts[i]), &a->records[i]);
}

void case_put_nothing(struct frank_case *c, struct fact *f, struct str why)
{
	why = arena_str(c->arena, why);
	switch (f->question.ask) {
	case ASK_DNS:
		case_put_dns(c, f, DNS_TIMEOUT, NULL, 0);
		f->dns.bogus_why = why;
		break;
	case ASK_SESSION:
		f->session = (struct session){ .status = SESSION_TIMEOUT,
			.error = why,
			.connect_ms = -1,
			.greeting_ms = -1,
			.total_ms = -1 };
		break;
	case ASK_HTTPS:
		f->https =
		    (struct https_reply){ .status = SESSION_TIMEOUT, .error = why, .ms = -1 };
		break;
	case ASK_HOST:
		f->host = (struct host_answer){ .error = why };
		break;
	}
}
