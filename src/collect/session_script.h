/*
 * session_script - what is said in a talk, by protocol and goal: constant tables of steps.
 *
 * Recipients are only asked for (RCPT): nobody gets mail from an audit.  The one exception is
 * GOAL_SMUGGLE, which is asked for by hand (--intrusive) and writes to the postmaster.
 */
#ifndef COLLECT_SESSION_SCRIPT_H
#define COLLECT_SESSION_SCRIPT_H

#include "evidence/session.h"

/* When a step is made. */
enum when {
	ALWAYS,
	STARTTLS,  /* the server offers it and TLS is not on yet; the reply begins the handshake */
	UNDER_TLS, /* TLS has been begun by STARTTLS */
	ON_25,	   /* port 25 only */
	ON_SUBMISSION,
	TAKEN,	     /* the last MAIL, or the recipient after it, was accepted */
	FIRST_TAKEN, /* likewise, and it was the first sender to be accepted */
	GO_AHEAD,    /* DATA was answered with 354 */
};

enum manner {
	LINE,	 /* a command; one reply */
	LIST,	 /* POP3: a positive reply has further lines */
	DECIDES, /* a command; whether it is accepted is what TAKEN asks */
	QUIETLY, /* bytes without a line end of ours, no reply is due */
	LISTEN,	 /* likewise; a reply would tell something, so it is waited for a little */
	BYTES,	 /* bytes without a line end of ours, and a reply */
};

struct step {
	/* %e our name, %f a sender that is none of theirs, %d the audited domain, %a the server's
	   address literal, %t the date and time, %% a per cent sign */
	const char *say;
	enum when when;
	enum manner manner;
};

struct script {
	enum service_protocol protocol;
	enum session_goal goal; /* GOAL_TLS_12 stands for all that try TLS alone */
	const struct step *steps;
	size_t count;
};

/* Never NULL: IMAP and POP3 have one script for every goal. */
const struct script *script_for(enum service_protocol, enum session_goal);

#endif
