/*
 * auth_signatures - the DKIM signatures of a message (RFC 6376): whether they hold, what they
 * cover, for how long.
 */
#include "check/auth_judges.h"
#include "wire/domain.h"

#define DAY 86400

void auth_signature_subject(struct judge *j, const struct dkim_verdict *v)
{
	judge_subject(j, arena_fmt(j->arena, "d=" STR_FMT " s=" STR_FMT, STR_ARG(v->sig.domain),
			     STR_ARG(v->sig.selector)));
	if (v->sig.domain.n > 0 && v->sig.selector.n > 0)
		dkim_key_ask(j->arena, &j->facts->source, &v->sig);
}

const struct mail_identifier *auth_identifier(const struct post *p, size_t signature)
{
	for (size_t i = 0; i < p->verdict->identifier_count; i++)
		if (!p->verdict->identifiers[i].spf &&
		    p->verdict->identifiers[i].signature == signature)
			return &p->verdict->identifiers[i];
	return NULL;
}

/* Without a DMARC record nothing is aligned; the author's very own domain is meant all the same. */
static bool is_aligned(const struct post *p, size_t signature)
{
	const struct mail_identifier *id = auth_identifier(p, signature);

	return (id != NULL && id->alignment == DMARC_ALIGNED) ||
	       domain_eq(dkim_verdict(p->verdict->dkim, signature)->sig.domain, p->verdict->from);
}

static bool any_good(const struct post *p)
{
	const struct dkim *dkim = p->verdict->dkim;

	for (size_t i = 0; i < dkim_count(dkim); i++)
		if (dkim_verdict(dkim, i)->result == DKIM_PASS && is_aligned(p, i))
			return true;
	return false;
}

static struct str algorithm_of(struct judge *j, const struct dkim_verdict *v)
{
	if (v->key == NULL || v->sig.algorithm == DKIM_ED25519_SHA256)
		return str_of(dkim_algorithm_name(v->sig.algorithm));
	return arena_fmt(
	    j->arena, "%s, %u bits", dkim_algorithm_name(v->sig.algorithm), v->key->bits);
}

static void say_passed(struct judge *j, const struct post *p, size_t i)
{
	const struct dkim_verdict *v = dkim_verdict(p->verdict->dkim, i);
	struct str how = algorithm_of(j, v);
	struct finding *f;

	if (v->testing) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MAJOR,
		    "The signature of " STR_FMT " holds, but its key says t=y: testing",
		    STR_ARG(v->sig.domain));
		judge_why(j, f, "Receivers may treat the message as if it were not signed.");
		return;
	}
	f = judge_say(j, VERDICT_PASS, "The signature of " STR_FMT " holds (" STR_FMT ")",
	    STR_ARG(v->sig.domain), STR_ARG(how));
	if (!is_aligned(p, i))
		judge_why(j, f,
		    "It is not aligned with the author's domain, " STR_FMT
		    ", so it does not help with DMARC.",
		    STR_ARG(p->verdict->from));
}

/* A broken signature beside a good one of the author is a blemish; alone it is the end. */
static void say_broken(struct judge *j, const struct post *p, size_t i)
{
	const struct dkim_verdict *v = dkim_verdict(p->verdict->dkim, i);
	bool matters = !any_good(p) && is_aligned(p, i);
	struct str why = i < DKIM_MAX_SIGNATURES ? p->why[i] : (struct str){ 0 };
	struct finding *f;

	if (v->result == DKIM_TEMPERROR) {
		judge_say(j, VERDICT_UNKNOWN, "The DNS did not answer for the key of " STR_FMT,
		    STR_ARG(v->sig.domain));
		return;
	}
	f = judge_say_at(j, matters ? VERDICT_FAIL : VERDICT_WARN,
	    matters ? SEVERITY_CRITICAL : SEVERITY_MINOR,
	    "The signature of " STR_FMT " does not hold: " STR_FMT, STR_ARG(v->sig.domain),
	    STR_ARG(v->reason));
	if (why.n > 0)
		judge_why(j, f, STR_FMT, STR_ARG(why));
}

void judge_auth_dkim(struct judge *j)
{
	const struct post *p = judge_post(j);
	const struct dkim *dkim;
	struct finding *f;

	if (p == NULL)
		return;
	dkim = p->verdict->dkim;
	for (size_t i = 0; i < dkim_count(dkim) && i < DKIM_MAX_SIGNATURES; i++) {
		auth_signature_subject(j, dkim_verdict(dkim, i));
		if (dkim_verdict(dkim, i)->result == DKIM_PASS)
			say_passed(j, p, i);
		else
			say_broken(j, p, i);
	}
	if (dkim_count(dkim) > 0)
		return;
	f = judge_say(j, VERDICT_FAIL, "The message is not signed");
	judge_why(j, f,
	    "Without DKIM a forwarded message cannot prove whose it is, and the large receivers "
	    "refuse bulk mail. frank key new makes a key and its record.");
}

/* ---- what a signature covers ---- */

static const struct {
	const char *name;
	enum severity severity;
	bool once; /* a second one would mislead: to be named in h= once more than it is there */
} covered[] = {
	{ "From", SEVERITY_CRITICAL, true },
	{ "Subject", SEVERITY_MAJOR, true },
	{ "Date", SEVERITY_MAJOR, true },
	{ "To", SEVERITY_MAJOR, true },
	{ "Cc", SEVERITY_MINOR, true },
	{ "Reply-To", SEVERITY_MAJOR, true },
	{ "Message-ID", SEVERITY_MINOR, true },
	{ "MIME-Version", SEVERITY_MINOR, false },
	{ "Content-Type", SEVERITY_MINOR, true },
	{ "Content-Transfer-Encoding", SEVERITY_MINOR, false },
	{ "List-Unsubscribe", SEVERITY_MAJOR, false },
	{ "List-Unsubscribe-Post", SEVERITY_MAJOR, false },
};

static size_t times(const struct message *m, const char *name)
{
	size_t n = 0;

	while (message_field(m, str_of(name), n) != NULL)
		n++;
	return n;
}

static struct str add_name(struct arena *a, struct str list, const char *name)
{
	return list.n == 0 ? str_of(name) : arena_fmt(a, STR_FMT ", %s", STR_ARG(list), name);
}

static void say_coverage(struct judge *j, const struct post *p, const struct dkim_verdict *v)
{
	enum severity worst = SEVERITY_INFO;
	struct str open = { 0 }, twice = { 0 };
	struct finding *f;

	for (size_t i = 0; i < LENGTH(covered); i++) {
		size_t there = times(&p->message, covered[i].name);
		size_t named = dkim_sig_covers(&v->sig, str_of(covered[i].name));

		if (named < there) {
			open = add_name(j->arena, open, covered[i].name);
			worst = covered[i].severity > worst ? covered[i].severity : worst;
		} else if (covered[i].once && there > 0 && named == there) {
			twice = add_name(j->arena, twice, covered[i].name);
		}
	}
	if (v->sig.has_length) {
		f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
		    "The signature covers the body only up to a length (l=%llu)",
		    (unsigned long long)v->sig.length);
		judge_why(j, f, "Anybody can add text behind it. Sign without l=.");
	}
	if (open.n > 0) {
		f = judge_say_at(
		    j, VERDICT_FAIL, worst, "The signature does not cover " STR_FMT, STR_ARG(open));
		judge_why(j, f,
		    "Anybody on the way can change these fields, and the signature "
		    "still holds. Name them in h=.");
	} else if (!v->sig.has_length && str_find(twice, STR("From")) >= 0) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The signature covers all that matters, but a second From could be added");
		judge_why(j, f,
		    "Name these fields in h= once more than they are there "
		    "(over-signing): " STR_FMT ".",
		    STR_ARG(twice));
	} else if (!v->sig.has_length) {
		judge_say(j, VERDICT_PASS, "The signature covers all fields that matter");
	}
}

typedef void signature_judge(struct judge *, const struct post *, const struct dkim_verdict *);

/* Each signature that holds; of a broken one nothing more is worth saying. */
static void each_that_holds(struct judge *j, signature_judge *judge)
{
	const struct post *p = judge_post(j);
	size_t count = 0;

	if (p == NULL)
		return;
	for (size_t i = 0; i < dkim_count(p->verdict->dkim) && i < DKIM_MAX_SIGNATURES; i++) {
		const struct dkim_verdict *v = dkim_verdict(p->verdict->dkim, i);

		if (v->result != DKIM_PASS)
			continue;
		count++;
		auth_signature_subject(j, v);
		judge(j, p, v);
	}
	if (count == 0)
		judge_say(j, VERDICT_SKIP, "No signature holds");
}

void judge_auth_dkim_covers(struct judge *j)
{
	each_that_holds(j, say_coverage);
}

static void say_lifetime(struct judge *j, const struct post *p, const struct dkim_verdict *v)
{
	int64_t from = v->sig.has_time ? v->sig.time : p->delivery->received;
	struct finding *f;

	if (!v->sig.has_expiry) {
		judge_say(j, VERDICT_PASS, "The signature does not expire");
		return;
	}
	if (v->sig.expiry - from >= 2 * DAY) {
		judge_say(j, VERDICT_PASS, "The signature is good for %lld days",
		    (long long)((v->sig.expiry - from) / DAY));
		return;
	}
	f = judge_say(j, VERDICT_WARN, "The signature expires after %lld minutes",
	    (long long)((v->sig.expiry - from) / 60));
	judge_why(j, f,
	    "Mail that waits in a queue, or that greylisting delays, arrives with a "
	    "signature that no longer counts. A week is usual.");
}

void judge_auth_dkim_lifetime(struct judge *j)
{
	each_that_holds(j, say_lifetime);
}

static void say_time(struct judge *j, const struct post *p, const struct dkim_verdict *v)
{
	int64_t ahead = v->sig.time - p->facts->now;
	struct finding *f;

	if (!v->sig.has_time) {
		judge_say(j, VERDICT_PASS, "The signature does not say when it was made");
	} else if (ahead > 300) {
		f = judge_say(j, VERDICT_FAIL, "The signature was made %lld seconds in the future",
		    (long long)ahead);
		judge_why(j, f,
		    "Some receivers refuse such a signature (RFC 6376 section 3.5). "
		    "Let NTP set the clock of the signing host.");
	} else if (ahead < -14 * (int64_t)DAY) {
		judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The signature was made %lld days before the message came",
		    (long long)(-ahead / DAY));
	} else {
		judge_say(j, VERDICT_PASS, "The signature was made when the message was sent");
	}
}

void judge_auth_dkim_time(struct judge *j)
{
	each_that_holds(j, say_time);
}
