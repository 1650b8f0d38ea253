/*
 * mx_judges - the judges of mx.*: what the records say, and what answers there.
 */
#ifndef CHECK_MX_JUDGES_H
#define CHECK_MX_JUDGES_H

#include "check/subject.h"

/* False: there is no mail host to judge (said), or pending. */
bool mx_hosts_or_skip(struct judge *, struct mail_hosts *out);

/* mx_records.c */
void judge_mx_present(struct judge *);
void judge_mx_null(struct judge *);
void judge_mx_resolves(struct judge *);
void judge_mx_not_cname(struct judge *);
void judge_mx_not_ip(struct judge *);
void judge_mx_syntax(struct judge *);
void judge_mx_dangling(struct judge *);
/* mx_hosts.c */
void judge_mx_public(struct judge *);
void judge_mx_duplicates(struct judge *);
void judge_mx_redundant(struct judge *);
/* mx_visits.c */
void judge_mx_ipv6(struct judge *);
void judge_mx_reachable(struct judge *);
void judge_mx_speed(struct judge *);
void judge_mx_parity(struct judge *);
void judge_mx_stale(struct judge *);

#endif
