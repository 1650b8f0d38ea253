/* api_dmarc - what a DMARC record says in its public form. */
#ifndef API_API_DMARC_H
#define API_API_DMARC_H

#include "api/api.h"
#include "auth/dmarc.h"

/* Strings are those of the record; the form lives in the arena. NULL gives NULL. */
const struct frank_dmarc_terms *api_terms(struct arena *, const struct dmarc_record *);

/* The rest of the verdict; disposition as DMARC alone has it. */
struct frank_dmarc_verdict api_dmarc_verdict(struct arena *, const struct dmarc_verdict *);

#endif
