/* tlsa - see tlsa.h. */
#include "auth/tlsa.h"

const char *tlsa_unusable(const struct dns_tlsa *t)
{
	static const size_t lengths[] = { 0, 32, 64 };

	if (t->usage > 3)
		return "its usage is unknown";
	if (t->usage < 2)
		return "usages 0 and 1 are not for SMTP (RFC 7672 section 3.1.3)";
	if (t->selector > 1)
		return "its selector is unknown";
	if (t->matching > 2)
		return "its matching type is unknown";
	if (t->matching > 0 && t->data.n != lengths[t->matching])
		return "its digest has the wrong length";
	return t->data.n == 0 ? "it holds no data" : NULL;
}

static bool matches_one(struct arena *a, const struct dns_tlsa *t, const struct cert *c)
{
	struct str data = t->selector == 1 ? c->spki : c->der;

	if (!c->parsed)
		return false;
	if (t->matching == 1)
		data = cert_sha256(a, data);
	else if (t->matching == 2)
		data = cert_sha512(a, data);
	return str_eq(data, t->data);
}

/* The issuer in the chain that the record names: its place, or 0. */
static size_t issuer_at(
    struct arena *a, const struct dns_tlsa *t, const struct cert *chain, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (matches_one(a, t, &chain[i]))
			return i;
	return 0;
}

bool tlsa_issuer_served(
    struct arena *a, const struct dns_tlsa *t, const struct cert *chain, size_t count)
{
	return issuer_at(a, t, chain, count) > 0;
}

static struct str anchor_of(struct arena *a, const struct dns_tlsa *t, const struct tlsa_query *q)
{
	size_t at = issuer_at(a, t, q->chain, q->count);

	if (at > 0)
		return q->chain[at].pem;
	return t->selector == 0 && t->matching == 0 ? cert_write_pem(a, t->data)
						    : (struct str){ 0 };
}

static struct tlsa_verdict check_issuer(
    struct arena *a, const struct dns_tlsa *t, const struct tlsa_query *q)
{
	struct str anchor = anchor_of(a, t, q);
	struct tlsa_verdict v = { TLSA_NO_MATCH };

	if (anchor.n == 0)
		return v;
	v.path = cert_verify_to(a, q->chain, q->count, anchor, q->now);
	if (v.path.verdict != CHAIN_OK)
		v.result = TLSA_NO_PATH;
	else if (!cert_matches(&q->chain[0], q->host) && !cert_matches(&q->chain[0], q->domain))
		v.result = TLSA_NO_NAME;
	else
		v.result = TLSA_OK;
	return v;
}

struct tlsa_verdict tlsa_check(
    struct arena *a, const struct dns_tlsa *t, const struct tlsa_query *q)
{
	struct tlsa_verdict v = { TLSA_NO_MATCH };

	if (tlsa_unusable(t) != NULL || q->count == 0 || !q->chain[0].parsed)
		return v;
	if (t->usage == 2)
		return check_issuer(a, t, q);
	v.result = matches_one(a, t, &q->chain[0]) ? TLSA_OK : TLSA_NO_MATCH;
	return v;
}

struct str tlsa_write_311(struct arena *a, const struct cert *c)
{
	struct str hash = cert_sha256(a, c->spki), out = STR("3 1 1 ");

	for (size_t i = 0; i < hash.n; i++)
		out =
		    arena_fmt(a, STR_FMT "%02x", STR_ARG(out), (unsigned)(unsigned char)hash.p[i]);
	return out;
}
