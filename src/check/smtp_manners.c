/*
 * smtp_manners - how the server greets, answers, delays and limits: smtp.greeting,
 * smtp.reply-syntax, smtp.time, smtp.throttled.  RFC 5321 sections 3.1, 4.2 and 4.5.3.2.
 *
 * A server that turns us away may do so because of us: that is a warning at most.
 */
#include "check/smtp_judges.h"

/* ---- smtp.greeting ---- */

#define SLOW_MS 5000

static void no_greeting(struct judge *j, const struct session *s)
{
	struct finding *f;

	if (s->status == SESSION_GARBLED) {
		f = judge_say(j, VERDICT_FAIL, "What answers on port 25 does not speak SMTP");
		judge_why(j, f, STR_FMT ". Is it a mail server at all?", STR_ARG(s->error));
	} else if (s->status == SESSION_TIMEOUT) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The server lets us connect, but gives no greeting within 15 seconds");
		judge_why(j, f,
		    "A greeting may take up to 5 minutes (RFC 5321 section 4.5.3.2), but many "
		    "senders give up earlier. Mostly the server waits for a lookup in the DNS "
		    "that nobody answers, or is out of processes.");
	} else {
		f = judge_say(j, VERDICT_UNKNOWN, "The server hangs up without a greeting");
		judge_why(j, f,
		    STR_FMT ". It may do so because of the address we come from. Try from "
			    "another network.",
		    STR_ARG(s->error));
	}
}

static void not_welcome(struct judge *j, struct replies greeting)
{
	struct finding *f;

	if (smtp_word(greeting) == SMTP_NO && !smtp_refuses_us(greeting))
		f = judge_say(j, VERDICT_WARN, "The server turns us away at the door: " STR_FMT,
		    STR_ARG(smtp_quote(j, greeting)));
	else
		f = judge_say(j, VERDICT_UNKNOWN, "The server did not welcome us: " STR_FMT,
		    STR_ARG(smtp_quote(j, greeting)));
	judge_why(j, f,
	    "A mail host greets with 220. 554 means that it takes no mail at all, or none from "
	    "the address we come from; 421 that it is busy. Try from another network, later.");
}

static void one_welcome(struct judge *j, const struct visit *v, size_t *good)
{
	const struct session *s = v->session;
	struct replies greeting = session_greeting(s);
	int64_t waited = s->greeting_ms - (s->connect_ms > 0 ? s->connect_ms : 0);

	if (greeting.count == 0)
		no_greeting(j, s);
	else if (smtp_word(greeting) != SMTP_YES)
		not_welcome(j, greeting);
	else if (reply_code(greeting) != 220)
		judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The greeting has the code %d instead of 220", reply_code(greeting));
	else if (waited > SLOW_MS)
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, "The greeting takes %.1f seconds",
			(double)waited / 1000),
		    "Some senders give up that early, and all of them take longer. Wanted delays "
		    "against spam are rarely worth it; unwanted ones come from slow lookups.");
	else
		++*good;
}

void judge_smtp_greeting(struct judge *j)
{
	struct visits v;
	size_t good = 0, heard = 0;

	if (!subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		if (v.list[i].session->connect_ms < 0)
			continue;
		heard++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		one_welcome(j, &v.list[i], &good);
	}
	judge_subject(j, j->domain);
	if (v.count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
	else if (heard == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "No mail host could be talked to on port 25 (see mx.reachable)");
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "We are greeted with 220, and soon (%zu seen)", heard);
}

/* ---- all SMTP visits, port 25 and submission ---- */

typedef bool session_judge(struct judge *, const struct visit *); /* true: good */

struct sum {
	size_t good, heard;
};

static void add_up(struct judge *j, const struct visits *v, session_judge *judge, struct sum *sum)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct visit *one = &v->list[i];

		if (one->endpoint.protocol != PROTOCOL_SMTP ||
		    (one->session->line_count == 0 && one->session->status != SESSION_GARBLED))
			continue;
		sum->heard++;
		judge_subject(j, one->subject);
		judge_visit(j, &one->endpoint);
		sum->good += judge(j, one);
	}
}

static void each_talk(struct judge *j, session_judge *judge, const char *all_good)
{
	struct visits mail, people;
	bool have_mail = subject_visits(j, &mail), have_people = subject_service_visits(j, &people);
	struct sum sum = { 0 };

	if (!have_mail || !have_people)
		return;
	add_up(j, &mail, judge, &sum);
	add_up(j, &people, judge, &sum);
	judge_subject(j, j->domain);
	if (mail.count + people.count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
	else if (sum.heard == 0)
		judge_say(j, VERDICT_UNKNOWN, "No SMTP service could be talked to");
	else if (sum.good == sum.heard)
		judge_say(j, VERDICT_PASS, "%s (%zu seen)", all_good, sum.heard);
}

/* ---- smtp.reply-syntax ---- */

static bool replies_well(struct judge *j, const struct visit *v)
{
	const struct session *s = v->session;

	if (s->status == SESSION_GARBLED) {
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The server's replies are not SMTP throughout"),
		    STR_FMT ". What came before that was judged; what would have come after it "
			    "could not be seen. A sender may take such a reply for another one, "
			    "and lose mail.",
		    STR_ARG(s->error));
		return false;
	}
	if (!s->bare_lf)
		return true;
	judge_why(j, judge_say(j, VERDICT_FAIL, "Replies end in a line feed alone"),
	    "Lines end in carriage return and line feed. Strict senders wait for the rest and "
	    "give up.");
	return false;
}

void judge_smtp_reply_syntax(struct judge *j)
{
	each_talk(j, replies_well, "Replies are well formed");
}

/* ---- smtp.time ---- */

#define LONG_MS 8000

/* Behind the greeting, which smtp.greeting judges. */
static bool is_brisk(struct judge *j, const struct visit *v)
{
	const struct session *s = v->session;
	int64_t took = s->total_ms - (s->greeting_ms > 0 ? s->greeting_ms : 0);

	if (took <= LONG_MS)
		return true;
	judge_why(j,
	    judge_say(j, VERDICT_INFO, "Behind the greeting the talk took %.1f seconds",
		(double)took / 1000),
	    "A server that delays strangers on purpose (a tarpit) is in its rights; else it is "
	    "busy, or waits for lookups. Senders keep a connection open that long, large ones "
	    "send less because of it.");
	return false;
}

void judge_smtp_time(struct judge *j)
{
	each_talk(j, is_brisk, "The talks took less than 8 seconds");
}

/* ---- smtp.throttled ---- */

static bool is_throttling(struct str line)
{
	static const char *const hints[] = { "too many", "rate limit", "throttl",
		"connection limit", "slow down", "too fast" };

	if (str_starts(line, STR("421")))
		return true;
	for (size_t i = 0; line.n > 0 && line.p[0] == '4' && i < LENGTH(hints); i++)
		if (str_ifind(line, str_of(hints[i])) >= 0)
			return true;
	return false;
}

static bool is_patient(struct judge *j, const struct visit *v)
{
	const struct session *s = v->session;

	for (size_t i = 0; i < s->line_count; i++) {
		struct str line = s->lines[i].text;

		if (s->lines[i].who != SPEAKER_SERVER || !is_throttling(line))
			continue;
		judge_why(j,
		    judge_say(j, VERDICT_INFO, "The server limits us: " STR_FMT,
			STR_ARG(str_slice(line, 0, 120))),
		    "Senders of much mail meet the same limit and come again later. Other checks "
		    "say unknown where the limit hid something; try again later.");
		return false;
	}
	return true;
}

void judge_smtp_throttled(struct judge *j)
{
	each_talk(j, is_patient, "No limit was met in the visits");
}
