/*
 * mail_write - the verdict as header fields for machines; see mail.h.
 *
 * What strangers chose is not only made harmless (authres.h does that): an address is repeated
 * whole only where every reader takes the same part of it for the domain, and free text of theirs
 * not at all.
 */
#include "auth/mail.h"

#include "wire/authres.h"
#include "wire/base64.h"
#include "wire/domain.h"
#include "wire/received_spf.h"

#define B_PREFIX 8 /* characters of b= at least, RFC 6008 section 4 */

/* Letters, digits, "-" and "_" in labels: nobody can take it for something else. */
static bool is_plain_domain(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && str_chr(STR("-_."), name.p[i]) < 0)
			return false;
	return domain_valid(name);
}

/* A dot-atom; UTF-8 only where it may be written. */
static bool is_plain_local(struct str local, unsigned flags)
{
	for (size_t i = 0; i < local.n; i++) {
		bool wide = (unsigned char)local.p[i] >= 0x80;

		if (wide ? (flags & AUTHRES_UTF8) == 0
			 : !is_alnum(local.p[i]) &&
			       str_chr(STR(".!#$%&'*+-/=?^_`{|}~"), local.p[i]) < 0)
			return false;
	}
	return local.n > 0;
}

/* local@domain; the domain alone when the local part could mislead; {0} when the domain could. */
static struct str plain_address(struct arena *a, struct str address, unsigned flags)
{
	ptrdiff_t at = str_rchr(address, '@');
	struct str domain = str_skip(address, (size_t)(at + 1)), local;

	local = at > 0 ? str_slice(address, 0, (size_t)at) : (struct str){ 0 };
	if (!domain_to_ascii(a, domain, &domain) || !is_plain_domain(domain))
		return (struct str){ 0 };
	if (!is_plain_local(local, flags))
		return domain;
	return arena_fmt(a, STR_FMT "@" STR_FMT, STR_ARG(local), STR_ARG(domain));
}

struct writer {
	struct arena *arena;
	const struct mail_verdict *verdict;
	struct authres fields;
	unsigned flags;
};

static struct authres_result *add(struct writer *w, struct str method, const char *result)
{
	return authres_add(w->arena, &w->fields, method, str_of(result));
}

/* Nothing when the value is empty. */
static void property(struct writer *w, struct authres_result *r, const char *ptype,
    const char *name, struct str value)
{
	struct authres_property p = { str_of(ptype), str_of(name), value };

	if (value.n > 0)
		authres_property(w->arena, r, &p);
}

static void add_iprev(struct writer *w)
{
	const struct mail_verdict *v = w->verdict;
	struct authres_result *r;

	if (!v->iprev_judged)
		return;
	r = add(w, STR("iprev"), iprev_result_name(v->iprev.result));
	if (v->iprev.result == IPREV_PASS && is_plain_domain(v->iprev.name))
		r->comment = v->iprev.name;
	property(w, r, "policy", "iprev", ip_write(w->arena, v->query->ip));
}

static void add_spf(struct writer *w, const struct mail_spf *spf)
{
	struct authres_result *r;

	if (!spf->judged)
		return;
	r = add(w, STR("spf"), spf_result_name(spf->report.result));
	if (spf->query.mail_from.n > 0)
		property(w, r, "smtp", "mailfrom",
		    plain_address(w->arena, spf->query.mail_from, w->flags));
	else
		property(w, r, "smtp", "helo", plain_address(w->arena, spf->query.helo, w->flags));
}

/* ---- DKIM ---- */

static size_t signatures(const struct mail_verdict *v)
{
	size_t n = dkim_count(v->dkim);

	return n < DKIM_MAX_SIGNATURES ? n : DKIM_MAX_SIGNATURES;
}

static size_t common_prefix(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	return n;
}

/* RFC 6008 section 4: as much of b= as tells this signature from the others. */
static struct str b_prefix(struct writer *w, size_t self)
{
	const struct dkim *dkim = w->verdict->dkim;
	struct str mine = base64_encode(w->arena, dkim_verdict(dkim, self)->sig.signature);
	size_t n = B_PREFIX;

	for (size_t i = 0; i < signatures(w->verdict); i++) {
		struct str other = base64_encode(w->arena, dkim_verdict(dkim, i)->sig.signature);
		size_t same = common_prefix(mine, other);

		/* Copies of one signature cannot be told apart. */
		if (i != self && !str_eq(mine, other) && same >= n)
			n = same + 1;
	}
	return str_slice(mine, 0, n);
}

static void describe_signature(struct writer *w, struct authres_result *r, size_t i)
{
	const struct dkim_verdict *d = dkim_verdict(w->verdict->dkim, i);
	const struct dkim_sig *sig = &d->sig;
	struct str own = arena_fmt(w->arena, "@" STR_FMT, STR_ARG(sig->domain));
	struct str identity = plain_address(w->arena, sig->identity, w->flags);

	if (identity.n > 0 && str_chr(identity, '@') < 0)
		identity = arena_fmt(w->arena, "@" STR_FMT, STR_ARG(identity));
	if (is_plain_domain(sig->domain))
		property(w, r, "header", "d", sig->domain);
	if (!str_ieq(identity, own))
		property(w, r, "header", "i", identity);
	if (is_plain_domain(sig->selector))
		property(w, r, "header", "s", sig->selector);
	if (sig->algorithm != DKIM_ALGORITHM_OTHER)
		property(w, r, "header", "a", str_of(dkim_algorithm_name(sig->algorithm)));
	/* May need quotes, so it comes last. */
	property(w, r, "header", "b", b_prefix(w, i));
}

static void add_dkim(struct writer *w)
{
	const struct mail_verdict *v = w->verdict;

	if (signatures(v) == 0)
		add(w, STR("dkim"), "none");
	for (size_t i = 0; i < v->identifier_count; i++) {
		const struct mail_identifier *id = &v->identifiers[i];
		const struct dkim_verdict *d;
		struct authres_result *r;

		if (id->spf)
			continue;
		d = dkim_verdict(v->dkim, id->signature);
		r = add(w, STR("dkim"), dkim_result_name(d->result));
		r->reason = id->uncounted.n > 0 ? id->uncounted : d->reason;
		describe_signature(w, r, id->signature);
	}
}

/* RFC 8617 section 4.1.1: oldest-pass is 0 when all message signatures fit. */
static void add_arc(struct writer *w)
{
	const struct arc_verdict *arc = w->verdict->arc;
	unsigned oldest = arc->oldest_pass == 1 ? 0 : arc->oldest_pass;
	struct authres_result *r;

	if (arc->sets == 0)
		return;
	r = add(w, STR("arc"), arc_result_name(arc->result));
	r->reason = arc->reason;
	if (arc->result == ARC_PASS)
		property(w, r, "header", "oldest-pass", arena_fmt(w->arena, "%u", oldest));
	if (arc->result == ARC_PASS && w->verdict->query->ip.family != IP_NONE)
		property(w, r, "smtp", "remote-ip", ip_write(w->arena, w->verdict->query->ip));
}

static void add_dmarc(struct writer *w)
{
	const struct mail_verdict *v = w->verdict;
	struct authres_result *r = add(w, STR("dmarc"), dmarc_result_name(v->dmarc.result));

	if (v->author.domain.n == 0)
		r->reason = author_text(v->author.result);
	if (v->voucher != NULL)
		r->comment = arena_fmt(
		    w->arena, "vouched for by " STR_FMT, STR_ARG(v->voucher->seal.sig.domain));
	property(w, r, "header", "from", v->from);
	if (v->dmarc.policy.record != NULL && v->dmarc.policy.record->usable)
		property(
		    w, r, "policy", "dmarc", str_of(dmarc_request_name(v->dmarc.policy.applied)));
}

struct str mail_authres(
    struct arena *a, const struct mail_verdict *v, struct str authserv_id, unsigned flags)
{
	struct writer w = { .arena = a, .verdict = v, .flags = flags };

	w.fields.id = authserv_id;
	add_iprev(&w);
	add_spf(&w, &v->spf);
	/* A pass of HELO beside a sender that does not pass would be read as the sender's. */
	if (!v->helo.passed || !v->spf.judged || v->spf.passed)
		add_spf(&w, &v->helo);
	add_dkim(&w);
	add_arc(&w);
	add_dmarc(&w);
	return authres_write(a, &w.fields, flags);
}

/* ---- Received-SPF ---- */

static struct str received_comment(struct arena *a, const struct mail_spf *spf)
{
	static const char *const words[] = {
		[SPF_NONE] = "has no policy for",
		[SPF_NEUTRAL] = "says nothing about",
		[SPF_PASS] = "permits",
		[SPF_FAIL] = "does not permit",
		[SPF_SOFTFAIL] = "probably does not permit",
		[SPF_TEMPERROR] = "could not be asked about",
		[SPF_PERMERROR] = "has a broken policy for",
	};
	struct str ip = ip_write(a, spf->query.ip), domain = spf->report.domain;

	return arena_fmt(a, STR_FMT " %s " STR_FMT,
	    STR_ARG(is_plain_domain(domain) ? domain : STR("the domain")),
	    words[spf->report.result], STR_ARG(ip));
}

struct str mail_received_spf(struct arena *a, const struct mail_verdict *v, unsigned flags)
{
	const struct mail_spf *spf = &v->spf;
	struct received_spf r = { .result = str_of(spf_result_name(spf->report.result)) };
	struct str sender = plain_address(a, spf->query.mail_from, flags);
	struct str helo = plain_address(a, spf->query.helo, flags);
	bool null_sender = spf->query.mail_from.n == 0;

	if (!spf->judged)
		return (struct str){ 0 };
	r.comment = received_comment(a, spf);
	if (v->query->receiver.n > 0)
		received_spf_add(a, &r, STR("receiver"), v->query->receiver);
	received_spf_add(a, &r, STR("identity"), null_sender ? STR("helo") : STR("mailfrom"));
	received_spf_add(a, &r, STR("client-ip"), ip_write(a, spf->query.ip));
	if (sender.n > 0)
		received_spf_add(a, &r, STR("envelope-from"), sender);
	if (helo.n > 0)
		received_spf_add(a, &r, STR("helo"), helo);
	if (spf->report.matched.n > 0)
		received_spf_add(a, &r, STR("mechanism"), spf->report.matched);
	if (spf->report.result == SPF_TEMPERROR || spf->report.result == SPF_PERMERROR)
		received_spf_add(a, &r, STR("problem"), spf_reason(a, &spf->query, &spf->report));
	return received_spf_write(a, &r, flags);
}
