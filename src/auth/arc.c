/* arc - see arc.h. */
#include "auth/arc.h"

#include "auth/arc_hash.h"
#include "auth/sig_check.h"

/* One set while it is examined. */
struct link {
	struct sig_check message, seal;
};

struct arc {
	struct sig_terms terms;
	struct dkim_bodies own;
	struct dkim_bodies *bodies;
	struct arc_verdict verdict;
	struct arc_set *sets;
	struct link *links;
	bool done;
};

struct arc *arc_new(struct arena *a, struct crypto *crypto, const struct dkim_options *options)
{
	static const struct dkim_options usual = { 0 };
	struct arc *c = arena_new(a, struct arc);

	if (options == NULL)
		options = &usual;
	c->terms = (struct sig_terms){ .arena = a,
		.crypto = crypto,
		.lf = options->lf,
		.refuse_length = options->refuse_length,
		.rsa_min = options->rsa_min > CRYPTO_RSA_MIN ? options->rsa_min : CRYPTO_RSA_MIN };
	dkim_bodies_init(&c->own, a, crypto, options->lf);
	c->bodies = options->bodies != NULL ? options->bodies : &c->own;
	return c;
}

/* ---- the form of the chain ---- */

static void fail(struct arc *c, struct str reason)
{
	c->verdict.result = ARC_FAIL;
	c->verdict.reason = reason;
	c->done = true;
}

enum { RESULTS, MESSAGE, SEAL, KINDS };
static const struct str names[KINDS] = {
	[RESULTS] = { AUTHRES_ARC_FIELD, sizeof(AUTHRES_ARC_FIELD) - 1 },
	[MESSAGE] = { DKIM_SIG_ARC_MESSAGE_FIELD, sizeof(DKIM_SIG_ARC_MESSAGE_FIELD) - 1 },
	[SEAL] = { DKIM_SIG_ARC_SEAL_FIELD, sizeof(DKIM_SIG_ARC_SEAL_FIELD) - 1 },
};

static int kind_of(struct str name)
{
	for (int k = 0; k < KINDS; k++)
		if (str_ieq(name, names[k]))
			return k;
	return KINDS;
}

static void count_fields(const struct message *m, size_t counts[KINDS])
{
	for (size_t i = 0; i < m->count; i++) {
		int kind = kind_of(m->fields[i].name);

		if (kind != KINDS)
			counts[kind]++;
	}
}

/* Put a field into its set; the reason why it does not belong in any. */
static struct str put_results(struct arc *c, const struct message_field *f)
{
	struct authres said;

	authres_parse(c->terms.arena, f->value, &said);
	if (said.instance == 0 || said.instance > c->verdict.sets)
		return STR("an ARC-Authentication-Results field does not begin with an instance, "
			   "i=, of this chain");
	if (c->sets[said.instance - 1].results != NULL)
		return arena_fmt(c->terms.arena,
		    "set %u has more than one ARC-Authentication-Results field", said.instance);
	c->sets[said.instance - 1].results = f;
	c->sets[said.instance - 1].said = said;
	return (struct str){ 0 };
}

static bool breaks_grammar(const struct dkim_sig *sig)
{
	return sig->fault.n == 0 && tags_has_fault(&sig->tags, TAG_EMPTY);
}

static struct str put_signature(struct arc *c, const struct message_field *f, int kind)
{
	enum dkim_sig_form form = kind == SEAL ? DKIM_SIG_ARC_SEAL : DKIM_SIG_ARC_MESSAGE;
	struct arena *a = c->terms.arena;
	struct sig_check *check;
	struct dkim_sig sig;

	dkim_sig_parse(a, form, f, &sig);
	if (sig.fault.n > 0)
		return arena_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(names[kind]), STR_ARG(sig.fault));
	if (breaks_grammar(&sig))
		return arena_fmt(
		    a, STR_FMT ": two semicolons with nothing between them", STR_ARG(names[kind]));
	if (sig.instance > c->verdict.sets)
		return arena_fmt(a, "the chain has %zu sets, and " STR_FMT " says i=%u",
		    c->verdict.sets, STR_ARG(names[kind]), sig.instance);
	check =
	    kind == SEAL ? &c->links[sig.instance - 1].seal : &c->links[sig.instance - 1].message;
	if (check->verdict.sig.field != NULL)
		return arena_fmt(a, "set %u has more than one " STR_FMT " field", sig.instance,
		    STR_ARG(names[kind]));
	check->verdict.sig = sig;
	return (struct str){ 0 };
}

/* Sort all fields into sets; as there are as many of each kind as sets, none is missing then. */
static struct str sort(struct arc *c)
{
	const struct message *m = c->terms.message;
	for (size_t i = 0; i < m->count; i++) {
		int kind = kind_of(m->fields[i].name);
		struct str why = { 0 };

		if (kind == RESULTS)
			why = put_results(c, &m->fields[i]);
		else if (kind != KINDS)
			why = put_signature(c, &m->fields[i], kind);
		if (why.n > 0)
			return why;
	}
	return (struct str){ 0 };
}

/* cv=none in the first seal, cv=pass in all that follow (section 5.2, steps 2 and 3). */
static struct str judge_cv(struct arc *c)
{
	for (size_t i = c->verdict.sets; i-- > 0;) {
		struct str cv = c->links[i].seal.verdict.sig.cv;

		if (str_eq(cv, STR("fail")))
			return arena_fmt(c->terms.arena,
			    "the chain was broken already when set %zu was sealed (cv=fail)",
			    i + 1);
		if (str_eq(cv, i == 0 ? STR("none") : STR("pass")))
			continue;
		return arena_fmt(c->terms.arena, "the seal of set %zu says cv=" STR_FMT ", not %s",
		    i + 1, STR_ARG(cv), i == 0 ? "none" : "pass");
	}
	return (struct str){ 0 };
}

static struct str judge_covers(struct arc *c)
{
	for (size_t i = 0; i < c->verdict.sets; i++)
		if (dkim_sig_covers(&c->links[i].message.verdict.sig, names[SEAL]) > 0)
			return arena_fmt(c->terms.arena,
			    "the message signature of set %zu covers ARC-Seal, which it may not "
			    "(RFC 8617 section 4.1.2)",
			    i + 1);
	return (struct str){ 0 };
}

/* Where a chain in whatever form ends, for who wants to go on with it. */
static void find_top(struct arc *c)
{
	const struct message_field *f;
	struct dkim_sig sig;

	for (size_t n = 0; (f = message_field(c->terms.message, names[SEAL], n)) != NULL; n++) {
		if (n >= ARC_MAX_SETS)
			return;
		dkim_sig_parse(c->terms.arena, DKIM_SIG_ARC_SEAL, f, &sig);
		if (sig.instance < c->verdict.top)
			continue;
		c->verdict.top = sig.instance;
		c->verdict.closed = str_eq(sig.cv, STR("fail"));
	}
}

static struct str judge_form(struct arc *c)
{
	size_t counts[KINDS] = { 0 };
	struct str why;

	count_fields(c->terms.message, counts);
	for (int k = 0; k < KINDS; k++)
		if (counts[k] > c->verdict.sets)
			c->verdict.sets = counts[k];
	if (c->verdict.sets == 0)
		return (struct str){ 0 };
	find_top(c);
	if (c->verdict.sets > ARC_MAX_SETS)
		return STR("the chain has more than 50 sets (RFC 8617 section 4.2.1)");
	for (int k = 0; k < KINDS; k++)
		if (counts[k] < c->verdict.sets)
			return arena_fmt(
			    c->terms.arena, "a set has no " STR_FMT " field", STR_ARG(names[k]));
	c->sets = arena_array(c->terms.arena, struct arc_set, c->verdict.sets);
	c->links = arena_array(c->terms.arena, struct link, c->verdict.sets);
	why = sort(c);
	if (why.n == 0)
		why = judge_cv(c);
	return why.n == 0 ? judge_covers(c) : why;
}

/* ---- the message passes ---- */

/* What the seals sign is known from the header alone. */
static void hash_seals(struct arc *c)
{
	struct arc_hash h;

	arc_hash_begin(&h, c->terms.crypto, c->terms.lf);
	for (size_t i = 0; i < c->verdict.sets; i++) {
		struct dkim_verdict *seal = &c->links[i].seal.verdict;

		arc_hash_results(&h, c->sets[i].results);
		arc_hash_message(&h, c->links[i].message.verdict.sig.field);
		arc_hash_seal(&h, &seal->sig, seal->header_hash);
		seal->header_done = true;
	}
	arc_hash_end(&h);
}

static void begin_set(struct arc *c, struct link *l)
{
	sig_check_begin(&c->terms, &l->message);
	sig_check_begin(&c->terms, &l->seal);
	if (!l->message.done)
		l->message.body = dkim_bodies_of(c->bodies, &l->message.verdict.sig);
}

void arc_header(struct arc *c, const struct message *m)
{
	struct str why;

	c->terms.message = m;
	if (m->state == MESSAGE_AT_LIMIT) {
		fail(c, message_finding_text(m->refused));
		return;
	}
	why = judge_form(c);
	c->done = c->verdict.sets == 0;
	if (why.n > 0)
		fail(c, why);
	if (c->done)
		return;
	hash_seals(c);
	for (size_t i = 0; i < c->verdict.sets; i++)
		begin_set(c, &c->links[i]);
}

void arc_body(struct arc *c, struct str piece)
{
	if (c->bodies == &c->own)
		dkim_bodies_add(&c->own, piece);
}

void arc_end(struct arc *c)
{
	if (c->bodies == &c->own)
		dkim_bodies_end(&c->own);
}

void arc_free(struct arc *c)
{
	dkim_bodies_drop(&c->own);
}

/* ---- the signatures ---- */

bool arc_ask(struct arc *c, struct dns_source *source)
{
	struct arena *a = c->terms.arena;
	bool all = true;

	for (size_t i = 0; i < c->verdict.sets && !c->done; i++) {
		const struct link *l = &c->links[i];

		if (dkim_key_ask(a, source, &l->seal.verdict.sig) == NULL)
			all = false;
		if (dkim_key_ask(a, source, &l->message.verdict.sig) == NULL)
			all = false;
	}
	return all;
}

/* Does this one let the chain pass?  The first that does not is the reason. */
static void judge_one(struct arc *c, size_t set, const char *what, const struct dkim_verdict *v)
{
	if (v->result == DKIM_PASS || c->verdict.result == ARC_FAIL)
		return;
	if (v->result == DKIM_TEMPERROR && c->verdict.result == ARC_TEMPERROR)
		return;
	c->verdict.result = v->result == DKIM_TEMPERROR ? ARC_TEMPERROR : ARC_FAIL;
	if (v->cause == DKIM_CAUSE_HEADER)
		c->verdict.reason = arena_fmt(c->terms.arena,
		    "the %s of set %zu (" STR_FMT ") does not fit the fields it covers", what,
		    set + 1, STR_ARG(v->sig.domain));
	else
		c->verdict.reason =
		    arena_fmt(c->terms.arena, "the %s of set %zu (" STR_FMT "): " STR_FMT, what,
			set + 1, STR_ARG(v->sig.domain), STR_ARG(v->reason));
}

static void judge_chain(struct arc *c)
{
	size_t top = c->verdict.sets - 1;

	c->verdict.result = ARC_PASS;
	judge_one(c, top, "message signature", &c->links[top].message.verdict);
	for (size_t i = c->verdict.sets; i-- > 0;)
		judge_one(c, i, "seal", &c->links[i].seal.verdict);
	c->verdict.oldest_pass = (unsigned)c->verdict.sets;
	while (c->verdict.oldest_pass > 1 &&
	       c->links[c->verdict.oldest_pass - 2].message.verdict.result == DKIM_PASS)
		c->verdict.oldest_pass--;
	if (c->verdict.result != ARC_PASS)
		c->verdict.oldest_pass = 0;
}

static void publish(struct arc *c)
{
	for (size_t i = 0; i < c->verdict.sets; i++) {
		c->sets[i].message = c->links[i].message.verdict;
		c->sets[i].seal = c->links[i].seal.verdict;
	}
	c->verdict.all = c->sets;
}

bool arc_verify(struct arc *c, struct dns_source *source, int64_t now)
{
	bool all = true;

	c->terms.now = now;
	if (c->done)
		return true;
	for (size_t i = 0; i < c->verdict.sets; i++) {
		all = sig_check_run(&c->terms, &c->links[i].seal, source) && all;
		all = sig_check_run(&c->terms, &c->links[i].message, source) && all;
	}
	if (!all)
		return false;
	judge_chain(c);
	publish(c);
	c->done = true;
	return true;
}

const struct arc_verdict *arc_verdict(const struct arc *c)
{
	return &c->verdict;
}

const char *arc_result_name(enum arc_result result)
{
	static const char *const result_names[] = {
		[ARC_NONE] = "none",
		[ARC_PASS] = "pass",
		[ARC_FAIL] = "fail",
		[ARC_TEMPERROR] = "fail",
	};

	return result_names[result];
}
