/* api_dkim - a DKIM verdict in its public form, for the doors that show one. */
#ifndef API_API_DKIM_H
#define API_API_DKIM_H

#include "api/api_message.h"
#include "auth/dkim.h"

/* Strings are those of the verdict; the form lives in the arena. */
const struct frank_dkim_signature *api_signature(struct arena *, const struct dkim_verdict *);

/* Where, and of what, api_why() tells. */
struct api_whose {
	struct arena *arena;
	struct frank_case *facts;
	const struct frank_message *message;
	const struct dkim *dkim;
};

/* What was changed after the ith was signed; absent when nothing is proven. */
struct frank_str api_why(const struct api_whose *, size_t i, struct frank_str body);

/* All of them, an array of pointers in the arena. */
const struct frank_dkim_signature *const *api_signatures(struct arena *, const struct dkim *);

#endif
