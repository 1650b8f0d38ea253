/* forged - see forged.h. */
#include "wire/forged.h"

struct forged_field *forged_fields(struct arena *a, const struct message *m,
    const struct received_trust *trust, struct str ours, size_t *count)
{
	const struct message_field *f;
	struct forged_field *list = NULL;
	struct received_origin origin;

	*count = 0;
	received_origin(a, m, trust, &origin);
	for (size_t i = 0; (f = message_field(m, STR(AUTHRES_FIELD), i)) != NULL; i++) {
		struct forged_field forged = { f, authres_claim(a, f->value, &ours, 1) };

		if ((forged.claim == AUTHRES_OURS || forged.claim == AUTHRES_UNREADABLE) &&
		    (origin.end != RECEIVED_FOUND || f > origin.field))
			arena_push(a, list, *count, struct forged_field, forged);
	}
	return list;
}
