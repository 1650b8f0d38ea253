/*
 * tls_rpt - see tls_rpt.h.
 *
 *	tlsrpt-record  = tlsrpt-version 1*(field-delim tlsrpt-field) [field-delim]
 *	field-delim    = *WSP ";" *WSP
 *	tlsrpt-version = %s"v=TLSRPTv1"
 *	tlsrpt-rua     = %s"rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
 */
#include "auth/tls_rpt.h"

#include "wire/domain.h"
#include "wire/tags.h"

bool tls_rpt_is_record(struct str text)
{
	struct str rest = text;

	return str_eq(str_trim(str_cut(&rest, ';')), STR("v=TLSRPTv1")) && rest.p != NULL &&
	       str_starts(text, STR("v"));
}

static void fault(struct arena *a, struct tls_rpt_record *r, struct str says)
{
	arena_push(a, r->faults, r->fault_count, struct str, says);
	r->valid = false;
}

static struct tls_rpt_uri read_uri(struct str text)
{
	struct tls_rpt_uri u = { .text = text };
	struct str rest;
	ptrdiff_t at;

	if (str_istarts(text, STR("https://"))) {
		rest = str_skip(text, 8);
		u.https = true;
		u.valid = domain_is_fqdn(str_cut(&rest, '/'));
		return u;
	}
	if (!str_istarts(text, STR("mailto:")))
		return u;
	rest = str_skip(text, 7);
	u.mailbox = str_cut(&rest, '?');
	at = str_rchr(u.mailbox, '@');
	if (at > 0)
		u.domain = str_skip(u.mailbox, (size_t)at + 1);
	u.valid = at > 0 && domain_is_fqdn(u.domain);
	return u;
}

static void read_rua(struct arena *a, struct str rua, struct tls_rpt_record *out)
{
	struct str item;

	while (out->uri_count < TLS_RPT_MAX_URIS && tags_next(&rua, ',', &item)) {
		struct tls_rpt_uri u = read_uri(item);

		arena_push(a, out->uris, out->uri_count, struct tls_rpt_uri, u);
		if (!u.valid)
			fault(a, out,
			    arena_fmt(a,
				"\"" STR_FMT "\" is no address for reports (mailto: or https:)",
				STR_ARG(item)));
	}
}

void tls_rpt_parse(struct arena *a, struct str text, struct tls_rpt_record *out)
{
	struct tags tags;
	struct str rua;

	*out = (struct tls_rpt_record){ .valid = true };
	tags_parse(a, text, &tags);
	if (!tls_rpt_is_record(text))
		fault(a, out, STR("it does not begin with \"v=TLSRPTv1;\""));
	rua = tags_value(&tags, "rua");
	if (rua.n == 0)
		fault(a, out, STR("it names no address (rua=)"));
	read_rua(a, rua, out);
	for (size_t i = 0; i < tags.fault_count; i++)
		if (tags.faults[i].kind != TAG_EMPTY)
			fault(a, out, tag_fault_write(a, &tags.faults[i]));
}
