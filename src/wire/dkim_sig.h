/*
 * dkim_sig - the fields that carry a signature: DKIM-Signature (RFC 6376 section 3.5),
 * ARC-Message-Signature and ARC-Seal (RFC 8617 section 4.1).
 *
 * The field is taken apart and judged by itself: what it says, and the first thing that makes it
 * worthless whatever the key and the message are.  Slices point into the field or the arena.  No
 * clock here: expiry belongs to those who know the time.
 */
#ifndef WIRE_DKIM_SIG_H
#define WIRE_DKIM_SIG_H

#include "wire/message.h"
#include "wire/tags.h"

#define DKIM_SIG_FIELD		   "DKIM-Signature"
#define DKIM_SIG_ARC_MESSAGE_FIELD "ARC-Message-Signature"
#define DKIM_SIG_ARC_SEAL_FIELD	   "ARC-Seal"

#define DKIM_SIG_MAX_HEADERS 500 /* names in h=; a longer list is a fault */

enum dkim_sig_form { DKIM_SIG_DKIM, DKIM_SIG_ARC_MESSAGE, DKIM_SIG_ARC_SEAL };

enum dkim_algorithm {
	DKIM_RSA_SHA256,
	DKIM_ED25519_SHA256,
	DKIM_RSA_SHA1, /* known, and worthless (RFC 8301) */
	DKIM_ALGORITHM_OTHER,
};

struct dkim_sig {
	enum dkim_sig_form form;
	const struct message_field *field;
	struct tags tags;
	struct str algorithm_name; /* a=, as written */
	enum dkim_algorithm algorithm;
	bool relaxed_header, relaxed_body; /* c=; ARC's are relaxed without one */
	struct str domain, selector;	   /* d=, s=: A-labels, lower case */
	struct str identity;		 /* i= of a DKIM-Signature, as written; "@d" without one */
	struct str identity_domain;	 /* its domain: A-labels, lower case */
	unsigned instance;		 /* i= of the ARC forms: 1..50 */
	struct str cv;			 /* of a seal: "none", "pass", "fail" */
	struct str signature, body_hash; /* b=, bh=, decoded */
	const struct str *headers;	 /* h=, in order, as written, trimmed */
	size_t header_count;
	bool has_length, has_time, has_expiry;
	uint64_t length;      /* l= */
	int64_t time, expiry; /* t=, x= */
	size_t b_at, b_end;   /* where the value of b= stands in field->value, all of it */
	/* Why the field is worth nothing, a sentence; {0}: it is fit to be verified. */
	struct str fault;
};

/* The fields before a fault are filled in as far as they could be read. */
void dkim_sig_parse(
    struct arena *, enum dkim_sig_form, const struct message_field *, struct dkim_sig *out);

const char *dkim_algorithm_name(enum dkim_algorithm); /* "rsa-sha256" */
/* The tag's value, {0} without it; for what has no member (z=, q=, unknown ones). */
struct str dkim_sig_value(const struct dkim_sig *, const char *tag);
/* dkim-quoted-printable (RFC 6376 section 2.11) undone, white space dropped: i= and z=. */
struct str dkim_sig_unquote(struct arena *, struct str value);
/* Does h= name this field, case ignored?  How many times. */
size_t dkim_sig_covers(const struct dkim_sig *, struct str name);

#endif
