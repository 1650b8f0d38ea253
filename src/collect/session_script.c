/*
 * session_script - what is said in a talk, by protocol and goal, as tables.
 *
 * Never DATA: nobody gets mail from an audit. Recipients are only asked for (RCPT).
 */
#include "collect/sessions.h"

#include <stdio.h>

/* When a step is made. */
enum when {
	ALWAYS,
	STARTTLS,  /* the server offers it and TLS is not on yet; the reply begins the handshake */
	UNDER_TLS, /* TLS has been begun by STARTTLS */
	ON_25,	   /* port 25 only */
	ON_SUBMISSION,
};

struct step {
	const char *say; /* %e our name, %d the audited domain, %a the server's address literal */
	enum when when;
	bool multiline; /* POP3 */
};

struct script {
	enum service_protocol protocol;
	enum session_goal goal; /* GOAL_VISIT stands for itself, GOAL_TLS_12 for all TLS goals */
	const struct step *steps;
	size_t count;
};

static const struct step smtp_visit[] = {
	{ "EHLO %e", ALWAYS, false },
	{ "STARTTLS", STARTTLS, false },
	{ "EHLO %e", UNDER_TLS, false },
	{ "MAIL FROM:<>", ON_25, false },
	{ "RCPT TO:<postmaster@%d>", ON_25, false },
	{ "RCPT TO:<abuse@%d>", ON_25, false },
	{ "RCPT TO:<no-such-user-7c3f1e@%d>", ON_25, false },
	{ "RCPT TO:<postmaster>", ON_25, false },
	{ "RCPT TO:<postmaster@%a>", ON_25, false },
	{ "RSET", ON_25, false },
	{ "VRFY postmaster", ON_25, false },
	{ "MAIL FROM:<postmaster@%d>", ON_SUBMISSION, false },
	{ "RCPT TO:<relay-test@example.net>", ON_SUBMISSION, false },
	{ "RSET", ON_SUBMISSION, false },
	{ "QUIT", ALWAYS, false },
};

/* The ways to write a foreign recipient that careless servers have relayed to. */
static const struct step smtp_relay[] = {
	{ "EHLO %e", ALWAYS, false },
	{ "MAIL FROM:<postmaster@%d>", ALWAYS, false },
	{ "RCPT TO:<relay-test@example.net>", ALWAYS, false },
	{ "RCPT TO:<relay-test%%example.net@%d>", ALWAYS, false },
	{ "RCPT TO:<relay-test%%example.net@%a>", ALWAYS, false },
	{ "RCPT TO:<\"relay-test@example.net\">", ALWAYS, false },
	{ "RCPT TO:<\"relay-test%%example.net\"@%d>", ALWAYS, false },
	{ "RCPT TO:<@%d:relay-test@example.net>", ALWAYS, false },
	{ "RCPT TO:<example.net!relay-test>", ALWAYS, false },
	{ "RCPT TO:<example.net!relay-test@%d>", ALWAYS, false },
	{ "RSET", ALWAYS, false },
	{ "MAIL FROM:<>", ALWAYS, false },
	{ "RCPT TO:<relay-test@example.net>", ALWAYS, false },
	{ "QUIT", ALWAYS, false },
};

static const struct step smtp_tls[] = {
	{ "EHLO %e", ALWAYS, false },
	{ "STARTTLS", STARTTLS, false },
	{ "QUIT", ALWAYS, false },
};

static const struct step imap_visit[] = {
	{ "CAPABILITY", ALWAYS, false },
	{ "STARTTLS", STARTTLS, false },
	{ "CAPABILITY", UNDER_TLS, false },
	{ "LOGOUT", ALWAYS, false },
};

static const struct step pop3_visit[] = {
	{ "CAPA", ALWAYS, true },
	{ "STLS", STARTTLS, false },
	{ "CAPA", UNDER_TLS, true },
	{ "QUIT", ALWAYS, false },
};

static const struct script scripts[] = {
	{ PROTOCOL_SMTP, GOAL_VISIT, smtp_visit, LENGTH(smtp_visit) },
	{ PROTOCOL_SMTP, GOAL_RELAY, smtp_relay, LENGTH(smtp_relay) },
	{ PROTOCOL_SMTP, GOAL_TLS_12, smtp_tls, LENGTH(smtp_tls) },
	{ PROTOCOL_IMAP, GOAL_VISIT, imap_visit, LENGTH(imap_visit) },
	{ PROTOCOL_POP3, GOAL_VISIT, pop3_visit, LENGTH(pop3_visit) },
};

static const struct script *script_of(const struct talk *t)
{
	const struct session_question *q = &t->fact->question.session;
	enum session_goal goal = q->goal;

	if (goal != GOAL_VISIT && goal != GOAL_RELAY)
		goal = q->protocol == PROTOCOL_SMTP ? GOAL_TLS_12 : GOAL_VISIT;
	for (size_t i = 0; i < LENGTH(scripts); i++)
		if (scripts[i].protocol == q->protocol && scripts[i].goal == goal)
			return &scripts[i];
	return &scripts[0];
}

static bool is_due(const struct talk *t, const struct step *s)
{
	const struct session_question *q = &t->fact->question.session;
	bool tls = talk_session((struct talk *)(uintptr_t)t)->tls.done;

	switch (s->when) {
	case STARTTLS:
		return t->starttls && !tls;
	case UNDER_TLS:
		return tls && !q->implicit_tls;
	case ON_25:
		return q->port == 25;
	case ON_SUBMISSION:
		return q->port != 25;
	case ALWAYS:
		break;
	}
	return true;
}

static struct str literal(struct arena *a, struct ip ip)
{
	struct str text = ip_write(a, ip);

	return arena_fmt(
	    a, ip.family == IP_V6 ? "[IPv6:" STR_FMT "]" : "[" STR_FMT "]", STR_ARG(text));
}

/* What a step says, its three variables filled in. */
static struct str words_of(struct talk *t, const char *say)
{
	const struct session_question *q = &t->fact->question.session;
	struct arena *a = t->all->arena;
	struct str rest = str_of(say), line;
	struct buf out;

	buf_init(&out, 2048);
	if (q->protocol == PROTOCOL_IMAP)
		buf_addf(&out, "%s ", t->tag);
	while (rest.n > 0) {
		buf_add(&out, str_cut(&rest, '%'));
		if (rest.n == 0)
			break;
		char variable = rest.p[0];
		rest = str_skip(rest, 1);
		if (variable == 'e')
			buf_add(&out, t->all->ehlo.n > 0 ? t->all->ehlo : t->local);
		else if (variable == 'd')
			buf_add(&out, q->domain);
		else if (variable == 'a')
			buf_add(&out, literal(a, q->address));
		else
			buf_addc(&out, '%');
	}
	line = arena_str(a, buf_str(&out));
	buf_free(&out);
	return line;
}

static void say_step(struct talk *t, const struct step *s)
{
	snprintf(t->tag, sizeof(t->tag), "f%u", ++t->tags % 10000);
	reply_expect(&t->reader, str_of(t->tag), s->multiline);
	t->closing = str_eq(str_of(s->say), STR("QUIT")) || str_eq(str_of(s->say), STR("LOGOUT"));
	talk_say(t, words_of(t, s->say));
}

/* The next step that is due; the end of the script is the end of the talk. */
static void go_on(struct talk *t)
{
	const struct script *script = script_of(t);

	while (t->step < script->count && !is_due(t, &script->steps[t->step]))
		t->step++;
	if (t->step == script->count)
		talk_end(t, SESSION_OK, (struct str){ 0 });
	else
		say_step(t, &script->steps[t->step++]);
}

void script_begin(struct talk *t)
{
	static const enum reply_protocol protocols[] = {
		[PROTOCOL_SMTP] = REPLY_SMTP,
		[PROTOCOL_IMAP] = REPLY_IMAP,
		[PROTOCOL_POP3] = REPLY_POP3,
	};

	t->reader.protocol = protocols[t->fact->question.session.protocol];
	reply_expect(&t->reader, (struct str){ 0 }, false);
	t->awaiting = true;
}

/* Does a line of a capability list offer TLS? */
static bool offers_tls(enum service_protocol protocol, struct str line)
{
	struct str word;

	if (protocol == PROTOCOL_SMTP)
		return str_ieq(str_trim(str_skip(line, 4)), STR("STARTTLS"));
	if (protocol == PROTOCOL_POP3)
		return str_ieq(str_trim(line), STR("STLS"));
	while ((word = str_cut_word(&line)).n > 0)
		if (str_ieq(word, STR("STARTTLS")))
			return true;
	return false;
}

/* The lines of the reply just read, back to what we said. */
static void look_for_tls(struct talk *t)
{
	struct session *s = talk_session(t);

	for (size_t i = s->line_count; i > 0 && s->lines[i - 1].who == SPEAKER_SERVER; i--)
		if (offers_tls(t->fact->question.session.protocol, s->lines[i - 1].text))
			t->starttls = s->starttls_offered = true;
}

static bool is_positive(const struct talk *t, struct str line)
{
	struct str rest = line;

	switch (t->fact->question.session.protocol) {
	case PROTOCOL_SMTP:
		return line.n > 0 && line.p[0] == '2';
	case PROTOCOL_POP3:
		return str_starts(line, STR("+OK")) || str_eq(line, STR("."));
	case PROTOCOL_IMAP:
		str_cut(&rest, ' ');
		return str_istarts(rest, STR("OK"));
	}
	return false;
}

static bool was_starttls(const struct talk *t)
{
	const struct script *script = script_of(t);

	return t->step > 0 && script->steps[t->step - 1].when == STARTTLS;
}

void script_reply(struct talk *t, struct str last)
{
	bool greeting = t->step == 0;

	if (t->closing) {
		talk_end(t, SESSION_OK, (struct str){ 0 });
		return;
	}
	if (greeting && t->fact->question.session.protocol == PROTOCOL_SMTP && last.p[0] != '2') {
		t->step = script_of(t)->count - 1; /* not welcome: say QUIT */
		go_on(t);
		return;
	}
	if (was_starttls(t) && is_positive(t, last)) {
		tls_begin(t);
		return;
	}
	if (was_starttls(t))
		t->starttls = false;
	if (!talk_session(t)->tls.done)
		look_for_tls(t);
	go_on(t);
}

void script_tls_done(struct talk *t)
{
	if (t->fact->question.session.implicit_tls)
		script_begin(t);
	else
		go_on(t);
}
