/*
 * spf - Sender Policy Framework, RFC 7208, and RFC 8616 for names and senders in UTF-8.
 *
 * Three things, all pure (no clock, no network):
 *
 *   spf_parse   the text of one record, every fault with its place
 *   spf_check   check_host() for one client: which result, which term, how many lookups
 *   spf_tree    the whole tree of records without a client: the worst case of the limits
 *
 * Facts come from a struct dns_source. Where one is not there yet the result is SPF_PENDING
 * (for spf_tree: pending is set) and the call is made again, from the start, once the
 * source knows more. Before it ends pending, an evaluation also asks what the other terms of
 * the same record would ask, within the limit on lookups, so that few rounds are needed.
 */
#ifndef AUTH_SPF_H
#define AUTH_SPF_H

#include "wire/dns.h"

#define SPF_MAX_LOOKUPS 10 /* RFC 7208 section 4.6.4 */
#define SPF_MAX_VOIDS	2
#define SPF_MAX_MX	10
#define SPF_MAX_PTR	10
#define SPF_MAX_RECORD	8192 /* bytes; longer is a fault */
#define SPF_MAX_TERMS	600

enum spf_result {
	SPF_PENDING,
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR,
};

const char *spf_result_name(enum spf_result); /* "softfail" */

/* ---- a record ---- */

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_UNKNOWN_MODIFIER,
};

struct spf_term {
	enum spf_kind kind;
	char qualifier;		   /* '+' '-' '~' '?'; '+' when none is written; modifiers: 0 */
	struct str text;	   /* as written */
	size_t at;		   /* offset in the record */
	struct str spec;	   /* domain-spec, macros unexpanded; empty: the current domain */
	bool macros;		   /* spec holds a macro */
	struct ip network;	   /* ip4, ip6 */
	unsigned prefix4, prefix6; /* 0..32, 0..128; of an ip4/ip6 term the one that applies */
};

enum spf_fault_kind {
	SPF_FAULT_CHARACTER, /* a control character, or one that is no ASCII and not named below */
	SPF_FAULT_QUOTES,    /* typographic or plain quotes */
	SPF_FAULT_INVISIBLE, /* zero-width or no-break space, byte order mark */
	SPF_FAULT_VERSION,   /* "v=spf1" runs into the next term, "v=spf1." and the like */
	SPF_FAULT_UNKNOWN,   /* no such mechanism */
	SPF_FAULT_SPELLING,  /* no such mechanism, but nearly one: "ipv4:", "inlcude:" */
	SPF_FAULT_DOMAIN,    /* a domain-spec that is none, or is missing */
	SPF_FAULT_SPACE,     /* nothing behind the colon because a space follows it */
	SPF_FAULT_ADDRESS,   /* ip4 or ip6 with something that is no such address */
	SPF_FAULT_PREFIX,    /* a prefix length out of range */
	SPF_FAULT_ARGUMENT,  /* an argument where none may be ("all:...") */
	SPF_FAULT_MACRO,
	SPF_FAULT_TWICE, /* redirect or exp more than once */
	SPF_FAULT_LENGTH,
};

struct spf_fault {
	enum spf_fault_kind kind;
	size_t at, length; /* place in the record */
	struct str says;   /* a sentence without the place */
	struct str mended; /* the term as it was probably meant; empty when that is not clear */
};

struct spf_record {
	struct str text;
	struct spf_term *terms;
	size_t count;
	const struct spf_term *redirect, *exp; /* NULL: none */
	struct spf_fault *faults; /* in order of place; any of them makes a permerror */
	size_t fault_count;
};

/* Does the text claim to be SPF: "v=spf1" and then a space or the end (section 4.5)? */
bool spf_is_record(struct str text);
/* The same, or something that was plainly meant to be: "v=spf1." "v=spf1include:" "V=SPF1"... */
bool spf_is_attempt(struct str text);
/* Slices point into `text`, which must live as long. */
void spf_parse(struct arena *, struct str text, struct spf_record *out);

/* ---- one client ---- */

struct spf_query {
	struct ip ip;	      /* of the client */
	struct str helo;      /* as it said; U-labels become A-labels here and below */
	struct str mail_from; /* without <>; empty: postmaster@HELO (section 2.4) */
	struct str domain;    /* whose policy; empty: that of mail_from, else of helo */
	struct str receiver;  /* for %{r}; empty: "unknown" */
	int64_t now;	      /* for %{t} */
	bool trace;
};

enum spf_outcome { SPF_NO_MATCH, SPF_MATCHED, SPF_STOPPED, SPF_NOT_REACHED };

/* One term as it was evaluated; its children are those of the record it led to. */
struct spf_node {
	const struct spf_term *term;
	struct str domain; /* the record's domain */
	struct str target; /* the name that was asked for, macros expanded */
	enum spf_outcome outcome;
	unsigned lookups;	 /* charged for this term alone: 0 or 1 */
	unsigned lookups_so_far; /* after the term and what is beneath it */
	bool is_void;
	struct str note; /* what was found: addresses, the result beneath */
	struct spf_node *children, *next;
};

struct spf_report {
	enum spf_result result;
	struct str domain;	/* whose policy was evaluated */
	struct str reason;	/* see spf_reason(); {0} when a term decided */
	struct str matched;	/* the term that decided, as written; empty: none did */
	struct str matched_in;	/* the domain whose record holds it */
	struct str explanation; /* of the domain (exp=), expanded; empty: none */
	unsigned lookups, voids;
	struct spf_node *trace; /* with query.trace; the terms of the first record */
	struct str record;	/* the first record's text */
};

/*
 * RFC 7208 section 4: check_host(). The report is in the arena; parsed records are kept with
 * the source's answers.
 */
struct spf_report spf_check(struct dns_source *, struct arena *, const struct spf_query *);

/*
 * The report's reason; where a term decided, the sentence about it is made now, as most
 * callers that count in thousands never ask.
 */
struct str spf_reason(struct arena *, const struct spf_query *, const struct spf_report *);

/* ---- macros, RFC 7208 section 7 ---- */

struct spf_macro {
	const struct spf_query *query;
	struct str local, sender_domain; /* of the sender, "postmaster" when there is none */
	struct str helo;		 /* as A-labels */
	struct str domain;		 /* current */
	struct str validated;		 /* for %{p}; "unknown" when nothing is */
	bool explanation;		 /* c, r and t may be used */
};

/* Is it a macro-string?  The offset of the fault in *at.  `wants_p` tells of %{p}. */
bool spf_macro_valid(struct str text, bool explanation, size_t *at, bool *wants_p);
/* Does an accepted macro string use one of these letters (lower case), in either case? */
bool spf_macro_uses(struct str text, const char *letters);
/* Expand what spf_macro_valid() has accepted; empty when that would be longer than 64 KiB. */
struct str spf_macro_expand(struct arena *, struct str text, const struct spf_macro *);

/* ---- the whole tree ---- */

enum spf_tree_state {
	SPF_TREE_RECORD, /* one record */
	SPF_TREE_NONE,	 /* no record */
	SPF_TREE_MANY,	 /* several */
	SPF_TREE_FAILED, /* the DNS did not answer */
	SPF_TREE_LOOP,	 /* stands above on its own path */
	SPF_TREE_MACRO,	 /* the name depends on the message */
	SPF_TREE_DEEP,	 /* too deep or too large to be followed */
	SPF_TREE_PENDING,
};

struct spf_branch {
	struct str domain;
	const struct spf_term *via; /* the term that led here; NULL: the root */
	enum spf_tree_state state;
	enum dns_status status;
	const struct spf_record *record;
	unsigned lookups; /* of all terms here and beneath, the one that led here left out */
	unsigned depth;
	struct spf_branch *children, *next; /* in order of the terms */
};

struct spf_target { /* a term that asks for addresses */
	const struct spf_term *term;
	struct str domain, in; /* the name; the record's domain */
	bool is_void, failed;
	size_t names; /* MX hosts of an mx term */
	struct spf_target *next;
};

struct spf_tree {
	struct spf_branch *root;
	struct spf_target *targets;
	unsigned lookups, voids, loops, branches;
	bool pending;
};

void spf_tree(struct dns_source *, struct arena *, struct str domain, struct spf_tree *out);

#endif
