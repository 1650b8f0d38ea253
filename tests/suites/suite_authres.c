/*
 * suite_authres - Authentication-Results as MimeKit and go-msgauth read them.
 *
 * Their expectations name what must be found: authserv-id, instance, each result with its reason
 * and comment, each property; those of go-msgauth are text of Go.  All values are read as they
 * expect.  Some keep to no grammar, though: those are listed with what is wrong, and must be found
 * faulty; no other may be.
 */
#include "suite.h"
#include "wire/authres.h"

static const struct {
	const char *id;
	enum authres_fault_kind kind;
	const char *why;
} faulty[] = {
	{ "mimekit:TestParseAuthServIdWithVersion", AUTHRES_FAULT_EMPTY,
	    "neither a result nor \"none\", RFC 8601 section 2.2" },
	{ "mimekit:TestParseNoAuthServId", AUTHRES_FAULT_NO_ID, "no authserv-id" },
	{ "mimekit:TestParseMethodPropertyValueWithSlash", AUTHRES_FAULT_VALUE,
	    "\"/\" is a tspecial (RFC 2045 section 5.1): base64 must be quoted" },
	{ "mimekit:TestParseOffice365RandomDomainTokensAndEmptyPropertyValue", AUTHRES_FAULT_NO_ID,
	    "the authserv-id stands behind a result" },
	{ "mimekit:TestParseGmailAuthenticationResults", AUTHRES_FAULT_METHOD,
	    "\"gateway.spf\" is no Keyword" },
	{ "mimekit:TestParseMethodResultWithUnderscore", AUTHRES_FAULT_RESULT,
	    "\"dkim_pass\" is no Keyword" },
};

static bool has_fault(const struct authres *r, enum authres_fault_kind kind)
{
	for (size_t i = 0; i < r->fault_count; i++)
		if (r->faults[i].kind == kind)
			return true;
	return false;
}

static bool faults_right(struct str id, const struct authres *r)
{
	for (size_t i = 0; i < LENGTH(faulty); i++)
		if (str_eq(id, str_of(faulty[i].id)))
			return has_fault(r, faulty[i].kind);
	return r->fault_count == 0;
}

static struct str field_of(const struct authres_result *r, struct str field)
{
	if (str_eq(field, STR("Method")))
		return r->method;
	if (str_eq(field, STR("Result")))
		return r->result;
	return str_eq(field, STR("Reason")) ? r->reason : r->comment;
}

/* [result, "Method", "spf"] */
static bool result_right(const struct authres *r, const json_t *row)
{
	size_t i = (size_t)json_integer_value(json_array_get(row, 0));

	return i < r->count && str_eq(field_of(&r->results[i], suite_str(json_array_get(row, 1))),
				   suite_str(json_array_get(row, 2)));
}

/* [result, property, "PropertyType", "smtp"] */
static bool property_right(const struct authres *r, const json_t *row)
{
	size_t i = (size_t)json_integer_value(json_array_get(row, 0));
	size_t n = (size_t)json_integer_value(json_array_get(row, 1));
	struct str field = suite_str(json_array_get(row, 2)), got;

	if (i >= r->count || n >= r->results[i].property_count)
		return false;
	const struct authres_property *p = &r->results[i].properties[n];
	got = str_eq(field, STR("PropertyType")) ? p->ptype
	      : str_eq(field, STR("Property"))	 ? p->name
						 : p->value;
	return str_eq(got, suite_str(json_array_get(row, 3)));
}

/* `Value: ResultPass, From: "example.net"`: the result, and each text somewhere in it. */
static bool go_result_right(const struct authres_result *r, struct str text)
{
	struct str head = str_cut(&text, ','), quoted;
	bool right = str_iends(head, r->result);

	while (str_cut(&text, '"').n > 0) {
		bool found;

		quoted = str_cut(&text, '"');
		found = str_eq(r->reason, quoted);
		for (size_t i = 0; i < r->property_count; i++)
			found = found || str_eq(r->properties[i].value, quoted) ||
				str_eq(r->properties[i].name, quoted);
		right = right && found;
	}
	return right;
}

/* `[]Result{ &SPFResult{Value: ...}, &AuthResult{...}, }` */
static bool go_results_right(const struct authres *r, struct str text)
{
	size_t count = 0;

	if (str_find(text, STR("nil")) >= 0)
		return r->none && r->count == 0;
	while (str_chr(text, '&') >= 0) {
		str_cut(&text, '&');
		str_cut(&text, '{');
		if (count == r->count ||
		    !go_result_right(&r->results[count++], str_cut(&text, '}')))
			return false;
	}
	return count == r->count && count > 0;
}

static bool run_case(const json_t *test)
{
	const json_t *want = json_object_get(test, "expect"), *row;
	struct str go = suite_str(json_object_get(want, "go_results"));
	struct str instance = suite_str(json_object_get(want, "instance"));
	struct str id = suite_str(json_object_get(test, "id"));
	struct arena a = { 0 };
	struct authres r;
	bool right;
	size_t i;

	authres_parse(&a, suite_str(json_object_get(test, "value")), &r);
	right = str_eq(r.id, suite_str(json_object_get(want, "authserv_id"))) &&
		faults_right(id, &r) && (go.n == 0 || go_results_right(&r, go));
	if (instance.n > 0)
		right = right && str_eq(arena_fmt(&a, "%u", r.instance), instance);
	json_array_foreach(json_object_get(want, "results"), i, row) right =
	    result_right(&r, row) && right;
	json_array_foreach(json_object_get(want, "properties"), i, row) right =
	    property_right(&r, row) && right;
	if (!right)
		printf("differs: " STR_FMT "\n", STR_ARG(id));
	arena_free(&a);
	return right;
}

int main(void)
{
	FILE *file = suite_open("authres/cases.jsonl");
	unsigned total = 0, failed = 0;
	json_t *test;

	while ((test = suite_next(file)) != NULL) {
		failed += !run_case(test);
		total++;
		json_decref(test);
	}
	fclose(file);
	for (size_t i = 0; i < LENGTH(faulty); i++)
		printf("not in the grammar: %s: %s\n", faulty[i].id, faulty[i].why);
	printf("%u of %u Authentication-Results fields read as expected\n", total - failed, total);
	return failed > 0 || total == 0;
}
