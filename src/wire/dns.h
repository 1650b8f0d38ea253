/*
 * dns - questions to and answers from the DNS, as the evaluators see them.
 *
 * Records come in presentation format (RFC 1035 section 5, RFC 3597 for unknown
 * types) and are parsed once, at the border, into struct dns_record; a record
 * that does not parse keeps its text and has parsed == false.
 *
 * struct dns_source is the only door through which an evaluator learns anything:
 * it asks, and gets the answer, or NULL when nobody knows yet; the source has
 * then noted the question, and the evaluator ends with "pending" and is run
 * again from the start once the answer is there.
 */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

#include "wire/ip.h"

/* Values are those of the wire (IANA DNS parameters). */
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_DS = 43,
	DNS_RRSIG = 46,
	DNS_DNSKEY = 48,
	DNS_NSEC3PARAM = 51,
	DNS_TLSA = 52,
	DNS_CDS = 59,
	DNS_CDNSKEY = 60,
	DNS_SPF = 99,
	DNS_ANY = 255,
	DNS_CAA = 257,
};

enum dns_status {
	DNS_NOERROR,
	DNS_NXDOMAIN,
	DNS_SERVFAIL,
	DNS_REFUSED,
	DNS_TIMEOUT,
	DNS_BOGUS,
};

enum dns_security { DNS_INDETERMINATE, DNS_SECURE, DNS_INSECURE, DNS_SEC_BOGUS };

struct dns_mx {
	uint16_t preference;
	struct str host;
};
struct dns_soa {
	struct str mname, rname;
	uint32_t serial, refresh, retry, expire, minimum;
};
struct dns_srv {
	uint16_t priority, weight, port;
	struct str target;
};
struct dns_tlsa {
	uint8_t usage, selector, matching;
	struct str data; /* bytes */
};
struct dns_caa {
	uint8_t flags;
	struct str tag, value;
};
struct dns_ds {
	uint16_t key_tag;
	uint8_t algorithm, digest_type;
	struct str digest; /* bytes */
};
struct dns_dnskey {
	uint16_t flags;
	uint8_t protocol, algorithm;
	struct str key; /* bytes */
};
struct dns_rrsig {
	struct str covered; /* mnemonic */
	uint8_t algorithm, labels;
	uint32_t ttl;
	int64_t expires, begins; /* seconds since 1970 */
	uint16_t key_tag;
	struct str signer;
};
struct dns_nsec3param {
	uint8_t algorithm, flags;
	uint16_t iterations;
	struct str salt; /* hex */
};
struct dns_txt {
	struct str joined;
	struct str *strings;
	size_t count;
};

struct dns_record {
	struct str text; /* presentation format, as in the evidence */
	bool parsed;
	/* A costly form that an evaluator made of it (a parsed SPF record), and whose it is: see
	   dns_kept(). */
	const void *keeper;
	void *kept;
	union {
		struct ip address;  /* A, AAAA */
		struct str name;    /* NS, CNAME, PTR; no final dot */
		struct dns_mx mx;   /* host "" is the root: null MX */
		struct dns_txt txt; /* TXT, SPF */
		struct dns_soa soa;
		struct dns_srv srv;
		struct dns_tlsa tlsa;
		struct dns_caa caa;
		struct dns_ds ds;	  /* DS, CDS */
		struct dns_dnskey dnskey; /* DNSKEY, CDNSKEY */
		struct dns_rrsig rrsig;
		struct dns_nsec3param nsec3param;
	};
};

struct dns_answer {
	struct str name; /* as asked */
	enum dns_type type;
	enum dns_status status;
	enum dns_security security;
	int64_t ttl;	     /* seconds, the smallest of the set; -1 when not known */
	struct str *aliases; /* names of the CNAME chain that was followed, in order */
	size_t alias_count;
	struct dns_record *records;
	size_t count;
	/* Only for a question put to one server (dns_question.server). */
	bool authoritative, truncated, recursion, edns;
	bool referral;	      /* the records are what the server says of a zone beneath its own */
	unsigned size;	      /* octets of the response, 0 when not known */
	struct str bogus_why; /* what the validator said, or why nothing was learnt */
};

struct dns_source {
	/* The answer, or NULL: not known yet, the question has been noted. */
	const struct dns_answer *(*ask)(struct dns_source *, struct str name, enum dns_type);
	/* Lives as long as the answers: for what evaluators keep with them (dns_keep). */
	struct arena *arena;
};

/*
 * What this keeper has kept with a record, or NULL.  A keeper is the address of a constant of the
 * evaluator: a stranger can have the same record asked for by SPF, as a DKIM key and for DMARC, and
 * one must never take what another made of it for its own.
 */
static inline void *dns_kept(const struct dns_record *r, const void *keeper)
{
	return r->keeper == keeper ? r->kept : NULL;
}

/* Keep it, in the source's arena, instead of what is kept there. */
static inline void dns_keep(struct dns_record *r, const void *keeper, void *form)
{
	r->keeper = keeper;
	r->kept = form;
}

static inline const struct dns_answer *dns_ask(
    struct dns_source *source, struct str name, enum dns_type type)
{
	return source->ask(source, name, type);
}

/* "TXT", "TYPE65280" (RFC 3597); text to number accepts both, any case. */
struct str dns_type_write(struct arena *, enum dns_type);
bool dns_type_parse(struct str, enum dns_type *out);
const char *dns_status_name(enum dns_status);
bool dns_status_parse(struct str, enum dns_status *out);
const char *dns_security_name(enum dns_security);
bool dns_security_parse(struct str, enum dns_security *out);

/* SERVFAIL, REFUSED, TIMEOUT or BOGUS: nothing was learnt about the data. */
static inline bool dns_failed(const struct dns_answer *a)
{
	return a->status >= DNS_SERVFAIL;
}

/* NXDOMAIN, or NOERROR without a record: a void lookup of RFC 7208 section 4.6.4. */
static inline bool dns_void(const struct dns_answer *a)
{
	return a->status == DNS_NXDOMAIN || (a->status == DNS_NOERROR && a->count == 0);
}

/*
 * Fill in *out from the presentation format.  At most 65,535 bytes of data and
 * 10,000 strings; an unparseable or over-long text leaves parsed false.
 */
void dns_record_parse(struct arena *, enum dns_type, struct str text, struct dns_record *out);
/* A TXT record in presentation format: strings of at most 255 bytes, quoted, \DDD. */
struct str dns_txt_write(struct arena *, struct str text);

#endif
