/* caa - see caa.h. */
#include "wire/caa.h"

#include "wire/domain.h"

static const struct {
	const char *name;
	enum caa_tag tag;
} tags[] = {
	{ "issue", CAA_ISSUE },
	{ "issuewild", CAA_ISSUEWILD },
	{ "iodef", CAA_IODEF },
	{ "issuemail", CAA_ISSUEMAIL },
	{ "issuevmc", CAA_ISSUEVMC },
	{ "contactemail", CAA_CONTACT },
	{ "contactphone", CAA_CONTACT },
};

static enum caa_tag tag_of(struct str name)
{
	for (size_t i = 0; i < LENGTH(tags); i++)
		if (str_ieq(name, str_of(tags[i].name)))
			return tags[i].tag;
	return CAA_UNKNOWN;
}

/* parameter = tag "=" value; value is printable but for the semicolon. */
static bool is_parameter(struct str text)
{
	struct str value = text, name = str_trim(str_cut(&value, '='));

	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '-')
			return false;
	value = str_trim(value);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return false;
	return name.n > 0 && name.n < text.n;
}

static const char *issuer_fault(struct str value, struct str *issuer)
{
	struct str rest = value;

	*issuer = str_trim(str_cut(&rest, ';'));
	if (issuer->n > 0 && !domain_is_host(*issuer))
		return "the issuer is no domain name";
	while (rest.n > 0) {
		struct str parameter = str_trim(str_cut(&rest, ';'));

		if (parameter.n > 0 && !is_parameter(parameter))
			return "a parameter is not of the form name=value";
	}
	return NULL;
}

static const char *iodef_fault(struct str value)
{
	return str_istarts(value, STR("mailto:")) || str_istarts(value, STR("http://")) ||
		       str_istarts(value, STR("https://"))
		   ? NULL
		   : "iodef holds no mailto:, http: or https: address";
}

void caa_parse(const struct dns_caa *r, struct caa *out)
{
	*out = (struct caa){ .tag = tag_of(r->tag), .critical = (r->flags & 128) != 0 };
	switch (out->tag) {
	case CAA_ISSUE:
	case CAA_ISSUEWILD:
	case CAA_ISSUEMAIL:
	case CAA_ISSUEVMC:
		out->fault = issuer_fault(r->value, &out->issuer);
		break;
	case CAA_IODEF:
		out->fault = iodef_fault(r->value);
		break;
	case CAA_UNKNOWN:
		if (out->critical)
			out->fault = "the tag is unknown and marked critical";
		break;
	case CAA_CONTACT:
		break;
	}
	if (out->fault == NULL && (r->flags & 127) != 0)
		out->fault = "the flags are neither 0 nor 128";
}
