/*
 * certs - the lab's own certificate authority, made anew at each start.
 */
#ifndef LAB_CERTS_H
#define LAB_CERTS_H

#include <openssl/ssl.h>

#include "lab/scenario.h"

struct lab_ca;

struct lab_ca *lab_ca_new(struct arena *);
void lab_ca_free(struct lab_ca *);
/* The root, PEM. */
struct str lab_ca_root(struct arena *, const struct lab_ca *);
/* A server's context: certificate for the host, of that kind, with what it sends along. */
SSL_CTX *lab_ca_context(
    struct lab_ca *, struct arena *, struct str host, enum lab_cert, bool old_tls);
/* "3 1 1 HEX" of the key that good certificates have, whatever their host. */
struct str lab_ca_tlsa(struct lab_ca *, struct arena *);

#endif
