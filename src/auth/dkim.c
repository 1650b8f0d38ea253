/* dkim - see dkim.h. */
#include "auth/dkim.h"

#include "auth/dkim_canon.h"
#include "wire/domain.h"

/* One signature under examination. */
struct examined {
	struct dkim_verdict verdict;
	const struct dkim_body *body; /* NULL: no need to hash it */
	bool done;
};

struct dkim {
	struct arena *arena;
	struct crypto *crypto;
	struct dkim_options options;
	struct dkim_bodies own;
	struct dkim_bodies *bodies;
	const struct message *message;
	struct examined all[DKIM_MAX_SIGNATURES];
	size_t count, found; /* examined; in the header */
	bool refused;	     /* the header went over the reader's limits */
};

static const struct dkim_verdict beyond_limit = {
	.result = DKIM_NEUTRAL,
	.cause = DKIM_CAUSE_LIMIT,
	.reason = { "not examined: the message has more signatures than anybody needs", 64 },
};

struct dkim *dkim_new(struct arena *a, struct crypto *crypto, const struct dkim_options *options)
{
	struct dkim *d = arena_new(a, struct dkim);

	d->arena = a;
	d->crypto = crypto;
	if (options != NULL)
		d->options = *options;
	if (d->options.rsa_min < CRYPTO_RSA_MIN)
		d->options.rsa_min = CRYPTO_RSA_MIN;
	dkim_bodies_init(&d->own, a, crypto, d->options.lf);
	d->bodies = d->options.bodies != NULL ? d->options.bodies : &d->own;
	return d;
}

/* ---- the message passes ---- */

/* The first end of an examination; what comes later is not asked any more. */
static void conclude(
    struct examined *e, enum dkim_result result, enum dkim_cause cause, struct str reason)
{
	e->verdict.result = result;
	e->verdict.cause = cause;
	e->verdict.reason = reason;
	e->done = true;
}

static void judge_algorithm(struct dkim *d, struct examined *e)
{
	const struct dkim_sig *sig = &e->verdict.sig;

	if (sig->algorithm == DKIM_RSA_SHA1)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_ALGORITHM,
		    STR("signed with rsa-sha1, which no longer counts (RFC 8301 section 3.1)"));
	else if (sig->algorithm == DKIM_ALGORITHM_OTHER)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_ALGORITHM,
		    arena_fmt(d->arena, "signed with an algorithm that is not known, a=" STR_FMT,
			STR_ARG(sig->algorithm_name)));
	else if (sig->body_hash.n != CRYPTO_HASH)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX,
		    STR("bh=, the hash of the body, is not as long as a SHA-256 hash"));
}

static void begin(struct dkim *d, const struct message_field *field)
{
	struct examined *e = &d->all[d->count++];
	struct dkim_sig *sig = &e->verdict.sig;

	dkim_sig_parse(d->arena, DKIM_SIG_DKIM, field, sig);
	if (sig->fault.n > 0)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, sig->fault);
	else
		judge_algorithm(d, e);
	if (!e->done && d->refused)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_HEADER_REFUSED,
		    message_finding_text(d->message->refused));
	if (!e->done)
		e->body = dkim_bodies_of(d->bodies, sig);
}

void dkim_header(struct dkim *d, const struct message *m)
{
	d->message = m;
	d->refused = m->state == MESSAGE_AT_LIMIT;
	for (size_t i = 0; i < m->count; i++) {
		if (!str_ieq(m->fields[i].name, STR(DKIM_SIG_FIELD)))
			continue;
		if (d->found++ < DKIM_MAX_SIGNATURES)
			begin(d, &m->fields[i]);
	}
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

/* ---- keys ---- */

/* What was made of a TXT record, kept with the answer so that it is read once. */
static const struct dkim_key *key_of(struct dns_source *source, struct dns_record *r)
{
	static const char keeper;
	struct dkim_key *key = dns_kept(r, &keeper);

	if (key != NULL || !r->parsed)
		return key;
	key = arena_new(source->arena, struct dkim_key);
	dkim_key_parse(source->arena, r->txt.joined, key);
	dns_keep(r, &keeper, key);
	return key;
}

/* selector._domainkey.domain (RFC 6376 section 3.6.2.1) */
static struct str key_name(struct arena *a, const struct dkim_sig *sig)
{
	static const char middle[] = "._domainkey.";
	size_t n = sig->selector.n + sizeof(middle) - 1 + sig->domain.n;
	char *name = arena_array(a, char, n + 1), *p = name;

	p = (char *)memcpy(p, sig->selector.p, sig->selector.n) + sig->selector.n;
	p = (char *)memcpy(p, middle, sizeof(middle) - 1) + sizeof(middle) - 1;
	memcpy(p, sig->domain.p, sig->domain.n);
	return (struct str){ name, n };
}

const struct dns_answer *dkim_key_ask(
    struct arena *a, struct dns_source *source, const struct dkim_sig *sig)
{
	static const struct dns_answer nowhere = { .status = DNS_NXDOMAIN };
	struct str name = key_name(a, sig);

	return domain_valid(name) ? dns_ask(source, name, DNS_TXT) : &nowhere;
}

bool dkim_ask(struct dkim *d, struct dns_source *source)
{
	bool all = true;

	for (size_t i = 0; i < d->count; i++)
		if (!d->all[i].done &&
		    dkim_key_ask(d->arena, source, &d->all[i].verdict.sig) == NULL)
			all = false;
	return all;
}

/* What is wrong with the record itself, said by the first fault that spoils it. */
static struct str key_fault(const struct dkim_key *key)
{
	for (size_t i = 0; i < key->fault_count; i++)
		if (dkim_fault_spoils(key->faults[i].kind))
			return key->faults[i].text;
	return (struct str){ 0 };
}

static bool exponent_sound(const struct dkim_key *key)
{
	struct str e = key->exponent;

	return e.n <= CRYPTO_EXPONENT_MAX && (e.p[e.n - 1] & 1) != 0 && !(e.n == 1 && e.p[0] == 1);
}

static struct str size_fault(struct arena *a, const struct dkim *d, const struct dkim_key *key)
{
	if (key->kind != DKIM_KEY_RSA)
		return (struct str){ 0 };
	if (key->bits < d->options.rsa_min)
		return arena_fmt(a,
		    "the key has %u bits only; under %u none counts, because it can be broken "
		    "(RFC 8301 section 3.2)",
		    key->bits, d->options.rsa_min);
	if (key->bits > CRYPTO_RSA_MAX)
		return arena_fmt(a, "the key has %u bits, which is too dear to verify", key->bits);
	return (struct str){ 0 };
}

static bool strict_breach(const struct dkim_key *key, const struct dkim_sig *sig)
{
	return key->strict && !domain_eq(sig->identity_domain, sig->domain);
}

/* May this key serve for this signature?  If not, why. */
static bool key_fits(struct dkim *d, struct examined *e, const struct dkim_key *key)
{
	const struct dkim_sig *sig = &e->verdict.sig;
	enum dkim_key_kind kind =
	    sig->algorithm == DKIM_RSA_SHA256 ? DKIM_KEY_RSA : DKIM_KEY_ED25519;
	struct str fault = key_fault(key);
	enum dkim_cause cause = DKIM_CAUSE_KEY;

	if (key->revoked) {
		cause = DKIM_CAUSE_REVOKED;
		fault = STR("the key was revoked: its p= is empty (RFC 6376 section 3.6.1)");
	} else if (fault.n == 0 && key->kind != kind) {
		fault = STR("the key is for another algorithm than the signature names");
	} else if (fault.n == 0) {
		fault = size_fault(d->arena, d, key);
		cause = fault.n > 0 ? DKIM_CAUSE_KEY_SIZE : cause;
	}
	if (fault.n == 0 && kind == DKIM_KEY_RSA && !exponent_sound(key))
		fault = STR("the key's exponent is one with which anybody, or nobody, can sign");
	if (fault.n == 0 && strict_breach(key, sig)) {
		cause = DKIM_CAUSE_IDENTITY;
		fault = STR("the key says t=s, and i= is not in d= itself but beneath it "
			    "(RFC 6376 section 3.6.1)");
	}
	if (fault.n > 0)
		conclude(e, DKIM_PERMERROR, cause, fault);
	return fault.n == 0;
}

/* ---- the signature ---- */

static struct str header_reason(struct dkim *d, const struct dkim_verdict *v)
{
	unsigned char signed_hash[CRYPTO_HASH];

	if (v->sig.algorithm != DKIM_RSA_SHA256)
		return STR("the body is as it was signed, but a signed header field or the "
			   "signature was changed, or another key signed it");
	if (crypto_recover(d->crypto, v->key, v->sig.signature, signed_hash))
		return STR("the signature is of this key and the body is as it was signed, but a "
			   "signed header field was changed, added or removed");
	return STR("the signature was not made with the published key, or b= was damaged");
}

/* Hash and verify with one key. */
static bool verify_with(struct dkim *d, struct examined *e, const struct dkim_key *key)
{
	struct dkim_verdict *v = &e->verdict;

	v->key = key;
	v->testing = key->testing;
	if (!v->header_done)
		dkim_header_hash(
		    d->crypto, d->arena, d->message, &v->sig, d->options.lf, v->header_hash);
	v->header_done = true;
	return crypto_verify(d->crypto, key, v->sig.signature, v->header_hash);
}

/* l= may not be larger than the body (RFC 6376 section 3.5), though its hash would fit. */
static bool is_short(const struct examined *e)
{
	return e->verdict.sig.has_length && e->body->total < e->verdict.sig.length;
}

static bool body_fits(const struct examined *e)
{
	return !is_short(e) &&
	       memcmp(e->body->digest, e->verdict.sig.body_hash.p, CRYPTO_HASH) == 0;
}

static void conclude_body(struct dkim *d, struct examined *e, bool header_fits)
{
	const struct dkim_sig *sig = &e->verdict.sig;

	if (is_short(e))
		conclude(e, DKIM_FAIL, DKIM_CAUSE_SHORT,
		    arena_fmt(d->arena,
			"%ju bytes of the body were signed (l=), but only %ju are there: it was "
			"shortened",
			(uintmax_t)sig->length, (uintmax_t)e->body->total));
	else if (header_fits)
		conclude(e, DKIM_FAIL, DKIM_CAUSE_BODY,
		    STR("the body hash differs: the body was changed after signing; the header "
			"is as it was signed"));
	else
		conclude(e, DKIM_FAIL, DKIM_CAUSE_BODY,
		    STR("the body hash differs: the body was changed after signing, and the "
			"header does not fit the signature either"));
}

static void conclude_pass(struct dkim *d, struct examined *e)
{
	struct dkim_verdict *v = &e->verdict;

	if (v->sig.has_length && e->body->total > v->sig.length)
		v->unsigned_bytes = e->body->total - v->sig.length;
	if (v->unsigned_bytes > 0 && d->options.refuse_length)
		conclude(e, DKIM_POLICY, DKIM_CAUSE_OPTION,
		    arena_fmt(d->arena,
			"the signature covers the first %ju bytes of the body only (l=); anybody "
			"could have added the other %ju",
			(uintmax_t)v->sig.length, (uintmax_t)v->unsigned_bytes));
	else
		conclude(e, DKIM_PASS, DKIM_CAUSE_NONE, (struct str){ 0 });
}

static void judge_signature(struct dkim *d, struct examined *e, bool header_fits)
{
	struct dkim_verdict *v = &e->verdict;

	memcpy(v->body_hash, e->body->digest, CRYPTO_HASH);
	v->body_done = true;
	if (!body_fits(e))
		conclude_body(d, e, header_fits);
	else if (header_fits)
		conclude_pass(d, e);
	else
		conclude(e, DKIM_FAIL, DKIM_CAUSE_HEADER, header_reason(d, v));
}

/* Try the records at the name, a few; what the last one that fits says is the verdict. */
static void try_keys(
    struct dkim *d, struct examined *e, struct dns_source *source, const struct dns_answer *answer)
{
	bool tried = false, good = false;
	size_t keys = 0;

	for (size_t i = 0; i < answer->count && keys < DKIM_MAX_KEYS && !good; i++) {
		const struct dkim_key *key = key_of(source, &answer->records[i]);

		if (key == NULL || !key->meant)
			continue;
		keys++;
		if (!key_fits(d, e, key))
			continue;
		tried = true;
		good = verify_with(d, e, key);
	}
	if (tried)
		judge_signature(d, e, good);
	else if (keys == 0)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_NO_KEY,
		    arena_fmt(d->arena,
			"there is a TXT record at " STR_FMT "._domainkey." STR_FMT ", but no key",
			STR_ARG(e->verdict.sig.selector), STR_ARG(e->verdict.sig.domain)));
}

static void judge_times(struct dkim *d, struct examined *e, int64_t now)
{
	const struct dkim_sig *sig = &e->verdict.sig;

	e->verdict.future = sig->has_time && sig->time > now;
	if (sig->has_expiry && sig->expiry < now)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_EXPIRED,
		    arena_fmt(d->arena, "it expired %jd seconds before it was verified (x=)",
			(intmax_t)(now - sig->expiry)));
}

/* False while the key is missing. */
static bool examine(struct dkim *d, struct examined *e, struct dns_source *source)
{
	const struct dkim_sig *sig = &e->verdict.sig;
	const struct dns_answer *answer = dkim_key_ask(d->arena, source, sig);

	if (answer == NULL)
		return false;
	if (dns_failed(answer))
		conclude(e, DKIM_TEMPERROR, DKIM_CAUSE_DNS,
		    arena_fmt(d->arena,
			"the DNS did not answer for the key, " STR_FMT "._domainkey." STR_FMT
			" (%s)",
			STR_ARG(sig->selector), STR_ARG(sig->domain),
			dns_status_name(answer->status)));
	else if (answer->count == 0)
		conclude(e, DKIM_PERMERROR, DKIM_CAUSE_NO_KEY,
		    arena_fmt(d->arena, "there is no key: " STR_FMT "._domainkey." STR_FMT " %s",
			STR_ARG(sig->selector), STR_ARG(sig->domain),
			answer->status == DNS_NXDOMAIN ? "does not exist" : "has no TXT record"));
	else
		try_keys(d, e, source, answer);
	return true;
}

bool dkim_verify(struct dkim *d, struct dns_source *source, int64_t now)
{
	bool all = true;

	for (size_t i = 0; i < d->count; i++) {
		struct examined *e = &d->all[i];

		if (!e->done)
			judge_times(d, e, now);
		if (!e->done && !examine(d, e, source))
			all = false;
	}
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
