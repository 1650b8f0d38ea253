/* spf_map - following an SPF record through the DNS; see spf_map.h. */
#include "check/spf_map.h"

#include "wire/domain.h"

size_t spf_text_end(const struct spf_text *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->terms[i].kind == SPF_TERM_ALL)
			return i;
	return s->count;
}

/* Is the term evaluated at all: before `all`, or a redirect without one? */
static bool reached(const struct spf_text *s, size_t which)
{
	size_t end = spf_text_end(s);

	if (s->terms[which].kind == SPF_TERM_REDIRECT)
		return end == s->count;
	return which < end;
}

static bool on_path(const struct spf_map *m, size_t node, struct str domain)
{
	for (size_t i = node; i != SIZE_MAX; i = m->nodes[i].parent)
		if (domain_eq(m->nodes[i].domain, domain))
			return true;
	return false;
}

/* What the answer makes of a node; NULL answer: pending. */
static void read_node(struct judge *j, struct spf_node *n)
{
	const struct spf_texts *t = &n->texts;

	if (t->count > 0)
		spf_text_parse(j->arena, t->records[0], &n->text);
	if (n->state == SPF_NODE_LOOP)
		n->text.count = 0;
	else if (dns_failed(t->answer))
		n->state = SPF_NODE_FAILED;
	else if (t->count == 0)
		n->state = SPF_NODE_NONE;
	else if (t->count > 1)
		n->state = SPF_NODE_SEVERAL;
	else if (n->text.spoil_count > 0)
		n->state = SPF_NODE_BROKEN;
}

static void add_node(struct judge *j, struct spf_map *m, size_t parent, const struct spf_term *via,
    struct str domain)
{
	struct spf_node n = { .domain = domain_undot(domain), .parent = parent, .via = via };

	if (m->count == SPF_MAP_NODES)
		return;
	if (parent != SIZE_MAX && on_path(m, parent, n.domain))
		n.state = SPF_NODE_LOOP;
	if (judge_spf_texts(j, n.domain, &n.texts))
		read_node(j, &n);
	arena_push(j->arena, m->nodes, m->count, struct spf_node, n);
}

/* The addresses behind the MX hosts are asked for too: judging an address needs them. */
static void ask_mx_hosts(struct judge *j, const struct dns_answer *mx)
{
	for (size_t i = 0; i < mx->count && i < SPF_MAX_MX; i++) {
		if (!mx->records[i].parsed || mx->records[i].mx.host.n == 0)
			continue;
		judge_dns(j, mx->records[i].mx.host, DNS_A);
		judge_dns(j, mx->records[i].mx.host, DNS_AAAA);
	}
}

static void add_ask(struct judge *j, struct spf_map *m, size_t node, const struct spf_term *t)
{
	struct spf_ask k = { .node = node, .term = t, .name = m->nodes[node].domain };

	if (t->value.n > 0)
		k.name = domain_undot(t->value);
	if (t->kind == SPF_TERM_MX) {
		k.mx = judge_dns(j, k.name, DNS_MX);
		if (k.mx != NULL) {
			ask_mx_hosts(j, k.mx);
			k.void4 = k.void6 = dns_void(k.mx);
			m->failed = m->failed || dns_failed(k.mx);
		}
	} else if (t->kind != SPF_TERM_PTR) {
		k.a = judge_dns(j, k.name, DNS_A);
		k.aaaa = t->kind == SPF_TERM_A ? judge_dns(j, k.name, DNS_AAAA) : k.a;
		k.void4 = k.a != NULL && dns_void(k.a);
		k.void6 = k.aaaa != NULL && dns_void(k.aaaa);
		m->failed = m->failed || (k.a != NULL && dns_failed(k.a));
	}
	arena_push(j->arena, m->asks, m->ask_count, struct spf_ask, k);
}

static void expand_node(struct judge *j, struct spf_map *m, size_t node)
{
	/* The array of nodes moves while it grows. */
	struct spf_text text = m->nodes[node].text;

	if (m->nodes[node].state != SPF_NODE_RECORD || m->nodes[node].texts.answer == NULL)
		return;
	for (size_t i = 0; i < text.count; i++) {
		const struct spf_term *t = &text.terms[i];

		if (!spf_term_asks(t) || !reached(&text, i))
			continue;
		m->nodes[node].lookups++;
		if (t->macro)
			m->macros = true;
		else if (t->kind == SPF_TERM_INCLUDE || t->kind == SPF_TERM_REDIRECT)
			add_node(j, m, node, t, t->value);
		else
			add_ask(j, m, node, t);
	}
}

static void sum_up(struct spf_map *m)
{
	unsigned voids4 = 0, voids6 = 0;

	for (size_t i = m->count; i-- > 0;) {
		if (m->nodes[i].state == SPF_NODE_FAILED)
			m->failed = true;
		if (m->nodes[i].parent != SIZE_MAX)
			m->nodes[m->nodes[i].parent].lookups += m->nodes[i].lookups;
	}
	for (size_t i = 0; i < m->ask_count; i++) {
		voids4 += m->asks[i].void4;
		voids6 += m->asks[i].void6;
	}
	/* A host with addresses of one family only is void for clients of the other; what
	   counts is the client that fares better, else nobody could have an IPv4-only host. */
	m->voids = voids4 < voids6 ? voids4 : voids6;
	m->lookups = m->count > 0 ? m->nodes[0].lookups : 0;
}

bool spf_map_read(struct judge *j, struct str domain, struct spf_map *m)
{
	bool before = j->pending;

	*m = (struct spf_map){ 0 };
	j->pending = false;
	add_node(j, m, SIZE_MAX, NULL, domain);
	for (size_t i = 0; i < m->count; i++)
		expand_node(j, m, i);
	sum_up(m);
	if (j->pending)
		return false;
	j->pending = before;
	return true;
}

/* ---- drawing ---- */

static const char *const state_notes[] = {
	[SPF_NODE_RECORD] = "",
	[SPF_NODE_NONE] = " - no SPF record there",
	[SPF_NODE_SEVERAL] = " - several SPF records there",
	[SPF_NODE_BROKEN] = " - its record is broken",
	[SPF_NODE_LOOP] = " - a loop",
	[SPF_NODE_FAILED] = " - the DNS did not answer",
};

static struct str draw_node(
    struct arena *a, const struct spf_map *m, size_t node, unsigned depth, struct str text)
{
	const struct spf_node *n = &m->nodes[node];

	text = arena_fmt(a, STR_FMT "\n%*s%s" STR_FMT " (%u)%s", STR_ARG(text), (int)depth * 2, "",
	    n->via == NULL		       ? ""
	    : n->via->kind == SPF_TERM_INCLUDE ? "include:"
					       : "redirect=",
	    STR_ARG(n->domain), n->lookups, state_notes[n->state]);
	for (size_t i = node + 1; i < m->count && depth < 12; i++)
		if (m->nodes[i].parent == node)
			text = draw_node(a, m, i, depth + 1, text);
	return text;
}

struct str spf_map_draw(struct arena *a, const struct spf_map *m)
{
	return draw_node(a, m, 0, 0, STR("Lookups of each record and what it includes:"));
}
