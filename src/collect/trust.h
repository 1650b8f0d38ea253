/*
 * trust - the certificate authorities this system trusts, read once.
 *
 * Judges never look at the system: what they may trust is put into the evidence, as the
 * roots whose name some certificate of a chain gives as its issuer.
 */
#ifndef COLLECT_TRUST_H
#define COLLECT_TRUST_H

#include <openssl/x509.h>

#include "base/error.h"

#define TRUST_SYSTEM_FILE "/etc/ssl/certs/ca-certificates.crt"
#define TRUST_MAX_ANCHORS 8

struct trust;

/* `file`: PEM; empty: the system's.  NULL when it cannot be read.  Freed by trust_free(). */
struct trust *trust_load(struct str file, struct error *);
void trust_free(struct trust *);

/*
 * The roots that the chain could end in: subject equal to the issuer of one of the
 * certificates (PEM, allocated in the arena), at most TRUST_MAX_ANCHORS of them.
 */
struct str *trust_anchors(
    const struct trust *, struct arena *, X509 *const *chain, size_t count, size_t *anchor_count);

/* A certificate as PEM, in the arena. */
struct str trust_pem(struct arena *, X509 *);

#endif
