/* api_dkim - the door to verifying DKIM, see frank/dkim.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_dkim.h"
#include "auth/dkim_why.h"

struct frank_dkim {
	struct api_listener listener; /* first */
	struct frank_case *facts;
	struct arena arena;
	struct dkim_options options;
	struct dkim *dkim; /* NULL until the header is whole */
	bool ended, done;
	struct api_seen seen;
	size_t count;
	const struct frank_dkim_signature *const *signatures;
};

static_assert(FRANK_DKIM_PERMERROR == (int)DKIM_PERMERROR &&
		  FRANK_DKIM_CAUSE_OPTION == (int)DKIM_CAUSE_OPTION &&
		  FRANK_DKIM_CAUSE_BODY == (int)DKIM_CAUSE_BODY,
    "the public numbers are the inner ones");

const char *frank_dkim_result_name(enum frank_dkim_result result)
{
	return dkim_result_name((enum dkim_result)result);
}

/* ---- what is heard ---- */

static struct frank_dkim *of(struct api_listener *l)
{
	return (struct frank_dkim *)l;
}

static void hear_header(struct api_listener *l)
{
	struct frank_dkim *d = of(l);

	d->options.lf = l->message->lf;
	d->dkim = dkim_new(&d->arena, api_crypto(d->facts), &d->options);
	dkim_header(d->dkim, &l->message->reader);
}

static void hear_body(struct api_listener *l, struct str piece)
{
	dkim_body(of(l)->dkim, piece);
}

static void hear_end(struct api_listener *l)
{
	dkim_end(of(l)->dkim);
	of(l)->ended = true;
}

struct frank_dkim *frank_dkim_new(struct frank_case *facts, struct frank_message *message)
{
	static const struct api_ear ear = { hear_header, hear_body, hear_end };
	struct frank_dkim *d = api_new(sizeof(*d));

	d->facts = facts;
	api_listen(message, &d->listener, &ear);
	return d;
}

void frank_dkim_free(struct frank_dkim *d)
{
	if (d == NULL)
		return;
	api_unlisten(&d->listener);
	if (d->dkim != NULL)
		dkim_free(d->dkim);
	arena_free(&d->arena);
	free(d);
}

void frank_dkim_set_rsa_min(struct frank_dkim *d, unsigned bits)
{
	assert(d->dkim == NULL);
	d->options.rsa_min = bits;
}

void frank_dkim_set_refuse_length(struct frank_dkim *d, bool refuse)
{
	assert(d->dkim == NULL);
	d->options.refuse_length = refuse;
}

/* ---- the verdicts ---- */

const struct frank_dkim_signature *api_signature(struct arena *a, const struct dkim_verdict *v)
{
	struct frank_dkim_signature *s = arena_new(a, struct frank_dkim_signature);
	const struct dkim_sig *sig = &v->sig;

	*s = (struct frank_dkim_signature){ .result = (enum frank_dkim_result)v->result,
		.cause = (enum frank_dkim_cause)v->cause,
		.reason = api_out(v->reason),
		.domain = api_out(sig->domain),
		.selector = api_out(sig->selector),
		.identity = api_out(sig->identity),
		.algorithm = api_out(sig->algorithm_name),
		.key_bits = v->key != NULL ? v->key->bits : 0,
		.testing = v->testing,
		.future = v->future,
		.unsigned_bytes = v->unsigned_bytes,
		.has_time = sig->has_time,
		.has_expiry = sig->has_expiry,
		.time = sig->time,
		.expiry = sig->expiry };
	api_field(sig->field, &s->field);
	return s;
}

const struct frank_dkim_signature *const *api_signatures(struct arena *a, const struct dkim *dkim)
{
	size_t count = dkim_count(dkim);
	const struct frank_dkim_signature **all =
	    arena_array(a, const struct frank_dkim_signature *, count);

	for (size_t i = 0; i < count; i++)
		all[i] = i <= DKIM_MAX_SIGNATURES ? api_signature(a, dkim_verdict(dkim, i))
						  : all[DKIM_MAX_SIGNATURES];
	return all;
}

struct frank_str api_why(const struct api_whose *w, size_t i, struct frank_str body)
{
	const struct dkim_verdict *v = dkim_verdict(w->dkim, i);
	struct crypto *crypto = api_crypto(w->facts);
	struct str why = { 0 };

	if (v->cause == DKIM_CAUSE_HEADER)
		why = dkim_why_header(w->arena, crypto, &w->message->reader, v, w->message->lf);
	else if (v->cause == DKIM_CAUSE_BODY && body.n > 0)
		why = dkim_why_body(w->arena, crypto, api_in(body), v, w->message->lf);
	return api_out(why);
}

bool frank_dkim_run(struct frank_dkim *d)
{
	if (d->done || d->dkim == NULL || !api_news(&d->seen, d->facts, d->ended))
		return d->done;
	if (!d->ended) {
		dkim_ask(d->dkim, &d->facts->source);
		return false;
	}
	d->done = dkim_verify(d->dkim, &d->facts->source, d->facts->now);
	if (d->done) {
		d->signatures = api_signatures(&d->arena, d->dkim);
		d->count = dkim_count(d->dkim);
	}
	return d->done;
}

size_t frank_dkim_count(const struct frank_dkim *d)
{
	return d->count;
}

const struct frank_dkim_signature *frank_dkim_signature(const struct frank_dkim *d, size_t i)
{
	return i < d->count ? d->signatures[i] : NULL;
}

struct frank_str frank_dkim_why(struct frank_dkim *d, size_t i, struct frank_str body)
{
	const struct api_whose whose = { &d->arena, d->facts, d->listener.message, d->dkim };

	return i < d->count ? api_why(&whose, i, body) : frank_str(NULL);
}
