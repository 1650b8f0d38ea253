/*
 * dns_delegation - what the zone above says of the domain's zone: its name servers and their
 * addresses.  RFC 1034 section 4.2.1, RFC 1912 sections 2.3 and 2.8.
 */
#include "check/dns_judges.h"
#include "wire/domain.h"

#define MAX_ASKED 2 /* servers of the zone above; one answer is enough */

/* The servers of the zone above, found as the closest name above that has NS records. */
static bool parents_of(struct judge *j, struct str zone, struct dns_servers *out)
{
	const struct dns_answer *ns = NULL;
	struct str name = domain_parent(zone);

	*out = (struct dns_servers){ 0 };
	for (;; name = domain_parent(name)) {
		ns = judge_dns(j, name, DNS_NS);
		if (ns == NULL)
			return false;
		if (ns->count > 0 || dns_failed(ns) || name.n == 0)
			break;
	}
	out->zone = name;
	out->ns = ns;
	for (size_t i = 0; i < ns->count && out->count < MAX_ASKED; i++) {
		struct str host = ns->records[i].name;
		const struct dns_answer *a;

		if (!ns->records[i].parsed)
			continue;
		a = judge_dns(j, host, j->options->no_ipv4 ? DNS_AAAA : DNS_A);
		if (a != NULL && a->count > 0 && a->records[0].parsed)
			out->list[out->count++] = (struct name_server){ host,
				subject_host(j, host, a->records[0].address),
				a->records[0].address };
	}
	return !j->pending;
}

/* What the zone above says; NULL when it could not be learnt (said), or pending. */
static const struct dns_answer *ask_above(
    struct judge *j, const struct dns_servers *parents, struct str name, enum dns_type type)
{
	for (size_t i = 0; i < parents->count; i++) {
		const struct dns_answer *a = dns_ask_at(j, &parents->list[i], name, type);

		if (a == NULL)
			return NULL;
		if (!dns_failed(a) && (a->referral || a->authoritative))
			return a;
	}
	return NULL;
}

/* The zone, those above it, and what they say of it; false: pending, or said why not. */
static bool look_above(struct judge *j, struct dns_servers *zone, struct dns_servers *above,
    const struct dns_answer **ns)
{
	*ns = NULL;
	if (!dns_servers_of(j, zone) || !parents_of(j, zone->zone, above))
		return false;
	*ns = ask_above(j, above, zone->zone, DNS_NS);
	if (*ns == NULL && !j->pending)
		judge_say(j, VERDICT_UNKNOWN,
		    "What the zone above " STR_FMT " says of it could not be asked",
		    STR_ARG(zone->zone));
	return *ns != NULL && !j->pending;
}

/* ---- dns.delegation ---- */

static bool names(const struct dns_answer *ns, struct str host)
{
	for (size_t i = 0; i < ns->count; i++)
		if (ns->records[i].parsed && domain_eq(ns->records[i].name, host))
			return true;
	return false;
}

/* The hosts of `all` that `some` lacks. */
static struct str missing_of(
    struct judge *j, const struct dns_answer *all, const struct dns_answer *some, size_t *count)
{
	struct str out = STR("");

	*count = 0;
	for (size_t i = 0; i < all->count; i++) {
		if (!all->records[i].parsed || names(some, all->records[i].name))
			continue;
		out = arena_fmt(j->arena, STR_FMT "%s" STR_FMT, STR_ARG(out),
		    (*count)++ > 0 ? ", " : "", STR_ARG(all->records[i].name));
	}
	return out;
}

void judge_dns_delegation(struct judge *j)
{
	struct dns_servers zone, above;
	const struct dns_answer *ns;
	size_t stale, unknown;
	struct str only_above, only_here;

	if (!look_above(j, &zone, &above, &ns))
		return;
	only_above = missing_of(j, ns, zone.ns, &stale);
	only_here = missing_of(j, zone.ns, ns, &unknown);
	judge_subject(j, zone.zone);
	if (ns->count == 0)
		judge_say(j, VERDICT_UNKNOWN, "The zone above says nothing of " STR_FMT,
		    STR_ARG(zone.zone));
	else if (stale == ns->count)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"The zone above leads to other name servers: " STR_FMT,
			STR_ARG(only_above)),
		    "The zone itself names " STR_FMT ". Mostly a move to another provider that was "
		    "not finished.",
		    STR_ARG(only_here));
	else if (stale + unknown > 0)
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			"The zone above and the zone itself name different name servers"),
		    "Named only above: %s" STR_FMT ". Named only in the zone: %s" STR_FMT ".",
		    stale > 0 ? "" : "none", STR_ARG(only_above), unknown > 0 ? "" : "none",
		    STR_ARG(only_here));
	else
		judge_say(
		    j, VERDICT_PASS, "The zone above names the same %zu name servers", ns->count);
}

/* ---- dns.glue ---- */

static bool has_address(const struct dns_answer *a, const struct dns_record *r)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && r->parsed && ip_eq(a->records[i].address, r->address))
			return true;
	return false;
}

/* Addresses above that the host does not have; *found counts those above. */
static size_t wrong_glue(struct judge *j, const struct dns_servers *above, struct str host,
    enum dns_type type, size_t *found)
{
	const struct dns_answer *glue = ask_above(j, above, host, type);
	const struct dns_answer *own = judge_dns(j, host, type);
	size_t wrong = 0;

	if (glue == NULL || own == NULL || dns_failed(own))
		return 0;
	*found += glue->count;
	for (size_t i = 0; i < glue->count; i++)
		wrong += !has_address(own, &glue->records[i]);
	return wrong;
}

static bool glue_good(struct judge *j, const struct dns_servers *above, struct str host)
{
	size_t found = 0, wrong;

	judge_subject(j, host);
	wrong = wrong_glue(j, above, host, DNS_A, &found);
	wrong += wrong_glue(j, above, host, DNS_AAAA, &found);
	if (j->pending || (found > 0 && wrong == 0))
		return true;
	if (found == 0)
		judge_say(j, VERDICT_FAIL, "The zone above has no address (glue) of " STR_FMT,
		    STR_ARG(host));
	else
		judge_say(j, VERDICT_FAIL,
		    "The zone above has an address of " STR_FMT " that the host does not have",
		    STR_ARG(host));
	return false;
}

void judge_dns_glue(struct judge *j)
{
	struct dns_servers zone, above;
	const struct dns_answer *ns;
	size_t inside = 0, good = 0;

	if (!look_above(j, &zone, &above, &ns))
		return;
	for (size_t i = 0; i < ns->count; i++) {
		struct str host = ns->records[i].name;

		if (!ns->records[i].parsed || !domain_under(host, zone.zone))
			continue;
		inside++;
		good += glue_good(j, &above, host);
	}
	if (j->pending)
		return;
	judge_subject(j, zone.zone);
	if (inside == 0)
		judge_say(j, VERDICT_SKIP, "No name server has a name inside the zone");
	else if (good == inside)
		judge_say(j, VERDICT_PASS, "The zone above has the right addresses (%zu)", inside);
}
