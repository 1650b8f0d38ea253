/*
 * smtp_smuggle - what ends a message, and what a command before the TLS handshake does:
 * smtp.smuggling (CVE-2023-51764 and kin), tls.starttls-injection (CVE-2011-0411).
 */
#include "check/smtp_judges.h"

/* ---- smtp.smuggling ---- */

static const struct ending {
	const char *bytes, *name;
} endings[] = {
	{ "\n.\n", "LF . LF" },
	{ "\n.\r\n", "LF . CRLF" },
	{ "\r\n.\n", "CRLF . LF" },
	{ "\r.\r", "CR . CR" },
};

static const struct ending true_end = { "\r\n.\r\n", "CRLF . CRLF" };

/* The server lines behind a line of ours that is exactly this; count 0: none. */
static struct replies replies_to(const struct session *s, const char *bytes)
{
	for (size_t i = 0; i < s->line_count; i++) {
		size_t end = i + 1;

		if (s->lines[i].who != SPEAKER_CLIENT || !str_eq(s->lines[i].text, str_of(bytes)))
			continue;
		while (end < s->line_count && s->lines[end].who == SPEAKER_SERVER)
			end++;
		return (struct replies){ &s->lines[i + 1], end - i - 1 };
	}
	return (struct replies){ 0 };
}

static bool names_line_feed(struct replies r)
{
	static const char *const hints[] = { "bare", "line feed", "linefeed", "newline", "<lf>",
		"<cr>", "line ending", "smuggl", "synchroni" };

	for (size_t i = 0; i < LENGTH(hints); i++)
		if (str_ifind(reply_text(r), str_of(hints[i])) >= 0)
			return true;
	return false;
}

static void say_smuggles(struct judge *j, const struct ending *e, struct replies r)
{
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "The server takes %s for the end of a message", e->name);

	judge_why(j, f,
	    "It answered \"" STR_FMT
	    "\" before the message was over. A message through a server that lets such bytes "
	    "pass can hold a second one, with any sender, that looks as if that server vouched "
	    "for it (CVE-2023-51764, CVE-2023-51765, CVE-2023-51766).",
	    STR_ARG(smtp_quote(j, r)));
	smtp_fix_lines(j, f, "smtpd_forbid_bare_newline = normalize",
	    "# no setting: install Exim 4.97.1 or later");
}

static void say_not_tried(struct judge *j, const struct session *s)
{
	judge_why(j, judge_say(j, VERDICT_UNKNOWN, "Smuggling could not be tried to its end"),
	    "The talk did not get as far as the message; the last thing heard was: " STR_FMT ".",
	    STR_ARG(s->line_count > 0 ? s->lines[s->line_count - 1].text : s->error));
}

/* True when the host stood the test. */
static bool stands(struct judge *j, const struct session *s)
{
	struct replies whole = replies_to(s, true_end.bytes);

	for (size_t i = 0; i < LENGTH(endings); i++) {
		struct replies r = replies_to(s, endings[i].bytes);

		if (smtp_word(r) == SMTP_YES) {
			say_smuggles(j, &endings[i], r);
			return false;
		}
		if (r.count > 0 && names_line_feed(r))
			return true;
		if (r.count > 0)
			break;
	}
	if (whole.count > 0)
		return true;
	say_not_tried(j, s);
	return false;
}

/* One message for each mail host is enough, whatever its addresses are. */
static bool is_first_of_host(const struct visits *v, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_ieq(v->list[i].endpoint.host, v->list[at].endpoint.host) &&
		    smtp_word(session_greeting(v->list[i].session)) == SMTP_YES)
			return false;
	return smtp_word(session_greeting(v->list[at].session)) == SMTP_YES;
}

static void smuggle(struct judge *j)
{
	struct visits v;
	size_t tried = 0, good = 0;

	if (!subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		const struct session *s;

		if (!is_first_of_host(&v, i))
			continue;
		tried++;
		judge_subject(j, v.list[i].subject);
		s = judge_goal(j, &v.list[i].endpoint, GOAL_SMUGGLE);
		good += s != NULL && stands(j, s);
	}
	judge_subject(j, j->domain);
	if (v.count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
	else if (tried == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "No mail host could be talked to on port 25 (see mx.reachable)");
	else if (good == tried)
		judge_say(
		    j, VERDICT_PASS, "Nothing but CRLF . CRLF ends a message (%zu tried)", good);
}

void judge_smtp_smuggling(struct judge *j)
{
	if (j->options->intrusive)
		smuggle(j);
	else
		judge_why(j,
		    judge_say(j, VERDICT_SKIP, "Smuggling is not tried in an ordinary audit"),
		    "It shows only in a message that is really sent: one to postmaster, with "
		    "--intrusive. Ask the owner of the server first.");
}

/* ---- tls.starttls-injection ---- */

/* XFRANK is no command: obeyed under TLS it is refused, and shifts the reply to EHLO. */
static void one_injection(struct judge *j, const struct visit *v, struct replies starttls,
    const struct session *s, size_t *good)
{
	struct replies ehlo = session_reply(s, "EHLO", true);
	struct finding *f;

	if (s->tls.done && smtp_word(ehlo) == SMTP_NO) {
		f = judge_say(j, VERDICT_FAIL,
		    "A command sent before the TLS handshake is obeyed after it (port %u)",
		    v->endpoint.port);
		judge_why(j, f,
		    "Behind STARTTLS, in the same packet, stood a word that no server knows; the "
		    "first answer under TLS was to that word: " STR_FMT
		    ". Somebody on the way can put commands of his into the protected talk "
		    "(CVE-2011-0411).",
		    STR_ARG(smtp_quote(j, ehlo)));
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_ASK,
			.name = STR("The maker of the server"),
			.value = STR("Install a version that drops what it has read when the "
				     "handshake begins (Postfix since 2.8, Exim, all others "
				     "since 2011)") });
	} else if (s->tls.done && smtp_word(ehlo) != SMTP_YES) {
		judge_say(j, VERDICT_UNKNOWN, "Under TLS nothing was answered: " STR_FMT,
		    STR_ARG(s->error));
	} else if (s->tls.done || starttls.count > 0 || s->status == SESSION_TLS_FAILED ||
		   (s->status == SESSION_CLOSED && s->starttls_offered)) {
		++*good;
	} else {
		judge_say(j, VERDICT_UNKNOWN, "STARTTLS was not answered this time: " STR_FMT,
		    STR_ARG(s->line_count > 0 ? s->lines[s->line_count - 1].text : s->error));
	}
}

struct tried {
	size_t count, good;
};

static void inject(struct judge *j, const struct visits *v, struct tried *sum)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct visit *one = &v->list[i];
		const struct session *s;

		if (one->endpoint.protocol != PROTOCOL_SMTP || one->endpoint.implicit_tls ||
		    !one->session->tls.done)
			continue;
		judge_subject(j, one->subject);
		s = judge_goal(j, &one->endpoint, GOAL_INJECTION);
		sum->count++;
		if (s != NULL)
			one_injection(j, one, session_reply(s, "STARTTLS", false), s, &sum->good);
	}
}

void judge_tls_injection(struct judge *j)
{
	struct visits mail, people;
	bool have_mail = subject_visits(j, &mail), have_people = subject_service_visits(j, &people);
	struct tried sum = { 0 };

	if (!have_mail || !have_people)
		return;
	inject(j, &mail, &sum);
	inject(j, &people, &sum);
	judge_subject(j, j->domain);
	if (sum.count == 0)
		judge_say(j, VERDICT_SKIP, "No server began TLS by STARTTLS");
	else if (sum.good == sum.count)
		judge_say(j, VERDICT_PASS,
		    "What is sent before the TLS handshake is dropped (%zu tried)", sum.count);
}
