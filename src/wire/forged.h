/*
 * forged - the Authentication-Results fields of an arriving message that must not be believed
 * (RFC 8601 section 5).
 */
#ifndef WIRE_FORGED_H
#define WIRE_FORGED_H

#include "wire/authres.h"
#include "wire/received.h"

struct forged_field {
	const struct message_field *field;
	enum authres_claim claim; /* AUTHRES_OURS or AUTHRES_UNREADABLE */
};

/*
 * Fields that speak for `ours`, or may be read so, and came with the message: all, but for those
 * above the last field of a trusted host, which such hosts have written.  The list is in the arena.
 */
struct forged_field *forged_fields(struct arena *, const struct message *,
    const struct received_trust *, struct str ours, size_t *count);

#endif
