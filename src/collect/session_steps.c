/* session_steps - goes through a script: says what is due, and weighs what is replied. */
#include <assert.h>
#include <stdio.h>
#include <time.h>

#include "collect/session_script.h"
#include "collect/sessions.h"
#include "wire/domain.h"

#define MAX_WORDS 4096

static const struct script *script_of(const struct talk *t)
{
	const struct session_question *q = &t->fact->question.session;

	return script_for(q->protocol, q->goal);
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
	case TAKEN:
		return t->taken;
	case FIRST_TAKEN:
		return t->taken && t->senders == 1;
	case GO_AHEAD:
		return t->data;
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

/* A mailbox elsewhere: on this machine when it has a name, so that its SPF does not refuse. */
static struct str foreign_sender(struct talk *t)
{
	struct str name = t->all->ehlo;

	if (name.n == 0 || domain_under(name, t->fact->question.session.domain))
		name = STR("example.org");
	return arena_fmt(&t->arena, "relay-test@" STR_FMT, STR_ARG(name));
}

/* RFC 5322 section 3.3 */
static struct str date_time(struct talk *t)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return arena_str(&t->arena, str_of(text));
}

static struct str variable(struct talk *t, char letter)
{
	const struct session_question *q = &t->fact->question.session;

	switch (letter) {
	case 'e':
		return t->all->ehlo.n > 0 ? t->all->ehlo : t->local;
	case 'f':
		return foreign_sender(t);
	case 'd':
		return q->domain;
	case 'a':
		return literal(&t->arena, q->address);
	case 't':
		return date_time(t);
	default:
		return STR("%");
	}
}

/* What a step says, its variables filled in. */
static struct str words_of(struct talk *t, const char *say)
{
	struct str rest = str_of(say), line;
	struct buf out;

	buf_init(&out, MAX_WORDS);
	if (t->fact->question.session.protocol == PROTOCOL_IMAP)
		buf_addf(&out, "%s ", t->tag);
	while (rest.n > 0) {
		buf_add(&out, str_cut(&rest, '%'));
		if (rest.n == 0)
			break;
		buf_add(&out, variable(t, rest.p[0]));
		rest = str_skip(rest, 1);
	}
	assert(!buf_failed(&out));
	line = arena_str(&t->arena, buf_str(&out));
	buf_free(&out);
	return line;
}

/* The next step that is due, from here on; NULL at the end of the script. */
static const struct step *next_step(struct talk *t)
{
	const struct script *script = script_of(t);

	while (t->step < script->count && !is_due(t, &script->steps[t->step]))
		t->step++;
	return t->step < script->count ? &script->steps[t->step++] : NULL;
}

static void say_step(struct talk *t, const struct step *s)
{
	struct str words = words_of(t, s->say);

	t->closing = str_eq(str_of(s->say), STR("QUIT")) || str_eq(str_of(s->say), STR("LOGOUT"));
	if (s->manner == LISTEN || s->manner == BYTES)
		reply_expect(&t->reader, (struct str){ 0 }, false);
	if (s->manner == LISTEN || s->manner == BYTES || s->manner == QUIETLY) {
		talk_say_bytes(t, words, s->manner == QUIETLY);
		if (s->manner == LISTEN)
			talk_listen(t);
		return;
	}
	reply_expect(&t->reader, str_of(t->tag), s->manner == LIST);
	talk_say(t, words);
}

/* Say what is due until a reply is to be waited for; the end of the script ends the talk. */
static void go_on(struct talk *t)
{
	const struct step *s;

	do {
		snprintf(t->tag, sizeof(t->tag), "f%u", ++t->tags % 10000);
		s = next_step(t);
		if (s == NULL)
			talk_end(t, SESSION_OK, (struct str){ 0 });
		else
			say_step(t, s);
	} while (s != NULL && s->manner == QUIETLY);
}

/* To the last step, which takes leave. */
static void take_leave(struct talk *t)
{
	t->step = script_of(t)->count - 1;
	go_on(t);
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

static bool is_welcome(const struct talk *t, struct str greeting)
{
	switch (t->fact->question.session.protocol) {
	case PROTOCOL_SMTP:
		return greeting.p[0] == '2';
	case PROTOCOL_POP3:
		return str_starts(greeting, STR("+OK"));
	case PROTOCOL_IMAP: /* RFC 9051 section 7.1: the other greeting is BYE */
		return str_istarts(greeting, STR("* OK")) ||
		       str_istarts(greeting, STR("* PREAUTH"));
	}
	return false;
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

static const struct step *last_step(const struct talk *t)
{
	return t->step > 0 ? &script_of(t)->steps[t->step - 1] : NULL;
}

static void note_decision(struct talk *t, const struct step *said, bool positive)
{
	t->data |= t->reader.code == 354;
	if (said->manner != DECIDES)
		return;
	t->taken = positive;
	t->senders += positive;
}

static void after_step(struct talk *t, const struct step *said, struct str last)
{
	bool positive = is_positive(t, last);

	note_decision(t, said, positive);
	if (said->when == STARTTLS && positive) {
		tls_begin(t);
		return;
	}
	if (said->when == STARTTLS)
		t->starttls = false;
	if (!talk_session(t)->tls.done)
		look_for_tls(t);
	go_on(t);
}

/*
 * A line too many that came late has passed for the answer to the next command, and so on: then
 * QUIT is not answered with 221, and 221 follows.
 */
static void after_leave(struct talk *t, struct str last)
{
	bool odd = t->reader.protocol == REPLY_SMTP && is_positive(t, last) &&
		   !str_starts(last, STR("221"));

	if (t->late) {
		talk_end(t, SESSION_GARBLED,
		    STR("the server said more than it was asked: QUIT was answered twice"));
	} else if (odd) {
		t->late = true;
		t->awaiting = true;
		reply_expect(&t->reader, (struct str){ 0 }, false);
		talk_listen(t);
	} else if (!talk_unasked(t)) {
		talk_end(t, SESSION_OK, (struct str){ 0 });
	}
}

void script_reply(struct talk *t, struct str last)
{
	const struct step *said = last_step(t);

	if (t->closing) {
		after_leave(t, last);
	} else if (t->listening || (said == NULL && !is_welcome(t, last))) {
		t->listening = false;
		take_leave(t);
	} else if (said == NULL) {
		if (!talk_session(t)->tls.done)
			look_for_tls(t);
		go_on(t);
	} else {
		after_step(t, said, last);
	}
}

void script_silence(struct talk *t)
{
	t->listening = false;
	t->awaiting = false;
	go_on(t);
}

void script_tls_done(struct talk *t)
{
	if (t->fact->question.session.implicit_tls)
		script_begin(t);
	else
		go_on(t);
}
