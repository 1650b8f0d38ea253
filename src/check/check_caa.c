/*
 * check_caa - who may issue certificates for the mail hosts: RFC 8659, RFC 8657.
 *
 * The set that counts is the first one found going up from the host's name (section 3).
 */
#include "check/catalogue.h"
#include "check/tls_seen.h"
#include "wire/caa.h"
#include "wire/domain.h"

/* The CAA set for a name. */
struct caa_set {
	struct str at;			/* where it stands; empty: there is none */
	const struct dns_answer *found; /* NULL without one */
	const struct dns_answer *failed;
};

/* Section 3: the name itself, then its parents, up to the top-level domain. */
static bool find_set(struct judge *j, struct str host, struct caa_set *out)
{
	bool complete = true;

	*out = (struct caa_set){ 0 };
	for (struct str name = host; name.n > 0; name = domain_parent(name)) {
		const struct dns_answer *a = judge_dns(j, name, DNS_CAA);

		complete &= a != NULL;
		if (a == NULL || out->found != NULL || out->failed != NULL)
			continue;
		if (dns_failed(a))
			out->failed = a;
		else if (a->count > 0)
			*out = (struct caa_set){ .at = name, .found = a };
	}
	return complete;
}

typedef bool caa_judge(struct judge *, const struct mail_host *, const struct caa_set *);

static bool each_host(struct judge *j, caa_judge *judge, size_t *good, size_t *count)
{
	struct mail_hosts hosts;

	*good = *count = 0;
	if (!judge_mail_hosts(j, &hosts))
		return false;
	for (size_t i = 0; i < hosts.count; i++) {
		struct caa_set set;

		judge_subject(j, hosts.hosts[i].name);
		if (!find_set(j, hosts.hosts[i].name, &set))
			continue;
		++*count;
		if (set.failed != NULL)
			judge_say(j, VERDICT_UNKNOWN,
			    "The CAA records of " STR_FMT " could not be asked for (%s)",
			    STR_ARG(hosts.hosts[i].name), dns_status_name(set.failed->status));
		else
			*good += judge(j, &hosts.hosts[i], &set);
	}
	if (j->pending)
		return false;
	judge_subject(j, j->domain);
	if (*count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host");
	return *count > 0;
}

/* ---- caa.present ---- */

static bool is_present(struct judge *j, const struct mail_host *h, const struct caa_set *set)
{
	if (set->found == NULL)
		judge_say(j, VERDICT_INFO,
		    "Any issuer may make a certificate for " STR_FMT " (no CAA record)",
		    STR_ARG(h->name));
	return set->found != NULL;
}

static void judge_present(struct judge *j)
{
	size_t good, count;

	if (each_host(j, is_present, &good, &count) && good == count)
		judge_say(j, VERDICT_PASS, "CAA records say who may issue certificates");
}

/* ---- caa.syntax ---- */

static bool syntax_good(struct judge *j, const struct mail_host *h, const struct caa_set *set)
{
	bool good = true;

	if (set->found == NULL) {
		judge_say(j, VERDICT_SKIP, STR_FMT " has no CAA record", STR_ARG(h->name));
		return false;
	}
	for (size_t i = 0; i < set->found->count; i++) {
		const struct dns_record *r = &set->found->records[i];
		struct caa c = { .fault = "the record cannot be read" };

		if (r->parsed)
			caa_parse(&r->caa, &c);
		if (c.fault == NULL)
			continue;
		good = false;
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "The CAA record " STR_FMT " at " STR_FMT ": %s",
			STR_ARG(r->text), STR_ARG(set->at), c.fault),
		    "An issuer that cannot make sense of it refuses to issue, and the next "
		    "renewal fails.");
	}
	return good;
}

static void judge_syntax(struct judge *j)
{
	size_t good, count;

	if (each_host(j, syntax_good, &good, &count) && good == count)
		judge_say(j, VERDICT_PASS, "Nothing is wrong with the CAA records");
}

/* ---- caa.match ---- */

/* What the large issuers call themselves in certificates, and in CAA records. */
static const struct {
	const char *organization, *domain;
} issuers[] = {
	{ "Let's Encrypt", "letsencrypt.org" },
	{ "Google Trust Services", "pki.goog" },
	{ "DigiCert", "digicert.com" },
	{ "Sectigo", "sectigo.com" },
	{ "ZeroSSL", "sectigo.com" },
	{ "GlobalSign", "globalsign.com" },
	{ "GoDaddy", "godaddy.com" },
	{ "Starfield", "starfieldtech.com" },
	{ "Amazon", "amazon.com" },
	{ "Buypass", "buypass.com" },
	{ "SSL Corp", "ssl.com" },
	{ "Actalis", "actalis.it" },
	{ "HARICA", "harica.gr" },
	{ "SwissSign", "swisssign.com" },
	{ "Telekom Security", "telesec.de" },
	{ "Certum", "certum.pl" },
	{ "Entrust", "entrust.net" },
};

static struct str issuer_domain(const struct cert *c)
{
	for (size_t i = 0; i < LENGTH(issuers); i++)
		if (str_find(c->issuer, str_of(issuers[i].organization)) >= 0)
			return str_of(issuers[i].domain);
	return (struct str){ 0 };
}

/* Without an issue record anybody may (section 4.2). */
static bool permits(const struct dns_answer *set, struct str issuer)
{
	size_t limits = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct caa c;

		if (!set->records[i].parsed)
			continue;
		caa_parse(&set->records[i].caa, &c);
		limits += c.tag == CAA_ISSUE;
		if (c.tag == CAA_ISSUE && domain_eq(c.issuer, issuer))
			return true;
	}
	return limits == 0;
}

/* False when it is said that the issuer in use is not permitted. */
static bool issuer_good(struct judge *j, const struct tls_seen *s, bool *known)
{
	struct str host = s->visit.endpoint.host, issuer;
	struct caa_set set;
	struct finding *f;

	if (!find_set(j, host, &set) || set.found == NULL || s->chain->count == 0)
		return true;
	issuer = issuer_domain(&s->chain->certs[0]);
	if (issuer.n == 0)
		return true;
	*known = true;
	if (permits(set.found, issuer))
		return true;
	f = judge_say(j, VERDICT_WARN,
	    "The certificate of " STR_FMT " is from an issuer that CAA does not permit, " STR_FMT,
	    STR_ARG(host), STR_ARG(issuer));
	judge_why(
	    j, f, "The issuer will refuse the next renewal, and the certificate will run out.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ADD,
		.name = set.at,
		.type = STR("CAA"),
		.value = arena_fmt(j->arena, "0 issue \"" STR_FMT "\"", STR_ARG(issuer)) });
	return false;
}

/* One host shows the same certificate on many ports: it is judged once. */
static bool seen_before(const struct tls_list *seen, size_t i)
{
	const struct tls_seen *s = &seen->list[i];

	for (size_t k = 0; k < i; k++) {
		const struct tls_seen *t = &seen->list[k];

		if (s->chain->count > 0 && t->chain->count > 0 &&
		    domain_eq(s->visit.endpoint.host, t->visit.endpoint.host) &&
		    str_eq(s->chain->certs[0].der, t->chain->certs[0].der))
			return true;
	}
	return false;
}

static void judge_match(struct judge *j)
{
	struct tls_list seen;
	bool known = false, good = true;

	if (!tls_list(j, &seen))
		return;
	for (size_t i = 0; i < seen.count; i++) {
		if (seen_before(&seen, i))
			continue;
		judge_subject(j, seen.list[i].visit.subject);
		judge_visit(j, &seen.list[i].visit.endpoint);
		good &= issuer_good(j, &seen.list[i], &known);
	}
	if (j->pending)
		return;
	judge_subject(j, j->domain);
	if (!known)
		judge_say(j, VERDICT_SKIP,
		    "There is no CAA record, or no certificate of an issuer whose CAA name is "
		    "known");
	else if (good)
		judge_say(j, VERDICT_PASS, "The issuers in use are permitted by CAA");
}

#define HOW                                                                                        \
	"DNS panel: CAA at example.com with 0 issue \"letsencrypt.org\" (or your issuer's name); " \
	"it covers all hosts beneath.\n"                                                           \
	"No certificates at all: 0 issue \";\"."

static const struct check rows[] = {
	{ "caa.present", SEVERITY_INFO, "CAA records",
	    "CAA records say which issuers may make certificates for the mail hosts.",
	    "Without them any issuer that is fooled or careless can make one for somebody else.",
	    HOW, "RFC 8659 section 3", "CAA", false, judge_present },
	{ "caa.syntax", SEVERITY_MINOR, "Form of the CAA records",
	    "Known tags, well-formed values; nothing unknown is marked critical.",
	    "An issuer that cannot read the records refuses to issue.", HOW,
	    "RFC 8659 section 4; RFC 8657 section 3", "CAA syntax", false, judge_syntax },
	{ "caa.match", SEVERITY_MINOR, "CAA and the issuer in use",
	    "The issuer of each served certificate is permitted by CAA.",
	    "Otherwise the next renewal fails and the certificate runs out.", HOW,
	    "RFC 8659 section 4.2", NULL, false, judge_match },
};

const struct check_table checks_caa = { rows, LENGTH(rows) };
