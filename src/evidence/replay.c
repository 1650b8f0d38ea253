/*
 * replay - what a saved case answers beyond its exact questions (man 5 frank-evidence).
 *
 * In this order: an alias of the name, a wildcard above it, a failure that covers ANY type,
 * no data when the name or one under it exists, else NXDOMAIN.
 */
#include "evidence/file.h"
#include "wire/domain.h"

#define MAX_ALIASES 16

/* The answered fact for exactly this, or NULL. */
static const struct dns_answer *find(struct frank_case *c, struct str name, enum dns_type type)
{
	struct question q = { .ask = ASK_DNS, .dns = { .name = name, .type = type } };
	const struct fact *f = case_find(c, &q);

	return f != NULL && f->state == FACT_ANSWERED && !f->replayed ? &f->dns : NULL;
}

/* Does any answer with NOERROR stand at the name or under it? */
static bool exists(struct frank_case *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct fact *f = c->facts[i];

		if (f->state == FACT_ANSWERED && !f->replayed && f->question.ask == ASK_DNS &&
		    f->dns.status == DNS_NOERROR && domain_under(f->question.dns.name, name))
			return true;
	}
	return false;
}

static bool any_at(struct frank_case *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct fact *f = c->facts[i];

		if (f->state == FACT_ANSWERED && !f->replayed && f->question.ask == ASK_DNS &&
		    str_ieq(f->question.dns.name, name))
			return true;
	}
	return false;
}

/* The wildcard owner that speaks for a name without an entry of its own; {0}: none. */
static struct str wildcard_for(struct frank_case *c, struct str name)
{
	if (exists(c, name) || any_at(c, name))
		return (struct str){ 0 };
	for (struct str above = domain_parent(name); above.n > 0; above = domain_parent(above)) {
		struct str star = arena_fmt(c->arena, "*." STR_FMT, STR_ARG(above));

		if (any_at(c, star))
			return star;
		if (exists(c, above))
			break;
	}
	return (struct str){ 0 };
}

static const struct dns_answer *covering_failure(struct frank_case *c, struct str name)
{
	const struct dns_answer *any = find(c, name, DNS_ANY);

	return any != NULL && dns_failed(any) ? any : NULL;
}

/* One name, no alias followed: an answer of the file, or NULL. */
static const struct dns_answer *look(struct frank_case *c, struct str name, enum dns_type type)
{
	const struct dns_answer *exact = find(c, name, type);
	struct str star;

	if (exact != NULL)
		return exact;
	if ((exact = covering_failure(c, name)) != NULL)
		return exact;
	star = wildcard_for(c, name);
	if (star.n == 0)
		return NULL;
	exact = find(c, star, type);
	return exact != NULL ? exact : covering_failure(c, star);
}

static struct str alias_of(struct frank_case *c, struct str name)
{
	const struct dns_answer *cname = find(c, name, DNS_CNAME);
	struct str star = cname == NULL ? wildcard_for(c, name) : (struct str){ 0 };

	if (star.n > 0)
		cname = find(c, star, DNS_CNAME);
	return cname != NULL && cname->status == DNS_NOERROR && cname->count > 0 &&
		       cname->records[0].parsed
		   ? cname->records[0].name
		   : (struct str){ 0 };
}

static void copy_answer(struct frank_case *c, struct fact *f, const struct dns_answer *from)
{
	struct str name = f->question.dns.name;

	(void)c;
	f->dns = *from;
	f->dns.name = name;
	f->dns.type = f->question.dns.type;
}

static void replay_dns(struct frank_case *c, struct fact *f)
{
	struct str name = f->question.dns.name, *aliases = NULL;
	enum dns_type type = f->question.dns.type;
	size_t count = 0;
	const struct dns_answer *found;

	while ((found = look(c, name, type)) == NULL && type != DNS_CNAME && count < MAX_ALIASES) {
		struct str next = alias_of(c, name);

		if (next.n == 0)
			break;
		arena_push(c->arena, aliases, count, struct str, next);
		name = next;
	}
	if (found != NULL)
		copy_answer(c, f, found);
	else if (count == MAX_ALIASES)
		case_put_dns(c, f, DNS_SERVFAIL, NULL, 0);
	else
		case_put_dns(c, f,
		    exists(c, name) || wildcard_for(c, name).n > 0 ? DNS_NOERROR : DNS_NXDOMAIN,
		    NULL, 0);
	f->dns.aliases = aliases;
	f->dns.alias_count = count;
}

void evidence_replay(struct frank_case *c, struct fact *f)
{
	f->replayed = true;
	if (f->question.ask == ASK_DNS && f->question.dns.server.family == IP_NONE)
		replay_dns(c, f);
	else
		case_put_nothing(c, f, STR("not in the evidence file"));
	f->from = STR("evidence");
}
