/* dane_match - dane.match and dane.ta-chain: TLSA records against the certificates served. */
#include "auth/tlsa.h"
#include "check/dane.h"
#include "wire/domain.h"

/* One visit to a host whose records count. */
struct shown {
	const struct dane *dane;
	const struct visit *visit;
	const struct cert_chain *chain; /* NULL or empty: not seen */
};

struct shows {
	struct shown *list;
	size_t count, unseen;
};

static const struct dane *dane_of(const struct danes *all, struct str host)
{
	for (size_t i = 0; i < all->count; i++)
		if (domain_eq(all->list[i].host, host) && all->list[i].usable > 0 &&
		    all->list[i].secure)
			return &all->list[i];
	return NULL;
}

/* False: pending, or said why there is nothing to hold records against. */
static bool shows_or_skip(struct judge *j, struct shows *out)
{
	struct danes all;
	struct visits v;
	bool have = subject_visits(j, &v);

	*out = (struct shows){ 0 };
	if (!dane_records_or_skip(j, &all) || !have)
		return false;
	for (size_t i = 0; i < v.count; i++) {
		struct shown s = { dane_of(&all, v.list[i].endpoint.host), &v.list[i],
			tls_chain_of(j, v.list[i].session) };

		if (s.dane == NULL)
			continue;
		out->unseen += s.chain == NULL || s.chain->count == 0;
		arena_push(j->arena, out->list, out->count, struct shown, s);
	}
	if (out->count == 0)
		judge_say(j, VERDICT_SKIP,
		    "No mail host has TLSA records that senders use (see dane.secure, dane.usage)");
	return out->count > 0;
}

static void say_unseen(struct judge *j, const struct shows *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct shown *s = &all->list[i];

		if (s->chain != NULL && s->chain->count > 0)
			continue;
		judge_subject(j, s->visit->subject);
		judge_visit(j, &s->visit->endpoint);
		judge_say(j, VERDICT_UNKNOWN,
		    "No certificate of " STR_FMT " was seen that the records could be held against",
		    STR_ARG(s->visit->subject));
	}
}

/* The record that comes nearest. */
static struct tlsa_verdict best_match(struct judge *j, const struct shown *s)
{
	const struct dns_answer *a = s->dane->tlsa;
	struct tlsa_verdict best = { TLSA_NO_MATCH };
	struct tlsa_query q = { s->chain->certs, s->chain->count, s->dane->host, j->domain,
		j->facts->now };

	for (size_t i = 0; i < a->count; i++) {
		struct tlsa_verdict v = { TLSA_NO_MATCH };

		if (a->records[i].parsed)
			v = tlsa_check(j->arena, &a->records[i].tlsa, &q);
		if (v.result > best.result)
			best = v;
	}
	return best;
}

static void say_mismatch(struct judge *j, const struct shown *s, const struct tlsa_verdict *v)
{
	struct finding *f;
	struct str subject = s->visit->subject;

	judge_subject(j, subject);
	judge_visit(j, &s->visit->endpoint);
	judge_dns(j, s->dane->owner, DNS_TLSA);
	if (v->result == TLSA_NO_NAME)
		f = judge_say(j, VERDICT_FAIL,
		    "The TLSA record names the issuer, but the certificate is not for the "
		    "name " STR_FMT,
		    STR_ARG(s->dane->host));
	else if (v->result == TLSA_NO_PATH)
		f = judge_say(j, VERDICT_FAIL,
		    "The TLSA record names an issuer that " STR_FMT
		    " serves, but the chain to it does not verify: " STR_FMT,
		    STR_ARG(subject), STR_ARG(v->path.error));
	else
		f = judge_say(j, VERDICT_FAIL,
		    "No TLSA record matches the certificate that " STR_FMT " serves",
		    STR_ARG(subject));
	judge_why(j, f,
	    "Senders that do DANE (Postfix, Exim, Microsoft, many in Europe) refuse to "
	    "deliver.%s",
	    v->result == TLSA_NO_MATCH
		? " Mostly the certificate was renewed with a new key and the record stayed. "
		  "Publish the new record beside the old before the key is used."
		: " A record of usage 2 asks for a valid chain and the name (RFC 7672 section "
		  "3.2.2); one of usage 3 for the key alone.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ADD,
		.name = s->dane->owner,
		.type = STR("TLSA"),
		.value = tlsa_write_311(j->arena, &s->chain->certs[0]) });
}

void judge_dane_match(struct judge *j)
{
	struct shows all;
	size_t bad = 0;

	if (!shows_or_skip(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct shown *s = &all.list[i];
		struct tlsa_verdict v;

		if (s->chain == NULL || s->chain->count == 0)
			continue;
		v = best_match(j, s);
		if (v.result == TLSA_OK)
			continue;
		bad++;
		say_mismatch(j, s, &v);
	}
	say_unseen(j, &all);
	judge_subject(j, j->domain);
	if (bad == 0 && all.unseen == 0)
		judge_say(
		    j, VERDICT_PASS, "The TLSA records match on all %zu addresses", all.count);
}

/* Records of usage 2 that hold a digest; those of them whose issuer is not served. */
static size_t count_issuers(struct judge *j, const struct shown *s, size_t *absent)
{
	const struct dns_answer *a = s->dane->tlsa;
	size_t count = 0;

	*absent = 0;
	for (size_t i = 0; i < a->count; i++) {
		const struct dns_tlsa *t = &a->records[i].tlsa;

		if (!a->records[i].parsed || t->usage != 2 || tlsa_unusable(t) != NULL)
			continue;
		count++;
		if ((t->selector == 1 || t->matching > 0) && s->chain != NULL)
			*absent +=
			    !tlsa_issuer_served(j->arena, t, s->chain->certs, s->chain->count);
	}
	return count;
}

static void say_absent(struct judge *j, const struct shown *s)
{
	bool harmless = best_match(j, s).result == TLSA_OK;
	struct finding *f;

	judge_subject(j, s->visit->subject);
	judge_visit(j, &s->visit->endpoint);
	judge_dns(j, s->dane->owner, DNS_TLSA);
	f = judge_say(j, harmless ? VERDICT_INFO : VERDICT_FAIL,
	    "A TLSA record names an issuer that " STR_FMT " does not send along",
	    STR_ARG(s->visit->subject));
	judge_why(j, f,
	    "A digest in usage 2 can be checked only when the issuer's certificate comes with the "
	    "chain, a root too (RFC 7672 section 3.1.2).%s",
	    harmless ? " Another record matches, so nothing is lost now." : "");
}

void judge_dane_ta_chain(struct judge *j)
{
	struct shows all;
	size_t issuers = 0, bad = 0, absent;

	if (!shows_or_skip(j, &all))
		return;
	for (size_t i = 0; i < all.count; i++) {
		issuers += count_issuers(j, &all.list[i], &absent);
		bad += absent > 0;
		if (absent > 0)
			say_absent(j, &all.list[i]);
	}
	if (issuers > 0)
		say_unseen(j, &all);
	judge_subject(j, j->domain);
	if (issuers == 0)
		judge_say(j, VERDICT_SKIP, "No TLSA record names an issuer (usage 2)");
	else if (bad == 0 && all.unseen == 0)
		judge_say(j, VERDICT_PASS, "The issuers that TLSA records name are served");
}

bool dane_proves_key(struct judge *j, const struct tls_seen *s)
{
	struct str owner =
	    arena_fmt(j->arena, "_25._tcp." STR_FMT, STR_ARG(s->visit.endpoint.host));
	struct tlsa_query q = { s->chain->certs, s->chain->count, s->visit.endpoint.host, j->domain,
		j->facts->now };
	const struct dns_answer *tlsa, *mx;

	if (s->client_port)
		return false;
	tlsa = judge_dns(j, owner, DNS_TLSA);
	mx = judge_dns(j, j->domain, DNS_MX);
	if (tlsa == NULL || mx == NULL || tlsa->security != DNS_SECURE ||
	    mx->security != DNS_SECURE)
		return false;
	for (size_t i = 0; i < tlsa->count; i++)
		if (tlsa->records[i].parsed && tlsa->records[i].tlsa.usage == 3 &&
		    tlsa_check(j->arena, &tlsa->records[i].tlsa, &q).result == TLSA_OK)
			return true;
	return false;
}
