/*
 * session - what one SMTP, IMAP or POP3 dialogue and its TLS handshake showed.
 *
 * Pure data: the collector fills it in, judges read it.  Nothing here says
 * whether it is good.
 */
#ifndef EVIDENCE_SESSION_H
#define EVIDENCE_SESSION_H

#include "wire/dns.h"

enum service_protocol { PROTOCOL_SMTP, PROTOCOL_IMAP, PROTOCOL_POP3 };

/* One dialogue is made for one purpose; the key of the question holds it. */
enum session_goal {
	/*
	 * The ordinary visit.  Greeting, EHLO/CAPABILITY/CAPA, STARTTLS where it is
	 * offered, the same again under TLS, then for SMTP on port 25: MAIL FROM:<>,
	 * RCPT postmaster@domain, abuse@domain, an invented recipient, <postmaster>,
	 * postmaster@[address], RSET, VRFY postmaster, QUIT; on 587 and 465: MAIL and RCPT
	 * without AUTH, RSET, QUIT.  Never DATA.
	 */
	GOAL_VISIT,
	/*
	 * Port 25: would it relay?  A foreign recipient from a foreign sender, from the
	 * domain's own postmaster and from <>; the first sender that is accepted has it asked
	 * for in every form.  RCPT only, never DATA.
	 */
	GOAL_RELAY,
	/* TLS handshake offering TLS 1.0 and 1.1 only. */
	GOAL_TLS_OLD,
	/* TLS handshake offering at most TLS 1.2 (and trying renegotiation). */
	GOAL_TLS_12,
	/* TLS handshake offering only NULL, EXPORT, RC4, 3DES and anonymous suites. */
	GOAL_TLS_WEAK,
	/* TLS handshake without SNI. */
	GOAL_TLS_NO_SNI,
	/*
	 * Port 25: what ends a message?  Only with --intrusive: one message to postmaster of
	 * the domain, in which LF.LF and its kin stand before the true end.
	 */
	GOAL_SMUGGLE,
	/* SMTP: a command sent together with STARTTLS; is it obeyed under TLS? */
	GOAL_INJECTION,
};

struct session_question {
	enum service_protocol protocol;
	enum session_goal goal;
	bool implicit_tls; /* TLS from the first byte (465, 993, 995) */
	struct ip address;
	uint16_t port;
	struct str
	    host; /* name as the client would know it: SNI and what the certificate must match */
	struct str domain; /* SMTP: the audited domain, for the recipients */
};

enum session_status {
	SESSION_OK,	     /* the dialogue ran to its end, whatever was said in it */
	SESSION_TIMEOUT,     /* no connection, or silence, within the time limit */
	SESSION_REFUSED,     /* connection refused */
	SESSION_UNREACHABLE, /* no route, network down, or not permitted to go there */
	SESSION_CLOSED,	     /* the peer closed or reset early */
	SESSION_GARBLED,     /* not the protocol: too long a line, too much data, not a reply */
	SESSION_TLS_FAILED,  /* the handshake failed; error says why */
};

enum speaker { SPEAKER_CLIENT, SPEAKER_SERVER, SPEAKER_NOTE /* "TLS handshake" and the like */ };

struct session_line {
	enum speaker who;
	bool tls;	 /* said under TLS */
	int64_t ms;	 /* since the connection was begun */
	struct str text; /* without CRLF; bytes as received, bounded */
};

struct session_tls {
	bool done;	    /* a handshake was completed */
	struct str version; /* "TLSv1.3" */
	struct str cipher;  /* OpenSSL's name */
	struct str group;   /* key exchange group, "X25519"; empty when not known */
	int bits;	    /* of the cipher */
	bool sni;	    /* was a name sent */
	bool compression, secure_renegotiation, extended_master_secret, client_renegotiation;
	struct str *chain; /* PEM, as served, leaf first; at most 20 kept */
	size_t chain_count;
	size_t served; /* how many certificates were served, kept or not */
	/* PEM of those roots of the system's store that a chain could end in (by issuer name);
	   judges verify against these at the time of judgement. */
	struct str *anchors;
	size_t anchor_count;
	struct str ocsp;  /* stapled response, DER; empty when none */
	bool sct;	  /* SCTs in the TLS extension (not those in the certificate) */
	struct str error; /* why the handshake failed */
};

struct session {
	enum session_status status;
	struct str error;			   /* a sentence, when status is not SESSION_OK */
	int64_t connect_ms, greeting_ms, total_ms; /* -1 when not reached */
	struct session_line *lines;
	size_t line_count;
	struct session_tls tls;
	bool starttls_offered;
	bool cut;     /* lines were left out: the bound on the transcript was met */
	bool bare_lf; /* some line of the server ended in LF without CR */
};

const char *session_protocol_name(enum service_protocol); /* "smtp" */
const char *session_goal_name(enum session_goal);	  /* "visit" */
const char *session_status_name(enum session_status);	  /* "OK" */
bool session_goal_parse(struct str, enum session_goal *out);
bool session_status_parse(struct str, enum session_status *out);

#endif
