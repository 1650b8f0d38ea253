/*
 * spf_tree - all that a record leads to, whoever the client is: the worst case of the limits
 * of RFC 7208 section 4.6.4.
 *
 * Every include and redirect is followed; a name that stands above itself on its own path is
 * a loop, the same name on two paths is not.
 */
#include "auth/spf.h"

#include "auth/spf_names.h"
#include "wire/domain.h"

#define MAX_DEPTH    20
#define MAX_BRANCHES 200

struct path {
	const struct path *above;
	struct str domain;
};

struct walk {
	struct dns_source *source;
	struct arena *arena;
	struct spf_tree *tree;
	struct spf_target **next_target;
};

static struct spf_branch *grow(
    struct walk *w, const struct path *above, struct str domain, const struct spf_term *via);

static bool is_above(const struct path *p, struct str domain)
{
	for (; p != NULL; p = p->above)
		if (domain_eq(p->domain, domain))
			return true;
	return false;
}

/* Both families count as one term; it is void when neither has anything. */
static void look_at_addresses(struct walk *w, struct spf_target *t)
{
	const struct dns_answer *a = dns_ask(w->source, t->domain, DNS_A);
	const struct dns_answer *aaaa =
	    t->term->kind == SPF_EXISTS ? a : dns_ask(w->source, t->domain, DNS_AAAA);

	if (a == NULL || aaaa == NULL) {
		w->tree->pending = true;
		return;
	}
	t->failed = dns_failed(a) || dns_failed(aaaa);
	t->is_void = dns_void(a) && dns_void(aaaa);
}

static void look_at_mx(struct walk *w, struct spf_target *t)
{
	const struct dns_answer *mx = dns_ask(w->source, t->domain, DNS_MX);

	if (mx == NULL) {
		w->tree->pending = true;
		return;
	}
	t->failed = dns_failed(mx);
	t->is_void = dns_void(mx);
	t->names = mx->count;
}

static void add_target(struct walk *w, const struct spf_term *term, struct str in)
{
	struct spf_target *t = arena_new(w->arena, struct spf_target);

	*t = (struct spf_target){
		.term = term, .in = in, .domain = domain_undot(term->spec.n > 0 ? term->spec : in)
	};
	*w->next_target = t;
	w->next_target = &t->next;
	if (term->macros || term->kind == SPF_PTR || !domain_valid(t->domain))
		return;
	if (term->kind == SPF_MX)
		look_at_mx(w, t);
	else
		look_at_addresses(w, t);
	w->tree->voids += t->is_void;
}

static enum spf_tree_state state_of(enum spf_found found)
{
	static const enum spf_tree_state states[] = {
		[SPF_FOUND_ONE] = SPF_TREE_RECORD,
		[SPF_FOUND_NONE] = SPF_TREE_NONE,
		[SPF_FOUND_MANY] = SPF_TREE_MANY,
		[SPF_FOUND_FAILED] = SPF_TREE_FAILED,
		[SPF_FOUND_PENDING] = SPF_TREE_PENDING,
	};

	return states[found];
}

static bool asks_dns(const struct spf_term *t)
{
	return t->kind != SPF_ALL && t->kind != SPF_IP4 && t->kind != SPF_IP6 &&
	       t->kind != SPF_EXP && t->kind != SPF_UNKNOWN_MODIFIER;
}

/* Terms behind "all" are never evaluated, and redirect is not when there is one. */
static bool is_reached(const struct spf_record *r, const struct spf_term *t)
{
	for (const struct spf_term *before = r->terms; before < t; before++)
		if (before->kind == SPF_ALL)
			return false;
	for (size_t i = 0; t->kind == SPF_REDIRECT && i < r->count; i++)
		if (r->terms[i].kind == SPF_ALL)
			return false;
	return true;
}

static void grow_terms(struct walk *w, const struct path *here, struct spf_branch *b)
{
	struct spf_branch **next = &b->children;

	for (size_t i = 0; i < b->record->count; i++) {
		const struct spf_term *t = &b->record->terms[i];

		if (!asks_dns(t) || !is_reached(b->record, t))
			continue;
		b->lookups++;
		if (t->kind != SPF_INCLUDE && t->kind != SPF_REDIRECT) {
			add_target(w, t, b->domain);
			continue;
		}
		*next = grow(w, here, domain_undot(t->spec), t);
		b->lookups += (*next)->lookups;
		next = &(*next)->next;
	}
}

static struct spf_branch *grow(
    struct walk *w, const struct path *above, struct str domain, const struct spf_term *via)
{
	struct spf_branch *b = arena_new(w->arena, struct spf_branch);
	struct path here = { above, domain };
	const struct dns_answer *answer;

	*b = (struct spf_branch){ .domain = domain, .via = via };
	for (const struct path *p = above; p != NULL; p = p->above)
		b->depth++;
	if (via != NULL && via->macros) {
		b->state = SPF_TREE_MACRO;
		return b;
	}
	if (is_above(above, domain)) {
		b->state = SPF_TREE_LOOP;
		w->tree->loops++;
		return b;
	}
	if (b->depth >= MAX_DEPTH || ++w->tree->branches > MAX_BRANCHES) {
		b->state = SPF_TREE_DEEP;
		return b;
	}
	b->state = state_of(spf_find_record(w->source, domain, &b->record, &answer));
	w->tree->pending |= b->state == SPF_TREE_PENDING;
	if (answer != NULL)
		b->status = answer->status;
	if (b->state == SPF_TREE_RECORD)
		grow_terms(w, &here, b);
	return b;
}

void spf_tree(struct dns_source *source, struct arena *a, struct str domain, struct spf_tree *out)
{
	struct walk w = { .source = source, .arena = a, .tree = out, .next_target = &out->targets };

	*out = (struct spf_tree){ 0 };
	out->root = grow(&w, NULL, domain, NULL);
	out->lookups = out->root->lookups;
}
