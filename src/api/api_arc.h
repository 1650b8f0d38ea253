/* api_arc - a verdict on a chain in its public form, and sealing by whoever has one. */
#ifndef API_API_ARC_H
#define API_API_ARC_H

#include "api/api_message.h"
#include "auth/arc.h"

/* Strings are those of the verdict; the form lives in the arena. */
struct frank_arc_verdict api_arc_verdict(struct arena *, const struct arc_verdict *);

/* A NULL chain is one that is not judged yet. */
bool api_seal(struct frank_sealer *, const struct arc_verdict *chain, const struct authres *said);

/* What a public object holds. */
const struct authres *api_authres(const struct frank_authres *);

#endif
