/*
 * opendkim_peer - libopendkim, for comparison.
 *
 * It owns the names dkim_*, as our own rooms do; so it is loaded by itself, and nobody who calls
 * this sees its header.
 */
#ifndef BENCH_OPENDKIM_PEER_H
#define BENCH_OPENDKIM_PEER_H

#include "base/str.h"

/* False when it is not installed. */
bool peer_open(void);
/* Does the first signature of the message pass with this key record? */
bool peer_verify(struct str message, struct str record);
/* Sign as example.com with a key in PEM. */
bool peer_sign(struct str message, struct str pem, bool simple);

#endif
