/*
 * frank/arc.h - the Authenticated Received Chain (RFC 8617): verifying and sealing it.
 *
 * A chain says who handled the message and what they saw; whether to believe them is the
 * program's choice. ARC is being made historic: verify it everywhere, seal on request only.
 */
#ifndef FRANK_ARC_H
#define FRANK_ARC_H

#include <frank/authres.h>
#include <frank/case.h>
#include <frank/dkim.h>
#include <frank/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- verifying ---- */

enum frank_arc_result {
	FRANK_ARC_NONE, /* there is no chain */
	FRANK_ARC_PASS,
	FRANK_ARC_FAIL,
	FRANK_ARC_TEMPERROR, /* the DNS did not answer, and nothing else is wrong so far */
};

/* "pass"; "fail" for TEMPERROR, too, which RFC 8617 does not know. */
FRANK_API const char *frank_arc_result_name(enum frank_arc_result);

/* One set; its place in the array is its instance less 1. */
struct frank_arc_set {
	struct frank_field results;		    /* ARC-Authentication-Results */
	struct frank_str authserv_id;		    /* who says so */
	const struct frank_dkim_signature *message; /* ARC-Message-Signature */
	const struct frank_dkim_signature *seal;    /* ARC-Seal */
};

/*
 * The library makes it; read it and keep no copy, as later versions may have more members behind
 * these.
 */
struct frank_arc_verdict {
	enum frank_arc_result result;
	struct frank_str reason; /* one sentence for people; absent for none and pass */
	size_t count;		 /* of the sets that were found, 0 without a chain */
	/* So many; NULL when the form of the chain is broken: then none was examined. */
	const struct frank_arc_set *const *sets;
	/* The lowest instance from which all message signatures still fit (section 5.2); 0 unless
	   the chain passes. */
	unsigned oldest_pass;
};

struct frank_arc;

/* On a message of which nothing was pushed. Never NULL; free it before both. */
FRANK_API struct frank_arc *frank_arc_new(struct frank_case *, struct frank_message *);
FRANK_API void frank_arc_free(struct frank_arc *); /* NULL is allowed; at any time */
/* As with frank_dkim, before the first push; the newest message signature may have no l= then. */
FRANK_API void frank_arc_set_rsa_min(struct frank_arc *, unsigned bits);
FRANK_API void frank_arc_set_refuse_length(struct frank_arc *, bool refuse);
/* As frank_dkim_run(): call it until it is true, after frank_message_end(). */
FRANK_API bool frank_arc_run(struct frank_arc *);
/* NULL before run was true. It lives as long as the object. */
FRANK_API const struct frank_arc_verdict *frank_arc_verdict(const struct frank_arc *);

/* ---- sealing ---- */

/*
 *	struct frank_arc *chain = frank_arc_new(facts, message);
 *	struct frank_sealer *sealer = frank_sealer_new(facts, message);
 *
 *	frank_sealer_set_key(sealer, key, frank_str("example.org"), frank_str("s1"))
 *	... frank_message_push(message, piece), frank_message_end(message)
 *	while (!frank_arc_run(chain))
 *		... answer the questions of the case
 *	if (!frank_sealer_run(sealer, chain, said))
 *		... frank_sealer_error(sealer): not sealed
 *	... write frank_sealer_field(sealer, 0), 1 and 2, each with a line end, and the message
 *
 * A program that judges with frank_mail seals with frank_mail_seal() instead. t= is the case's
 * time, and none is written when it is 0. The same input gives the same bytes.
 */
struct frank_sealer;

#define FRANK_SEALER_FIELDS 3

/* On a message of which nothing was pushed. Never NULL; free it before both. */
FRANK_API struct frank_sealer *frank_sealer_new(struct frank_case *, struct frank_message *);
FRANK_API void frank_sealer_free(struct frank_sealer *); /* NULL is allowed; at any time */

/* As frank_signer_cover(), before the key is set. */
FRANK_API void frank_sealer_cover(struct frank_sealer *, struct frank_str name, bool over);
/* Once, before the first push. False, with an error: no key, or these cannot be written. */
FRANK_API bool frank_sealer_set_key(struct frank_sealer *, struct frank_private_key *,
    struct frank_str domain, struct frank_str selector);

/*
 * After frank_arc_run() was true: add a set to this chain that says what this host saw. False,
 * with an error: not sealed, and so it stays. That is so for a chain of 50 sets, one that was
 * sealed as broken already (section 5.1.2), one whose state the DNS did not let us know, and a
 * message that would not be signed either (frank_signer_run()).
 */
FRANK_API bool frank_sealer_run(
    struct frank_sealer *, const struct frank_arc *, const struct frank_authres *said);
/*
 * ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, in this order for the top of
 * the message: name and value, without the last line end; folded with CRLF, or with LF where the
 * message has them. Absent: not sealed. They live as long as the sealer.
 */
FRANK_API struct frank_str frank_sealer_field(const struct frank_sealer *, size_t i);
/* Why the last call was false, one sentence. */
FRANK_API struct frank_str frank_sealer_error(const struct frank_sealer *);

#ifdef __cplusplus
}
#endif

#endif
