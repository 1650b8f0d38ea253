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

bool tlsa_matches(struct arena *a, const struct dns_tlsa *t, const struct cert *chain, size_t count)
{
	if (tlsa_unusable(t) != NULL || count == 0)
		return false;
	if (t->usage == 3)
		return matches_one(a, t, &chain[0]);
	for (size_t i = 1; i < count; i++)
		if (matches_one(a, t, &chain[i]))
			return true;
	return false;
}

struct str tlsa_write_311(struct arena *a, const struct cert *c)
{
	struct str hash = cert_sha256(a, c->spki), out = STR("3 1 1 ");

	for (size_t i = 0; i < hash.n; i++)
		out =
		    arena_fmt(a, STR_FMT "%02x", STR_ARG(out), (unsigned)(unsigned char)hash.p[i]);
	return out;
}
