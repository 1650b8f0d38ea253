/*
 * spf_map - the whole tree behind an SPF record: what it includes, what it asks, and what
 * a given address would get.
 *
 * The map is static: every include and redirect is followed and every a, mx and exists
 * asked, whatever a particular message would reach; so it shows the worst case of the
 * limits (RFC 7208 section 4.6.4).  Terms with macros depend on the message and are not
 * followed.  A record may be included twice by two branches (a diamond); only a name on its
 * own path is a loop.
 */
#ifndef CHECK_SPF_MAP_H
#define CHECK_SPF_MAP_H

#include "check/sending.h"
#include "check/spf_text.h"

#define SPF_MAX_LOOKUPS 10
#define SPF_MAX_VOIDS	2
#define SPF_MAX_MX	10
#define SPF_MAP_NODES	80 /* far more than ten lookups can reach */

enum spf_node_state {
	SPF_NODE_RECORD,
	SPF_NODE_NONE, /* no v=spf1 record there */
	SPF_NODE_SEVERAL,
	SPF_NODE_BROKEN, /* a fault that spoils it */
	SPF_NODE_LOOP,	 /* the name stands on its own path */
	SPF_NODE_FAILED, /* the DNS did not answer */
};

struct spf_node {
	struct str domain;
	size_t parent;		    /* index; of the root itself: SIZE_MAX */
	const struct spf_term *via; /* the include or redirect that leads here */
	enum spf_node_state state;
	struct spf_texts texts;
	struct spf_text text;
	unsigned lookups; /* terms that ask, in it and beneath it */
};

/* An a, mx or exists without macros, and what the DNS says. */
struct spf_ask {
	size_t node;
	const struct spf_term *term;
	struct str name;
	const struct dns_answer *mx, *a, *aaaa; /* those that belong to the kind */
	bool void4, void6;			/* a void lookup for an IPv4, an IPv6 client */
};

struct spf_map {
	struct spf_node *nodes; /* parents before children; the first is the domain's */
	size_t count;
	struct spf_ask *asks;
	size_t ask_count;
	unsigned lookups, voids;
	bool macros; /* some terms could not be followed */
	bool failed; /* somewhere the DNS did not answer */
};

bool spf_map_read(struct judge *, struct str domain, struct spf_map *out);

enum spf_outcome {
	SPF_SAYS_PASS,
	SPF_SAYS_FAIL,
	SPF_SAYS_SOFTFAIL,
	SPF_SAYS_NEUTRAL,
	SPF_SAYS_NONE,
	SPF_SAYS_PERMERROR,
	SPF_SAYS_TEMPERROR,
	SPF_SAYS_DEPENDS, /* on macros or ptr */
};

/* What an address gets for MAIL FROM the domain.  `root` (may be NULL) stands in for the
   domain's record, to try out a change. */
bool spf_map_judge(struct judge *, const struct spf_map *, struct ip, const struct spf_text *root,
    enum spf_outcome *out);
const char *spf_outcome_name(enum spf_outcome);

/* Terms behind the first `all` are never reached; the index of it, or the count. */
size_t spf_text_end(const struct spf_text *);
/* The tree as lines of text with the lookups of each record. */
struct str spf_map_draw(struct arena *, const struct spf_map *);

#endif
