/* dkim_judges - the judges of the dkim.* checks; their table is in check_dkim.c. */
#ifndef CHECK_DKIM_JUDGES_H
#define CHECK_DKIM_JUDGES_H

#include "check/judge.h"

void judge_dkim_found(struct judge *);
void judge_dkim_syntax(struct judge *);
void judge_dkim_size(struct judge *);
void judge_dkim_test_mode(struct judge *);
void judge_dkim_revoked(struct judge *);
void judge_dkim_flags(struct judge *);
void judge_dkim_shared(struct judge *);
void judge_dkim_domainkeys(struct judge *);

#endif
