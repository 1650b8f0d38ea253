/*
 * delivery - a message as it was received, and what was seen of who brought it (RFC 5321).
 *
 * Pure data: the SMTP server fills it in, the evidence file keeps it, judges read it.
 */
#ifndef EVIDENCE_DELIVERY_H
#define EVIDENCE_DELIVERY_H

#include "evidence/session.h"

#define DELIVERY_MAX_BYTES	((size_t)50 << 20)
#define DELIVERY_MAX_RECIPIENTS 100
#define DELIVERY_MAX_LINES	200 /* of the dialogue that are kept */
#define DELIVERY_MAX_RULES	200 /* of another program's verdict */

/* What another program makes of the message: shown beside, never mixed into our verdicts. */
struct foreign_rule {
	struct str name, text; /* text: what it says of itself; may be empty */
	double score;
};

struct foreign_verdict {
	struct str program; /* "rspamd", "SpamAssassin" */
	struct str error;   /* why there is none; empty: there is one */
	double score, required;
	struct foreign_rule *rules;
	size_t rule_count;
};

struct delivery {
	struct ip client;	/* IP_NONE: not known */
	uint16_t port;		/* of the client; 0: not known */
	struct str server;	/* our name in the dialogue */
	struct str helo;	/* as it was said; empty: not said, or not known */
	bool esmtp;		/* EHLO, not HELO */
	bool envelope;		/* mail_from and recipients are known */
	struct str mail_from;	/* without <>; empty: the null sender */
	struct str *recipients; /* without <>, as they were given */
	size_t recipient_count;
	bool smtputf8;		/* parameter of MAIL FROM */
	bool eight_bit;		/* BODY=8BITMIME */
	bool binary;		/* BODY=BINARYMIME */
	bool chunked;		/* by BDAT */
	int64_t size;		/* as SIZE= announced; -1: not announced */
	bool early_talk;	/* the client spoke before the greeting */
	bool pipelined;		/* commands came together although it had not been allowed to yet */
	bool bare_lf, bare_cr;	/* in the message as it came over the wire */
	struct session_tls tls; /* seen from the server: chain is the client's */
	bool client_certificate;
	struct str sni;		    /* the name that the client asked for; empty: none */
	struct session_line *lines; /* the dialogue; who: SPEAKER_CLIENT is the sender */
	size_t line_count;
	bool lines_cut;
	int64_t received; /* end of the message, seconds since 1970 */
	struct str bytes; /* the message, CRLF line ends, dots unstuffed; as it came */
	struct foreign_verdict *foreign;
	size_t foreign_count;
};

#endif
