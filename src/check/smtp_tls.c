/*
 * smtp_tls - are mail and passwords hidden on the way?  RFC 3207, RFC 8314, RFC 4954.
 *
 * A talk that broke off before the list of extensions was whole proves nothing about STARTTLS.
 */
#include "check/smtp_judges.h"

/* ---- smtp.starttls ---- */

/* A firewall that edits SMTP writes X over what it does not know (Cisco's "fixup"). */
static bool is_masked(struct replies ehlo)
{
	for (size_t i = 1; i < ehlo.count; i++)
		if (str_istarts(str_skip(ehlo.lines[i].text, 4), STR("XXXXXXX")))
			return true;
	return false;
}

static void not_offered(struct judge *j, const struct visit *v)
{
	struct replies ehlo = session_reply(v->session, "EHLO", false);
	struct finding *f = judge_say(j, VERDICT_FAIL, "STARTTLS is not offered");

	if (is_masked(ehlo)) {
		judge_why(j, f,
		    "The list of extensions is overwritten with X: a firewall in front of the "
		    "server edits SMTP and hides STARTTLS. Switch its SMTP inspection off.");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("Cisco ASA, policy map global_policy"),
			.value = STR("no inspect esmtp") });
		return;
	}
	judge_why(j, f,
	    "All mail to this address crosses the Internet readable, and senders that insist on "
	    "TLS (MTA-STS, DANE, many companies) cannot deliver at all.");
	smtp_fix_lines(j, f, "smtpd_tls_security_level = may", "tls_advertise_hosts = *");
}

static void offered(struct judge *j, const struct visit *v, size_t *good)
{
	const struct session *s = v->session;
	struct replies r = session_reply(s, "STARTTLS", false);
	struct finding *f;

	if (s->tls.done) {
		++*good;
	} else if (smtp_word(r) == SMTP_NO || reply_code(r) == 454) {
		f = judge_say(j, VERDICT_FAIL, "STARTTLS is offered but refused: " STR_FMT,
		    STR_ARG(smtp_quote(j, r)));
		judge_why(j, f,
		    "Mostly the certificate or its key cannot be read by the server. Look into "
		    "its log.");
	} else if (s->status == SESSION_TLS_FAILED) {
		f = judge_say(j, VERDICT_FAIL, "STARTTLS is offered, but the TLS handshake fails");
		judge_why(j, f, STR_FMT, STR_ARG(s->tls.error.n > 0 ? s->tls.error : s->error));
	} else if (s->tls.error.n > 0) {
		f = judge_say(
		    j, VERDICT_UNKNOWN, "STARTTLS is offered, but the TLS handshake did not end");
		judge_why(j, f, STR_FMT ". Something on the way may swallow large packets.",
		    STR_ARG(s->tls.error));
	} else {
		f = judge_say(j, VERDICT_UNKNOWN, "STARTTLS is offered; it could not be tried");
		judge_why(j, f, "%s: " STR_FMT, session_status_name(s->status),
		    STR_ARG(r.count > 0 ? smtp_quote(j, r) : s->error));
	}
}

static void one_starttls(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies ehlo = session_reply(v->session, "EHLO", false);

	if (v->session->starttls_offered)
		offered(j, v, good);
	else if (smtp_word(ehlo) == SMTP_YES)
		not_offered(j, v);
	else if (smtp_word(ehlo) == SMTP_NO && !smtp_refuses_us(ehlo))
		judge_why(j, judge_say(j, VERDICT_FAIL, "STARTTLS is not offered: EHLO is refused"),
		    STR_FMT, STR_ARG(smtp_quote(j, ehlo)));
	else
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN,
			"The talk broke off before the server could offer STARTTLS"),
		    "The reply to EHLO was: " STR_FMT
		    ". Servers that limit connections do this; try again later.",
		    STR_ARG(smtp_quote(j, ehlo)));
}

void judge_smtp_starttls(struct judge *j)
{
	smtp_each(j, one_starttls, "STARTTLS is offered and works");
}

/* ---- smtp.submission ---- */

struct submission {
	size_t answered, sound, silent;
};

static void plain_submission(struct judge *j, const struct visit *v)
{
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "Port %u offers no STARTTLS", v->endpoint.port);

	judge_why(j, f, "People's passwords and mail cross the network readable.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Postfix, /etc/postfix/master.cf, service submission"),
		.value = STR("-o smtpd_tls_security_level=encrypt") });
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Exim, main section"),
		.value = STR("tls_advertise_hosts = *") });
}

static void one_submission(struct judge *j, const struct visit *v, struct submission *sum)
{
	const struct session *s = v->session;

	judge_subject(j, v->subject);
	judge_visit(j, &v->endpoint);
	if (s->tls.done) {
		sum->answered++;
		sum->sound++;
	} else if (v->endpoint.implicit_tls && s->status == SESSION_TLS_FAILED) {
		sum->answered++;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "Port %u answers, but not with TLS that works",
			v->endpoint.port),
		    STR_FMT, STR_ARG(s->tls.error.n > 0 ? s->tls.error : s->error));
	} else if (smtp_ehlo_heard(s, false) && !s->starttls_offered) {
		sum->answered++;
		plain_submission(j, v);
	} else if (s->status != SESSION_REFUSED) {
		sum->silent++;
	}
}

void judge_smtp_submission(struct judge *j)
{
	struct submission sum = { 0 };
	struct visits v;
	size_t tried = 0;

	if (!subject_service_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++)
		if (v.list[i].endpoint.protocol == PROTOCOL_SMTP) {
			tried++;
			one_submission(j, &v.list[i], &sum);
		}
	judge_subject(j, j->domain);
	if (tried == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
	else if (sum.answered == 0 && sum.silent > 0)
		judge_why(j,
		    judge_say(
			j, VERDICT_UNKNOWN, "Ports 587 and 465 of the mail hosts do not answer"),
		    "A firewall may hide them from here, or mail is submitted elsewhere. If so, "
		    "publish the records _submissions._tcp and _submission._tcp (SRV).");
	else if (sum.answered == 0)
		judge_why(j,
		    judge_say(
			j, VERDICT_INFO, "The mail hosts take no mail from people's programs"),
		    "Ports 587 and 465 are closed. That is right where mail is submitted "
		    "elsewhere; publish _submissions._tcp (SRV) so that programs find the place.");
	else if (sum.sound == sum.answered)
		judge_say(
		    j, VERDICT_PASS, "Mail programs can submit under TLS (%zu seen)", sum.sound);
}

/* ---- smtp.no-plain-auth ---- */

static bool offers_login(const struct session *s, bool tls, struct str *mechanisms)
{
	*mechanisms = smtp_mechanisms(s, tls);
	return mechanisms->n > 0;
}

/* PLAIN and LOGIN send the password itself. */
static bool shows_password(struct str mechanisms)
{
	struct str word;

	while ((word = str_cut_word(&mechanisms)).n > 0)
		if (str_ieq(word, STR("PLAIN")) || str_ieq(word, STR("LOGIN")) ||
		    str_ieq(word, STR("XOAUTH2")) || str_ieq(word, STR("OAUTHBEARER")))
			return true;
	return false;
}

static void one_login(struct judge *j, const struct visit *v, size_t *good)
{
	struct str mechanisms;
	struct finding *f;

	judge_subject(j, v->subject);
	judge_visit(j, &v->endpoint);
	if (!v->endpoint.implicit_tls && offers_login(v->session, false, &mechanisms)) {
		f = shows_password(mechanisms)
			? judge_say(j, VERDICT_FAIL,
			      "Passwords are asked for without TLS on port %u (AUTH " STR_FMT ")",
			      v->endpoint.port, STR_ARG(mechanisms))
			: judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			      "Login is offered without TLS on port %u (AUTH " STR_FMT ")",
			      v->endpoint.port, STR_ARG(mechanisms));
		judge_why(j, f,
		    "A mail program that is set up wrongly, or deceived, sends the password "
		    "readable to everybody on the way.");
		smtp_fix_lines(j, f, "smtpd_tls_auth_only = yes",
		    "auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}");
	} else if (v->endpoint.port == 25 && offers_login(v->session, true, &mechanisms)) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "Port 25 offers login (AUTH " STR_FMT ")", STR_ARG(mechanisms));
		judge_why(j, f,
		    "Port 25 is for servers; people submit on 465 or 587. An AUTH there is found "
		    "and tried by password guessers all day.");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("Postfix, /etc/postfix/master.cf, service smtp"),
			.value = STR("-o smtpd_sasl_auth_enable=no") });
	} else {
		++*good;
	}
}

static void logins_of(struct judge *j, const struct visits *v, size_t *good, size_t *seen)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct session *s = v->list[i].session;

		if (v->list[i].endpoint.protocol != PROTOCOL_SMTP ||
		    (!smtp_ehlo_heard(s, false) && !smtp_ehlo_heard(s, true)))
			continue;
		++*seen;
		one_login(j, &v->list[i], good);
	}
}

void judge_smtp_no_plain_auth(struct judge *j)
{
	struct visits mail, people;
	bool have_mail = subject_visits(j, &mail), have_people = subject_service_visits(j, &people);
	size_t good = 0, seen = 0;

	if (!have_mail || !have_people)
		return;
	logins_of(j, &mail, &good, &seen);
	logins_of(j, &people, &good, &seen);
	judge_subject(j, j->domain);
	if (mail.count + people.count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
	else if (seen == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "No SMTP service could be talked to (see mx.reachable, smtp.submission)");
	else if (good == seen)
		judge_say(j, VERDICT_PASS, "No login is offered without TLS (%zu seen)", seen);
}
