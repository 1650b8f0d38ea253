/*
 * frank/dkim.h - DomainKeys Identified Mail: verifying and signing (RFC 6376 and its errata,
 * RFC 8301, RFC 8463, RFC 8616).
 *
 *	struct frank_dkim *dkim = frank_dkim_new(facts, message);
 *
 *	... frank_message_push(message, piece), frank_message_end(message)
 *	while (!frank_dkim_run(dkim))
 *		while (frank_case_next(facts, &question))
 *			... look it up; frank_case_answer(facts, &question, &answer)
 *	for (size_t i = 0; i < frank_dkim_count(dkim); i++)
 *		... frank_dkim_signature(dkim, i)->result
 *
 * rsa-sha256 and ed25519-sha256 can pass. rsa-sha1 and RSA keys under 1024 bits never do, and
 * the reason says so. The first 10 signatures from the top are examined.
 */
#ifndef FRANK_DKIM_H
#define FRANK_DKIM_H

#include <frank/case.h>
#include <frank/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- verifying ---- */

struct frank_dkim;

/* RFC 8601 section 2.7.1. */
enum frank_dkim_result {
	FRANK_DKIM_NONE,
	FRANK_DKIM_PASS,
	FRANK_DKIM_FAIL,      /* the signature does not fit the message */
	FRANK_DKIM_POLICY,    /* it fits, and what the program set refuses it */
	FRANK_DKIM_NEUTRAL,   /* it was not examined: more than 10 */
	FRANK_DKIM_TEMPERROR, /* the DNS did not answer */
	FRANK_DKIM_PERMERROR, /* it cannot be verified: field or key are at fault, or expired */
};

/* "permerror", as RFC 8601 section 2.7.1 writes it. */
FRANK_API const char *frank_dkim_result_name(enum frank_dkim_result);

enum frank_dkim_cause {
	FRANK_DKIM_CAUSE_NONE, /* it passes */
	FRANK_DKIM_CAUSE_SYNTAX,
	FRANK_DKIM_CAUSE_ALGORITHM, /* rsa-sha1, or unknown */
	FRANK_DKIM_CAUSE_EXPIRED,
	FRANK_DKIM_CAUSE_DNS,
	FRANK_DKIM_CAUSE_NO_KEY,
	FRANK_DKIM_CAUSE_REVOKED,
	FRANK_DKIM_CAUSE_KEY,		 /* broken, or not for mail, or not for this algorithm */
	FRANK_DKIM_CAUSE_KEY_SIZE,	 /* RSA under 1024 or over 8192 bits, or what was set */
	FRANK_DKIM_CAUSE_IDENTITY,	 /* t=s, and i= is not in d= itself */
	FRANK_DKIM_CAUSE_BODY,		 /* the body was changed */
	FRANK_DKIM_CAUSE_SHORT,		 /* l= is longer than the body */
	FRANK_DKIM_CAUSE_HEADER,	 /* the body is right, the signature is not */
	FRANK_DKIM_CAUSE_LIMIT,		 /* more than 10 signatures */
	FRANK_DKIM_CAUSE_HEADER_REFUSED, /* the header is over the limits of the message */
	FRANK_DKIM_CAUSE_OPTION,	 /* FRANK_DKIM_POLICY */
};

/*
 * One signature and what became of it. The library makes it; read it and keep no copy, as later
 * versions may have more members behind these.
 */
struct frank_dkim_signature {
	enum frank_dkim_result result;
	enum frank_dkim_cause cause;
	struct frank_str reason;    /* one sentence for people; absent when it simply passes */
	struct frank_str domain;    /* d=, A-labels, lower case */
	struct frank_str selector;  /* s= */
	struct frank_str identity;  /* i= as written, "@d" without one: a stranger's words */
	struct frank_str algorithm; /* "rsa-sha256"; as written when it is unknown */
	unsigned key_bits;	    /* 256 for Ed25519; 0 when no key was found */
	bool testing;		    /* the key says t=y: take a failure for no signature */
	bool future;		    /* t= lies after the time of judgement */
	uint64_t unsigned_bytes;    /* of the body behind l=: anybody can have added them */
	bool has_time, has_expiry;
	int64_t time, expiry;	  /* t=, x=, seconds since 1970 */
	struct frank_field field; /* the field in the message */
};

/*
 * On a message of which nothing was pushed. Never NULL; free it before both. Any number of
 * objects may be made on one message and on one case.
 */
FRANK_API struct frank_dkim *frank_dkim_new(struct frank_case *, struct frank_message *);
FRANK_API void frank_dkim_free(struct frank_dkim *); /* NULL is allowed; at any time */

/* ---- what is refused beside that; before the first push ---- */

/* RSA keys of fewer bits do not pass; less than 1024 is 1024. */
FRANK_API void frank_dkim_set_rsa_min(struct frank_dkim *, unsigned bits);
/* A signature with l= that leaves a part of the body uncovered is FRANK_DKIM_POLICY. */
FRANK_API void frank_dkim_set_refuse_length(struct frank_dkim *, bool refuse);

/* ---- the answer ---- */

/*
 * Call it until it is true: then all signatures are judged, as of the case's time. It can be
 * called while the message still arrives, so that the DNS is asked for the keys as soon as the
 * header is there; it is false until frank_message_end().
 */
FRANK_API bool frank_dkim_run(struct frank_dkim *);
/* How many signatures the message has, those that were not examined too; 0 before run was true. */
FRANK_API size_t frank_dkim_count(const struct frank_dkim *);
/* The ith, top first; lives as long as the object. NULL: there are fewer. */
FRANK_API const struct frank_dkim_signature *frank_dkim_signature(
    const struct frank_dkim *, size_t i);

/*
 * What was changed after the ith was signed, one sentence. It is told where a hash proves it, of
 * FRANK_DKIM_CAUSE_HEADER, and of FRANK_DKIM_CAUSE_BODY where the program gives the whole body as
 * it came (256 KiB at most are looked into); absent otherwise. It costs up to a hundred hashes, so
 * ask for people only. It lives as long as the object.
 */
FRANK_API struct frank_str frank_dkim_why(struct frank_dkim *, size_t i, struct frank_str body);

/* ---- private keys ---- */

struct frank_private_key;

enum frank_key_kind { FRANK_KEY_RSA, FRANK_KEY_ED25519 };

/*
 * Empty; never NULL. Free it after the signers it was given to: it is wiped then. One thread at a
 * time may sign with it.
 */
FRANK_API struct frank_private_key *frank_private_key_new(void);
FRANK_API void frank_private_key_free(struct frank_private_key *); /* NULL is allowed */

/*
 * Read one: PKCS #8 or PKCS #1, PEM or DER, or the 32 bytes of an Ed25519 seed in base64; at most
 * 64 KiB. False, with an error: encrypted or public keys, other kinds, RSA under 1024 bits.
 */
FRANK_API bool frank_private_key_read(struct frank_private_key *, struct frank_str bytes);
/* Make a new one; RSA of 2048, 3072 or 4096 bits, which are not looked at for Ed25519. */
FRANK_API bool frank_private_key_make(
    struct frank_private_key *, enum frank_key_kind, unsigned bits);
/* Why the last of these was false. Lives until the next one or the end of the key. */
FRANK_API struct frank_str frank_private_key_error(const struct frank_private_key *);

/* Of a key that was read or made; absent or 0 otherwise. They live as long as the key. */

/* "rsa-sha256", "ed25519-sha256" */
FRANK_API struct frank_str frank_private_key_algorithm(const struct frank_private_key *);
FRANK_API unsigned frank_private_key_bits(const struct frank_private_key *);
/* The text of the TXT record at SELECTOR._domainkey.DOMAIN: "v=DKIM1; k=rsa; p=...". */
FRANK_API struct frank_str frank_private_key_record(struct frank_private_key *);
/* The secret itself: PKCS #8 in PEM. */
FRANK_API struct frank_str frank_private_key_pem(struct frank_private_key *);

/* ---- signing ---- */

/*
 *	struct frank_signer *signer = frank_signer_new(facts, message);
 *
 *	if (!frank_signer_add(signer, key, frank_str("example.org"), frank_str("s1")))
 *		... frank_signer_error(signer)
 *	... frank_message_push(message, piece), frank_message_end(message)
 *	if (!frank_signer_run(signer))
 *		... frank_signer_error(signer): not signed
 *	... write frank_signer_field(signer, 0), a line end, and the message
 *
 * Nothing is asked of the DNS: of the case the time is taken, which is t=, and none is written
 * when it is 0. The same message, keys and time give the same bytes. What one verifier would read
 * otherwise than another is not signed: several From, a CR alone, ...
 */
struct frank_signer;

/* On a message of which nothing was pushed. Never NULL; free it before both. */
FRANK_API struct frank_signer *frank_signer_new(struct frank_case *, struct frank_message *);
FRANK_API void frank_signer_free(struct frank_signer *); /* NULL is allowed; at any time */

/* ---- how; before the first key is added ---- */

/* Not called: relaxed for both, which survives more on the way. */
FRANK_API void frank_signer_set_simple(struct frank_signer *, bool header, bool body);
/* x= is so many seconds after t=. Not called or 0: it does not expire. */
FRANK_API void frank_signer_set_lifetime(struct frank_signer *, int64_t seconds);
/*
 * Sign fields of this name; `over`: once more than there are, so that nobody can add another.
 * The first call replaces the list that stands when nothing is said: From, Subject, Date and
 * what else a person or a program relies on.
 */
FRANK_API void frank_signer_cover(struct frank_signer *, struct frank_str name, bool over);

/* ---- with what; before the first push ---- */

/* i= of the keys that are added after this, on whose behalf: "ann@example.org", in their domain. */
FRANK_API void frank_signer_set_identity(struct frank_signer *, struct frank_str identity);
/*
 * One signature by this key; at most 8 of one message, RSA and Ed25519 side by side. False, with
 * an error: one too many, no key, or domain, selector or identity cannot be written.
 */
FRANK_API bool frank_signer_add(struct frank_signer *, struct frank_private_key *,
    struct frank_str domain, struct frank_str selector);

/* ---- the fields ---- */

/* After frank_message_end(). False: the message is not signed. Then the same again. */
FRANK_API bool frank_signer_run(struct frank_signer *);
/*
 * "DKIM-Signature: ...", by the key added as ith, for the top of the message, without the last
 * line end. Folded with CRLF, or with LF where the message has them. Absent: not signed. It lives
 * as long as the signer.
 */
FRANK_API struct frank_str frank_signer_field(const struct frank_signer *, size_t i);
/* Why the last call was false, one sentence. */
FRANK_API struct frank_str frank_signer_error(const struct frank_signer *);

#ifdef __cplusplus
}
#endif

#endif
