/*
 * smtp_recipients - which recipients are taken in the ordinary visit?
 * RFC 5321 sections 4.5.1, 4.5.5 and 7.3, RFC 2142, RFC 6647.
 *
 * A recipient is judged only after MAIL FROM:<> was accepted, and 4xx is never a fault.
 */
#include "check/smtp_judges.h"

static struct replies reply_to(const struct session *s, struct str command)
{
	return session_reply(s, command.p, s->tls.done);
}

static struct replies rcpt_reply(struct judge *j, const struct session *s, const char *mailbox)
{
	return reply_to(
	    s, arena_fmt(j->arena, "RCPT TO:<%s@" STR_FMT ">", mailbox, STR_ARG(j->domain)));
}

static struct replies null_sender_reply(const struct session *s)
{
	return reply_to(s, STR("MAIL FROM:<>"));
}

/*
 * SMTP_YES or SMTP_NO when the reply judges the recipient; otherwise it is said why not, and
 * SMTP_UNHEARD returned.
 */
static enum smtp_word verdict_on(struct judge *j, const struct session *s, struct replies r)
{
	enum smtp_word word = smtp_word(r);

	if (smtp_word(null_sender_reply(s)) != SMTP_YES) {
		judge_say(j, VERDICT_UNKNOWN,
		    "Recipients could not be tried: MAIL FROM:<> was not accepted (%s)",
		    null_sender_reply(s).count > 0 ? "see smtp.null-sender" : "no reply");
	} else if (word == SMTP_LATER) {
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "The server puts us off: " STR_FMT,
			STR_ARG(smtp_quote(j, r))),
		    "Greylisting or a limit; what it would say later was not seen (see "
		    "smtp.greylisting).");
	} else if (word == SMTP_UNHEARD) {
		judge_say(j, VERDICT_UNKNOWN, "The recipient was not answered for");
	} else if (smtp_refuses_us(r)) {
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "The server refuses us, not the recipient"),
		    STR_FMT ". Run frank from an address with a good name.",
		    STR_ARG(smtp_quote(j, r)));
	} else {
		return word;
	}
	return SMTP_UNHEARD;
}

static void fix_alias(struct judge *j, struct finding *f, const char *line)
{
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("/etc/aliases, then run newaliases (Postfix and Exim)"),
		.value = str_of(line) });
}

/* ---- smtp.postmaster, smtp.abuse ---- */

static void one_postmaster(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies r = rcpt_reply(j, v->session, "postmaster"),
		       bare = reply_to(v->session, STR("RCPT TO:<postmaster>"));
	enum smtp_word word = verdict_on(j, v->session, r);
	struct finding *f;

	if (word == SMTP_NO) {
		f = judge_say(
		    j, VERDICT_FAIL, "postmaster@" STR_FMT " is refused", STR_ARG(j->domain));
		judge_why(j, f,
		    "The server said: " STR_FMT
		    ". Every domain that takes mail must take mail to postmaster; it is where "
		    "others report trouble, and lists and feedback loops write there.",
		    STR_ARG(smtp_quote(j, r)));
		fix_alias(j, f, "postmaster: root");
	} else if (word == SMTP_YES && smtp_word(bare) == SMTP_NO) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "<postmaster> without a domain is refused: " STR_FMT,
		    STR_ARG(smtp_quote(j, bare)));
		judge_why(j, f,
		    "RFC 5321 section 4.5.1 asks that it be taken too; hardly anybody uses it.");
	} else if (word == SMTP_YES) {
		++*good;
	}
}

void judge_smtp_postmaster(struct judge *j)
{
	smtp_each(j, one_postmaster, "postmaster is accepted");
}

static void one_abuse(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies r = rcpt_reply(j, v->session, "abuse");
	enum smtp_word word = verdict_on(j, v->session, r);
	struct finding *f;

	*good += word == SMTP_YES;
	if (word != SMTP_NO)
		return;
	f = judge_say(j, VERDICT_FAIL, "abuse@" STR_FMT " is refused", STR_ARG(j->domain));
	judge_why(j, f,
	    "The server said: " STR_FMT
	    ". Complaints about spam from your domain go there; who cannot complain to you, "
	    "complains to the block lists.",
	    STR_ARG(smtp_quote(j, r)));
	fix_alias(j, f, "abuse: root");
}

void judge_smtp_abuse(struct judge *j)
{
	smtp_each(j, one_abuse, "abuse is accepted");
}

/* ---- smtp.null-sender ---- */

static void one_null_sender(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies r = null_sender_reply(v->session);
	enum smtp_word word = smtp_word(r);
	struct finding *f;

	if (word == SMTP_YES) {
		++*good;
	} else if (word == SMTP_NO && !smtp_refuses_us(r)) {
		f = judge_say(j, VERDICT_FAIL, "Mail without a sender (bounces) is refused");
		judge_why(j, f,
		    "The server said: " STR_FMT
		    ". Bounces and delivery reports come with MAIL FROM:<>; who refuses them never "
		    "learns that a message was not delivered, and fails others' sender checks.",
		    STR_ARG(smtp_quote(j, r)));
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("Postfix, the access map of check_sender_access: remove"),
			.value = STR("<> REJECT") });
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("Exim, acl_check_mail, first statement"),
			.value = STR("accept senders = :") });
	} else {
		judge_say(j, VERDICT_UNKNOWN, "MAIL FROM:<> could not be tried: " STR_FMT,
		    STR_ARG(smtp_quote(j, r)));
	}
}

void judge_smtp_null_sender(struct judge *j)
{
	smtp_each(j, one_null_sender, "Bounces (MAIL FROM:<>) are accepted");
}

/* ---- smtp.literal ---- */

static void one_literal(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies r = reply_to(v->session, STR("RCPT TO:<postmaster@["));
	enum smtp_word word = verdict_on(j, v->session, r);

	*good += word == SMTP_YES;
	if (word == SMTP_NO)
		judge_why(j,
		    judge_say(j, VERDICT_INFO,
			"postmaster at the bare address (domain literal) is refused: " STR_FMT,
			STR_ARG(smtp_quote(j, r))),
		    "That is common and harmless; some old list services ask for it.");
}

void judge_smtp_literal(struct judge *j)
{
	smtp_each(j, one_literal, "postmaster at the bare address is accepted");
}

/* ---- smtp.unknown-rejected ---- */

static void one_unknown(struct judge *j, const struct visit *v, size_t *good)
{
	enum smtp_word word =
	    verdict_on(j, v->session, rcpt_reply(j, v->session, "no-such-user-7c3f1e"));
	struct finding *f;

	*good += word == SMTP_NO;
	if (word != SMTP_YES)
		return;
	f = judge_say(j, VERDICT_FAIL, "An invented recipient is accepted");
	judge_why(j, f,
	    "Either one mailbox catches everything, which collects spam, or the server sends a "
	    "bounce later, to forged senders, which gets it onto block lists (backscatter).");
	smtp_fix_lines(j, f, "local_recipient_maps = proxy:unix:passwd.byname $alias_maps",
	    "acl_smtp_rcpt = acl_check_rcpt   (with \"verify = recipient\" in it)");
}

void judge_smtp_unknown_rejected(struct judge *j)
{
	smtp_each(j, one_unknown, "An invented recipient is refused at once");
}

/* ---- smtp.vrfy-expn ---- */

static void one_vrfy(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies r = reply_to(v->session, STR("VRFY postmaster"));
	int code = reply_code(r);
	struct finding *f;

	if (code == 250 || code == 251) {
		f = judge_say(j, VERDICT_INFO, "VRFY tells strangers which mailboxes exist");
		judge_why(j, f, "The server said: " STR_FMT, STR_ARG(smtp_quote(j, r)));
		smtp_fix_lines(j, f, "disable_vrfy_command = yes", "acl_smtp_vrfy =");
	} else if (session_extension(v->session, "EXPN", v->session->tls.done, NULL)) {
		f = judge_say(j, VERDICT_INFO, "EXPN is offered, which lists members of aliases");
		smtp_fix_lines(j, f, "disable_vrfy_command = yes", "acl_smtp_expn =");
	} else if (code == 252 || smtp_word(r) == SMTP_NO) {
		++*good;
	} else {
		judge_say(j, VERDICT_UNKNOWN, "VRFY could not be tried: " STR_FMT,
		    STR_ARG(smtp_quote(j, r)));
	}
}

void judge_smtp_vrfy_expn(struct judge *j)
{
	smtp_each(j, one_vrfy, "VRFY and EXPN give nothing away");
}

/* ---- smtp.greylisting ---- */

static void one_greylisting(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies r = rcpt_reply(j, v->session, "postmaster");
	bool named = str_ifind(reply_text(r), STR("greylist")) >= 0 ||
		     str_ifind(reply_text(r), STR("graylist")) >= 0;
	struct finding *f;

	if (smtp_word(r) == SMTP_LATER && (named || reply_code(r) != 421)) {
		f = judge_say(j, VERDICT_INFO,
		    named ? "The server greylists: unknown senders are asked to come again later"
			  : "The server puts unknown senders off, probably by greylisting");
		judge_why(j, f,
		    "The server said: " STR_FMT
		    ". That is allowed; it delays the first mail of each sender. What needs an "
		    "answer to RCPT could not be seen in this visit.",
		    STR_ARG(smtp_quote(j, r)));
	} else if (smtp_word(r) == SMTP_LATER || smtp_word(r) == SMTP_UNHEARD) {
		judge_say(j, VERDICT_UNKNOWN, "The talk did not come as far as recipients");
	} else {
		++*good;
	}
}

void judge_smtp_greylisting(struct judge *j)
{
	smtp_each(j, one_greylisting, "Recipients are answered for at once: no greylisting");
}
