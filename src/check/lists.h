/*
 * lists - the block lists and white lists that are asked, as a table.  RFC 5782.
 *
 * A list is believed only after its self test in the same run (RFC 5782 section 5), and only
 * answers that the list means as listings count: 127.255.255.x, answers outside 127/8 and a
 * list's own refusal codes are never listings.
 */
#ifndef CHECK_LISTS_H
#define CHECK_LISTS_H

#include "check/judge.h"

enum list_kind { LIST_ADDRESSES, LIST_DOMAINS };

/* What an answer 127.0.THIRD.x means: x from..to, or the bit `from` of x. */
struct list_code {
	uint8_t third, from, to;
	bool bit;
	enum severity severity;
	const char *meaning;
};

struct list {
	const char *zone, *name;
	enum list_kind kind;
	bool v4, v6;
	bool registered; /* domains: knows registered domains alone, not names beneath them */
	enum severity severity; /* of an answer that no code explains */
	const char *meaning;	/* likewise */
	struct list_code codes[8];
	const char *refusal; /* an answer that means "not for you", or NULL */
	const char *test;    /* a domain list's own test entry, or NULL for TEST alone */
	const char *delist;  /* where to look the entry up and ask for removal */
	const char *state;   /* NULL: asked; else why it is not */
	const char *source;  /* where the codes were read, and when */
};

extern const struct list lists[];
extern const size_t list_count;

enum list_health {
	LIST_PENDING,
	LIST_SOUND,
	LIST_CLOSED,	 /* not asked: see its state */
	LIST_NOT_ASKED,	 /* nothing goes to the network, and no file answers for it */
	LIST_SILENT,	 /* the DNS gave no answer */
	LIST_REFUSES,	 /* answers that we may not ask: public resolver, too many questions */
	LIST_NO_TEST,	 /* its test entry is missing: dead, or not for us */
	LIST_EVERYTHING, /* lists what no list may list: dead, its name was taken over */
};

/* The self test; both questions are asked before either is looked at. */
enum list_health list_test(struct judge *, const struct list *);

struct list_hit {
	bool pending, failed, refused, listed;
	struct str answers; /* "127.0.0.2, 127.0.0.4" */
	struct str meaning;
	enum severity severity; /* the worst of its codes */
	struct str text;	/* the list's own words (TXT), or {0} */
};

/* Is the name (reversed address or domain, without the zone) on the list? */
struct list_hit list_ask(struct judge *, const struct list *, struct str name);

/* An answer that is a listing of any kind: inside 127/8 and no refusal. */
bool list_is_listing(const struct list *, struct ip);
/* 127.255.255.x, or the list's own refusal code. */
bool list_is_refusal(const struct list *, struct ip);

/* False when the answer is none because nobody was asked: --offline, or not in the evidence. */
bool list_was_asked(const struct dns_answer *);
/* How the list knows a name: the name itself, or the registered domain (public suffix list). */
struct str list_domain(struct judge *, const struct list *, struct str name);

void judge_list_accredited(struct judge *);

#endif
