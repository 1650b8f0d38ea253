/*
 * spf_text - an SPF record as its author wrote it: terms, faults with their place, mends.
 *
 * For the audit, which has to say what is wrong and what was meant; whether a message
 * passes is the evaluator's business.  The grammar is that of RFC 7208 section 12; a fault
 * that makes the whole record a permerror is `spoils`, one that only does not do what was
 * meant (ip4=, a misspelt modifier) is not.
 */
#ifndef CHECK_SPF_TEXT_H
#define CHECK_SPF_TEXT_H

#include "wire/ip.h"

#define SPF_TEXT_TERMS 300 /* terms of one record; more are not read */

enum spf_term_kind {
	SPF_TERM_BAD, /* not a term */
	SPF_TERM_ALL,
	SPF_TERM_INCLUDE,
	SPF_TERM_A,
	SPF_TERM_MX,
	SPF_TERM_PTR,
	SPF_TERM_IP4,
	SPF_TERM_IP6,
	SPF_TERM_EXISTS,
	SPF_TERM_REDIRECT,
	SPF_TERM_EXP,
	SPF_TERM_MODIFIER, /* another name=value: ignored by receivers */
};

struct spf_term {
	struct str text; /* whole, with its qualifier */
	size_t at;	 /* offset in the record */
	enum spf_term_kind kind;
	char qualifier;		   /* + - ~ ? */
	struct str value;	   /* domain-spec, or the address; {0} without one */
	bool macro;		   /* the value holds % */
	struct ip network;	   /* ip4, ip6 */
	unsigned prefix4, prefix6; /* of ip4, ip6, a, mx; 32 and 128 by default */
	struct str fault;	   /* a sentence, or {0} */
	bool spoils;		   /* permerror for the whole record */
	bool odd_bytes;		   /* the fault is a byte that no keyboard should have sent */
};

struct spf_text {
	struct str text;
	struct spf_term *terms; /* without v=spf1 */
	size_t count;
	size_t fault_count, spoil_count;
};

/* Text that was meant as SPF, recognised as such by receivers or not ("v=spf1include:..."). */
bool spf_text_meant(struct str text);
void spf_text_parse(struct arena *, struct str record, struct spf_text *out);
/*
 * The record that was meant: known typing faults are set right, what cannot be understood
 * is left out.  Always parses without a fault.
 */
struct str spf_text_mend(struct arena *, struct str record);

/* Is this one of the terms that count against the limit of ten (RFC 7208 section 4.6.4)? */
static inline bool spf_term_asks(const struct spf_term *t)
{
	return t->kind == SPF_TERM_INCLUDE || t->kind == SPF_TERM_A || t->kind == SPF_TERM_MX ||
	       t->kind == SPF_TERM_PTR || t->kind == SPF_TERM_EXISTS ||
	       t->kind == SPF_TERM_REDIRECT;
}

/* The term `kind`, or NULL. */
const struct spf_term *spf_text_find(const struct spf_text *, enum spf_term_kind kind);

#endif
