/* api_dkim - a DKIM verdict in its public form, for the doors that show one. */
#ifndef API_API_DKIM_H
#define API_API_DKIM_H

#include "api/api_message.h"
#include "auth/dkim.h"

/* Strings are those of the verdict; the form lives in the arena. */
const struct frank_dkim_signature *api_signature(struct arena *, const struct dkim_verdict *);

/* All of them, an array of pointers in the arena. */
const struct frank_dkim_signature *const *api_signatures(struct arena *, const struct dkim *);

#endif
