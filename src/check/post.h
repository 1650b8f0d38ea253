/*
 * post - the message of an audit: what was received, what it says, and what SPF, DKIM, ARC and
 * DMARC make of it.  For the checks that need a message, and for those who render them.
 *
 * A post reads the message once, when it is made; its verdict needs facts and is asked for like
 * everything else.  All its memory is in the arena of its case, but for the hashes of the struct
 * crypto, which post_free() gives back; what was said of the message outlives that.
 */
#ifndef CHECK_POST_H
#define CHECK_POST_H

#include "auth/mail.h"
#include "check/judge.h"
#include "evidence/delivery.h"
#include "wire/forged.h"

struct anatomy;

struct post {
	const struct delivery *delivery;
	struct message message; /* its header */
	struct str body;	/* of delivery->bytes */
	bool bulk;		/* it calls itself a mailing: List-Id, List-Unsubscribe, ... */
	struct str bulk_why;	/* the field that says so */
	/* What it is made of; NULL: that could not be read, and why. */
	const struct anatomy *anatomy;
	struct str unreadable;
	struct str authserv_id; /* ours */
	const struct forged_field *forged;
	size_t forged_count;

	/* NULL until its facts are known: post_judge(). */
	const struct mail_verdict *verdict;
	/* What happened to the body after it was signed, by signature; {0}: not known. */
	struct str why[DKIM_MAX_SIGNATURES];

	/* its own */
	struct frank_case *facts;
	struct crypto *crypto;
	struct mail_query query;
	struct mail *mail;
};

/*
 * The delivery, the anatomy (may be NULL, with the reason) and the crypto must live as long.
 * The case is that of the audit, and its time that of judgement.
 */
struct post *post_new(struct frank_case *, struct crypto *, const struct delivery *);
void post_anatomy(struct post *, const struct anatomy *, struct str unreadable);
/* Our authserv-id: fields in its name that came along are forged. */
void post_authserv_id(struct post *, struct str);
void post_free(struct post *);

/* The domain that the report is about: the author's; else the sender's, else HELO's; else {0}. */
struct str post_domain(const struct post *);

/*
 * What of the sender's domain matters for this message: its checks, the selectors that signed it,
 * the address that it came from.
 */
void post_audit_options(struct post *, struct audit_options *);

/* Ask for what the verdict needs; true: it is there. */
bool post_judge(struct post *);

/*
 * For judges: the post of the audit with its verdict, or NULL while facts are missing (pending).
 * What it asks is no evidence: a judge asks again for what decided.
 */
const struct post *judge_post(struct judge *);

#endif
