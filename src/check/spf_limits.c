/* spf_limits - the limits of an evaluation, and what the record includes. */
#include "check/spf_judges.h"

/* ---- ten lookups ---- */

static struct str draw(struct arena *a, const struct spf_branch *b, struct str text)
{
	static const char *const notes[] = {
		[SPF_TREE_RECORD] = "",
		[SPF_TREE_NONE] = " - no SPF record there",
		[SPF_TREE_MANY] = " - several SPF records there",
		[SPF_TREE_FAILED] = " - the DNS did not answer",
		[SPF_TREE_LOOP] = " - a loop",
		[SPF_TREE_MACRO] = " - depends on the message",
		[SPF_TREE_DEEP] = " - too deep to be followed",
		[SPF_TREE_PENDING] = "",
	};

	text = arena_fmt(a, STR_FMT "\n%*s" STR_FMT " (%u)%s", STR_ARG(text), (int)b->depth * 2, "",
	    STR_ARG(b->via == NULL ? b->domain : b->via->text), b->lookups, notes[b->state]);
	for (const struct spf_branch *c = b->children; c != NULL; c = c->next)
		text = draw(a, c, text);
	return text;
}

static struct str drawing(struct judge *j, const struct spf_tree *tree)
{
	return draw(j->arena, tree->root, STR("Lookups of each record with all that it includes:"));
}

static void say_too_many(struct judge *j, const struct spf_own *own, const struct spf_tree *tree)
{
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "The SPF record needs %u DNS lookups; the limit is %u: a permanent error",
	    tree->lookups, SPF_MAX_LOOKUPS);

	judge_why(j, f,
	    "Each include, a, mx, ptr, exists and redirect counts, in included records too (RFC "
	    "7208 "
	    "section 4.6.4). Remove what no longer sends for you, and give addresses (ip4:, ip6:) "
	    "instead of a and mx.\n" STR_FMT,
	    STR_ARG(drawing(j, tree)));
	spf_propose(j, f, own->record);
}

/* How many branches are in that state. */
static size_t count_state(const struct spf_branch *b, enum spf_tree_state state)
{
	size_t count = b->state == state;

	for (const struct spf_branch *c = b->children; c != NULL; c = c->next)
		count += count_state(c, state);
	return count;
}

void judge_spf_lookups(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;
	const char *least;

	if (!spf_tree_or_say(j, &own, &tree))
		return;
	least = count_state(tree.root, SPF_TREE_MACRO) > 0 ? "at least " : "";
	if (tree.lookups > SPF_MAX_LOOKUPS)
		say_too_many(j, &own, &tree);
	else if (count_state(tree.root, SPF_TREE_FAILED) > 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "At least %u of %u DNS lookups; some included records could not be read",
		    tree.lookups, SPF_MAX_LOOKUPS);
	else if (tree.lookups >= 8)
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			"The SPF record needs %s%u of %u DNS lookups: close to the limit", least,
			tree.lookups, SPF_MAX_LOOKUPS),
		    "A provider that adds an include of its own pushes it over the "
		    "limit.\n" STR_FMT,
		    STR_ARG(drawing(j, &tree)));
	else
		judge_say(j, VERDICT_PASS, "The SPF record needs %s%u of %u DNS lookups", least,
		    tree.lookups, SPF_MAX_LOOKUPS);
}

/* ---- void lookups ---- */

static struct str list_voids(struct judge *j, const struct spf_tree *tree)
{
	struct str text = STR("");

	for (const struct spf_target *k = tree->targets; k != NULL; k = k->next) {
		struct str one = arena_fmt(j->arena, "\"" STR_FMT "\" in the record of " STR_FMT,
		    STR_ARG(k->term->text), STR_ARG(k->in));

		if (k->is_void && str_find(text, one) < 0)
			text = arena_fmt(j->arena, STR_FMT "%s" STR_FMT, STR_ARG(text),
			    text.n > 0 ? ", " : "", STR_ARG(one));
	}
	return text;
}

static bool any_failed(const struct spf_tree *tree)
{
	for (const struct spf_target *k = tree->targets; k != NULL; k = k->next)
		if (k->failed)
			return true;
	return count_state(tree->root, SPF_TREE_FAILED) > 0;
}

void judge_spf_void(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;
	struct finding *f;

	if (!spf_tree_or_say(j, &own, &tree))
		return;
	if (tree.voids == 0) {
		bool failed = any_failed(&tree);

		judge_say(j, failed ? VERDICT_UNKNOWN : VERDICT_PASS,
		    failed ? "Some terms could not be followed: the DNS did not answer"
			   : "No term of the SPF record asks for something that does not exist");
		return;
	}
	f = tree.voids > SPF_MAX_VOIDS
		? judge_say(j, VERDICT_FAIL,
		      "%u terms of the SPF record lead to nothing; the limit is %u: a permanent "
		      "error",
		      tree.voids, SPF_MAX_VOIDS)
		: judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		      "%u of at most %u terms of the SPF record lead to nothing", tree.voids,
		      SPF_MAX_VOIDS);
	judge_why(j, f,
	    "Names without the record asked for: " STR_FMT ". After two of them receivers give up "
	    "(RFC 7208 section 4.6.4); and whoever registers such a name sends in yours.",
	    STR_ARG(list_voids(j, &tree)));
	spf_propose(j, f, own.record);
}

/* ---- ten MX hosts ---- */

void judge_spf_mx_limit(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;
	size_t bad = 0;

	if (!spf_tree_or_say(j, &own, &tree))
		return;
	for (const struct spf_target *k = tree.targets; k != NULL; k = k->next) {
		if (k->names <= SPF_MAX_MX)
			continue;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"\"" STR_FMT
			"\" leads to %zu mail hosts; the limit is %u: a permanent error",
			STR_ARG(k->term->text), k->names, SPF_MAX_MX),
		    "At most 10 names may stand behind an mx term (RFC 7208 section 4.6.4). Give "
		    "the "
		    "addresses with ip4: and ip6: instead.");
		bad++;
	}
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "No mx term leads to more than 10 hosts");
}

/* ---- includes ---- */

static void say_branch(struct judge *j, const struct spf_own *own, const struct spf_branch *b,
    const struct spf_branch *parent)
{
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "\"" STR_FMT "\" leads to %s: a permanent error",
		STR_ARG(b->via->text), spf_branch_trouble(b));

	judge_why(j, f,
	    "It stands in the record of " STR_FMT
	    ". Every check that gets there ends in a permanent "
	    "error (RFC 7208 sections 5.2 and 6.1).%s",
	    STR_ARG(parent->domain),
	    b->state == SPF_TREE_NONE && b->status == DNS_NXDOMAIN
		? " Whoever registers the name may send in yours."
		: "");
	if (parent->depth == 0)
		spf_propose(j, f, own->record);
}

/* Says what is wrong beneath a record; returns how much was said. */
static size_t say_branches(
    struct judge *j, const struct spf_own *own, const struct spf_branch *parent)
{
	size_t said = 0;

	for (const struct spf_branch *b = parent->children; b != NULL; b = b->next) {
		if (spf_branch_trouble(b) != NULL) {
			say_branch(j, own, b, parent);
			said++;
		} else if (b->state == SPF_TREE_FAILED) {
			judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT,
			    STR_ARG(b->domain));
			said++;
		}
		said += say_branches(j, own, b);
	}
	return said;
}

void judge_spf_includes(struct judge *j)
{
	struct spf_own own;
	struct spf_tree tree;

	if (!spf_tree_or_say(j, &own, &tree) || say_branches(j, &own, tree.root) > 0)
		return;
	judge_say(j, VERDICT_PASS,
	    tree.root->children == NULL ? "The SPF record includes no others"
					: "Every include and redirect leads to an SPF record");
}
