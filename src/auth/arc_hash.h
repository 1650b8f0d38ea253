/*
 * arc_hash - what an ARC-Seal signs: all fields of all sets up to its own, in order, relaxed, and
 * itself with b= emptied (RFC 8617 section 5.1.1).
 */
#ifndef AUTH_ARC_HASH_H
#define AUTH_ARC_HASH_H

#include "auth/dkim_canon.h"

struct arc_hash {
	struct dkim_stage stage;
	bool lf;
};

void arc_hash_begin(struct arc_hash *, struct crypto *, bool lf);
/* The next set; its seal signs all that came so far and itself. */
void arc_hash_results(struct arc_hash *, const struct message_field *results);
void arc_hash_message(struct arc_hash *, const struct message_field *message);
/* The hash of this seal; more sets may follow. */
void arc_hash_seal(struct arc_hash *, const struct dkim_sig *seal, unsigned char out[CRYPTO_HASH]);
void arc_hash_end(struct arc_hash *);

#endif
