/* api_case - the door to cases, see frank/case.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api.h"
#include "evidence/dns_wire.h"
#include "evidence/file.h"
#include "frank_config.h"

#define EVIDENCE_MAX (256u << 20) /* bytes of a file that is written */

static_assert(FRANK_DNS_BOGUS == (int)DNS_BOGUS && FRANK_DNS_SECURE == (int)DNS_SECURE &&
		  FRANK_DNS_INSECURE == (int)DNS_INSECURE,
    "the public numbers are the inner ones");

const char *frank_version(void)
{
	return FRANK_VERSION;
}

void *api_new(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL)
		abort();
	return p;
}

bool api_news(struct api_seen *seen, struct frank_case *facts, int stage)
{
	struct api_seen now = { true, stage, api_case(facts)->answers };

	if (seen->ran && seen->stage == stage && seen->answers == now.answers)
		return false;
	*seen = now;
	return true;
}

struct frank_case *frank_case_new(void)
{
	struct api_case *c = api_new(sizeof(*c));

	case_init(&c->facts, &c->arena, STR(""), 0);
	return &c->facts;
}

void frank_case_free(struct frank_case *facts)
{
	if (facts == NULL)
		return;
	crypto_free(api_case(facts)->own);
	/* The arena's head is in the object that is freed. */
	arena_free(facts->arena);
	free(facts);
}

struct frank_keys *frank_keys_new(void)
{
	struct frank_keys *k = api_new(sizeof(*k));

	k->crypto = crypto_new();
	return k;
}

void frank_keys_free(struct frank_keys *k)
{
	if (k == NULL)
		return;
	crypto_free(k->crypto);
	free(k);
}

void frank_case_set_keys(struct frank_case *facts, struct frank_keys *keys)
{
	assert(api_case(facts)->own == NULL);
	api_case(facts)->keys = keys;
}

struct crypto *api_crypto(struct frank_case *facts)
{
	struct api_case *c = api_case(facts);

	if (c->keys != NULL)
		return c->keys->crypto;
	if (c->own == NULL)
		c->own = crypto_new();
	return c->own;
}

void frank_case_set_time(struct frank_case *facts, int64_t now)
{
	facts->now = now;
}

static void answered(struct frank_case *facts, struct fact *f)
{
	case_answered(facts, f);
	api_case(facts)->answers++;
}

bool frank_case_next(struct frank_case *facts, struct frank_question *out)
{
	struct fact *f;

	while ((f = case_next_open(facts)) != NULL) {
		if (f->question.ask == ASK_DNS)
			break;
		case_put_nothing(facts, f, STR("the library asks the DNS only"));
		answered(facts, f);
	}
	if (f == NULL)
		return false;
	out->name = api_out(f->question.dns.name);
	out->type = (uint16_t)f->question.dns.type;
	return true;
}

/* The fact that waits for this answer, or NULL. */
static struct fact *waiting(const struct frank_case *facts, const struct frank_question *asked)
{
	struct question q = { .ask = ASK_DNS,
		.dns = { .name = api_in(asked->name), .type = (enum dns_type)asked->type } };
	struct fact *f = case_find(facts, &q);

	return f != NULL && f->state != FACT_ANSWERED ? f : NULL;
}

bool frank_case_answer(
    struct frank_case *facts, const struct frank_question *asked, const struct frank_answer *answer)
{
	struct fact *f = waiting(facts, asked);
	struct str *texts;

	if (f == NULL)
		return false;
	texts = arena_array(facts->arena, struct str, answer->count);
	for (size_t i = 0; i < answer->count; i++)
		texts[i] = api_in(answer->records[i]);
	case_put_dns(facts, f, (enum dns_status)answer->status, texts, answer->count);
	f->dns.security =
	    answer->status == FRANK_DNS_BOGUS ? DNS_SEC_BOGUS : (enum dns_security)answer->security;
	f->dns.ttl = answer->ttl;
	answered(facts, f);
	return true;
}

bool frank_case_answer_message(
    struct frank_case *facts, const struct frank_question *asked, const void *message, size_t size)
{
	struct fact *f = waiting(facts, asked);

	if (f == NULL || !dns_wire_answer(facts, f, message, size))
		return false;
	answered(facts, f);
	return true;
}

struct frank_str frank_txt_write(struct frank_case *facts, struct frank_str text)
{
	return api_out(dns_txt_write(facts->arena, api_in(text)));
}

bool frank_case_read(
    struct frank_case *facts, struct frank_str text, struct frank_str name, struct frank_str *error)
{
	struct error e = { .arena = facts->arena };
	struct str called = arena_str(facts->arena, api_in(name));

	if (evidence_read(facts, api_in(text), called.p, &e))
		return true;
	*error = api_out(e.text);
	return false;
}

void frank_case_replay(struct frank_case *facts)
{
	struct fact *f;

	while ((f = case_next_open(facts)) != NULL) {
		evidence_replay(facts, f);
		answered(facts, f);
	}
}

struct frank_str frank_case_write(struct frank_case *facts)
{
	struct buf out;
	struct str text;

	buf_init(&out, EVIDENCE_MAX);
	evidence_write(facts, &out);
	text = arena_str(facts->arena, buf_str(&out));
	buf_free(&out);
	return api_out(text);
}
