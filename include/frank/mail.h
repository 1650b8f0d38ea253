/*
 * frank/mail.h - the whole verdict on one message: iprev, SPF, DKIM, ARC and DMARC, and what is
 * said of it to machines (Authentication-Results, Received-SPF) and to people.
 *
 *	struct frank_case *facts = frank_case_new();
 *	struct frank_message *message = frank_message_new();
 *	struct frank_mail *mail = frank_mail_new(facts, message);
 *
 *	frank_case_set_time(facts, time(NULL));
 *	frank_mail_set_ip(mail, frank_str("192.0.2.1"));
 *	frank_mail_set_helo(mail, frank_str("mail.example.org"));
 *	frank_mail_set_mail_from(mail, frank_str("ann@example.org"));
 *	... frank_message_push(message, piece), frank_message_end(message)
 *	while (!frank_mail_run(mail))
 *		while (frank_case_next(facts, &question))
 *			... look it up; frank_case_answer(facts, &question, &answer)
 *	if (frank_mail_verdict(mail)->disposition == FRANK_DMARC_REJECT)
 *		... 550, with frank_mail_verdict(mail)->sentence
 *	else
 *		... write frank_mail_authres(mail, frank_str("mx.example.com"), 0) on top
 *
 * It fails closed: DMARC counts what covers the whole message and nothing else, and where programs
 * may differ on who wrote it nobody did. One object serves one message.
 */
#ifndef FRANK_MAIL_H
#define FRANK_MAIL_H

#include <frank/arc.h>
#include <frank/authres.h>
#include <frank/dmarc.h>
#include <frank/message.h>

#ifdef __cplusplus
extern "C" {
#endif

struct frank_mail;

/* On a message of which nothing was pushed. Never NULL; free it before both. */
FRANK_API struct frank_mail *frank_mail_new(struct frank_case *, struct frank_message *);
FRANK_API void frank_mail_free(struct frank_mail *); /* NULL is allowed; at any time */

/* ---- what is known; copied; before the first run and the first push ---- */

/* Of the client: "192.0.2.1", "2001:db8::1". Not set: no iprev and no SPF. False: no address. */
FRANK_API bool frank_mail_set_ip(struct frank_mail *, struct frank_str ip);
/* What the client said in HELO or EHLO. */
FRANK_API void frank_mail_set_helo(struct frank_mail *, struct frank_str name);
/* The envelope sender without <>; empty: the null sender. Not called: it is not known. */
FRANK_API void frank_mail_set_mail_from(struct frank_mail *, struct frank_str address);
/* The receiving host's name, for %{r} and Received-SPF. */
FRANK_API void frank_mail_set_receiver(struct frank_mail *, struct frank_str name);

/* ---- choices; at the same time ---- */

enum frank_mail_option {
	/* A signature with l= that leaves a part of the body uncovered is FRANK_DKIM_POLICY. */
	FRANK_MAIL_REFUSE_LENGTH = 1,
	/* Let a signature count for DMARC that leaves something open which anybody can have
	   written: body behind l=, or a second Subject, Reply-To or Content-Type. */
	FRANK_MAIL_COUNT_PARTIAL = 2,
	/* See frank_dmarc_set_by_psl(). */
	FRANK_MAIL_BY_PSL = 4,
};

/* Joined with |. */
FRANK_API void frank_mail_set_options(struct frank_mail *, unsigned options);
/* RSA keys of fewer bits do not pass; less than 1024 is 1024. */
FRANK_API void frank_mail_set_rsa_min(struct frank_mail *, unsigned bits);
/*
 * A domain whose ARC seals are believed: where the chain passes and it saw DMARC pass for the
 * same author, and nobody later in the chain is a stranger, nothing is asked for any more. Call
 * it for each.
 */
FRANK_API void frank_mail_believe(struct frank_mail *, struct frank_str sealer);

/* ---- the verdict ---- */

/*
 * Call it until it is true. All is judged as of the time that the case had when it was called
 * first, or when the header was whole. It can be called at any time before: when the client is
 * known, and when the header is whole, it asks the case for all that can be foreseen, so that the
 * DNS answers while the message still arrives. It is false until frank_message_end(). Between two
 * answers it costs nothing.
 */
FRANK_API bool frank_mail_run(struct frank_mail *);

enum frank_iprev_result {
	FRANK_IPREV_PASS,
	FRANK_IPREV_FAIL,      /* there are names, and none leads back */
	FRANK_IPREV_TEMPERROR, /* the DNS did not answer */
	FRANK_IPREV_PERMERROR, /* the address has no name */
};

/* "permerror", as RFC 8601 section 2.7.3 writes it. */
FRANK_API const char *frank_iprev_result_name(enum frank_iprev_result);

/* SPF of one identity. */
struct frank_mail_spf {
	bool judged; /* false: nothing was known to judge, all else is void */
	enum frank_spf_result result;
	struct frank_str domain;      /* whose policy */
	struct frank_str reason;      /* one sentence for people */
	struct frank_str matched;     /* the term that decided; absent: none did */
	struct frank_str explanation; /* of the domain, for a fail: a stranger's words */
};

/* What DMARC looked at. */
struct frank_identifier {
	bool spf;		 /* else DKIM */
	size_t signature;	 /* DKIM: which one */
	struct frank_str domain; /* A-labels, lower case */
	bool passed;		 /* the mechanism did, and it counts */
	bool aligned;		 /* with the author's domain, whether it passed or not */
	/* Why a signature that passed does not count: "leaves ..."; absent: it does. */
	struct frank_str uncounted;
};

/*
 * The library makes it; read it and keep no copy, as later versions may have more members behind
 * these. Strings may be a stranger's: escape them for where they go.
 */
struct frank_mail_verdict {
	/* What the author's domain asks for: NONE unless DMARC failed, REJECT, QUARANTINE. */
	enum frank_dmarc_policy disposition;
	/* Why DMARC came out so, in one sentence without a full stop: "fails DMARC: passes SPF for
	   bounce.mailer.example, which is not aligned with example.com; no DKIM signature". */
	struct frank_str sentence;
	struct frank_str from;	  /* the domain DMARC speaks of; absent: of none */
	enum frank_author author; /* is there a single one? */
	const struct frank_dmarc_verdict *dmarc;
	const struct frank_mail_spf *spf;  /* MAIL FROM, or postmaster@HELO for the null sender */
	const struct frank_mail_spf *helo; /* HELO; not judged with the null sender */
	bool iprev_judged;
	enum frank_iprev_result iprev;
	struct frank_str iprev_name; /* that leads back; without one the first of the address */
	struct frank_str iprev_reason;
	const struct frank_dkim_signature *const *signatures; /* top first */
	size_t signature_count;
	const struct frank_identifier *const *identifiers; /* SPF, then signatures */
	size_t identifier_count;
	const struct frank_arc_verdict *arc;
	/* The believed sealer that saw DMARC pass where it fails now; absent: none. */
	struct frank_str voucher;
};

/* NULL before run was true. It lives as long as the object. */
FRANK_API const struct frank_mail_verdict *frank_mail_verdict(const struct frank_mail *);

/* What was changed after the ith signature was made: see frank_dkim_why(). */
FRANK_API struct frank_str frank_mail_why(struct frank_mail *, size_t i, struct frank_str body);

/* ---- fields; absent before run was true; they live as long as the object ---- */

/*
 * The value of Authentication-Results by this authserv-id, folded, without the name and the last
 * line end; flags of enum frank_write. What was not judged is left out. Absent when the
 * authserv-id is no token of at most 253 bytes.
 */
FRANK_API struct frank_str frank_mail_authres(
    struct frank_mail *, struct frank_str authserv_id, unsigned flags);
/* The value of Received-SPF about MAIL FROM; absent, too, when SPF was not judged. */
FRANK_API struct frank_str frank_mail_received_spf(struct frank_mail *, unsigned flags);
/*
 * Seal the chain with what was seen, in the name of this authserv-id: frank_sealer_run() for who
 * judges with a frank_mail. The sealer was made on the same message.
 */
FRANK_API bool frank_mail_seal(
    struct frank_mail *, struct frank_sealer *, struct frank_str authserv_id);

#ifdef __cplusplus
}
#endif

#endif
