/*
 * sts - MTA-STS as the judges of sts.* and tlsrpt.* share it (RFC 8461, RFC 8460).
 *
 * The policy is fetched without following a redirect; its certificate must be for
 * mta-sts.DOMAIN, or senders ignore it.
 */
#ifndef CHECK_STS_H
#define CHECK_STS_H

#include "auth/mta_sts.h"
#include "check/judge.h"

#define STS_PATH "/.well-known/mta-sts.txt"

struct sts {
	const struct dns_answer *txt;
	struct str text; /* the one record that is meant; empty: none */
	size_t meant;	 /* records that senders count */
	bool attempt;	 /* `text` only looks like one */
	struct sts_record record;
	const struct https_reply *reply;
	struct sts_policy policy; /* when a body came with 200 */
	bool readable;
};

/* False: pending. */
bool sts_find_record(struct judge *, struct sts *);
/* False: pending, or said why there is nothing to judge. */
bool sts_record_or_skip(struct judge *, struct sts *);
bool sts_policy_or_skip(struct judge *, struct sts *); /* the reply is there, good or bad */
bool sts_readable_or_skip(struct judge *, struct sts *);
bool sts_active_or_skip(struct judge *, struct sts *); /* the mode is testing or enforce */

struct str sts_host(struct judge *);  /* "mta-sts.example.com" */
struct str sts_owner(struct judge *); /* "_mta-sts.example.com" */
struct str sts_url(struct judge *);   /* of the policy */

/* sts_record.c */
void judge_sts_record(struct judge *);
void judge_sts_id(struct judge *);
/* sts_policy.c */
void judge_sts_policy(struct judge *);
void judge_sts_certificate(struct judge *);
void judge_sts_mode(struct judge *);
void judge_sts_age(struct judge *);
/* sts_hosts.c */
void judge_sts_mx(struct judge *);
void judge_sts_mx_tls(struct judge *);
void judge_sts_mx_unused(struct judge *);
/* tlsrpt.c */
void judge_tlsrpt_record(struct judge *);
void judge_tlsrpt_target(struct judge *);

#endif
