/* name_reverse - the PTR records of the addresses that send. RFC 1912 section 2.1, RFC 8601. */
#include "check/name_generic.h"
#include "check/name_judges.h"
#include "wire/domain.h"

#define MAX_PTR 10 /* names of one address that are looked at (RFC 8601 section 3) */

/* An address that sends, its PTR records, and whether some of their names lead back. */
struct reverse {
	struct sender sender;
	struct str subject;
	const struct dns_answer *ptr;
	struct str confirmed; /* the first that leads back; empty: none */
	bool unanswered;      /* some forward question failed */
};

bool name_leads_back(struct judge *j, struct str name, struct ip ip, bool *failed)
{
	const struct dns_answer *a = judge_dns(j, name, ip.family == IP_V4 ? DNS_A : DNS_AAAA);

	if (a == NULL)
		return false;
	*failed |= dns_failed(a);
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && ip_eq(a->records[i].address, ip))
			return true;
	return false;
}

bool name_in_ptr(const struct dns_answer *ptr, struct str name)
{
	for (size_t i = 0; i < ptr->count; i++)
		if (ptr->records[i].parsed && domain_eq(ptr->records[i].name, name))
			return true;
	return false;
}

/* Questions of one address; the subject is set before, so that they are its evidence. */
static bool look_back(struct judge *j, const struct sender *s, struct reverse *out)
{
	*out = (struct reverse){ .sender = *s,
		.subject = s->host.n > 0 ? subject_host(j, s->host, s->address)
					 : ip_write(j->arena, s->address) };
	judge_subject(j, out->subject);
	out->ptr = judge_dns(j, ip_arpa(j->arena, s->address), DNS_PTR);
	if (out->ptr == NULL)
		return false;
	for (size_t i = 0; i < out->ptr->count && i < MAX_PTR; i++) {
		const struct dns_record *r = &out->ptr->records[i];

		if (r->parsed && name_leads_back(j, r->name, s->address, &out->unanswered) &&
		    out->confirmed.n == 0)
			out->confirmed = r->name;
	}
	return !j->pending;
}

typedef void reverse_judge(struct judge *, const struct reverse *, size_t *good);

/* Each sending address in turn; how many were good is for the sentence at the end. */
static void each_address(struct judge *j, reverse_judge *judge, const char *all_good)
{
	struct sender *senders;
	size_t count, good = 0;

	if (!judge_senders(j, &senders, &count))
		return;
	if (count == 0) {
		judge_say(j, VERDICT_SKIP, "No sending address is known (--ip names one)");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct reverse r;

		if (look_back(j, &senders[i], &r))
			judge(j, &r, &good);
	}
	if (j->pending)
		return;
	judge_subject(j, j->domain);
	if (good == count)
		judge_say(
		    j, VERDICT_PASS, "%s (%zu address%s)", all_good, count, count == 1 ? "" : "es");
}

static struct str wanted_name(struct judge *j, const struct reverse *r)
{
	return r->sender.host.n > 0 ? r->sender.host
				    : arena_fmt(j->arena, "mail." STR_FMT, STR_ARG(j->domain));
}

static void ask_for_ptr(struct judge *j, struct finding *f, const struct reverse *r)
{
	struct str arpa = ip_arpa(j->arena, r->sender.address), name = wanted_name(j, r);
	struct str ip = ip_write(j->arena, r->sender.address);

	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ASK,
		.name = arpa,
		.type = STR("PTR"),
		.value = arena_fmt(j->arena,
		    "The reverse DNS belongs to whoever gave you the address (hosting company, "
		    "access "
		    "provider; often a field in their panel). Ask for: " STR_FMT " -> " STR_FMT
		    "  (" STR_FMT ". PTR " STR_FMT ".)",
		    STR_ARG(ip), STR_ARG(name), STR_ARG(arpa), STR_ARG(name)) });
}

static bool ptr_failed(struct judge *j, const struct reverse *r)
{
	if (!dns_failed(r->ptr))
		return false;
	judge_why(j,
	    judge_say(j, VERDICT_UNKNOWN,
		"The reverse DNS of " STR_FMT " could not be asked for (%s)", STR_ARG(r->subject),
		dns_status_name(r->ptr->status)),
	    "Receivers that get the same non-answer defer or refuse the mail; ask again in a "
	    "while.");
	return true;
}

/* Nothing to judge but that there is a name, or no answer; said. */
static bool nameless(struct judge *j, const struct reverse *r)
{
	if (ptr_failed(j, r))
		return true;
	if (r->ptr->count == 0)
		judge_say(j, VERDICT_SKIP, STR_FMT " has no reverse DNS (see name.ptr)",
		    STR_ARG(r->subject));
	return r->ptr->count == 0;
}

static void one_ptr(struct judge *j, const struct reverse *r, size_t *good)
{
	struct finding *f;

	if (ptr_failed(j, r))
		return;
	if (r->ptr->count > 0) {
		++*good;
		return;
	}
	f = judge_say(
	    j, VERDICT_FAIL, STR_FMT " has no reverse DNS (PTR record)", STR_ARG(r->subject));
	judge_why(j, f,
	    "Gmail, Yahoo and many others refuse mail from an address without a name "
	    "(550-5.7.25).");
	ask_for_ptr(j, f, r);
}

void judge_name_ptr(struct judge *j)
{
	each_address(j, one_ptr, "Each address has a name");
}

static struct str ptr_names(struct judge *j, const struct reverse *r)
{
	struct str out = STR("");

	for (size_t i = 0; i < r->ptr->count && i < 3; i++)
		out = arena_fmt(j->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i > 0 ? ", " : "",
		    STR_ARG(r->ptr->records[i].text));
	return out;
}

static void one_fcrdns(struct judge *j, const struct reverse *r, size_t *good)
{
	struct finding *f;

	if (nameless(j, r))
		return;
	if (r->confirmed.n > 0) {
		++*good;
		return;
	}
	if (r->unanswered) {
		judge_say(j, VERDICT_UNKNOWN, "The name of " STR_FMT " could not be looked up",
		    STR_ARG(r->subject));
		return;
	}
	f = judge_say(j, VERDICT_FAIL,
	    "The reverse DNS of " STR_FMT " says " STR_FMT ", which does not lead back to it",
	    STR_ARG(r->subject), STR_ARG(ptr_names(j, r)));
	judge_why(j, f,
	    "The name must have an %s record with this very address (forward-confirmed reverse "
	    "DNS, "
	    "iprev). Receivers take anything else for a hacked or rented machine: Gmail answers "
	    "550-5.7.25.",
	    r->sender.address.family == IP_V4 ? "A" : "AAAA");
	ask_for_ptr(j, f, r);
}

void judge_name_fcrdns(struct judge *j)
{
	each_address(j, one_fcrdns, "The name of each address leads back to it");
}

static void one_generic(struct judge *j, const struct reverse *r, size_t *good)
{
	if (nameless(j, r))
		return;
	for (size_t i = 0; i < r->ptr->count; i++) {
		const struct dns_record *record = &r->ptr->records[i];
		const char *why =
		    record->parsed ? name_generic(j->arena, record->name, r->sender.address) : NULL;
		struct finding *f;

		if (why == NULL)
			continue;
		f = judge_say(j, VERDICT_FAIL,
		    "The reverse DNS " STR_FMT " looks like a provider's generic name: %s",
		    STR_ARG(record->name), why);
		judge_why(j, f,
		    "Receivers take such names for home connections and hacked machines, and score "
		    "mail "
		    "from them down or refuse it.");
		ask_for_ptr(j, f, r);
		return;
	}
	++*good;
}

void judge_name_generic(struct judge *j)
{
	each_address(j, one_generic, "No address has a provider's generic name");
}

static void one_single(struct judge *j, const struct reverse *r, size_t *good)
{
	if (nameless(j, r))
		return;
	if (r->ptr->count == 1) {
		++*good;
		return;
	}
	judge_why(j,
	    judge_say(j, VERDICT_FAIL, STR_FMT " has %zu PTR records", STR_ARG(r->subject),
		r->ptr->count),
	    "Receivers look at one of them by chance, or at the first ten: keep the name that the "
	    "server "
	    "says in its greeting. Seen: " STR_FMT,
	    STR_ARG(ptr_names(j, r)));
}

void judge_name_ptr_one(struct judge *j)
{
	each_address(j, one_single, "No address has more than one name");
}
