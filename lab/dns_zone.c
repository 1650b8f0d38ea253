/* dns_zone - see dns_zone.h. */
#include "lab/dns_zone.h"

#include <stdio.h>

bool lab_zone_load(
    struct arena *a, const struct lab_zone *plan, struct lab_records *out, struct error *e)
{
	FILE *file =
	    plan->text.n == 0 ? NULL : fmemopen((void *)(uintptr_t)plan->text.p, plan->text.n, "r");
	struct str origin = arena_fmt(a, STR_FMT ".", STR_ARG(plan->name));
	ldns_zone *parsed = NULL;
	int line = 0;
	ldns_status status;

	*out = (struct lab_records){ .plan = plan, .apex = ldns_dname_new_frm_str(origin.p) };
	status = file == NULL ? LDNS_STATUS_FILE_ERR
			      : ldns_zone_new_frm_fp_l(
				    &parsed, file, out->apex, 3600, LDNS_RR_CLASS_IN, &line);
	if (file != NULL)
		fclose(file);
	if (status != LDNS_STATUS_OK || ldns_zone_soa(parsed) == NULL) {
		error_set(e, STR_FMT ":%d: %s", STR_ARG(plan->file), line,
		    status != LDNS_STATUS_OK ? ldns_get_errorstr_by_id(status) : "no SOA record");
		if (parsed != NULL)
			ldns_zone_deep_free(parsed);
		ldns_rdf_deep_free(out->apex);
		*out = (struct lab_records){ 0 };
		return false;
	}
	out->soa = ldns_rr_clone(ldns_zone_soa(parsed));
	out->records = ldns_rr_list_clone(ldns_zone_rrs(parsed));
	ldns_rr_list_push_rr(out->records, ldns_rr_clone(out->soa));
	ldns_zone_deep_free(parsed);
	return true;
}

void lab_zone_release(struct lab_records *z)
{
	ldns_rdf_deep_free(z->apex);
	ldns_rr_free(z->soa);
	ldns_rr_list_deep_free(z->records);
}

bool lab_zone_is_under(const ldns_rdf *name, const ldns_rdf *apex)
{
	return ldns_dname_compare(name, apex) == 0 || ldns_dname_is_subdomain(name, apex);
}

static bool exists(const struct lab_records *z, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(z->records); i++)
		if (lab_zone_is_under(ldns_rr_owner(ldns_rr_list_rr(z->records, i)), name))
			return true;
	return false;
}

/* Itself, or the wildcard at the closest name that exists. */
ldns_rdf *lab_zone_source(const struct lab_records *z, const ldns_rdf *name)
{
	ldns_rdf *at = ldns_rdf_clone(name);

	if (exists(z, at))
		return at;
	while (ldns_dname_compare(at, z->apex) != 0) {
		ldns_rdf *parent = ldns_dname_left_chop(at);

		ldns_rdf_deep_free(at);
		at = parent;
		if (!exists(z, at))
			continue;
		ldns_rdf *star = ldns_dname_new_frm_str("*");
		ldns_dname_cat(star, at);
		ldns_rdf_deep_free(at);
		if (exists(z, star))
			return star;
		ldns_rdf_deep_free(star);
		return NULL;
	}
	ldns_rdf_deep_free(at);
	return NULL;
}

const ldns_rdf *lab_zone_copy(const struct lab_records *z, const ldns_rdf *source,
    const struct lab_asked *asked, ldns_pkt *out)
{
	const ldns_rdf *target = NULL;

	for (size_t i = 0; i < ldns_rr_list_rr_count(z->records); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(z->records, i);
		bool cname = ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME;

		if (ldns_dname_compare(ldns_rr_owner(rr), source) != 0 ||
		    (ldns_rr_get_type(rr) != asked->type && !cname))
			continue;
		ldns_rr *copy = ldns_rr_clone(rr);
		ldns_rdf_deep_free(ldns_rr_owner(copy));
		ldns_rr_set_owner(copy, ldns_rdf_clone(asked->name));
		ldns_pkt_push_rr(out, LDNS_SECTION_ANSWER, copy);
		if (cname && asked->type != LDNS_RR_TYPE_CNAME)
			target = ldns_rr_rdf(rr, 0);
	}
	return target;
}
