/*
 * dkim_sign - making DKIM-Signature fields (RFC 6376 section 5, RFC 8301, RFC 8463).
 *
 *	s = dkim_signer_new(arena, crypto, &terms);
 *	dkim_signer_add(s, &key);		for each key: RSA and Ed25519 side by side
 *	dkim_signer_header(s, &message);	when the header is whole
 *	dkim_signer_body(s, piece);
 *	dkim_signer_end(s, &error);		false: not signed, and why
 *	... dkim_signer_field(s, i)
 *
 * The same message, keys and time give the same bytes.  What one verifier would read otherwise
 * than another is not signed: the error says what it is; see wire/mend.h for mending it before.
 */
#ifndef AUTH_DKIM_SIGN_H
#define AUTH_DKIM_SIGN_H

#include "auth/private_key.h"

#define DKIM_SIGN_KEYS 8 /* of one message */

struct dkim_signer_key {
	struct private_key *key;
	struct str domain, selector; /* d=, s=: A-labels */
	struct str identity;	     /* i=; {0}: none is written, which means @d */
};

/* A field to be signed.  Once more than it is there: nobody can add another unnoticed. */
struct dkim_cover {
	struct str name;
	bool over;
};

struct dkim_terms {
	bool simple_header, simple_body; /* else relaxed, which survives more */
	bool lf;			 /* see struct dkim_options */
	bool has_time;			 /* t= is written */
	int64_t time;			 /* seconds since 1970 */
	int64_t lifetime;		 /* seconds; x= is t= and so many; 0: none */
	const struct dkim_cover *cover;	 /* NULL: dkim_cover_default */
	size_t cover_count;
};

/* What is signed when nothing is said: all that a person or a program relies on. */
extern const struct dkim_cover dkim_cover_default[];
extern const size_t dkim_cover_default_count;

struct dkim_signer;

/* Can domain, selector and identity be written? */
bool dkim_signer_key_fits(const struct dkim_signer_key *, struct error *);

struct dkim_signer *dkim_signer_new(struct arena *, struct crypto *, const struct dkim_terms *);
/* Copied; false when it is one too many, or domain, selector or identity cannot be written. */
bool dkim_signer_add(struct dkim_signer *, const struct dkim_signer_key *, struct error *);
/* The message must live until the end. */
void dkim_signer_header(struct dkim_signer *, const struct message *);
void dkim_signer_body(struct dkim_signer *, struct str piece);
bool dkim_signer_end(struct dkim_signer *, struct error *);
/*
 * The field of the ith key: "DKIM-Signature: ...", folded with CRLF and a tab, without the last
 * CRLF.  It goes on top of the message.  With terms.lf its line ends are to be written as LF.
 */
struct str dkim_signer_field(const struct dkim_signer *, size_t i);
/* Gives hashes back; also when the message was given up. */
void dkim_signer_free(struct dkim_signer *);

/*
 * h= of a signature over these fields: each as often as it is there, and once more where it is to
 * be so.  False when there would be more than DKIM_SIG_MAX_HEADERS.
 */
bool dkim_cover_list(struct arena *, const struct message *, const struct dkim_cover *,
    size_t count, struct dkim_sig *out);

/* Why this message must not be signed, {0} when it may; after the last piece of the body. */
struct str dkim_unfit(struct arena *, const struct message *, bool lf);

#endif
