/* dkim - see dkim.h. */
#include "auth/dkim.h"

#include "auth/sig_check.h"

struct dkim {
	struct sig_terms terms;
	struct dkim_bodies own;
	struct dkim_bodies *bodies;
	struct sig_check *all;
	size_t count, found; /* examined; in the header */
};

static const struct dkim_verdict beyond_limit = {
	.result = DKIM_NEUTRAL,
	.cause = DKIM_CAUSE_LIMIT,
	.reason = { "not examined: the message has more signatures than anybody needs", 64 },
};

struct dkim *dkim_new(struct arena *a, struct crypto *crypto, const struct dkim_options *options)
{
	static const struct dkim_options usual = { 0 };
	struct dkim *d = arena_new(a, struct dkim);

	if (options == NULL)
		options = &usual;
	d->terms = (struct sig_terms){ .arena = a,
		.crypto = crypto,
		.lf = options->lf,
		.refuse_length = options->refuse_length,
		.rsa_min = options->rsa_min > CRYPTO_RSA_MIN ? options->rsa_min : CRYPTO_RSA_MIN };
	dkim_bodies_init(&d->own, a, crypto, options->lf);
	d->bodies = options->bodies != NULL ? options->bodies : &d->own;
	return d;
}

static void begin(struct dkim *d, const struct message_field *field)
{
	struct sig_check *c = &d->all[d->count++];

	dkim_sig_parse(d->terms.arena, DKIM_SIG_DKIM, field, &c->verdict.sig);
	sig_check_begin(&d->terms, c);
	if (!c->done)
		c->body = dkim_bodies_of(d->bodies, &c->verdict.sig);
}

void dkim_header(struct dkim *d, const struct message *m)
{
	const struct message_field *first[DKIM_MAX_SIGNATURES];
	size_t examined;

	d->terms.message = m;
	for (size_t i = 0; i < m->count; i++) {
		if (!str_ieq(m->fields[i].name, STR(DKIM_SIG_FIELD)))
			continue;
		if (d->found < DKIM_MAX_SIGNATURES)
			first[d->found] = &m->fields[i];
		d->found++;
	}
	examined = d->found < DKIM_MAX_SIGNATURES ? d->found : DKIM_MAX_SIGNATURES;
	d->all = arena_array(d->terms.arena, struct sig_check, examined + 1);
	for (size_t i = 0; i < examined; i++)
		begin(d, first[i]);
}

void dkim_body(struct dkim *d, struct str piece)
{
	if (d->bodies == &d->own)
		dkim_bodies_add(&d->own, piece);
}

void dkim_end(struct dkim *d)
{
	if (d->bodies == &d->own)
		dkim_bodies_end(&d->own);
}

void dkim_free(struct dkim *d)
{
	dkim_bodies_drop(&d->own);
}

bool dkim_ask(struct dkim *d, struct dns_source *source)
{
	bool all = true;

	for (size_t i = 0; i < d->count; i++)
		if (!d->all[i].done &&
		    dkim_key_ask(d->terms.arena, source, &d->all[i].verdict.sig) == NULL)
			all = false;
	return all;
}

bool dkim_verify(struct dkim *d, struct dns_source *source, int64_t now)
{
	bool all = true;

	d->terms.now = now;
	for (size_t i = 0; i < d->count; i++)
		all = sig_check_run(&d->terms, &d->all[i], source) && all;
	return all;
}

size_t dkim_count(const struct dkim *d)
{
	return d->found;
}

const struct dkim_verdict *dkim_verdict(const struct dkim *d, size_t i)
{
	return i < d->count ? &d->all[i].verdict : &beyond_limit;
}

const char *dkim_result_name(enum dkim_result result)
{
	static const char *const names[] = {
		[DKIM_NONE] = "none",
		[DKIM_PASS] = "pass",
		[DKIM_FAIL] = "fail",
		[DKIM_POLICY] = "policy",
		[DKIM_NEUTRAL] = "neutral",
		[DKIM_TEMPERROR] = "temperror",
		[DKIM_PERMERROR] = "permerror",
	};

	return names[result];
}
