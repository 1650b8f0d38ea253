/* auth_judges - the judges of auth.*: what SPF, DKIM, DMARC, ARC and the dialogue say of a message.
 */
#ifndef CHECK_AUTH_JUDGES_H
#define CHECK_AUTH_JUDGES_H

#include "check/post.h"

void judge_auth_spf(struct judge *);
void judge_auth_helo(struct judge *);
void judge_auth_iprev(struct judge *);
void judge_auth_dkim(struct judge *);
void judge_auth_dkim_covers(struct judge *);
void judge_auth_dkim_lifetime(struct judge *);
void judge_auth_dkim_time(struct judge *);
void judge_auth_dmarc(struct judge *);
void judge_auth_arc(struct judge *);
void judge_auth_authres(struct judge *);
void judge_auth_tls(struct judge *);
void judge_auth_transcript(struct judge *);

/* "d=example.com s=mail2026": the signature as the subject of what is said next. */
void auth_signature_subject(struct judge *, const struct dkim_verdict *);
/* What DMARC made of it; NULL: it did not look. */
const struct mail_identifier *auth_identifier(const struct post *, size_t signature);

#endif
