/*
 * dkim_why - what happened to a message after it was signed, told from a signature that fails.
 *
 * A guess undoes one change that programs on the way are known to make, and hashes again. It is
 * claimed when the hash proves it, and never else: an RSA signature gives back the very hash that
 * was signed, so a guess costs one hash; with Ed25519 each costs a verification, and there are
 * fewer. Work is bounded, whatever the message.
 */
#ifndef AUTH_DKIM_WHY_H
#define AUTH_DKIM_WHY_H

#include "auth/dkim.h"

#define DKIM_WHY_HEADER		 ((size_t)32 * 1024) /* bytes of a header that is looked into */
#define DKIM_WHY_FIELDS		 200		     /* of it, and of h= */
#define DKIM_WHY_GUESSES	 60		     /* tries for a header, with an RSA signature */
#define DKIM_WHY_GUESSES_ED25519 20		     /* with Ed25519 */
#define DKIM_WHY_BODY		 ((size_t)256 * 1024) /* bytes of a body that is looked into */
#define DKIM_WHY_LINES		 500 /* that may have been added at its end, or its beginning */

/*
 * Why the header does not fit, of a verdict whose cause is DKIM_CAUSE_HEADER: one sentence; {0}
 * when no guess is proven.
 */
struct str dkim_why_header(
    struct arena *, struct crypto *, const struct message *, const struct dkim_verdict *, bool lf);

/*
 * Why the body does not fit, of a verdict whose cause is DKIM_CAUSE_BODY, from the whole body as
 * it came: one sentence; {0} when no guess is proven, or it is larger than DKIM_WHY_BODY.
 */
struct str dkim_why_body(
    struct arena *, struct crypto *, struct str body, const struct dkim_verdict *, bool lf);

#endif
