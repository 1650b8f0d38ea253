/*
 * web_seen - what an HTTPS fetch showed, for the judges that fetch something.
 */
#ifndef CHECK_WEB_SEEN_H
#define CHECK_WEB_SEEN_H

#include "check/judge.h"

/* Silence may be ours; a refusal, a broken handshake and a missing address are theirs. */
bool web_not_seen(const struct https_reply *);
/* The name has no address, so there is nobody to ask. */
bool web_nowhere(const struct https_reply *);
/* What is wrong with the certificate for that name; {0}: nothing. */
struct str web_certificate_fault(struct judge *, const struct https_reply *, struct str host);
/* Did a page come: status 200, whole, under a certificate for the name? */
bool web_good(struct judge *, const struct https_reply *, struct str host);
/* "https://host/path" in its parts; false for other schemes, ports and user names. */
bool web_split(struct str url, struct str *host, struct str *path);

#endif
