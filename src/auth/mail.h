/*
 * mail - the whole verdict on one message: iprev, SPF, DKIM, ARC and DMARC, and what is said of it
 * to machines (Authentication-Results, Received-SPF) and to people.
 *
 *	mail = mail_new(arena, crypto, &query);
 *	mail_ask(mail, source);			the client is known: SPF, PTR
 *	mail_header(mail, &message);		when the header is whole (MESSAGE_HEADER)
 *	mail_ask(mail, source);			... and keys and DMARC, while the body arrives
 *	mail_body(mail, piece);			for each piece of the body
 *	mail_end(mail);
 *	while (!mail_judge(mail, source))
 *		... let the source learn more
 *	verdict = mail_verdict(mail);
 *	mail_free(mail);
 *
 * Pure and restartable, like the evaluators it runs.  All memory is in the arena, but for the
 * hashes of the struct crypto, which mail_free() gives back; the verdict outlives that.
 *
 * Fails closed: DMARC counts what covers the whole message and nothing else, and where programs may
 * differ on who wrote it nobody did (see author_of()).
 */
#ifndef AUTH_MAIL_H
#define AUTH_MAIL_H

#include "auth/arc.h"
#include "auth/dkim.h"
#include "auth/dmarc.h"
#include "auth/iprev.h"
#include "auth/spf.h"
#include "wire/address.h"

#define MAIL_MAX_AUTHORS 5 /* domains of From that are judged when there are several */

struct mail_query {
	struct ip ip;		  /* of the client; IP_NONE: not known, no iprev and no SPF then */
	struct str helo;	  /* as it said; empty: not known */
	struct str mail_from;	  /* without <>; empty: the null sender */
	bool no_envelope;	  /* mail_from is not known: SPF has only HELO to judge */
	struct str receiver;	  /* our name: %{r} and Received-SPF; empty: "unknown" */
	int64_t now;		  /* time of judgement, seconds since 1970 */
	bool trace;		  /* keep the terms of SPF as they were evaluated */
	struct dkim_options dkim; /* of ARC too; its bodies are ignored */
	/* Domains whose seals are believed: where a chain passes and one of them saw DMARC pass for
	   the same author, and nobody later is a stranger, nothing is asked for any more. */
	const struct str *sealers;
	size_t sealer_count;
	/* Let a signature count for DMARC that leaves something open which anybody can have
	   written: body behind l=, or a second Subject, Reply-To or Content-Type beside the signed
	   one. */
	bool count_partial;
	/* Where the tree walk meets a temporary error, take the organizational domain from the
	   public suffix list. */
	bool org_by_psl;
};

/* SPF of one identity. */
struct mail_spf {
	bool judged;		/* false: nothing was known to judge */
	bool passed;		/* judged, and the result is pass */
	struct spf_query query; /* for spf_reason() */
	struct spf_report report;
};

/* One that DMARC looks at: SPF's first when it was judged, then the signatures in their order. */
struct mail_identifier {
	bool spf;	   /* else DKIM */
	size_t signature;  /* of dkim_verdict(); DKIM only */
	struct str domain; /* A-labels, lower case */
	enum dmarc_mechanism result;
	enum dmarc_alignment alignment; /* whether it passed or not */
	/* Why a signature that passed does not count: "leaves ..."; {0}: it does. */
	struct str uncounted;
};

struct mail_verdict {
	const struct mail_query *query;
	bool iprev_judged;
	struct iprev iprev;
	/* MAIL FROM, or postmaster@HELO for the null sender (RFC 7208 section 2.4). */
	struct mail_spf spf;
	struct mail_spf helo; /* HELO (section 2.3); not judged with the null sender */
	const struct dkim *dkim;
	const struct arc_verdict *arc;
	struct author author;
	struct str authors[MAIL_MAX_AUTHORS]; /* domains that were judged for DMARC */
	size_t author_count;
	/* That of the author.  Without a single one each domain in From was judged; then it is the
	   failure of strictest policy, or none: several never pass (RFC 9989 section 11.5). */
	struct dmarc_verdict dmarc;
	struct str from; /* the domain it speaks of; {0}: of none */
	struct mail_identifier *identifiers;
	size_t identifier_count;
	/* The set of a believed sealer that saw DMARC pass where it fails now; NULL: none. */
	const struct arc_set *voucher;
	/* What the domain asks for, after t=y: DMARC_NONE unless DMARC failed, without voucher. */
	enum dmarc_request disposition;
};

struct mail;

/* The strings of the query, and the sealers, must live as long. */
struct mail *mail_new(struct arena *, struct crypto *, const struct mail_query *);
/* The message must live as long; its header is whole, or it was refused. */
void mail_header(struct mail *, const struct message *);
void mail_body(struct mail *, struct str piece);
void mail_end(struct mail *);
/*
 * Ask for all that can be foreseen now; returns whether all is known.  Any time, any number of
 * times: it saves rounds and changes nothing else.
 */
bool mail_ask(struct mail *, struct dns_source *);
/* After mail_end().  False while a fact is missing; then the same again. */
bool mail_judge(struct mail *, struct dns_source *);
/* After mail_judge() was true. */
const struct mail_verdict *mail_verdict(const struct mail *);
/* To be called when a message is given up, too; NULL is allowed. */
void mail_free(struct mail *);

/* ---- what is said of it ---- */

/*
 * The value of Authentication-Results (RFC 8601) by that authserv-id; flags of authres_write().
 * What was not judged is left out, and so is a pass of HELO where MAIL FROM does not pass: careless
 * readers take it for the sender's.  {0} when the authserv-id cannot be written.
 */
struct str mail_authres(
    struct arena *, const struct mail_verdict *, struct str authserv_id, unsigned flags);
/* The value of Received-SPF (RFC 7208 section 9.1) about MAIL FROM; {0}: SPF was not judged. */
struct str mail_received_spf(struct arena *, const struct mail_verdict *, unsigned flags);
/*
 * One sentence for a person, without a full stop, why DMARC came out so: "fails DMARC: passes SPF
 * for bounce.mailer.example, which is not aligned with example.com; no DKIM signature".  It repeats
 * names that strangers chose: escape it for where it goes.
 */
struct str mail_dmarc_sentence(struct arena *, const struct mail_verdict *);

#endif
