/* spf_limits - the limits of an evaluation, and what the record includes. */
#include "check/spf_judges.h"

bool spf_map_or_say(struct judge *j, struct spf_own *own, struct spf_map *m)
{
	bool ready = spf_map_read(j, j->domain, m);

	if (!spf_own_or_say(j, own) || !ready)
		return false;
	if (own->text.spoil_count == 0)
		return true;
	judge_say(j, VERDICT_SKIP, "The SPF record is broken (see spf.syntax)");
	return false;
}

/* ---- ten lookups ---- */

/* The record with its own a and mx terms written out as addresses, which ask nothing. */
static struct str flattened(struct judge *j, const struct spf_map *m)
{
	const struct spf_text *s = &m->nodes[0].text;
	struct str text = STR("v=spf1");

	for (size_t i = 0; i < s->count; i++) {
		const struct spf_term *t = &s->terms[i];
		const struct dns_answer *found[2] = { NULL, NULL };

		for (size_t k = 0; k < m->ask_count; k++)
			if (m->asks[k].term == t && t->kind == SPF_TERM_A && t->prefix4 == 32 &&
			    t->prefix6 == 128) {
				found[0] = m->asks[k].a;
				found[1] = m->asks[k].aaaa;
			}
		if (found[0] == NULL || dns_failed(found[0]) || dns_failed(found[1])) {
			text = arena_fmt(
			    j->arena, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(t->text));
			continue;
		}
		for (size_t k = 0; k < 2; k++)
			for (size_t r = 0; r < found[k]->count; r++)
				text = arena_fmt(j->arena, STR_FMT " " STR_FMT "ip%d:" STR_FMT,
				    STR_ARG(text),
				    STR_ARG(str_slice(t->text, 0, t->text.p[0] == t->qualifier)),
				    k == 0 ? 4 : 6, STR_ARG(found[k]->records[r].text));
	}
	return text;
}

static unsigned own_asks(const struct spf_map *m)
{
	unsigned asks = 0;

	for (size_t i = 0; i < m->ask_count; i++)
		asks += m->asks[i].node == 0 && m->asks[i].term->kind == SPF_TERM_A;
	return asks;
}

static void say_too_many(struct judge *j, const struct spf_own *own, const struct spf_map *m)
{
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "The SPF record needs %u of %u DNS lookups: a permanent error", m->lookups,
	    SPF_MAX_LOOKUPS);
	struct str drawing = spf_map_draw(j->arena, m);

	judge_why(j, f,
	    "Each include, a, mx, ptr, exists and redirect counts, in included records too (RFC "
	    "7208 "
	    "section 4.6.4). Remove what no longer sends for you, and give addresses (ip4:, ip6:) "
	    "instead of a and mx.\n" STR_FMT,
	    STR_ARG(drawing));
	if (m->lookups - own_asks(m) <= SPF_MAX_LOOKUPS && own_asks(m) > 0)
		judge_fix(j, f, fix_txt(j, j->domain, flattened(j, m), own->record));
}

void judge_spf_lookups(struct judge *j)
{
	struct spf_own own;
	struct spf_map m;
	const char *least;

	if (!spf_map_or_say(j, &own, &m))
		return;
	least = m.macros || m.failed ? "at least " : "";
	if (m.lookups > SPF_MAX_LOOKUPS)
		say_too_many(j, &own, &m);
	else if (m.failed)
		judge_say(j, VERDICT_UNKNOWN,
		    "At least %u of %u DNS lookups; some included records could not be read",
		    m.lookups, SPF_MAX_LOOKUPS);
	else if (m.lookups >= 8)
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			"The SPF record needs %s%u of %u DNS lookups: close to the limit", least,
			m.lookups, SPF_MAX_LOOKUPS),
		    "A provider that adds an include of its own pushes it over the "
		    "limit.\n" STR_FMT,
		    STR_ARG(spf_map_draw(j->arena, &m)));
	else
		judge_say(j, VERDICT_PASS, "The SPF record needs %s%u of %u DNS lookups", least,
		    m.lookups, SPF_MAX_LOOKUPS);
}

/* ---- void lookups ---- */

static bool is_void(const struct spf_ask *k)
{
	return k->void4 && k->void6;
}

static bool drop_void(const struct spf_text *s, size_t which, const void *context)
{
	const struct spf_map *m = context;

	for (size_t i = 0; i < m->ask_count; i++)
		if (m->asks[i].term == &s->terms[which] && is_void(&m->asks[i]))
			return true;
	return false;
}

static struct str list_voids(struct judge *j, const struct spf_map *m)
{
	struct str text = STR("");

	for (size_t i = 0; i < m->ask_count; i++)
		if (is_void(&m->asks[i]))
			text = arena_fmt(j->arena,
			    STR_FMT "%s\"" STR_FMT "\" in the record of " STR_FMT, STR_ARG(text),
			    text.n > 0 ? ", " : "", STR_ARG(m->asks[i].term->text),
			    STR_ARG(m->nodes[m->asks[i].node].domain));
	return text;
}

void judge_spf_void(struct judge *j)
{
	struct spf_own own;
	struct spf_map m;
	struct finding *f;

	if (!spf_map_or_say(j, &own, &m))
		return;
	if (m.voids == 0) {
		judge_say(j, m.failed ? VERDICT_UNKNOWN : VERDICT_PASS,
		    m.failed ? "Some terms could not be followed: the DNS did not answer"
			     : "No term of the SPF record asks for something that does not exist");
		return;
	}
	f = m.voids > SPF_MAX_VOIDS
		? judge_say(j, VERDICT_FAIL,
		      "%u terms of the SPF record lead to nothing: a permanent error", m.voids)
		: judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		      "%u of at most %u terms of the SPF record lead to nothing", m.voids,
		      SPF_MAX_VOIDS);
	judge_why(j, f,
	    "Names without the record asked for: " STR_FMT ". After two of them receivers give up "
	    "(RFC 7208 section 4.6.4); and whoever registers such a name sends in yours.",
	    STR_ARG(list_voids(j, &m)));
	if (own.text.count > 0)
		judge_fix(j, f,
		    fix_txt(j, j->domain, spf_without(j->arena, &m.nodes[0].text, drop_void, &m),
			own.record));
}

/* ---- ten MX hosts ---- */

void judge_spf_mx_limit(struct judge *j)
{
	struct spf_own own;
	struct spf_map m;
	size_t bad = 0;

	if (!spf_map_or_say(j, &own, &m))
		return;
	for (size_t i = 0; i < m.ask_count; i++) {
		const struct spf_ask *k = &m.asks[i];

		if (k->mx == NULL || k->mx->count <= SPF_MAX_MX)
			continue;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"\"" STR_FMT "\" leads to %zu mail hosts: a permanent error",
			STR_ARG(k->term->text), k->mx->count),
		    "At most 10 names may stand behind an mx term (RFC 7208 section 4.6.4). Give "
		    "the "
		    "addresses with ip4: and ip6: instead.");
		bad++;
	}
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "No mx term leads to more than 10 hosts");
}

/* ---- includes ---- */

static bool drop_node(const struct spf_text *s, size_t which, const void *context)
{
	const struct spf_node *n = context;

	return n->via == &s->terms[which];
}

static const char *node_trouble(const struct spf_node *n)
{
	switch (n->state) {
	case SPF_NODE_NONE:
		return n->texts.answer->status == DNS_NXDOMAIN ? "a name that does not exist"
							       : "a name without an SPF record";
	case SPF_NODE_SEVERAL:
		return "a name with several SPF records";
	case SPF_NODE_BROKEN:
		return "a broken SPF record";
	case SPF_NODE_LOOP:
		return "itself, in a loop";
	default:
		return NULL;
	}
}

static void say_node(
    struct judge *j, const struct spf_own *own, const struct spf_map *m, const struct spf_node *n)
{
	struct str parent = m->nodes[n->parent].domain;
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "\"" STR_FMT "\" leads to %s: a permanent error",
		STR_ARG(n->via->text), node_trouble(n));

	judge_why(j, f,
	    "It stands in the record of " STR_FMT
	    ". Every check that gets there ends in a permanent "
	    "error (RFC 7208 sections 5.2 and 6.1).%s",
	    STR_ARG(parent),
	    n->state == SPF_NODE_NONE && n->texts.answer->status == DNS_NXDOMAIN
		? " Whoever registers the name may send in yours."
		: "");
	if (n->parent == 0)
		judge_fix(j, f,
		    fix_txt(j, j->domain, spf_without(j->arena, &m->nodes[0].text, drop_node, n),
			own->record));
}

void judge_spf_includes(struct judge *j)
{
	struct spf_own own;
	struct spf_map m;
	size_t bad = 0, failed = 0;

	if (!spf_map_or_say(j, &own, &m))
		return;
	for (size_t i = 1; i < m.count; i++) {
		if (node_trouble(&m.nodes[i]) != NULL) {
			say_node(j, &own, &m, &m.nodes[i]);
			bad++;
		} else if (m.nodes[i].state == SPF_NODE_FAILED) {
			judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT,
			    STR_ARG(m.nodes[i].domain));
			failed++;
		}
	}
	if (bad + failed > 0)
		return;
	judge_say(j, VERDICT_PASS,
	    m.count == 1 ? "The SPF record includes no others"
			 : "Every include and redirect leads to an SPF record");
}
