/*
 * tls_judges - the judges of tls.*, by room: what the certificate is, what the handshake showed.
 */
#ifndef CHECK_TLS_JUDGES_H
#define CHECK_TLS_JUDGES_H

#include "check/tls_seen.h"

/* The DNS names in a certificate, the first five, for people. */
struct str tls_names(struct judge *, const struct cert *);

/* tls_certificate.c */
void judge_tls_chain(struct judge *);
void judge_tls_trusted(struct judge *);
void judge_tls_name(struct judge *);
void judge_tls_dates(struct judge *);
void judge_tls_key(struct judge *);
void judge_tls_usage(struct judge *);
void judge_tls_sct(struct judge *);

/* tls_handshake.c */
void judge_tls_handshake(struct judge *);
void judge_tls_versions(struct judge *);
void judge_tls_version_12(struct judge *);
void judge_tls_ciphers(struct judge *);
void judge_tls_renegotiation(struct judge *);
void judge_tls_master_secret(struct judge *);
void judge_tls_sni(struct judge *);
void judge_tls_ocsp(struct judge *);

#endif
