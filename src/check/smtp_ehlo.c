/*
 * smtp_ehlo - what the server says of itself: extensions, sizes.  RFC 5321 section 4.1.1.1,
 * RFC 1870.
 */
#include "check/smtp_judges.h"

/* ---- smtp.ehlo ---- */

/* ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-") */
static bool is_keyword(struct str word)
{
	if (word.n == 0 || !is_alnum(word.p[0]))
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (!is_alnum(word.p[i]) && word.p[i] != '-')
			return false;
	return true;
}

/* The first extension line that is not well formed, or {0}.  "AUTH=LOGIN" is an old habit. */
static struct str odd_line(struct replies ehlo)
{
	for (size_t i = 1; i < ehlo.count; i++) {
		struct str rest = str_skip(ehlo.lines[i].text, 4);

		if (!is_keyword(str_cut_word(&rest)) &&
		    !str_istarts(str_skip(ehlo.lines[i].text, 4), STR("AUTH=")))
			return ehlo.lines[i].text;
	}
	return (struct str){ 0 };
}

static void note_missing(struct judge *j, const struct visit *v, size_t *good)
{
	static const char *const wanted[] = { "PIPELINING", "8BITMIME", "SMTPUTF8" };
	bool tls = smtp_ehlo_heard(v->session, true);
	struct str missing = STR("");

	for (size_t i = 0; i < LENGTH(wanted); i++)
		if (!session_extension(v->session, wanted[i], tls, NULL))
			missing = arena_fmt(j->arena, STR_FMT "%s%s", STR_ARG(missing),
			    missing.n > 0 ? ", " : "", wanted[i]);
	if (missing.n == 0)
		++*good;
	else
		judge_why(j,
		    judge_say(
			j, VERDICT_INFO, "EHLO works; not offered: " STR_FMT, STR_ARG(missing)),
		    "PIPELINING saves time, 8BITMIME saves recoding, SMTPUTF8 lets people with "
		    "addresses in other scripts write to you. None of them is a must.");
}

/* RFC 3207 section 4.2: after the handshake both begin anew, and STARTTLS is not offered. */
static bool begins_anew(struct judge *j, const struct visit *v)
{
	struct replies under = session_reply(v->session, "EHLO", true);

	if (smtp_word(under) == SMTP_NO && !smtp_refuses_us(under))
		judge_why(j, judge_say(j, VERDICT_FAIL, "EHLO is refused under TLS"),
		    "It said: " STR_FMT ". After STARTTLS every sender says EHLO again, and gives "
		    "up here.",
		    STR_ARG(smtp_quote(j, under)));
	else if (session_extension(v->session, "STARTTLS", true, NULL))
		judge_why(j, judge_say(j, VERDICT_FAIL, "STARTTLS is offered again under TLS"),
		    "The server has not noticed that TLS is on, mostly because a proxy in front "
		    "ends it. Some senders try again, and fail.");
	else
		return true;
	return false;
}

static void one_ehlo(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies plain = session_reply(v->session, "EHLO", false);
	struct str odd = odd_line(smtp_ehlo(v->session));

	if (smtp_word(plain) == SMTP_NO && !smtp_refuses_us(plain))
		judge_why(j, judge_say(j, VERDICT_FAIL, "The server does not know EHLO"),
		    "It said: " STR_FMT
		    ". Without EHLO there is no TLS, no size limit and no delivery report.",
		    STR_ARG(smtp_quote(j, plain)));
	else if (smtp_word(plain) != SMTP_YES)
		judge_say(j, VERDICT_UNKNOWN, "EHLO was not answered in full: " STR_FMT,
		    STR_ARG(smtp_quote(j, plain)));
	else if (odd.n > 0)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The reply to EHLO is not well formed: " STR_FMT,
			STR_ARG(str_slice(odd, 0, 80))),
		    "An extension is a word of letters, digits and hyphens. Often a firewall "
		    "between writes over the reply; senders may misread it.");
	else if (begins_anew(j, v))
		note_missing(j, v, good);
}

void judge_smtp_ehlo(struct judge *j)
{
	smtp_each(j, one_ehlo, "EHLO works and offers PIPELINING, 8BITMIME and SMTPUTF8");
}

/* ---- smtp.size ---- */

#define SMALL_SIZE (10 * 1000 * 1000)

static void one_size(struct judge *j, const struct visit *v, size_t *good)
{
	struct str value = STR("");
	uint64_t size = 0;
	struct finding *f;

	if (smtp_word(smtp_ehlo(v->session)) != SMTP_YES) {
		judge_say(j, VERDICT_UNKNOWN, "EHLO was not answered in full");
	} else if (!session_extension(
		       v->session, "SIZE", smtp_ehlo_heard(v->session, true), &value)) {
		f = judge_say(j, VERDICT_INFO, "No size limit is announced");
		judge_why(j, f,
		    "Senders then transfer a message in full before they learn that it is too "
		    "large.");
	} else if (value.n > 0 && !str_uint(value, UINT64_MAX, &size)) {
		judge_say(j, VERDICT_WARN, "SIZE has no number: \"" STR_FMT "\"",
		    STR_ARG(str_slice(value, 0, 40)));
	} else if (size > 0 && size < SMALL_SIZE) {
		f = judge_say(j, VERDICT_INFO, "Messages may be only %llu bytes large",
		    (unsigned long long)size);
		judge_why(j, f, "Attachments of a few megabytes are common; they bounce here.");
		smtp_fix_lines(j, f, "message_size_limit = 52428800", "message_size_limit = 50M");
	} else {
		++*good;
	}
}

void judge_smtp_size(struct judge *j)
{
	smtp_each(j, one_size, "A sensible size limit is announced");
}
