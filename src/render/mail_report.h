/*
 * mail_report - the whole verdict on one message, to what people and programs read.
 *
 * Nothing is judged here again.  Whatever the message or the DNS says passes escape.h on its way to
 * a terminal.
 */
#ifndef RENDER_MAIL_REPORT_H
#define RENDER_MAIL_REPORT_H

#include <jansson.h>

#include "auth/mail.h"
#include "evidence/case.h"
#include "render/render.h"
#include "wire/forged.h"

/* Where it is known from. */
enum mail_known { MAIL_UNKNOWN, MAIL_BY_OPTION, MAIL_BY_RECEIVED, MAIL_BY_RETURN_PATH };

struct mail_client {
	enum mail_known ip, helo, mail_from; /* the values are those of the query */
	struct str trusted;		     /* the server that is believed; {0}: none is */
	struct str advice; /* what is not known, and what to type; {0}: all is known */
};

/* All there is to say about one message. */
struct mail_report {
	struct arena *arena;
	struct str name; /* of the file */
	size_t number;	 /* in an mbox, from 1; 0: the file is the message */
	bool lf;	 /* its lines end in LF, which stands for CRLF */
	const struct message *message;
	const struct mail_verdict *verdict;
	/* What happened to the body after it was signed, by signature; {0}: not known. */
	struct str why[DKIM_MAX_SIGNATURES];
	struct mail_client client;
	struct str authserv_id;
	struct str authres; /* value of Authentication-Results, folded with LF; {0}: none */
	const struct forged_field *forged; /* brought along by the sender, to be deleted */
	size_t forged_count;
	const struct fact *const *facts; /* what was asked, in order */
	size_t fact_count;
};

struct post;

/* Of a message that was judged with an audit (post_judge() was true). */
void mail_report_of_post(struct arena *, const struct post *, struct mail_report *out);

enum mail_outcome {
	MAIL_ACCEPTED, /* DMARC passes, or a believed sealer of ARC saw it pass */
	MAIL_UNPROVEN, /* no DMARC policy, and neither SPF nor DKIM failed */
	MAIL_FAILED,   /* DMARC fails; or without DMARC SPF or DKIM; or nobody is the author */
	MAIL_UNJUDGED, /* a temporary error decided */
};

/* Failed without DMARC: SPF fail, softfail or permerror, or signatures of which none passes. */
enum mail_outcome mail_outcome(const struct mail_verdict *);
const char *mail_outcome_name(enum mail_outcome); /* "accepted" */
/* The first sentence, without a full stop: what a receiver would do. */
struct str mail_headline(struct arena *, const struct mail_verdict *);
/* The words behind it: mail_dmarc_sentence(), with what SPF and DKIM say where DMARC does not. */
struct str mail_why(struct arena *, const struct mail_verdict *);
/* What the owner of the author's domain would have to change; {0} unless DMARC fails. */
struct str mail_remedy(struct arena *, const struct mail_verdict *);
/* What DMARC made of a signature; NULL: it did not look at it. */
const struct mail_identifier *mail_identifier_of(const struct mail_verdict *, size_t signature);
/* Is it worth telling of this message? */
bool mail_has_finding(const struct mail_report *, enum message_finding);
const char *mail_known_name(enum mail_known); /* "option" */

void mail_text(const struct mail_report *, const struct render_style *, struct buf *);
/* Which one it is, as the heading of its text. */
void mail_text_name(const struct mail_report *, const struct render_style *, struct buf *);
/* One line: outcome, name, headline. */
void mail_text_line(const struct mail_report *, const struct render_style *, struct buf *);
/* The object of docs/verify-output.schema.json. */
json_t *mail_json(const struct mail_report *);

#endif
