/*
 * spf_eval - one evaluation of check_host() as its parts share it; only for spf*.c in this room.
 *
 *   spf.c            the query: whose policy, and what came out
 *   spf_domain.c     one domain's record: its terms in order, redirect, exp
 *   spf_mechanism.c  each mechanism, and the limits it is charged to
 *   spf_target.c     the name a term is about: macros, %{p}, RFC 8616
 */
#ifndef AUTH_SPF_EVAL_H
#define AUTH_SPF_EVAL_H

#include "auth/spf_names.h"

struct spf_eval {
	struct dns_source *source;
	struct arena *arena;
	const struct spf_query *query;
	struct spf_report *report;
	struct spf_macro macro;
	enum dns_type address; /* A or AAAA, by the client */
	bool local_is_ascii;
};

/* A record being evaluated. */
struct spf_frame {
	const struct spf_frame *above; /* whose include or redirect led here; NULL: the first */
	struct str domain;
	const struct spf_record *record;
	const struct spf_term *term;	    /* the one being evaluated */
	bool included;			    /* beneath an include: its explanation is not wanted */
	struct spf_node *node, **next_node; /* the term's own; where the next one goes */
};

enum spf_match { SPF_NO, SPF_YES, SPF_STOP }; /* SPF_STOP: the report's result is set */

/* Ends the evaluation with that result, always SPF_STOP. */
enum spf_match spf_stop(struct spf_eval *, enum spf_result, struct str reason);
enum spf_match spf_stop_pending(struct spf_eval *);

/* ---- spf_domain.c ---- */

/* The policy of a domain; `above` is where the term stands that leads to it, NULL at first. */
enum spf_result spf_run_domain(struct spf_eval *, const struct spf_frame *above, struct str domain);

/* ---- spf_mechanism.c ---- */

enum spf_match spf_run_mechanism(struct spf_eval *, struct spf_frame *, const struct spf_term *);
/*
 * What every term that asks begins with: it is charged to the ten, and the name it is about
 * is made. SPF_NO: there can be none, the term does not match.
 */
enum spf_match spf_begin(
    struct spf_eval *, struct spf_frame *, const struct spf_term *, struct str *name);

/* ---- spf_target.c ---- */

/* As spf_begin(), without the charge. */
enum spf_match spf_target(
    struct spf_eval *, struct spf_frame *, const struct spf_term *, struct str *name);
/* A macro string about that domain, expanded; SPF_STOP: pending. */
enum spf_match spf_expand(struct spf_eval *, struct str text, struct str domain, struct str *out);
/* The name of a term without macros. */
struct str spf_plain_target(const struct spf_frame *, const struct spf_term *);
/* Does one of the addresses match the client's, by that many bits? */
bool spf_answer_holds(const struct spf_eval *, const struct dns_answer *, unsigned prefix);
/*
 * The client's names that lead back to it (section 5.5), into names[SPF_MAX_PTR]; no more than
 * ten are tried, trouble with one of them counts as "not validated". False: pending.
 */
bool spf_validated_names(
    struct spf_eval *, const struct dns_answer *ptr, struct str *names, size_t *count);

#endif
