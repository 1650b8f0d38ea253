/*
 * check_mailbox - how people's programs log in: smtp.auth-mechanisms, imap.no-plain-login,
 * pop3.no-plain-login.  RFC 4954, RFC 9051 section 6.2, RFC 2449, RFC 8314 section 4.
 *
 * Nobody logs in here: what the servers offer tells enough.
 */
#include "check/catalogue.h"
#include "check/smtp_judges.h"

static bool has_word(struct str words, struct str wanted)
{
	struct str word;

	while ((word = str_cut_word(&words)).n > 0)
		if (str_ieq(word, wanted))
			return true;
	return false;
}

/* ---- smtp.auth-mechanisms ---- */

/* A program of today can log in with one of these. */
static const char *const current[] = { "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256",
	"SCRAM-SHA-256-PLUS", "OAUTHBEARER", "XOAUTH2", "EXTERNAL", "GSSAPI" };
/* RFC 6331 and others: they make the server keep readable passwords, or are broken. */
static const char *const obsolete[] = { "CRAM-MD5", "DIGEST-MD5", "NTLM" };

static bool has_any(struct str words, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_word(words, str_of(list[i])))
			return true;
	return false;
}

static void one_login(struct judge *j, const struct visit *v, size_t *good)
{
	struct str mechanisms = smtp_mechanisms(v->session, true);
	struct finding *f;

	if (mechanisms.n == 0) {
		f = judge_say(
		    j, VERDICT_WARN, "Port %u offers no login under TLS", v->endpoint.port);
		judge_why(
		    j, f, "A port for mail programs on which nobody can log in helps nobody.");
		smtp_fix_lines(j, f, "smtpd_sasl_auth_enable = yes",
		    "begin authenticators: plain, with public_name = PLAIN");
	} else if (!has_any(mechanisms, current, LENGTH(current))) {
		f = judge_say(j, VERDICT_WARN, "Port %u offers only old ways to log in: " STR_FMT,
		    v->endpoint.port, STR_ARG(mechanisms));
		judge_why(j, f,
		    "Under TLS, PLAIN is the way that every program knows (RFC 4616); LOGIN was "
		    "never a standard, the others are withdrawn. Offer PLAIN and, if you can, "
		    "SCRAM-SHA-256.");
	} else if (has_any(mechanisms, obsolete, LENGTH(obsolete))) {
		f = judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		    "Port %u offers withdrawn ways to log in: " STR_FMT, v->endpoint.port,
		    STR_ARG(mechanisms));
		judge_why(j, f,
		    "CRAM-MD5, DIGEST-MD5 and NTLM need passwords that the server can read, or "
		    "are broken. Under TLS they gain nothing over PLAIN.");
	} else {
		++*good;
	}
}

static void judge_mechanisms(struct judge *j)
{
	struct visits v;
	size_t good = 0, heard = 0;

	if (!subject_service_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		if (v.list[i].endpoint.protocol != PROTOCOL_SMTP ||
		    !smtp_ehlo_heard(v.list[i].session, true))
			continue;
		heard++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		one_login(j, &v.list[i], &good);
	}
	judge_subject(j, j->domain);
	if (heard == 0)
		judge_say(j, VERDICT_SKIP, "No submission service was seen under TLS");
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "Programs of today can log in (%zu seen)", heard);
}

/* ---- imap.no-plain-login, pop3.no-plain-login ---- */

enum access { ACCESS_UNHEARD, ACCESS_SAFE, ACCESS_PLAIN };

/* Does one of these mechanism words send the password itself? */
static bool is_readable(struct str mechanism)
{
	return str_ieq(mechanism, STR("PLAIN")) || str_ieq(mechanism, STR("LOGIN"));
}

/* RFC 9051 section 6.2.3: LOGIN may be used unless LOGINDISABLED is there. */
static enum access imap_access(const struct session *s)
{
	struct replies r = session_reply(s, "CAPABILITY", false);
	bool disabled = false, heard = false, readable = false;

	for (size_t i = 0; i < r.count; i++) {
		struct str rest = r.lines[i].text, word;

		if (!str_istarts(rest, STR("* CAPABILITY ")))
			continue;
		heard = true;
		while ((word = str_cut_word(&rest)).n > 0) {
			disabled |= str_ieq(word, STR("LOGINDISABLED"));
			readable |=
			    str_istarts(word, STR("AUTH=")) && is_readable(str_skip(word, 5));
		}
	}
	if (!heard)
		return ACCESS_UNHEARD;
	return disabled && !readable ? ACCESS_SAFE : ACCESS_PLAIN;
}

/* RFC 2449 sections 6.2 and 6.3: USER says that USER and PASS work here and now. */
static enum access pop3_access(const struct session *s)
{
	struct replies r = session_reply(s, "CAPA", false);
	enum access found = ACCESS_SAFE;

	if (r.count < 2)
		return ACCESS_UNHEARD;
	for (size_t i = 1; i < r.count; i++) {
		struct str rest = r.lines[i].text, word = str_cut_word(&rest);

		if (str_ieq(word, STR("USER")) ||
		    (str_ieq(word, STR("SASL")) &&
			(has_word(rest, STR("PLAIN")) || has_word(rest, STR("LOGIN")))))
			found = ACCESS_PLAIN;
	}
	return found;
}

struct mailbox {
	enum service_protocol protocol;
	const char *name;
	enum access (*access)(const struct session *);
};

static const struct mailbox imap = { PROTOCOL_IMAP, "IMAP", imap_access };
static const struct mailbox pop3 = { PROTOCOL_POP3, "POP3", pop3_access };

struct seen {
	size_t heard, good;
};

static void one_mailbox(
    struct judge *j, const struct mailbox *m, const struct visit *v, struct seen *sum)
{
	enum access access = v->endpoint.implicit_tls ? ACCESS_SAFE : m->access(v->session);
	struct finding *f;

	sum->heard++;
	judge_subject(j, v->subject);
	judge_visit(j, &v->endpoint);
	if (access == ACCESS_SAFE) {
		sum->good++;
	} else if (access == ACCESS_UNHEARD) {
		f = judge_say(
		    j, VERDICT_UNKNOWN, "The %s service did not say what it offers", m->name);
		judge_why(j, f, "It greeted with: " STR_FMT,
		    STR_ARG(str_slice(session_greeting(v->session).lines[0].text, 0, 120)));
	} else {
		f = judge_say(j, VERDICT_FAIL, "%s takes passwords without TLS on port %u", m->name,
		    v->endpoint.port);
		judge_why(j, f,
		    "%s. A program that is set up wrongly, or deceived, sends the password "
		    "readable to everybody on the way; whoever reads it sends spam in your name.",
		    v->session->starttls_offered ? "TLS is offered there, but not demanded"
						 : "TLS is not even offered there");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("/etc/dovecot/conf.d/10-ssl.conf"),
			.value = STR("ssl = required") });
	}
}

static void judge_mailboxes(struct judge *j, const struct mailbox *m)
{
	struct seen sum = { 0 };
	struct visits v;

	if (!subject_service_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++)
		if (v.list[i].endpoint.protocol == m->protocol &&
		    session_greeting(v.list[i].session).count > 0)
			one_mailbox(j, m, &v.list[i], &sum);
	judge_subject(j, j->domain);
	if (sum.heard == 0)
		judge_say(j, VERDICT_SKIP, "No %s service was found", m->name);
	else if (sum.good == sum.heard)
		judge_say(j, VERDICT_PASS, "%s takes no password without TLS (%zu seen)", m->name,
		    sum.heard);
}

static void judge_imap(struct judge *j)
{
	judge_mailboxes(j, &imap);
}

static void judge_pop3(struct judge *j)
{
	judge_mailboxes(j, &pop3);
}

#define DEMAND_TLS                                                                                 \
	"Dovecot: ssl = required (it implies disable_plaintext_auth = yes).\n"                     \
	"Cyrus: allowplaintext: no.\n"                                                             \
	"Hosting panel: switch \"secure connections only\" on for mail programs."

static const struct check rows[] = {
	{ "smtp.auth-mechanisms", SEVERITY_MINOR, "Ways to log in",
	    "The submission services offer, under TLS, a way to log in that programs of today "
	    "know.",
	    "Otherwise people cannot send, or the server keeps passwords that a thief can read.",
	    "Postfix: smtpd_sasl_auth_enable = yes for the submission services.\n"
	    "Dovecot: auth_mechanisms = plain (and scram-sha-256).\n"
	    "Exim: an authenticator with public_name = PLAIN.",
	    "RFC 4954 section 4; RFC 4616 section 1; RFC 7677 section 1; RFC 6331 section 1", NULL,
	    false, judge_mechanisms },
	{ "imap.no-plain-login", SEVERITY_MAJOR, "No IMAP login without TLS",
	    "On port 143 the server says LOGINDISABLED until TLS is on.",
	    "A stolen mailbox password is used to send spam in your name.", DEMAND_TLS,
	    "RFC 9051 section 6.2.3; RFC 8314 section 4.1", NULL, false, judge_imap },
	{ "pop3.no-plain-login", SEVERITY_MAJOR, "No POP3 login without TLS",
	    "On port 110 the server offers neither USER nor readable SASL until TLS is on.",
	    "A stolen mailbox password is used to send spam in your name.", DEMAND_TLS,
	    "RFC 2595 section 4; RFC 2449 section 6.3; RFC 8314 section 4.1", NULL, false,
	    judge_pop3 },
};

const struct check_table checks_mailbox = { rows, LENGTH(rows) };
