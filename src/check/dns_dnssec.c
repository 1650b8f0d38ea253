/*
 * dns_dnssec - is the zone signed, does it validate, and will it tomorrow?  RFC 4035,
 * RFC 6781, RFC 8624.
 *
 * Only a validating resolver can tell; one that does not validate leaves a signed zone unknown.
 */
#include "check/dns_judges.h"

/* RFC 8624 sections 3.1 and 3.3: not to be signed with any more. */
static const char *weak_algorithm(uint8_t algorithm)
{
	static const char *const weak[] = { [1] = "RSA/MD5",
		[3] = "DSA/SHA-1",
		[5] = "RSA/SHA-1",
		[6] = "DSA/NSEC3/SHA-1",
		[7] = "RSA/NSEC3/SHA-1",
		[12] = "GOST" };

	return algorithm < LENGTH(weak) ? weak[algorithm] : NULL;
}

static size_t judge_algorithms(struct judge *j, const struct dns_answer *ds)
{
	size_t weak = 0, sha1 = 0, parsed = 0;

	for (size_t i = 0; i < ds->count; i++) {
		const struct dns_ds *d = &ds->records[i].ds;

		if (!ds->records[i].parsed)
			continue;
		parsed++;
		sha1 += d->digest_type == 1;
		if (weak_algorithm(d->algorithm) == NULL)
			continue;
		weak++;
		judge_why(j,
		    judge_say_at(j, VERDICT_FAIL, SEVERITY_MINOR,
			"The zone is signed with %s, which is out of date",
			weak_algorithm(d->algorithm)),
		    "Some resolvers treat such zones as unsigned already. Change to algorithm 13 "
		    "(ECDSA P-256).");
	}
	if (weak == 0 && sha1 == parsed && parsed > 0) {
		weak++;
		judge_why(j,
		    judge_say_at(
			j, VERDICT_FAIL, SEVERITY_MINOR, "The DS records have SHA-1 digests only"),
		    "Give the registrar DS records with digest type 2 (SHA-256).");
	}
	return weak;
}

/* Signers renew well before the last tenth of a signature's life. */
static bool is_overdue(const struct dns_rrsig *s, int64_t now)
{
	int64_t life = s->expires - s->begins;

	return life > 0 && s->expires - now < life / 10;
}

static size_t judge_dates(struct judge *j, const struct dns_servers *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct dns_answer *a = dns_ask_tcp(j, &s->list[i], s->zone, DNS_RRSIG);

		for (size_t k = 0; a != NULL && dns_spoke(a) && k < a->count; k++) {
			const struct dns_rrsig *sig = &a->records[k].rrsig;

			if (!a->records[k].parsed || !is_overdue(sig, j->facts->now))
				continue;
			judge_why(j,
			    judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
				"A signature of the zone ends in %lld hours and was not renewed",
				(long long)(sig->expires - j->facts->now) / 3600),
			    STR_FMT " serves it, for " STR_FMT
				    ". When it has ended, the domain is gone for every resolver "
				    "that validates. Look at the signer.",
			    STR_ARG(s->list[i].subject), STR_ARG(sig->covered));
			return 1;
		}
	}
	return 0;
}

static void judge_signed(struct judge *j, const struct dns_servers *s, const struct dns_answer *ds)
{
	size_t bad = judge_dates(j, s);

	if (j->pending)
		return;
	bad += judge_algorithms(j, ds);
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "The zone is signed and validates");
}

static bool is_bogus(const struct dns_answer *a)
{
	return a->status == DNS_BOGUS || a->security == DNS_SEC_BOGUS;
}

static void say_bogus(struct judge *j, const struct dns_answer *a)
{
	judge_why(j,
	    judge_say(j, VERDICT_FAIL, "DNSSEC is broken: answers of the zone do not validate"),
	    "For every resolver that validates (most large ones) the domain does not exist. The "
	    "validator says: " STR_FMT
	    ". Mend the signatures, or take the DS record out at the registrar until they are.",
	    STR_ARG(a->bogus_why.n > 0 ? a->bogus_why : STR("bogus")));
}

void judge_dns_dnssec(struct judge *j)
{
	const struct dns_answer *mx = judge_dns(j, j->domain, DNS_MX),
				*txt = judge_dns(j, j->domain, DNS_TXT), *ds;
	struct dns_servers s;

	if (mx == NULL || txt == NULL)
		return;
	if (is_bogus(mx) || is_bogus(txt)) {
		say_bogus(j, is_bogus(mx) ? mx : txt);
		return;
	}
	if (!dns_servers_of(j, &s))
		return;
	judge_subject(j, s.zone);
	ds = judge_dns(j, s.zone, DNS_DS);
	if (ds == NULL)
		return;
	if (is_bogus(ds))
		say_bogus(j, ds);
	else if (dns_failed(ds) || dns_failed(mx))
		judge_say(j, VERDICT_UNKNOWN, "Whether the zone is signed could not be asked");
	else if (mx->security == DNS_SECURE) /* without DS: by a trust anchor of its own */
		judge_signed(j, &s, ds);
	else if (ds->count == 0 && ds->security == DNS_INDETERMINATE)
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "Whether the zone is signed was not seen"),
		    "The answers come from a file; the DS record stands in the zone above.");
	else if (ds->count == 0)
		judge_why(j,
		    judge_say_at(
			j, VERDICT_WARN, SEVERITY_MINOR, "The zone is not signed (DNSSEC)"),
		    "Answers about the domain can be forged on the way, and DANE cannot be used. "
		    "Mostly it is one switch at the registrar or DNS provider.");
	else
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN,
			"The zone has a DS record, but the answers were not validated"),
		    "The resolver asked does not validate, or the answers come from a file. Use "
		    "--engine unbound.");
}
