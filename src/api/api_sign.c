/* api_sign - the doors to private keys and to signing, see frank/dkim.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_sign.h"
#include "auth/dkim_sign.h"

/* ---- private keys ---- */

struct frank_private_key {
	struct arena arena;
	struct private_key *key; /* NULL: none */
	struct error error;
	struct str record, pem; /* once they were asked for */
};

struct private_key *api_private_key(const struct frank_private_key *k)
{
	return k->key;
}

struct frank_private_key *frank_private_key_new(void)
{
	struct frank_private_key *k = api_new(sizeof(*k));

	k->error.arena = &k->arena;
	return k;
}

/* Overwrite bytes that a compiler could see are not read again. */
static void wipe(struct str secret)
{
	volatile char *p = (volatile char *)(uintptr_t)secret.p;

	for (size_t i = 0; i < secret.n; i++)
		p[i] = 0;
}

static void forget(struct frank_private_key *k)
{
	private_key_free(k->key);
	wipe(k->pem);
	k->key = NULL;
	k->record = k->pem = k->error.text = (struct str){ 0 };
	arena_reset(&k->arena);
}

void frank_private_key_free(struct frank_private_key *k)
{
	if (k == NULL)
		return;
	forget(k);
	arena_free(&k->arena);
	free(k);
}

bool frank_private_key_read(struct frank_private_key *k, struct frank_str bytes)
{
	forget(k);
	k->key = private_key_read(api_in(bytes), &k->error);
	return k->key != NULL;
}

bool frank_private_key_make(struct frank_private_key *k, enum frank_key_kind kind, unsigned bits)
{
	forget(k);
	k->key = private_key_make(
	    kind == FRANK_KEY_RSA ? DKIM_KEY_RSA : DKIM_KEY_ED25519, bits, &k->error);
	return k->key != NULL;
}

struct frank_str frank_private_key_error(const struct frank_private_key *k)
{
	return api_out(k->error.text);
}

struct frank_str frank_private_key_algorithm(const struct frank_private_key *k)
{
	return frank_str(k->key != NULL ? private_key_algorithm(k->key) : NULL);
}

unsigned frank_private_key_bits(const struct frank_private_key *k)
{
	return k->key != NULL ? private_key_bits(k->key) : 0;
}

struct frank_str frank_private_key_record(struct frank_private_key *k)
{
	if (k->key != NULL && k->record.n == 0)
		k->record = private_key_record(&k->arena, k->key);
	return api_out(k->record);
}

struct frank_str frank_private_key_pem(struct frank_private_key *k)
{
	if (k->key != NULL && k->pem.n == 0)
		k->pem = private_key_pem(&k->arena, k->key);
	return api_out(k->pem);
}

/* ---- what is signed ---- */

bool api_key_fits(const struct dkim_signer_key *key, struct error *e)
{
	if (key->key == NULL)
		return error_set(e, "the private key is empty: none was read or made");
	return dkim_signer_key_fits(key, e);
}

void api_cover_add(struct api_cover *c, struct arena *a, struct frank_str name, bool over)
{
	struct dkim_cover one = { arena_str(a, api_in(name)), over };

	arena_push(a, c->all, c->count, struct dkim_cover, one);
}

struct str api_with_line_ends(struct arena *a, struct str field, bool lf)
{
	char *out;
	size_t n = 0;

	if (!lf || field.n == 0)
		return field;
	out = arena_array(a, char, field.n);
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] != '\r')
			out[n++] = field.p[i];
	return (struct str){ out, n };
}

/* ---- signing ---- */

struct frank_signer {
	struct api_listener listener; /* first */
	struct frank_case *facts;
	struct arena arena;
	struct dkim_terms terms;
	struct api_cover cover;
	struct dkim_signer *signer; /* NULL before the first key */
	struct error error;
	struct str identity; /* of keys that are added now */
	size_t keys;
	struct str fields[DKIM_SIGN_KEYS];
	bool ended, done, good;
};

static struct frank_signer *of(struct api_listener *l)
{
	return (struct frank_signer *)l;
}

static void hear_header(struct api_listener *l)
{
	if (of(l)->signer != NULL)
		dkim_signer_header(of(l)->signer, &l->message->reader);
}

static void hear_body(struct api_listener *l, struct str piece)
{
	if (of(l)->signer != NULL)
		dkim_signer_body(of(l)->signer, piece);
}

static void hear_end(struct api_listener *l)
{
	of(l)->ended = true;
}

struct frank_signer *frank_signer_new(struct frank_case *facts, struct frank_message *message)
{
	static const struct api_ear ear = { hear_header, hear_body, hear_end };
	struct frank_signer *s = api_new(sizeof(*s));

	s->facts = facts;
	s->error.arena = &s->arena;
	api_listen(message, &s->listener, &ear);
	return s;
}

void frank_signer_free(struct frank_signer *s)
{
	if (s == NULL)
		return;
	api_unlisten(&s->listener);
	if (s->signer != NULL)
		dkim_signer_free(s->signer);
	arena_free(&s->arena);
	free(s);
}

void frank_signer_set_simple(struct frank_signer *s, bool header, bool body)
{
	assert(s->signer == NULL);
	s->terms.simple_header = header;
	s->terms.simple_body = body;
}

void frank_signer_set_lifetime(struct frank_signer *s, int64_t seconds)
{
	assert(s->signer == NULL);
	s->terms.lifetime = seconds;
}

void frank_signer_cover(struct frank_signer *s, struct frank_str name, bool over)
{
	assert(s->signer == NULL);
	api_cover_add(&s->cover, &s->arena, name, over);
}

void frank_signer_set_identity(struct frank_signer *s, struct frank_str identity)
{
	s->identity = arena_str(&s->arena, api_in(identity));
}

/* The terms are final. */
static void begin(struct frank_signer *s)
{
	const struct frank_message *m = s->listener.message;

	assert(!m->begun); /* what went by cannot be signed */
	s->terms.lf = m->lf;
	s->terms.time = s->facts->now;
	s->terms.has_time = s->facts->now > 0;
	s->terms.cover = s->cover.all;
	s->terms.cover_count = s->cover.count;
	s->signer = dkim_signer_new(&s->arena, api_crypto(s->facts), &s->terms);
}

bool frank_signer_add(struct frank_signer *s, struct frank_private_key *key,
    struct frank_str domain, struct frank_str selector)
{
	struct dkim_signer_key k = { .key = key->key,
		.domain = api_in(domain),
		.selector = api_in(selector),
		.identity = s->identity };

	if (!api_key_fits(&k, &s->error))
		return false;
	if (s->signer == NULL)
		begin(s);
	if (!dkim_signer_add(s->signer, &k, &s->error))
		return false;
	s->keys++;
	return true;
}

bool frank_signer_run(struct frank_signer *s)
{
	if (s->done)
		return s->good;
	if (!s->ended)
		return error_set(&s->error, "not signed: the message has not come to its end");
	if (s->keys == 0)
		return error_set(&s->error, "not signed: no key was added");
	s->good = dkim_signer_end(s->signer, &s->error);
	s->done = true;
	for (size_t i = 0; s->good && i < s->keys; i++)
		s->fields[i] =
		    api_with_line_ends(&s->arena, dkim_signer_field(s->signer, i), s->terms.lf);
	return s->good;
}

struct frank_str frank_signer_field(const struct frank_signer *s, size_t i)
{
	return i < s->keys ? api_out(s->fields[i]) : frank_str(NULL);
}

struct frank_str frank_signer_error(const struct frank_signer *s)
{
	return api_out(s->error.text);
}
