/* spf_outcome - what one address gets from a map; see spf_map.h. */
#include "check/spf_map.h"

#include "wire/domain.h"

struct walk {
	struct judge *judge;
	const struct spf_map *map;
	struct ip ip;
	const struct spf_text *root; /* instead of the first node's */
	unsigned lookups, voids;
	bool depends; /* a term was passed over that a message might match */
	unsigned depth;
};

enum match { MATCH_NO, MATCH_YES, MATCH_PERMERROR, MATCH_TEMPERROR };

static enum spf_outcome evaluate(struct walk *w, size_t node);

static enum match match_addresses(const struct walk *w, const struct dns_answer *a, unsigned prefix)
{
	if (dns_failed(a))
		return MATCH_TEMPERROR;
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && ip_in(w->ip, a->records[i].address, prefix))
			return MATCH_YES;
	return MATCH_NO;
}

static enum match match_host(struct walk *w, struct str host, unsigned prefix)
{
	const struct dns_answer *a =
	    judge_dns(w->judge, host, w->ip.family == IP_V4 ? DNS_A : DNS_AAAA);

	return a == NULL ? MATCH_NO : match_addresses(w, a, prefix);
}

static enum match match_mx(struct walk *w, const struct dns_answer *mx, unsigned prefix)
{
	if (mx->count > SPF_MAX_MX)
		return MATCH_PERMERROR;
	for (size_t i = 0; i < mx->count; i++) {
		enum match m;

		if (!mx->records[i].parsed || mx->records[i].mx.host.n == 0)
			continue;
		m = match_host(w, mx->records[i].mx.host, prefix);
		if (m != MATCH_NO)
			return m;
	}
	return MATCH_NO;
}

static enum match match_ask(struct walk *w, size_t node, const struct spf_term *t)
{
	struct str name = t->value.n > 0 ? t->value : w->map->nodes[node].domain;
	bool v4 = w->ip.family == IP_V4;
	unsigned prefix = v4 ? t->prefix4 : t->prefix6;
	const struct dns_answer *a;

	if (t->macro || t->kind == SPF_TERM_PTR) {
		w->depends = true;
		return MATCH_NO;
	}
	a = judge_dns(w->judge, domain_undot(name),
	    t->kind == SPF_TERM_MX	   ? DNS_MX
	    : t->kind == SPF_TERM_A && !v4 ? DNS_AAAA
					   : DNS_A);
	if (a == NULL)
		return MATCH_NO;
	if (dns_failed(a))
		return MATCH_TEMPERROR;
	if (dns_void(a) && ++w->voids > SPF_MAX_VOIDS)
		return MATCH_PERMERROR;
	if (t->kind == SPF_TERM_EXISTS)
		return a->count > 0 ? MATCH_YES : MATCH_NO;
	return t->kind == SPF_TERM_MX ? match_mx(w, a, prefix) : match_addresses(w, a, prefix);
}

static size_t find_child(const struct spf_map *m, size_t node, const struct spf_term *t)
{
	for (size_t i = node + 1; i < m->count; i++)
		if (m->nodes[i].parent == node && m->nodes[i].via->kind == t->kind &&
		    domain_eq(m->nodes[i].domain, t->value))
			return i;
	return SIZE_MAX;
}

static enum spf_outcome evaluate_child(struct walk *w, size_t node, const struct spf_term *t)
{
	size_t child = t->macro ? SIZE_MAX : find_child(w->map, node, t);
	enum spf_outcome o;

	if (child == SIZE_MAX || w->depth >= SPF_MAX_LOOKUPS + 1) {
		w->depends = true;
		return SPF_SAYS_NEUTRAL;
	}
	w->depth++;
	o = evaluate(w, child);
	w->depth--;
	return o == SPF_SAYS_NONE ? SPF_SAYS_PERMERROR : o;
}

static enum match match_include(struct walk *w, size_t node, const struct spf_term *t)
{
	switch (evaluate_child(w, node, t)) {
	case SPF_SAYS_PASS:
		return MATCH_YES;
	case SPF_SAYS_PERMERROR:
		return MATCH_PERMERROR;
	case SPF_SAYS_TEMPERROR:
		return MATCH_TEMPERROR;
	default:
		return MATCH_NO;
	}
}

static enum match match_term(struct walk *w, size_t node, const struct spf_term *t)
{
	if (t->kind == SPF_TERM_ALL)
		return MATCH_YES;
	if (t->kind == SPF_TERM_IP4 || t->kind == SPF_TERM_IP6)
		return ip_in(w->ip, t->network, t->kind == SPF_TERM_IP4 ? t->prefix4 : t->prefix6)
			   ? MATCH_YES
			   : MATCH_NO;
	if (!spf_term_asks(t) || t->kind == SPF_TERM_REDIRECT)
		return MATCH_NO;
	if (++w->lookups > SPF_MAX_LOOKUPS)
		return MATCH_PERMERROR;
	return t->kind == SPF_TERM_INCLUDE ? match_include(w, node, t) : match_ask(w, node, t);
}

static enum spf_outcome of_qualifier(char q)
{
	return q == '-'	  ? SPF_SAYS_FAIL
	       : q == '~' ? SPF_SAYS_SOFTFAIL
	       : q == '?' ? SPF_SAYS_NEUTRAL
			  : SPF_SAYS_PASS;
}

static enum spf_outcome evaluate_terms(struct walk *w, size_t node, const struct spf_text *text)
{
	const struct spf_term *redirect = spf_text_find(text, SPF_TERM_REDIRECT);

	for (size_t i = 0; i < text->count; i++) {
		switch (match_term(w, node, &text->terms[i])) {
		case MATCH_YES:
			return of_qualifier(text->terms[i].qualifier);
		case MATCH_PERMERROR:
			return SPF_SAYS_PERMERROR;
		case MATCH_TEMPERROR:
			return SPF_SAYS_TEMPERROR;
		case MATCH_NO:
			break;
		}
	}
	if (redirect == NULL)
		return SPF_SAYS_NEUTRAL;
	if (++w->lookups > SPF_MAX_LOOKUPS)
		return SPF_SAYS_PERMERROR;
	return evaluate_child(w, node, redirect);
}

static enum spf_outcome evaluate(struct walk *w, size_t node)
{
	const struct spf_node *n = &w->map->nodes[node];

	if (node == 0 && w->root != NULL)
		return evaluate_terms(w, node, w->root);
	switch (n->state) {
	case SPF_NODE_NONE:
		return SPF_SAYS_NONE;
	case SPF_NODE_FAILED:
		return SPF_SAYS_TEMPERROR;
	case SPF_NODE_RECORD:
		return evaluate_terms(w, node, &n->text);
	default:
		return SPF_SAYS_PERMERROR;
	}
}

bool spf_map_judge(struct judge *j, const struct spf_map *m, struct ip ip,
    const struct spf_text *root, enum spf_outcome *out)
{
	struct walk w = { .judge = j, .map = m, .ip = ip, .root = root };
	bool before = j->pending;

	j->pending = false;
	*out = evaluate(&w, 0);
	if (j->pending)
		return false;
	j->pending = before;
	/* A term that was passed over could have matched first. */
	if (w.depends && *out != SPF_SAYS_PASS && *out != SPF_SAYS_PERMERROR)
		*out = SPF_SAYS_DEPENDS;
	return true;
}

const char *spf_outcome_name(enum spf_outcome o)
{
	static const char *const names[] = { "pass", "fail", "softfail", "neutral", "none",
		"permerror", "temperror", "unknown" };

	return names[o];
}
