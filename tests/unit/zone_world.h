/*
 * zone_world - a small DNS written as text, for tests: one record a line.
 *
 *	example.com TXT "v=spf1 -all"
 *	slow.example.com A TIMEOUT
 *
 * A status instead of data (TIMEOUT, SERVFAIL, NXDOMAIN) is the answer to that type, or with
 * type ANY to every type without data of its own.  Names nobody mentions do not exist; names
 * above a mentioned one do.  CNAME is followed; "*.x" answers as a wildcard.  Sessions, HTTPS
 * and host questions are answered with nothing.
 */
#ifndef TESTS_ZONE_WORLD_H
#define TESTS_ZONE_WORLD_H

#include "check/check.h"
#include "wire/domain.h"

struct zone_line {
	struct str name, type, data;
};

static inline bool zone_line_next(struct str *rest, struct zone_line *out)
{
	while (rest->n > 0) {
		struct str line = str_cut_line(rest);

		out->name = str_cut_word(&line);
		out->type = str_cut_word(&line);
		out->data = str_trim(line);
		if (out->name.n > 0)
			return true;
	}
	return false;
}

/* The owner whose lines answer for the name: itself, or the closest wildcard; {0} without. */
static inline struct str zone_owner(struct arena *a, struct str zone, struct str name)
{
	struct zone_line l;
	struct str rest = zone;

	while (zone_line_next(&rest, &l))
		if (domain_under(l.name, name))
			return name;
	for (struct str up = domain_parent(name); up.n > 0; up = domain_parent(up)) {
		struct str star = arena_fmt(a, "*." STR_FMT, STR_ARG(up));

		rest = zone;
		while (zone_line_next(&rest, &l))
			if (domain_eq(l.name, star))
				return star;
	}
	return (struct str){ 0 };
}

static inline void zone_answer(struct frank_case *c, struct str zone, struct fact *f)
{
	struct arena *a = c->arena;
	struct str type = dns_type_write(a, f->question.dns.type), name = f->question.dns.name;
	struct str texts[64], owner, aliases[8];
	size_t count = 0, alias_count = 0;
	enum dns_status status = DNS_NOERROR, any = DNS_NOERROR;
	bool followed = true;

	while (followed) {
		struct str rest = zone;
		struct zone_line l;

		followed = false;
		owner = zone_owner(a, zone, name);
		while (owner.n > 0 && zone_line_next(&rest, &l)) {
			enum dns_status special;
			bool known = dns_status_parse(l.data, &special);

			if (!domain_eq(l.name, owner))
				continue;
			if (known && str_ieq(l.type, STR("ANY")))
				any = special;
			else if (str_ieq(l.type, type) && known)
				status = special;
			else if (str_ieq(l.type, type) && count < LENGTH(texts))
				texts[count++] = l.data;
			else if (str_ieq(l.type, STR("CNAME")) && alias_count < LENGTH(aliases)) {
				name = aliases[alias_count++] = domain_undot(l.data);
				followed = true;
			}
		}
	}
	if (count == 0 && status == DNS_NOERROR)
		status = owner.n == 0 ? DNS_NXDOMAIN : any;
	case_put_dns(c, f, status, texts, count);
	f->dns.aliases = arena_array(a, struct str, alias_count + 1);
	memcpy(f->dns.aliases, aliases, alias_count * sizeof(*aliases));
	f->dns.alias_count = alias_count;
}

/* Answer everything open; true when there was something. */
static inline bool zone_turn(struct frank_case *c, const char *zone)
{
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		if (f->question.ask == ASK_DNS)
			zone_answer(c, str_of(zone), f);
		else
			case_put_nothing(c, f, STR("no such service in this test"));
		case_answered(c, f);
		any = true;
	}
	return any;
}

/* Run the checks that options->only names over a domain in that zone, counting rounds. */
static inline const struct finding *zone_audit_of(struct arena *a, struct str domain,
    const char *zone, const struct audit_options *options, size_t *count, size_t *rounds)
{
	struct frank_case *c = arena_new(a, struct frank_case);
	struct audit *au;

	case_init(c, a, domain, 1795000000);
	au = audit_new(c, options);
	audit_step(au);
	*rounds = 0;
	while (audit_pending(au) > 0 && zone_turn(c, zone)) {
		audit_step(au);
		++*rounds;
	}
	return audit_findings(au, count);
}

static inline const struct finding *zone_audit(
    struct arena *a, const char *zone, const struct audit_options *options, size_t *count)
{
	size_t rounds;

	return zone_audit_of(a, STR("example.com"), zone, options, count, &rounds);
}

#endif
