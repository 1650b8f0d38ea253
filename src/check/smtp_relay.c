/*
 * smtp_relay - does the server carry strangers' mail to strangers?  RFC 5321 section 7.1.
 *
 * Recipients are asked for with RCPT, nothing is sent.  Only 5xx is a refusal: 4xx, a hang-up
 * or silence tested nothing.  Forms that a server may take for a mailbox of its own
 * (percent, quotes, bang path) prove something only where invented recipients are refused.
 */
#include "check/smtp_judges.h"

struct relay_test {
	bool takes_anything; /* the server accepts invented recipients of its own domain */
	bool plain_refused;  /* the plain foreign address was refused for good */
	size_t refused, untested;
	struct str taken;  /* the first form that was accepted */
	struct str sender; /* for this sender: "MAIL FROM:<>" */
};

static bool is_surely_foreign(struct str rcpt)
{
	return str_eq(rcpt, STR("RCPT TO:<relay-test@example.net>")) ||
	       (str_starts(rcpt, STR("RCPT TO:<@")) && str_chr(rcpt, ':') >= 0);
}

static void weigh(struct relay_test *t, struct str rcpt, struct replies r, struct str sender)
{
	bool plain = str_eq(rcpt, STR("RCPT TO:<relay-test@example.net>"));

	switch (smtp_word(r)) {
	case SMTP_YES:
		if (t->taken.n == 0 && (is_surely_foreign(rcpt) || !t->takes_anything)) {
			t->taken = rcpt;
			t->sender = sender;
		}
		break;
	case SMTP_NO:
		t->refused++;
		t->plain_refused |= plain;
		break;
	case SMTP_LATER:
	case SMTP_UNHEARD:
		t->untested++;
		break;
	}
}

/* What follows the line of ours at index i. */
static struct replies reply_after(const struct session *s, size_t i)
{
	size_t from = i + 1, end;

	while (from < s->line_count && s->lines[from].who == SPEAKER_NOTE)
		from++;
	for (end = from; end < s->line_count && s->lines[end].who == SPEAKER_SERVER;)
		end++;
	return (struct replies){ end > from ? &s->lines[from] : NULL, end - from };
}

/* A recipient counts only after a MAIL that was accepted. */
static void read_relay_talk(const struct session *s, struct relay_test *t)
{
	struct str sender = STR("");
	bool taken = false;

	for (size_t i = 0; !session_shifted(s) && i < s->line_count; i++) {
		struct str line = s->lines[i].text;

		if (s->lines[i].who != SPEAKER_CLIENT)
			continue;
		if (str_starts(line, STR("MAIL FROM:"))) {
			taken = smtp_word(reply_after(s, i)) == SMTP_YES;
			sender = line;
		} else if (str_starts(line, STR("RCPT TO:")) && taken) {
			weigh(t, line, reply_after(s, i), sender);
		}
	}
}

static void say_relays(struct judge *j, const char *where, struct str sender, struct str taken)
{
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "The server %s takes mail from strangers to strangers (an open relay)", where);

	judge_why(j, f,
	    "It accepted " STR_FMT " and " STR_FMT
	    ". Spammers find such servers within hours; the address then gets onto every block "
	    "list. If the server refuses such mail only after DATA, refuse it at RCPT.",
	    STR_ARG(sender), STR_ARG(taken));
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Postfix, /etc/postfix/main.cf"),
		.value = STR("smtpd_relay_restrictions = permit_mynetworks, "
			     "permit_sasl_authenticated, reject_unauth_destination") });
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Exim (Debian), /etc/exim4/update-exim4.conf.conf"),
		.value = STR("dc_relay_nets=''") });
}

/* ---- port 25 ---- */

struct relay_counts {
	size_t heard, good;
};

static void one_relay(struct judge *j, const struct visit *v, struct relay_counts *sum)
{
	const struct session *s = judge_goal(j, &v->endpoint, GOAL_RELAY);
	struct str unknown =
	    arena_fmt(j->arena, "RCPT TO:<no-such-user-7c3f1e@" STR_FMT ">", STR_ARG(j->domain));
	struct relay_test t = { 0 };

	if (s == NULL || session_greeting(s).count == 0)
		return;
	sum->heard++;
	t.takes_anything =
	    smtp_word(session_reply(v->session, unknown.p, v->session->tls.done)) != SMTP_NO;
	read_relay_talk(s, &t);
	if (t.taken.n > 0) {
		say_relays(j, "on port 25", t.sender, t.taken);
	} else if (t.plain_refused) {
		sum->good++;
	} else {
		judge_why(j, judge_say(j, VERDICT_UNKNOWN, "Relaying could not be tested"),
		    "The foreign recipient was neither accepted nor refused for good; the last "
		    "thing heard was: " STR_FMT
		    ". Greylisting and limits on connections do this; try again later.",
		    STR_ARG(s->line_count > 0 ? s->lines[s->line_count - 1].text : s->error));
	}
}

/* ---- submission: MAIL and RCPT without a login ---- */

static size_t submission_relays(struct judge *j, const struct visits *people)
{
	size_t bad = 0;

	for (size_t i = 0; i < people->count; i++) {
		const struct visit *v = &people->list[i];
		const char *rcpt = "RCPT TO:<relay-test@example.net>";

		if (v->endpoint.protocol != PROTOCOL_SMTP ||
		    smtp_word(session_reply(v->session, rcpt, v->session->tls.done)) != SMTP_YES)
			continue;
		bad++;
		judge_subject(j, v->subject);
		judge_visit(j, &v->endpoint);
		say_relays(j, v->endpoint.port == 465 ? "on port 465" : "for submission",
		    arena_fmt(j->arena, "MAIL FROM:<postmaster@" STR_FMT ">", STR_ARG(j->domain)),
		    str_of(rcpt));
	}
	return bad;
}

/* Ask for all talks at once; the visits tell which of them could be had. */
static void ask_ahead(struct judge *j)
{
	struct mail_hosts hosts;

	if (!judge_mail_hosts(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		for (size_t k = 0; k < hosts.hosts[i].address_count; k++)
			judge_goal(j,
			    &(struct endpoint){ .protocol = PROTOCOL_SMTP,
				.port = 25,
				.host = hosts.hosts[i].name,
				.address = hosts.hosts[i].addresses[k] },
			    GOAL_RELAY);
}

void judge_smtp_open_relay(struct judge *j)
{
	struct visits mail, people;
	struct relay_counts sum = { 0 };
	size_t bad;

	ask_ahead(j);
	bool have_mail = subject_visits(j, &mail), have_people = subject_service_visits(j, &people);
	if (!have_mail || !have_people)
		return;
	for (size_t i = 0; i < mail.count; i++) {
		judge_subject(j, mail.list[i].subject);
		one_relay(j, &mail.list[i], &sum);
	}
	bad = submission_relays(j, &people);
	judge_subject(j, j->domain);
	if (mail.count + people.count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
	else if (sum.heard == 0 && bad == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "Relaying could not be tested: no mail host could be talked to on port 25");
	else if (sum.good == sum.heard && bad == 0)
		judge_say(j, VERDICT_PASS, "Strangers' mail to strangers is refused (%zu tested)",
		    sum.heard);
}
