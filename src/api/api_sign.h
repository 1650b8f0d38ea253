/* api_sign - what the doors to signing (DKIM) and sealing (ARC) share. */
#ifndef API_API_SIGN_H
#define API_API_SIGN_H

#include "api/api_message.h"
#include "auth/dkim_sign.h"

/* NULL: it is empty. */
struct private_key *api_private_key(const struct frank_private_key *);

/* Is there a key, and can the names beside it be written? */
bool api_key_fits(const struct dkim_signer_key *, struct error *);

/* The list of names to sign; empty: the usual one. */
struct api_cover {
	struct dkim_cover *all;
	size_t count;
};

void api_cover_add(struct api_cover *, struct arena *, struct frank_str name, bool over);

/* A field that was folded with CRLF, as the message has its line ends. */
struct str api_with_line_ends(struct arena *, struct str field, bool lf);

#endif
