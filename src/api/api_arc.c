/* api_arc - the door to verifying and sealing ARC, see frank/arc.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_arc.h"
#include "api/api_dkim.h"
#include "api/api_sign.h"
#include "auth/arc_seal.h"

static_assert(FRANK_ARC_TEMPERROR == (int)ARC_TEMPERROR && FRANK_ARC_PASS == (int)ARC_PASS &&
		  FRANK_SEALER_FIELDS == ARC_SEAL_FIELDS,
    "the public numbers are the inner ones");

const char *frank_arc_result_name(enum frank_arc_result result)
{
	return arc_result_name((enum arc_result)result);
}

/* ---- the verdict ---- */

static const struct frank_arc_set *one_set(struct arena *a, const struct arc_set *from)
{
	struct frank_arc_set *set = arena_new(a, struct frank_arc_set);

	api_field(from->results, &set->results);
	set->authserv_id = api_out(from->said.id);
	set->message = api_signature(a, &from->message);
	set->seal = api_signature(a, &from->seal);
	return set;
}

struct frank_arc_verdict api_arc_verdict(struct arena *a, const struct arc_verdict *v)
{
	const struct frank_arc_set **sets = NULL;

	if (v->all != NULL)
		sets = arena_array(a, const struct frank_arc_set *, v->sets);
	for (size_t i = 0; sets != NULL && i < v->sets; i++)
		sets[i] = one_set(a, &v->all[i]);
	return (struct frank_arc_verdict){ .result = (enum frank_arc_result)v->result,
		.reason = api_out(v->reason),
		.count = v->sets,
		.sets = sets,
		.oldest_pass = v->oldest_pass };
}

/* ---- verifying ---- */

struct frank_arc {
	struct api_listener listener; /* first */
	struct frank_case *facts;
	struct arena arena;
	struct dkim_options options;
	struct arc *arc; /* NULL until the header is whole */
	bool ended, done;
	struct api_seen seen;
	struct frank_arc_verdict verdict;
};

static struct frank_arc *of(struct api_listener *l)
{
	return (struct frank_arc *)l;
}

static void hear_header(struct api_listener *l)
{
	struct frank_arc *c = of(l);

	c->options.lf = l->message->lf;
	c->arc = arc_new(&c->arena, api_crypto(c->facts), &c->options);
	arc_header(c->arc, &l->message->reader);
}

static void hear_body(struct api_listener *l, struct str piece)
{
	arc_body(of(l)->arc, piece);
}

static void hear_end(struct api_listener *l)
{
	arc_end(of(l)->arc);
	of(l)->ended = true;
}

struct frank_arc *frank_arc_new(struct frank_case *facts, struct frank_message *message)
{
	static const struct api_ear ear = { hear_header, hear_body, hear_end };
	struct frank_arc *c = api_new(sizeof(*c));

	c->facts = facts;
	api_listen(message, &c->listener, &ear);
	return c;
}

void frank_arc_free(struct frank_arc *c)
{
	if (c == NULL)
		return;
	api_unlisten(&c->listener);
	if (c->arc != NULL)
		arc_free(c->arc);
	arena_free(&c->arena);
	free(c);
}

void frank_arc_set_rsa_min(struct frank_arc *c, unsigned bits)
{
	assert(c->arc == NULL);
	c->options.rsa_min = bits;
}

void frank_arc_set_refuse_length(struct frank_arc *c, bool refuse)
{
	assert(c->arc == NULL);
	c->options.refuse_length = refuse;
}

bool frank_arc_run(struct frank_arc *c)
{
	if (c->done || c->arc == NULL || !api_news(&c->seen, c->facts, c->ended))
		return c->done;
	if (!c->ended) {
		arc_ask(c->arc, &c->facts->source);
		return false;
	}
	c->done = arc_verify(c->arc, &c->facts->source, c->facts->now);
	if (c->done)
		c->verdict = api_arc_verdict(&c->arena, arc_verdict(c->arc));
	return c->done;
}

const struct frank_arc_verdict *frank_arc_verdict(const struct frank_arc *c)
{
	return c->done ? &c->verdict : NULL;
}

/* ---- sealing ---- */

struct frank_sealer {
	struct api_listener listener; /* first */
	struct frank_case *facts;
	struct arena arena;
	struct arc_terms terms;
	struct api_cover cover;
	struct arc_sealer *sealer; /* NULL before the key */
	struct str fields[ARC_SEAL_FIELDS];
	struct error error;
	bool ended, done, good;
};

static struct frank_sealer *sealer_of(struct api_listener *l)
{
	return (struct frank_sealer *)l;
}

static void sealer_header(struct api_listener *l)
{
	if (sealer_of(l)->sealer != NULL)
		arc_sealer_header(sealer_of(l)->sealer, &l->message->reader);
}

static void sealer_body(struct api_listener *l, struct str piece)
{
	if (sealer_of(l)->sealer != NULL)
		arc_sealer_body(sealer_of(l)->sealer, piece);
}

static void sealer_end(struct api_listener *l)
{
	sealer_of(l)->ended = true;
}

struct frank_sealer *frank_sealer_new(struct frank_case *facts, struct frank_message *message)
{
	static const struct api_ear ear = { sealer_header, sealer_body, sealer_end };
	struct frank_sealer *s = api_new(sizeof(*s));

	s->facts = facts;
	s->error.arena = &s->arena;
	api_listen(message, &s->listener, &ear);
	return s;
}

void frank_sealer_free(struct frank_sealer *s)
{
	if (s == NULL)
		return;
	api_unlisten(&s->listener);
	if (s->sealer != NULL)
		arc_sealer_free(s->sealer);
	arena_free(&s->arena);
	free(s);
}

void frank_sealer_cover(struct frank_sealer *s, struct frank_str name, bool over)
{
	assert(s->sealer == NULL);
	api_cover_add(&s->cover, &s->arena, name, over);
}

bool frank_sealer_set_key(struct frank_sealer *s, struct frank_private_key *key,
    struct frank_str domain, struct frank_str selector)
{
	const struct frank_message *m = s->listener.message;

	assert(s->sealer == NULL && !m->begun);
	s->terms.key = (struct dkim_signer_key){ .key = api_private_key(key),
		.domain = arena_lower(&s->arena, api_in(domain)),
		.selector = arena_str(&s->arena, api_in(selector)) };
	if (!api_key_fits(&s->terms.key, &s->error))
		return false;
	s->terms.lf = m->lf;
	s->terms.time = s->facts->now;
	s->terms.has_time = s->facts->now > 0;
	s->terms.cover = s->cover.all;
	s->terms.cover_count = s->cover.count;
	s->sealer = arc_sealer_new(&s->arena, api_crypto(s->facts), &s->terms);
	return true;
}

bool api_seal(struct frank_sealer *s, const struct arc_verdict *chain, const struct authres *said)
{
	if (s->done)
		return s->good;
	if (!s->ended || chain == NULL)
		return error_set(
		    &s->error, "not sealed: the chain of the message is not judged yet");
	if (s->sealer == NULL)
		return error_set(&s->error, "not sealed: no key was set");
	s->done = true;
	s->good = arc_sealer_end(s->sealer, chain, said, &s->error);
	for (size_t i = 0; s->good && i < ARC_SEAL_FIELDS; i++)
		s->fields[i] =
		    api_with_line_ends(&s->arena, arc_sealer_field(s->sealer, i), s->terms.lf);
	return s->good;
}

bool frank_sealer_run(
    struct frank_sealer *s, const struct frank_arc *chain, const struct frank_authres *said)
{
	return api_seal(s, chain->done ? arc_verdict(chain->arc) : NULL, api_authres(said));
}

struct frank_str frank_sealer_field(const struct frank_sealer *s, size_t i)
{
	return i < ARC_SEAL_FIELDS ? api_out(s->fields[i]) : frank_str(NULL);
}

struct frank_str frank_sealer_error(const struct frank_sealer *s)
{
	return api_out(s->error.text);
}
