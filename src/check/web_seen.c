/* web_seen - see web_seen.h. */
#include "check/web_seen.h"

#include "check/tls_seen.h"
#include "wire/domain.h"

bool web_nowhere(const struct https_reply *r)
{
	return r->status == SESSION_UNREACHABLE && str_ends(r->error, STR("has no address"));
}

bool web_not_seen(const struct https_reply *r)
{
	return r->status == SESSION_TIMEOUT ||
	       (r->status == SESSION_UNREACHABLE && r->ms < 0 && !web_nowhere(r));
}

struct str web_certificate_fault(struct judge *j, const struct https_reply *r, struct str host)
{
	const struct cert_chain *c = tls_chain_of_page(j, r);

	if (c == NULL || c->result.verdict != CHAIN_OK)
		return arena_fmt(j->arena,
		    "the certificate of " STR_FMT " does not verify: " STR_FMT, STR_ARG(host),
		    STR_ARG(c != NULL ? c->result.error : STR("none was seen")));
	if (!cert_matches(&c->certs[0], host))
		return arena_fmt(j->arena, "the certificate is not for " STR_FMT, STR_ARG(host));
	return (struct str){ 0 };
}

bool web_good(struct judge *j, const struct https_reply *r, struct str host)
{
	return r->status == SESSION_OK && r->code == 200 && !r->body_cut &&
	       web_certificate_fault(j, r, host).n == 0;
}

bool web_split(struct str url, struct str *host, struct str *path)
{
	ptrdiff_t slash;

	if (!str_istarts(url, STR("https://")))
		return false;
	url = str_skip(url, 8);
	slash = str_chr(url, '/');
	*host = slash < 0 ? url : str_slice(url, 0, (size_t)slash);
	*path = slash < 0 ? STR("/") : str_skip(url, (size_t)slash);
	if (str_ends(*host, STR(":443")))
		host->n -= 4;
	for (size_t i = 0; i < path->n; i++)
		if (path->p[i] <= ' ' || path->p[i] > '~')
			return false;
	return domain_is_fqdn(*host);
}
