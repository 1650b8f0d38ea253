/*
 * mail_dmarc - what of a message counts for DMARC, and for whose domain (RFC 9989 section 5.3);
 * only for mail.c.
 *
 * One author domain is judged as the RFC has it.  Where there is none or are several, each domain
 * that stands in From is judged: none can make the message pass, any can make it fail, and the
 * strictest policy counts (section 11.5).
 */
#ifndef AUTH_MAIL_DMARC_H
#define AUTH_MAIL_DMARC_H

#include "auth/mail.h"

/* Fills in the authors; the header is whole, or was refused. */
void mail_dmarc_begin(struct arena *, const struct message *, struct mail_verdict *);
/* Asks for their policies; returns whether all are known. */
bool mail_dmarc_ask(struct arena *, struct dns_source *, const struct mail_verdict *);
/* SPF and DKIM are judged: fills in all that is of DMARC.  False while a fact is missing. */
bool mail_dmarc(struct arena *, struct dns_source *, const struct message *, struct mail_verdict *);

#endif
