/* api_dmarc - the door to DMARC, see frank/dmarc.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_dmarc.h"
#include "wire/domain.h"

#define SIGNATURES_MAX 100 /* that a program may add */

static_assert(FRANK_DMARC_REJECT == (int)DMARC_REJECT &&
		  FRANK_DMARC_RESULT_PERMERROR == (int)DMARC_PERMERROR &&
		  FRANK_DMARC_RESULT_FAIL == (int)DMARC_FAIL,
    "the public numbers are the inner ones");

const char *frank_dmarc_policy_name(enum frank_dmarc_policy policy)
{
	return dmarc_request_name((enum dmarc_request)policy);
}

const char *frank_dmarc_result_name(enum frank_dmarc_result result)
{
	return dmarc_result_name((enum dmarc_result)result);
}

/* ---- a record ---- */

struct frank_dmarc_record {
	struct arena arena;
	struct dmarc_record record;
	const struct frank_dmarc_terms *terms; /* NULL: it is none */
};

static const struct frank_dmarc_uri *uris(struct arena *a, const struct dmarc_uri *all, size_t n)
{
	struct frank_dmarc_uri *out = arena_array(a, struct frank_dmarc_uri, n);

	for (size_t i = 0; i < n; i++)
		out[i] = (struct frank_dmarc_uri){ .text = api_out(all[i].text),
			.mailbox = api_out(all[i].mailbox),
			.domain = api_out(all[i].domain),
			.valid = all[i].valid };
	return out;
}

const struct frank_dmarc_terms *api_terms(struct arena *a, const struct dmarc_record *r)
{
	struct frank_dmarc_terms *t;

	if (r == NULL)
		return NULL;
	t = arena_new(a, struct frank_dmarc_terms);
	*t = (struct frank_dmarc_terms){ .text = api_out(r->tags.text),
		.p = (enum frank_dmarc_policy)r->p,
		.sp = (enum frank_dmarc_policy)r->sp,
		.np = (enum frank_dmarc_policy)r->np,
		.psd = r->psd,
		.testing = r->testing,
		.strict_dkim = r->strict_dkim,
		.strict_spf = r->strict_spf,
		.usable = r->usable,
		.rua = uris(a, r->rua, r->rua_count),
		.ruf = uris(a, r->ruf, r->ruf_count),
		.rua_count = r->rua_count,
		.ruf_count = r->ruf_count };
	return t;
}

struct frank_dmarc_record *frank_dmarc_record_new(struct frank_str text)
{
	struct frank_dmarc_record *r = api_new(sizeof(*r));

	if (dmarc_record_parse(&r->arena, arena_str(&r->arena, api_in(text)), &r->record))
		r->terms = api_terms(&r->arena, &r->record);
	return r;
}

void frank_dmarc_record_free(struct frank_dmarc_record *r)
{
	if (r == NULL)
		return;
	arena_free(&r->arena);
	free(r);
}

const struct frank_dmarc_terms *frank_dmarc_record_terms(const struct frank_dmarc_record *r)
{
	return r->terms;
}

size_t frank_dmarc_record_faults(const struct frank_dmarc_record *r)
{
	return r->terms != NULL ? r->record.fault_count : 0;
}

struct frank_str frank_dmarc_record_fault(const struct frank_dmarc_record *r, size_t i, size_t *at)
{
	if (i >= frank_dmarc_record_faults(r))
		return frank_str(NULL);
	if (at != NULL)
		*at = r->record.faults[i].at;
	return api_out(r->record.faults[i].text);
}

struct frank_str frank_dmarc_record_write(struct frank_dmarc_record *r)
{
	if (r->terms == NULL)
		return frank_str(NULL);
	return api_out(dmarc_record_write(&r->arena, &r->record));
}

/* ---- the verdict ---- */

struct frank_dmarc {
	struct frank_case *facts;
	struct arena kept; /* the question's strings */
	struct arena work; /* of the last run */
	struct dmarc_input input;
	struct dmarc_identifier dkim[SIGNATURES_MAX];
	struct frank_dmarc_verdict verdict;
	bool done;
	struct api_seen seen;
};

struct frank_dmarc *frank_dmarc_new(struct frank_case *facts)
{
	struct frank_dmarc *d = api_new(sizeof(*d));

	d->facts = facts;
	d->input.dkim = d->dkim;
	return d;
}

void frank_dmarc_free(struct frank_dmarc *d)
{
	if (d == NULL)
		return;
	arena_free(&d->kept);
	arena_free(&d->work);
	free(d);
}

static void begin_anew(struct frank_dmarc *d)
{
	d->done = d->seen.ran = false;
}

/* A-labels, lower case; {0} when it is no name. */
static struct str keep_domain(struct frank_dmarc *d, struct frank_str name)
{
	struct str ascii;

	begin_anew(d);
	if (!domain_to_ascii(&d->kept, domain_undot(api_in(name)), &ascii) || !domain_valid(ascii))
		return (struct str){ 0 };
	return arena_lower(&d->kept, ascii);
}

void frank_dmarc_set_author(struct frank_dmarc *d, struct frank_str domain)
{
	d->input.author = keep_domain(d, domain);
}

static enum dmarc_mechanism mechanism(bool pass, bool temperror)
{
	return pass	   ? DMARC_MECHANISM_PASS
	       : temperror ? DMARC_MECHANISM_TEMPERROR
			   : DMARC_MECHANISM_FAIL;
}

void frank_dmarc_set_spf(
    struct frank_dmarc *d, struct frank_str domain, enum frank_spf_result result)
{
	d->input.spf.domain = keep_domain(d, domain);
	d->input.spf.result = mechanism(result == FRANK_SPF_PASS, result == FRANK_SPF_TEMPERROR);
}

void frank_dmarc_add_dkim(
    struct frank_dmarc *d, struct frank_str domain, enum frank_dkim_result result)
{
	if (d->input.dkim_count == SIGNATURES_MAX)
		return;
	d->dkim[d->input.dkim_count].domain = keep_domain(d, domain);
	d->dkim[d->input.dkim_count++].result =
	    mechanism(result == FRANK_DKIM_PASS, result == FRANK_DKIM_TEMPERROR);
}

void frank_dmarc_set_by_psl(struct frank_dmarc *d, bool by_psl)
{
	d->input.org_by_psl = by_psl;
	begin_anew(d);
}

struct frank_dmarc_verdict api_dmarc_verdict(struct arena *a, const struct dmarc_verdict *v)
{
	const struct dmarc_policy *p = &v->policy;
	bool record = p->record != NULL;
	enum frank_dmarc_policy applied =
	    record ? (enum frank_dmarc_policy)p->applied : FRANK_DMARC_ABSENT;

	return (struct frank_dmarc_verdict){
		.result = (enum frank_dmarc_result)v->result,
		.reason = api_out(v->reason),
		.spf_aligned = v->spf_aligned,
		.dkim_aligned = v->dkim_aligned,
		.record_domain = api_out(p->record_domain),
		.organizational = api_out(p->walk.organizational),
		.record = api_terms(a, p->record),
		.published = record ? (enum frank_dmarc_policy)p->published : FRANK_DMARC_ABSENT,
		.applied = applied,
		.disposition = v->result == DMARC_FAIL ? applied : FRANK_DMARC_NONE,
	};
}

bool frank_dmarc_run(struct frank_dmarc *d)
{
	struct dmarc_verdict v;

	if (d->done || !api_news(&d->seen, d->facts, 0))
		return d->done;
	arena_reset(&d->work);
	d->done = dmarc_verify(&d->work, &d->facts->source, &d->input, &v);
	if (d->done)
		d->verdict = api_dmarc_verdict(&d->work, &v);
	return d->done;
}

const struct frank_dmarc_verdict *frank_dmarc_verdict(const struct frank_dmarc *d)
{
	return d->done ? &d->verdict : NULL;
}
