/* dns_wire - see dns_wire.h. */
#include "evidence/dns_wire.h"

#include <stdlib.h>

#include "wire/domain.h"

#define MAX_MESSAGE 65535

static ldns_rdf *name_rdf(struct frank_case *c, struct str name)
{
	struct buf text;
	ldns_rdf *rdf;

	/* Dots part labels; every other byte that means something to ldns is escaped. */
	buf_init(&text, 4 * DOMAIN_MAX + 2);
	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];

		if (is_alnum(ch) || ch == '-' || ch == '_' || ch == '.')
			buf_addc(&text, ch);
		else
			buf_addf(&text, "\\%03u", (unsigned)(unsigned char)ch);
	}
	buf_addc(&text, '.');
	struct str z = arena_str(c->arena, buf_str(&text));
	rdf = buf_failed(&text) ? NULL : ldns_dname_new_frm_str(z.p);
	buf_free(&text);
	return rdf;
}

uint8_t *dns_wire_query(
    struct frank_case *c, const struct dns_question *q, bool unchecked, size_t *size)
{
	ldns_rdf *name = name_rdf(c, q->name);
	bool resolver = q->server.family == IP_NONE;
	uint8_t *wire = NULL;

	if (name == NULL)
		return NULL;
	ldns_pkt *packet = ldns_pkt_query_new(
	    name, (ldns_rr_type)q->type, LDNS_RR_CLASS_IN, resolver ? LDNS_RD | LDNS_AD : 0);
	if (packet == NULL) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	ldns_pkt_set_random_id(packet);
	ldns_pkt_set_cd(packet, unchecked);
	ldns_pkt_set_edns_udp_size(packet, DNS_EDNS_SIZE);
	ldns_pkt_set_edns_do(packet, resolver);
	if (ldns_pkt2wire(&wire, packet, size) != LDNS_STATUS_OK)
		wire = NULL;
	ldns_pkt_free(packet);
	return wire;
}

struct str dns_wire_name(struct arena *a, const ldns_rdf *rdf)
{
	char *text = ldns_rdf2str(rdf);
	struct str name = arena_lower(a, domain_undot(str_of(text)));

	free(text);
	return name;
}

struct str dns_wire_rdata(struct arena *a, const ldns_rr *rr)
{
	ldns_buffer *out = ldns_buffer_new(256);
	struct str text;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		if (i > 0)
			ldns_buffer_printf(out, " ");
		ldns_rdf2buffer_str(out, ldns_rr_rdf(rr, i));
	}
	text = arena_str(
	    a, (struct str){ (const char *)ldns_buffer_begin(out), ldns_buffer_position(out) });
	ldns_buffer_free(out);
	return str_trim(text);
}

struct walk {
	struct arena *arena;
	ldns_rr_list *answers;
	ldns_rdf *owner; /* where the chain stands now; borrowed */
	struct str *aliases, *texts;
	size_t alias_count, text_count;
	int64_t ttl;
};

static void note_ttl(struct walk *w, const ldns_rr *rr)
{
	int64_t ttl = ldns_rr_ttl(rr);

	w->ttl = w->ttl < 0 || ttl < w->ttl ? ttl : w->ttl;
}

static const ldns_rr *cname_at(const struct walk *w)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(w->answers); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(w->answers, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME && ldns_rr_rd_count(rr) == 1 &&
		    ldns_dname_compare(ldns_rr_owner(rr), w->owner) == 0)
			return rr;
	}
	return NULL;
}

/* False when the chain is longer than the bound: a loop, or made to be slow. */
static bool follow_aliases(struct walk *w)
{
	for (const ldns_rr *rr; (rr = cname_at(w)) != NULL;) {
		if (w->alias_count == DNS_MAX_ALIASES)
			return false;
		note_ttl(w, rr);
		w->owner = ldns_rr_rdf(rr, 0);
		arena_push(w->arena, w->aliases, w->alias_count, struct str,
		    dns_wire_name(w->arena, w->owner));
	}
	return true;
}

static void take_records(struct walk *w, enum dns_type type)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(w->answers); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(w->answers, i);

		if (type != DNS_ANY && (ldns_rr_get_type(rr) != (ldns_rr_type)type ||
					   ldns_dname_compare(ldns_rr_owner(rr), w->owner) != 0))
			continue;
		note_ttl(w, rr);
		arena_push(
		    w->arena, w->texts, w->text_count, struct str, dns_wire_rdata(w->arena, rr));
	}
}

static void take_from(struct walk *w, ldns_rr_list *section, enum dns_type type)
{
	w->answers = section;
	take_records(w, type);
}

/* The parent's servers name those of a zone, and their addresses, without authority. */
static bool take_referral(struct walk *w, const ldns_pkt *packet, enum dns_type type)
{
	take_from(w, ldns_pkt_authority(packet), type);
	take_from(w, ldns_pkt_additional(packet), type);
	return w->text_count > 0;
}

/* With no data: the SOA of the authority section bounds how long that may be kept. */
static void take_negative_ttl(struct walk *w, const ldns_pkt *packet)
{
	ldns_rr_list *authority = ldns_pkt_authority(packet);

	for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(authority, i)) == LDNS_RR_TYPE_SOA)
			note_ttl(w, ldns_rr_list_rr(authority, i));
}

/* The extended bits count: BADVERS is not NOERROR (RFC 6891 section 6.1.3). */
static enum dns_status status_of(const ldns_pkt *packet)
{
	if (ldns_pkt_edns_extended_rcode(packet) != 0)
		return DNS_SERVFAIL;
	switch (ldns_pkt_get_rcode(packet)) {
	case LDNS_RCODE_NOERROR:
		return DNS_NOERROR;
	case LDNS_RCODE_NXDOMAIN:
		return DNS_NXDOMAIN;
	case LDNS_RCODE_REFUSED:
		return DNS_REFUSED;
	default:
		return DNS_SERVFAIL;
	}
}

static void fill_in(struct frank_case *c, struct fact *f, ldns_pkt *packet, ldns_rdf *asked)
{
	enum dns_type type = f->question.dns.type;
	enum dns_status status = status_of(packet);
	struct walk w = {
		.arena = c->arena, .answers = ldns_pkt_answer(packet), .owner = asked, .ttl = -1
	};
	bool direct = f->question.dns.server.family != IP_NONE, referral = false;
	bool bounded = type == DNS_CNAME || type == DNS_ANY || follow_aliases(&w);

	if (bounded && status == DNS_NOERROR)
		take_records(&w, type);
	if (bounded && direct && status == DNS_NOERROR && w.text_count == 0 && !ldns_pkt_aa(packet))
		referral = take_referral(&w, packet, type);
	if (w.text_count == 0)
		take_negative_ttl(&w, packet);
	case_put_dns(c, f, bounded ? status : DNS_SERVFAIL, w.texts, w.text_count);
	if (!bounded)
		f->dns.bogus_why = STR("the chain of CNAME records does not end");
	f->dns.ttl = w.ttl;
	f->dns.aliases = w.aliases;
	f->dns.alias_count = w.alias_count;
	f->dns.authoritative = ldns_pkt_aa(packet);
	f->dns.truncated = ldns_pkt_tc(packet);
	f->dns.referral = referral;
	f->dns.recursion = ldns_pkt_ra(packet);
	f->dns.edns = ldns_pkt_edns(packet);
	if (!direct && (status == DNS_NOERROR || status == DNS_NXDOMAIN))
		f->dns.security = ldns_pkt_ad(packet) ? DNS_SECURE : DNS_INSECURE;
}

static bool is_about(const ldns_pkt *packet, const ldns_rdf *name, enum dns_type type)
{
	ldns_rr_list *questions = ldns_pkt_question(packet);

	if (!ldns_pkt_qr(packet))
		return false;
	if (ldns_rr_list_rr_count(questions) == 0)
		return ldns_pkt_get_rcode(packet) != LDNS_RCODE_NOERROR;
	const ldns_rr *q = ldns_rr_list_rr(questions, 0);
	return ldns_rr_get_class(q) == LDNS_RR_CLASS_IN &&
	       ldns_rr_get_type(q) == (ldns_rr_type)type &&
	       ldns_dname_compare(ldns_rr_owner(q), name) == 0;
}

bool dns_wire_answer(struct frank_case *c, struct fact *f, const uint8_t *message, size_t size)
{
	ldns_rdf *name = name_rdf(c, f->question.dns.name);
	ldns_pkt *packet = NULL;
	bool ours = false;

	if (name == NULL)
		return false;
	if (size > MAX_MESSAGE || ldns_wire2pkt(&packet, message, size) != LDNS_STATUS_OK) {
		case_put_dns(c, f, DNS_SERVFAIL, NULL, 0);
		f->dns.bogus_why = STR("the response is not a DNS message that can be read");
		ldns_rdf_deep_free(name);
		return true;
	}
	if ((ours = is_about(packet, name, f->question.dns.type))) {
		fill_in(c, f, packet, name);
		f->dns.size = (unsigned)size;
	}
	ldns_pkt_free(packet);
	ldns_rdf_deep_free(name);
	return ours;
}

static bool has_signature(const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(list, i)) == LDNS_RR_TYPE_RRSIG)
			return true;
	return false;
}

bool dns_wire_signed(const uint8_t *message, size_t size)
{
	ldns_pkt *packet = NULL;
	bool found = false;

	if (size <= MAX_MESSAGE && ldns_wire2pkt(&packet, message, size) == LDNS_STATUS_OK)
		found = has_signature(ldns_pkt_answer(packet)) ||
			has_signature(ldns_pkt_authority(packet));
	ldns_pkt_free(packet);
	return found;
}
