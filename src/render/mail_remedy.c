/* mail_remedy - what the owner of the author's domain would have to change; see mail_report.h. */
#include "render/mail_report.h"

struct patient {
	struct arena *arena;
	const struct mail_verdict *verdict;
};

typedef struct str remedy(const struct patient *);

/* The first identifier of that kind, or NULL. */
static const struct mail_identifier *find(
    const struct patient *p, bool spf, bool aligned, bool passed)
{
	const struct mail_verdict *v = p->verdict;

	for (size_t i = 0; i < v->identifier_count; i++) {
		const struct mail_identifier *id = &v->identifiers[i];

		if (id->spf == spf && (id->alignment == DMARC_ALIGNED) == aligned &&
		    (id->result == DMARC_MECHANISM_PASS) == passed && id->domain.n > 0)
			return id;
	}
	return NULL;
}

static struct str of_authors(const struct patient *p)
{
	return p->verdict->author.domain.n == 0
		   ? STR("write one From field with one author, whose domain signs")
		   : (struct str){ 0 };
}

/* Signed by the author, and something else is signed too little of. */
static struct str of_open_signature(const struct patient *p)
{
	const struct mail_identifier *id = find(p, false, true, true);

	if (id == NULL || id->uncounted.n == 0)
		return (struct str){ 0 };
	return STR("sign without l=, and name the fields that may stand once in h= once more than "
		   "they are there");
}

static struct str of_own_signature(const struct patient *p)
{
	const struct mail_identifier *id = find(p, false, true, false);
	const struct dkim_verdict *d;

	if (id == NULL)
		return (struct str){ 0 };
	d = dkim_verdict(p->verdict->dkim, id->signature);
	switch (d->cause) {
	case DKIM_CAUSE_NO_KEY:
	case DKIM_CAUSE_REVOKED:
		return arena_fmt(p->arena,
		    "publish the key that signs at " STR_FMT "._domainkey." STR_FMT
		    ", or sign with one that is published",
		    STR_ARG(d->sig.selector), STR_ARG(d->sig.domain));
	case DKIM_CAUSE_KEY_SIZE:
		return STR("sign with a key of 2048 bits");
	case DKIM_CAUSE_ALGORITHM:
		return STR("sign with rsa-sha256");
	case DKIM_CAUSE_BODY:
	case DKIM_CAUSE_SHORT:
	case DKIM_CAUSE_HEADER:
		return STR(
		    "find what changed the message after it was signed: a list, a gateway, a "
		    "footer; sign behind it");
	default:
		return arena_fmt(p->arena, "mend the signature: " STR_FMT, STR_ARG(d->reason));
	}
}

static struct str of_strange_signature(const struct patient *p)
{
	const struct mail_identifier *id = find(p, false, false, true);
	struct str author = p->verdict->from;

	if (id == NULL)
		return (struct str){ 0 };
	return arena_fmt(p->arena,
	    "have " STR_FMT " sign with d=" STR_FMT
	    " too; it will name a record to publish beneath _domainkey." STR_FMT,
	    STR_ARG(id->domain), STR_ARG(author), STR_ARG(author));
}

static struct str of_strange_sender(const struct patient *p)
{
	const struct mail_identifier *id = find(p, true, false, true);
	struct str author = p->verdict->from;

	if (id == NULL)
		return (struct str){ 0 };
	return arena_fmt(p->arena,
	    "sign with DKIM as d=" STR_FMT ", or send with an envelope sender of " STR_FMT
	    " or beneath",
	    STR_ARG(author), STR_ARG(author));
}

static struct str of_own_sender(const struct patient *p)
{
	const struct mail_identifier *id = find(p, true, true, false);
	struct ip ip = p->verdict->query->ip;

	if (id == NULL)
		return (struct str){ 0 };
	return arena_fmt(p->arena,
	    "sign with DKIM as d=" STR_FMT ", and if " STR_FMT " is yours add ip%d:" STR_FMT
	    " to the SPF record of " STR_FMT,
	    STR_ARG(p->verdict->from), STR_ARG(ip_write(p->arena, ip)), (int)ip.family,
	    STR_ARG(ip_write(p->arena, ip)), STR_ARG(id->domain));
}

static struct str of_nothing(const struct patient *p)
{
	return arena_fmt(p->arena, "sign with DKIM as d=" STR_FMT, STR_ARG(p->verdict->from));
}

struct str mail_remedy(struct arena *a, const struct mail_verdict *v)
{
	/* In the order of how near they come to a pass. */
	static remedy *const remedies[] = { of_authors, of_open_signature, of_own_signature,
		of_strange_signature, of_strange_sender, of_own_sender, of_nothing };
	const struct patient p = { a, v };
	struct str says = { 0 };

	if (v->dmarc.result != DMARC_FAIL || v->voucher != NULL || v->from.n == 0)
		return says;
	for (size_t i = 0; says.n == 0 && i < LENGTH(remedies); i++)
		says = remedies[i](&p);
	return arena_fmt(
	    a, "if you send as " STR_FMT ": " STR_FMT, STR_ARG(v->from), STR_ARG(says));
}
