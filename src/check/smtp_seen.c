/*
 * smtp_seen - what visits to port 25 let us judge; see smtp_judges.h.
 *
 * A server that is busy, greylists or has our address on a block list shows nothing about
 * itself: that is unknown, never a fault.
 */
#include "check/smtp_judges.h"

static bool is_whole(struct replies r)
{
	struct str last = r.count == 0 ? (struct str){ 0 } : r.lines[r.count - 1].text;

	return last.n >= 3 && (last.n == 3 || last.p[3] != '-');
}

enum smtp_word smtp_word(struct replies r)
{
	static const enum smtp_word words[] = { SMTP_UNHEARD, SMTP_UNHEARD, SMTP_YES, SMTP_UNHEARD,
		SMTP_LATER, SMTP_NO };
	int digit = reply_code(r) / 100;

	return is_whole(r) && digit < (int)LENGTH(words) ? words[digit] : SMTP_UNHEARD;
}

bool smtp_refuses_us(struct replies r)
{
	static const char *const hints[] = { "blocked", "block list", "blocklist", "blacklist",
		"blackhole", "spamhaus", "dnsbl", "rbl", "reputation", "reverse dns",
		"reverse host", "ptr record", "your ip", "client host", "helo command" };

	if (smtp_word(r) != SMTP_NO)
		return false;
	for (size_t i = 0; i < LENGTH(hints); i++)
		if (str_ifind(reply_text(r), str_of(hints[i])) >= 0)
			return true;
	return false;
}

#define QUOTE_MAX 120

struct str smtp_quote(struct judge *j, struct replies r)
{
	struct str line = r.count == 0 ? STR("no reply") : r.lines[r.count - 1].text;

	if (line.n <= QUOTE_MAX)
		return line;
	return arena_fmt(j->arena, STR_FMT "...", QUOTE_MAX, line.p);
}

bool smtp_ehlo_heard(const struct session *s, bool tls)
{
	return smtp_word(session_reply(s, "EHLO", tls)) == SMTP_YES;
}

struct replies smtp_ehlo(const struct session *s)
{
	return session_reply(s, "EHLO", smtp_ehlo_heard(s, true));
}

/* "AUTH PLAIN LOGIN", and "AUTH=PLAIN LOGIN" as old clients want it. */
struct str smtp_mechanisms(const struct session *s, bool tls)
{
	struct replies ehlo = session_reply(s, "EHLO", tls);

	for (size_t i = 1; i < ehlo.count; i++) {
		struct str word = str_skip(ehlo.lines[i].text, 4);

		if (str_istarts(word, STR("AUTH ")) || str_istarts(word, STR("AUTH=")))
			return str_trim(str_skip(word, 5));
	}
	return (struct str){ 0 };
}

/* False when we were turned away at the door, which is said. */
static bool welcomed(struct judge *j, const struct visit *v)
{
	struct replies greeting = session_greeting(v->session);

	if (smtp_word(greeting) == SMTP_YES)
		return true;
	judge_why(j,
	    judge_say(j, VERDICT_UNKNOWN, "The server did not welcome us: " STR_FMT,
		STR_ARG(smtp_quote(j, greeting))),
	    "It is busy, limits connections, or does not like the address we come from; that "
	    "shows nothing about the server itself. Try later, or from another network.");
	return false;
}

void smtp_each(struct judge *j, smtp_judge *judge, const char *all_good)
{
	struct visits v;
	size_t good = 0, heard = 0;

	if (!subject_visits(j, &v))
		return;
	if (v.count == 0) {
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
		return;
	}
	for (size_t i = 0; i < v.count; i++) {
		if (session_greeting(v.list[i].session).count == 0)
			continue;
		heard++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		if (welcomed(j, &v.list[i]))
			judge(j, &v.list[i], &good);
	}
	judge_subject(j, j->domain);
	if (heard == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "No mail host could be talked to on port 25 (see mx.reachable)");
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "%s (%zu seen)", all_good, heard);
}

void smtp_fix_lines(struct judge *j, struct finding *f, const char *postfix, const char *exim)
{
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Postfix, /etc/postfix/main.cf"),
		.value = str_of(postfix) });
	judge_fix(j, f,
	    (struct fix){
		.kind = FIX_LINE, .name = STR("Exim, main section"), .value = str_of(exim) });
}
