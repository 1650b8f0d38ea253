/* spf_look - what can be seen in a record and its tree, for the judges and the proposal. */
#include "base/buf.h"
#include "check/spf_judges.h"

const struct spf_term *spf_find(const struct spf_record *r, enum spf_kind kind)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->terms[i].kind == kind)
			return &r->terms[i];
	return NULL;
}

size_t spf_end(const struct spf_record *r)
{
	const struct spf_term *all = spf_find(r, SPF_ALL);

	return all == NULL ? r->count : (size_t)(all - r->terms);
}

/* ---- terms without effect ---- */

/* Is this network inside an earlier one with the same sign? */
static bool covered(const struct spf_record *s, size_t which)
{
	const struct spf_term *t = &s->terms[which];

	if (t->kind != SPF_IP4 && t->kind != SPF_IP6)
		return false;
	for (size_t i = 0; i < which; i++) {
		const struct spf_term *u = &s->terms[i];
		bool v4 = t->kind == SPF_IP4;
		unsigned wide = v4 ? u->prefix4 : u->prefix6, own = v4 ? t->prefix4 : t->prefix6;

		if (u->kind == t->kind && u->qualifier == t->qualifier && wide <= own &&
		    ip_in(t->network, u->network, wide))
			return true;
	}
	return false;
}

static bool repeated(const struct spf_record *s, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (str_ieq(s->terms[i].text, s->terms[which].text) &&
		    s->terms[which].kind != SPF_UNKNOWN_MODIFIER)
			return true;
	return false;
}

const char *spf_idle_reason(const struct spf_record *s, size_t which)
{
	size_t end = spf_end(s);
	enum spf_kind kind = s->terms[which].kind;

	if (kind == SPF_REDIRECT && end < s->count)
		return "is ignored: the record has an all (RFC 7208 section 6.1)";
	if (which > end && kind != SPF_EXP && kind != SPF_UNKNOWN_MODIFIER)
		return "stands behind all and is never reached (RFC 7208 section 5.1)";
	if (repeated(s, which))
		return "stands there a second time";
	if (covered(s, which))
		return "is covered by a larger network before it";
	return NULL;
}

/* ---- what terms lead to ---- */

const struct spf_target *spf_target_of(const struct spf_tree *tree, const struct spf_term *t)
{
	for (const struct spf_target *k = tree->targets; k != NULL; k = k->next)
		if (k->term == t)
			return k;
	return NULL;
}

/* The record that decides about everybody else: the own one, or the end of its redirects. */
const struct spf_branch *spf_last_record(const struct spf_branch *b)
{
	for (const struct spf_branch *c = b->children; c != NULL; c = c->next)
		if (c->via->kind == SPF_REDIRECT)
			return spf_last_record(c);
	return b;
}

const char *spf_branch_trouble(const struct spf_branch *b)
{
	switch (b->state) {
	case SPF_TREE_NONE:
		return b->status == DNS_NXDOMAIN ? "a name that does not exist"
						 : "a name without an SPF record";
	case SPF_TREE_MANY:
		return "a name with several SPF records";
	case SPF_TREE_LOOP:
		return "a loop";
	case SPF_TREE_RECORD:
		return b->record->fault_count > 0 ? "a broken SPF record" : NULL;
	default:
		return NULL;
	}
}

/* ---- strings ---- */

/* A panel that splits long records joins them without the space: "...test" "include:...". */
static bool lost_space(const struct dns_record *r, size_t which)
{
	static const char *const starts[] = { "include:", "ip4:", "ip6:", "mx ", "a ",
		"a:", "mx:", "-all", "~all", "?all", "exists:", "redirect=" };
	struct str before = r->txt.strings[which - 1], after = r->txt.strings[which];

	if (before.n == 0 || before.p[before.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < LENGTH(starts); i++)
		if (str_istarts(after, str_of(starts[i])))
			return true;
	return false;
}

bool spf_lost_spaces(struct arena *a, const struct dns_record *r, struct str *joined)
{
	struct buf out;
	bool lost = false;

	buf_init(&out, 2 * r->txt.joined.n + 1);
	for (size_t i = 0; i < r->txt.count; i++) {
		bool here = i > 0 && lost_space(r, i);

		if (here)
			buf_addc(&out, ' ');
		buf_add(&out, r->txt.strings[i]);
		lost |= here;
	}
	*joined = arena_str(a, buf_str(&out));
	buf_free(&out);
	return lost;
}
