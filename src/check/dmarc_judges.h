/* dmarc_judges - the judges of the dmarc.* checks; their table is in check_dmarc.c. */
#ifndef CHECK_DMARC_JUDGES_H
#define CHECK_DMARC_JUDGES_H

#include "check/judge.h"

void judge_dmarc_present(struct judge *);
void judge_dmarc_syntax(struct judge *);
void judge_dmarc_policy(struct judge *);
void judge_dmarc_subdomains(struct judge *);
void judge_dmarc_psd(struct judge *);
void judge_dmarc_ready(struct judge *);
void judge_dmarc_rua(struct judge *);
void judge_dmarc_external(struct judge *);
void judge_dmarc_ruf(struct judge *);
void judge_dmarc_alignment(struct judge *);

#endif
