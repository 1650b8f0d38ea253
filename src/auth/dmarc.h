/*
 * dmarc - policy records, the tree walk, alignment and the verdict (RFC 9989).
 *
 * Pure: everything is learnt through a struct dns_source.  Each function that asks
 * returns false while an answer is missing, having asked all it could, and is called
 * again from the start later.  Names are A-labels without a final dot.
 *
 * A record is read as RFC 9989 section 4.8 asks: unknown tags and broken values are
 * ignored in favour of the defaults; what was wrong is kept as faults for the audit.
 */
#ifndef AUTH_DMARC_H
#define AUTH_DMARC_H

#include "wire/dns.h"
#include "wire/tags.h"

#define DMARC_MAX_URIS 20 /* of one tag; more are not read */
#define DMARC_WALK_MAX 8  /* queries of one tree walk, RFC 9989 section 4.10 */

enum dmarc_request { DMARC_ABSENT, DMARC_INVALID, DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT };

enum dmarc_fault_kind {
	DMARC_FAULT_POLICY,    /* p missing or unknown */
	DMARC_FAULT_SUBDOMAIN, /* sp or np unknown */
	DMARC_FAULT_URI,       /* an address in rua or ruf that is none */
	DMARC_FAULT_VALUE,     /* adkim, aspf, psd, t, fo unknown */
	DMARC_FAULT_DUPLICATE,
	DMARC_FAULT_LIST,   /* text that is not tag=value */
	DMARC_NOTE_GONE,    /* pct, rf, ri: in RFC 7489 only */
	DMARC_NOTE_UNKNOWN, /* a tag that nobody knows */
	DMARC_NOTE_SIZE,    /* "!10m" behind an address: obsolete */
	DMARC_NOTE_SCHEME,  /* an address that is not mailto: nobody sends there */
	DMARC_NOTE_FO,	    /* fo without ruf: ignored */
	DMARC_NOTE_ORDER,   /* p is not the second tag, as RFC 7489 wanted */
};

struct dmarc_fault {
	enum dmarc_fault_kind kind;
	size_t at;	 /* offset in the record */
	struct str text; /* a sentence */
};

struct dmarc_uri {
	struct str text;	    /* as in the record, trimmed */
	struct str mailbox, domain; /* of mailto: addresses, size and query cut off */
	bool valid, mailto;	    /* not valid, but a domain: only "mailto:" is missing */
};

struct dmarc_record {
	struct tags tags;
	enum dmarc_request p, sp, np; /* as published */
	char psd;		      /* 'y', 'n' or 'u' */
	bool testing;		      /* t=y */
	bool strict_dkim, strict_spf; /* adkim=s, aspf=s */
	struct dmarc_uri *rua, *ruf;  /* valid or not */
	size_t rua_count, ruf_count;
	struct dmarc_fault *faults;
	size_t fault_count;
	/* Section 4.10.1: p, sp or np not valid.  With a valid rua the record then counts as
	   p=none; without one there is no DMARC at all (usable is false). */
	bool broken, usable;
};

/* False when it does not begin with v=DMARC1: then it is no DMARC record at all. */
bool dmarc_record_parse(struct arena *, struct str text, struct dmarc_record *out);
/*
 * A valid record that says the same: tags in the usual order, defaults, unknown tags and
 * what was broken left out; a missing policy becomes none, "a@b" becomes "mailto:a@b".
 */
struct str dmarc_record_write(struct arena *, const struct dmarc_record *);
const char *dmarc_request_name(enum dmarc_request);
/* The policy for the domain itself, an existing and a missing subdomain; "none" if broken. */
enum dmarc_request dmarc_own_policy(const struct dmarc_record *);
enum dmarc_request dmarc_sub_policy(const struct dmarc_record *, bool exists, const char **tag);

struct dmarc_step {
	struct str domain;
	const struct dns_answer *answer;   /* TXT at _dmarc.DOMAIN */
	size_t versions;		   /* records that begin with v=DMARC1 */
	const struct dmarc_record *record; /* when there is exactly one */
};

struct dmarc_walk {
	struct dmarc_step steps[DMARC_WALK_MAX];
	size_t count;			 /* up to where the walk stopped */
	const struct dmarc_step *failed; /* the first query that got no answer; the rest is void */
	bool by_psl;			 /* failed, and organizational is that of the list */
	struct str organizational;	 /* {0} when failed */
	const struct dmarc_step *organizational_step, *psd_step; /* NULL without a record */
};

/* RFC 9989 section 4.10.  All names are asked for at once.  Names longer than DOMAIN_MAX
   with the _dmarc label have no record.  org_by_psl: see struct dmarc_input. */
bool dmarc_walk(struct arena *, struct dns_source *, struct str domain, bool org_by_psl,
    struct dmarc_walk *out);

enum dmarc_found {
	DMARC_NO_RECORD,
	DMARC_AT_AUTHOR,
	DMARC_AT_ORGANIZATIONAL,
	DMARC_AT_PSD,
	DMARC_TEMPERROR,
};

struct dmarc_policy {
	enum dmarc_found found;
	bool org_by_psl; /* as asked for; dmarc_align() goes on with it */
	struct dmarc_walk walk;
	struct str record_domain;	   /* where the record stands */
	const struct dmarc_record *record; /* NULL for NO_RECORD and TEMPERROR */
	const char *tag;		   /* which one gave the policy: "p", "sp", "np" */
	enum dmarc_request published;	   /* NONE..REJECT, before t=y */
	enum dmarc_request applied;	   /* after t=y */
};

/* RFC 9989 section 4.10.1. */
bool dmarc_discover(struct arena *, struct dns_source *, struct str author, bool org_by_psl,
    struct dmarc_policy *out);

enum dmarc_alignment { DMARC_UNALIGNED, DMARC_ALIGNED, DMARC_ALIGNMENT_TEMPERROR };

/* RFC 9989 section 4.10.2.  `policy` is that of the author domain, with its walk. */
bool dmarc_align(struct arena *, struct dns_source *, struct str author,
    const struct dmarc_policy *policy, struct str identifier, bool strict,
    enum dmarc_alignment *out);

enum dmarc_mechanism { DMARC_MECHANISM_FAIL, DMARC_MECHANISM_PASS, DMARC_MECHANISM_TEMPERROR };

struct dmarc_identifier {
	struct str domain; /* MAIL FROM (or HELO) domain, or d= */
	enum dmarc_mechanism result;
};

struct dmarc_input {
	struct str author; /* domain of the From field; {0} when there is not exactly one */
	struct dmarc_identifier spf; /* domain {0} without one */
	const struct dmarc_identifier *dkim;
	size_t dkim_count;
	/* Where the tree walk meets a temporary error, the public suffix list says which domain is
	   the organizational one, as RFC 7489 had it (docs/DEVIATIONS.md). */
	bool org_by_psl;
};

enum dmarc_result {
	DMARC_RESULT_NONE,
	DMARC_PASS,
	DMARC_FAIL,
	DMARC_RESULT_TEMPERROR,
	DMARC_PERMERROR
};

struct dmarc_verdict {
	enum dmarc_result result;
	struct dmarc_policy policy;
	bool spf_aligned, dkim_aligned; /* and passed */
	size_t dkim_index;		/* the first aligned pass, when dkim_aligned */
	/* Of each identifier, whether it passed or not; where there is a usable record. */
	enum dmarc_alignment spf_alignment, *dkim_alignment;
	struct str reason;
};

/* The whole verdict for one message.  RFC 9989 section 5.3. */
bool dmarc_verify(
    struct arena *, struct dns_source *, const struct dmarc_input *, struct dmarc_verdict *out);
const char *dmarc_result_name(enum dmarc_result);

#endif
