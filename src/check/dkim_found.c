/* dkim_found - is there a key where the signer says, and one record only? */
#include "check/dkim_judges.h"
#include "check/sending.h"

static void say_given_missing(struct judge *j, const struct dkim_place *p)
{
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "There is no DKIM key at " STR_FMT, STR_ARG(p->name));

	judge_why(j, f, "%s Every signature with this selector fails.",
	    p->answer->count > 0 ? "What stands there is other text, not a key."
				 : "The DNS has no TXT record at that name.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ASK,
		.name = p->name,
		.type = STR("TXT"),
		.value = arena_fmt(j->arena,
		    "Publish the public key of the signer at " STR_FMT
		    ": OpenDKIM wrote it to " STR_FMT
		    ".txt beside the private key; or print it with "
		    "openssl rsa -in KEYFILE -pubout",
		    STR_ARG(p->name), STR_ARG(p->selector)) });
}

static void say_place(struct judge *j, const struct dkim_place *p)
{
	judge_subject(j, p->name);
	judge_dns(j, p->name, DNS_TXT);
	switch (p->state) {
	case DKIM_PLACE_EMPTY:
		say_given_missing(j, p);
		break;
	case DKIM_PLACE_DANGLES: {
		struct str target = p->answer->aliases[p->answer->alias_count - 1];
		struct finding *f = judge_say(j, VERDICT_FAIL,
		    STR_FMT " is a CNAME to " STR_FMT ", where there is no key", STR_ARG(p->name),
		    STR_ARG(target));

		judge_why(j, f,
		    "The mail service that the name was handed over to no longer publishes a key "
		    "there. Set its DKIM up anew, or remove the CNAME when it is no longer used.");
		break;
	}
	case DKIM_PLACE_FAILED:
		judge_say(
		    j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT, STR_ARG(p->name));
		break;
	case DKIM_PLACE_SEVERAL:
	case DKIM_PLACE_KEY:
		judge_say(
		    j, VERDICT_PASS, "There is a DKIM key record at " STR_FMT, STR_ARG(p->name));
		break;
	}
}

static void say_nothing_guessed(struct judge *j, const struct dkim_keys *k, bool parked)
{
	struct finding *f;

	if (parked) {
		judge_say(j, VERDICT_SKIP, "The domain sends no mail: it needs no DKIM key");
		return;
	}
	f = judge_say(j, VERDICT_UNKNOWN,
	    "No DKIM key was found by trying %zu common selectors; that proves nothing", k->asked);
	judge_why(j, f,
	    "%s%sKeys stand under names that only the signer knows. Look for s= in the "
	    "DKIM-Signature field of a message that you sent, and run again with --selector NAME.",
	    k->wildcard
		? "Every selector gets the same answer (a wildcard), so guessing cannot work. "
		: "",
	    k->failed > 0 ? "Some of the questions got no answer from the DNS. " : "");
}

void judge_dkim_found(struct judge *j)
{
	struct dkim_keys k;
	bool parked, ready;

	judge_subject(j, j->domain);
	ready = judge_parked(j, &parked);
	if (!judge_dkim_keys(j, &k) || !ready)
		return;
	if (k.count == 0)
		say_nothing_guessed(j, &k, parked);
	for (size_t i = 0; i < k.count; i++)
		say_place(j, &k.places[i]);
}

/* ---- leftovers ---- */

static bool is_domainkeys_policy(struct judge *j, struct str text)
{
	struct tags t;

	tags_parse(j->arena, text, &t);
	if (tags_find(&t, "p") != NULL)
		return false;
	/* RFC 4870 section 3.6: o= signing policy, t= testing, r= reports, n= notes */
	return tags_find(&t, "o") != NULL || (t.count > 0 && str_eq(t.items[0].name, STR("t")) &&
						 str_eq(t.items[0].value, STR("y")));
}

static bool is_adsp(struct judge *j, struct str text)
{
	struct tags t;

	tags_parse(j->arena, text, &t);
	return tags_find(&t, "dkim") != NULL;
}

static size_t say_leftovers(struct judge *j, const struct dns_answer *a,
    bool (*matches)(struct judge *, struct str), const char *what)
{
	size_t count = 0;

	for (size_t i = 0; i < a->count; i++) {
		const struct dns_record *r = &a->records[i];
		struct finding *f;

		if (!r->parsed || !matches(j, r->txt.joined))
			continue;
		f = judge_say(
		    j, VERDICT_FAIL, "%s is left over at " STR_FMT, what, STR_ARG(a->name));
		judge_why(j, f,
		    "\"" STR_FMT
		    "\" belongs to a standard that is no longer in use; it does no harm "
		    "but tells readers that nobody looks after the zone. Remove it.",
		    STR_ARG(short_text(j->arena, r->txt.joined)));
		judge_fix(j, f, fix_remove_txt(a->name, r));
		count++;
	}
	return count;
}

void judge_dkim_domainkeys(struct judge *j)
{
	struct str domainkey = arena_fmt(j->arena, "_domainkey." STR_FMT, STR_ARG(j->domain));
	const struct dns_answer *policy = judge_dns(j, domainkey, DNS_TXT);
	const struct dns_answer *adsp =
	    judge_dns(j, arena_fmt(j->arena, "_adsp." STR_FMT, STR_ARG(domainkey)), DNS_TXT);
	size_t count;

	if (policy == NULL || adsp == NULL)
		return;
	count = say_leftovers(j, policy, is_domainkeys_policy, "A DomainKeys policy (RFC 4870)");
	count += say_leftovers(j, adsp, is_adsp, "An ADSP record (RFC 5617)");
	if (count > 0)
		return;
	if (dns_failed(policy) || dns_failed(adsp))
		judge_say(
		    j, VERDICT_UNKNOWN, "The DNS did not answer for " STR_FMT, STR_ARG(domainkey));
	else
		judge_say(j, VERDICT_PASS, "No leftovers of DomainKeys or ADSP");
}
