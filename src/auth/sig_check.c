/* sig_check - see sig_check.h. */
#include "auth/sig_check.h"

#include "auth/dkim_why.h"
#include "wire/domain.h"

/* The first end of an examination; what comes later is not asked any more. */
void sig_check_conclude(
    struct sig_check *c, enum dkim_result result, enum dkim_cause cause, struct str reason)
{
	c->verdict.result = result;
	c->verdict.cause = cause;
	c->verdict.reason = reason;
	c->done = true;
}

/* Does the algorithm count? */
static void judge_algorithm(const struct sig_terms *t, struct sig_check *c)
{
	const struct dkim_sig *sig = &c->verdict.sig;

	if (sig->algorithm == DKIM_RSA_SHA1)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_ALGORITHM,
		    STR("signed with rsa-sha1, which no longer counts (RFC 8301 section 3.1)"));
	else if (sig->algorithm == DKIM_ALGORITHM_OTHER)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_ALGORITHM,
		    arena_fmt(t->arena, "signed with an algorithm that is not known, a=" STR_FMT,
			STR_ARG(sig->algorithm_name)));
	else if (sig->form != DKIM_SIG_ARC_SEAL && sig->body_hash.n != CRYPTO_HASH)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX,
		    STR("bh=, the hash of the body, is not as long as a SHA-256 hash"));
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

static struct str size_fault(struct arena *a, const struct sig_terms *t, const struct dkim_key *key)
{
	if (key->kind != DKIM_KEY_RSA)
		return (struct str){ 0 };
	if (key->bits < t->rsa_min)
		return arena_fmt(a,
		    "the key has %u bits only; under %u none counts, because it can be broken "
		    "(RFC 8301 section 3.2)",
		    key->bits, t->rsa_min);
	if (key->bits > CRYPTO_RSA_MAX)
		return arena_fmt(a, "the key has %u bits, which is too dear to verify", key->bits);
	return (struct str){ 0 };
}

static bool strict_breach(const struct dkim_key *key, const struct dkim_sig *sig)
{
	return key->strict && sig->form == DKIM_SIG_DKIM &&
	       !domain_eq(sig->identity_domain, sig->domain);
}

/* May this key serve for this signature?  If not, why. */
static bool key_fits(const struct sig_terms *t, struct sig_check *c, const struct dkim_key *key)
{
	const struct dkim_sig *sig = &c->verdict.sig;
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
		fault = size_fault(t->arena, t, key);
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
		sig_check_conclude(c, DKIM_PERMERROR, cause, fault);
	return fault.n == 0;
}

/* ---- the signature ---- */

static struct str header_reason(const struct sig_terms *t, const struct dkim_verdict *v)
{
	unsigned char signed_hash[CRYPTO_HASH];
	struct str why = { 0 };

	if (v->sig.form != DKIM_SIG_ARC_SEAL)
		why = dkim_why_header(t->arena, t->crypto, t->message, v, t->lf);
	if (why.n > 0)
		return why;
	if (v->sig.algorithm != DKIM_RSA_SHA256)
		return STR("the body is as it was signed, but a signed header field or the "
			   "signature was changed, or another key signed it");
	if (crypto_recover(t->crypto, v->key, v->sig.signature, signed_hash))
		return STR("the signature is of this key and the body is as it was signed, but a "
			   "signed header field was changed, added or removed");
	return STR("the signature was not made with the published key, or b= was damaged");
}

/* Hash and verify with one key. */
static bool verify_with(const struct sig_terms *t, struct sig_check *c, const struct dkim_key *key)
{
	struct dkim_verdict *v = &c->verdict;

	v->key = key;
	v->testing = key->testing;
	if (!v->header_done)
		dkim_header_hash(t->crypto, t->arena, t->message, &v->sig, t->lf, v->header_hash);
	v->header_done = true;
	return crypto_verify(t->crypto, key, v->sig.signature, v->header_hash);
}

/* l= may not be larger than the body (RFC 6376 section 3.5), though its hash would fit. */
static bool is_short(const struct sig_check *c)
{
	return c->body != NULL && c->verdict.sig.has_length &&
	       c->body->total < c->verdict.sig.length;
}

static bool body_fits(const struct sig_check *c)
{
	if (c->body == NULL)
		return true;
	return !is_short(c) &&
	       memcmp(c->body->digest, c->verdict.sig.body_hash.p, CRYPTO_HASH) == 0;
}

static void conclude_body(const struct sig_terms *t, struct sig_check *c, bool header_fits)
{
	const struct dkim_sig *sig = &c->verdict.sig;

	if (is_short(c))
		sig_check_conclude(c, DKIM_FAIL, DKIM_CAUSE_SHORT,
		    arena_fmt(t->arena,
			"%ju bytes of the body were signed (l=), but only %ju are there: it was "
			"shortened",
			(uintmax_t)sig->length, (uintmax_t)c->body->total));
	else if (header_fits)
		sig_check_conclude(c, DKIM_FAIL, DKIM_CAUSE_BODY,
		    STR("the body hash differs: the body was changed after signing; the header "
			"is as it was signed"));
	else
		sig_check_conclude(c, DKIM_FAIL, DKIM_CAUSE_BODY,
		    STR("the body hash differs: the body was changed after signing, and the "
			"header does not fit the signature either"));
}

static void conclude_pass(const struct sig_terms *t, struct sig_check *c)
{
	struct dkim_verdict *v = &c->verdict;

	if (c->body != NULL && v->sig.has_length && c->body->total > v->sig.length)
		v->unsigned_bytes = c->body->total - v->sig.length;
	if (v->unsigned_bytes > 0 && t->refuse_length)
		sig_check_conclude(c, DKIM_POLICY, DKIM_CAUSE_OPTION,
		    arena_fmt(t->arena,
			"the signature covers the first %ju bytes of the body only (l=); anybody "
			"could have added the other %ju",
			(uintmax_t)v->sig.length, (uintmax_t)v->unsigned_bytes));
	else
		sig_check_conclude(c, DKIM_PASS, DKIM_CAUSE_NONE, (struct str){ 0 });
}

static void judge_signature(const struct sig_terms *t, struct sig_check *c, bool header_fits)
{
	struct dkim_verdict *v = &c->verdict;

	v->body_done = c->body != NULL;
	if (v->body_done)
		memcpy(v->body_hash, c->body->digest, CRYPTO_HASH);
	if (!body_fits(c))
		conclude_body(t, c, header_fits);
	else if (header_fits)
		conclude_pass(t, c);
	else
		sig_check_conclude(c, DKIM_FAIL, DKIM_CAUSE_HEADER, header_reason(t, v));
}

/* RFC 6376 section 3.6.2.2 leaves open which of several is taken. */
static size_t count_keys(struct dns_source *source, const struct dns_answer *answer)
{
	size_t keys = 0;

	for (size_t i = 0; i < answer->count; i++) {
		const struct dkim_key *key = key_of(source, &answer->records[i]);

		keys += key != NULL && key->meant;
	}
	return keys;
}

/* Try the records at the name, a few; what the last one that fits says is the verdict. */
static void try_keys(const struct sig_terms *t, struct sig_check *c, struct dns_source *source,
    const struct dns_answer *answer)
{
	bool tried = false, good = false;
	size_t keys = 0;

	c->verdict.records = answer->count > 1 ? count_keys(source, answer) : answer->count;
	for (size_t i = 0; i < answer->count && keys < DKIM_MAX_KEYS && !good; i++) {
		const struct dkim_key *key = key_of(source, &answer->records[i]);

		if (key == NULL || !key->meant)
			continue;
		keys++;
		if (!key_fits(t, c, key))
			continue;
		tried = true;
		good = verify_with(t, c, key);
	}
	if (tried)
		judge_signature(t, c, good);
	else if (keys == 0)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_NO_KEY,
		    arena_fmt(t->arena,
			"there is a TXT record at " STR_FMT "._domainkey." STR_FMT ", but no key",
			STR_ARG(c->verdict.sig.selector), STR_ARG(c->verdict.sig.domain)));
}

static void judge_times(const struct sig_terms *t, struct sig_check *c)
{
	const struct dkim_sig *sig = &c->verdict.sig;

	c->verdict.future = sig->has_time && sig->time > t->now;
	if (sig->has_expiry && sig->expiry < t->now)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_EXPIRED,
		    arena_fmt(t->arena, "it expired %jd seconds before it was verified (x=)",
			(intmax_t)(t->now - sig->expiry)));
}

/* False while the key is missing. */
static bool look_at_key(const struct sig_terms *t, struct sig_check *c, struct dns_source *source)
{
	const struct dkim_sig *sig = &c->verdict.sig;
	const struct dns_answer *answer = dkim_key_ask(t->arena, source, sig);

	if (answer == NULL)
		return false;
	if (dns_failed(answer))
		sig_check_conclude(c, DKIM_TEMPERROR, DKIM_CAUSE_DNS,
		    arena_fmt(t->arena,
			"the DNS did not answer for the key, " STR_FMT "._domainkey." STR_FMT
			" (%s)",
			STR_ARG(sig->selector), STR_ARG(sig->domain),
			dns_status_name(answer->status)));
	else if (answer->count == 0)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_NO_KEY,
		    arena_fmt(t->arena, "there is no key: " STR_FMT "._domainkey." STR_FMT " %s",
			STR_ARG(sig->selector), STR_ARG(sig->domain),
			answer->status == DNS_NXDOMAIN ? "does not exist" : "has no TXT record"));
	else
		try_keys(t, c, source, answer);
	return true;
}

void sig_check_begin(const struct sig_terms *t, struct sig_check *c)
{
	if (c->verdict.sig.fault.n > 0)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_SYNTAX, c->verdict.sig.fault);
	else
		judge_algorithm(t, c);
	if (!c->done && t->message->state == MESSAGE_AT_LIMIT)
		sig_check_conclude(c, DKIM_PERMERROR, DKIM_CAUSE_HEADER_REFUSED,
		    message_finding_text(t->message->refused));
}

bool sig_check_run(const struct sig_terms *t, struct sig_check *c, struct dns_source *source)
{
	if (!c->done)
		judge_times(t, c);
	return c->done || look_at_key(t, c, source);
}
