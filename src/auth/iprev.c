/* iprev - see iprev.h. */
#include "auth/iprev.h"

#include "wire/domain.h"

const char *iprev_result_name(enum iprev_result result)
{
	static const char *const names[] = { "pass", "fail", "temperror", "permerror" };

	return names[result];
}

static bool holds(const struct dns_answer *answer, struct ip ip)
{
	for (size_t i = 0; i < answer->count; i++)
		if (answer->records[i].parsed && ip_eq(answer->records[i].address, ip))
			return true;
	return false;
}

struct tries {
	struct str first, back; /* the first name; the one that leads back */
	size_t asked;
	bool pending, failed;
};

static void try_names(
    struct dns_source *source, const struct dns_answer *ptr, struct ip ip, struct tries *t)
{
	enum dns_type type = ip.family == IP_V4 ? DNS_A : DNS_AAAA;

	for (size_t i = 0; i < ptr->count && t->asked < IPREV_MAX_NAMES; i++) {
		const struct dns_record *r = &ptr->records[i];
		const struct dns_answer *answer;

		if (!r->parsed || !domain_valid(r->name) || !str_is_ascii(r->name))
			continue;
		if (t->asked++ == 0)
			t->first = r->name;
		answer = dns_ask(source, r->name, type);
		if (answer == NULL)
			t->pending = true;
		else if (dns_failed(answer))
			t->failed = true;
		else if (t->back.n == 0 && holds(answer, ip))
			t->back = r->name;
	}
}

static void judge(struct arena *a, const struct tries *t, struct ip ip, struct iprev *out)
{
	struct str text = ip_write(a, ip);

	out->name = t->back.n > 0 ? t->back : t->first;
	if (t->back.n > 0) {
		out->result = IPREV_PASS;
		out->reason = arena_fmt(
		    a, STR_FMT " leads back to " STR_FMT, STR_ARG(t->back), STR_ARG(text));
	} else if (t->failed) {
		out->result = IPREV_TEMPERROR;
		out->reason =
		    arena_fmt(a, "the DNS did not answer for a name of " STR_FMT, STR_ARG(text));
	} else if (t->asked == 0) {
		out->result = IPREV_PERMERROR;
		out->reason = arena_fmt(a, STR_FMT " has no name in the DNS", STR_ARG(text));
	} else {
		out->result = IPREV_FAIL;
		out->reason =
		    arena_fmt(a, "no name of " STR_FMT " leads back to it", STR_ARG(text));
	}
}

bool iprev_check(struct arena *a, struct dns_source *source, struct ip ip, struct iprev *out)
{
	const struct dns_answer *ptr = dns_ask(source, ip_arpa(a, ip), DNS_PTR);
	struct tries t = { 0 };

	*out = (struct iprev){ 0 };
	if (ptr == NULL)
		return false;
	t.failed = dns_failed(ptr);
	try_names(source, ptr, ip, &t);
	/* All of them, so that the name does not depend on the order of answers. */
	if (t.pending)
		return false;
	out->names = ptr->count;
	judge(a, &t, ip, out);
	return true;
}
