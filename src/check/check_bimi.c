/*
 * check_bimi - the domain's logo beside its mail: draft-brand-indicators-for-message-
 * identification, draft-svg-tiny-ps-abrotman, draft-fetch-validation-vmc-wchuang.
 */
#include <zlib.h>

#include "check/bimi_svg.h"
#include "check/catalogue.h"
#include "check/sending.h"
#include "check/web_seen.h"
#include "wire/base64.h"
#include "wire/cert.h"
#include "wire/domain.h"

#define MAX_LOGO ((size_t)512 * 1024)

struct bimi {
	const struct dns_answer *txt;
	struct str owner; /* where the record stands */
	struct str text;  /* the one record; empty: none */
	size_t count;
	struct tags tags;
	struct str location, evidence; /* l=, a= */
	bool declined;		       /* l= is there and empty: no logo is wanted */
};

static bool is_record(struct str text)
{
	struct str rest = text, first = str_cut(&rest, ';');

	str_cut(&first, '=');
	return str_istarts(text, STR("v")) && str_eq(str_trim(first), STR("BIMI1"));
}

static void read_record(struct judge *j, struct bimi *b)
{
	for (size_t i = 0; i < b->txt->count; i++)
		if (b->txt->records[i].parsed && is_record(b->txt->records[i].txt.joined)) {
			b->text = b->count++ > 0 ? b->text : b->txt->records[i].txt.joined;
		}
	if (b->text.n == 0)
		return;
	tags_parse(j->arena, b->text, &b->tags);
	b->location = tags_value(&b->tags, "l");
	b->evidence = tags_value(&b->tags, "a");
	b->declined =
	    b->count == 1 && b->location.p != NULL && b->location.n == 0 && b->evidence.n == 0;
}

static bool ask_record(struct judge *j, struct str domain, struct bimi *b)
{
	*b = (struct bimi){ .owner =
				arena_fmt(j->arena, "default._bimi." STR_FMT, STR_ARG(domain)) };
	b->txt = judge_dns(j, b->owner, DNS_TXT);
	if (b->txt != NULL)
		read_record(j, b);
	return b->txt != NULL;
}

/* At the domain itself, else at its organizational domain (section 7.2). */
static bool find_record(struct judge *j, struct bimi *b, struct dmarc_policy *policy)
{
	bool have = judge_dmarc(j, policy);

	if (!ask_record(j, j->domain, b) || !have)
		return false;
	if (b->text.n > 0 || policy->walk.organizational.n == 0 ||
	    domain_eq(policy->walk.organizational, j->domain))
		return true;
	return ask_record(j, policy->walk.organizational, b);
}

/* False: pending, or said why there is nothing to judge. */
static bool record_or_skip(struct judge *j, struct bimi *b, struct dmarc_policy *policy)
{
	if (!find_record(j, b, policy))
		return false;
	if (b->text.n == 0 || b->declined)
		judge_say(j, VERDICT_SKIP, "The domain shows no logo");
	return b->text.n > 0 && !b->declined;
}

/* ---- bimi.record ---- */

static struct str record_fault(struct judge *j, const struct bimi *b)
{
	struct str host, path;

	if (b->count > 1)
		return arena_fmt(j->arena, "there are %zu records", b->count);
	for (size_t i = 0; i < b->tags.fault_count; i++)
		if (b->tags.faults[i].kind != TAG_EMPTY)
			return tag_fault_write(j->arena, &b->tags.faults[i]);
	if (b->location.p == NULL)
		return STR("l= is missing");
	if (b->location.n > 0 && !web_split(b->location, &host, &path))
		return STR("l= is no https: address");
	if (b->evidence.n > 0 && !str_ieq(b->evidence, STR("self")) &&
	    !web_split(b->evidence, &host, &path))
		return STR("a= is no https: address");
	return (struct str){ 0 };
}

static void judge_record(struct judge *j)
{
	struct dmarc_policy policy;
	struct bimi b;
	struct str fault;

	if (!find_record(j, &b, &policy))
		return;
	if (dns_failed(b.txt)) {
		judge_say(j, VERDICT_UNKNOWN, "The BIMI record could not be asked for (%s)",
		    dns_status_name(b.txt->status));
	} else if (b.text.n == 0) {
		judge_say(j, VERDICT_INFO, "The domain shows no logo (no BIMI record)");
	} else if (b.declined) {
		judge_say(j, VERDICT_INFO, "The domain declares that it shows no logo");
	} else {
		fault = record_fault(j, &b);
		if (fault.n > 0)
			judge_say(j, VERDICT_WARN, "The BIMI record at " STR_FMT ": " STR_FMT,
			    STR_ARG(b.owner), STR_ARG(fault));
		else
			judge_say(j, VERDICT_PASS, "There is one BIMI record, at " STR_FMT,
			    STR_ARG(b.owner));
	}
}

/* ---- bimi.dmarc ---- */

static void judge_policy(struct judge *j)
{
	struct dmarc_policy policy;
	struct bimi b;
	const char *why = NULL;

	if (!record_or_skip(j, &b, &policy))
		return;
	if (policy.found == DMARC_TEMPERROR) {
		judge_say(j, VERDICT_UNKNOWN, "The DMARC policy could not be asked for");
		return;
	}
	if (policy.record == NULL)
		why = "there is no DMARC record";
	else if (policy.applied != DMARC_QUARANTINE && policy.applied != DMARC_REJECT)
		why = "the policy in force is none";
	else if (policy.record->sp == DMARC_NONE)
		why = "subdomains have the policy none";
	if (why != NULL)
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "DMARC is not strong enough for BIMI: %s", why),
		    "Receivers show a logo only under p=quarantine or p=reject for the domain and "
		    "its subdomains.");
	else
		judge_say(j, VERDICT_PASS, "DMARC is strong enough for BIMI");
}

/* ---- what stands behind an address of the record ---- */

/* The reply when there is something to look at; else NULL (pending, or said). */
static const struct https_reply *fetch(struct judge *j, struct str url, const char *what)
{
	const struct https_reply *r;
	struct str host, path, fault;

	if (!web_split(url, &host, &path)) {
		judge_say(j, VERDICT_SKIP, "There is no address of the %s", what);
		return NULL;
	}
	r = judge_https(j, host, path);
	if (r == NULL)
		return NULL;
	if (web_not_seen(r)) {
		judge_say(j, VERDICT_UNKNOWN, "The %s could not be fetched from here: " STR_FMT,
		    what, STR_ARG(r->error));
		return NULL;
	}
	if (r->status != SESSION_OK)
		fault = r->error;
	else if (r->code != 200)
		fault = arena_fmt(j->arena, "the web server answers %d", r->code);
	else if (r->body_cut)
		fault = STR("it is too large");
	else
		fault = web_certificate_fault(j, r, host);
	if (fault.n > 0)
		judge_say(
		    j, VERDICT_WARN, "The %s cannot be fetched: " STR_FMT, what, STR_ARG(fault));
	return fault.n > 0 ? NULL : r;
}

/* ---- bimi.svg ---- */

static bool is_svg_type(struct str type)
{
	return str_ieq(str_trim(str_cut(&type, ';')), STR("image/svg+xml"));
}

static void judge_svg(struct judge *j)
{
	const struct https_reply *r;
	struct dmarc_policy policy;
	struct bimi_svg svg;
	struct bimi b;

	if (!record_or_skip(j, &b, &policy) || (r = fetch(j, b.location, "logo")) == NULL)
		return;
	bimi_svg_check(j->arena, r->body, &svg);
	for (size_t i = 0; i < svg.fault_count; i++)
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "The logo is not SVG Tiny PS: " STR_FMT,
			STR_ARG(svg.faults[i])),
		    "Receivers show only images of that profile: nothing that runs, moves or "
		    "fetches.");
	for (size_t i = 0; i < svg.note_count; i++)
		judge_say(j, VERDICT_INFO, "The logo: " STR_FMT, STR_ARG(svg.notes[i]));
	if (!is_svg_type(r->content_type))
		judge_say(j, VERDICT_WARN,
		    "The logo is served as \"" STR_FMT "\" instead of image/svg+xml",
		    STR_ARG(r->content_type));
	else if (svg.fault_count == 0)
		judge_say(j, VERDICT_PASS, "The logo is SVG Tiny PS");
}

/* ---- bimi.vmc ---- */

/* The image inside the certificate's logotype extension, gzipped in a data: address. */
static struct str logo_in(struct arena *a, const struct cert *c)
{
	static const char marker[] = "data:image/svg+xml;base64,";
	ptrdiff_t at = str_find(c->logotype, STR(marker));
	struct str text, packed, out = { 0 };
	z_stream z = { 0 };

	if (at < 0)
		return out;
	text = str_skip(c->logotype, (size_t)at + sizeof(marker) - 1);
	base64_decode(a, text, 0, &packed, NULL); /* up to what follows it */
	char *image = arena_array(a, char, MAX_LOGO);
	z.next_in = (unsigned char *)(uintptr_t)packed.p;
	z.avail_in = (unsigned)packed.n;
	z.next_out = (unsigned char *)image;
	z.avail_out = (unsigned)MAX_LOGO;
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return out;
	if (inflate(&z, Z_FINISH) == Z_STREAM_END)
		out = (struct str){ image, MAX_LOGO - z.avail_out };
	inflateEnd(&z);
	return out;
}

static const char *certificate_fault(struct judge *j, const struct bimi *b, const struct cert *c)
{
	struct str plain = arena_fmt(j->arena, STR_FMT, STR_ARG(j->domain));
	struct str parent = domain_parent(str_skip(b->owner, sizeof("default._bimi.") - 1));

	if (!c->parsed)
		return "it cannot be read";
	if (!c->mark_usage)
		return "it is not for brand indicators (extended key usage)";
	if (c->logotype.n == 0)
		return "it holds no logo";
	if (c->not_before > j->facts->now)
		return "it is not valid yet";
	if (c->not_after < j->facts->now)
		return "it has expired";
	if (!cert_matches(c, plain) && !(parent.n > 0 && cert_matches(c, parent)) &&
	    !cert_matches(c, b->owner))
		return "it is not for this domain";
	return NULL;
}

/* When the logo of l= was seen: is it the one in the certificate? */
static bool logos_differ(struct judge *j, const struct bimi *b, const struct cert *c)
{
	struct str host, path, logo;
	const struct https_reply *r;

	if (!web_split(b->location, &host, &path))
		return false;
	r = judge_https(j, host, path);
	logo = logo_in(j->arena, c);
	return r != NULL && r->status == SESSION_OK && r->code == 200 && logo.n > 0 &&
	       !str_eq(logo, r->body);
}

static void judge_vmc(struct judge *j)
{
	const struct https_reply *r;
	struct dmarc_policy policy;
	struct cert leaf;
	struct bimi b;
	const char *fault;
	bool differ;

	if (!record_or_skip(j, &b, &policy))
		return;
	if (b.evidence.n == 0 || str_ieq(b.evidence, STR("self"))) {
		judge_why(j, judge_say(j, VERDICT_INFO, "The logo has no certificate (VMC or CMC)"),
		    "Yahoo and others show it all the same; Gmail and Apple ask for a "
		    "certificate.");
		return;
	}
	if ((r = fetch(j, b.evidence, "mark certificate")) == NULL)
		return;
	cert_parse(j->arena, r->body, &leaf);
	fault = certificate_fault(j, &b, &leaf);
	differ = fault == NULL && logos_differ(j, &b, &leaf);
	if (j->pending)
		return;
	if (fault != NULL)
		judge_say(j, VERDICT_WARN, "The mark certificate: %s", fault);
	else if (differ)
		judge_say(j, VERDICT_WARN,
		    "The logo at l= is not the one in the mark certificate, byte for byte");
	else
		judge_say(
		    j, VERDICT_PASS, "The mark certificate is valid for the domain and its logo");
}

#define HOW                                                                                        \
	"DNS panel: TXT default._bimi \"v=BIMI1; l=https://example.com/logo.svg; "                 \
	"a=https://example.com/vmc.pem\".\n"                                                       \
	"Any web server: the logo as SVG Tiny PS, at most 32 kB, as image/svg+xml.\n"              \
	"Gmail and Apple: a mark certificate (VMC or CMC) from DigiCert, GlobalSign or SSL.com."

static const struct check rows[] = {
	{ "bimi.record", SEVERITY_INFO, "BIMI record",
	    "One record v=BIMI1 at default._bimi with the address of the logo.",
	    "Some mailbox providers show the logo beside mail that passes DMARC.", HOW,
	    "draft-brand-indicators-for-message-identification section 4.3", "BIMI", false,
	    judge_record },
	{ "bimi.dmarc", SEVERITY_INFO, "DMARC for BIMI",
	    "Where there is a logo, DMARC is enforced for the domain and its subdomains.",
	    "Without that no receiver shows the logo.", HOW,
	    "draft-brand-indicators-for-message-identification section 7.1", NULL, false,
	    judge_policy },
	{ "bimi.svg", SEVERITY_INFO, "The logo", "The logo is SVG Tiny PS and served as such.",
	    "Images that could run, move or fetch something are refused.", HOW,
	    "draft-svg-tiny-ps-abrotman section 2", NULL, false, judge_svg },
	{ "bimi.vmc", SEVERITY_INFO, "Certificate of the logo",
	    "The mark certificate is valid, for this domain and for this logo.",
	    "Gmail and Apple show a logo only with one.", HOW,
	    "draft-fetch-validation-vmc-wchuang section 3", NULL, false, judge_vmc },
};

const struct check_table checks_bimi = { rows, LENGTH(rows) };
