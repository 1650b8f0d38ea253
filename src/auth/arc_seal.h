/*
 * arc_seal - adding a set to the Authenticated Received Chain (RFC 8617 section 5.1).
 *
 *	s = arc_sealer_new(arena, crypto, &terms);
 *	arc_sealer_header(s, &message);
 *	arc_sealer_body(s, piece);
 *	arc_sealer_end(s, arc_verdict(arc), &said, &error);	false: not sealed, and why
 *	... arc_sealer_field(s, 0..2)
 *
 * The chain that came with the message was verified before (arc.h), and what this host saw is
 * `said`.  For who forwards mail and changes it, and is asked to; ARC is being made historic.  The
 * same input gives the same bytes.
 */
#ifndef AUTH_ARC_SEAL_H
#define AUTH_ARC_SEAL_H

#include "auth/arc.h"
#include "auth/dkim_sign.h"

#define ARC_SEAL_FIELDS 3

struct arc_terms {
	struct dkim_signer_key key; /* no identity */
	bool lf;		    /* see struct dkim_options */
	bool one_line;		    /* the signatures are not folded: for who folds them himself */
	bool has_time;
	int64_t time;			/* t=, seconds since 1970 */
	const struct dkim_cover *cover; /* NULL: dkim_cover_default */
	size_t cover_count;
};

struct arc_sealer;

struct arc_sealer *arc_sealer_new(struct arena *, struct crypto *, const struct arc_terms *);
/* The message must live until the end. */
void arc_sealer_header(struct arc_sealer *, const struct message *);
void arc_sealer_body(struct arc_sealer *, struct str piece);
/*
 * `said`: our authserv-id and results, as in our Authentication-Results; its instance is not
 * looked at.  Not sealed: a chain of 50 sets, one that was sealed as broken already (section
 * 5.1.2), one whose state the DNS did not let us know; a message that is unfit (dkim_unfit).
 */
bool arc_sealer_end(struct arc_sealer *, const struct arc_verdict *chain,
    const struct authres *said, struct error *);
/*
 * ARC-Seal, ARC-Message-Signature, ARC-Authentication-Results, in this order from the top: name and
 * value, folded with CRLF, without the last line end.
 */
struct str arc_sealer_field(const struct arc_sealer *, size_t i);
/* Gives hashes back; also when the message was given up. */
void arc_sealer_free(struct arc_sealer *);

/*
 * All results of the message's own Authentication-Results fields by that authserv-id, top first,
 * as one (section 4.1.1).  For hosts where another program has judged the message, and where
 * forged fields were removed.
 */
void arc_gather(
    struct arena *, const struct message *, struct str authserv_id, struct authres *out);

#endif
