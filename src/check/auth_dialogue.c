/* auth_dialogue - how the message was brought: TLS (RFC 3207, 8997) and manners (RFC 5321). */
#include "check/auth_judges.h"

static bool saw_dialogue(struct judge *j, const struct post *p)
{
	if (p->delivery->line_count > 0)
		return true;
	judge_say(j, VERDICT_UNKNOWN,
	    "How the message was brought was not seen: send it to a reflector (frank serve)");
	return false;
}

void judge_auth_tls(struct judge *j)
{
	const struct post *p = judge_post(j);
	const struct session_tls *tls;
	struct finding *f;

	if (p == NULL || !saw_dialogue(j, p))
		return;
	tls = &p->delivery->tls;
	if (!tls->done) {
		f = judge_say(j, VERDICT_FAIL, "The message came without encryption");
		judge_why(j, f, "%s" STR_FMT " Postfix: smtp_tls_security_level = may (or dane).",
		    tls->error.n > 0 ? "The handshake failed: "
				     : "STARTTLS was offered and not used. "
				       "Gmail marks such mail with a red lock, or refuses it.",
		    STR_ARG(tls->error));
	} else if (str_eq(tls->version, STR("TLSv1")) || str_eq(tls->version, STR("TLSv1.1"))) {
		f = judge_say(j, VERDICT_FAIL, "The message came by " STR_FMT ", which is obsolete",
		    STR_ARG(tls->version));
		judge_why(j, f,
		    "RFC 8996 forbids it; large receivers switch it off. Update the "
		    "TLS library of the sending server.");
	} else {
		judge_say(j, VERDICT_PASS, "The message came by " STR_FMT ", " STR_FMT,
		    STR_ARG(tls->version), STR_ARG(tls->cipher));
	}
}

static bool bare_ends(const struct delivery *d)
{
	return d->bare_lf || d->bare_cr;
}

static bool early_talk(const struct delivery *d)
{
	return d->early_talk;
}

static bool pipelined(const struct delivery *d)
{
	return d->pipelined;
}

static bool said_helo(const struct delivery *d)
{
	return !d->esmtp;
}

static const struct {
	bool (*seen)(const struct delivery *);
	enum severity severity;
	const char *says, *why;
} manners[] = {
	{ bare_ends, SEVERITY_MAJOR, "Lines of the message ended in a bare CR or LF",
	    "Receivers refuse it (550, 521), as smuggled messages look like that. The program that "
	    "hands the mail over must end lines with CRLF." },
	{ early_talk, SEVERITY_MAJOR, "The server spoke before the greeting",
	    "Only spam programs do so; many receivers hang up on them." },
	{ pipelined, SEVERITY_MINOR,
	    "The server sent commands together before PIPELINING was offered",
	    "RFC 2920 section 3.1; some receivers hang up." },
	{ said_helo, SEVERITY_MINOR, "The server said HELO, not EHLO",
	    "Without EHLO there is no STARTTLS and no other extension." },
};

void judge_auth_transcript(struct judge *j)
{
	const struct post *p = judge_post(j);
	struct finding *f;
	size_t faults = 0;

	if (p == NULL || !saw_dialogue(j, p))
		return;
	for (size_t i = 0; i < LENGTH(manners); i++) {
		if (!manners[i].seen(p->delivery))
			continue;
		faults++;
		f = judge_say_at(j, VERDICT_FAIL, manners[i].severity, "%s", manners[i].says);
		judge_why(j, f, "%s", manners[i].why);
	}
	if (faults == 0)
		judge_say(j, VERDICT_PASS, "The server spoke SMTP as it should");
}
