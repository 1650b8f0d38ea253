/* session_script - see session_script.h. */
#include "collect/session_script.h"

#include <assert.h>

static const struct step smtp_visit[] = {
	{ "EHLO %e", ALWAYS, LINE },
	{ "STARTTLS", STARTTLS, LINE },
	{ "EHLO %e", UNDER_TLS, LINE },
	{ "MAIL FROM:<>", ON_25, LINE },
	{ "RCPT TO:<postmaster@%d>", ON_25, LINE },
	{ "RCPT TO:<abuse@%d>", ON_25, LINE },
	{ "RCPT TO:<no-such-user-7c3f1e@%d>", ON_25, LINE },
	{ "RCPT TO:<postmaster>", ON_25, LINE },
	{ "RCPT TO:<postmaster@%a>", ON_25, LINE },
	{ "RSET", ON_25, LINE },
	{ "VRFY postmaster", ON_25, LINE },
	{ "MAIL FROM:<postmaster@%d>", ON_SUBMISSION, LINE },
	{ "RCPT TO:<relay-test@example.net>", ON_SUBMISSION, LINE },
	{ "RSET", ON_SUBMISSION, LINE },
	{ "QUIT", ALWAYS, LINE },
};

#define PLAIN_FORM "RCPT TO:<relay-test@example.net>"

/* The other ways to write a foreign recipient that careless servers have relayed to. */
/* clang-format off */
#define OTHER_FORMS                                                                                \
	{ "RCPT TO:<relay-test%%example.net@%d>", FIRST_TAKEN, LINE },                             \
	{ "RCPT TO:<relay-test%%example.net@%a>", FIRST_TAKEN, LINE },                             \
	{ "RCPT TO:<\"relay-test@example.net\">", FIRST_TAKEN, LINE },                             \
	{ "RCPT TO:<\"relay-test%%example.net\"@%d>", FIRST_TAKEN, LINE },                         \
	{ "RCPT TO:<@%d:relay-test@example.net>", FIRST_TAKEN, LINE },                             \
	{ "RCPT TO:<example.net!relay-test>", FIRST_TAKEN, LINE },                                 \
	{ "RCPT TO:<example.net!relay-test@%d>", FIRST_TAKEN, LINE }
/* clang-format on */

/* RFC 5321 section 7.1; the first sender that is taken tries all forms. */
static const struct step smtp_relay[] = {
	{ "EHLO %e", ALWAYS, LINE },
	{ "MAIL FROM:<%f>", ALWAYS, DECIDES },
	{ PLAIN_FORM, TAKEN, LINE },
	OTHER_FORMS,
	{ "RSET", ALWAYS, LINE },
	{ "MAIL FROM:<postmaster@%d>", ALWAYS, DECIDES },
	{ PLAIN_FORM, TAKEN, LINE },
	OTHER_FORMS,
	{ "RSET", ALWAYS, LINE },
	{ "MAIL FROM:<>", ALWAYS, DECIDES },
	{ PLAIN_FORM, TAKEN, LINE },
	OTHER_FORMS,
	{ "QUIT", ALWAYS, LINE },
};

#define SMUGGLE_TEXT                                                                               \
	"Date: %t\r\n"                                                                             \
	"From: frank <postmaster@%d>\r\n"                                                          \
	"To: postmaster@%d\r\n"                                                                    \
	"Subject: Test of this mail server for SMTP smuggling\r\n"                                 \
	"Auto-Submitted: auto-generated\r\n"                                                       \
	"\r\n"                                                                                     \
	"Somebody has audited the mail server of %d with \"frank check --intrusive\".\r\n"         \
	"It tries whether a line feed, a dot and a line feed end a message, which they\r\n"        \
	"must not. Nothing is to be done with this message; the audit's report says more.\r\n"

/* Ends of data that are none (RFC 5321 section 4.1.1.4), and the true one at last. */
static const struct step smtp_smuggle[] = {
	{ "EHLO %e", ALWAYS, LINE },
	{ "MAIL FROM:<>", ALWAYS, DECIDES },
	{ "RCPT TO:<postmaster@%d>", TAKEN, DECIDES },
	{ "DATA", TAKEN, LINE },
	{ SMUGGLE_TEXT, GO_AHEAD, QUIETLY },
	{ "\n.\n", GO_AHEAD, LISTEN },
	{ "\n.\r\n", GO_AHEAD, LISTEN },
	{ "\r\n.\n", GO_AHEAD, LISTEN },
	{ "\r.\r", GO_AHEAD, LISTEN },
	{ "\r\n.\r\n", GO_AHEAD, BYTES },
	{ "QUIT", ALWAYS, LINE },
};

static const struct step smtp_tls[] = {
	{ "EHLO %e", ALWAYS, LINE },
	{ "STARTTLS", STARTTLS, LINE },
	{ "QUIT", ALWAYS, LINE },
};

/* RFC 3207 section 4.2; a word that no server knows, so that an answer to it tells itself apart. */
static const struct step smtp_injection[] = {
	{ "EHLO %e", ALWAYS, LINE },
	{ "STARTTLS\r\nXFRANK", STARTTLS, LINE },
	{ "EHLO %e", UNDER_TLS, LINE },
	{ "QUIT", ALWAYS, LINE },
};

static const struct step imap_visit[] = {
	{ "CAPABILITY", ALWAYS, LINE },
	{ "STARTTLS", STARTTLS, LINE },
	{ "CAPABILITY", UNDER_TLS, LINE },
	{ "LOGOUT", ALWAYS, LINE },
};

static const struct step pop3_visit[] = {
	{ "CAPA", ALWAYS, LIST },
	{ "STLS", STARTTLS, LINE },
	{ "CAPA", UNDER_TLS, LIST },
	{ "QUIT", ALWAYS, LINE },
};

static const struct script scripts[] = {
	{ PROTOCOL_SMTP, GOAL_VISIT, smtp_visit, LENGTH(smtp_visit) },
	{ PROTOCOL_SMTP, GOAL_RELAY, smtp_relay, LENGTH(smtp_relay) },
	{ PROTOCOL_SMTP, GOAL_SMUGGLE, smtp_smuggle, LENGTH(smtp_smuggle) },
	{ PROTOCOL_SMTP, GOAL_INJECTION, smtp_injection, LENGTH(smtp_injection) },
	{ PROTOCOL_SMTP, GOAL_TLS_12, smtp_tls, LENGTH(smtp_tls) },
	{ PROTOCOL_IMAP, GOAL_VISIT, imap_visit, LENGTH(imap_visit) },
	{ PROTOCOL_POP3, GOAL_VISIT, pop3_visit, LENGTH(pop3_visit) },
};

static bool is_tls_goal(enum session_goal goal)
{
	return goal == GOAL_TLS_OLD || goal == GOAL_TLS_12 || goal == GOAL_TLS_WEAK ||
	       goal == GOAL_TLS_NO_SNI;
}

const struct script *script_for(enum service_protocol protocol, enum session_goal goal)
{
	if (protocol != PROTOCOL_SMTP)
		goal = GOAL_VISIT;
	else if (is_tls_goal(goal))
		goal = GOAL_TLS_12;
	for (size_t i = 0; i < LENGTH(scripts); i++)
		if (scripts[i].protocol == protocol && scripts[i].goal == goal)
			return &scripts[i];
	assert(false);
	return &scripts[0];
}
