/* session - the words of session.h. */
#include "evidence/session.h"

static const char *const protocols[] = {
	[PROTOCOL_SMTP] = "smtp",
	[PROTOCOL_IMAP] = "imap",
	[PROTOCOL_POP3] = "pop3",
};

static const char *const goals[] = {
	[GOAL_VISIT] = "visit",
	[GOAL_RELAY] = "relay",
	[GOAL_TLS_OLD] = "tls-old",
	[GOAL_TLS_12] = "tls-1.2",
	[GOAL_TLS_WEAK] = "tls-weak",
	[GOAL_TLS_NO_SNI] = "tls-no-sni",
	[GOAL_SMUGGLE] = "smuggle",
	[GOAL_INJECTION] = "injection",
};

static const char *const statuses[] = {
	[SESSION_OK] = "OK",
	[SESSION_TIMEOUT] = "TIMEOUT",
	[SESSION_REFUSED] = "REFUSED",
	[SESSION_UNREACHABLE] = "UNREACHABLE",
	[SESSION_CLOSED] = "CLOSED",
	[SESSION_GARBLED] = "GARBLED",
	[SESSION_TLS_FAILED] = "TLS_FAILED",
};

const char *session_protocol_name(enum service_protocol p)
{
	return protocols[p];
}

const char *session_goal_name(enum session_goal g)
{
	return goals[g];
}

const char *session_status_name(enum session_status s)
{
	return statuses[s];
}

static bool word_index(struct str word, const char *const *words, size_t count, size_t *out)
{
	for (*out = 0; *out < count; ++*out)
		if (str_ieq(word, str_of(words[*out])))
			return true;
	return false;
}

bool session_goal_parse(struct str word, enum session_goal *out)
{
	size_t i;

	if (!word_index(word, goals, LENGTH(goals), &i))
		return false;
	*out = (enum session_goal)i;
	return true;
}

bool session_status_parse(struct str word, enum session_status *out)
{
	size_t i;

	if (!word_index(word, statuses, LENGTH(statuses), &i))
		return false;
	*out = (enum session_status)i;
	return true;
}
