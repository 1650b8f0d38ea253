/* mail_json - the promised keys of `frank verify --json`; docs/verify-output.schema.json. */
#include "render/json_value.h"
#include "render/mail_report.h"
#include "wire/date.h"

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)(n > INT64_MAX ? INT64_MAX : n));
}

/* An identity that was not judged has the members too, with "none" and a reason. */
static json_t *identity_json(
    struct arena *a, const struct mail_spf *spf, const char *identity, const char *why_not)
{
	struct spf_report r = { .result = SPF_NONE };
	json_t *o;

	if (spf->judged) {
		r = spf->report;
		r.reason = spf_reason(a, &spf->query, &spf->report);
	} else {
		r.reason = str_of(why_not);
	}
	o = json_spf(&r);
	json_object_set_new(o, "judged", json_boolean(spf->judged));
	json_object_set_new(o, "identity", json_string(identity));
	return o;
}

static json_t *spf_json(const struct mail_report *r)
{
	const struct mail_verdict *v = r->verdict;

	/* The null sender has HELO judged in its place. */
	return identity_json(r->arena, &v->spf,
	    v->spf.judged && v->query->mail_from.n == 0 ? "helo" : "mailfrom",
	    v->query->ip.family == IP_NONE ? "the client's address is not known"
					   : "the sender of the envelope is not known");
}

static json_t *iprev_json(const struct mail_report *r)
{
	const struct mail_verdict *v = r->verdict;

	return json_pack("{s:s, s:o, s:o, s:o}", "result",
	    v->iprev_judged ? iprev_result_name(v->iprev.result) : "none", "ip",
	    json_text(v->iprev_judged ? ip_write(r->arena, v->query->ip) : STR("")), "name",
	    json_text(v->iprev.name), "reason",
	    json_text(
		v->iprev_judged ? v->iprev.reason : STR("the client's address is not known")));
}

/* ---- DKIM ---- */

static json_t *time_json(struct arena *a, bool has, int64_t seconds)
{
	struct str text = has ? date_write(a, seconds) : (struct str){ 0 };

	return text.n > 0 ? json_text(text) : json_null();
}

static json_t *headers_json(const struct dkim_sig *sig)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sig->header_count; i++)
		json_array_append_new(list, json_text(sig->headers[i]));
	return list;
}

static json_t *signature_json(const struct mail_report *r, size_t i)
{
	const struct dkim_verdict *d = dkim_verdict(r->verdict->dkim, i);
	const struct mail_identifier *id = mail_identifier_of(r->verdict, i);
	const struct dkim_sig *sig = &d->sig;
	struct str canonicalization = arena_fmt(r->arena, "%s/%s",
	    sig->relaxed_header ? "relaxed" : "simple", sig->relaxed_body ? "relaxed" : "simple");

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, "
			 "s:b, s:o, s:o, s:o}",
	    "result", dkim_result_name(d->result), "domain", json_text(sig->domain), "selector",
	    json_text(sig->selector), "algorithm", json_text(sig->algorithm_name), "key_bits",
	    number(d->key != NULL ? d->key->bits : 0), "reason", json_text(d->reason), "identity",
	    json_text(sig->identity), "canonicalization", json_text(canonicalization), "headers",
	    headers_json(sig), "signed_at", time_json(r->arena, sig->has_time, sig->time),
	    "expires", time_json(r->arena, sig->has_expiry, sig->expiry), "unsigned_bytes",
	    number(d->unsigned_bytes), "testing", d->testing, "future", d->future, "aligned",
	    id != NULL && id->alignment == DMARC_ALIGNED, "uncounted",
	    json_text(id != NULL ? id->uncounted : (struct str){ 0 }), "why", json_text(r->why[i]),
	    "key_records", number(d->records));
}

static json_t *dkim_json(const struct mail_report *r)
{
	size_t n = dkim_count(r->verdict->dkim);
	json_t *list = json_array();

	for (size_t i = 0; i < n && i < DKIM_MAX_SIGNATURES; i++)
		json_array_append_new(list, signature_json(r, i));
	return list;
}

/* ---- ARC ---- */

static json_t *arc_json(const struct mail_report *r)
{
	const struct arc_verdict *v = r->verdict->arc;
	json_t *sealers = json_array();

	for (size_t i = 0; v->all != NULL && i < v->sets; i++)
		json_array_append_new(sealers, json_text(v->all[i].seal.sig.domain));
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "result", arc_result_name(v->result),
	    "reason", json_text(v->reason), "sets", number(v->sets), "sealers", sealers,
	    "oldest_pass", number(v->oldest_pass));
}

/* ---- DMARC ---- */

static json_t *dmarc_json(const struct mail_report *r)
{
	const struct mail_verdict *v = r->verdict;
	const struct dmarc_policy *p = &v->dmarc.policy;
	bool has = p->record != NULL;

	return json_pack("{s:s, s:o, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "result",
	    dmarc_result_name(v->dmarc.result), "domain", json_text(v->from), "policy",
	    has ? dmarc_request_name(p->published) : "none", "disposition",
	    dmarc_request_name(v->disposition < DMARC_NONE ? DMARC_NONE : v->disposition),
	    "spf_aligned", v->dmarc.spf_aligned, "dkim_aligned", v->dmarc.dkim_aligned,
	    "record_domain", json_text(p->record_domain), "record",
	    json_text(has ? p->record->tags.text : STR("")), "reason",
	    json_text(mail_dmarc_sentence(r->arena, v)), "vouched_by",
	    json_text(v->voucher != NULL ? v->voucher->seal.sig.domain : (struct str){ 0 }));
}

/* ---- the message ---- */

static json_t *client_json(const struct mail_report *r)
{
	const struct mail_query *q = r->verdict->query;
	const struct mail_client *c = &r->client;

	return json_pack("{s:o, s:s, s:o, s:s, s:o, s:s, s:o, s:o}", "ip",
	    json_text(q->ip.family != IP_NONE ? ip_write(r->arena, q->ip) : STR("")), "ip_from",
	    mail_known_name(c->ip), "helo", json_text(q->helo), "helo_from",
	    mail_known_name(c->helo), "mail_from", json_text(q->mail_from), "mail_from_from",
	    mail_known_name(c->mail_from), "trusted", json_text(c->trusted), "advice",
	    json_text(c->advice));
}

static json_t *findings_json(const struct mail_report *r)
{
	static const char *const ids[MESSAGE_FINDINGS] = {
		[MESSAGE_BARE_LF] = "bare-lf",
		[MESSAGE_BARE_CR] = "bare-cr",
		[MESSAGE_NUL] = "nul",
		[MESSAGE_LONG_LINE] = "long-line",
		[MESSAGE_HEADER_UTF8] = "header-utf8",
		[MESSAGE_HEADER_8BIT] = "header-8bit",
		[MESSAGE_NAME_SPACE] = "name-space",
		[MESSAGE_BLANK_FOLD] = "blank-fold",
		[MESSAGE_MBOX_LINE] = "mbox-line",
		[MESSAGE_NOT_A_FIELD] = "not-a-field",
		[MESSAGE_CUT_FIELD] = "cut-field",
		[MESSAGE_NO_FIELD] = "no-field",
		[MESSAGE_NO_DATE] = "no-date",
		[MESSAGE_NO_FROM] = "no-from",
		[MESSAGE_REPEATED] = "repeated-field",
		[MESSAGE_HEADER_TOO_BIG] = "header-too-big",
		[MESSAGE_FIELD_TOO_BIG] = "field-too-big",
		[MESSAGE_TOO_MANY_FIELDS] = "too-many-fields",
	};
	json_t *list = json_array();

	for (int i = 0; i < MESSAGE_FINDINGS; i++) {
		const struct message_found *f = &r->message->found[i];

		if (mail_has_finding(r, (enum message_finding)i))
			json_array_append_new(
			    list, json_pack("{s:s, s:o, s:o, s:o}", "id", ids[i], "says",
				      json_text(message_finding_text((enum message_finding)i)),
				      "offset", number(f->offset), "count", number(f->count)));
	}
	return list;
}

static json_t *forged_json(const struct mail_report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->forged_count; i++) {
		const struct forged_field *f = &r->forged[i];

		json_array_append_new(
		    list, json_pack("{s:s, s:o, s:o}", "claim",
			      f->claim == AUTHRES_OURS ? "ours" : "unreadable", "offset",
			      number(f->field->offset), "value", json_text(f->field->value)));
	}
	return list;
}

json_t *mail_json(const struct mail_report *r)
{
	const struct mail_verdict *v = r->verdict;
	json_t *o = json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "file",
	    json_text(r->name), "outcome", mail_outcome_name(mail_outcome(v)), "headline",
	    json_text(mail_headline(r->arena, v)), "spf", spf_json(r), "helo",
	    identity_json(r->arena, &v->helo, "helo", "not judged apart from the envelope"), "dkim",
	    dkim_json(r), "dmarc", dmarc_json(r), "iprev", iprev_json(r));

	if (r->number > 0)
		json_object_set_new(o, "number", number(r->number));
	json_object_set_new(o, "arc", arc_json(r));
	json_object_set_new(o, "at", time_json(r->arena, true, v->query->now));
	json_object_set_new(o, "client", client_json(r));
	json_object_set_new(o, "findings", findings_json(r));
	json_object_set_new(o, "forged", forged_json(r));
	json_object_set_new(o, "remedy", json_text(mail_remedy(r->arena, v)));
	json_object_set_new(o, "authentication_results", json_text(r->authres));
	return o;
}
